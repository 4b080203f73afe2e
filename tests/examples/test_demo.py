"""The demo, end to end but for the length of the training, and what it judges a run by."""

from __future__ import annotations

import importlib.util
import json
import shutil
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.conftest import DEMO, STEPS, Demo

FIGURES = (
    "held-out loss, nats a token",
    "the same of token frequencies alone",
    "learnt beyond them",
    "words of the sample that the corpus has",
    "longest run of words copied",
)


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The demo's module, imported as it is when it is run: from its own folder."""
    monkeypatch.syspath_prepend(DEMO.parent)
    spec = importlib.util.spec_from_file_location("demo", DEMO)
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "demo", loaded)  # where dataclasses look it up
    spec.loader.exec_module(loaded)
    return loaded


def test_the_demo_shows_what_it_runs(demo: Demo) -> None:
    commands = [line for line in demo.output.splitlines() if line.startswith("$ ")]
    ran = (
        "fgc build examples/tiny_llama/configs/baseline.yaml",
        "train.py",
        "tiny_llama/sample.py",
    )
    assert len(commands) == len(ran)
    for command, part in zip(commands, ran, strict=True):
        assert part in command


def test_it_trains_as_far_as_it_is_told(demo: Demo) -> None:
    output = demo.project / "output"
    assert [path.name for path in output.glob("checkpoints/*")] == [f"step-{STEPS:08d}"]
    records = [json.loads(line) for line in (output / "metrics.jsonl").read_text().splitlines()]
    losses = [record["loss"] for record in records if "loss" in record]
    assert len(losses) == STEPS // 10
    assert losses == sorted(losses, reverse=True)
    assert f"step {STEPS}/{STEPS}" in demo.output
    assert (output / "loss.svg").stat().st_size > 0
    assert demo.output.count("loss.svg") == 1


def test_the_checkpoint_loads_as_both_classes(demo: Demo) -> None:
    said = "loads as TinyLlamaForCausalLM and as LlamaForCausalLM; largest difference of logits: "
    difference = demo.output.partition(said)[2].split()[0]
    assert float(difference) <= 1e-5


def test_it_prints_a_sample_and_every_figure(demo: Demo) -> None:
    end = demo.output.rpartition("sample.py")[2].splitlines()
    sample = " ".join(line for line in end if line.startswith("    "))
    assert len(sample.split()) > 50
    positions = [demo.output.index(name) for name in FIGURES]
    assert positions == sorted(positions)


def test_a_run_of_the_same_program_stays(module: ModuleType, trained_run: Path) -> None:
    module.keep_runs_of_other_code(trained_run)
    assert (trained_run / "output" / "checkpoints").is_dir()


def test_a_run_of_another_program_is_put_aside(
    module: ModuleType, trained_run: Path, tmp_path: Path
) -> None:
    project = tmp_path / "run"
    for name in ("fgc.lock", f"output/checkpoints/step-{STEPS:08d}/manifest.json"):
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(trained_run / name, project / name)
    lock = json.loads((project / "fgc.lock").read_text()) | {"code": "another"}
    (project / "fgc.lock").write_text(json.dumps(lock))
    (project / "output-1").mkdir()
    module.keep_runs_of_other_code(project)
    assert not (project / "output").exists()
    assert (project / "output-2" / "checkpoints" / f"step-{STEPS:08d}").is_dir()


@pytest.mark.parametrize(
    ("sample", "longest"),
    [("b c d", 3), ("b c e f", 2), ("e d c", 1), ("x y", 0), ("", 0), ("a bc", 1), ("x a b", 2)],
)
def test_the_longest_copied_run(module: ModuleType, sample: str, longest: int) -> None:
    assert module.longest_copied_run(sample.split(), ["a", "b", "c", "d", "e"]) == longest


@pytest.mark.parametrize(
    ("loss", "learns"), [(4.9, True), (5.1, False)], ids=["enough", "not enough"]
)
def test_what_it_must_have_learnt(
    module: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, loss: float, learns: bool
) -> None:
    monkeypatch.setattr(module, "encode", lambda file, tokenizer: [0])
    monkeypatch.setattr(module, "unigram_cross_entropy", lambda train, held_out, size: 6.0)
    metrics = tmp_path / "metrics.jsonl"
    records = ({"step": 1, "eval_loss": 5.5}, {"step": 2, "eval_loss": loss}, {"step": 2})
    metrics.write_text("".join(json.dumps(record) + "\n" for record in records))
    assert [figure.holds for figure in module.learnt(metrics)] == [True, True, learns]


@pytest.mark.parametrize(
    ("loads", "learns", "options", "status"),
    [
        (True, True, [], 0),
        (True, False, [], 1),
        (True, False, ["--max-steps", "2"], 0),
        (False, True, ["--max-steps", "2"], 1),
    ],
)
def test_what_fails_the_demo(
    module: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    loads: bool,
    learns: bool,
    options: list[str],
    status: int,
) -> None:
    figures = [module.Figure("figure", "1", ">= 2", learns)]
    monkeypatch.setattr(module, "run", lambda *command: 0)
    monkeypatch.setattr(module, "keep_runs_of_other_code", lambda project: None)
    monkeypatch.setattr(module, "write_sample", lambda checkpoints: (loads, ""))
    monkeypatch.setattr(module, "learnt", lambda metrics: figures)
    monkeypatch.setattr(module, "originality", lambda sample: [])
    monkeypatch.setattr(sys, "argv", ["demo.py", *options])
    assert module.main() == status


@pytest.mark.parametrize(("statuses", "status"), [([1], 1), ([0, 130], 130)])
def test_a_command_that_fails_ends_the_demo(
    module: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    statuses: list[int],
    status: int,
) -> None:
    left = iter(statuses)
    monkeypatch.setattr(module, "run", lambda *command: next(left))
    monkeypatch.setattr(sys, "argv", ["demo.py", "--out", str(tmp_path)])
    assert module.main() == status
    assert next(left, None) is None


def test_a_copied_or_garbled_sample_is_found(module: ModuleType) -> None:
    corpus = (DEMO.parent / "data" / "train.txt").read_text(encoding="utf-8").split()
    assert [figure.holds for figure in module.originality(" ".join(corpus[100:131]))] == [
        True,
        False,
    ]
    garbled = " ".join("xyzzy" if n % 9 == 0 else word for n, word in enumerate(corpus[:90]))
    assert [figure.holds for figure in module.originality(garbled)] == [False, True]
