"""Places code in the files of the tree, each with the imports that it needs."""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import libcst as cst

from fgc.compiler.diagnostics.diagnostic import BuildError, Diagnostic
from fgc.compiler.ir.metadata import metadata
from fgc.compiler.ir.module import Import, Module, Origin, Piece
from fgc.compiler.passes.specialise import Specialised
from fgc.compiler.program.placement import tree_module, tree_path
from fgc.compiler.program.plan import ModelPlan, Plan
from fgc.compiler.program.unit import UnitCode
from fgc.compiler.program.values import Values
from fgc.compiler.specialiser.closure import Code
from fgc.compiler.specialiser.source import Definition, Library, definitions, references


def vendor(plan: Plan, specialised: Specialised) -> tuple[Module, ...]:
    """The modules of the tree: the program first, then the runtime's, then each model's."""
    program = _Files(plan, specialised.library).program(specialised.program)
    models = [
        _Files(plan, specialised.library).model(plan.models[root], unit)
        for root, unit in specialised.models.items()
    ]
    return (*program, *models)


@dataclass(frozen=True)
class _Files:
    plan: Plan
    library: Library

    # Models.

    def model(self, model: ModelPlan, unit: UnitCode) -> Module:
        """One file that imports nothing of the tree but its own configuration."""
        codes = _in_order_of_need([*unit.roots], unit.reached, self.library)
        here = _defined(codes)
        imports: dict[str, Import] = {}
        for code in codes:
            for name in references(code.text) - here:
                if name == model.config_class:
                    source = f".configuration_{model.name}"
                    self._add(imports, Import(source, name, name))
                else:
                    found = self._external(code, name, unit)
                    if found is not None:
                        self._add(imports, found)
        return Module(
            path=f"{model.folder}/modeling_{model.name}.py",
            docstring=_model_docstring(self.plan, model),
            imports=tuple(imports.values()),
            pieces=tuple(self._piece(code, unit) for code in codes),
            future=self._futures(codes),
        )

    def _futures(self, codes: Iterable[Code]) -> tuple[str, ...]:
        """What the modules import from the future whose code lies in one file."""
        sources = [self.library.module(code.module) for code in codes]
        return tuple(sorted({name for s in sources if s is not None for name in s.future}))

    def _external(self, code: Code, name: str, unit: UnitCode) -> Import | None:
        """The import behind a global name that nothing in the file defines."""
        source = self.library.module(code.module)
        if source is not None and name in source.imports:
            return source.imports[name]
        return unit.imports.get(name)

    @staticmethod
    def _add(imports: dict[str, Import], wanted: Import) -> None:
        held = imports.setdefault(wanted.alias, wanted)
        if held.plain() == wanted.plain():
            # the same thing, in two forms: one of them, whichever module comes first
            imports[wanted.alias] = min(held, wanted, key=lambda i: (i.name is None, i.module))
            return
        message = f"two modules that share a file call different things `{wanted.alias}`"
        remedy = f"give one of them another name; they are `{held.code()}` and `{wanted.code()}`"
        raise BuildError(Diagnostic("FGC050", message, help=remedy))

    # The program.

    def program(self, unit: UnitCode) -> list[Module]:
        """`train.py` or its like, and the runtime's modules that it needs."""
        program = self.plan.program
        main = self._main(unit)
        by_module: dict[str, list[Code]] = {}
        for code in (*unit.families, *unit.reached):
            by_module.setdefault(code.module, []).append(code)
        by_module.pop(program.module, None)
        located = {
            (code.module, name): code.module
            for codes in by_module.values()
            for code in codes
            for name in definitions(code.text)
        }
        modules = [main]
        for name in sorted(by_module):
            codes = sorted(by_module[name], key=_source_line)
            source = self.library.module(name)
            assert source is not None
            modules.append(
                Module(
                    path=tree_path(name),
                    docstring=source.docstring,
                    imports=self._imports(codes, unit, located),
                    pieces=tuple(self._piece(code, unit) for code in codes),
                    future=source.future,
                )
            )
        modules[0] = self._with_imports(main, unit, located)
        return modules

    def _main(self, unit: UnitCode) -> Module:
        skeleton = self.library.module(self.plan.program.module)
        assert skeleton is not None
        used = set[str]().union(*(references(code.text) for code in unit.roots))
        values = [
            Piece(d.name, d.text)
            for d in skeleton.definitions.values()
            if d.kind == "value" and d.name in used
        ]
        constants = _constants(self.plan, used | self._lone_constant())
        codes = [self._piece(code, unit) for code in unit.roots]
        pieces = [*values, *constants, *codes]
        if self.plan.program.has_entry:
            pieces.append(Piece("", 'if __name__ == "__main__":\n    sys.exit(main())\n'))
        return Module(self.plan.program.path, _docstring(self.plan), (), tuple(pieces))

    def _lone_constant(self) -> set[str]:
        """The name of the target that a program is about, where it is a constant."""
        key = self.plan.program.lone
        named = {str(e.key): self.plan.constants.get(e.value) for e in self.plan.roots}
        constant = None if key is None else named.get(key)
        return set() if constant is None else {constant}

    def _with_imports(
        self, main: Module, unit: UnitCode, located: Mapping[tuple[str, str], str]
    ) -> Module:
        skeleton = self.plan.program.module
        here = {piece.name for piece in main.pieces}
        code = "\n".join(piece.text for piece in main.pieces)
        imports: dict[str, Import] = {}
        for name in references(code) - here:
            found = unit.imports.get(name)
            if found is None and name == "sys":
                found = Import("sys", None, "sys")
            if found is None and not hasattr(builtins, name):
                found = self._elsewhere(name, located)
            if found is not None:
                self._add(imports, self._local(found, skeleton, located))
        return Module(main.path, main.docstring, tuple(imports.values()), main.pieces)

    def _imports(
        self, codes: Sequence[Code], unit: UnitCode, located: Mapping[tuple[str, str], str]
    ) -> tuple[Import, ...]:
        here = _defined(codes)
        imports: dict[str, Import] = {}
        for code in codes:
            for name in references(code.text) - here:
                found = self._external(code, name, unit)
                if found is None and not hasattr(builtins, name):
                    found = self._elsewhere(name, located)
                if found is not None:
                    self._add(imports, self._local(found, code.module, located))
        return tuple(imports.values())

    @staticmethod
    def _elsewhere(name: str, located: Mapping[tuple[str, str], str]) -> Import | None:
        """A definition under a name of its own (a family's), wherever it lies."""
        for module, defined in located:
            if defined == name:
                return Import(module, name, name)
        return None

    def _local(
        self, imported: Import, module: str, located: Mapping[tuple[str, str], str]
    ) -> Import:
        """An import of the library as one of the tree; any other as it stands."""
        if not self.library.owns(imported.module):
            return imported
        inner = self.library.imported_module(imported)
        if inner is not None:
            parent, _, name = tree_module(inner).rpartition(".")
            return Import(parent, name, imported.alias)
        assert imported.name is not None
        definition = self.library.definition(imported.module, imported.name)
        home = imported.module if definition is None else definition.module
        return Import(tree_module(home), imported.name, imported.alias)

    # Pieces.

    def _piece(self, code: Code, unit: UnitCode) -> Piece:
        origin = None if code.origin is None else self._origin(code.origin)
        spans, causes = unit.spans.get(code.name, ()), unit.causes.get(code.name, ())
        return Piece(code.name, code.text, spans, origin, causes)

    def _origin(self, definition: Definition) -> Origin:
        return Origin(tree_path(definition.module), definition.line, definition.text)


