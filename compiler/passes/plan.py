"""Decides what the program is made of: which nodes it needs, and what each becomes."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import PurePosixPath

from fgc.compiler.backend.names import class_prefix, free_of, identifier, path_name
from fgc.compiler.diagnostics.diagnostic import BuildError, Diagnostic, Label
from fgc.compiler.ir.graph import (
    Call,
    Entry,
    File,
    Graph,
    Kind,
    List,
    Literal,
    Node,
    Tuple,
    children,
    walk,
)
from fgc.compiler.ir.graph import (
    Mapping as MappingNode,
)
from fgc.compiler.program.callbacks import objects
from fgc.compiler.program.needed import needed_roots
from fgc.compiler.program.options import launch_args
from fgc.compiler.program.plan import ModelPlan, Plan
from fgc.compiler.program.sharing import promoted
from fgc.compiler.program.target import Program
from fgc.compiler.specialiser.scope import bound_names
from fgc.compiler.symbols.resolution import Resolution


def plan(
    resolution: Resolution,
    program: Program,
    needed: Sequence[str] | None = None,
    name_of: Callable[[str], str] = str,
) -> Plan:
    """Plans ``program`` for the top-level nodes ``needed`` and what they refer to, or for all.

    ``name_of`` gives the names that local files have on every machine.

    Raises `BuildError` (FGC040) where the model cannot be told.
    """
    graph = resolution.graph
    wanted = graph.roots if needed is None else needed_roots(graph, needed)
    models = _models(graph, wanted)
    _check_models_apart(wanted, models)
    builders = _builders(wanted, program, models, objects(graph, program.callbacks))
    return Plan(
        resolution=resolution,
        program=program,
        roots=wanted,
        builders=builders,
        constants=_constants(wanted),
        files=_files(wanted, name_of),
        launch_args=launch_args(graph),
        models=models,
    )


def _models(graph: Graph, roots: Sequence[Entry]) -> dict[Call, ModelPlan]:
    found: dict[Call, ModelPlan] = {}
    for entry in roots:
        for node in walk(entry.value):
            if not isinstance(node, Call) or node in found:
                continue
            config = node.kwarg("config")
            if isinstance(config, MappingNode):
                found[node] = _model(graph, node, config, first=not found)
    return found


def _model(graph: Graph, root: Call, config: MappingNode, *, first: bool) -> ModelPlan:
    name = _model_name(graph, root, first=first)
    fields = {str(entry.key): entry.value for entry in config.entries}
    folder = "model" if first else f"model_{name}"
    return ModelPlan(root, folder, name, class_prefix(name), fields)


def _model_name(graph: Graph, root: Call, *, first: bool) -> str:
    """``model_name`` of the metadata, or of those where the model is from, else the node's name."""
    meta = graph.root("meta")
    if first and isinstance(meta, MappingNode):
        given = meta.get("model_name")
        if isinstance(given, Literal) and given.value is not None:
            if not isinstance(given.value, str) or not given.value.strip():
                raise BuildError(Diagnostic("FGC040", "`model_name` is not a name", given.span))
            return identifier(given.value)
    linked = None if root.home is None else root.home.model_name
    return identifier(linked or root.name or root.path[-1])


def _builders(
    roots: Sequence[Entry],
    program: Program,
    models: Mapping[Call, ModelPlan],
    callbacks: Sequence[Call],
) -> dict[Call, str]:
    """The calls with a function of their own: slots, and promoted singletons outside models."""
    tops = {entry.value: str(entry.key) for entry in roots if isinstance(entry.value, Call)}
    outside = _outside_models(roots, models)
    chosen: dict[Call, str] = {}
    taken: set[str] = set()
    for call in promoted(roots, callbacks):
        if call not in tops and call not in outside:
            continue  # made by the model that it is a part of
        chosen[call] = ""
    for call, key in tops.items():
        if key in program.slots or call.kind is not Kind.PARTIAL:
            chosen.setdefault(call, "")
    for call in models:
        chosen.setdefault(call, "")
    for call in callbacks:
        if call in chosen:  # they look on, and stand behind what the run is made of
            chosen[call] = chosen.pop(call)
    for call in chosen:
        if call in tops:
            chosen[call] = identifier(tops[call])
            taken.add(chosen[call])
    taken |= _bound_by(program)
    for call in chosen:
        if not chosen[call]:
            chosen[call] = path_name(_named_path(call), lambda name: name not in taken, call.name)
            taken.add(chosen[call])
    return chosen


def _bound_by(program: Program) -> set[str]:
    """The names that the program's entry has a meaning for already."""
    tree = ast.parse(program.skeleton.read_text(encoding="utf-8"))
    entry = (n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == program.entry)
    return set[str]().union(*map(bound_names, entry))


def _named_path(call: Call) -> tuple[str, ...]:
    """The path of a call; an item of a list is called what it is of."""
    if not call.path[-1].isdigit():
        return call.path
    return (*call.path, re.split(r"[:.]", call.target)[-1])


def _check_models_apart(roots: Sequence[Entry], models: Mapping[Call, ModelPlan]) -> None:
    """A model is made from its config alone, and so shares no object with anything else."""
    outside = _outside_models(roots, models)
    held: dict[Call, Call] = {}
    for root in models:
        for node in walk(root):
            if not isinstance(node, Call) or node.kind is not Kind.SINGLETON or node is root:
                continue
            if node in outside or held.setdefault(node, root) is not root:
                message = f"`{node.target}` is shared by a model and something outside of it"
                raise BuildError(
                    Diagnostic(
                        "FGC040",
                        message,
                        node.target_span,
                        labels=(
                            Label(root.target_span, "this model is made from its config alone"),
                        ),
                        help="write `!partial` or `!factory`, so that each has its own",
                    )
                )


def _outside_models(roots: Sequence[Entry], models: Mapping[Call, ModelPlan]) -> set[Call]:
    """The calls that are referred to from somewhere that is not inside a model."""
    found: set[Call] = set()
    seen: set[int] = set()
    stack: list[Node] = [entry.value for entry in roots]
    while stack:
        node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, Call):
            found.add(node)
            if node in models:
                continue
        stack += children(node)
    return found


def _constants(roots: Sequence[Entry]) -> dict[Node, str]:
    """Top-level scalars, and lists of scalars: constants of the program, in capitals."""
    constants: dict[Node, str] = {}
    for entry in roots:
        node = entry.value
        if not _is_data(node) or (isinstance(node, Literal) and node.value is None):
            continue
        taken = {name.lower() for other, name in constants.items() if other is not node}
        constants[node] = path_name((str(entry.key),), free_of(taken)).upper()
    return constants


def _is_data(node: Node) -> bool:
    match node:
        case Literal():
            return True
        case List(items=items) | Tuple(items=items):
            return all(isinstance(item, Literal) for item in items)
        case _:
            return False


def _files(roots: Sequence[Entry], name_of: Callable[[str], str]) -> dict[str, str]:
    """The tree's path of each local file: its name below ``data/``, more of its path if need be."""
    placed: dict[str, str] = {}
    for entry in roots:
        for node in walk(entry.value):
            if isinstance(node, File) and node.source not in placed:
                parts = PurePosixPath(name_of(node.source)).parts
                placed[node.source] = _place(parts, placed.values())
    return placed


def _place(parts: Sequence[str], taken: Collection[str]) -> str:
    """A path below ``data/`` that ends as ``parts`` do."""
    for length in range(1, len(parts) + 1):
        candidate = "/".join(("data", *parts[-length:]))
        if candidate not in taken:
            return candidate
    return _place(("other", *parts), taken)
