"""Makes the models of the trees that it is given, and prints how: a JSON list.

Every constructor of a module calls that of `nn.Module` first, and so these calls tell the order.
"""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from typing import Any

import torch
from torch import nn


def recorded(tree: Path) -> dict[str, Any]:
    """The number of parameters of a tree's model, and its parts in the order of construction."""
    saved = json.loads((tree / "model" / "config.json").read_text(encoding="utf-8"))
    config_class = loaded(saved["auto_map"]["AutoConfig"])
    model_class = loaded(saved["auto_map"]["AutoModelForCausalLM"])
    begun: list[nn.Module] = []
    own_init = nn.Module.__init__

    def init(self: nn.Module, *args: Any, **kwargs: Any) -> None:
        begun.append(self)
        own_init(self, *args, **kwargs)

    nn.Module.__init__ = init
    try:
        with torch.device("meta"):
            model = model_class(config_class(**saved))
    finally:
        nn.Module.__init__ = own_init
    names = {module: name for name, module in model.named_modules()}
    order = [(names[part], type(part).__name__) for part in begun if part in names]
    return {"parameters": sum(p.numel() for p in model.parameters()), "order": order}


def loaded(spec: str) -> Any:
    """The class that an ``auto_map`` names."""
    module, name = spec.split(".")
    return getattr(importlib.import_module(f"model.{module}"), name)


def main() -> None:
    """The trees are the arguments."""
    made: list[dict[str, Any]] = []
    for folder in sys.argv[1:]:
        sys.path.insert(0, folder)
        made.append(recorded(Path(folder)))
        sys.path.remove(folder)
        for name in [name for name in sys.modules if name.split(".")[0] == "model"]:
            del sys.modules[name]
    print(json.dumps(made))


if __name__ == "__main__":
    main()
