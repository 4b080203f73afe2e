"""A model that is written out is made as the graph says, on random models."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

import libcst as cst
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fgc.compiler.backend.literal import literal
from fgc.compiler.backend.names import path_name
from fgc.compiler.ir.graph import Call, Kind, List, Literal, Mapping, Node, Tuple, Var, children
from fgc.compiler.specialiser.closure import Closure, Code, DefId
from fgc.compiler.specialiser.construct import OutsideError, Unit, Writer, assign_names
from fgc.compiler.specialiser.families import Families, Scope
from fgc.compiler.specialiser.family import Tree
from fgc.compiler.specialiser.source import Definition, Library
from fgc.compiler.specialiser.subset import Whole
from tests.compiler.specialiser.graphs import FIELDS, IMPORTS, Model

EXAMPLES = 100


@dataclass
class Recorder:
    """What a run does, in order, and the names that its code needs."""

    trace: list[str] = field(default_factory=list[str])

    def space(self) -> dict[str, Any]:
        space: dict[str, Any] = {
            "note": self.note,
            "show": show,
            "hand": lambda make, **given: make(**given),
            "anything": self.anything,
        }
        exec(IMPORTS, space)
        return space

    def note(self, value: object, *more: object) -> object:
        self.trace.append(repr((value, *more)))
        return value

    def anything(self, **given: object) -> Any:
        self.trace.append(f"anything {[(k, show(v)) for k, v in sorted(given.items())]}")
        return SimpleNamespace(**given)


def show(value: object) -> str:
    """A value, without names and places that may differ."""
    if value is None or isinstance(value, str | int | float):
        return repr(value)
    if isinstance(value, list):
        return str([show(item) for item in value])
    if isinstance(value, type) or callable(value):
        return "callable"
    return "object"


def walked(thing: object, seen: dict[int, int]) -> str:
    """The attributes of an object, and of those below it; the same object met again by number."""
    if id(thing) in seen:
        return f"#{seen[id(thing)]}"
    if isinstance(thing, list):
        return f"[{', '.join(walked(item, seen) for item in thing)}]"
    if not hasattr(thing, "__dict__") or callable(thing):
        return show(thing)
    if "hidden" in vars(thing):
        return "config"
    seen[id(thing)] = len(seen)
    inner = {k: walked(v, seen) for k, v in sorted(vars(thing).items())}
    return str({k: v for k, v in inner.items() if v not in ("None", "True", "False")})


# As the graph says.


class Interpreter:
    def __init__(self, space: dict[str, Any]):
        self.space = space
        self.made: dict[Call, Any] = {}
        self.config = SimpleNamespace(**FIELDS)

    def value(self, node: Node) -> Any:
        match node:
            case Literal(value=value):
                return value
            case Var(var=name):
                return FIELDS[name]
            case List(items=items) | Tuple(items=items):
                return [self.value(item) for item in items]
            case Call(kind=Kind.PARTIAL):
                return partial(self.call, node)
            case Call(kind=Kind.SINGLETON):
                if node not in self.made:
                    self.made[node] = self.call(node)
                return self.made[node]
            case Call():
                return self.call(node)
            case _:
                raise AssertionError(node)

    def call(self, node: Call, **given: Any) -> Any:
        target = self.space[node.target.partition(":")[2]]
        bound: dict[str, Any] = {}
        for entry in node.kwargs:
            is_config = isinstance(entry.value, Mapping)
            bound[str(entry.key)] = self.config if is_config else self.value(entry.value)
        return target(**{**bound, **given})

    def model(self, root: Call) -> Any:
        """The model, and before its parts the singletons that are below them."""
        for node in _singletons_first(root):
            if node is not root:
                self.value(node)
        return self.call(root)


def _singletons_first(root: Node) -> list[Call]:
    found: dict[Call, None] = {}

    def visit(node: Node) -> None:
        for child in children(node):
            visit(child)
        if isinstance(node, Call) and node.kind is Kind.SINGLETON:
            found.setdefault(node)

    visit(root)
    return list(found)


# As it is written out.


class Emitter:
    def __init__(self, library: Library):
        self.library = library
        self.outside: list[Whole] = []

    def definition(self, call: Call) -> tuple[Definition, Tree] | None:
        definition = self.library.definition("lib", call.target.partition(":")[2])
        if definition is None:
            return None
        tree = definition.parse()
        assert isinstance(tree, Tree)
        return definition, tree

    def texts(self, root: Call) -> tuple[str, list[str]]:
        """The name of the model's class, and the text of all definitions."""
        while True:
            try:
                return self.attempt(root)
            except OutsideError as error:
                self.outside.append(error.whole)

    def attempt(self, root: Call) -> tuple[str, list[str]]:
        families = Families(
            Scope(
                code,
                code,
                known,
                self.definition,
                self.definition,
                reserved=frozenset({"config"}),
            ),
            self.outside,
        )
        families.part(root)
        assign_names(families, "My")
        taken = {"config", "self"}
        shared: dict[Call, str] = {}
        for call in families.shared:
            shared[call] = path_name(call.path, lambda name: name not in taken, call.name)
            taken.add(shared[call])
        writer = Writer(Unit(families, symbol, shared, "MyConfig"))
        names: dict[str, DefId] = {
            name: ("lib", name) for name in self.library.module("lib").definitions  # type: ignore[union-attr]
        }
        codes = [
            Code(f.name, writer.definition(f), "lib", f.definition, names)
            for f in families.families.values()
        ]
        local: dict[DefId, str] = {}
        named: dict[DefId, tuple[str, ...]] = {}
        for family in families.families.values():
            identity = (family.definition.module, family.definition.name)
            local.setdefault(identity, family.name)
            named[identity] = (*named.get(identity, ()), family.name)
        reached = Closure(self.library, local, named).reach(codes)
        texts = [each.text for each in (*reached.definitions, *reached.roots)]
        part = families.part(root)
        return writer.construction(part).callee.value, texts  # type: ignore[attr-defined]


