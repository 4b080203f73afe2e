"""Initial weights, by the names of parameters."""

import re

from torch import nn
from transformers import initialization as init


def init_module(model: nn.Module, module: nn.Module, stds: dict[str, float]) -> None:
    """Fill the parameters and buffers of one module of a model, except those that are loaded.

    Norms start at one and biases at zero; any other parameter is drawn from a normal distribution
    with mean zero and the standard deviation of the first pattern in `stds` that its name contains.
    Raises ValueError where there is none.
    """
    reset_buffers = getattr(module, "reset_buffers", None)
    if reset_buffers is not None:
        reset_buffers()
    # the one module from outside is the new table of an embedding that is being resized
    paths = (path for path, candidate in model.named_modules() if candidate is module)
    path = next(paths, "model.embed_tokens")
    for name, parameter in module.named_parameters(prefix=path, recurse=False):
        if name.endswith("norm.weight"):
            init.ones_(parameter)
        elif name.endswith(".bias"):
            init.zeros_(parameter)
        else:
            std = next((std for pattern, std in stds.items() if re.search(pattern, name)), None)
            if std is None:
                raise ValueError(f"no pattern says how to initialise `{name}`")
            init.normal_(parameter, std=std)
