"""A `with` whose items are off: what is left of it, and that it does the same."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from itertools import product
from textwrap import dedent

import pytest

from fgc.compiler.specialiser.bindings import Binding, Constant, Kept
from tests.compiler.specialiser.making import body

NONE = Constant(None)

THREE = """
    # what runs
    with (
        # the first
        nullcontext() if a is None else enter("a"),
        # the second
        nullcontext() if b is None else enter("b"),
        # the third
        nullcontext() if c is None else enter("c"),
    ):
        trace("inside")
        trace("still")
    trace("behind")
"""
ONE = """
    with nullcontext() if a is None else enter("a"):
        if b is None:
            return trace("b is off")
        trace("inside")
    return trace("behind")
"""


def run(text: str, values: dict[str, str | None]) -> list[str]:
    """What `text`, the body of a function, does, in order."""
    done: list[str] = []

    @contextmanager
    def enter(name: str) -> Iterator[None]:
        done.append(f"enter {name}")
        yield
        done.append(f"leave {name}")

    inner = "".join(f"    {line}\n" for line in dedent(text).strip("\n").splitlines())
    space = {"nullcontext": nullcontext, "enter": enter, "trace": done.append, **values}
    exec(f"def f():\n{inner}", space)
    space["f"]()  # type: ignore[operator]
    return done


@pytest.mark.parametrize("text", [THREE, ONE])
@pytest.mark.parametrize("known", list(product((None, "off", "on"), repeat=3)))
def test_it_does_what_it_did(text: str, known: tuple[str | None, ...]) -> None:
    """Whatever is known of each item, and whatever the others then are."""
    bindings: dict[str, Binding] = {
        name: NONE if value == "off" else Kept(not_none=value == "on")
        for name, value in zip("abc", known, strict=True)
    }
    made = body(text, **bindings)
    for actual in product((None, "given"), repeat=3):
        values = dict(zip("abc", actual, strict=True))
        agrees = all(
            value is None or (value == "off") == (values[name] is None)
            for name, value in zip("abc", known, strict=True)
        )
        if agrees:
            assert run(made, values) == run(text, values), made
    assert made.count("nullcontext") == (known.count(None) if text is THREE else known[0] is None)


def test_items_go_with_their_comments() -> None:
    made = body(THREE, a=Kept(not_none=True), b=NONE, c=Kept(not_none=True))
    assert made == dedent("""\
        # what runs
        with (
            # the first
            enter("a"),
            # the third
            enter("c"),
        ):
            trace("inside")
            trace("still")
        trace("behind")
        """)
    made = body(THREE, a=NONE, b=Kept(not_none=True), c=NONE)
    assert made.startswith('# what runs\nwith enter("b"):\n    trace("inside")\n')
    made = body(THREE, a=NONE, b=NONE, c=NONE)
    assert made == '# what runs\ntrace("inside")\ntrace("still")\ntrace("behind")\n'


def test_items_on_one_line() -> None:
    text = "with open(p) as f, nullcontext() if a is None else enter(a):\n    f.read()\n"
    assert body(text, a=NONE) == "with open(p) as f:\n    f.read()\n"
    text = "with nullcontext() if a is None else enter(a), open(p) as f, g():\n    f.read()\n"
    assert body(text, a=NONE) == "with open(p) as f, g():\n    f.read()\n"


@pytest.mark.parametrize(
    "text",
    [
        "with nullcontext():\n    go(None)\n",
        "with nullcontext() as x:\n    go(x, None)\n",
        "with nullcontext(3):\n    go(None)\n",
    ],
)
def test_one_that_was_written_so_stays(text: str) -> None:
    assert body(text.replace("None", "a"), a=NONE) == text


@pytest.mark.parametrize("context", ["nullcontext() if a is None else b", "nullcontext(a)"])
def test_one_with_a_name_or_an_argument_stays(context: str) -> None:
    name = " as x" if "if" in context else ""
    made = body(f"with {context}{name}:\n    go()\n", a=NONE)
    assert made == f"with nullcontext({'' if name else 'None'}){name}:\n    go()\n"
