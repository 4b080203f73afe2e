"""``launch.json``, and the commands that come of it."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fgc.compiler.launch.command import Command, command
from fgc.compiler.launch.executables import Executables, find_executables
from fgc.compiler.launch.folder import run_folder
from fgc.compiler.launch.launch import COUNTS, Launch
from fgc.compiler.launch.start import NotStartedError, read_start

names = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]*", fullmatch=True)
# what an environment can hold
texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))


@given(
    st.one_of(st.none(), st.integers(1), st.sampled_from(COUNTS)),
    st.dictionaries(names, texts),
)
def test_what_is_written_is_read(number: int | str | None, env: dict[str, str]) -> None:
    launch = Launch(number, env)
    text = launch.to_json()
    assert (Launch() if text is None else Launch.from_json(text)) == launch


def test_where_there_is_nothing_to_say_there_is_no_file() -> None:
    assert Launch().to_json() is None
    assert json.loads(Launch(2).to_json() or "") == {"nproc_per_node": 2}
    assert json.loads(Launch(None, {"A": "1"}).to_json() or "") == {"env": {"A": "1"}}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[]", "not an object"),
        ('{"nproc": 2}', "`nproc` is not known"),
        ('{"nproc_per_node": 0}', "`nproc_per_node` is 0"),
        ('{"nproc_per_node": true}', "`nproc_per_node` is true"),
        ('{"nproc_per_node": "all"}', '`nproc_per_node` is "all"'),
        ('{"env": []}', "`env` is not an object"),
        ('{"env": {"A": 1}}', "`env` has no text for `A`"),
        ('{"env": {"A B": "1"}}', "`env` has no text for `A B`"),
        ('{"env": {"A": "\\u0000"}}', "`env` has no text for `A`"),
    ],
)
def test_what_is_not_a_launch_is_a_value_error(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(reason)}$"):
        Launch.from_json(text)


ENV = {"OMP_NUM_THREADS": "2", "NOTE": "it's here"}


@pytest.mark.parametrize(
    ("launch", "for_torchrun", "shell"),
    [
        (Launch(), "", "python train.py"),
        (Launch(None, ENV), "", "OMP_NUM_THREADS=2 NOTE='it'\"'\"'s here' python train.py"),
        (Launch(1), "", "torchrun --standalone --nproc-per-node 1 train.py"),
        (Launch("gpu"), "", "torchrun --standalone --nproc-per-node gpu train.py"),
        (
            Launch(4),
            "--tee 3",
            "torchrun --standalone --nproc-per-node 4 --tee 3 train.py",
        ),
        # who says how machines meet says it alone
        (
            Launch(4),
            "--nnodes 2 --rdzv_endpoint a:1",
            "torchrun --nproc-per-node 4 --nnodes 2 --rdzv_endpoint a:1 train.py",
        ),
        (Launch(4), "--master-port=1", "torchrun --nproc-per-node 4 --master-port=1 train.py"),
        (
            Launch(4),
            "--nproc_per_node=2",
            "torchrun --standalone --nproc_per_node=2 train.py",
        ),
        (Launch(4), "--standalone", "torchrun --nproc-per-node 4 --standalone train.py"),
    ],
)
def test_commands(launch: Launch, for_torchrun: str, shell: str) -> None:
    assert command(launch, for_torchrun=for_torchrun.split()).shell() == shell


def test_devices_win_over_the_environment_that_is_configured() -> None:
    launch = Launch(2, {"CUDA_VISIBLE_DEVICES": "7", "A": "1"})
    found = command(launch, "run/train.py", devices="0,1", for_program=["--max-steps", "3"])
    assert found.env == {"CUDA_VISIBLE_DEVICES": "0,1", "A": "1"}
    assert found.shell() == (
        "CUDA_VISIBLE_DEVICES=0,1 A=1 "
        "torchrun --standalone --nproc-per-node 2 run/train.py --max-steps 3"
    )


@given(st.lists(texts, min_size=1), st.dictionaries(names, texts))
def test_a_shell_takes_a_command_apart_as_it_was(arguments: list[str], env: dict[str, str]) -> None:
    words = shlex.split(Command(tuple(arguments), env).shell())
    assert words == [*(f"{name}={value}" for name, value in env.items()), *arguments]


def test_a_shell_runs_it() -> None:
    odd = ["a b", "$HOME", "`x`", "it's", '"', "*", ""]
    shown = Command(("env", "printf", "%s\\n", *odd), {"ODD": "1 2"}).shell()
    ran = subprocess.run(shown, shell=True, capture_output=True, text=True, check=True)
    assert ran.stdout.split("\n")[:-1] == odd


# Which python, and which torchrun.


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Folders with programs that are called as those of environments are."""
    for name in ("own/python", "other/python", "other/torchrun", "tools/torchrun", "tools/x"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch(0o755)
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "torchrun").touch(0o644)
    return tmp_path


