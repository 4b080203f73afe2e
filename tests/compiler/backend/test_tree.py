"""What a written tree holds, what is refused, and what a kill leaves."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from fgc.compiler.backend import tree as tree_module
from fgc.compiler.backend.lock import Lock
from fgc.compiler.backend.tree import FileCopy, Tree, WriteReport, check_paths, digest, write_tree
from fgc.compiler.diagnostics.diagnostic import BuildError

FIRST: Tree = {
    "train.py": b"print(1)\n",
    "model/config.json": b"{}\n",
    "model/weights.bin": b"\x00\xff",
    "runtime/data/tokens.py": b"x = 1\n",
}
SECOND: Tree = {
    "train.py": b"print(2)\n",
    "model/config.json": b"{}\n",
    "runtime/loop.py": b"y = 1\n",
    "runtime/data": b"now a file\n",
}


def write(tree: Tree, out: Path, *, force: bool = False) -> WriteReport:
    return write_tree(tree, lock_of(tree), out, force=force)


def lock_of(tree: Tree) -> Lock:
    files = {path: digest(content) for path, content in tree.items()}
    return Lock(fgc="0.1.0", black="26", config="configs/a.yaml", inputs={}, files=files)


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def expected(tree: Tree) -> dict[str, bytes]:
    files = {path: content for path, content in tree.items() if isinstance(content, bytes)}
    base = {f".fgc/base/{path}": c for path, c in files.items() if b"\x00" not in c}
    return files | base | {"fgc.lock": lock_of(tree).to_json().encode()}


def refusal(action: Callable[[], object]) -> str:
    with pytest.raises(BuildError) as caught:
        action()
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == "FGC070"
    return f"{diagnostic.message}; {diagnostic.help}"


def test_a_new_tree(tmp_path: Path) -> None:
    out = tmp_path / "deep" / "run"
    report = write(FIRST, out)
    assert contents(out) == expected(FIRST)
    assert report == WriteReport(written=tuple(sorted(FIRST)), unchanged=(), deleted=())


def test_equal_trees_give_equal_bytes_in_any_order(tmp_path: Path) -> None:
    write(FIRST, tmp_path / "a")
    write(dict(reversed(FIRST.items())), tmp_path / "b")
    assert contents(tmp_path / "a") == contents(tmp_path / "b")


def test_what_is_right_is_not_touched(tmp_path: Path) -> None:
    write(FIRST, tmp_path)
    before = {path: path.stat() for path in tmp_path.rglob("*") if path.is_file()}
    report = write(FIRST, tmp_path)
    after = {path: path.stat() for path in tmp_path.rglob("*") if path.is_file()}
    assert [(s.st_mtime_ns, s.st_ino) for s in before.values()] == [
        (s.st_mtime_ns, s.st_ino) for s in after.values()
    ]
    assert report.written == report.deleted == ()
    assert report.unchanged == tuple(sorted(FIRST))


def test_only_changes_are_written_and_what_is_gone_is_deleted(tmp_path: Path) -> None:
    write(FIRST, tmp_path)
    (tmp_path / "notes.md").write_text("mine")
    (tmp_path / "output").mkdir()
    (tmp_path / "output" / "metrics.jsonl").write_text("{}")
    report = write(SECOND, tmp_path)
    assert report.written == ("runtime/data", "runtime/loop.py", "train.py")
    assert report.unchanged == ("model/config.json",)
    assert report.deleted == ("model/weights.bin", "runtime/data/tokens.py")
    mine = {"notes.md": b"mine", "output/metrics.jsonl": b"{}"}
    assert contents(tmp_path) == expected(SECOND) | mine


def test_a_deleted_file_comes_back(tmp_path: Path) -> None:
    write(FIRST, tmp_path)
    (tmp_path / "train.py").unlink()
    assert write(FIRST, tmp_path).written == ("train.py",)


@pytest.mark.parametrize("tree", [FIRST, SECOND], ids=["same config", "other config"])
def test_an_edited_file_is_not_overwritten(tmp_path: Path, tree: Tree) -> None:
    write(FIRST, tmp_path)
    (tmp_path / "train.py").write_text("print('mine')\n")
    before = contents(tmp_path)
    text = refusal(lambda: write(tree, tmp_path))
    assert "`train.py`" in text
    assert "--force" in text
    assert contents(tmp_path) == before
    write(tree, tmp_path, force=True)
    assert contents(tmp_path) == expected(tree)


def test_an_edited_file_that_is_no_longer_emitted_stays(tmp_path: Path) -> None:
    write(FIRST, tmp_path)
    (tmp_path / "model" / "weights.bin").write_bytes(b"mine")
    assert "weights.bin" in refusal(lambda: write(SECOND, tmp_path))
    report = write(SECOND, tmp_path, force=True)
    assert report.kept == ("model/weights.bin",)
    assert contents(tmp_path) == expected(SECOND) | {"model/weights.bin": b"mine"}


def test_a_file_of_the_users_at_an_emitted_path_is_not_overwritten(tmp_path: Path) -> None:
    write(FIRST, tmp_path)
    (tmp_path / "runtime" / "loop.py").write_text("mine")
    assert "runtime/loop.py" in refusal(lambda: write(SECOND, tmp_path))


def test_an_edit_that_equals_the_new_emission_is_none(tmp_path: Path) -> None:
    write(FIRST, tmp_path)
    (tmp_path / "train.py").write_bytes(b"print(2)\n")
    assert "train.py" in write(SECOND, tmp_path).unchanged


def test_a_folder_that_fgc_did_not_write_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("years of work")
    for force in (False, True):
        assert "not written by fgc" in refusal(lambda f=force: write(FIRST, tmp_path, force=f))
    assert contents(tmp_path) == {"thesis.tex": b"years of work"}


def test_a_file_instead_of_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("")
    assert "is not a folder" in refusal(lambda: write(FIRST, tmp_path / "run"))
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    assert "leads nowhere" in refusal(lambda: write(FIRST, tmp_path / "link"))


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"version": 99}', '{"version": 1}'])
def test_a_lock_that_cannot_be_read_is_refused(tmp_path: Path, text: str) -> None:
    write(FIRST, tmp_path)
    (tmp_path / "fgc.lock").write_text(text)
    assert "cannot read" in refusal(lambda: write(FIRST, tmp_path))


@pytest.mark.parametrize(
    "path",
    [
        *("", ".", "..", "/etc/passwd", "../x", "a/../../x", "a/./b", "a//b", "a/", "C:/x", "a\\b"),
        *("a\nb", "a\0b", "\ud800", "fgc.lock", ".fgc/base/x", "output/x", "Output/x"),
    ],
)
def test_odd_paths_are_refused(tmp_path: Path, path: str) -> None:
    refusal(lambda: write({path: b""}, tmp_path / "run"))
    assert contents(tmp_path) == {}


def test_a_path_that_is_both_file_and_folder_is_refused() -> None:
    assert "both" in refusal(lambda: check_paths(["a/b/c", "a/b"]))


@pytest.mark.parametrize("link", ["model", ".fgc", ".fgc/base", ".fgc/base/model"])
def test_links_do_not_lead_out_of_the_folder(tmp_path: Path, link: str) -> None:
    out, outside = tmp_path / "run", tmp_path / "outside"
    write({"train.py": b""}, out)
    outside.mkdir()
    place = out / link
    if place.exists():
        place.rename(outside / "moved")
    place.parent.mkdir(parents=True, exist_ok=True)
    place.symlink_to(outside, target_is_directory=True)
    before = contents(outside)
    assert "leads out" in refusal(lambda: write(FIRST, out))
    assert contents(outside) == before


def test_a_linked_file_counts_as_an_edit_and_its_target_is_safe(tmp_path: Path) -> None:
    out, outside = tmp_path / "run", tmp_path / "precious"
    write(FIRST, out)
    outside.write_text("precious")
    (out / "train.py").unlink()
    (out / "train.py").symlink_to(outside)
    assert "train.py" in refusal(lambda: write(FIRST, out))
    write(FIRST, out, force=True)
    assert outside.read_text() == "precious"
    assert (out / "train.py").read_bytes() == FIRST["train.py"]


def test_a_foreign_lock_cannot_delete_outside(tmp_path: Path) -> None:
    out, victim = tmp_path / "run", tmp_path / "victim"
    victim.write_bytes(b"x")
    out.mkdir()
    lock = Lock(fgc="0", black="0", config="", inputs={}, files={"../victim": digest(b"x")})
    (out / "fgc.lock").write_text(lock.to_json())
    refusal(lambda: write(FIRST, out))
    assert victim.exists()


def test_something_in_the_way_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    write({"a": b""}, tmp_path)
    before = contents(tmp_path)
    (tmp_path / "train.py").mkdir()
    (tmp_path / "train.py" / "mine").write_text("")
    assert "train.py" in refusal(lambda: write(FIRST, tmp_path))
    assert contents(tmp_path) == before | {"train.py/mine": b""}


def test_large_files_are_copied_and_must_not_change_meanwhile(tmp_path: Path) -> None:
    source = tmp_path / "corpus.txt"
    source.write_bytes(b"In the beginning")
    tree: Tree = {"data/corpus.txt": FileCopy.of(source)}
    write(tree, tmp_path / "run")
    assert (tmp_path / "run/data/corpus.txt").read_bytes() == b"In the beginning"
    assert not (tmp_path / "run/.fgc/base").exists()
    source.write_bytes(b"changed")
    assert "changed while" in refusal(lambda: write(tree, tmp_path / "other"))


def test_a_disk_that_refuses_is_a_diagnostic(tmp_path: Path, monkeypatch) -> None:
    def replace(*_: object) -> None:
        raise OSError(28, "No space left on device", "train.py")

    monkeypatch.setattr(os, "replace", replace)
    assert "No space left" in refusal(lambda: write(FIRST, tmp_path / "run"))


def test_the_lock_must_be_of_the_tree(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="lock"):
        write_tree(FIRST, lock_of(SECOND), tmp_path)


class Killed(BaseException):
    """Stands for SIGKILL: nothing in the code under test may catch it."""


def killed_at(monkeypatch: pytest.MonkeyPatch, step: int, action: Callable[[], object]) -> bool:
    """Runs ``action`` up to its ``step``-th change of the disk; whether it came that far."""
    left = step

    def counted(change: Callable[..., object]) -> Callable[..., object]:
        def run(*args: object, **kwargs: object) -> object:
            nonlocal left
            left -= 1
            if left < 0:
                raise Killed
            return change(*args, **kwargs)

        return run

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", counted(os.replace))
        patch.setattr(Path, "unlink", counted(Path.unlink))
        patch.setattr(Path, "write_bytes", counted(Path.write_bytes))
        patch.setattr(Path, "mkdir", counted(Path.mkdir))
        patch.setattr(tree_module.shutil, "rmtree", counted(tree_module.shutil.rmtree))
        try:
            action()
        except Killed:
            return True
    return False


@pytest.mark.parametrize("is_first", [True, False], ids=["first build", "rebuild"])
@pytest.mark.parametrize("after", [FIRST, SECOND], ids=["same again", "another"])
def test_after_a_kill_at_any_instant_the_next_build_completes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_first: bool, after: Tree
) -> None:
    third: Tree = {"train.py": b"print(3)\n", "model/new.py": b"z\n", "runtime/data": b"file\n"}
    step = 0
    was_killed = True
    while was_killed:
        out = tmp_path / str(step)
        if not is_first:
            write(FIRST, out)
        was_killed = killed_at(monkeypatch, step, lambda out=out: write(third, out))
        killed_at(monkeypatch, step // 2, lambda out=out: write(SECOND, out))
        write(after, out)
        assert contents(out) == expected(after)
        step += 1
    assert step > 15
