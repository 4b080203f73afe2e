"""The code that a target becomes, each line with the places of the configuration behind it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fgc.compiler.backend.sourcemap import Place
from fgc.compiler.explain.experiment import Experiment
from fgc.compiler.explain.page import INDENT, Page
from fgc.compiler.explain.written import written_call
from fgc.compiler.ir.graph import Call, Node
from fgc.compiler.views.places import shortened

BAR = "│"
MOST_PLACES = 18


@dataclass(frozen=True, slots=True)
class CodeLine:
    """A line of an emitted file, and the places behind it, the deciding one first.

    It ``begins`` where a definition does: what follows without places has those of this line.
    """

    number: int
    text: str
    places: tuple[Place, ...]
    begins: bool = False


@dataclass(frozen=True, slots=True)
class Code:
    """Stretches of an emitted file."""

    file: str
    stretches: tuple[tuple[CodeLine, ...], ...]


def code(experiment: Experiment, target: str) -> Code | None:
    """The code of the top-level node ``target``; None where it has none of its own.

    That of a model is its file; that of another node the function that makes it, and its constants;
    failing that, the statements of the program in which it is used.
    """
    node = experiment.graph.root(target)
    model = experiment.model(node)
    if model is not None:
        path = experiment.modeling(model)
        count = experiment.emitted.python[path].count("\n")
        return _code(experiment, path, [range(1, count + 1)])
    path = experiment.plan.program.path
    lines = _Program(experiment).lines(target, node)
    own = experiment.place(node.target_span) if isinstance(node, Call) else None
    return _code(experiment, path, lines, own) if lines else None


def _code(
    experiment: Experiment, path: str, stretches: Sequence[range], own: Place | None = None
) -> Code:
    """The lines of a file; ``own`` is the place of those that have no other."""
    texts = experiment.emitted.python[path].splitlines()
    whole = _definitions(ast.parse(experiment.emitted.python[path]))
    found: list[tuple[CodeLine, ...]] = []
    for stretch in stretches:
        lines: list[CodeLine] = []
        for number in stretch:
            places = experiment.places(path, number)
            first = whole.get(number, number)
            begins = number == first or number == stretch.start
            if begins and not places and own is not None:
                places = (own,)
            closes = not texts[number - 1].strip().strip(")]},")
            if not begins and (closes or places == experiment.places(path, first)):
                places = ()
            lines.append(CodeLine(number, texts[number - 1], places, begins))
        found.append(tuple(lines))
    return Code(path, tuple(found))


def _definitions(tree: ast.Module) -> dict[int, int]:
    """The first line of the definition that each line is in."""
    found: dict[int, int] = {}
    for node in tree.body:
        first = _first(node)
        found.update(dict.fromkeys(range(first, (node.end_lineno or first) + 1), first))
    return found


def _first(node: ast.stmt) -> int:
    """The line on which a statement begins, its decorators included."""
    if isinstance(node, ast.ClassDef | ast.FunctionDef):
        return min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    return node.lineno


def _range(node: ast.stmt) -> range:
    return range(_first(node), (node.end_lineno or node.lineno) + 1)


class _Program:
    """The program's text, in which the lines of a node are found."""

    def __init__(self, experiment: Experiment):
        self._experiment = experiment
        constants = set(experiment.plan.constants.values())
        self._constants = {
            name: node
            for node in experiment.tree.body
            if isinstance(node, ast.Assign)
            for name in _targets(node) & constants
        }

    def lines(self, target: str, node: Node | None) -> list[range]:
        """The stretches that belong to the node ``target``, in order."""
        plan = self._experiment.plan
        if isinstance(node, Call) and node in plan.builders:
            maker = f"build_{plan.builders[node]}"
            if maker in self._experiment.functions:
                function = self._experiment.functions[maker]
                return [*self._constants_in(function), _range(function)]
        if node is not None and node in plan.constants and plan.constants[node] in self._constants:
            name = plan.constants[node]
            uses = [s for s in self._statements() if name in _read(s)]
            return [_range(self._constants[name]), *map(_range, uses)]
        statements = [s for s in self._statements() if self._concerns(s, target, node)]
        constants = [range_ for s in statements for range_ in self._constants_in(s)]
        return [*dict.fromkeys(constants), *map(_range, statements)]

    def _constants_in(self, statement: ast.stmt) -> list[range]:
        read = _read(statement)
        return _joined([_range(node) for name, node in self._constants.items() if name in read])

    def _statements(self) -> Iterator[ast.stmt]:
        """The innermost statements of the program's functions."""
        waiting: list[ast.stmt] = list(reversed(self._experiment.functions.values()))
        while waiting:
            statement = waiting.pop()
            inner = [n for n in ast.iter_child_nodes(statement) if isinstance(n, ast.stmt)]
            if not inner:
                yield statement
            waiting += reversed(inner)

    def _concerns(self, statement: ast.stmt, target: str, node: Node | None) -> bool:
        """Whether a statement makes the node, or calls it."""
        if not isinstance(node, Call):
            return False
        call = written_call(self._experiment, node)
        called = call is not None and call.lineno in _range(statement)
        return called or target in _targets(statement)


def _targets(statement: ast.stmt) -> set[str]:
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    return {target.id for target in targets if isinstance(target, ast.Name)}


def _read(statement: ast.stmt) -> set[str]:
    return {
        node.id
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    }


def _joined(ranges: Sequence[range]) -> list[range]:
    """Neighbouring stretches as one."""
    found: list[range] = []
    for each in ranges:
        if found and found[-1].stop == each.start:
            found[-1] = range(found[-1].start, each.stop)
        else:
            found.append(each)
    return found


def render_code(section: Code | None, page: Page) -> Iterator[str]:
    """The code behind a margin of places; a line without has those of its definition."""
    if section is None:
        yield f"{INDENT}It becomes no code of its own."
        return
    every = [line for stretch in section.stretches for line in stretch]
    margins = {line.number: _margin(page, line) for line in every}
    width = max(map(len, margins.values()))
    yield f"{INDENT}{page.paint('quiet', section.file)}"
    for stretch in section.stretches:
        yield ""
        for line in stretch:
            margin = page.paint("place", f"{margins[line.number]:>{width}}")
            used = len(f"{INDENT}{'':{width}} {BAR} ")
            # never wrapped, and cut only where somebody looks at a terminal
            text = line.text if page.width is None else shortened(line.text, page.width - used)
            yield f"{INDENT}{margin} {page.paint('quiet', BAR)} {text}".rstrip()


def _margin(page: Page, line: CodeLine) -> str:
    """The places of a line, as many as a margin holds."""
    text = page.keys.all(line.places)
    if len(text) > MOST_PLACES and len(line.places) > 1:
        return f"{page.keys.short(line.places[0])}…"
    return text
