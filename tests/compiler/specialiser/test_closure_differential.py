"""A program that is reached and specialised does what the library does, on random libraries."""

from __future__ import annotations

import re
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fgc.compiler.specialiser.closure import Closure, Code, DefId
from fgc.compiler.specialiser.source import Library
from tests.compiler.specialiser.libraries import IMPORTS, Generator

EXAMPLES = 120


class Module:
    """A module whose names are those of one shared namespace."""

    def __init__(self, space: dict[str, Any]):
        self.space = space

    def __getattr__(self, name: str) -> Any:
        return self.space[name]


def run(texts: list[str]) -> list[str]:
    """What `main` notes."""
    trace: list[str] = []

    def note(value: object, *more: object) -> object:
        trace.append(re.sub(r" at 0x\w+", "", repr((value, *more))))
        if len(trace) > 3000:
            raise RecursionError
        return value

    space: dict[str, Any] = {"note": note, "flag_like": lambda value: value == "a"}
    space |= {"one": Module(space), "two": Module(space)}
    exec(IMPORTS, space)
    for text in texts:
        exec(text, space)
    try:
        space["main"](2)
    except RecursionError:
        return ["too deep"]
    except Exception as error:
        trace.append(f"{type(error).__name__}: {error}")
    return trace


def check(seed: int, folder: Path) -> None:
    random = Random(seed)
    generator = Generator(random, random.randint(1, 6))
    library_texts, main = generator.library(), generator.main()
    for name, text in library_texts.items():
        (folder / f"{name}.py").write_text(text)
    (folder / "__init__.py").write_text("")
    library = Library({"lib": folder})
    names: dict[str, DefId] = {
        name: (f"lib.{module}", name) for name, module in generator.home.items()
    }
    reached = Closure(library, {}).reach([Code("main", main, "lib.main", None, names)])
    emitted = [code.text for code in (*reached.definitions, *reached.roots)]
    plain = [
        definition.text
        for module in library_texts
        for definition in (
            library.module(f"lib.{module}") or pytest.fail(f"no module {module}")
        ).definitions.values()
    ]
    before, after = run([*plain, main]), run(emitted)
    assert before == after, "\n".join([*plain, main, "=======", *emitted])


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.integers(0, 2**32))
def test_what_is_reached_does_what_the_library_does(tmp_path: Path, seed: int) -> None:
    check(seed, tmp_path)
