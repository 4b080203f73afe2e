"""Reads the modules whose definitions are vendored: what each defines, imports and refers to.

Structure comes from `ast`, text from slices of the original; libcst parses single definitions, and
only those that are folded.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from pathlib import Path

import libcst as cst

from fgc.compiler.ir.module import Import
from fgc.compiler.specialiser.scope import bound_in, definitions, names_bound_by, parsed, references

__all__ = ["Definition", "Library", "SourceModule", "definitions", "read_module", "references"]


@dataclass(frozen=True, slots=True)
class Definition:
    """A top-level class or function, or statements that make values: their text, with decorators
    and comments above.

    A statement that binds several names is one definition, called by the first of them.
    ``torch_nn`` is what its module calls `torch.nn`, whose capitalised names are all classes.
    """

    module: str
    name: str
    text: str
    line: int  # of the first line of `text`, from 1
    kind: str  # "class", "function" or "value"
    torch_nn: str | None = None

    @property
    def syntax(self) -> ast.Module:
        """The definition as Python's own tree, which nobody changes."""
        return parsed(self.text).tree

    def parse(self) -> cst.ClassDef | cst.FunctionDef | cst.SimpleStatementLine:
        """The definition as a tree; comments above it are its leading lines."""
        return parse_statement(self.text)


@lru_cache(maxsize=1024)
def parse_statement(text: str) -> cst.ClassDef | cst.FunctionDef | cst.SimpleStatementLine:
    """The first statement of ``text``; comments above it are its leading lines."""
    module = cst.parse_module(text)
    statement = module.body[0]
    assert isinstance(statement, cst.ClassDef | cst.FunctionDef | cst.SimpleStatementLine)
    return statement.with_changes(leading_lines=[*module.header, *statement.leading_lines])


@dataclass(frozen=True)
class SourceModule:
    """One module of the runtime or of a project.

    ``left_out`` are the lines of top-level statements that belong to no definition: what they do
    when the module is imported, nothing does in the tree.
    """

    name: str
    path: Path
    text: str
    docstring: str | None
    definitions: dict[str, Definition]
    imports: dict[str, Import]
    future: tuple[str, ...] = ()
    left_out: tuple[int, ...] = ()

    @cached_property
    def is_package(self) -> bool:
        """Whether the module is a package's `__init__`."""
        return self.path.name == "__init__.py"


@dataclass
class Library:
    """Modules by dotted name, read once.

    ``roots`` maps a top package (`fgc.runtime`) or a module (`my_layers`) to its folder or file.
    ``stand_ins`` maps a module to the one that is vendored in its place. What lies beside a user's
    module, in one of ``folders``, is the user's too.
    """

    roots: dict[str, Path]
    stand_ins: dict[str, str] = field(default_factory=dict[str, str])
    folders: tuple[Path, ...] = ()
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
        """Whether the module ``name`` is below one of the roots, or beside a user's module."""
        below = any(name == root or name.startswith(root + ".") for root in self.roots)
        return below or (bool(self.folders) and self.module(name) is not None)

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
        for folder in self.folders:
            inner = folder.joinpath(*name.split("."))
            for candidate in (inner / "__init__.py", inner.with_suffix(".py")):
                if name and candidate.is_file():
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
        if source is not None and imported.name in source.definitions:
            return None  # a folder without an `__init__.py` has no source, and may have modules
        inner = f"{imported.module}.{imported.name}"
        return inner if self.module(inner) else None


def read_module(name: str, path: Path) -> SourceModule:
    """Reads and indexes one module. Raises SyntaxError where it is not Python."""
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text, filename=str(path))
    index = _Index(name, path, [f"{line}\n" for line in text.split("\n")])
    for statement in tree.body:
        index.add(statement)
    return SourceModule(
        name,
        path,
        text,
        ast.get_docstring(tree, clean=False),
        index.definitions,
        index.imports,
        tuple(index.future),
        tuple(index.left_out),
    )


