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
from fgc.compiler.frontend.rendered import Rendered
from fgc.compiler.store import Store, cache_folder, compiler_digest

RENDERED = "config/rendered.yaml"
CHECKED_PACKAGES = ("datasets", "tokenizers", "torch", "torchao", "transformers")


def is_unchanged(
    out: Path,
    rendered: Rendered,
    config: str,
    overrides: Mapping[str, str],
    paths: RelativePaths,
) -> bool:
    """Whether ``out`` holds what building ``rendered`` would write, without a word to say."""
    try:
        lock = Lock.from_json((out / LOCK_NAME).read_text("utf-8"))
    except (OSError, ValueError):
        return False
    same = lock.compiler == compiler_digest() and lock.black == _version("black")
    if not same or lock.config != paths.name(config) or dict(lock.overrides) != dict(overrides):
        return False
    if lock.files.get(RENDERED) != sha256(paths.scrub(rendered.text).encode()):
        return False
    return _was_silent(lock) and _inputs_are(lock, rendered, paths) and _files_are(lock, out)


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


def _inputs_are(lock: Lock, rendered: Rendered, paths: RelativePaths) -> bool:
    """Whether each input is as it was; a template that is new among them is a change."""
    texts = {
        paths.name(file): paths.scrub(text).encode()
        for file, text in rendered.sources.items()
        if not file.startswith("<")
    }
    if not texts.keys() <= lock.inputs.keys():
        return False
    for name, expected in lock.inputs.items():
        if name in texts:
            content = texts[name]
        else:
            path = paths.path(name)
            if path is None:
                return False
            content = path.read_bytes()
        if sha256(content) != expected:
            return False
    return True


def _files_are(lock: Lock, out: Path) -> bool:
    """Whether each emitted file, and its pure emission where it has one, is as it was written."""
    for name, expected in lock.files.items():
        path = out / name
        if path.is_symlink() or not path.is_file() or sha256(path.read_bytes()) != expected:
            return False
    return not (out / ".fgc" / "journal.json").exists()
