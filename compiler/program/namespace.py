"""The names of one emitted module: what is imported under which name."""

from __future__ import annotations

import builtins
from dataclasses import dataclass, field

import libcst as cst

from fgc.compiler.ir.module import Import

# Modules that everybody writes in one way; their names are used as attributes.
CONVENTIONS = {
    "torch": Import("torch", None, "torch"),
    "torch.nn": Import("torch", "nn", "nn"),
    "torch.nn.functional": Import("torch.nn.functional", None, "F"),
    "numpy": Import("numpy", None, "np"),
}


@dataclass
class Namespace:
    """Gives names to what a module imports; one name never means two things.

    ``taken`` are names that the module uses for itself.
    """

    taken: set[str] = field(default_factory=set[str])
    imports: dict[str, Import] = field(default_factory=dict[str, Import])

    def symbol(self, module: str | None, qualname: str) -> cst.BaseExpression:
        """The expression for ``qualname`` of ``module``, imported; None means a builtin.

        >>> names = Namespace({"AdamW"})
        >>> code = cst.Module([]).code_for_node
        >>> code(names.symbol("torch.optim", "AdamW")), code(names.symbol("torch.nn", "SiLU"))
        ('optim_AdamW', 'nn.SiLU')
        """
        first, *rest = qualname.split(".")
        if module is None:
            name = first
            if name in self.taken or name in self.imports:
                name = self.bind(Import("builtins", first, f"builtin_{first}"))
        elif module in CONVENTIONS:
            name = self.bind(CONVENTIONS[module])
            rest = [first, *rest]
        else:
            name = self.bind(Import(module, first, first))
        return attribute(name, *rest)

    def bind(self, wanted: Import) -> str:
        """The name under which ``wanted`` is imported: its own, or with its module's in front."""
        for alias in self._candidates(wanted):
            held = self.imports.get(alias)
            candidate = Import(wanted.module, wanted.name, alias)
            if held == candidate:
                return alias
            if held is None and alias not in self.taken:
                self.imports[alias] = candidate
                return alias
        raise AssertionError("a module's whole path is in front of the name")

    def _candidates(self, wanted: Import) -> list[str]:
        parts = wanted.module.split(".")
        names = (
            []
            if hasattr(builtins, wanted.alias) and wanted.module != "builtins"
            else [wanted.alias]
        )
        names += ["_".join([*parts[-n:], wanted.alias]) for n in range(1, len(parts) + 1)]
        return [*names, "_".join(["_", *parts, wanted.alias])]


def attribute(name: str, *path: str) -> cst.BaseExpression:
    """``name.path``."""
    node: cst.BaseExpression = cst.Name(name)
    for part in path:
        node = cst.Attribute(node, cst.Name(part))
    return node
