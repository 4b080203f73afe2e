"""Closes a tree: what it was built from, its lock and its source map."""

from __future__ import annotations

import hashlib
import importlib.metadata
from collections.abc import Mapping
from pathlib import Path

from fgc.compiler.backend.lock import Lock
from fgc.compiler.backend.relative_paths import RelativePaths
from fgc.compiler.backend.sourcemap import MAP_NAME
from fgc.compiler.backend.tree import Content, Tree, digest
from fgc.compiler.frontend.rendered import Rendered
from fgc.compiler.passes.emit import Emitted
from fgc.compiler.symbols.resolution import Resolution

FGC = "0.1.0"


def seal(
    emitted: Emitted,
    extra: Mapping[str, Content],
    *,
    config: str,
    rendered: Rendered,
    resolution: Resolution,
    overrides: Mapping[str, str],
    paths: RelativePaths,
) -> tuple[Tree, Lock]:
    """The whole tree and its lock.

    ``extra`` are the target's files that are not Python of the program. ``config`` is the built
    configuration's file, ``overrides`` what ``--set`` gave, as text.
    """
    inputs = _inputs(rendered, resolution, paths)
    tree: dict[str, Content] = {path: text.encode() for path, text in emitted.python.items()}
    tree |= {**emitted.files, **extra}
    tree |= {f"config/{name}": content for name, content in inputs.items()}
    tree["config/rendered.yaml"] = paths.scrub(rendered.text).encode()
    tree[MAP_NAME] = emitted.source_map.to_json().encode()
    tree = dict(sorted(tree.items()))
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in inputs.items()}
    hashes |= {path: digest(content) for path, content in emitted.files.items()}
    lock = Lock(
        fgc=FGC,
        black=importlib.metadata.version("black"),
        config=paths.name(config),
        inputs=dict(sorted(hashes.items())),
        files={path: digest(content) for path, content in tree.items()},
        overrides=dict(sorted(overrides.items())),
    )
    return tree, lock


def _inputs(rendered: Rendered, resolution: Resolution, paths: RelativePaths) -> dict[str, bytes]:
    """The texts that the tree is made of: every template, and the user's modules."""
    found = {
        paths.name(file): paths.scrub(text).encode()
        for file, text in rendered.sources.items()
        if not file.startswith("<")
    }
    for symbol in resolution.symbols.values():
        if symbol.origin == "project" and symbol.file is not None:
            found[paths.name(symbol.file)] = Path(symbol.file).read_bytes()
    return found
