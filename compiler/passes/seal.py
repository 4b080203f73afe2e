"""Closes a tree: what it was built from, its lock and its source map."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from fgc.compiler.backend.lock import Lock
from fgc.compiler.backend.module_text import black_version
from fgc.compiler.backend.relative_paths import RelativePaths
from fgc.compiler.backend.sourcemap import MAP_NAME
from fgc.compiler.backend.tree import Content, FileCopy, Tree, digest
from fgc.compiler.frontend.rendered import Rendered
from fgc.compiler.passes.built_tree import CONFIG
from fgc.compiler.passes.emit import Emitted
from fgc.compiler.passes.layout import layout
from fgc.compiler.passes.load import Source
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
    source: Source,
    rendered: Rendered,
    overrides: Mapping[str, str],
    paths: RelativePaths,
) -> tuple[Tree, Lock]:
    """The whole tree and its lock.

    ``extra`` are the target's files that are not Python of the program. ``source`` is what was
    built, ``overrides`` what ``--set`` gave, as text.
    """
    inputs: dict[str, Content] = dict(_texts(source, plan, library, paths))
    files = _places(plan, extra, paths)
    named = {paths.name(file): file for file in plan.resolution.files}
    for name, place in files.items():
        if place == f"{CONFIG}/{name}":
            inputs[name] = FileCopy.of(Path(named[name]))
    tree: dict[str, Content] = {path: text.encode() for path, text in emitted.python.items()}
    tree |= extra
    tree |= {f"{CONFIG}/{name}": content for name, content in inputs.items()}
    tree[f"{CONFIG}/rendered.yaml"] = paths.scrub(rendered.text).encode()
    tree[MAP_NAME] = emitted.source_map.to_json().encode()
    tree = dict(sorted(tree.items()))
    emissions = {path: digest(content) for path, content in tree.items()}
    hashes = {name: digest(content) for name, content in inputs.items()}
    hashes |= {name: emissions[place] for name, place in files.items() if place}
    lock = Lock(
        fgc=FGC,
        black=black_version(),
        config=paths.name(source.path.as_posix()),
        inputs=dict(sorted(hashes.items())),
        files=emissions,
        overrides=dict(sorted(overrides.items())),
        compiler=compiler_digest(),
        source=layout(source, plan.graph, paths, files, inputs),
    )
    return tree, lock


def _texts(source: Source, plan: Plan, library: Library, paths: RelativePaths) -> dict[str, bytes]:
    """The texts that the tree is made of: every template, and the user's modules."""
    templates = {**source.project.sources, **plan.graph.sources}
    found = {
        paths.name(file): paths.scrub(text).encode()
        for file, text in templates.items()
        if not file.startswith("<")
    }
    modules = {Path(file) for file in plan.resolution.modules}
    modules |= {module.path for module in library.read() if not module.name.startswith("fgc.")}
    for path in sorted(modules):
        found[paths.name(path.as_posix())] = path.read_bytes()
    return found


def _places(plan: Plan, extra: Mapping[str, Content], paths: RelativePaths) -> dict[str, str]:
    """Where in the tree the files are that the configuration names, by their names.

    What has no place of its own stands beside the templates if it was read at all.
    """
    copies = {c.source.as_posix(): p for p, c in extra.items() if isinstance(c, FileCopy)}
    others = {digest(c): p for p, c in sorted(extra.items()) if isinstance(c, bytes)}
    places: dict[str, str] = {}
    for file, was_read in plan.resolution.files.items():
        name = paths.name(file)
        place = copies.get(file, "")
        if not place and was_read:
            place = others.pop(digest(FileCopy.of(Path(file))), f"{CONFIG}/{name}")
        places[name] = place
    return places
