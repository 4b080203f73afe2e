"""Options that a configuration declares, on the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from fgc.compiler.cli.config_command import ConfigCommand
from fgc.compiler.cli.main import COMMANDS, cli
from fgc.compiler.passes import render
from tests.compiler.cli.real import DEMO, fgc, written

BASE = """\
-- set ns = namespace()
[globals]
-- set ns.budget = max_steps | default(10) * 1000
[values]
max_steps: {{ max_steps | toyaml("unset") }}
budget: {{ ns.budget }}
rate: {{ rate | toyaml("unset") }}
fast: {{ fast | toyaml("unset") }}
sure: {{ sure | toyaml("unset") }}
save: {{ save | toyaml("unset") }}
where: {{ where | toyaml("unset") }}
[dynamic_args]
dynamic_args: !dlist
    max_steps: {names: [--max-steps, -m], type: int, min: 1, max: 99, help: Long., group: Time}
    rate: {names: --rate, type: float}
    fast: {names: --fast, action: store_true, help: Be quick.}
    sure: {names: --sure, type: bool}
    save: {names: [--save, -S], choices: ["no", steps]}
    where: {names: --where, type: path}
"""


@pytest.fixture(autouse=True)
def small_pipeline() -> None:
    """The real passes run here."""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    top = "-- extends 'base.yaml'\n[dynamic_args]\n== super()\n    rate: ~\n"
    return written(tmp_path, {"base.yaml": BASE, "top.yaml": top}) / "base.yaml"


def values(*arguments: str | Path) -> dict[str, str]:
    result = fgc("pp", *arguments)
    assert (result.exit_code, result.stderr) == (0, "")
    text = result.stdout.partition("dynamic_args")[0]
    return dict(line.split(": ") for line in text.splitlines() if ": " in line)


def refusal(*arguments: str | Path) -> str:
    result = fgc("pp", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    return result.stderr.splitlines()[-1].removeprefix("Error: ")


def test_an_option_that_is_not_given_leaves_its_variable_undefined(config: Path) -> None:
    given = values(config)
    assert given.pop("budget") == "10000"
    assert set(given.values()) == {"unset"}


@pytest.mark.parametrize(
    ("arguments", "name", "value"),
    [
        ("--max-steps 5", "max_steps", "5"),
        ("--max-steps=5", "max_steps", "5"),
        ("-m 5", "max_steps", "5"),
        ("-m5", "max_steps", "5"),
        ("--rate 3e-4", "rate", "0.0003"),
        ("--rate 1", "rate", "1.0"),
        ("--fast", "fast", "true"),
        ("--sure off", "sure", "false"),
        ("--sure Yes", "sure", "true"),
        ("-S no", "save", '"no"'),
        ("--where a/b", "where", "a/b"),
        ("--where ~/a", "where", f'"{os.path.expanduser("~/a")}"'),
    ],
)
def test_an_option_sets_its_variable(config: Path, arguments: str, name: str, value: str) -> None:
    others = values(config)
    given = values(config, *arguments.split())
    assert given.pop(name) == value
    assert given.items() - {("budget", "5000")} <= others.items()


def test_an_option_sets_a_variable_and_no_knob(config: Path) -> None:
    # `--set` pins: what a template would compute is not asked for
    assert values(config, "--max-steps", "5")["budget"] == "5000"
    assert values(config, "--set", "budget=7")["budget"] == "7"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("--max-steps five", "Invalid value for '--max-steps' / '-m': `five` is not an integer"),
        ("--max-steps 0", "Invalid value for '--max-steps' / '-m': 0 is less than 1"),
        ("--max-steps 100", "Invalid value for '--max-steps' / '-m': 100 is more than 99"),
        ("--sure maybe", "Invalid value for '--sure': `maybe` is not true or false"),
        ("--save step", "Invalid value for '--save' / '-S': `step` is none of no, steps; "
         "a similar one is `steps`"),
        ("--max-steps", "Option '--max-steps' requires an argument."),
    ],
)  # fmt: skip
def test_wrong_values_and_unknown_options(config: Path, arguments: str, message: str) -> None:
    assert refusal(config, *arguments.split()) == message


def test_an_unknown_option_has_the_nearest_names(config: Path) -> None:
    said = refusal(config, "--max-stps", "5")
    assert said.startswith("No such option '--max-stps'.")
    assert "'--max-steps'" in said


def test_a_child_erases_an_option(config: Path) -> None:
    assert values(config.parent / "top.yaml", "-m", "3")["max_steps"] == "3"
    assert refusal(config.parent / "top.yaml", "--rate", "1").startswith("No such option '--rate'")


def test_help_lists_them_in_their_groups(config: Path) -> None:
    shown = fgc("build", config, "--help").stdout
    own, length, others = (
        shown.index(title) for title in ("\nOptions:", "\nTime:", "\nOptions of the config")
    )
    assert own < length < others
    assert "--max-steps, -m INT" in shown[length:others] or "-m, --max-steps INT" in shown
    assert "Long.  [at least 1, at most 99]" in shown
    assert "-S, --save [no|steps]" in shown[others:]
    assert "--fast" in shown[others:]
    assert "--max-steps" not in fgc("build", "--help").stdout


def test_at_most_one_rendering_more(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    renderings: list[object] = []
    plain = render.render_template

    def counted(*args: object, **kwargs: object) -> object:
        renderings.append(args)
        return plain(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(render, "render_template", counted)
    values(config)
    assert len(renderings) == 1
    values(config, "--max-steps", "5", "--fast", "-S", "no")
    assert len(renderings) == 3


def test_an_option_without_which_nothing_is_rendered(tmp_path: Path) -> None:
    text = "path: {{ model_path }}\ndynamic_args: !dlist\n    m: {names: [-M, --model-path]}\n"
    config = written(tmp_path, {"a.yaml": text}) / "a.yaml"
    assert fgc("pp", config, "--model-path", "x").stdout.startswith("path: x\n")
    result = fgc("pp", config)
    assert "`model_path` is undefined" in result.stderr


def test_what_is_wrong_with_the_templates_is_said_and_not_of_the_option(tmp_path: Path) -> None:
    config = written(tmp_path, {"a.yaml": "a: {{ b }}\n"}) / "a.yaml"
    result = fgc("pp", config, "--max-steps", "5")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("error[FGC004]: `b` is undefined\n")
    assert "Options of" not in fgc("pp", config, "--help").stdout


def test_an_option_of_the_command_is_the_commands(tmp_path: Path) -> None:
    text = "a: {{ format | default(1) }}\ndynamic_args:\n- names: [--format, -F]\n"
    config = written(tmp_path, {"a.yaml": text}) / "a.yaml"
    assert values(config, "--format", "text")["a"] == "1"
    assert values(config, "-F", "x")["a"] == "x"


def test_every_command_that_takes_a_configuration_takes_its_options() -> None:
    context = click.Context(cli)
    for name in COMMANDS:
        command = cli.get_command(context, name)
        assert command is not None
        names = {parameter.name for parameter in command.params}
        if {"config", "project", "name", "overrides"} <= names:
            assert isinstance(command, ConfigCommand), name


# In a build.


@pytest.fixture
def demo(tmp_path: Path) -> Path:
    """The demo with an option."""
    text = """\
