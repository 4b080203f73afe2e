"""Closes a tree: what it was built from, its lock and its source map."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from fgc.compiler.backend.lock import Lock
from fgc.compiler.backend.module_text import black_version
from fgc.compiler.backend.relative_paths import RelativePaths
from fgc.compiler.backend.sourcemap import MAP_NAME
from fgc.compiler.backend.tree import Content, FileCopy, Tree, digest
from fgc.compiler.frontend.rendered import Rendered
from fgc.compiler.passes.emit import Emitted
from fgc.compiler.program.plan import Plan
from fgc.compiler.specialiser.source import Library
from fgc.compiler.store import compiler_digest

FGC = "0.1.0"


def seal(
    plan: Plan,
    library: Library,
    emitted: Emitted,
    extra: Mapping[str, Content],
    *,
    config: str,
    rendered: Rendered,
    overrides: Mapping[str, str],
    paths: RelativePaths,
) -> tuple[Tree, Lock]:
    """The whole tree and its lock.

    ``extra`` are the target's files that are not Python of the program. ``config`` is the built
    configuration's file, ``overrides`` what ``--set`` gave, as text.
    """
    inputs = _inputs(rendered, library, paths)
    tree: dict[str, Content] = {path: text.encode() for path, text in emitted.python.items()}
    tree |= extra
    tree |= {f"config/{name}": content for name, content in inputs.items()}
    tree["config/rendered.yaml"] = paths.scrub(rendered.text).encode()
    tree[MAP_NAME] = emitted.source_map.to_json().encode()
    tree = dict(sorted(tree.items()))
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in inputs.items()}
    hashes |= {paths.name(file): digest(FileCopy.of(Path(file))) for file in plan.files}
    lock = Lock(
        fgc=FGC,
        black=black_version(),
        config=paths.name(config),
        inputs=dict(sorted(hashes.items())),
        files={path: digest(content) for path, content in tree.items()},
        overrides=dict(sorted(overrides.items())),
        compiler=compiler_digest(),
    )
    return tree, lock


def _inputs(rendered: Rendered, library: Library, paths: RelativePaths) -> dict[str, bytes]:
    """The texts that the tree is made of: every template, and the user's modules."""
    found = {
        paths.name(file): paths.scrub(text).encode()
        for file, text in rendered.sources.items()
        if not file.startswith("<")
    }
    for module in library.read():
        if not module.name.startswith("fgc."):
            found[paths.name(module.path.as_posix())] = module.text.encode()
    return found
