"""``fgc.lock``: what a tree was built from and what was written, as content hashes.

The file is JSON with sorted keys and ``\\n`` line ends. It holds no time, no absolute path and no
version of what is installed, so equal inputs give equal bytes::

    {
      "black": "26.10.1",                            whose style the files have
      "code": "<sha256>",                            over the files that decide what a run does
      "compiler": "<hash>",                          of fgc's own source
      "config": "configs/baseline.yaml",             what was built, relative to its project
      "fgc": "0.1.0",
      "files": {"train.py": "<sha256>", ...},        each emitted file, as emitted
      "inputs": {"configs/baseline.yaml": "<sha256>", ...},
      "inputs_hash": "<sha256>",                     over all that decides the tree
      "overrides": {"lr": "3e-4"},                   what --set gave, as written
      "version": 1
    }
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

LOCK_NAME = "fgc.lock"
VERSION = 1

NOT_CODE = ("config/", "data/", "README.md", "fgc.map.json")
"""Emitted paths that do not decide what a run does; what ``data/`` holds is among the inputs."""


@dataclass(frozen=True, slots=True)
class Lock:
    """See the module's docstring; hashes are sha256, in hexadecimal."""

    fgc: str
    black: str
    config: str
    inputs: Mapping[str, str]
    files: Mapping[str, str]
    overrides: Mapping[str, str] = field(default_factory=dict[str, str])
    compiler: str = ""

    @property
    def code(self) -> str:
        """The hash that a checkpoint records: equal for trees that run alike."""
        return tree_hash({p: h for p, h in self.files.items() if not p.startswith(NOT_CODE)})

    @property
    def inputs_hash(self) -> str:
        """The hash over all that the tree is a function of."""
        made_by = {
            "black": self.black,
            "compiler": self.compiler,
            "config": self.config,
            "fgc": self.fgc,
        }
        parts = {"inputs": self.inputs, "made_by": made_by, "overrides": self.overrides}
        return tree_hash({name: tree_hash(part) for name, part in parts.items()})

    def to_json(self) -> str:
        """The text of the file."""
        fields: dict[str, Any] = {
            "black": self.black,
            "code": self.code,
            "compiler": self.compiler,
            "config": self.config,
            "fgc": self.fgc,
            "files": dict(self.files),
            "inputs": dict(self.inputs),
            "inputs_hash": self.inputs_hash,
            "overrides": dict(self.overrides),
            "version": VERSION,
        }
        return json.dumps(fields, indent=2, sort_keys=True, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Lock:
        """The lock that ``text`` holds.

        Raises:
            ValueError: ``text`` is not a lock, or one of another format version.
        """
        read: object = json.loads(text)
        if not isinstance(read, dict):
            raise ValueError("not an object")
        fields = cast("dict[str, Any]", read)
        if fields.get("version") != VERSION:
            raise ValueError(f"format version {fields.get('version')!r}, this fgc reads {VERSION}")
        strings = {name: fields.get(name) for name in ("fgc", "black", "config", "compiler")}
        tables = {name: fields.get(name) for name in ("inputs", "files", "overrides")}
        if not all(isinstance(value, str) for value in strings.values()):
            raise ValueError("a version or the config's path is missing or malformed")
        if not all(_is_table(table) for table in tables.values()):
            raise ValueError("a table of hashes is missing or malformed")
        return cls(**cast("dict[str, Any]", strings | tables))


def sha256(data: bytes) -> str:
    """The hash of one file's content."""
    return hashlib.sha256(data).hexdigest()


def tree_hash(entries: Mapping[str, str]) -> str:
    """One hash over a mapping, whatever the order of its keys.

    >>> tree_hash({"a": "1", "b": "2"}) == tree_hash({"b": "2", "a": "1"})
    True
    >>> tree_hash({"a": "1b"}) == tree_hash({"a1": "b"})
    False
    """
    return sha256(json.dumps(sorted(entries.items()), ensure_ascii=True).encode())


def _is_table(value: object) -> bool:
    if not isinstance(value, dict):
        return False
    items = cast("dict[object, object]", value).items()
    return all(isinstance(key, str) and isinstance(item, str) for key, item in items)
