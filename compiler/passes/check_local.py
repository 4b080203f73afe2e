"""What says where, when or on what a build takes place may not reach the program.

One configuration is one tree, on every machine and on every day.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from fgc.compiler.diagnostics.diagnostic import Diagnostic, Label
from fgc.compiler.ir.graph import Call, Entry, Graph, Literal, Mapping, Node, Var, walk
from fgc.compiler.passes.fold_files import named_files
from fgc.compiler.program.needed import needed_roots
from fgc.compiler.symbols.resolution import Resolution

_META = "meta"
_EMITTED = ("config_name", "config_description", "model_name")
_PATHS = ("project_dir", "workspace_root", "getcwd", "abspath", "relpath")
_HOST = ("hostname", "uname", "versions")


def check_local(resolution: Resolution, targets: Sequence[str]) -> Iterator[Diagnostic]:
    """FGC210 for each value below ``targets`` that would be another one elsewhere.

    The paths of files that the build reads may be such.
    """
    graph = resolution.graph
    if not graph.local:
        return
    files = named_files(resolution)
    for node in walk(*(entry.value for entry in needed_roots(graph, targets) if _is_code(entry))):
        yield from _refused(graph, node, files)
    for node in _metadata(graph):
        yield from _refused(graph, node, files)


def _is_code(entry: Entry) -> bool:
    return entry.key != _META


def _metadata(graph: Graph) -> Iterator[Node]:
    """The metadata that are written into the tree."""
    meta = graph.root(_META)
    if isinstance(meta, Mapping):
        yield from (entry.value for entry in meta.entries if entry.key in _EMITTED)


def _refused(graph: Graph, node: Node, files: Collection[Node]) -> Iterator[Diagnostic]:
    names = sorted(graph.local.get(node.path, ()))
    if not names or node in files or not isinstance(node, Literal | Call | Var):
        return
    given = f"`{node.path[-1]}`" if node.path else "this"
    yield Diagnostic(
        "FGC210",
        f"{given} comes from `{names[0]}`, which is not the same for every build",
        node.target_span if isinstance(node, Call) else node.span,
        labels=tuple(
            Label(s.named_in(graph.sources.get(s.file, "")), f"`{s.name}` is set here")
            for s in graph.settings_of(node)
        ),
        help=_remedy(names[0]),
        tolerable=True,
    )


def _remedy(name: str) -> str:
    if name in _PATHS:
        return "a path is written from the project's folder; `!var output_dir` is the run's own"
    if name in _HOST:
        return "the program can ask for it when it runs; a build is the same on every machine"
    if name == "getenv":
        return (
            "an option of the program is declared under `launch_args`, one of the build is `--set`"
        )
    if name.endswith("_dir"):
        return "`!var cache_dir` and `!var output_dir` are folders that the program knows at launch"
    return "the program can read the clock when it runs; a date that is meant is written out"
