"""What a target tells the compiler about the program that it emits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from fgc.compiler.ir.graph import Scalar


@dataclass(frozen=True, slots=True)
class Launch:
    """A value that is known only when the program starts, which `!var` may name.

    ``code`` is its expression where it has one; without, a function that needs it takes it as a
    parameter, for which the program's entry gives ``given``, or a variable of the same name.
    ``annotation`` is its type. ``slot`` is the one node in which it may be named, where it is known
    in no other.
    """

    annotation: str
    code: str | None = None
    given: str | None = None
    slot: str | None = None


@dataclass(frozen=True, slots=True)
class LaunchArg(Launch):
    """An option of the program that a configuration declares under ``launch_args``.

    ``type`` is one of `TYPES`, ``default`` its value when it is not given; ``help`` is for people.
    """

    type: str = "str"
    default: Scalar = None
    help: str = ""


TYPES = {"int": "int", "float": "float", "str": "str", "bool": "bool", "path": "Path"}
"""What an option's value may be, and the annotation of a parameter that takes it."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in the skeleton that a top-level node of the configuration fills.

    ``parameters`` are what the skeleton gives to a partial that fills it, in the order in which
    the partial's target takes them. What the partial names by a variable it is not given again.
    """

    parameters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Callbacks:
    """The top-level list whose objects the program calls by the names of their methods.

    ``key`` is the list's key. ``events`` are the methods, each with the names of what it is given;
    each is a parameter of the program's entry too, which takes a list of callables or None.
    ``states`` is the parameter for those objects that have the methods of ``state``, by name.
    """

    key: str
    events: Mapping[str, tuple[str, ...]]
    states: str
    state: tuple[str, str] = ("state_dict", "load_state_dict")


@dataclass(frozen=True)
class Program:
    """A program's skeleton and slots.

    ``module`` and ``skeleton`` are the dotted name and the file of a module whose ``entry`` is
    specialised as any function is. Each keyword-only parameter of ``entry`` is a node of the
    configuration: ``build_x`` the function that makes the node ``x``, any other its value.
    ``aliases`` gives the node's key where it is not the parameter's name, ``instead`` the key of a
    node that may be there in place of another. ``types`` annotates the parameters of the functions
    that are written, ``imports`` says where names in them come from.
    With ``collects`` the skeleton has no entry: one is written that makes every top-level node, in
    order, and returns them by key; launch values are its parameters. With ``lone`` there is no
    entry at all, only the functions that make this top-level node and what it needs. ``callbacks``
    are what the program calls at its events.
    """

    path: str
    module: str
    skeleton: Path
    entry: str
    functions: tuple[str, ...]
    slots: Mapping[str, Slot]
    launch: Mapping[str, Launch]
    aliases: Mapping[str, str] = field(default_factory=dict[str, str])
    instead: Mapping[str, str] = field(default_factory=dict[str, str])
    types: Mapping[str, str] = field(default_factory=dict[str, str])
    imports: Mapping[str, str] = field(default_factory=dict[str, str])
    collects: bool = False
    lone: str | None = None
    callbacks: Callbacks | None = None

    @property
    def has_entry(self) -> bool:
        """Whether the skeleton has one."""
        return not self.collects and self.lone is None