def _source_line(code: Code) -> tuple[int, str]:
    return (0 if code.origin is None else code.origin.line, code.name)


def _in_order_of_need(
    roots: Sequence[Code], reached: Sequence[Code], library: Library
) -> list[Code]:
    """``roots`` in order, each behind the definitions that it needs; plain values come first."""
    by_name = {name: code for code in (*roots, *reached) for name in definitions(code.text)}
    names = [name for code in (*roots, *reached) for name in definitions(code.text)]
    if len(by_name) != len(names):
        twice = sorted({name for name in names if names.count(name) > 1})
        raise AssertionError(f"definitions of one name in one file: {', '.join(twice)}")
    ordered: dict[str, Code] = {}
    active: set[str] = set()

    def place(code: Code) -> None:
        if code.name in ordered or code.name in active:
            return
        active.add(code.name)
        needed = references(code.text) & by_name.keys()
        for name in sorted(needed, key=lambda name: _place(by_name[name], code)):
            place(by_name[name])
        ordered[code.name] = code

    for root in roots:
        place(root)
    first: dict[str, Code] = {}
    for code in ordered.values():
        needed = {by_name[name].name for name in references(code.text) & by_name.keys()}
        if _is_value(code) and needed <= first.keys():
            first[code.name] = code
    return [*first.values(), *(code for code in ordered.values() if code.name not in first)]


def _defined(codes: Iterable[Code]) -> set[str]:
    return {name for code in codes for name in definitions(code.text)}


def _place(code: Code, user: Code) -> tuple[str, int, str]:
    """Definitions of the user's own module first, in the order of their source."""
    line = 0 if code.origin is None else code.origin.line
    return ("" if code.module == user.module else code.module, line, code.name)


def _is_value(code: Code) -> bool:
    return code.origin is not None and code.origin.kind == "value"


def _constants(plan: Plan, used: Iterable[str]) -> list[Piece]:
    values = Values(None, {}, plan.files, plan.graph.bindings, {})
    wanted = set(used)
    pieces: list[Piece] = []
    for node, name in plan.constants.items():
        if name in wanted:
            code = cst.Module([]).code_for_node(values.code(node))
            pieces.append(Piece(name, f"{name} = {code}\n", (node.span,)))
    return pieces


def _model_docstring(plan: Plan, model: ModelPlan) -> str:
    symbol = plan.resolution.symbols.get(model.root)
    causal = symbol is not None and (symbol.definition_name or "").endswith("ForCausalLM")
    return f"{model.title}: a causal language model." if causal else f"{model.title}."


def _docstring(plan: Plan) -> str:
    name = metadata(plan.graph, "config_name") or "An experiment"
    description = metadata(plan.graph, "config_description")
    title = f"{name}: {description}" if description else name
    if plan.program.lone is not None:
        return f"The `{plan.program.lone}` of {name}."
    if plan.program.collects:
        return title
    return f"{title.rstrip('.')}.\n\nBuilt by fgc; README.md says how to run, resume and ship it.\n"
