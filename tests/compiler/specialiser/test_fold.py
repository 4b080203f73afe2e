"""Bodies for what is known of their parameters."""

from __future__ import annotations

from itertools import product
from textwrap import dedent

import pytest

from fgc.compiler.specialiser.bindings import Binding, Constant, Kept
from fgc.compiler.specialiser.calls import Unspecialisable
from tests.compiler.specialiser.making import (
    body,
    code,
    expression,
    makes,
    makes_each,
    specialised,
)

NONE, YES, NO = Constant(None), Constant(True), Constant(False)
KEPT = Kept()


def lines(text: str) -> str:
    return dedent(text).lstrip("\n")


# Branches.

CHAIN = """
    # the first
    if a:
        one()
    # the second
    elif b:
        two()
    # the third
    elif c:
        three()
    # the rest
    else:
        four()
    last()
"""


@pytest.mark.parametrize("known", list(product((None, True, False), repeat=3)))
def test_every_chain_takes_the_branch_that_is_left(known: tuple[bool | None, ...]) -> None:
    bindings: dict[str, Binding] = {
        name: KEPT if value is None else Constant(value)
        for name, value in zip("abc", known, strict=True)
    }
    made = body(CHAIN, **bindings)
    for actual in product((True, False), repeat=3):
        if any(k is not None and k is not a for k, a in zip(known, actual, strict=True)):
            continue
        values = dict(zip("abc", actual, strict=True))
        assert _run(made, values) == _run(dedent(CHAIN), values), made
    assert all(
        f"if {name}" not in made
        for name, value in zip("abc", known, strict=True)
        if value is not None
    )


def _run(text: str, values: dict[str, bool]) -> list[str]:
    trace: list[str] = []
    names = ("one", "two", "three", "four", "last")
    space = {name: (lambda name=name: trace.append(name)) for name in names}
    exec(text, {**space, **values})
    return trace


def test_comments_go_with_what_they_explain() -> None:
    assert body(CHAIN, a=YES, b=KEPT, c=KEPT) == "# the first\none()\nlast()\n"
    assert body(CHAIN, a=NO, b=YES, c=KEPT) == "# the first\n# the second\ntwo()\nlast()\n"
    assert body(CHAIN, a=NO, b=NO, c=NO) == "# the first\n# the rest\nfour()\nlast()\n"
    assert body(CHAIN, a=KEPT, b=NO, c=YES) == lines("""
        # the first
        if a:
            one()
        # the third
        else:
            three()
        last()
        """)


def test_a_branch_that_goes_takes_its_comments_along() -> None:
    text = """
        first()
        # why
        if a is not None:
            # inside
            two(a)
            # at its end
        last()
    """
    assert body(text, a=NONE) == "first()\nlast()\n"
    assert body(text, a=code("3")) == "first()\n# why\n# inside\ntwo(3)\n# at its end\nlast()\n"


def test_what_follows_a_branch_that_returns_goes() -> None:
    text = """
        if a is None:
            return 1
        two()
        return a
    """
    assert body(text, a=NONE) == "return 1\n"
    assert body(text, a=code("n")) == "two()\nreturn n\n"
    inner = "for x in y:\n    if a:\n        raise E\n    go(x)\nend()\n"
    assert body(inner, a=YES) == "for x in y:\n    raise E\nend()\n"


def test_nested_branches_and_empty_ones() -> None:
    text = """
        if b:
            if a:
                one()
        else:
            if not a:
                two()
    """
    assert body(text, a=YES, b=KEPT) == "if b:\n    one()\n"
    assert body(text, a=NO, b=KEPT) == "if b:\n    pass\nelse:\n    two()\n"
    assert body(text, a=NO, b=YES) == "pass\n"
    assert body("if b is None:\n    if a:\n        one()\nend()\n", a=NO, b=KEPT) == "end()\n"
    assert "if f()" in body("if f():\n    if a:\n        one()\n", a=NO)


def test_branches_on_one_line() -> None:
    assert body("if a: one(); two()\nelse: three()\n", a=YES) == "one(); two()\n"
    assert body("if b: assert a\n", a=YES, b=KEPT) == "pass\n"


def test_asserts_that_hold_go() -> None:
    assert body("assert a is None, f()\nend()\n", a=NONE) == "end()\n"
    assert body("assert a is not None, f()\n", a=NONE) == "assert False, f()\n"
    assert body("assert b is None\nend()\n", a=NONE, b=KEPT) == "assert b is None\nend()\n"


def test_statements_of_nothing_go() -> None:
    assert body("a is None and one()\nend()\n", a=code("3")) == "end()\n"
    assert body("one() if a else None\nend()\n", a=NO) == "end()\n"


@pytest.mark.parametrize("text", ["if a:\n    yield 1\n", "if not a:\n    return\nyield 1\n"])
def test_a_generator_stays_one(text: str) -> None:
    made = "def f():\n" + "".join(f"    {line}\n" for line in body(text, a=NO).splitlines())
    space: dict[str, object] = {}
    exec(made, space)
    assert list(space["f"]()) == []  # type: ignore[operator]


