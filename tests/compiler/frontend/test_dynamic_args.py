"""What a configuration declares under `dynamic_args`, read or refused."""

from __future__ import annotations

from textwrap import indent

import pytest

from fgc.compiler.diagnostics.diagnostic import Diagnostic
from fgc.compiler.frontend.dynamic_args import DynamicArg, as_arguments, read_dynamic_args
from fgc.compiler.frontend.render import render
from fgc.compiler.frontend.scalars import parse_scalar
from fgc.compiler.passes.parse import parse


def read(text: str) -> tuple[tuple[DynamicArg, ...], tuple[Diagnostic, ...]]:
    return read_dynamic_args(parse(render("top", (), {}, sources={"top": text})))


def one(*lines: str) -> DynamicArg:
    body = indent("\n".join(lines), "        ")
    (option,), found = read(f"dynamic_args: !dlist\n    option:\n{body}\n")
    assert not found
    return option


def test_an_option_with_everything() -> None:
    option = one(
        "names: [--max-steps, -m]", "type: int", "choices: [1, 2]", "min: 1", "max: 9",
        "required: true", "group: Length", "help: How\n            long.", "metavar: N",
        "default: 3",
    )  # fmt: skip
    assert (option.names, option.name, option.variable) == (
        ("--max-steps", "-m"),
        "--max-steps",
        "max_steps",
    )
    assert (option.type, option.choices, option.minimum, option.maximum) == ("int", (1, 2), 1, 9)
    assert (option.required, option.group, option.help) == (True, "Length", "How long.")
    assert option.metavar == "N"


@pytest.mark.parametrize(
    ("names", "variable"),
    [("--a", "a"), ("--a-b_c", "a_b_c"), ("[-x, --long-one]", "long_one"), ("-x", "x")],
)
def test_the_variable_is_that_of_the_first_long_name(names: str, variable: str) -> None:
    assert one(f"names: {names}").variable == variable


def test_a_flag_takes_no_value() -> None:
    option = one("names: --fast", "action: store_true")
    assert (option.is_flag, option.type) == (True, "bool")


def test_null_erases_what_is_inherited_and_what_is_not_said_is_not_there() -> None:
    text = "dynamic_args: !dlist\n    null: ~\n    a: {names: --a, min: ~}\n    b: {names: --b}\n"
    options, found = read(text + "[erased]\n    b: ~\n")
    assert ([option.name for option in options], found) == (["--a"], ())
    assert read("a: 1\n") == read("dynamic_args: ~\n") == ((), ())


@pytest.mark.parametrize(
    ("option", "message", "shown"),
    [
        ("{help: x}", "an option without `names`", "{help: x}"),
        ("{names: steps}", "`steps` is not the name of an option", "steps"),
        ("{names: [--a, \"--b'\"]}", "`--b'` is not the name of an option", "[--a, \"--b'\"]"),
        ("{names: --a, type: integer}", "`integer` is no type of an option", "integer"),
        ("{names: --a, typ: int}", "an option has no key `typ`", "typ"),
        ("{names: --a, nargs: 2}", "an option has no key `nargs`", "nargs"),
        ("{names: --a, action: count}", "`count` is no action of an option", "count"),
        ("{names: --a, action: store_true, type: int}", "a flag has no type", "int"),
        ("{names: --a, type: int, choices: [1, b]}",
         "the choice `b` is not of type `int`", "[1, b]"),
        ("{names: --a, min: 1}", "`min` bounds an option that takes no number", "1"),
        ("{names: --a, type: int, min: 3, max: 2}", "no value is between 3 and 2", "2"),
        ("{names: --a, help: 3}", "`help` is not text", "3"),
        ("{names: !call:str [x]}", "an option is made of data only", "!call:str"),
        ("--a", "an option is a mapping", "--a"),
    ],
)  # fmt: skip
def test_mistakes(option: str, message: str, shown: str) -> None:
    text = f"dynamic_args: !dlist\n    option: {option}\n"
    options, (found, *others) = read(text)
    assert (found.code, found.message, options, others) == ("FGC300", message, (), [])
    assert found.span
    assert text.splitlines()[1][found.span.column - 1 : found.span.end_column - 1] == shown
    assert found.help


def test_two_options_of_one_name() -> None:
    text = "dynamic_args:\n  - {names: --a}\n  - {names: [--a-b, -b]}\n  - {names: --a_b}\n"
    options, (found,) = read(text + "  - {names: [--c]}\n")
    assert [option.name for option in options] == ["--a", "--a-b", "--c"]
    assert found.message == "a second option is called `a_b`"
    assert [label.span.line for label in found.labels] == [3]


def test_not_a_list() -> None:
    _, (found,) = read("dynamic_args: {names: --a}\n")
    assert found.message == "`dynamic_args` is not a list of options"


@pytest.mark.parametrize("value", [True, 5, -1, 3e-4, "text", "5", "true", "a b", ""])
def test_options_are_spelled_so_that_they_are_read_again(value: object) -> None:
    from fgc.compiler.frontend.scalars import scalar_text

    assert isinstance(value, bool | int | float | str)
    text = scalar_text(value)
    (argument,) = as_arguments({"--name": text})
    shown = argument.removeprefix("--name").removeprefix("=")
    assert shown == ("" if value is True else value if isinstance(value, str) else text)
    assert parse_scalar(text) == value
