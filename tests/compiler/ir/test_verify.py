"""Each thing that a pass may not leave is seen, with its place."""

from __future__ import annotations

import pytest

from fgc.compiler.ir.graph import Call, Entry, Graph, Kind, Literal, Mapping, Var
from fgc.compiler.ir.module import Import, Module, Piece
from fgc.compiler.ir.span import Span
from fgc.compiler.ir.verify import InvalidIR, verify_graph, verify_modules
from fgc.compiler.specialiser.source import references

AT = Span.point("a.yaml", 3, 5)
ONE = Literal(1, ("x",), AT)


def graph(value: object, key: object = "x") -> Graph:
    return Graph((Entry(key, AT, value),))  # type: ignore[arg-type]


def call(*entries: Entry, target: str = "dict") -> Call:
    return Call(Kind.SINGLETON, target, AT, (), entries, ("x",), AT)


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (graph(ONE, ".define"), "a.yaml:3: `.define` at top level"),
        (graph(ONE, 1), "`1` at top level"),
        (Graph((Entry("x", AT, ONE), Entry("x", AT, ONE))), "the top-level key `x` is there 2"),
        (graph(Literal(1, ("x",), Span("a.yaml", 0, 1, 1, 1))), "with the span"),
        (graph(Mapping((Entry("k", AT, ONE), Entry("k", AT, ONE)), ("x",), AT)), "the key `str k`"),
        (graph(call(target="")), "a call without a target"),
        (graph(call(Entry(1, AT, ONE))), "a keyword that is no text"),
        (graph(call(Entry("a", AT, ONE), Entry("a", AT, ONE))), "the keyword `a` is there 2 times"),
        (graph(Var("", None, ("x",), AT)), "a variable without a name"),
    ],
)
def test_a_broken_graph_is_refused(broken: Graph, message: str) -> None:
    with pytest.raises(InvalidIR, match=message.replace(".", r"\.")):
        verify_graph(broken)


def test_keys_that_are_equal_only_as_text_are_two() -> None:
    verify_graph(graph(Mapping((Entry(1, AT, ONE), Entry("1", AT, ONE)), ("x",), AT)))


def module(*pieces: Piece, path: str = "a.py", imports: tuple[Import, ...] = ()) -> Module:
    return Module(path, None, imports, pieces)


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        ([module(), module()], "the file `a.py` is there 2 times"),
        ([module(path="../a.py")], "a module at"),
        ([module(Piece("f", "def f(:"))], "f is not Python"),
        ([module(Piece("f", "def f():\n    return g()"))], "f reads g"),
        ([module(Piece("f", "f = 1"), Piece("f", "f = 2"))], "the name `f` is there 2 times"),
        (
            [module(Piece("f", "f = 1"), imports=(Import("os", "f", "f"),))],
            "the name `f` is there 2 times",
        ),
    ],
)
def test_broken_modules_are_refused(broken: list[Module], message: str) -> None:
    with pytest.raises(InvalidIR, match=message):
        verify_modules(broken, references)


def test_a_sound_module_passes() -> None:
    pieces = (Piece("F", "F = Path()"), Piece("f", "def f(x=F):\n    return len(x) + f(__file__)"))
    verify_modules([module(*pieces, imports=(Import("pathlib", "Path", "Path"),))], references)
