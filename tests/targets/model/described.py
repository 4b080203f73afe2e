"""The tensors of a model: as torch has them on the meta device, and as they are told without it."""

from __future__ import annotations

from dataclasses import dataclass

from torch import nn

from fgc.targets.model.anatomy import Module, is_known, total_parameters, weights


@dataclass(frozen=True)
class Description:
    """Names as in the state dict, shapes, kinds, what is tied to what, and what is persistent."""

    tensors: list[tuple[str, tuple[int, ...] | None, str, str | None, bool]]
    modules: list[tuple[str, str]]
    parameters: int


def of_torch(model: nn.Module) -> Description:
    """What torch has."""
    found = []
    first: dict[int, str] = {}
    saved = model.state_dict(keep_vars=True)
    modules = list(model.named_modules(remove_duplicate=False))
    for path, module in modules:
        prefix = f"{path}." if path else ""
        for kind, named in (
            ("parameter", module.named_parameters(recurse=False, remove_duplicate=False)),
            ("buffer", module.named_buffers(recurse=False, remove_duplicate=False)),
        ):
            for name, tensor in named:
                full = prefix + name
                source = first.setdefault(id(tensor), full)
                tied = None if source == full else source
                found.append((full, tuple(tensor.shape), kind, tied, full in saved))
    assert {name for name, _ in model.named_parameters()} == {
        name for name, _, kind, tied, _ in found if kind == "parameter" and tied is None
    }
    return Description(
        found,
        [(path, type(module).__name__) for path, module in modules],
        sum(parameter.numel() for parameter in model.parameters()),
    )


def of_anatomy(module: Module) -> Description:
    """What is told, all of which has to be known."""
    assert is_known(module), unknown(module)
    found = [
        (name, weight.shape, weight.kind, weight.tied_to, weight.persistent)
        for name, weight in weights(module)
    ]
    return Description(found, list(_modules(module, "")), total_parameters(module))


def unknown(module: Module) -> list[str]:
    """The reasons why something is not known."""
    own = [] if module.known else [f"{module.name or module.class_name}: {module.reason}"]
    return own + [reason for child in module.children for reason in unknown(child)]


def _modules(module: Module, path: str) -> list[tuple[str, str]]:
    prefix = f"{path}." if path else ""
    below = [pair for child in module.children for pair in _modules(child, prefix + child.name)]
    return [(path, module.class_name), *below]
