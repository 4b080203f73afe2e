"""``fgc run``: what it builds, what it starts, and how that ends."""

from __future__ import annotations

import fcntl
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import termios
from pathlib import Path
from textwrap import dedent

import pytest

from fgc.compiler.backend.lock import Layout, Lock, sha256
from fgc.compiler.backend.tree import write_tree

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "examples" / "tiny_llama"
FGC = [sys.executable, "-c", "from fgc.compiler.cli.main import main; main()"]

# Says what it was given. Its options are those of a program of fgc's.
PROGRAM = """
import argparse, json, os, sys
parser = argparse.ArgumentParser()
parser.add_argument("--max-steps", type=int)
parser.add_argument("--fast", action="store_true")
given = vars(parser.parse_args())
names = ("CUDA_VISIBLE_DEVICES", "NOTE", "HOME")
given["env"] = {name: os.environ.get(name) for name in names}
print(json.dumps(given))
sys.exit(given["max_steps"] or 0)
"""


def tree(folder: Path, program: str = PROGRAM, launch: str | None = None) -> Path:
    """A tree of one program, with its lock."""
    files = {"train.py": dedent(program).encode()}
    if launch is not None:
        files["launch.json"] = launch.encode()
    hashes = {name: sha256(content) for name, content in files.items()}
    layout = Layout(project="project", template="a.yaml")
    write_tree(files, Lock("0", "0", "project/a.yaml", {}, hashes, source=layout), folder)
    return folder


def environ(**changes: str) -> dict[str, str]:
    return {**os.environ, "NO_COLOR": "1", "COLUMNS": "200", **changes}


def fgc(folder: Path, *arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*FGC, *arguments], cwd=folder, env=environ(**changes), capture_output=True, text=True
    )


# A tree is started as it is.


def test_a_tree_is_started_with_the_options_of_its_program(tmp_path: Path) -> None:
    tree(tmp_path / "my run")
    ran = fgc(tmp_path, "run", "my run", "--max-steps", "7", "-d", "0,1", "--fast")
    assert (ran.returncode, ran.stderr) == (7, "")
    given = json.loads(ran.stdout)
    assert given["max_steps"] == 7
    assert given["fast"]
    assert given["env"]["CUDA_VISIBLE_DEVICES"] == "0,1"
    assert given["env"]["HOME"] == os.environ.get("HOME")


@pytest.mark.parametrize(
    ("cwd", "arguments"), [("run", []), ("run/config", []), (".", ["-p", "run/config"])]
)
def test_the_tree_at_hand(tmp_path: Path, cwd: str, arguments: list[str]) -> None:
    tree(tmp_path / "run")
    (tmp_path / "run" / "config").mkdir()
    assert fgc(tmp_path / cwd, "run", *arguments, "--max-steps", "3").returncode == 3


def test_an_edited_tree_is_started_as_it_is(tmp_path: Path) -> None:
    (tree(tmp_path / "run") / "train.py").write_text("print('edited')\n")
    ran = fgc(tmp_path, "run", "run")
    assert (ran.returncode, ran.stdout) == (0, "edited\n")


def test_the_environment_is_that_of_the_configuration(tmp_path: Path) -> None:
    tree(tmp_path / "run", launch='{"env": {"NOTE": "it\'s $HOME"}}')
    ran = fgc(tmp_path, "run", "run", NOTE="other")
    assert json.loads(ran.stdout)["env"]["NOTE"] == "it's $HOME"


def test_a_dry_run_prints_what_a_shell_takes(tmp_path: Path) -> None:
    launch = '{"env": {"NOTE": "it\'s $HOME"}}'
    tree(tmp_path / "my run", launch=launch)
    line = ["run", "my run", "--dry-run", "-d", "2", "--max-steps", "5"]
    shown = fgc(tmp_path, *line)
    assert (shown.returncode, shown.stderr) == (0, "")
    assert len(shown.stdout.splitlines()) == 1
    ran = subprocess.run(
        shown.stdout, shell=True, cwd=tmp_path, env=environ(), capture_output=True, text=True
    )
    started = fgc(tmp_path, *(word for word in line if word != "--dry-run"))
    assert (ran.returncode, ran.stdout) == (started.returncode, started.stdout)
    assert json.loads(ran.stdout)["env"]["NOTE"] == "it's $HOME"


def test_python_is_called_by_name_where_that_is_ours(tmp_path: Path) -> None:
    tree(tmp_path / "run")
    ours = str(Path(sys.executable).parent)
    shown = fgc(tmp_path, "run", "run", "--dry-run", PATH=f"{ours}:/usr/bin:/bin")
    assert shown.stdout == "python run/train.py\n"
    shown = fgc(tmp_path, "run", "run", "--dry-run", PATH="/nowhere")
    assert shown.stdout == f"{shlex.quote(sys.executable)} run/train.py\n"


# torchrun