class _Index:
    """What the statements of a module define, import, and do besides."""

    def __init__(self, module: str, path: Path, lines: list[str]):
        self.module = module
        self.path = path
        self.lines = lines
        self.definitions: dict[str, Definition] = {}
        self.imports: dict[str, Import] = {}
        self.future: list[str] = []
        self.left_out: list[int] = []
        self._end = 0  # of the statement before
        self._latest: Definition | None = None

    def add(self, statement: ast.stmt) -> None:
        """Files one top-level statement."""
        match statement:
            case ast.ImportFrom(module="__future__", names=names):
                self.future += [alias.name for alias in names]
            case ast.Import() | ast.ImportFrom():
                for imported in _imports(statement, self.module, self.path):
                    self.imports[imported.alias] = imported
            case ast.ClassDef(name=name):
                self._define([name], statement, "class")
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                self._define([name], statement, "function")
            case ast.Expr(value=ast.Constant()) | ast.Pass():
                pass
            case ast.If(test=ast.Compare(left=ast.Name(id="__name__"))):
                pass
            case _:
                self._value(statement)

    def _value(self, statement: ast.stmt) -> None:
        """A statement that binds names belongs to them, one that changes a value to the value."""
        bound = _in_order(statement)
        changed = [*bound, *_changed(statement)]
        held = next((self.definitions[name] for name in changed if name in self.definitions), None)
        if held is not None and held.kind == "value" and held is not self._latest_on(statement):
            self._extend(held, bound, statement)
        elif bound:
            self._define(bound, statement, "value")
        else:
            self.left_out.append(statement.lineno)

    def _latest_on(self, statement: ast.stmt) -> Definition | None:
        """The definition before, where ``statement`` stands on its last line."""
        return self._latest if statement.lineno <= self._end else None

    def _define(self, names: Sequence[str], statement: ast.stmt, kind: str) -> None:
        made = self._latest_on(statement)
        if made is None:
            first, last = _extent(statement, self.lines)
            text = "".join(self.lines[first:last])
            made = Definition(self.module, names[0], text, first + 1, kind, self._torch_nn())
            self._end, self._latest = last, made
        for name in names:
            self.definitions[name] = made

    def _torch_nn(self) -> str | None:
        for alias, imported in self.imports.items():
            if (imported.module, imported.name) in (("torch", "nn"), ("torch.nn", None)):
                return alias
        return None

    def _extend(self, held: Definition, names: Iterable[str], statement: ast.stmt) -> None:
        first, last = _extent(statement, self.lines)
        longer = replace(held, text=held.text + "".join(self.lines[first:last]))
        alike = [name for name, definition in self.definitions.items() if definition is held]
        for name in (*alike, *names):
            self.definitions[name] = longer
        self._end, self._latest = last, longer


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


def _in_order(statement: ast.stmt) -> list[str]:
    """The names that a statement binds, as they come."""
    bound = bound_in([statement])
    found = [name for node in ast.walk(statement) for name in names_bound_by(node)]
    return [name for name in dict.fromkeys(found) if name in bound]


def _changed(statement: ast.stmt) -> list[str]:
    """The names whose values a statement changes: ``x[0] = 1``, ``x.append(1)``."""
    found: list[str] = []
    for node in ast.walk(statement):
        match node:
            case ast.Subscript(ctx=ast.Store() | ast.Del()) | ast.Attribute(
                ctx=ast.Store() | ast.Del()
            ):
                found += _root(node)
            case ast.Expr(value=ast.Call(func=ast.Attribute() as method)):
                found += _root(method)
            case _:
                pass
    return found


def _root(node: ast.expr) -> list[str]:
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return [node.id] if isinstance(node, ast.Name) else []


def _extent(statement: ast.stmt, lines: Sequence[str]) -> tuple[int, int]:
    """Lines of a statement, from 0 and half-open, with its decorators and the comments above."""
    first = statement.lineno - 1
    for decorator in getattr(statement, "decorator_list", []):
        first = min(first, decorator.lineno - 1)
    while first and lines[first - 1].startswith("#"):
        first -= 1
    return first, statement.end_lineno or statement.lineno
