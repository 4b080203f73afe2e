"""No value becomes code, and each arrives as it is."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from fgc.compiler.ir.graph import Scalar
from fgc.compiler.pipeline import Outcome, Request, run, sealed
from fgc.targets.python.lone import lone_code
from tests.hostile.experiment import EVERYWHERE, built, given, project, python, structure
from tests.hostile.values import NAMES, OTHERS, TEXTS

LONE = """\
plain: &plain {{ value | toyaml }}
probe: !singleton:watch.py:Watch
    value:
        scalar: {{ value | toyaml }}
        alias: *plain
        list: {{ [value, [value]] | toyaml }}
        mapping: {{ {"key": {"key": value}} | toyaml }}
        tuple: !tuple [{{ value | toyaml }}, {{ value | toyaml }}]
        key: {{ {value: 1} | toyaml }}
        deep: {{ "[" * 40 }}{{ value | toyaml }}{{ "]" * 40 }}
"""


@pytest.fixture(scope="module")
def lone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return project(tmp_path_factory.mktemp("lone"), LONE)


@pytest.fixture(scope="module")
def everywhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return project(tmp_path_factory.mktemp("everywhere"), EVERYWHERE)


def same(one: object, other: object) -> bool:
    """Whether two values are equal to the last bit, and of one type."""
    return repr(one) == repr(other)


@pytest.mark.parametrize("value", [*TEXTS.values(), *OTHERS.values()], ids=[*TEXTS, *OTHERS])
def test_what_is_run_holds_exactly_the_value(lone: Path, value: Scalar) -> None:
    outcome = run(Request(lone, overrides={"value": value}), until="fold")
    assert outcome.diagnostics == ()
    assert outcome.build.resolution is not None
    (code,) = lone_code(outcome.build.resolution, "probe", lone.parent).values()
    names: dict[str, Callable[[], object]] = {}
    exec(compile(code, "probe.py", "exec"), names)
    got = names["build_probe"]().value  # type: ignore[attr-defined]
    assert isinstance(got, dict)
    deep = got.pop("deep")
    for _ in range(40):
        (deep,) = deep
    assert same(deep, value)
    assert same(
        got,
        {
            "scalar": value,
            "alias": value,
            "list": [value, [value]],
            "mapping": {"key": {"key": value}},
            "tuple": (value, value),
            "key": {value: 1},
        },
    )


@pytest.fixture(scope="module")
def harmless(everywhere: Path) -> Callable[[Scalar], dict[str, str]]:
    made: dict[type, dict[str, str]] = {}
    plain: dict[type, Scalar] = {str: "plain", int: 7, float: 0.5, bool: True, type(None): None}

    def of(value: Scalar) -> dict[str, str]:
        kind = type(value)
        if kind not in made:
            outcome = built(everywhere, value=plain[kind], text="plain", field="plain")
            assert outcome.diagnostics == ()
            made[kind] = {path: structure(code) for path, code in _python(outcome).items()}
        return made[kind]

    return of


def _python(outcome: Outcome) -> dict[str, str]:
    return python(sealed(outcome.build)[0])


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_text_becomes_no_code(
    everywhere: Path, harmless: Callable[[Scalar], dict[str, str]], text: str
) -> None:
    outcome = built(everywhere, value=text, text=text, field=text)
    assert outcome.diagnostics == ()
    tree, _ = sealed(outcome.build)
    codes = python(tree)
    assert {path: structure(code) for path, code in codes.items()} == harmless(text)
    values = list(given(codes["train.py"], "value"))
    assert [value for value in values if value == text]
    assert any(same(value, {text: text}) for value in values)
    assert any(same(value, (text, text)) for value in values)
    config = tree["model/config.json"]
    assert isinstance(config, bytes)
    assert json.loads(config)["odd"] == text


@pytest.mark.parametrize("value", OTHERS.values(), ids=OTHERS)
def test_another_value_becomes_no_code(
    everywhere: Path, harmless: Callable[[Scalar], dict[str, str]], value: Scalar
) -> None:
    outcome = built(everywhere, value=value, text="plain", field="plain")
    assert outcome.diagnostics == ()
    codes = _python(outcome)
    assert {path: structure(code) for path, code in codes.items()} == harmless(value)
    if not isinstance(value, bool | None):  # these decide what code there is
        assert any(same(got, value) for got in given(codes["train.py"], "value"))


@pytest.mark.parametrize("value", [float("inf"), float("-inf"), float("nan")])
def test_what_json_cannot_hold_is_refused_in_the_models_config(
    everywhere: Path, value: float
) -> None:
    (found,) = built(everywhere, value=1, text="plain", field=value).diagnostics
    assert (found.code, found.message) == ("FGC040", f"config.json cannot hold the number {value}")
    assert found.span is not None
    assert found.span.line == EVERYWHERE.splitlines().index("    odd: {{ field | toyaml }}") + 1


PLACES = {
    "callback": "callbacks: !dlist\n    ? NAME\n    : !singleton:watch.py:Watch {}\n",
    "target": "? NAME\n: &odd !call:watch.py:Watch {}\ncallbacks: !dlist {watch: *odd}\n",
    "constant": (
        "? NAME\n: &odd 5\n" "callbacks: !dlist {watch: !call:watch.py:Watch {value: *odd}}\n"
    ),
    "launch argument": "launch_args:\n    ? NAME\n    : {type: int, default: 1}\n",
    "config field": "[model_config]\n== super()\n    ? NAME\n    : 5\n",
    "argument": (
        "callbacks: !dlist\n    watch: !call:watch.py:Watch\n        ? NAME\n        : 5\n"
    ),
    "model": "[config_metadata]\n== super()\n-- set ns.model_name = NAME\n",
    "path of a call": 'callbacks: !dlist\n    watch: !call:"watch.py:Watch" [NAME]\n',
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
@pytest.mark.parametrize("place", PLACES)
def test_a_name_is_a_name_or_refused(tmp_path: Path, place: str, name: str) -> None:
    text = PLACES[place].replace("NAME", json.dumps(name))
    if not text.startswith("["):
        text = "[trainer_callbacks]\n" + text
    config = project(tmp_path, f"-- extends 'configs/baseline.yaml'\n{text}")
    outcome = run(Request(config))
    if outcome.failed:
        assert all(found.span is not None for found in outcome.diagnostics)
        return
    codes = _python(outcome)
    for path, code in codes.items():
        compile(code, path, "exec")
        assert "import os\nimport os" not in code
    assert not [path for path in sealed(outcome.build)[0] if ".." in path or path.startswith("/")]


@pytest.mark.parametrize("name", ["a b.txt", "it's.txt", 'a"b.txt', "a\\n.txt", "größe.txt", "-x"])
def test_a_file_of_an_odd_name(tmp_path: Path, name: str) -> None:
    config = project(
        tmp_path,
        "-- extends 'configs/baseline.yaml'\n[globals]\n== super()\n"
        "-- set ns.eval_files = name\n",
    )
    (tmp_path / name).write_text("In the beginning\n")
    outcome = built(config, name=name)
    assert outcome.diagnostics == ()
    tree, _ = sealed(outcome.build)
    copies = [path for path in tree if Path(path).name == name and not path.startswith("config/")]
    assert copies
    assert copies[0] in _texts(python(tree)["train.py"])


def _texts(code: str) -> set[object]:
    return {node.value for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Constant)}


@pytest.mark.nightly
def test_ten_megabytes_of_text(lone: Path) -> None:
    text = "ten megabytes " * 750_000
    outcome = run(Request(lone, overrides={"value": text}), until="fold")
    if outcome.failed:
        assert all(found.code == "FGC005" for found in outcome.diagnostics)
        return
    assert outcome.build.resolution is not None
    (code,) = lone_code(outcome.build.resolution, "probe", lone.parent).values()
    compile(code, "probe.py", "exec")
