"""What torch's own parts of a model do, since their classes come without a summary."""

from __future__ import annotations

from collections.abc import Iterator

from fgc.compiler.explain.page import Page
from fgc.targets.model.anatomy import Module

DOES = {
    "Embedding": "a table, with a row of numbers for each token",
    "Linear": "multiplies by a matrix; its shape is outputs x inputs",
    "Dropout": "sets a share of the numbers to zero, in training only",
    "LayerNorm": "gives each vector mean 0 and variance 1, then scales and shifts it",
    "RMSNorm": "gives each vector a root mean square of 1, then scales it",
    "GELU": "lets large numbers through, and few of the negative ones",
    "SiLU": "lets large numbers through, and few of the negative ones",
    "ReLU": "lets positive numbers through",
}


def torch_parts(module: Module) -> tuple[str, ...]:
    """The classes of torch in a model that there is something to say of, in their order."""
    return tuple(dict.fromkeys(_classes(module)))


def _classes(module: Module) -> Iterator[str]:
    if module.class_name in DOES and not module.summary:
        yield module.class_name
    for child in module.children:
        yield from _classes(child)


def render_torch_parts(classes: tuple[str, ...], page: Page) -> Iterator[str]:
    """What the classes do, one below the other."""
    if classes:
        yield ""
        yield from page.facts([(name, DOES[name]) for name in classes])
