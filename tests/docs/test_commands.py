"""Every command that a document shows does what the document says."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from fgc.compiler.pipeline import Request, run
from tests.conftest import ROOT
from tests.docs.conftest import DOCUMENTS
from tests.docs.markdown import Block, Command, blocks, commands

LANGUAGES = ("bash", "console", "python", "text", "yaml", None)

# Set-up, and the tests themselves: what continuous integration does, or a person by hand.
BY_MAKE = re.compile(r"([A-Z_]+=\S+ )?make( [a-z]+)?")
BY_HAND = {
    "source .venv/bin/activate",
    ".venv/bin/pytest tests/compiler/backend -q",
    '.venv/bin/pytest -n 2 -m "not nightly"',
    ".venv/bin/python -m tests.tree.update_golden",
    ".venv/bin/python -m tests.compiler.passes.case_files",
    ".venv/bin/python -m tests.compiler.views.update_golden",
    ".venv/bin/python -m tests.compiler.explain.update_golden",
    ".venv/bin/python -m tests.docs.update_errors",
}

TOUR = "fgc build examples/tiny_llama -o"
TINY = "fgc build examples/tiny_llama/configs/"
ANNEAL = "python run-anneal/train.py --resume run/output/checkpoints/step-"
COMPOSED = "fgc build examples/composed/training/configs/"
DIFF = "diff -r -x config -x .fgc -x 'fgc.*' -x README.md -x output run/ run-lr/"


@dataclass(frozen=True)
class Run:
    """How a command is tested: its exit code, another form if it has to have one, which takes
    seconds or needs no other program, and whether the numbers that it prints are other ones each
    time."""

    status: int = 0
    shortened: str | None = None
    measures: bool = False


COMMANDS = {
    "fgc pp examples/tiny_llama/configs/baseline.yaml": Run(),
    "fgc targets examples/tiny_llama": Run(measures=True),
    "fgc graph examples/tiny_llama --format dot | dot -Tsvg > graph.svg": Run(
        shortened="fgc graph examples/tiny_llama --format dot > graph.dot"
    ),
    "fgc trefs -p examples/tiny_llama -t learning_rate": Run(),
    "fgc code examples/tiny_llama --target optimizer": Run(),
    "fgc explain examples/tiny_llama": Run(),
    "fgc explain examples/tiny_llama --target model": Run(measures=True),
    "fgc explain examples/tiny_llama --target schedule": Run(),
    "fgc explain examples/tiny_llama/configs/post_norm.yaml": Run(),
    "fgc explain examples/tiny_llama --target optimizer": Run(),
    "fgc construct inspecting/heads.yaml --target model": Run(status=1),
    f"{TINY}baseline.yaml -o run/": Run(measures=True),
    f"{TINY}baseline.yaml --print-after vendor --time-passes": Run(measures=True),
    f"{TINY}baseline.yaml -o run/ --set lr=3e-4 --set num_hidden_layers=6": Run(),
    f"{TINY}lower_lr.yaml -o run-lr/": Run(measures=True),
    f"{TINY}anneal.yaml -o run-anneal/": Run(),
    f"{TINY}learning_rate.yaml -o run-lr/": Run(measures=True),
    f"{TINY}post_norm.yaml -o run-post/": Run(measures=True),
    f"{TINY}fused.yaml -o run-fused/": Run(status=1),
    DIFF: Run(status=1),
    "diff run/model/modeling_tiny_llama.py run-post/model/modeling_tiny_llama.py": Run(status=1),
    f"{TINY}gated.yaml -o run-gated/": Run(),
    'sed -n "/class TinyLlamaGatedMLP/,/return/p" run-gated/model/modeling_tiny_llama.py': Run(),
    f"{TINY}half.yaml -o run-half/": Run(),
    "diff run/runtime/trainer/strategy.py run-half/runtime/trainer/strategy.py": Run(status=1),
    "fgc check -r examples/composed": Run(),
    "fgc pp language/experiment.yaml": Run(),
    "fgc pp language/experiment.yaml --set lr=1e-4 --set batch_size=16": Run(),
    "fgc pp language/options.yaml --batch-size 16": Run(),
    "fgc pp language/options.yaml --help": Run(),
    "fgc build language/typo.yaml -o language/typo/": Run(status=1),
    "python run/train.py --max-steps 20": Run(measures=True),
    "python run/train.py --max-steps 30": Run(measures=True),
    f"{ANNEAL}00000500": Run(shortened=f"{ANNEAL}00000031 --max-steps 32"),
    "fgc tokenizer build examples/tiny_llama/configs/tokenizer.yaml": Run(),
    'fgc tokenizer show examples/tiny_llama "In the beginning God created the heaven"': Run(),
    f"{COMPOSED}baseline.yaml -o run-composed/": Run(),
    "python run-composed/train.py": Run(shortened="python run-composed/train.py --max-steps 2"),
    f"{COMPOSED}deep_model.yaml -o run-deep/": Run(),
    f"{COMPOSED}psalms.yaml -o run-psalms/": Run(),
    "diff run-composed/train.py run-psalms/train.py": Run(status=1),
    f"{COMPOSED}three_layers.yaml -o run-three/": Run(),
    "fgc tokenizer build examples/composed/dataset/configs/tokenizer.yaml": Run(),
    'fgc tokenizer show examples/composed/dataset "Blessed are the meek"': Run(),
    "fgc logs summary run/": Run(measures=True),
    "fgc logs plot run/ --smooth --x tokens -o losses.svg": Run(),
    "fgc logs plot run/ --metrics learning_rate": Run(),
    f"{TINY}watched.yaml -o run-watched/": Run(),
    "python run-watched/train.py --max-steps 10": Run(measures=True),
    f"{TINY}patient.yaml -o run-patient/": Run(),
    "diff run/runtime/trainer/loop.py run-patient/runtime/trainer/loop.py": Run(status=1),
    "python run/train.py": Run(shortened="python run/train.py --max-steps 31"),
    "fgc ls examples/tiny_llama": Run(),
    "fgc trefs examples/tiny_llama": Run(),
    "fgc pp examples/tiny_llama": Run(),
    "fgc graph examples/tiny_llama --target optimizer": Run(),
    f"{TOUR} run-tiny/": Run(measures=True),
    "python run-tiny/train.py": Run(shortened="python run-tiny/train.py --max-steps 2"),
    "python run-tiny/train.py --max-steps 100": Run(
        shortened="python run-tiny/train.py --max-steps 20", measures=True
    ),
    f"{TOUR} run-slow/ --set lr=6e-4": Run(),
    "diff run-tiny/train.py run-slow/train.py": Run(status=1),
    f"{TINY}shallow.yaml -o run-shallow/": Run(),
    "diff -r -x tokenizer.json run-tiny/model run-shallow/model": Run(status=1),
    "python run-shallow/train.py --max-steps 100": Run(
        shortened="python run-shallow/train.py --max-steps 20"
    ),
    "fgc logs summary run-tiny/ run-shallow/": Run(measures=True),
    "fgc logs plot run-tiny/ run-shallow/ --metrics loss": Run(),
    f"{TOUR} run-bf16/ --set precision=bf16": Run(),
    f"{TOUR} run-compiled/ --set torch_compile=layers": Run(),
    f"{TOUR} run-cosine/ --set schedule=cosine --set warmup_steps=100": Run(),
    f"{TOUR} run-groups/ --set 'no_decay=norm|embed_tokens'": Run(),
    "fgc run examples/tiny_llama -d 1 --max-steps 20 --dry-run": Run(),
    'fgc tokenizer show examples/tiny_llama "And Moses said"': Run(measures=True),
}


def read(document: str) -> list[Block]:
    return list(blocks((ROOT / document).read_text(encoding="utf-8")))


def all_commands(document: str) -> list[Command]:
    return [command for block in read(document) for command in commands(block)]


def test_every_command_is_known() -> None:
    shown = {command.text for document in DOCUMENTS for command in all_commands(document)}
    by_make = {text for text in shown if BY_MAKE.fullmatch(text)}
    assert shown - by_make == BY_HAND | COMMANDS.keys()


@pytest.mark.parametrize("document", DOCUMENTS)
def test_no_block_is_overlooked(document: str) -> None:
    assert {block.language for block in read(document)} <= set(LANGUAGES)


def test_what_make_is_asked_for_is_there() -> None:
    shown = (command.text for document in DOCUMENTS for command in all_commands(document))
    targets = {text.rpartition("make")[2].strip() for text in shown if BY_MAKE.fullmatch(text)}
    assert {"demo", "test"} <= targets
    for target in targets:
        command = ["make", "--dry-run", *target.split()]
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)


def test_commands_do_what_is_shown(checkout: Path, environment: dict[str, str]) -> None:
    """All documents in one place, one after the other, as somebody might who reads them."""
    for document in DOCUMENTS:
        for block in read(document):
            write_file(block, checkout)
            for command in commands(block):
                if command.text in COMMANDS:
                    check(command, f"{document}:{command.line}", checkout, environment)
            if block.text.startswith("from transformers import"):
                run_python(block, checkout, environment)


def write_file(block: Block, checkout: Path) -> None:
    """Writes a configuration or module to the path in its first line, if it has one."""
    place = re.match(r"## (\S+\.(yaml|py))\n", block.text)
    if place:
        path = checkout / place[1]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.text, encoding="utf-8")


@pytest.mark.parametrize("document", DOCUMENTS)
def test_configurations_without_a_command_are_right(document: str, checkout: Path) -> None:
    """What is shown and not built there can be built."""
    named = " ".join(command.text for command in all_commands(document))
    for block in read(document):
        write_file(block, checkout)
    for path in checkout.glob("language/*.yaml"):
        if path.name not in named:
            assert not run(Request(path), until="fold").failed, path


def check(command: Command, place: str, checkout: Path, environment: dict[str, str]) -> None:
    expected = COMMANDS[command.text]
    ran = subprocess.run(
        expected.shortened or command.text,
        shell=True,
        cwd=checkout,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert ran.returncode == expected.status, f"{place}\n{ran.stdout}"
    if command.shown is not None:
        assert is_shown(
            command.shown, ran.stdout, measures=expected.measures
        ), f"{place}\n{ran.stdout}"


def run_python(block: Block, checkout: Path, environment: dict[str, str]) -> None:
    """Runs a program that is shown, with the newest checkpoint, where there is no fgc."""
    shown = re.search(r'"(\S+/)step-\d{8}"', block.text)
    assert shown is not None
    newest = max((checkout / shown[1]).glob("step-????????"))
    code = re.sub(r"step-\d{8}", newest.name, block.text)
    if "same = " in code:
        code += "assert type(model) is not type(same)\n"
    ran = subprocess.run(
        [sys.executable, "-c", f"import sys\nsys.modules['fgc'] = None\n{code}"],
        cwd=checkout,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stderr


def is_shown(shown: str, printed: str, *, measures: bool) -> bool:
    """Whether a document shows what was printed. `…` stands for anything: lines, or part of one.

    >>> is_shown("…\\nb …\\n", "a\\nb 1\\n", measures=False)
    True
    >>> is_shown("b 2\\n", "b 1\\n", measures=True), is_shown("b 2\\n", "b 1\\n", measures=False)
    (True, False)
    """
    pattern = ""
    for line in comparable(shown, measures).splitlines():
        escaped = re.escape(line).replace(re.escape("…"), ".*")
        pattern += "(?:.*\n)*?" if line == "…" else f"{escaped}\n"
    return re.fullmatch(pattern, comparable(printed, measures)) is not None


def comparable(text: str, measures: bool) -> str:
    """A text without what is other each time: what was measured, where lines of a diff and of
    a template stand, and how wide columns are."""
    text = re.sub(r"(?m)^\d+(,\d+)?[acd]\d+(,\d+)?$", "#", text)
    text = re.sub(r"(?<=\.yaml):\d+", ":#", text)
    if measures:
        text = re.sub(r"\d[\d,.:]*(e[-+]?\d+)?", "#", text)
    return re.sub(r"(?<=\S) +", " ", text)