# Expressions.


@pytest.mark.parametrize(
    ("text", "bindings", "expected"),
    [
        ("b if a else c", {"a": YES}, "b"),
        ("(b if a else c + 1) * 2", {"a": NO}, "(c + 1) * 2"),
        ("(b if a else c) * 2", {"a": NO}, "c * 2"),
        ("f(b if a else (c, d))", {"a": NO}, "f((c, d))"),
        ("a or b", {"a": NONE}, "b"),
        ("b or a", {"a": NO}, "b or False"),  # where b is 0, the value is False
        ("b is None or a", {"a": NO}, "b is None"),
        ("(b is None and a) or c", {"a": YES}, "b is None or c"),
        ("not (b and a)", {"a": YES}, "not b"),
        ("(b or c) and a", {"a": YES}, "(b or c) and True"),
        ("1 if b and a else 2", {"a": NO}, "2"),
        ("1 if b and a else 2", {"a": YES}, "1 if b else 2"),
        ("1 if f() and a else 2", {"a": NO}, "1 if f() and False else 2"),
        ("[x for x in y if x and a]", {"a": YES}, "[x for x in y if x]"),
        ("n ** 2", {"n": code("-3")}, "(-3) ** 2"),
        ("n.real + n", {"n": code("3")}, "(3).real + 3"),
        ("-n", {"n": code("-3")}, "--3"),
        ("n * 2", {"n": code("a + b")}, "(a + b) * 2"),
        ("f(n, x=n)", {"n": code("a + b")}, "f(a + b, x=a + b)"),
        ("f(*n)", {"n": code("a or b")}, "f(*(a or b))"),
        ("n[0]", {"n": code("(1, 2)")}, "(1, 2)[0]"),
        ("n / 'x'", {"n": code("HERE / 'y'")}, "HERE / 'y' / 'x'"),
        ("'x' / n", {"n": code("HERE / 'y'")}, "'x' / (HERE / 'y')"),
        ("n if b else c", {"n": code("1 if d else 2")}, "(1 if d else 2) if b else c"),
        ("not n", {"n": code("a or b")}, "not (a or b)"),
        ("n is b", {"n": code("a or b")}, "(a or b) is b"),
        ("[x for x in n]", {"n": code("a if b else c")}, "[x for x in (a if b else c)]"),
        ("await n", {"n": code("-a")}, "await (-a)"),
    ],
)
def test_expressions(text: str, bindings: dict[str, Binding], expected: str) -> None:
    if text.startswith("await"):
        made = specialised(f"async def f(*, n):\n    x = {text}\n", **bindings)
        assert made == f"async def f():\n    x = {expected}\n"
        return
    assert expression(text, **bindings) == expected


def test_what_has_an_effect_is_done() -> None:
    assert expression("part() is None", part=makes("Part")) == "Part() is None"
    assert expression("[f()] is None", a=YES) == "[f()] is None"
    assert body("if (a if f() else a):\n    one()\n", a=YES).startswith(
        "if (True if f() else True)"
    )


# Labels.


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("f(n=n)", "f(n=3)"),
        ("x.n + n", "x.n + 3"),
        ("{n: n}", "{3: 3}"),
        ("lambda x, y=n: x.n(n=y)", "lambda x, y=3: x.n(n=y)"),
        ("[x for x in range(n)]", "[x for x in range(3)]"),
    ],
)
def test_a_name_is_a_parameter_only_where_it_is_read(text: str, expected: str) -> None:
    assert expression(text, n=code("3")) == expected


def test_labels_in_statements() -> None:
    text = """
        from m import n as x
        def inner(y=n):
            return n
        @wrap(n)
        def other(): ...
        match y:
            case Point(n=z):
                pass
        x.n = n
    """
    assert body(text, n=code("3")) == lines("""
        from m import n as x
        def inner(y=3):
            return 3
        @wrap(3)
        def other(): ...
        match y:
            case Point(n=z):
                pass
        x.n = 3
        """)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('f"a {m} b"', 'f"a linear b"'),
        ('f"a {m!r} b"', "f\"a {'linear'!r} b\""),
        ('f"{m=}"', 'f"m=linear"'.replace("linear", "{'linear'!r}")),
        ('f"{m:>9}"', "f\"{'linear':>9}\""),
        ("f'{d[m]}'", "f'{d[\"linear\"]}'"),
        ('f"{n}"', 'f"{-3}"'),
        ('f"{n=}"', 'f"n={-3!r}"'),
        ('f"{n + 1=}"', 'f"n + 1={-3 + 1!r}"'),
        ('f"{x=}"', 'f"{x=}"'),
        ('f"{none}"', 'f"{None}"'),
        ('f"{brace}"', 'f"{{b}}"'),
        ('f"{quote}"', 'f"it\'s \\"so\\""'),
    ],
)
def test_formatted_strings(text: str, expected: str) -> None:
    bindings: dict[str, Binding] = {
        "m": Constant("linear"),
        "n": code("-3"),
        "none": NONE,
        "brace": Constant("{b}"),
        "quote": Constant('it\'s "so"'),
    }
    made = expression(text, **bindings)
    space = {"d": {"linear": 1}, "x": 2}
    values = {"m": "linear", "n": -3, "none": None, "brace": "{b}", "quote": 'it\'s "so"'}
    assert eval(made, dict(space)) == eval(text, {**space, **values})
    assert made == expected