@pytest.mark.parametrize(
    ("search", "python", "torchrun"),
    [
        ("", "{own}/python", "{own}/python -m torch.distributed.run"),
        ("own", "python", "python -m torch.distributed.run"),
        ("own tools", "python", "torchrun"),
        ("tools own", "python", "torchrun"),
        ("tools", "{own}/python", "torchrun"),
        # that of another environment is not ours
        ("other own", "{own}/python", "{own}/python -m torch.distributed.run"),
        ("own other", "python", "python -m torch.distributed.run"),
        ("missing empty own", "python", "python -m torch.distributed.run"),
    ],
)
def test_executables(place: Path, search: str, python: str, torchrun: str) -> None:
    path = ":".join(str(place / folder) for folder in search.split())
    found = find_executables(place / "own" / "python", path)
    known = {"own": place / "own"}
    assert " ".join(found.python) == python.format(**known)
    assert " ".join(found.torchrun) == torchrun.format(**known)


def test_a_torchrun_beside_our_python_is_ours(place: Path) -> None:
    (place / "own" / "torchrun").touch(0o755)
    torchrun = str(place / "own" / "torchrun")
    python = place / "own" / "python"
    assert find_executables(python, str(place / "other")).torchrun == (torchrun,)
    assert find_executables(python, str(place / "own")) == Executables()


# The folder.


@pytest.mark.parametrize(
    ("template", "prefix", "overrides", "name"),
    [
        ("configs/a.yaml", "configs", {}, "a"),
        ("configs/deep/a.yaml", "configs", {}, "deep/a"),
        ("a.yaml", "", {}, "a"),
        ("other/a.yml", "configs", {}, "other/a"),
        ("a.yaml", "", {"lr": "0.0003", "bias": "true"}, "a,bias=true,lr=0.0003"),
        ("a.yaml", "", {"file": "data/x.txt"}, "a,file=data-x.txt-HASH"),
    ],
)
def test_run_folder(template: str, prefix: str, overrides: dict[str, str], name: str) -> None:
    found = run_folder(template, prefix, overrides).as_posix()
    assert re.sub(r"-[0-9a-f]{8}$", "-HASH", found) == name


def test_a_setting_cannot_pass_for_two() -> None:
    one, two = {"a": "1,b=2"}, {"a": "1", "b": "2"}
    assert run_folder("a.yaml", "", one) != run_folder("a.yaml", "", two)


@given(st.dictionaries(names, texts, max_size=4), st.dictionaries(names, texts, max_size=4))
def test_other_settings_have_another_folder(one: dict[str, str], two: dict[str, str]) -> None:
    first, second = (run_folder("a.yaml", "", settings) for settings in (one, two))
    assert (first == second) == (one == two)
    assert len(first.name.encode()) < 255
    assert first.parent.as_posix() == "."


# What a tree says.


def test_a_tree_says_how_it_is_started() -> None:
    files = {"train.py": b'p.add_argument("--n")', "launch.json": b'{"nproc_per_node": "gpu"}'}
    start = read_start(files.get)
    assert (start.launch, start.options) == (Launch("gpu"), {"--n": 1})
    del files["launch.json"]
    assert read_start(files.get).launch == Launch()


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({}, "it has no `train.py`"),
        ({"train.py": b"def"}, "its `train.py` is not Python: invalid syntax"),
        ({"train.py": b"\xff"}, "its `train.py` is not Python: "),
        ({"train.py": b"", "launch.json": b"{"}, "its `launch.json` is broken: "),
        ({"train.py": b"", "launch.json": b"\xff"}, "its `launch.json` is broken: "),
        ({"train.py": b"", "launch.json": b"[" * 100_000}, "its `launch.json` is broken: "),
    ],
)
def test_a_tree_that_cannot_be_started(files: dict[str, bytes], reason: str) -> None:
    with pytest.raises(NotStartedError) as caught:
        read_start(files.get)
    assert str(caught.value).startswith(reason)
