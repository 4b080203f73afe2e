"""Several modules as one, where their names allow it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence

from fgc.compiler.ir.module import Import, Module, Origin, Piece
from fgc.compiler.specialiser.source import definitions, references


class CannotMergeError(Exception):
    """Two modules mean different things by one name, or one is used as an object."""


def one_file(modules: Sequence[Module]) -> Module:
    """The first of ``modules`` with all that it imports of the others written out above.

    Its own values come first, then the definitions of the others, each behind what it needs, then
    its own functions.

    Raises:
        CannotMergeError: where one file cannot hold them all.

    >>> tau = Piece("tau", "tau = 2 * pi\\n")
    >>> lib = Module("lib.py", None, (Import("math", "pi", "pi"),), (tau,))
    >>> use = Piece("f", "def f():\\n    return tau\\n")
    >>> made = one_file([Module("main.py", "Doc.", (Import("lib", "tau", "tau"),), (use,)), lib])
    >>> [i.code() for i in made.imports], [piece.name for piece in made.pieces]
    (['from math import pi'], ['tau', 'f'])
    """
    main, *others = modules
    paths = {module.path for module in modules}
    imports: dict[str, Import] = {}
    owners: dict[str, str] = {}
    for module in modules:
        for name in _defined(module.pieces):
            if owners.setdefault(name, module.path) != module.path:
                raise CannotMergeError(name)
    for module in modules:
        for imported in module.imports:
            home = _home(imported, module.path, paths)
            if home is None:
                _add(imports, imported)
            elif imported.name != imported.alias or owners.get(imported.alias) != home:
                raise CannotMergeError(imported.alias)
    if imports.keys() & owners.keys():
        raise CannotMergeError(min(imports.keys() & owners.keys()))
    values = [piece for piece in main.pieces if _is_value(piece)]
    own = [piece for piece in main.pieces if not _is_value(piece)]
    library = _in_order_of_need([piece for module in others for piece in module.pieces])
    future = tuple(sorted({name for module in modules for name in module.future}))
    return Module(
        main.path, main.docstring, tuple(imports.values()), (*values, *library, *own), future
    )


def read_module(path: str, text: str) -> Module:
    """A module that exists as text only, as `module_text` has written it."""
    tree = ast.parse(text)
    lines = text.splitlines(keepends=True)
    imports: list[Import] = []
    pieces: list[Piece] = []
    for statement in tree.body:
        match statement:
            case ast.Import(names=names):
                imports += [Import(a.name, None, a.asname or a.name) for a in names]
            case ast.ImportFrom(module=module, names=names, level=level):
                source = "." * level + (module or "")
                imports += [Import(source, a.name, a.asname or a.name) for a in names]
            case ast.Expr():
                pass  # the docstring
            case _:
                pieces.append(_piece(path, statement, lines))
    return Module(path, ast.get_docstring(tree, clean=False), tuple(imports), tuple(pieces))


def _piece(path: str, statement: ast.stmt, lines: Sequence[str]) -> Piece:
    first = statement.lineno - 1
    for decorator in getattr(statement, "decorator_list", []):
        first = min(first, decorator.lineno - 1)
    while first and lines[first - 1].startswith("#"):
        first -= 1
    text = "".join(lines[first : statement.end_lineno])
    name = min(definitions(text), default="")
    return Piece(name, text, origin=Origin(path, first + 1, text))


def _home(imported: Import, importer: str, paths: Iterable[str]) -> str | None:
    """The path of the module of the tree that an import takes its name from, if it is one."""
    module = imported.module
    if module.startswith("."):
        folder = importer.rpartition("/")[0]
        module = f"{folder}.{module[1:]}".replace("/", ".")
    path = module.replace(".", "/") + ".py"
    if path in paths:
        return path
    inner = f"{path.removesuffix('.py')}/{imported.name}.py"
    return inner if imported.name is not None and inner in paths else None


def _add(imports: dict[str, Import], wanted: Import) -> None:
    held = imports.setdefault(wanted.alias, wanted)
    if held.plain() != wanted.plain():
        raise CannotMergeError(wanted.alias)


def _in_order_of_need(pieces: Sequence[Piece]) -> list[Piece]:
    """``pieces`` in their order, each behind those that it refers to; plain values come first."""
    by_name = {name: piece for piece in pieces for name in definitions(piece.text)}
    ordered: dict[str, Piece] = {}
    active: set[str] = set()

    def place(piece: Piece) -> None:
        if piece.name in ordered or piece.name in active:
            return
        active.add(piece.name)
        for name in sorted(references(piece.text) & by_name.keys()):
            place(by_name[name])
        ordered[piece.name] = piece

    for piece in pieces:
        place(piece)
    first: dict[str, Piece] = {}
    for name, piece in ordered.items():
        needed = {by_name[other].name for other in references(piece.text) & by_name.keys()}
        if _is_value(piece) and needed <= first.keys():
            first[name] = piece
    return [*first.values(), *(p for name, p in ordered.items() if name not in first)]


def _defined(pieces: Iterable[Piece]) -> set[str]:
    return {name for piece in pieces for name in definitions(piece.text)}


def _is_value(piece: Piece) -> bool:
    statements = ast.parse(piece.text).body
    return not any(isinstance(s, ast.FunctionDef | ast.ClassDef) for s in statements)