-- extends 'configs/baseline.yaml'
[config_metadata]
== super()
dynamic_args: !dlist
    lr: {names: --learning-rate, type: float, required: true}
[globals]
== super()
-- set ns.lr = learning_rate | default(ns.lr)
"""
    project = written(tmp_path, {"configs/option.yaml": text})
    for entry in (*DEMO.iterdir(), *(DEMO / "configs").iterdir()):
        if entry.name not in ("configs", "runs"):
            (project / entry.relative_to(DEMO)).symlink_to(entry)
    return project / "configs" / "option.yaml"


def test_a_tree_is_built_again_from_itself(demo: Path, tmp_path: Path) -> None:
    run, again = tmp_path / "run", tmp_path / "again"
    built = fgc("build", demo, "-o", run, "--learning-rate", "7e-4")
    assert built.exit_code == 0, built.stderr
    assert "LR = 0.0007" in (run / "train.py").read_text()
    lock = json.loads((run / "fgc.lock").read_text())
    assert lock["overrides"] == {"--learning-rate": "0.0007"}
    assert "`--learning-rate=0.0007`" in (run / "README.md").read_text()
    assert fgc("build", run, "-o", again).exit_code == 0
    assert (again / "fgc.lock").read_bytes() == (run / "fgc.lock").read_bytes()
    unchanged = fgc("build", demo, "-o", run, "--learning-rate", "7e-4")
    assert unchanged.stdout.startswith("unchanged")
    fgc("build", run, "-o", again, "--learning-rate", "1e-4")
    assert "LR = 0.0001" in (again / "train.py").read_text()


def test_a_required_option(demo: Path) -> None:
    result = fgc("build", demo, "--print-after", "check")
    assert result.exit_code == 1
    assert result.stderr.startswith("error[FGC301]: the option `--learning-rate` is required\n")
    assert "give `--learning-rate VALUE` behind the configuration" in result.stderr
    assert fgc("pp", demo).exit_code == 0


def test_a_dry_run_prints_a_command_that_builds_the_same(demo: Path) -> None:
    shown = fgc("run", demo, "--learning-rate", "7e-4", "--max-steps", "3", "--dry-run")
    build, start = shown.stdout.splitlines()
    assert "--learning-rate=0.0007" in build.split()
    assert start.endswith("train.py --max-steps 3")


# Completion.


def completed(folder: Path, words: str) -> list[str]:
    code = "from fgc.compiler.cli.main import main; main()"
    environ = os.environ | {
        "_FGC_COMPLETE": "bash_complete",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split(" ")) - 1),
    }
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, env=environ, capture_output=True, text=True
    )
    assert ran.stderr == ""
    return [line.partition(",")[2] for line in ran.stdout.splitlines() if line]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("fgc pp base.yaml --ma", ["--max-steps"]),
        ("fgc build base.yaml --f", ["--force", "--format", "--fast"]),
        ("fgc pp base.yaml --save ", ["no", "steps"]),
        ("fgc pp base.yaml --sure t", ["true"]),
        ("fgc pp nothing.yaml --ma", []),
        ("fgc graph base.yaml --target ma", ["max_steps"]),
        ("fgc pp -p project -t d", ["deep/b.yaml"]),
    ],
)
def test_completion(config: Path, words: str, found: list[str]) -> None:
    project = {"meta.yaml": "", "configs/a.yaml": "a: 1\n", "configs/deep/b.yaml": "b: 1\n"}
    written(config.parent / "project", project)
    assert completed(config.parent, words) == found
