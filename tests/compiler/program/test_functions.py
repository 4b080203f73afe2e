"""The function that calls the others: what it needs is made before it is needed."""

from __future__ import annotations

from textwrap import dedent

import libcst as cst

from fgc.compiler.program.functions import make_needed_first

MAKERS = {"build_data": [], "build_model": ["data"]}
CALLS = {"data": "build_data", "model": "build_model"}


def made(body: str) -> str:
    inner = "".join(f"    {line}\n" for line in dedent(body).strip("\n").splitlines())
    entry = cst.parse_statement(f"def main():\n{inner}")
    assert isinstance(entry, cst.FunctionDef)
    text = cst.Module([]).code_for_node(make_needed_first(entry, MAKERS, CALLS))
    return dedent(text.partition("\n")[2])


def test_in_front_of_the_statement_that_first_needs_it() -> None:
    assert made("start()\nuse(model)\n") == dedent("""\
        start()
        data = build_data()
        model = build_model(data)
        use(model)
        """)


def test_what_the_body_makes_later_is_made_once() -> None:
    body = "use(data)\ndata = build_data()\nuse(data)\n"
    assert made(body) == "data = build_data()\nuse(data)\nuse(data)\n"


def test_what_is_made_within_a_context_is_made_there() -> None:
    body = "with context():\n    model = place(build_model(data))\nuse(model)\n"
    assert made(body) == f"data = build_data()\n{body}"
