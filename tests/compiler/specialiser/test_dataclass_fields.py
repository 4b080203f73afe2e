"""The keyword-only fields of a dataclass, for all the ways in which it is made."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from fgc.compiler.specialiser.closure import Closure, Code
from fgc.compiler.specialiser.source import Library
from fgc.compiler.specialiser.subset import violations
from tests.compiler.specialiser.making import define

STATE = '''
    from dataclasses import KW_ONLY, dataclass
    from typing import Final, Literal

    @dataclass(frozen=True)
    class State:
        """What there is."""

        model: str
        _: KW_ONLY
        # what scales
        scaler: Final[str | None] = None
        shape: Final[Literal["flat", "deep"]] = "flat"

        def parts(self):
            found = {"model": self.model, **({} if self.scaler is None else {"s": self.scaler})}
            if self.shape == "deep":
                found["deep"] = self.shape
            return found
'''

Make = Callable[[str], dict[str, str]]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """What is left of `State`, and of a function that makes some."""

    def make(main: str) -> dict[str, str]:
        (tmp_path / "lib").mkdir()
        (tmp_path / "lib/__init__.py").write_text("")
        (tmp_path / "lib/a.py").write_text(dedent(STATE))
        library = Library({"lib": tmp_path / "lib"})
        reached = Closure(library, {}).reach([Code("main", main, "lib.a")])
        found = {code.name: code.text for code in reached.definitions}
        return {**found, "main": reached.roots[0].text}

    return make


def parts(found: dict[str, str]) -> object:
    """What the function makes of what is left."""
    space: dict[str, object] = {}
    imports = "from dataclasses import KW_ONLY, dataclass\nfrom typing import Final, Literal\n"
    text = imports + found["State"] + found["main"] + "found = main()\n"
    exec(compile(text, "made", "exec", dont_inherit=True), space)
    return space["found"]


def test_what_nobody_gives_goes(make: Make) -> None:
    found = make("def main(): return State('m', scaler=None).parts()\n")
    assert found["main"] == "def main(): return State('m').parts()\n"
    assert "_: KW_ONLY" in found["State"]  # the shape is a text, and stays one
    assert "scale" not in found["State"]
    assert 'found = {"model": self.model}' in found["State"]
    assert "deep" not in found["State"].replace('Literal["flat", "deep"]', "")
    assert parts(found) == {"model": "m"}


def test_what_everybody_gives_is_a_field_like_any_other(make: Make) -> None:
    found = make("def main(): return State('m', scaler='s', shape=str('deep')).parts()\n")
    assert found["main"] == "def main(): return State('m', scaler='s', shape=str('deep')).parts()\n"
    fields = '    # what scales\n    scaler: str\n    shape: Literal["flat", "deep"]\n'
    assert f"    model: str\n{fields}\n" in found["State"]
    assert '"s": self.scaler}' in found["State"]
    assert "self.scaler is None" not in found["State"]
    assert parts(found) == {"model": "m", "s": "s", "deep": "deep"}


def test_a_text_that_all_agree_on_is_the_field_s_value(make: Make) -> None:
    found = make("def main(): return State('m', scaler=None, shape='deep').parts()\n")
    assert found["main"] == "def main(): return State('m').parts()\n"
    assert "= 'deep'" in found["State"] or '= "deep"' in found["State"]
    assert parts(found) == {"model": "m", "deep": "deep"}


@pytest.mark.parametrize(
    "value", ["[State('m', scaler=s).parts() for s in (None, 'x')]", "partial(State, 'm')"]
)
def test_what_differs_or_is_out_of_sight_stays(make: Make, value: str) -> None:
    found = make(f"def main(): return {value}\n")
    assert "scaler: Final[str | None] = None" in found["State"]
    assert "if self.scaler is None" in found["State"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("self.scaler = 1", "`self.scaler` is Final and set again"),
        ("del self.scaler", "`self.scaler` is Final and set again"),
        ("self = 1", "`self` is bound again"),
        ("self.model = 1", None),
    ],
)
def test_what_the_subset_has_of_it(line: str, message: str | None) -> None:
    text = STATE[STATE.index("    @dataclass") :].replace(
        "found = {", f"{line}\n            x = {{"
    )
    assert [found.message for found in violations(define(text))] == ([message] if message else [])


def test_only_behind_the_sentinel_and_only_of_a_dataclass() -> None:
    text = dedent(STATE)[dedent(STATE).index("@dataclass") :]
    plain = text.replace("@dataclass(frozen=True)\n", "")
    positional = text.replace("    _: KW_ONLY\n", "")
    for source in (plain, positional):
        changed = source.replace("found = {", "self.scaler = 1\n        x = {")
        assert violations(define(changed)) == []
