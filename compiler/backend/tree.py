"""Writes a generated tree: only what changed, never over an edit, never outside its folder.

What fgc wrote is known from the lock. A file that differs from what the lock says was edited by
hand. While files are being switched a journal, ``.fgc/journal.json``, holds the hashes of what is
being written, and the lock is written last: after a kill at any instant the next build tells its
predecessor's half-written files from edits, and completes the switch.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, cast

from fgc.compiler.backend.lock import LOCK_NAME, Lock, sha256
from fgc.compiler.diagnostics.diagnostic import BuildError, Diagnostic

CODE = "FGC070"
STATE = ".fgc"
BASE = f"{STATE}/base"
JOURNAL = f"{STATE}/journal.json"
SCRATCH = f"{STATE}/tmp"
RESERVED = (STATE, LOCK_NAME, "output")
"""What a tree may not hold at its top: our own state, and what a run writes."""

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class FileCopy:
    """Content that is taken from a file as it stands, for data too large to hold in memory."""

    source: Path
    sha256: str

    @classmethod
    def of(cls, source: Path) -> FileCopy:
        """The present content of ``source``. Raises `OSError` where it cannot be read."""
        return cls(source, _file_hash(source))


Content = bytes | FileCopy
Tree = Mapping[str, Content]
"""Relative POSIX path -> content."""


@dataclass(frozen=True, slots=True)
class WriteReport:
    """What `write_tree` did to each emitted path, in order.

    ``kept`` are files that are no longer emitted but were edited by hand: they stay, and are no
    longer fgc's.
    """

    written: tuple[str, ...]
    unchanged: tuple[str, ...]
    deleted: tuple[str, ...]
    kept: tuple[str, ...] = ()


def digest(content: Content) -> str:
    """The sha256 of ``content``, in hexadecimal."""
    return content.sha256 if isinstance(content, FileCopy) else sha256(content)


def write_tree(tree: Tree, lock: Lock, out: Path, *, force: bool = False) -> WriteReport:
    """Makes ``out`` hold ``tree`` and ``lock``, and beside it the pure emission of text files.

    A file whose bytes are right is not touched. Files of an earlier build that ``tree`` lacks are
    deleted; nothing else is. ``force`` overwrites files that were edited by hand.

    Raises:
        BuildError: FGC070, before anything is written: ``out`` is not a tree of fgc's, a file was
            edited, a path leads out of ``out`` or is in the way. Also when the disk refuses.
        ValueError: ``lock`` is not that of ``tree``.
    """
    hashes = {path: digest(content) for path, content in sorted(tree.items())}
    if dict(lock.files) != hashes:
        raise ValueError("the lock's files are not those of the tree")
    check_paths(tree)
    try:
        plan = _plan(hashes, out, force)
        _switch(plan, tree, lock, out)
    except OSError as error:
        place = error.filename or str(out)
        raise _refusal(f"cannot write `{place}`: {error.strerror or error}") from error
    return plan.report()


def check_paths(paths: Iterable[str]) -> None:
    """Refuses paths that are not plain and relative, or of which one is a folder of another.

    Raises:
        BuildError: FGC070, naming the first path that is absolute or reserved, that has an empty,
            ``.`` or ``..`` part, a backslash, a colon or an unprintable character, or that is at
            once a file and a folder.
    """
    known = set(paths)
    for path in sorted(known):
        _check_plain(path)
        for folder in PurePosixPath(path).parents:
            if folder.as_posix() in known:
                raise _refusal(f"`{folder}` is emitted both as a file and as a folder")


def _check_plain(path: str) -> None:
    parts = path.split("/")
    odd = "\\" in path or ":" in path or not path.isprintable()
    if odd or any(part in ("", ".", "..") for part in parts):
        raise _refusal(f"`{path}` is not a plain path below the output folder")
    if parts[0].casefold() in RESERVED:
        raise _refusal(f"`{path}` is a name that fgc or the run itself uses")


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is to be done, decided before anything is touched.

    ``journal`` holds all hashes that an emitted path, of now or before, may have by fgc's hand.
    """

    write: list[str]
    unchanged: list[str]
    delete: list[str]
    kept: list[str]
    stale_base: list[str]
    journal: dict[str, list[str]]

    def report(self) -> WriteReport:
        return WriteReport(
            tuple(self.write), tuple(self.unchanged), tuple(self.delete), tuple(self.kept)
        )


