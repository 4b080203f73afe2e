"""``launch.json``: how a tree is started, where that is not just ``python train.py``."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

LAUNCH_NAME = "launch.json"
COUNTS = ("auto", "cpu", "gpu", "xpu")
"""What torchrun takes for a number of processes: one for each of these that there is."""

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Launch:
    """How many processes torchrun starts on each machine, and what is set in their environment.

    ``nproc_per_node`` is a number from 1, or one of `COUNTS`; None for a single process, which
    python starts.
    """

    nproc_per_node: int | str | None = None
    env: Mapping[str, str] = field(default_factory=dict[str, str])

    def to_json(self) -> str | None:
        """The text of the file; None where there is nothing to say."""
        given = {"env": dict(self.env), "nproc_per_node": self.nproc_per_node}
        said = {name: value for name, value in given.items() if value}
        return json.dumps(said, indent=2) + "\n" if said else None

    @classmethod
    def from_json(cls, text: str) -> Launch:
        """What ``text`` says.

        Raises:
            ValueError: it is not what `to_json` gives.

        >>> Launch.from_json('{"nproc_per_node": 2}').nproc_per_node
        2
        """
        read: object = json.loads(text)
        if not isinstance(read, dict):
            raise ValueError("not an object")
        fields = cast("dict[str, object]", read)
        unknown = fields.keys() - {"env", "nproc_per_node"}
        if unknown:
            raise ValueError(f"`{min(unknown)}` is not known")
        number, env = fields.get("nproc_per_node"), fields.get("env", {})
        if number is not None and not is_number_of_processes(number):
            raise ValueError(f"`nproc_per_node` is {json.dumps(number)}")
        if not isinstance(env, dict):
            raise ValueError("`env` is not an object")
        for name, value in cast("dict[str, object]", env).items():
            if not is_variable(name) or not isinstance(value, str) or "\0" in value:
                raise ValueError(f"`env` has no text for `{name}`")
        return cls(cast("int | str | None", number), cast("dict[str, str]", env))


def is_number_of_processes(value: object) -> bool:
    """Whether torchrun can start so many processes.

    >>> [is_number_of_processes(value) for value in (1, "gpu", 0, True, "many")]
    [True, True, False, False, False]
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return value >= 1
    return value in COUNTS


def is_variable(name: str) -> bool:
    """Whether a shell takes ``name`` for that of a variable of the environment."""
    return _VARIABLE.fullmatch(name) is not None
