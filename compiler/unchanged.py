"""Whether a tree is already what a build would write, told without building it.

The tree is a function of its inputs, of ``--set`` and of fgc itself, and the lock has the hash of
each. What the lock cannot tell is whether the build had anything to say: that is remembered in the
user's cache, for builds that had not, by the inputs and the versions of the packages at hand.
"""

from __future__ import annotations

import importlib.metadata
from collections.abc import Mapping
from pathlib import Path

from fgc.compiler.backend.lock import LOCK_NAME, Lock, sha256
from fgc.compiler.backend.relative_paths import RelativePaths
from fgc.compiler.frontend.folders import absolute
from fgc.compiler.frontend.rendered import Rendered
from fgc.compiler.passes.load import Source
from fgc.compiler.store import Store, cache_folder, compiler_digest

RENDERED = "config/rendered.yaml"
CHECKED_PACKAGES = ("datasets", "tokenizers", "torch", "torchao", "transformers")


def is_unchanged(
    out: Path,
    source: Source,
    rendered: Rendered,
    overrides: Mapping[str, str],
    texts: Mapping[str, str],
    paths: RelativePaths,
) -> bool:
    """Whether ``out`` holds what building ``source`` would write, without a word to say.

    ``texts`` are those of all templates, linked projects' too, ``paths`` the names of inputs.
    """
    try:
        lock = Lock.from_json((out / LOCK_NAME).read_text("utf-8"))
    except (OSError, ValueError):
        return False
    same = lock.compiler == compiler_digest() and lock.black == _version("black")
    if not same or not _is_of(lock, source, paths) or dict(lock.overrides) != dict(overrides):
        return False
    if lock.files.get(RENDERED) != sha256(paths.scrub(rendered.text).encode()):
        return False
    return _was_silent(lock) and _inputs_are(lock, texts, paths) and _files_are(lock, out)


def remember_silence(lock: Lock) -> None:
    """Remembers that the build that made ``lock`` had nothing to say."""
    _store().derive("silent", _environment(lock), lambda: True)


def _was_silent(lock: Lock) -> bool:
    return _store().has("silent", _environment(lock))


def _store() -> Store:
    return Store(cache_folder() / "builds", "1")


def _environment(lock: Lock) -> str:
    versions = "".join(f"{name} {_version(name)}\n" for name in CHECKED_PACKAGES)
    return f"{lock.inputs_hash}\n{versions}"


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _is_of(lock: Lock, source: Source, paths: RelativePaths) -> bool:
    """Whether ``lock`` is that of the configuration ``source``, in the same project."""
    config, project = source.path.as_posix(), source.project_root.as_posix()
    here = (paths.name(config), paths.name(project), source.template)
    return here == (lock.config, lock.source.project, lock.source.template)


def _inputs_are(lock: Lock, texts: Mapping[str, str], paths: RelativePaths) -> bool:
    """Whether each input is as it was; a template that is new among them is a change."""
    templates = {
        paths.name(file): paths.scrub(text).encode()
        for file, text in texts.items()
        if not file.startswith("<")
    }
    if not templates.keys() <= lock.inputs.keys():
        return False
    for name, expected in lock.inputs.items():
        if name in templates:
            content = templates[name]
        else:
            path = paths.path(name) or _outside(name, lock, paths)
            if path is None:
                return False
            content = path.read_bytes()
        if sha256(content) != expected:
            return False
    return True


def _outside(name: str, lock: Lock, paths: RelativePaths) -> Path | None:
    """The file ``name`` of a folder that only the passes to come would meet."""
    _, base = paths.folders[0]
    for folder, way in lock.source.elsewhere.items():
        if way and name.startswith(f"{folder}/"):
            path = absolute(base / way / name.removeprefix(f"{folder}/"))
            return path if path.is_file() else None
    return None


def _files_are(lock: Lock, out: Path) -> bool:
    """Whether each emitted file, and its pure emission where it has one, is as it was written."""
    for name, expected in lock.files.items():
        path = out / name
        if path.is_symlink() or not path.is_file() or sha256(path.read_bytes()) != expected:
            return False
    return not (out / ".fgc" / "journal.json").exists()
