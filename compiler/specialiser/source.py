"""Reads the modules whose definitions are vendored: what each defines, imports and refers to.

Structure comes from `ast`, text from slices of the original; libcst parses single definitions, and
only those that are folded.
"""

from __future__ import annotations

import ast
import symtable
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import libcst as cst

from fgc.compiler.ir.module import Import


@dataclass(frozen=True, slots=True)
class Definition:
    """A top-level class, function or assignment: its text, with decorators and comments above."""

    module: str
    name: str
    text: str
    line: int  # of the first line of `text`, from 1
    kind: str  # "class", "function" or "value"

    def parse(self) -> cst.ClassDef | cst.FunctionDef | cst.SimpleStatementLine:
        """The definition as a tree; comments above it are its leading lines."""
        module = cst.parse_module(self.text)
        statement = module.body[0]
        assert isinstance(statement, cst.ClassDef | cst.FunctionDef | cst.SimpleStatementLine)
        return statement.with_changes(leading_lines=[*module.header, *statement.leading_lines])


@dataclass(frozen=True)
class SourceModule:
    """One module of the runtime or of a project."""

    name: str
    path: Path
    text: str
    docstring: str | None
    definitions: dict[str, Definition]
    imports: dict[str, Import]
    future: tuple[str, ...] = ()

    @cached_property
    def is_package(self) -> bool:
        """Whether the module is a package's `__init__`."""
        return self.path.name == "__init__.py"


@dataclass
class Library:
    """Modules by dotted name, read once.

    ``roots`` maps a top package (`fgc.runtime`) or a module (`my_layers`) to its folder or file.
    ``stand_ins`` maps a module to the one that is vendored in its place.
    """

    roots: dict[str, Path]
    stand_ins: dict[str, str] = field(default_factory=dict[str, str])
    _modules: dict[str, SourceModule | None] = field(
        default_factory=dict[str, "SourceModule | None"]
    )

    def module(self, name: str) -> SourceModule | None:
        """The module called ``name``, or None where it is not one of the library's."""
        if name not in self._modules:
            path = self._path(self.stand_ins.get(name, name))
            self._modules[name] = None if path is None else read_module(name, path)
        return self._modules[name]

    def read(self) -> list[SourceModule]:
        """The modules that have been read so far."""
        return [module for module in self._modules.values() if module is not None]

    def owns(self, name: str) -> bool:
        """Whether the module ``name`` is below one of the roots."""
        return any(name == root or name.startswith(root + ".") for root in self.roots)

    def _path(self, name: str) -> Path | None:
        for root, path in self.roots.items():
            if name != root and not name.startswith(root + "."):
                continue
            if path.is_file():
                return path if name == root else None
            inner = path.joinpath(*name[len(root) :].strip(".").split("."))
            for candidate in (inner / "__init__.py", inner.with_suffix(".py")):
                if candidate.is_file():
                    return candidate
        return None

    def definition(self, module: str, name: str) -> Definition | None:
        """The definition that ``name`` means in ``module``, re-exports followed."""
        seen: set[tuple[str, str]] = set()
        while (module, name) not in seen:
            seen.add((module, name))
            source = self.module(module)
            if source is None:
                return None
            if name in source.definitions:
                return source.definitions[name]
            imported = source.imports.get(name)
            if imported is None or imported.name is None:
                return None
            module, name = imported.module, imported.name
        return None

    def imported_module(self, imported: Import) -> str | None:
        """The library module that an import binds, as opposed to a name out of one."""
        if imported.name is None:
            return imported.module if self.module(imported.module) else None
        source = self.module(imported.module)
        if source is None or imported.name in source.definitions:
            return None
        inner = f"{imported.module}.{imported.name}"
        return inner if self.module(inner) else None


def read_module(name: str, path: Path) -> SourceModule:
    """Reads and indexes one module. Raises SyntaxError where it is not Python."""
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text, filename=str(path))
    lines = text.splitlines(keepends=True)
    definitions: dict[str, Definition] = {}
    imports: dict[str, Import] = {}
    future: list[str] = []
    for statement in tree.body:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            if isinstance(statement, ast.ImportFrom) and statement.module == "__future__":
                future += [alias.name for alias in statement.names]
                continue
            for imported in _imports(statement, name, path):
                imports[imported.alias] = imported
            continue
        for defined, kind in _defined(statement):
            first, last = _extent(statement, lines)
            definitions[defined] = Definition(
                name, defined, "".join(lines[first:last]), first + 1, kind
            )
    return SourceModule(
        name, path, text, ast.get_docstring(tree, clean=False), definitions, imports, tuple(future)
    )


def _imports(statement: ast.Import | ast.ImportFrom, module: str, path: Path) -> Iterator[Import]:
    for alias in statement.names:
        if isinstance(statement, ast.Import):
            yield Import(alias.name, None, alias.asname or alias.name.split(".")[0])
        else:
            source = statement.module or ""
            if statement.level:
                package = module.split(".")
                package = package if path.name == "__init__.py" else package[:-1]
                package = package[: len(package) - statement.level + 1]
                source = ".".join([*package, *([source] if source else [])])
            yield Import(source, alias.name, alias.asname or alias.name)


def _defined(statement: ast.stmt) -> Iterator[tuple[str, str]]:
    match statement:
        case ast.ClassDef(name=name):
            yield name, "class"
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            yield name, "function"
        case ast.Assign(targets=targets):
            for target in targets:
                if isinstance(target, ast.Name):
                    yield target.id, "value"
        case ast.AnnAssign(target=ast.Name(id=name)):
            yield name, "value"
        case _:
            pass


def _extent(statement: ast.stmt, lines: list[str]) -> tuple[int, int]:
    """Lines of a statement, from 0 and half-open, with its decorators and the comments above."""
    first = statement.lineno - 1
    for decorator in getattr(statement, "decorator_list", []):
        first = min(first, decorator.lineno - 1)
    while first and lines[first - 1].startswith("#"):
        first -= 1
    return first, statement.end_lineno or statement.lineno


def references(code: str) -> set[str]:
    """The global names that a piece of code reads, without those it defines itself.

    >>> sorted(references("def f(x: Tensor, y=ONE):\\n    z = g(x)\\n    return z.h + len(z)"))
    ['ONE', 'Tensor', 'g', 'len']
    """
    top = symtable.symtable(code, "<fgc>", "exec")
    defined = {s.get_name() for s in top.get_symbols() if s.is_assigned() or s.is_namespace()}
    found: set[str] = set()
    tables = [top]
    while tables:
        table = tables.pop()
        tables += table.get_children()
        for symbol in table.get_symbols():
            name = symbol.get_name()
            local = symbol.is_assigned() or symbol.is_parameter() or symbol.is_namespace()
            if table.get_type() == "module":
                if symbol.is_referenced():
                    found.add(name)
            elif symbol.is_global() or (table.get_type() == "class" and not local):
                found.add(name)
    return found - defined
