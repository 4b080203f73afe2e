"""What a program is made of: the nodes that it needs, and what each becomes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fgc.compiler.ir.graph import Call, Entry, Graph, Literal, Node
from fgc.compiler.program.target import LaunchArg, Program
from fgc.compiler.symbols.resolution import Resolution


@dataclass(frozen=True, slots=True)
class ModelPlan:
    """A model: a call that is given its ``config`` as a mapping. It gets a folder of its own."""

    root: Call
    folder: str
    name: str  # in snake case; its files are named after it
    prefix: str  # of its classes
    fields: Mapping[str, Node]

    @property
    def title(self) -> str:
        """Its name for people. Experiments with one model share it, and so its files."""
        return self.name.replace("_", " ").title()

    @property
    def config_class(self) -> str:
        """The name of its generated config class."""
        return f"{self.prefix}Config"


@dataclass(frozen=True, slots=True)
class Plan:
    """What stands where.

    ``roots`` are the top-level nodes that the program needs. ``builders`` are the calls that get a
    function of their own, by the name of what it makes; ``constants`` the scalars that do.
    ``files`` gives each local file its path in the tree, ``launch_args`` the options that the
    configuration adds to the program. ``models`` are by their root.
    """

    resolution: Resolution
    program: Program
    roots: tuple[Entry, ...]
    builders: Mapping[Call, str]
    constants: Mapping[Node, str]
    files: Mapping[str, str]
    launch_args: Mapping[str, LaunchArg]
    models: Mapping[Call, ModelPlan]

    @property
    def graph(self) -> Graph:
        """The graph that is built."""
        return self.resolution.graph

    def root(self, key: str) -> Node | None:
        """The top-level node ``key`` of the program, None where there is none or it is null."""
        node = next((entry.value for entry in self.roots if entry.key == key), None)
        return None if isinstance(node, Literal) and node.value is None else node
