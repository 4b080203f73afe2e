"""The types in the functions of a program: of what they take, and of what they make."""

from __future__ import annotations

import re

import libcst as cst

from fgc.compiler.ir.graph import Call
from fgc.compiler.ir.module import Import
from fgc.compiler.program.namespace import Namespace
from fgc.compiler.program.plan import Plan
from fgc.compiler.specialiser.source import Definition, Library


class Types:
    """Types as a program writes them, their names imported into its ``namespace``."""

    def __init__(self, plan: Plan, library: Library, namespace: Namespace):
        self.plan = plan
        self.library = library
        self.namespace = namespace

    def parameter(self, name: str) -> str | None:
        """The type of a parameter, as the target says; None where it says nothing."""
        launch = self.plan.launch_args.get(name) or self.plan.program.launch.get(name)
        written = self.plan.program.types.get(name) or (launch.annotation if launch else None)
        if written is None:
            return None
        for word, module in self.plan.program.imports.items():
            if word in identifier_words(written):
                self.namespace.bind(Import(module, word, word))
        return written

    def made(self, call: Call, made: cst.Call) -> str | None:
        """The type of what ``call``, written ``made``, makes, where the source says it."""
        found = self.plan.resolution.symbols.get(call)
        if found is None:
            return None
        if found.kind == "class":
            return cst.Module([]).code_for_node(made.func)
        if not found.definition_module or not found.definition_name:
            return None
        definition = self.library.definition(found.definition_module, found.definition_name)
        return None if definition is None else self._returned(definition)

    def _returned(self, definition: Definition) -> str | None:
        """The return annotation of a library function."""
        tree = definition.parse()
        if not isinstance(tree, cst.FunctionDef) or tree.returns is None:
            return None
        annotation = tree.returns.annotation
        if not isinstance(annotation, cst.Name):
            return None
        source = self.library.module(definition.module)
        imported = None if source is None else source.imports.get(annotation.value)
        if imported is not None:
            return self.namespace.bind(imported)
        if self.library.definition(definition.module, annotation.value) is not None:
            wanted = Import(definition.module, annotation.value, annotation.value)
            return self.namespace.bind(wanted)
        return annotation.value


def identifier_words(annotation: str) -> set[str]:
    """The names in an annotation.

    >>> sorted(identifier_words("Iterable[tuple[str, nn.Parameter]]"))
    ['Iterable', 'Parameter', 'nn', 'str', 'tuple']
    """
    return set(re.findall(r"[A-Za-z_]\w*", annotation))
