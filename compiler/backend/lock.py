"""``fgc.lock``: what a tree was built from and what was written, as content hashes.

The file is JSON with sorted keys and ``\\n`` line ends. It holds no time, no absolute path and no
version of what is installed, so equal inputs give equal bytes::

    {
      "black": "26.10.1",                            whose style the files have
      "code": "<sha256>",                            over the files that decide what a run does
      "compiler": "<hash>",                          of fgc's own source
      "config": "project/configs/baseline.yaml",     what was built, below config/
      "fgc": "0.1.0",
      "files": {"train.py": "<sha256>", ...},        each emitted file, as emitted
      "inputs": {"project/configs/baseline.yaml": "<sha256>", ...},
      "inputs_hash": "<sha256>",                     over all that decides the tree
      "overrides": {"lr": "3e-4"},                   what --set and options gave
      "source": {...},                               how to read config/ again, see `Layout`
      "version": 2
    }
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

LOCK_NAME = "fgc.lock"
VERSION = 2

NOT_CODE = ("config/", "data/")
"""Emitted folders that hold no code; what ``data/`` holds is among the inputs."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How the inputs lie in a tree: what it takes to build the tree again from its ``config/``.

    ``project`` is the project's folder and ``template`` what its search path calls the
    configuration. ``workspaces`` are the folders of workspaces. ``elsewhere`` are the folders that
    lie outside of the project, or of its workspace if it has one, with the way to them from there;
    it is empty where the configuration has their absolute path. ``files`` are the files that the
    configuration names beside its templates and modules, and their place in the tree; it is empty
    for one that was not needed. All of them have names as in ``inputs``: paths below ``config/``.
    """

    project: str = ""
    template: str = ""
    workspaces: tuple[str, ...] = ()
    elsewhere: Mapping[str, str] = field(default_factory=dict[str, str])
    files: Mapping[str, str] = field(default_factory=dict[str, str])

    def to_json(self) -> dict[str, Any]:
        """As an object of JSON."""
        return {
            "elsewhere": dict(self.elsewhere),
            "files": dict(self.files),
            "project": self.project,
            "template": self.template,
            "workspaces": list(self.workspaces),
        }

    @classmethod
    def from_json(cls, read: object) -> Layout:
        """What `to_json` made. Raises ValueError for anything else."""
        fields = cast("dict[str, Any]", read if isinstance(read, dict) else {})
        tables = {name: fields.get(name) for name in ("elsewhere", "files")}
        texts = {name: fields.get(name) for name in ("project", "template")}
        listed: object = fields.get("workspaces")
        workspaces = cast("list[object]", listed if isinstance(listed, list) else [None])
        known = all(isinstance(text, str) for text in (*texts.values(), *workspaces))
        if not known or not all(_is_table(table) for table in tables.values()):
            raise ValueError("what it says of its source is missing or malformed")
        return cls(workspaces=tuple(map(str, workspaces)), **cast("dict[str, Any]", tables | texts))


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
    source: Layout = field(default_factory=Layout)

    @property
    def code(self) -> str:
        """The hash that a checkpoint records: equal for trees that run alike."""
        return tree_hash({path: h for path, h in self.files.items() if is_code(path)})

    @property
    def inputs_hash(self) -> str:
        """The hash over all that the tree is a function of."""
        made_by = {
            "black": self.black,
            "compiler": self.compiler,
            "config": self.config,
            "fgc": self.fgc,
            "source": json.dumps(self.source.to_json(), sort_keys=True),
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
            "source": self.source.to_json(),
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
        source = Layout.from_json(fields.get("source"))
        return cls(source=source, **cast("dict[str, Any]", strings | tables))


def is_code(path: str) -> bool:
    """Whether an emitted file decides what a run does: a module, or one in a folder of code.

    >>> [is_code(path) for path in ("train.py", "model/config.json", "README.md", "data/a.py")]
    [True, True, False, False]
    """
    return ("/" in path or path.endswith(".py")) and not path.startswith(NOT_CODE)


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