def code(node: Node) -> cst.BaseExpression:
    match node:
        case Literal(value=value):
            return literal(value)
        case Var(var=name):
            return cst.parse_expression(f"config.{name}")
        case List(items=items):
            return cst.List([cst.Element(code(item)) for item in items])
        case _:
            raise AssertionError(node)


def known(node: Node) -> object:
    match node:
        case Literal(value=value):
            return value
        case Var(var=name):
            return FIELDS[name]
        case _:
            return ...


def symbol(call: Call) -> cst.BaseExpression:
    return cst.Name(call.target.partition(":")[2])


def attempt(make: Callable[[], Any], recorder: Recorder) -> list[str]:
    try:
        model = make()
        result = walked(model, {})
        for each in _below(model, []):
            if hasattr(each, "run"):
                each.run()
    except Exception as error:
        result = f"{type(error).__name__}: {error}".replace("My", "")
    return [*recorder.trace, result]


def _below(thing: object, seen: list[object]) -> list[object]:
    if any(thing is each for each in seen) or callable(thing):
        return seen
    if isinstance(thing, list):
        for item in thing:
            _below(item, seen)
    elif hasattr(thing, "__dict__"):
        seen.append(thing)
        for _, value in sorted(vars(thing).items()):
            _below(value, seen)
    return seen


def check(seed: int, folder: Path) -> None:
    model = Model.made(Random(seed))
    root = model.graph()
    (folder / "lib.py").write_text(model.text)
    recorder = Recorder()
    space = recorder.space()
    exec(model.text, space)
    before = attempt(lambda: Interpreter(space).model(root), recorder)
    name, texts = Emitter(Library({"lib": folder / "lib.py"})).texts(root)
    recorder = Recorder()
    space = recorder.space() | {"MyConfig": object}
    for text in texts:
        exec(text, space)
    after = attempt(lambda: space[name](SimpleNamespace(**FIELDS)), recorder)
    assert before == after, "\n".join([model.text, "=====", *texts, f"{before}", f"{after}"])


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.integers(0, 2**32))
def test_a_model_is_made_as_the_graph_says(tmp_path: Path, seed: int) -> None:
    check(seed, tmp_path)