def _plan(hashes: dict[str, str], out: Path, force: bool) -> _Plan:
    ours = _written_before(out)
    journal = {path: sorted(known) for path, known in ours.items()}
    for path, emitted in hashes.items():
        journal[path] = sorted({*journal.get(path, ()), emitted})
    plan = _Plan([], [], [], [], sorted(ours.keys() - hashes.keys()), journal)
    edited: list[str] = []
    for path in sorted(hashes.keys() | ours.keys()):
        _check_links(out, path)
        _check_links(out, f"{BASE}/{path}")
        present = _present(out, path)
        is_ours = present is None or present in ours.get(path, ())
        if path not in hashes:
            if present is None:
                continue
            (plan.delete if is_ours else plan.kept if force else edited).append(path)
        elif present == hashes[path]:
            plan.unchanged.append(path)
        elif is_ours or force:
            plan.write.append(path)
        else:
            edited.append(path)
    if edited:
        raise _edited(out, edited)
    for path in plan.write:
        _check_room(out, path, set(plan.delete))
    return plan


def _written_before(out: Path) -> dict[str, set[str]]:
    """The hashes that each path may have where fgc wrote it, from the lock and the journal."""
    if out.is_symlink() and not out.exists():
        raise _refusal(f"`{out}` is a link that leads nowhere")
    if not out.exists():
        return {}
    if not out.is_dir():
        raise _refusal(f"`{out}` is not a folder")
    found: dict[str, set[str]] = {}
    lock, journal = out / LOCK_NAME, out / JOURNAL
    try:
        if lock.is_file():
            for path, known in Lock.from_json(lock.read_text(encoding="utf-8")).files.items():
                found.setdefault(path, set()).add(known)
        if journal.is_file():
            for path, known in _read_journal(journal).items():
                found.setdefault(path, set()).update(known)
        for path in found:
            _check_plain(path)
    except (ValueError, BuildError) as error:
        raise _refusal(
            f"`{out}` has a lock that this fgc cannot read: {error}",
            help="choose another folder, or remove this one",
        ) from error
    if not found and any(entry.name not in (STATE, LOCK_NAME) for entry in out.iterdir()):
        raise _refusal(
            f"`{out}` is not empty and was not written by fgc",
            help="choose a folder that does not exist yet, or an empty one",
        )
    return found


def _read_journal(journal: Path) -> dict[str, list[str]]:
    read: object = json.loads(journal.read_text(encoding="utf-8"))
    if not isinstance(read, dict):
        raise ValueError("the journal is not an object")
    table = cast("dict[str, Any]", read)
    if not all(isinstance(known, list) for known in table.values()):
        raise ValueError("the journal is malformed")
    return table


def _check_links(out: Path, path: str) -> None:
    """Refuses a path that leads out of ``out`` through a link."""
    folder = out
    for part in PurePosixPath(path).parts[:-1]:
        folder = folder / part
        if folder.is_symlink() and not folder.resolve().is_relative_to(out.resolve()):
            raise _refusal(f"`{folder}` is a link that leads out of the output folder")


def _check_room(out: Path, path: str, leaving: set[str]) -> None:
    """Refuses a path where a file is in a folder's place or the reverse, unless that leaves."""
    for folder in PurePosixPath(path).parents[:-1]:
        place = out / folder
        if os.path.lexists(place) and not place.is_dir() and folder.as_posix() not in leaving:
            raise _refusal(f"`{place}` is in the way: a folder of this name is to be written")
    place = out / path
    if place.is_dir() and any(f.relative_to(out).as_posix() not in leaving for f in _files(place)):
        raise _refusal(f"`{place}` is in the way: a file of this name is to be written")


