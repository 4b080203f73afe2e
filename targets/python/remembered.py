"""The code of a target, remembered: all that it is a function of is known before any is written.

That is the graph, what its calls name, and fgc's own source. A user's modules are read only as they
are needed, so what is made with them is made anew.
"""

import json
from collections.abc import Mapping
from pathlib import Path

from fgc.compiler.ir.graph import Call, walk
from fgc.compiler.store import Store, cache_folder, compiler_digest
from fgc.compiler.symbols.resolution import Resolution
from fgc.compiler.views.graph_json import graph_json


def lone_files(resolution: Resolution, target: str, here: Path) -> Mapping[str, str]:
    """The Python files of a target, by path, as `lone_code` makes them; raises as it does."""

    def make() -> dict[str, str]:
        from fgc.targets.python.lone import lone_code

        return dict(lone_code(resolution, target, here))

    if any(symbol.origin == "project" for symbol in resolution.symbols.values()):
        return make()
    store = Store(cache_folder() / "targets", compiler_digest())
    return store.derive("target", _key(resolution, target, here), make)


def _key(resolution: Resolution, target: str, here: Path) -> str:
    graph = resolution.graph
    nodes = list(walk(*(entry.value for entry in graph.roots)))
    return json.dumps(
        [
            target,
            here.absolute().as_posix(),
            graph_json(graph, str, config="", after=""),
            [node.path for node in nodes],
            [repr(resolution.symbols.get(node)) for node in nodes if isinstance(node, Call)],
        ]
    )
