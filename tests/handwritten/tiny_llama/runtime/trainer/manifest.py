"""The manifest of a checkpoint: written last, it says that the rest is whole.

It is a JSON object::

    {
      "version": 1,
      "step": 100,
      "world_size": 1,
      "code": "<sha256>",              the hash in fgc.lock of the program that wrote it, or null
      "files": [
        {
          "path": "optimizer.pt",      relative to the checkpoint
          "component": "optimizer",    what it is a state of
          "sharing": "GLOBAL",         one for all ranks; or PER_RANK, each its own
          "ranks": [0],                whose state it holds
          "bytes": 1234,
          "sha256": "<sha256>"
        },
        ...
      ]
    }
"""

import hashlib
from dataclasses import asdict
from dataclasses import dataclass
from json import JSONDecodeError
from pathlib import Path
from typing import Any

from runtime.trainer.durable import read_json
from runtime.trainer.durable import sync
from runtime.trainer.durable import write_json

MANIFEST = "manifest.json"
VERSION = 1


class DamagedCheckpoint(ValueError):
    """A folder that is not a whole checkpoint."""


@dataclass(frozen=True)
class Part:
    """A file of a checkpoint; the fields are those of the manifest."""

    path: str
    component: str
    sharing: str = "GLOBAL"
    ranks: tuple[int, ...] = (0,)


def seal(folder: Path, parts: list[Part], *, step: int, world_size: int, code: str | None) -> None:
    """Puts the parts on the disk, then the manifest that names them, then the folder."""
    files = []
    for part in parts:
        path = folder / part.path
        sync(path)
        files.append(asdict(part) | {"bytes": path.stat().st_size, "sha256": _sha256(path)})
    manifest = {
        "version": VERSION,
        "step": step,
        "world_size": world_size,
        "code": code,
        "files": files,
    }
    write_json(folder / MANIFEST, manifest)
    sync(folder / MANIFEST)
    sync(folder)


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a checkpoint whose files are all there, in their full size.

    Raises DamagedCheckpoint otherwise.
    """
    try:
        manifest = read_json(folder / MANIFEST)
        if manifest["version"] != VERSION:
            raise DamagedCheckpoint(f"{MANIFEST} has version {manifest['version']}")
        for file in manifest["files"]:
            if (folder / file["path"]).stat().st_size != file["bytes"]:
                raise DamagedCheckpoint(f"{file['path']} is cut short")
    except OSError as error:
        raise DamagedCheckpoint(f"{error.strerror}: {error.filename}") from error
    except (KeyError, TypeError, JSONDecodeError, UnicodeDecodeError) as error:
        raise DamagedCheckpoint(f"{MANIFEST} is not a manifest") from error
    return manifest


def verify(folder: Path) -> dict[str, Any]:
    """The manifest, once every file has been read and found to be what it says.

    Raises DamagedCheckpoint otherwise.
    """
    manifest = read_manifest(folder)
    for file in manifest["files"]:
        if _sha256(folder / file["path"]) != file["sha256"]:
            raise DamagedCheckpoint(f"{file['path']} is not what was written")
    return manifest


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