def _files(folder: Path) -> list[Path]:
    return [entry for entry in folder.rglob("*") if entry.is_symlink() or not entry.is_dir()]


def _present(out: Path, path: str) -> str | None:
    """The hash of what is there, None where nothing is, and no hash at all for an odd thing."""
    place = out / path
    try:
        mode = place.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return "a link that leads nowhere" if place.is_symlink() else None
    if stat.S_ISDIR(mode):
        return None  # `_check_room` decides whether it may leave
    return _file_hash(place) if stat.S_ISREG(mode) else "not a file"


def _switch(plan: _Plan, tree: Tree, lock: Lock, out: Path) -> None:
    """Carries out ``plan``: journal, files, deletions, base, lock, and the journal goes."""
    lock_text = lock.to_json().encode()
    base = {
        f"{BASE}/{path}": content
        for path, content in tree.items()
        if isinstance(content, bytes) and _is_text(content)
    }
    out.mkdir(parents=True, exist_ok=True)
    is_settled = not (plan.write or plan.delete) and _same(out / LOCK_NAME, lock_text)
    if not is_settled:
        _put(out, JOURNAL, json.dumps(plan.journal, sort_keys=True).encode())
    _delete(out, plan.delete)
    for path in plan.write:
        _put(out, path, tree[path])
    _delete(out, [f"{BASE}/{p}" for p in (*plan.stale_base, *tree) if f"{BASE}/{p}" not in base])
    for path, content in sorted(base.items()):
        if not _same(out / path, content):
            _put(out, path, content)
    if not is_settled:
        _put(out, LOCK_NAME, lock_text)
    (out / JOURNAL).unlink(missing_ok=True)
    shutil.rmtree(out / SCRATCH, ignore_errors=True)


def _put(out: Path, path: str, content: Content) -> None:
    """Writes one file beside its place and renames it there, so that it is never seen half."""
    target = out / path
    target.parent.mkdir(parents=True, exist_ok=True)
    scratch = out / SCRATCH / PurePosixPath(path).name
    scratch.parent.mkdir(parents=True, exist_ok=True)
    scratch.unlink(missing_ok=True)
    if isinstance(content, FileCopy):
        shutil.copyfile(content.source, scratch)
        if _file_hash(scratch) != content.sha256:
            raise _refusal(f"`{content.source}` changed while it was being copied")
    else:
        scratch.write_bytes(content)
    os.replace(scratch, target)


def _delete(out: Path, paths: Iterable[str]) -> None:
    """Removes files, and the folders that are empty without them."""
    for path in paths:
        if (out / path).is_file() or (out / path).is_symlink():
            (out / path).unlink()
        for folder in PurePosixPath(path).parents[:-1]:
            try:
                (out / folder).rmdir()
            except OSError:  # not empty, or not there
                break


def _same(file: Path, content: bytes) -> bool:
    return file.is_file() and not file.is_symlink() and file.read_bytes() == content


def _is_text(content: bytes) -> bool:
    try:
        return "\0" not in content.decode("utf-8")
    except UnicodeDecodeError:
        return False


def _file_hash(file: Path) -> str:
    hasher = hashlib.sha256()
    with file.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            hasher.update(chunk)
    return hasher.hexdigest()


def _edited(out: Path, edited: list[str]) -> BuildError:
    names = ", ".join(f"`{path}`" for path in edited)
    several = len(edited) > 1
    return _refusal(
        f"{names} in `{out}` {'were' if several else 'was'} edited since fgc wrote "
        f"{'them' if several else 'it'}",
        help="`--force` overwrites the edits; a copy of the tree keeps them",
    )


def _refusal(message: str, help: str | None = None) -> BuildError:
    return BuildError(Diagnostic(CODE, message, help=help))
