"""What the code of one target makes, where it runs by itself."""

from __future__ import annotations

import ast
import importlib
import inspect
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from fgc.compiler.backend.names import identifier
from fgc.compiler.ir.graph import Call, Kind, Node
from fgc.compiler.symbols.resolution import Resolution
from fgc.targets.python.lone import lone_code
from fgc.targets.train.program import TRAIN

LOCAL = ("runtime", "model", "user")


def made_alone(
    resolution: Resolution, target: str, folder: Path, launch: Mapping[str, object]
) -> object:
    """The object of ``target`` from its own code, written into ``folder``.

    Random numbers are those of torch's global generator.
    """
    folder.mkdir()
    files = lone_code(resolution, target, folder)
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    own = {path.split("/")[0].removesuffix(".py") for path in files}
    for text in files.values():
        assert "fgc" not in imported(text)
        assert not imported(text) & {*LOCAL, *own} or len(files) > 1
    node = resolution.graph.root(target)
    assert node is not None
    return _object(_imported(identifier(target), folder, own), target, node, launch)


def imported(text: str) -> set[str]:
    """The top packages that a program imports."""

    def names() -> Iterator[str]:
        for node in ast.walk(ast.parse(text)):
            match node:
                case ast.Import(names=aliases):
                    yield from (alias.name for alias in aliases)
                case ast.ImportFrom(module=str(module), level=0):
                    yield module
                case _:
                    pass

    return {name.split(".")[0] for name in names()}


def _imported(name: str, folder: Path, own: set[str]) -> ModuleType:
    for known in list(sys.modules):
        if known.split(".")[0] in own:
            del sys.modules[known]
    importlib.invalidate_caches()
    sys.path.insert(0, str(folder))
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(str(folder))


def _object(module: ModuleType, target: str, node: Node, launch: Mapping[str, object]) -> Any:
    name = identifier(target)
    function = getattr(module, f"build_{name}", None)
    if function is None:
        return getattr(module, name.upper())
    made: dict[str, object] = {}

    def given(build: Any, left: tuple[str, ...] = ()) -> dict[str, object]:
        return {
            need: value(need) for need in inspect.signature(build).parameters if need not in left
        }

    def value(need: str) -> object:
        if need in launch:
            return launch[need]
        if need not in made:
            build = getattr(module, f"build_{need}")
            made[need] = build(**given(build))
        return made[need]

    is_partial = isinstance(node, Call) and node.kind is Kind.PARTIAL
    is_model = isinstance(node, Call) and node.kwarg("config") is not None
    if is_partial and (target in TRAIN.slots or is_model):
        slot = TRAIN.slots[target].parameters if target in TRAIN.slots else ()
        rest = given(function, slot)
        return lambda *args, **kwargs: function(*args, **{**rest, **kwargs})
    return function(**given(function))
