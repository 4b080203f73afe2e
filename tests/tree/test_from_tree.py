"""A tree that was built is a configuration: built again it is the same, to the byte."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from fgc.compiler.backend.tree import write_tree
from fgc.compiler.cli.build import build_tree
from fgc.compiler.frontend import folders
from fgc.compiler.ir.graph import Scalar
from fgc.compiler.passes.load import load
from fgc.compiler.pipeline import Outcome, Request, run, sealed
from tests.example_configs import TRAINING, example_configs, example_name
from tests.tree.building import EXAMPLE, ROOT, Files, copy_project, read_tree
from tests.tree.composed import composed


def build(config: Path, out: Path, **settings: Scalar) -> Files:
    """What a build writes to ``out``; a configuration in which anything is odd fails."""
    outcome = run(Request(config, overrides=settings))
    assert not outcome.failed, outcome.diagnostics
    write_tree(*sealed(outcome.build), out)
    return read_tree(out)


def assert_same(left: Files, right: Files) -> None:
    assert left.keys() == right.keys()
    assert [path for path, content in left.items() if right[path] != content] == []


@pytest.fixture(scope="module")
def made(compiler_cache: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `composed` and the tree that it was built into, ``run``."""
    folder = tmp_path_factory.mktemp("composed")
    build(composed(folder / "sources"), folder / "run")
    return folder


