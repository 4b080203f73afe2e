"""What goes wrong in the language's ancestor, silently or late, and here at build, at its place."""

from __future__ import annotations

import math
from pathlib import Path
from textwrap import dedent

import pytest

from fgc.compiler.diagnostics.diagnostic import Diagnostic
from fgc.compiler.ir.graph import Call, List, Literal, Mapping, Node, Tuple
from fgc.compiler.pipeline import Outcome, Request, run


def checked(folder: Path, text: str, **files: str) -> Outcome:
    for name, content in {"a": text, **files}.items():
        (folder / f"{name}.yaml").write_text(dedent(content), "utf-8")
    return run(Request(folder / "a.yaml"), until="fold")


def mistake(folder: Path, text: str, **files: str) -> Diagnostic:
    outcome = checked(folder, text, **files)
    assert outcome.failed
    return outcome.diagnostics[0]


def node(folder: Path, text: str) -> Node:
    outcome = checked(folder, text)
    assert outcome.diagnostics == ()
    assert outcome.build.graph is not None
    found = outcome.build.graph.root("a")
    assert found is not None
    return found


MISTAKES = {
    "bad indentation": ("a:\n    b: 1\n  c: 2\n", "FGC010", 3),
    "undefined variable": ("b: 1\na: {{ foo }}\n", "FGC004", 2),
    "undefined knob": ("-- set ns = namespace()\na: {{ ns.foo }}\n", "FGC004", 2),
    "template syntax error": ("b: 1\na: {{ 1 + }}\n", "FGC003", 2),
    "missing template": ("b: 1\n-- include 'nowhere.yaml'\n", "FGC001", 2),
    "duplicate anchor used wrongly": ("a: *b\n", "FGC013", 1),
    "unknown alias": ("b: 1\na: *c\n", "FGC013", 2),
    "recursive alias": ("a: &a [*a]\n", "FGC031", 1),
    "unknown tag": ("b: 1\na: !singelton:x:y\n", "FGC011", 2),
    "duplicate name": ("a: !call:dict@n {}\nb: !call:dict@n {}\n", "FGC014", 2),
    "scalar given to a callable tag": ("a: !call:list foo\n", "FGC012", 1),
    "wrong keyword": ("a: !partial:torch.nn:Linear\n    in_feature: 1\n", "FGC021", 2),
    "missing module": ("a: !call:torhc:x\n", "FGC020", 1),
    "missing attribute": ("a: !call:torch.nn:Liner [1, 2]\n", "FGC023", 1),
    "unbound variable": ("a: !var x\n", "FGC030", 1),
    "date": ("a: !!timestamp 2001-01-01\n", "FGC011", 1),
    "text where a callable is": ("a: !singleton 3\n", "FGC025", 1),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_each_mistake_has_a_place(tmp_path: Path, name: str) -> None:
    text, code, line = MISTAKES[name]
    found = mistake(tmp_path, text)
    assert found.code == code
    assert found.span is not None
    assert (Path(found.span.file).name, found.span.line) == ("a.yaml", line)


def test_a_misspelt_block_is_not_dropped(tmp_path: Path) -> None:
    found = mistake(tmp_path, "-- extends 'b.yaml'\n[optimzer]\nx: 1\n", b="[optimizer]\ny: 1\n")
    assert found.code == "FGC008"
    assert found.help == "a block with a similar name exists: `optimizer`"


@pytest.mark.parametrize("written", ["1e-4", "1E-4", "1.0e-4", "0.0001", "+1e-4"])
def test_an_exponent_without_a_dot_is_a_number(tmp_path: Path, written: str) -> None:
    found = node(tmp_path, f"a: {written}\n")
    assert isinstance(found, Literal)
    assert isinstance(found.value, float)
    assert math.isclose(found.value, 1e-4)


def test_an_empty_tuple_is_a_tuple(tmp_path: Path) -> None:
    found = node(tmp_path, "a: !tuple []\n")
    assert isinstance(found, Tuple)
    assert found.items == ()


def test_an_empty_dlist_is_empty(tmp_path: Path) -> None:
    found = node(tmp_path, "a: !dlist {}\n")
    assert isinstance(found, List | Mapping | Tuple)


def test_a_keyword_called_args_can_be_given(tmp_path: Path) -> None:
    (tmp_path / "m.py").write_text("def f(*, args, kwargs): ...\n")
    found = node(tmp_path, "a: !call:m.py:f\n    kwargs: {args: [1], kwargs: 2}\n    args: []\n")
    assert isinstance(found, Call)
    assert [entry.key for entry in found.kwargs] == ["args", "kwargs"]


def test_what_is_below_a_default_is_checked(tmp_path: Path) -> None:
    found = mistake(tmp_path, "a: !var {name: x, default: !call:torch.nn:Liner [1]}\n")
    assert found.code == "FGC023"


def test_what_is_below_latent_arguments_is_checked(tmp_path: Path) -> None:
    text = "a: !partial:dict {args: [], kwargs: {}, latent_args: {b: !call:torhc:x}}\n"
    assert mistake(tmp_path, text).code == "FGC020"


def test_two_modules_of_one_name_are_two(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "m.py").write_text(f"def {folder}(): ...\n")
    text = "a: [!call:one/m.py:one [], !call:two/m.py:two []]\n"
    outcome = checked(tmp_path, text)
    assert outcome.build.resolution is not None
    names = {symbol.definition_name for symbol in outcome.build.resolution.symbols.values()}
    assert names == {"one", "two"}


def test_a_rendering_is_the_same_at_any_time(tmp_path: Path) -> None:
    text = "a: {{ utcisotime() | toyaml }}\nb: {{ filetime() | toyaml }}\n"
    renderings = []
    for _ in range(2):
        outcome = checked(tmp_path, text)
        if outcome.build.rendered is None:
            assert outcome.failed
            return
        renderings.append(outcome.build.rendered.text)
    assert renderings[0] == renderings[1]


def test_an_inline_marker_may_end_in_blanks(tmp_path: Path) -> None:
    text = "-- include 'inner'\n#---- inner ----   \na: 1\n"
    assert not checked(tmp_path, text).failed


def test_a_linked_target_that_is_none_is_an_error(tmp_path: Path) -> None:
    other = tmp_path / "other"
    (other / "configs").mkdir(parents=True)
    (other / "meta.yaml").write_text("name: O\n")
    (other / "configs" / "x.yaml").write_text("model: 1\n")
    text = "a: !call:from_project {project_dir: other, config_template: x, targets: [modle]}\n"
    found = mistake(tmp_path, text)
    assert found.code == "FGC015"
    assert "`model`" in (found.help or "")
