"""The manifest of a checkpoint: written last, it says that the rest is whole.

It is a JSON object of the step, the world size, a hash of the program that wrote the checkpoint
(`code`, which fgc.lock has too if that program is as fgc built it, or null), and its files.
"""

import hashlib
import json
import os
from dataclasses import asdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MANIFEST = "manifest.json"
VERSION = 1


class DamagedCheckpoint(Exception):
    """A folder that is not a whole checkpoint."""


@dataclass(frozen=True)
class Part:
    """A file of a checkpoint; the manifest has these fields, `bytes` and `sha256`."""

    path: str  # relative to the checkpoint
    component: str  # whose state it is: "model", "optimizer", ...
    sharing: str = "GLOBAL"  # one for all ranks; or PER_RANK, each has its own
    ranks: tuple[int, ...] = (0,)  # whose state it holds


def seal(folder: Path, parts: list[Part], *, step: int, world_size: int, code: str | None) -> None:
    """Puts the parts on the disk, then the manifest that names them, then the folder."""
    files = []
    for part in parts:
        path = folder / part.path
        sync(path)
        files.append(asdict(part) | {"bytes": path.stat().st_size, "sha256": sha256(path)})
    manifest = {
        "version": VERSION,
        "step": step,
        "world_size": world_size,
        "code": code,
        "files": files,
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    sync(folder / MANIFEST)
    sync(folder)


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a checkpoint whose files are all there, in their full size.

    Raises DamagedCheckpoint otherwise.
    """
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if manifest["version"] != VERSION:
            raise DamagedCheckpoint(f"{MANIFEST} has version {manifest['version']}")
        for file in manifest["files"]:
            if (folder / file["path"]).stat().st_size != file["bytes"]:
                raise DamagedCheckpoint(f"{file['path']} is cut short")
    except OSError as error:
        raise DamagedCheckpoint(f"{error.strerror}: {error.filename}") from error
    except (KeyError, TypeError, ValueError) as error:
        raise DamagedCheckpoint(f"{MANIFEST} is not a manifest") from error
    return manifest


def verify(folder: Path) -> dict[str, Any]:
    """The manifest, once every file has been read and found to be what it says.

    Raises DamagedCheckpoint otherwise.
    """
    manifest = read_manifest(folder)
    for file in manifest["files"]:
        if sha256(folder / file["path"]) != file["sha256"]:
            raise DamagedCheckpoint(f"{file['path']} is not what was written")
    return manifest


def sync(path: Path) -> None:
    """Waits until a file's content, or a folder's list of names, is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sha256(path: Path) -> str:
    """The hash of a file's content, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
