"""The pass that finds out what import specs mean, by reading source."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from fgc.compiler.diagnostics.diagnostic import Diagnostic, Label, Severity
from fgc.compiler.frontend.from_project import is_from_project
from fgc.compiler.ir.graph import Call, Graph, Home, walk
from fgc.compiler.ir.span import Span
from fgc.compiler.program.callbacks import objects
from fgc.compiler.program.target import Callbacks
from fgc.compiler.symbols.answer import Answer, Mistake
from fgc.compiler.symbols.lookup import Symbols
from fgc.compiler.symbols.resolution import Resolution
from fgc.compiler.symbols.symbol import Symbol

_AT_CONSTRUCTION = ("FGC020", "FGC023")
"""What Forgather finds only when it makes the object."""


def resolve(
    graph: Graph,
    *,
    project_root: Path,
    search_path: tuple[Path, ...],
    place: Callable[[Path, str], Path] | None = None,
    system_path: tuple[Path, ...] = (),
    callbacks: Callbacks | None = None,
) -> tuple[Resolution, tuple[Diagnostic, ...]]:
    """Look up each import spec of ``graph``; none of what they name is imported.

    ``place`` says where a path leads that is written in a folder, where it is not just joined.
    Modules that are not installed are looked for in the folders of ``system_path``. Of the classes
    of ``callbacks``, the methods are looked up too.

    The diagnostics are FGC020, FGC023, FGC025 and FGC032.

    >>> at = Span("a.yaml", 1, 1, 1, 4)
    >>> from fgc.compiler.ir.graph import Entry, Kind
    >>> call = Call(Kind.SINGLETON, "lne", at, (), (), ("n",), at)
    >>> resolution, found = resolve(
    ...     Graph((Entry("n", at, call),)), project_root=Path(), search_path=()
    ... )
    >>> found[0].message
    'there is no builtin named `lne`'
    """
    built = Symbols(project_root, search_path, place=place, system_path=system_path)
    projects: dict[Home | None, Symbols] = {None: built}
    answers: dict[tuple[Home | None, str, tuple[str, ...]], Answer] = {}
    resolved: dict[Call, Symbol] = {}
    found: list[Diagnostic] = []
    unchecked: set[str] = set()
    for call in calls(graph):
        if is_from_project(call):
            continue  # one that could not be linked, and was told of
        home = call.home
        if home is not None and home not in projects:
            folders = tuple(map(Path, home.search_path))
            imported = tuple(map(Path, home.system_path))
            projects[home] = built.of_project(Path(home.root), folders, imported)
        key = (home, call.target, call.search_path)
        answer = answers.get(key) or projects[home].lookup(call.target, call.search_path)
        answers[key] = answer
        if answer.symbol is not None:
            resolved[call] = answer.symbol
        if answer.mistake is not None:
            found.append(_diagnostic(graph, call, answer.mistake))
        if answer.unchecked is not None and answer.unchecked not in unchecked:
            unchecked.add(answer.unchecked)
            found.append(_unchecked(graph, call, answer.unchecked))
    for call in objects(graph, callbacks):
        if call in resolved:
            resolved[call] = replace(
                resolved[call], methods=projects[call.home].methods(resolved[call])
            )
    found += _not_python(graph, (project_root, *search_path))
    found += _one_name_twice(resolved)
    loose: dict[str, str] = {}
    for symbols in projects.values():
        loose |= symbols.modules.loose
    return Resolution(graph, resolved, loose), in_order(found)


def _one_name_twice(symbols: Mapping[Call, Symbol]) -> Iterator[Diagnostic]:
    """FGC020 where modules of two projects would be one module of what is built."""
    first: dict[str, tuple[Call, str]] = {}
    for call, symbol in symbols.items():
        if symbol.origin != "project" or not symbol.definition_module or not symbol.file:
            continue
        other, file = first.setdefault(symbol.definition_module, (call, symbol.file))
        if file != symbol.file:
            message = f"two projects have a module `{symbol.definition_module}`"
            labels = (Label(other.target_span, "the other one is used here"),)
            remedy = "rename one of the two files"
            yield Diagnostic("FGC020", message, call.target_span, labels=labels, help=remedy)


def _not_python(graph: Graph, built: tuple[Path, ...]) -> Iterator[Diagnostic]:
    """FGC020 for each file of a project that a spec names and that is not Python."""
    broken: dict[tuple[Home | None, str], Label | None] = {}
    for call in calls(graph):
        name = call.target.rpartition(":")[0]
        if not name.endswith(".py"):
            continue
        key = (call.home, name)
        if key not in broken:
            home = call.home
            folders = built if home is None else tuple(map(Path, (home.root, *home.search_path)))
            broken[key] = _syntax_error(name, folders)
        label = broken[key]
        if label is not None:
            message = f"`{name}` is not Python"
            remedy = "mend the file where it is marked"
            yield Diagnostic("FGC020", message, call.target_span, labels=(label,), help=remedy)


def _syntax_error(name: str, folders: tuple[Path, ...]) -> Label | None:
    """Where the file called ``name`` stops being Python; None where it is, or is not there."""
    path = next((folder / name for folder in folders if (folder / name).is_file()), None)
    if path is None:
        return None
    try:
        ast.parse(path.read_bytes())
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        message = str(getattr(error, "msg", error))
        return Label(Span.point(path.resolve().as_posix(), line), message)
    return None


def calls(graph: Graph) -> Iterable[Call]:
    """Each call of a graph once, in configuration order."""
    nodes = walk(*(entry.value for entry in graph.roots))
    return (node for node in nodes if isinstance(node, Call))


def in_order(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """By file, line and column, each once; those without a place last."""
    unique = {(d.code, d.message, d.span): d for d in reversed([*diagnostics])}
    return tuple(sorted(unique.values(), key=_place))


def _place(diagnostic: Diagnostic) -> tuple[bool, str, int, int, str, str]:
    span = diagnostic.span or Span("", 0, 0, 0, 0)
    where = (span.file, span.line, span.column)
    return (diagnostic.span is None, *where, diagnostic.code, diagnostic.message)


def _diagnostic(graph: Graph, call: Call, mistake: Mistake) -> Diagnostic:
    return Diagnostic(
        mistake.code,
        mistake.message,
        _part(graph, call, mistake.start, mistake.end),
        severity=mistake.severity,
        help=mistake.help,
        tolerable=mistake.code in _AT_CONSTRUCTION,
    )


def _unchecked(graph: Graph, call: Call, package: str) -> Diagnostic:
    return Diagnostic(
        "FGC032",
        f"package `{package}` is not installed here: what is taken from it is not checked",
        _part(graph, call, 0, len(call.target)),
        severity=Severity.NOTE,
    )


def _part(graph: Graph, call: Call, start: int, end: int) -> Span:
    """The place of ``call.target[start:end]``, where the spec stands in the source as it is."""
    span = call.target_span
    if written_at(graph, span) != call.target:
        return span
    return Span(span.file, span.line, span.column + start, span.line, span.column + end)


def written_at(graph: Graph, span: Span) -> str | None:
    """The text at ``span``, if it lies on one line of a file that is known."""
    lines = graph.sources.get(span.file, "").splitlines()
    if span.line != span.end_line or not 0 < span.line <= len(lines):
        return None
    return lines[span.line - 1][span.column - 1 : span.end_column - 1]
