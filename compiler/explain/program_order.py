"""In which order the program makes what the configuration names."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from fgc.compiler.backend.sourcemap import Place
from fgc.compiler.explain.experiment import Experiment
from fgc.compiler.explain.page import Page
from fgc.compiler.explain.written import dotted
from fgc.compiler.ir.graph import Call, Kind, Node, children
from fgc.compiler.views.places import one_line
from fgc.compiler.views.values import last_name


@dataclass(frozen=True, slots=True)
class Step:
    """Something that the program makes or does: its path in the configuration, what makes it, and
    where the configuration says so."""

    what: str
    made_by: str
    place: Place


@dataclass(frozen=True, slots=True)
class ProgramOrder:
    """The steps of the program, in their order. ``target`` is the one that the lesson is about."""

    entry: str
    target: str
    steps: tuple[Step, ...]


def program_order(experiment: Experiment, target: str) -> ProgramOrder:
    """What the program's entry does with the nodes of the configuration, in order."""
    program = experiment.plan.program
    reader = _Entry(experiment)
    for statement in experiment.functions[program.entry].body:
        reader.read(statement)
    return ProgramOrder(f"{program.entry}() in {program.path}", target, tuple(reader.steps))


class _Entry(ast.NodeVisitor):
    """Follows the entry as it is evaluated: arguments first, then the call."""

    def __init__(self, experiment: Experiment):
        self.steps: list[Step] = []
        self._experiment = experiment
        plan = experiment.plan
        self._makers = {f"build_{name}": call for call, name in plan.builders.items()}
        self._constants = {name: node for node, name in plan.constants.items()}
        self._roots = {str(entry.key): entry.value for entry in plan.roots}
        self._called = {
            experiment.place(call.target_span): call
            for call in self._roots.values()
            if isinstance(call, Call) and call not in plan.builders
        }
        self._made: set[Node] = set()

    def read(self, statement: ast.stmt) -> None:
        """Reads a statement of the entry."""
        self.visit(statement)
        if isinstance(statement, ast.Assign):
            for target in statement.targets:
                node = self._roots.get(target.id) if isinstance(target, ast.Name) else None
                if isinstance(node, Call) and node not in self._made:
                    # what the program makes in its own way, such as the tokenizer from its file
                    maker = dotted(statement.value)
                    self._make(node, maker or last_name(node.target))

    def visit_Call(self, node: ast.Call) -> None:
        """A call: its arguments, and then what it makes."""
        self.generic_visit(node)
        name = dotted(node.func)
        places = self._experiment.places(self._experiment.plan.program.path, node.lineno)
        if name in self._makers:
            self._make(self._makers[name])
        elif places and places[0] in self._called:
            self._make(self._called.pop(places[0]))
        else:
            for read in _names(node.args):
                if read in self._constants:
                    self._use(self._constants[read], name)

    def _make(self, call: Call, maker: str = "") -> None:
        """A node, after what it is made of."""
        if call in self._made:
            return
        self._made.add(call)
        plan = self._experiment.plan
        if call not in plan.models:
            for below in _made_within(call):
                if below not in plan.builders:
                    self._make(below)
        model = plan.models.get(call)
        named = last_name(call.target) if model is None else model.prefix + last_name(call.target)
        self._add(call, maker or named, self._experiment.place(call.target_span))

    def _use(self, node: Node, function: str) -> None:
        if node not in self._made:
            self._made.add(node)
            self._add(node, function, self._experiment.place(node.span))

    def _add(self, node: Node, made_by: str, place: Place) -> None:
        name = self._experiment.name(node.path)
        self.steps.append(Step(one_line(name), one_line(made_by), place))


def _made_within(call: Call) -> Iterator[Call]:
    """The calls whose objects are made for the arguments of ``call``, in order."""
    stack = list(reversed(children(call)))
    while stack:
        node = stack.pop()
        if not isinstance(node, Call):
            stack += reversed(children(node))
        elif node.kind in (Kind.SINGLETON, Kind.FACTORY):
            yield node


def _names(arguments: Iterable[ast.expr]) -> Iterator[str]:
    for argument in arguments:
        for node in ast.walk(argument):
            if isinstance(node, ast.Name):
                yield node.id


def render_program_order(section: ProgramOrder, page: Page) -> Iterator[str]:
    """The steps, numbered; those of the target are marked."""
    yield from page.wrapped(
        f"What the configuration names, in the order in which {section.entry} makes it:"
    )
    yield ""
    rows: list[tuple[str, str, str, str]] = []
    for number, step in enumerate(section.steps, 1):
        own = step.what.partition(".")[0] == section.target
        mark = "→" if own else ""
        rows.append((f"{mark}{number:>3}", step.what, step.made_by, page.keys.short(step.place)))
    yield from page.table(rows, ("quiet", "", "", "place"), right=0, gives=2)