def test_a_text_that_a_formatted_string_cannot_hold() -> None:
    with pytest.raises(Unspecialisable, match="cannot hold"):
        expression('f"{m!r}"', m=Constant('it\'s "so"'))
    with pytest.raises(Unspecialisable, match="cannot hold"):
        expression('rf"{m}"', m=Constant('"'))


# Factories.


def test_a_call_becomes_the_construction() -> None:
    takes = frozenset({"layer_idx"})
    attention = makes("Attention", takes, width="config.width")
    assert (
        expression("attention(config=config, layer_idx=i)", attention=attention)
        == "Attention(layer_idx=i, width=config.width)"
    )
    assert expression("norm()", norm=makes("nn.LayerNorm")) == "nn.LayerNorm()"
    assert expression("norm(x=1)", norm=makes("N", None, x="2", y="3")) == "N(x=1, y=3)"


def test_a_factory_is_compared_with_none() -> None:
    assert expression("None if norm is None else norm()", norm=makes("N")) == "N()"
    assert expression("None if norms is None else norms", norms=makes_each()) == "[]"


def test_a_factory_as_a_value() -> None:
    norm = makes("N", None, eps="1e-5")
    assert expression("Stack(norm=norm)", norm=norm) == "Stack(norm=partial(N, eps=1e-5))"
    assert expression("Stack(norm=norm)", norm=makes("N")) == "Stack(norm=N)"
    assert expression("[norm, 1]", norm=makes("N")) == "[N, 1]"
    assert expression("norm or other", norm=makes("N")) == "N or other"
    assert expression("norm if b else other", norm=makes("N")) == "N if b else other"
    anew = makes("N", None, inner="M()")
    assert "lambda *args, **kwargs: N(" in expression("Stack(norm=norm)", norm=anew)


A, B = makes("A"), makes("B", None, n="1")


@pytest.mark.parametrize(
    ("text", "layers", "expected"),
    [
        ("[l() for l in layers]", (A, B), "[A(), B(n=1)]"),
        ("[l() for l in layers]", (A, A), "[A() for _ in range(2)]"),
        ("[l(i=i) for i, l in enumerate(layers)]", (A, A), "[A(i=i) for i in range(2)]"),
        ("[l(i=i) for i, l in enumerate(layers)]", (A, B), "[A(i=0), B(i=1, n=1)]"),
        (
            "[l(i=i) for i, l in enumerate(layers)]",
            (A, B, B),
            "[A(i=0), *(B(i=i, n=1) for i in range(1, 3))]",
        ),
        ("[l() for l in layers]", (), "[]"),
        ("[l() for l in layers]", (A,), "[A()]"),
        ("[l(x=_) for l in layers]", (A, A), "[A(x=_) for __ in range(2)]"),
        ("ModuleList(l() for l in layers)", (A, B), "ModuleList([A(), B(n=1)])"),
        ("ModuleList(l() for l in layers)", (A, A), "ModuleList(A() for _ in range(2))"),
        ("nn.Sequential(*(l() for l in layers))", (A, B), "nn.Sequential(*[A(), B(n=1)])"),
        # what cannot be written out runs over the list
        ("next(l() for l in layers)", (A, B), "next(l() for l in [A, partial(B, n=1)])"),
        ("[l() for l in layers if x]", (A, A), "[l() for l in [A, A] if x]"),
        ("[lambda: l() for l in layers]", (A, A), "[lambda: l() for l in [A, A]]"),
        ("len(layers)", (A, A), "len([A, A])"),
        ("[l() for l in layers[1:]]", (A, A), "[l() for l in [A, A][1:]]"),
        ("[l() for l in reversed(layers)]", (A, A), "[l() for l in reversed([A, A])]"),
    ],
)
def test_lists_of_factories(text: str, layers: tuple[object, ...], expected: str) -> None:
    assert expression(text, layers=makes_each(*layers)) == expected  # type: ignore[arg-type]


def test_a_loop_over_factories() -> None:
    made = body("for l in layers:\n    add(l())\n", layers=makes_each(A, B))
    assert made == "for l in [A, partial(B, n=1)]:\n    add(l())\n"


def test_a_factory_that_is_called_by_position_is_outside_the_subset() -> None:
    with pytest.raises(Unspecialisable, match="more than keywords"):
        expression("norm(8)", norm=makes("N"))


def test_unusual_spacing() -> None:
    assert body("if(a is None and b):\n    one()\n", a=NONE, b=KEPT) == "if(b):\n    one()\n"
    assert body("return(a)\n", a=NONE) == "return(None)\n"
    made = body("x = (\n    b if a else c\n    .method()\n)\n", a=NO)
    assert eval(made.partition("=")[2], {"c": type("C", (), {"method": lambda self: 5})()}) == 5