@pytest.fixture
def torchrun(tmp_path: Path) -> Path:
    """A folder for the PATH with a torchrun that says what it was given, and ends with 3."""
    program = tmp_path / "bin" / "torchrun"
    program.parent.mkdir()
    program.write_text('#!/bin/sh\necho "$CUDA_VISIBLE_DEVICES $NOTE"\necho "$@"\nexit 3\n')
    program.chmod(0o755)
    return program.parent


def test_torchrun_starts_several_processes(tmp_path: Path, torchrun: Path) -> None:
    tree(tmp_path / "run", launch='{"nproc_per_node": 2, "env": {"NOTE": "on"}}')
    path = f"{torchrun}:{os.environ['PATH']}"
    line = ["run", "run", "--max-steps", "5", "-d", "0,1", "--", "--tee", "3", "--fast"]
    ran = fgc(tmp_path, *line, PATH=path)
    assert ran.returncode == 3
    assert ran.stdout.splitlines() == [
        "0,1 on",
        "--standalone --nproc-per-node 2 --tee 3 run/train.py --max-steps 5 --fast",
    ]
    shown = fgc(tmp_path, "run", "--dry-run", *line[1:], PATH=path)
    assert shown.stdout == (
        "NOTE=on CUDA_VISIBLE_DEVICES=0,1 torchrun --standalone --nproc-per-node 2 --tee 3 "
        "run/train.py --max-steps 5 --fast\n"
    )


def test_what_stands_behind_a_second_separator_is_the_program_s(
    tmp_path: Path, torchrun: Path
) -> None:
    tree(tmp_path / "run", launch='{"nproc_per_node": "gpu"}')
    line = ["run", "run", "--", "--nnodes", "2", "--rdzv-endpoint", "a:1", "--", "--tee", "x"]
    ran = fgc(tmp_path, *line, PATH=f"{torchrun}:{os.environ['PATH']}")
    assert ran.stdout.splitlines()[1] == (
        "--nproc-per-node gpu --nnodes 2 --rdzv-endpoint a:1 run/train.py --tee x"
    )


def test_without_torchrun_on_the_path_it_is_that_of_our_python(tmp_path: Path) -> None:
    tree(tmp_path / "run", launch='{"nproc_per_node": 1}')
    shown = fgc(tmp_path, "run", "run", "--dry-run", PATH="/nowhere").stdout
    beside = Path(sys.executable).parent / "torchrun"
    expected = [str(beside)] if beside.exists() else [sys.executable, "-m", "torch.distributed.run"]
    assert shlex.split(shown) == [
        *expected,
        "--standalone",
        "--nproc-per-node",
        "1",
        "run/train.py",
    ]


# How it ends.


@pytest.mark.parametrize("program", ["raise SystemExit(0)", "raise SystemExit(9)", "1 / 0"])
def test_the_exit_code_is_that_of_the_program(tmp_path: Path, program: str) -> None:
    tree(tmp_path / "run", program)
    alone = subprocess.run([sys.executable, "run/train.py"], cwd=tmp_path, capture_output=True)
    ran = fgc(tmp_path, "run", "run")
    assert ran.returncode == alone.returncode
    assert ran.stderr == alone.stderr.decode()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGSEGV])
def test_a_shell_sees_the_signal_that_ended_it(tmp_path: Path, number: signal.Signals) -> None:
    tree(tmp_path / "run", f"import os\nos.kill(os.getpid(), {number.value})\n")
    command = f"{shlex.join([*FGC, 'run', 'run'])}; echo $?"
    ran = subprocess.run(command, shell=True, cwd=tmp_path, capture_output=True, text=True)
    assert ran.stdout == f"{128 + number}\n"


# Counts the signals that it gets, as one does that saves a checkpoint at the first.
LISTENER = """
import signal, sys, time
count = 0
def receive(number, frame):
    global count
    count += 1
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, receive)
print("ready", flush=True)
deadline = time.monotonic() + 60
while not count and time.monotonic() < deadline:
    time.sleep(0.01)
time.sleep(0.5)
print(f"signals: {count}", flush=True)
sys.exit(40 + count)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("to_all", [False, True], ids=["to fgc", "to its process group"])
def test_a_signal_reaches_the_program_once(
    tmp_path: Path, number: signal.Signals, to_all: bool
) -> None:
    tree(tmp_path / "run", LISTENER)
    process = subprocess.Popen(
        [*FGC, "run", "run"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    (os.killpg if to_all else os.kill)(process.pid, number)
    rest, _ = process.communicate()
    assert (rest, process.returncode) == ("signals: 1\n", 41)


def test_ctrl_c_at_a_terminal_reaches_the_program_once(tmp_path: Path) -> None:
    tree(tmp_path / "run", LISTENER)
    terminal, inside = os.openpty()

    def take_terminal() -> None:
        os.setsid()
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    process = subprocess.Popen(
        [*FGC, "run", "run"],
        cwd=tmp_path,
        stdin=inside,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=take_terminal,
    )
    os.close(inside)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    os.write(terminal, b"\x03")
    rest, _ = process.communicate()
    os.close(terminal)
    assert (rest, process.returncode) == ("signals: 1\n", 41)


def test_nothing_heavy_is_imported_to_start_a_tree(tmp_path: Path) -> None:
    tree(tmp_path / "run")
    program = """
