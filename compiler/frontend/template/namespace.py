"""Knobs: the attributes of the namespace ``ns``, and the values that a user pins them to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from jinja2.utils import Namespace

from fgc.compiler.ir.knobs import COMMAND_LINE, Setting


class KnobName(str):
    """The name of a knob that is assigned to, and where: the ``line`` of ``template``, by its key.

    >>> name = KnobName("lr", "base.yaml", 3)
    >>> {"lr": 1}[name], name.line
    (1, 3)
    """

    template: str
    line: int

    def __new__(cls, name: str, template: str, line: int) -> Self:
        self = super().__new__(cls, name)
        self.template = template
        self.line = line
        return self


@dataclass(slots=True)
class _Assignment:
    """A value that a template gave a knob, and whether anybody has looked at it."""

    name: KnobName
    value: object
    read: bool = False


class Pins:
    """The values given by ``--set``, and what the templates did with names.

    ``read`` are the pinned names that were looked at, as a variable or a knob; ``known`` all names
    of variables that were looked up and of knobs that were assigned.
    """

    def __init__(self, values: Mapping[str, object]):
        self.values = dict(values)
        self.read: set[str] = set()
        self.known: set[str] = set()
        self._assignments: list[_Assignment] = []
        self._standing: dict[str, _Assignment] = {}

    def look_up(self, name: str) -> None:
        """Note that a template asks for ``name``."""
        self.known.add(name)
        if name in self.values:
            self.read.add(name)

    def look_up_knob(self, name: str) -> None:
        """Note that a template asks for the knob ``name``, as it stands."""
        self.look_up(name)
        if name in self._standing:
            self._standing[name].read = True

    def assign(self, name: str, value: object) -> None:
        """Note that a template gives the knob ``name`` a value, pinned or not."""
        self.known.add(name)
        if isinstance(name, KnobName):
            assignment = _Assignment(name, value)
            self._assignments.append(assignment)
            if name not in self.values:
                self._standing[str(name)] = assignment

    def settings(self, file_of: Callable[[str], str]) -> tuple[Setting, ...]:
        """Each value that a knob got, in order, pins last; ``file_of`` a template's key."""
        made = [
            Setting(str(a.name), a.value, file_of(a.name.template), a.name.line, a.read)
            for a in self._assignments
        ]
        pinned = [
            Setting(name, value, COMMAND_LINE, 1, name in self.read, pin=True)
            for name, value in self.values.items()
        ]
        return (*made, *pinned)


class KnobNamespace(Namespace):
    """Jinja's namespace; once pinned, an assignment to a pinned attribute has no effect.

    >>> ns = KnobNamespace(lr=0.1)
    >>> ns.pin(Pins({"lr": 0.3}), "base.yaml", 1)
    >>> ns["lr"] = 0.2
    >>> ns.lr
    0.3
    """

    _pins: Pins | None
    _OWN = frozenset({"_pins", "_OWN", "pin", "attributes"})

    def __init__(self, *args: Any, **attributes: Any) -> None:
        super().__init__(*args, **attributes)
        self._pins = None

    def pin(self, pins: Pins, template: str, line: int) -> None:
        """Set the pinned attributes, for good. The namespace was made on ``line``."""
        for name in self.attributes():
            pins.assign(KnobName(name, template, line), Namespace.__getattribute__(self, name))
        for name, value in pins.values.items():
            self[name] = value
        self._pins = pins

    def attributes(self) -> list[str]:
        """The names of the attributes, in order of assignment."""
        attributes: dict[str, object] = object.__getattribute__(self, "_Namespace__attrs")
        return list(attributes)

    def __repr__(self) -> str:
        return "<namespace>"  # attributes may hold it, or hold one namespace many times

    def __getattribute__(self, name: str) -> Any:
        if name in KnobNamespace._OWN:
            return object.__getattribute__(self, name)
        value = super().__getattribute__(name)
        if self._pins is not None:
            self._pins.look_up_knob(name)
        return value

    def __setitem__(self, name: str, value: Any) -> None:
        if self._pins is not None:
            self._pins.assign(name, value)
            if name in self._pins.values:
                return
        super().__setitem__(str(name), value)
