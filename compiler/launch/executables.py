"""Where python and torchrun are, and how the program is started in the place of this one."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn


@dataclass(frozen=True, slots=True)
class Executables:
    """How python and torchrun are called."""

    python: tuple[str, ...] = ("python",)
    torchrun: tuple[str, ...] = ("torchrun",)


def find_executables(python: Path, search: str) -> Executables:
    """Those of the environment of ``python``, by their names where ``search``, a PATH, leads there.

    A torchrun that lies beside another python belongs to that one.
    """
    own = python.parent
    named = _first(search, "python")
    called = "python" if named is not None and _is_same(named, own) else str(python)
    torchrun = _first(search, "torchrun")
    if torchrun is not None and not _belongs_elsewhere(torchrun, own):
        return Executables((called,), ("torchrun",))
    if _is_program(own / "torchrun"):
        return Executables((called,), (str(own / "torchrun"),))
    return Executables((called,), (called, "-m", "torch.distributed.run"))


def become(arguments: tuple[str, ...], env: Mapping[str, str]) -> NoReturn:
    """Goes on as another program: signals reach it alone and once, and how it ends is how we end.

    A parent that waited would have to pass signals on, and could not tell those that the program
    gets anyway, from a terminal or from a scheduler that ends a whole job: the second of two
    signals makes a run stop without a checkpoint.

    Raises:
        OSError: the program cannot be started.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    # Python ignores it, and what is ignored stays ignored in the program that follows
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    os.execvpe(arguments[0], arguments, {**os.environ, **env})


def _first(search: str, name: str) -> Path | None:
    """The first folder of a PATH with a program called ``name``."""
    folders = (Path(folder) for folder in search.split(os.pathsep) if folder)
    return next((folder for folder in folders if _is_program(folder / name)), None)


def _belongs_elsewhere(folder: Path, own: Path) -> bool:
    return _is_program(folder / "python") and not _is_same(folder, own)


def _is_program(path: Path) -> bool:
    return path.is_file() and os.access(path, os.X_OK)


def _is_same(folder: Path, other: Path) -> bool:
    try:
        return folder.samefile(other)
    except OSError:
        return False
