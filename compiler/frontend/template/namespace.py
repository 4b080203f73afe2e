"""Knobs: the attributes of the namespace ``ns``, and the values that a user pins them to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jinja2.utils import Namespace


class Pins:
    """The values given by ``--set``, and what the templates did with their names.

    ``read`` are the pinned names that were looked at, as a variable or a knob; ``known`` all names
    of variables that were looked up and of knobs that were assigned.
    """

    def __init__(self, values: Mapping[str, object]):
        self.values = dict(values)
        self.read: set[str] = set()
        self.known: set[str] = set()

    def look_up(self, name: str) -> None:
        """Note that a template asks for ``name``."""
        self.known.add(name)
        if name in self.values:
            self.read.add(name)


class KnobNamespace(Namespace):
    """Jinja's namespace; once pinned, an assignment to a pinned attribute has no effect.

    >>> ns = KnobNamespace(lr=0.1)
    >>> ns.pin(Pins({"lr": 0.3}))
    >>> ns["lr"] = 0.2
    >>> ns.lr
    0.3
    """

    _pins: Pins | None
    _OWN = frozenset({"_pins", "_OWN", "pin", "attributes"})

    def __init__(self, *args: Any, **attributes: Any) -> None:
        super().__init__(*args, **attributes)
        self._pins = None

    def pin(self, pins: Pins) -> None:
        """Set the pinned attributes, for good."""
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
            self._pins.look_up(name)
        return value

    def __setitem__(self, name: str, value: Any) -> None:
        if self._pins is not None:
            self._pins.known.add(name)
            if name in self._pins.values:
                return
        super().__setitem__(name, value)