import sys
from fgc.compiler.cli.main import main
from fgc.compiler.launch import executables
def become(arguments, env):
    print(*sorted({name.partition(".")[0] for name in sys.modules}))
    sys.exit(0)
executables.become = become
main()
"""
    command = [sys.executable, "-c", program, "run", "run"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    heavy = {"torch", "transformers", "numpy", "tokenizers", "libcst", "black"}
    assert not heavy & set(ran.stdout.split())


# What is refused.


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--max-stps", "5"], "has an option `--max-stps`; one with a similar name is"),
        (["--fast", "stray"], "`stray` belongs to no option"),
        (["-d", "0;1"], "`0;1` is not a list such as 0,1"),
        (["--set", "lr=1"], "a built tree is started as it is"),
        (["-p", "."], "names the configuration, not both"),
        (
            ["--", "--nnodes", "2"],
            "python starts this program, not torchrun, and it has no `--nnodes`",
        ),
    ],
)
def test_bad_usage_exits_2_and_starts_nothing(
    tmp_path: Path, arguments: list[str], message: str
) -> None:
    tree(tmp_path / "run")
    ran = fgc(tmp_path, "run", "run", *arguments)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert message in ran.stderr
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("fgc.lock", "{", "its `fgc.lock` is broken: "),
        (".fgc/journal.json", "{}", "it was left half written"),
        ("launch.json", "{", "its `launch.json` is broken: "),
        ("train.py", "def", "its `train.py` is not Python: "),
        ("train.py", None, "it has no `train.py`"),
    ],
)
def test_a_tree_that_is_not_whole_is_not_started(
    tmp_path: Path, name: str, text: str | None, reason: str
) -> None:
    file = tree(tmp_path / "run") / name
    if text is None:
        file.unlink()
    else:
        file.write_text(text)
    ran = fgc(tmp_path, "run", "run")
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr.startswith("error[FGC009]: the tree `")
    assert f"cannot be read: {reason}" in ran.stderr


def test_a_mistake_in_the_configuration_is_a_frame(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("optimizer: !partial:torch.optim:AdamW {fuse: true}\n")
    for options in ([], ["--dry-run"]):
        ran = fgc(tmp_path, "run", "a.yaml", *options)
        assert (ran.returncode, ran.stdout) == (1, "")
        assert "error[FGC021]" in ran.stderr
        assert "--> a.yaml:1:40" in ran.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["a.yaml"]


# What it would build.


@pytest.mark.parametrize(
    ("cwd", "arguments", "build", "program"),
    [
        (
            ".",
            ["tiny_llama"],
            "fgc build tiny_llama -o tiny_llama/runs/baseline",
            "tiny_llama/runs/baseline/train.py",
        ),
        (
            "tiny_llama",
            ["-t", "num_layers", "--set", "seed=7", "--set", "lr=1e-4"],
            "fgc build -t num_layers -o runs/num_layers,lr=0.0001,seed=7 "
            "--set lr=0.0001 --set seed=7",
            "runs/num_layers,lr=0.0001,seed=7/train.py",
        ),
        (
            "elsewhere",
            ["-p", "../tiny_llama", "--set", "config_name=it's"],
            "fgc build -p ../tiny_llama -o {root}/tiny_llama/runs/baseline,config_name=it-s-{hash}"
            " --set 'config_name=it'\"'\"'s'",
            "{root}/tiny_llama/runs/baseline,config_name=it-s-{hash}/train.py",
        ),
        (
            ".",
            ["tiny_llama/configs/post_norm.yaml", "-o", "my run", "--max-steps", "3"],
            "fgc build tiny_llama/configs/post_norm.yaml -o 'my run'",
            "'my run/train.py' --max-steps 3",
        ),
    ],
)
def test_a_dry_run_of_a_configuration_writes_nothing(
    tmp_path: Path, cwd: str, arguments: list[str], build: str, program: str
) -> None:
    (tmp_path / "tiny_llama").mkdir()
    (tmp_path / "elsewhere").mkdir()
    for name in ("configs", "data", "meta.yaml", "tokenizer"):
        (tmp_path / "tiny_llama" / name).symlink_to(EXAMPLE / name)
    before = sorted(tmp_path.rglob("*"))
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    shown = fgc(tmp_path / cwd, "run", *arguments, "--dry-run", PATH=path)
    assert (shown.returncode, shown.stderr) == (0, "")
    assert sorted(tmp_path.rglob("*")) == before
    known = {"root": tmp_path.as_posix(), "hash": "HASH"}
    assert re.sub(r"-[0-9a-f]{8}\b", "-HASH", shown.stdout).splitlines() == [
        build.format(**known),
        f"python {program.format(**known)}",
    ]