@pytest.fixture
def nothing_else(made: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """`made`, while there is nothing but the tree: no sources, and no templates of this fgc."""
    monkeypatch.setattr(folders, "shipped_templates", lambda: made / "no templates")
    (made / "sources").rename(made / "away")
    yield made
    (made / "away").rename(made / "sources")


@pytest.mark.parametrize("config", example_configs(TRAINING), ids=example_name)
def test_every_example_is_built_again_from_its_tree(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever the tree is, and with nothing there that it was built from."""
    examples = shutil.copytree(ROOT / "examples", tmp_path / "examples")
    first = build(examples / config.relative_to(ROOT / "examples"), tmp_path / "run")
    shutil.rmtree(examples)
    monkeypatch.setattr(folders, "shipped_templates", lambda: tmp_path / "no templates")
    (tmp_path / "run").rename(tmp_path / "elsewhere")
    assert_same(build(tmp_path / "elsewhere", tmp_path / "again"), first)


def test_settings_are_those_of_the_tree_and_more_come_on_top(tmp_path: Path) -> None:
    config = EXAMPLE / "configs" / "baseline.yaml"
    settings: dict[str, Scalar] = {
        "lr": 1e-05,
        "grad_accum": None,
        "model_name": "1e3",
        "config_description": 'a "b": \\n\u00a0c',
        "tie_word_embeddings": True,
    }
    first = build(config, tmp_path / "run", **settings)
    assert_same(build(tmp_path / "run", tmp_path / "again"), first)
    more: dict[str, Scalar] = {"lr": 2e-05, "num_hidden_layers": 2}
    changed = build(tmp_path / "run", tmp_path / "changed", **more)
    assert_same(changed, build(config, tmp_path / "expected", **settings | more))


def test_all_that_lies_around_a_project_is_in_its_tree(nothing_else: Path, tmp_path: Path) -> None:
    again = build(nothing_else / "run", tmp_path / "again")
    assert_same(again, read_tree(nothing_else / "run"))
    assert {path for path in again if path.startswith("config/")} == {
        "config/elsewhere/datasets/configs/text.yaml",
        "config/elsewhere/datasets/meta.yaml",
        "config/elsewhere/ws/datasets/configs/held_out.yaml",
        "config/elsewhere/ws/datasets/meta.yaml",
        "config/elsewhere/ws/fgc_workspace/defaults.yaml",
        "config/fgc.templates/models/llama.yaml",
        "config/fgc.templates/projects/lm_training_project.yaml",
        "config/rendered.yaml",
        "config/workspace/deep/exp/configs/a.yaml",
        "config/workspace/deep/exp/helper.py",
        "config/workspace/deep/exp/layers.py",
        "config/workspace/deep/exp/lib/extra/__init__.py",
        "config/workspace/deep/exp/lib/extra/schedules.py",
        "config/workspace/deep/exp/lib/extra/shapes.py",
        "config/workspace/deep/exp/meta.yaml",
        "config/workspace/fgc_workspace/meta_defaults.yaml",
        "config/workspace/library/bases/small.yaml",
        "config/workspace/parts/meta.yaml",
        "config/workspace/parts/norm.yaml",
    }


def test_a_tree_does_not_say_where_it_was_built(made: Path, tmp_path: Path) -> None:
    shutil.copytree(made / "sources", tmp_path / "a longer path" / "sources")
    config = composed(tmp_path / "a longer path" / "sources")
    assert_same(build(config, tmp_path / "run"), read_tree(made / "run"))
    for path, content in read_tree(made / "run").items():
        assert str(made).encode() not in content, path


def test_the_templates_are_those_of_the_tree(made: Path, tmp_path: Path) -> None:
    """As an older fgc may have left them."""
    tree = shutil.copytree(made / "run", tmp_path / "run")
    older = tree / "config" / "fgc.templates" / "models" / "llama.yaml"
    older.write_text(older.read_text().replace("rope_theta = 10000.0", "rope_theta = 7000.0"))
    files = build(tree, tmp_path / "again")
    assert json.loads(files["model/config.json"])["rope_theta"] == 7000.0


def test_an_edited_tree_is_read_as_it_is_and_built_in_place(made: Path, tmp_path: Path) -> None:
    tree = shutil.copytree(made / "run", tmp_path / "run")
    config = tree / "config" / "workspace" / "deep" / "exp" / "configs" / "a.yaml"
    edited = config.read_text().replace("== super()\n", "== super()\n-- set ns.lr = 0.5\n", 1)
    config.write_text(edited)
    (tree / "train.py").unlink()
    files = build(tree, tree)
    assert "LR = 0.5\n" in files["train.py"].decode()
    assert config.read_text() == edited
    assert_same(build(tree, tmp_path / "again"), files)


def test_a_file_that_is_put_where_it_is_named_takes_the_place_of_the_copy(
    made: Path, tmp_path: Path
) -> None:
    tree = shutil.copytree(made / "run", tmp_path / "run")
    text = tree / "config" / "elsewhere" / "datasets" / "data" / "train.txt"
    text.parent.mkdir()
    text.write_text("Other words.\n")
    files = build(tree, tmp_path / "again")
    assert files["data/train.txt"] == b"Other words.\n"


def test_what_was_not_needed_is_not_missed_until_it_is(made: Path, tmp_path: Path) -> None:
    tree = shutil.copytree(made / "run", tmp_path / "run")
    config = tree / "config" / "workspace" / "deep" / "exp" / "configs" / "a.yaml"
    text = config.read_text()
    assert "unused: !singleton" in text
    config.write_text(text.replace("unused: !singleton", "unused: &unused !singleton"))
    build(tree, tmp_path / "again")
    changed = text.replace("unused: !singleton", "unused: &unused !singleton").replace(
        "eval_data: &eval_data !call:from_project\n"
        "    project_dir: {{ abspath('../../../datasets-2/ws/datasets') }}\n"
        "    targets: eval_data\n"
        "    tokenizer: *tokenizer\n",
        "",
    )
    config.write_text(
        changed + "[trainer_definition]\n== super()\n"
        "eval_data: !singleton:fgc.runtime.data.batches:SequentialBatches\n"
        "    data: !singleton:fgc.runtime.data.blocks:TokenBlocks {tokens: *unused, seq_len: 8}\n"
        "    batch_size: 2\n"
    )
    (found,) = run(Request(tree)).diagnostics
    assert found.code == "FGC026"
    assert found.message == "the tree has no copy of `unused.txt`, which nothing in it needed"


# Which folders and files stand for a tree.


@pytest.mark.parametrize(
    "place",
    [
        "run",
        "run/config",
        "run/model",
        "run/config/workspace",
        "run/config/workspace/deep/exp",
        "run/config/workspace/deep/exp/configs/a.yaml",
    ],
)
def test_a_tree_is_found_from_within(made: Path, place: str) -> None:
    expected = load(made / "run")
    assert load(made / place) == expected
    assert expected.path == made / "run/config/workspace/deep/exp/configs/a.yaml"
    if (made / place).is_dir():
        assert load(project=made / place) == expected


def test_a_tree_is_found_from_the_current_folder(
    made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(made / "run" / "runtime")
    assert load() == load(made / "run")


def test_other_configurations_of_a_tree_have_names(tmp_path: Path) -> None:
    project = copy_project(tmp_path / "project")
    build(project / "configs" / "num_layers.yaml", tmp_path / "run", lr=0.5)
    baseline = load(project=tmp_path / "run", name="baseline")
    assert baseline.path == tmp_path / "run" / "config" / "project" / "configs" / "baseline.yaml"
    assert baseline.pins == {"lr": 0.5}
    assert load(baseline.path).path == baseline.path


def test_a_project_in_a_tree_and_a_tree_in_a_project(tmp_path: Path) -> None:
    project = copy_project(tmp_path / "project")
    build(project, project / "runs" / "one")
    assert load(project).path == project / "configs" / "baseline.yaml"
    assert load(project / "runs").path == project / "configs" / "baseline.yaml"
    assert load(project / "runs" / "one" / "data").path.is_relative_to(project / "runs" / "one")
    inner = copy_project(project / "runs" / "one" / "mine")
    assert load(inner).path == inner / "configs" / "baseline.yaml"


# What cannot be read, and what can.


def test_a_half_written_tree_is_read(made: Path, tmp_path: Path) -> None:
    """The lock is written last: the one of the build before is there."""
    tree = shutil.copytree(made / "run", tmp_path / "run")
    (tree / ".fgc" / "journal.json").write_text("{}")
    (tree / "train.py").unlink()
    assert not run(Request(tree), until="fold").failed


def test_a_tree_that_was_never_whole_is_an_error(made: Path, tmp_path: Path) -> None:
    tree = shutil.copytree(made / "run", tmp_path / "run")
    (tree / ".fgc" / "journal.json").write_text("{}")
    (tree / "fgc.lock").unlink()
    assert refused(run(Request(tree))) == "it was left half written, without a `fgc.lock`"


def refused(outcome: Outcome) -> str:
    """The reason for which a tree could not be read."""
    (found,) = outcome.diagnostics
    assert found.code == "FGC009"
    assert found.message.startswith("the tree `")
    return found.message.partition("cannot be read: ")[2]


BROKEN = {
    "": "its `fgc.lock` is broken: Expecting value",
    "{": "its `fgc.lock` is broken: Expecting property name",
    "[" * 100_000: "its `fgc.lock` is broken: ",
    "[]": "its `fgc.lock` is broken: not an object",
    '{"version": 1}': "its `fgc.lock` is broken: format version 1, this fgc reads 2",
    "\0": "its `fgc.lock` is broken: ",
}


@pytest.mark.parametrize("text", BROKEN, ids=range(len(BROKEN)))
def test_a_broken_lock_is_an_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "fgc.lock").write_text(text)
    assert refused(run(Request(tmp_path))).startswith(BROKEN[text])


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"config": "../a.yaml"}, "`../a.yaml` is not a path in the tree"),
        ({"config": "/etc/passwd"}, "`/etc/passwd` is not a path in the tree"),
        ({"config": ""}, "`` is not a path in the tree"),
        ({"overrides": {"lr": "'"}}, "`'` is not a quoted text"),
        ({"source": None}, "what it says of its source is missing or malformed"),
        ({"source.files": {"a": "../../b"}}, "`../../b` is not a path in the tree"),
        ({"source.project": "."}, "`.` is not a path in the tree"),
        ({"source.workspaces": [1]}, "what it says of its source is missing or malformed"),
    ],
)
def test_a_lock_that_leads_astray_is_an_error(
    made: Path, tmp_path: Path, change: dict[str, object], reason: str
) -> None:
    lock = json.loads((made / "run" / "fgc.lock").read_text())
    for key, value in change.items():
        table = lock["source"] if key.startswith("source.") else lock
        table[key.removeprefix("source.")] = value
    (tmp_path / "fgc.lock").write_text(json.dumps(lock))
    assert refused(run(Request(tmp_path))) == f"its `fgc.lock` is broken: {reason}"


def test_a_tree_without_its_configuration_is_an_error(made: Path, tmp_path: Path) -> None:
    tree = shutil.copytree(made / "run", tmp_path / "run")
    (tree / "config/workspace/deep/exp/configs/a.yaml").unlink()
    assert refused(run(Request(tree))) == (
        "it has no `config/workspace/deep/exp/configs/a.yaml`, which it was built from"
    )


# A tree that is what a build would write is told without building it.


def written_by(request: Request, out: Path) -> bool:
    """Whether the command had to build anything."""
    outcome, written = build_tree(request, out)
    assert not outcome.failed, outcome.diagnostics
    return written is not None


def without_findings(config: Path) -> Path:
    """The composed configuration `config` without what a build warns of: that would be hidden by a
    command that had nothing to build, so such a tree is always built again."""
    before, unused, rest = config.read_text().partition("\nunused: !")
    assert unused
    config.write_text(before + rest[rest.index("\n[") :])
    return config


def test_what_is_unchanged_is_told_from_linked_projects_too(tmp_path: Path) -> None:
    request = Request(without_findings(composed(tmp_path / "sources")))
    out = tmp_path / "run"
    assert written_by(request, out)
    datasets = tmp_path / "sources" / "datasets"
    with_absolute = datasets / "configs" / "text.yaml"
    text = with_absolute.read_text()
    with_absolute.write_text(text.replace(f", \"{tmp_path / 'sources'}/corpus/train.txt\"", ""))
    tokenizer = tmp_path / "sources" / "ws" / "deep" / "exp" / "tokenizer.json"
    (tmp_path / "sources" / "tokenizer.json").rename(tokenizer)
    request.config.write_text(  # type: ignore[union-attr]
        request.config.read_text().replace(  # type: ignore[union-attr]
            f"{tmp_path / 'sources'}/tokenizer.json", "tokenizer.json"
        )
    )
    assert written_by(request, out)
    assert not written_by(request, out)
    # a text, a module, and a template that comes before the one that was used
    for change in ("datasets/data/train.txt", "ws/deep/exp/lib/extra/__init__.py"):
        path = tmp_path / "sources" / change
        path.write_text(path.read_text() + "\n")
        assert written_by(request, out)
        assert not written_by(request, out)
    (datasets / "templates" / "configs").mkdir(parents=True)
    (datasets / "templates" / "configs" / "text.yaml").write_text(
        with_absolute.read_text().replace("batch_size: 2", "batch_size: 3")
    )
    assert written_by(request, out)
    assert "batch_size=3" in (out / "train.py").read_text()
    assert not written_by(request, out)


def test_what_is_unchanged_is_told_from_a_tree(made: Path, tmp_path: Path) -> None:
    tree = shutil.copytree(made / "run", tmp_path / "run")
    without_findings(tree / "config" / "workspace" / "deep" / "exp" / "configs" / "a.yaml")
    again = tmp_path / "again"
    assert written_by(Request(tree), again)
    assert not written_by(Request(tree), again)
    assert not written_by(Request(again), again)
    (tree / "data" / "train.txt").write_text("Other words.\n")
    assert written_by(Request(tree), again)
    assert (again / "data" / "train.txt").read_text() == "Other words.\n"
