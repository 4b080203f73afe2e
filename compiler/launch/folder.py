"""The name of the folder in which a configuration is run if nobody says where."""

from __future__ import annotations

import re
from collections.abc import Mapping
from hashlib import sha256
from pathlib import PurePosixPath

RUNS = "runs"
"""The folder of a project in which its configurations are run."""
_LONGEST = 120  # of a name; file systems allow 255 bytes
_ODD = re.compile(r"[^\w.+-]")


def run_folder(template: str, prefix: str, overrides: Mapping[str, str]) -> PurePosixPath:
    """The configuration's name, and behind it what ``--set`` gives, below `RUNS`.

    So each experiment has a folder of its own, and the same one the next time. ``template`` is the
    configuration's name in the search path, ``prefix`` the folder of configurations there.

    >>> run_folder("configs/deep/a.yaml", "configs", {"lr": "0.1"}).as_posix()
    'deep/a,lr=0.1'
    """
    path = PurePosixPath(template.removeprefix(f"{prefix}/") if prefix else template)
    said = [(path.stem,), *sorted(overrides.items())]
    plain = [tuple(_ODD.sub("-", text) for text in part) for part in said]
    name = ",".join("=".join(part) for part in plain)
    if plain != said or len(name.encode()) > _LONGEST:
        name = f"{name[: _LONGEST // 4]}-{sha256(repr(said).encode()).hexdigest()[:8]}"
    return path.parent / name
