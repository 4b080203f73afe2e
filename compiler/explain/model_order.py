"""In which order a model makes its parts, which is that in which random numbers are drawn."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from fgc.compiler.backend.sourcemap import Place
from fgc.compiler.explain.experiment import Experiment
from fgc.compiler.explain.page import INDENT, Page
from fgc.compiler.program.plan import ModelPlan
from fgc.targets.model.anatomy import Module

LISTS = ("ModuleDict", "ModuleList")


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a model, or several that are made one after the other by one line.

    ``depth`` says how deep within others it lies; ``place`` is where the configuration gives it,
    None for what its class has of its own accord.
    """

    names: tuple[str, ...]
    class_name: str
    depth: int
    place: Place | None


@dataclass(frozen=True, slots=True)
class ModelOrder:
    """The parts of a model in their order; ``path`` is the file of its code.

    ``drawn_last`` where transformers gives the weights their first values once all parts are there.
    """

    path: str
    parts: tuple[Part, ...]
    drawn_last: bool


def model_order(experiment: Experiment, model: ModelPlan, module: Module) -> ModelOrder:
    """The parts of ``module``, which is the anatomy of ``model``."""
    path = experiment.modeling(model)
    text = experiment.emitted.python[path]
    reader = _Reader(experiment, path, ast.parse(text))
    return ModelOrder(path, tuple(reader.parts(module, 0)), "self.post_init()" in text)


class _Reader:
    def __init__(self, experiment: Experiment, path: str, tree: ast.Module):
        self._experiment = experiment
        self._path = path
        self._classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}

    def parts(self, module: Module, depth: int) -> Iterator[Part]:
        """The parts of a module, each followed by its own."""
        for alike in self._alike(module.children):
            child = alike[0]
            if child.class_name in LISTS and child.children:
                yield from self._members(module, child, depth)
            else:
                names = tuple(part.name for part in alike)
                place = self._place(module.class_name, child.class_name)
                yield Part(names, child.class_name, depth, place)
                yield from self.parts(child, depth + 1)

    def _members(self, module: Module, held: Module, depth: int) -> Iterator[Part]:
        """The members of a list; those that are alike are one part."""
        for _, group in groupby(held.children, key=lambda child: replace(child, name="")):
            members = list(group)
            first = members[0]
            number = f"{first.name}-{members[-1].name}" if len(members) > 1 else first.name
            name = f"{held.name}.{number}"
            place = self._place(module.class_name, first.class_name)
            copies = f"{len(members)} x " if len(members) > 1 else ""
            yield Part((name,), copies + first.class_name, depth, place)
            yield from self.parts(first, depth + 1)

    def _place(self, owner: str, class_name: str) -> Place | None:
        """Where the configuration gives ``owner`` the part of a class that it makes."""
        if owner not in self._classes or class_name not in self._classes:
            return None
        whole = self._experiment.places(self._path, self._classes[owner].lineno)
        for node in ast.walk(self._classes[owner]):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                places = self._experiment.places(self._path, node.lineno)
                if node.func.id == class_name and places and places != whole:
                    return places[0]
        return None

    def _alike(self, children: Sequence[Module]) -> Iterator[list[Module]]:
        """Each child; neighbours of one class that is not the model's own together."""
        for class_name, group in groupby(children, key=lambda child: child.class_name):
            members = list(group)
            single = class_name in self._classes or any(child.children for child in members)
            yield from ([member] for member in members) if single else [members]


def render_model_order(section: ModelOrder, page: Page) -> Iterator[str]:
    """The parts, numbered and indented."""
    yield from page.wrapped(
        f"The model's parts, in the order in which the constructors in {section.path} make them:"
    )
    yield ""
    rows: list[tuple[str, str, str, str]] = []
    for number, part in enumerate(section.parts, 1):
        name = INDENT * part.depth + ", ".join(part.names)
        place = "" if part.place is None else page.keys.short(part.place)
        rows.append((str(number), name, part.class_name, place))
    yield from page.table(rows, ("quiet", "", "", "place"), right=0, gives=1)
    if section.drawn_last:
        yield ""
        last = "Then `post_init` has the weights drawn: parts first, then what they are parts of."
        yield from page.wrapped(last)
