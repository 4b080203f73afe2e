"""The example that is composed of projects: what each gives and takes, and what comes of it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from fgc.compiler.frontend.project import config_names, load_project
from fgc.compiler.ir.graph import Call, File, Mapping, Var, walk
from fgc.compiler.passes.load import load
from fgc.compiler.passes.parse import parse
from fgc.compiler.passes.render import render
from fgc.compiler.pipeline import Build, Request, run
from fgc.targets.not_a_program import not_a_program
from tests.example_configs import EXAMPLES

COMPOSED = EXAMPLES / "composed"
TRAINING = COMPOSED / "training" / "configs"
LAUNCH = {"cache_dir", "rank", "world_size"}


def built(name: str, **settings: str) -> Build:
    outcome = run(Request(TRAINING / f"{name}.yaml", overrides=settings))
    assert outcome.diagnostics == ()
    return outcome.build


def python(build: Build) -> dict[str, str]:
    assert build.emitted is not None
    return dict(build.emitted.python)


def variables(project: str, name: str) -> set[str]:
    """What a configuration takes from outside, what a program knows by itself aside."""
    graph = parse(render(load(COMPOSED / project / "configs" / f"{name}.yaml")))
    nodes = walk(*(entry.value for entry in graph.roots))
    found = {node.var for node in nodes if isinstance(node, Var)}
    model = graph.root("model")
    config = model.kwarg("config") if isinstance(model, Call) else None
    fields = {str(entry.key) for entry in config.entries} if isinstance(config, Mapping) else set()
    return found - LAUNCH - fields


def targets(project: str, name: str) -> set[str]:
    graph = parse(render(load(COMPOSED / project / "configs" / f"{name}.yaml")))
    return {str(entry.key) for entry in graph.roots} - {"meta"}


def test_each_project_gives_and_takes_what_the_readme_says() -> None:
    readme = (COMPOSED / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)/` \|(.*?)\|(.*?)\|(.*?)\|$", readme, re.MULTILINE)
    assert [row[0] for row in rows] == ["dataset", "model", "training"]
    for project, *cells in rows:
        names, gives, takes = ({*re.findall(r"`(\w+)`", cell)} for cell in cells)
        listed = {Path(name).stem for name in config_names(load_project(COMPOSED / project))}
        assert names == listed - {"tokenizer"}
        if project != "training":
            assert len(names) >= 2
            for name in names:
                assert (targets(project, name), variables(project, name)) == (gives, takes)


def test_names_are_those_of_the_project_that_defines_a_thing() -> None:
    build = built("baseline")
    files = python(build)
    program = files["train.py"]
    assert program.startswith('"""Wide Llama on the gospels: ')
    assert build.tree is not None
    modules = {path for path in build.tree if path.startswith("model/") and path.endswith(".py")}
    assert modules == {
        "model/__init__.py",
        "model/configuration_wide_llama.py",
        "model/modeling_wide_llama.py",
    }
    defined = re.findall(r"^def (\w+)", program, re.MULTILINE)
    assert defined == [
        "build_tokens_per_step",
        "build_train_data",
        "build_eval_data",
        "build_model",
        "build_optimizer",
        "build_lr_scheduler",
        "parse_args",
        "main",
    ]
    classes = re.findall(r"^class (\w+)", files["model/modeling_wide_llama.py"], re.MULTILINE)
    assert {"WideLlamaAttention", "WideLlamaPreNormLayer", "WideLlamaForCausalLM"} <= {*classes}
    for word in ("from_project", "dataset_", "getitem", "Dataset"):
        assert word not in program


def test_a_name_that_the_experiment_gives_wins() -> None:
    assert "model/modeling_mine.py" in python(built("baseline", model_name="mine"))


def test_the_other_data_are_the_names_of_their_files() -> None:
    before, after = python(built("baseline")), python(built("psalms"))
    assert [path for path in before if before[path] != after[path]] == ["train.py"]
    changed = [
        (old.strip(), new.strip())
        for old, new in zip(
            before["train.py"].splitlines()[1:], after["train.py"].splitlines()[1:], strict=True
        )
        if old != new
    ]
    assert changed == [
        (f'files=[HERE / "data/gospels_{part}.txt"],', f'files=[HERE / "data/psalms_{part}.txt"],')
        for part in ("train", "heldout")
    ]


def test_the_other_model_is_its_name_and_its_sizes() -> None:
    """Two Llamas of other sizes have the same code: the sizes are in config.json."""
    before, after = python(built("baseline")), python(built("deep_model"))
    renamed = {
        path.replace("wide_llama", "deep_llama"): text.replace("WideLlama", "DeepLlama")
        .replace("Wide Llama", "Deep Llama")
        .replace("wide_llama", "deep_llama")
        for path, text in before.items()
    }
    assert renamed == after


def test_what_the_training_decides_reaches_the_model() -> None:
    build = built("baseline", dtype="bfloat16")
    assert build.tree is not None
    config = build.tree["model/config.json"]
    assert isinstance(config, bytes)
    assert json.loads(config)["dtype"] == "bfloat16"


def test_the_switches_are_on_the_command_line_too() -> None:
    deep = python(built("deep_model"))
    assert python(built("baseline", model_config="deep.yaml"))["train.py"].splitlines()[1:] == (
        deep["train.py"].splitlines()[1:]
    )


def test_data_come_from_the_project_that_names_them() -> None:
    build = built("baseline")
    assert build.plan is not None
    nodes = walk(*(entry.value for entry in build.plan.roots))
    sources = {Path(node.source) for node in nodes if isinstance(node, File)}
    assert {source.parent.parent for source in sources} == {COMPOSED / "dataset"}
    assert build.tree is not None
    data = {path for path in build.tree if path.startswith("data/")}
    assert data == {"data/gospels_train.txt", "data/gospels_heldout.txt"}


@pytest.mark.parametrize(("project", "kind"), [("dataset", "dataset"), ("model", "model")])
def test_a_part_is_no_program(project: str, kind: str) -> None:
    outcome = run(Request(COMPOSED / project))
    assert outcome.failed
    build = outcome.build
    assert build.graph is not None
    assert build.source is not None
    found = not_a_program(build.graph, build.source.path)
    assert found is not None
    assert found.message.endswith(f"describes a {kind}, which is no program by itself")
    assert "!call:from_project" in (found.help or "")


def test_a_misspelt_switch_is_shown_where_it_is_linked() -> None:
    outcome = run(Request(TRAINING / "baseline.yaml", overrides={"model_config": "depe.yaml"}))
    (found,) = outcome.diagnostics
    assert found.code == "FGC015"
    assert found.help == "a configuration with a similar name exists: `deep.yaml`"
    assert found.span is not None
    assert found.span.file == (TRAINING / "baseline.yaml").as_posix()
