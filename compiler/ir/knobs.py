"""What the templates of a configuration did with its knobs.

A knob is an attribute of the namespace ``ns``. Templates give it values, one after the other; the
last one holds, unless ``--set`` pins the knob, in which case that does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from fgc.compiler.ir.span import Span

COMMAND_LINE = "<--set>"
"""The file of a pin, as spans call it."""


class Knob(NamedTuple):
    """A knob of one rendering: that of the configuration itself, or of a project that it links.

    ``rendering`` is the path of the node that links the project, empty for the configuration.
    """

    rendering: tuple[str, ...]
    name: str


@dataclass(frozen=True, slots=True)
class Setting:
    """One value that a knob was given, and the line of the template that gave it.

    ``value`` is what the template's expression came to: as a rule a scalar, or a list or mapping of
    them. ``read`` says whether a template looked at the knob while it had this value. A setting of
    a pinned knob has no effect, except for ``pin``, the one from outside.
    """

    name: str
    value: object
    file: str
    line: int
    read: bool
    pin: bool = False

    @property
    def span(self) -> Span:
        """The place of the line."""
        return Span.point(self.file, self.line)

    def named_in(self, text: str) -> Span:
        """Where the line names the knob; ``text`` is that of the file.

        >>> Setting("lr", 1, "a.yaml", 2, read=True).named_in("-- set x = 1\\n-- set ns.lr = 2")
        Span(file='a.yaml', line=2, column=11, end_line=2, end_column=13)
        """
        lines = text.splitlines()
        line = lines[self.line - 1] if self.line <= len(lines) else ""
        found = re.search(rf"\b{re.escape(self.name)}\b", line)
        if found is None:
            return self.span
        return Span(self.file, self.line, found.start() + 1, self.line, found.end() + 1)


@dataclass(frozen=True, slots=True)
class Knobs:
    """The knobs of one rendering.

    ``settings`` are in the order in which they were made, pins last. ``deciding`` gives, for a line
    of a template, by file and number, the knobs that decide what is written there, and what else is
    or could be written below it, more indented: those that expressions read, that the statements
    around them test, and that went into the variables and knobs which either uses. It leaves none
    out. It names one too many where two variables of one name have nothing to do with each other,
    and where a line is written several times, for different values. ``mentioned`` are the knobs
    that an expression of a template names, whether this rendering came there or not.
    """

    settings: tuple[Setting, ...] = ()
    deciding: Mapping[tuple[str, int], frozenset[str]] = field(
        default_factory=dict[tuple[str, int], frozenset[str]]
    )
    mentioned: frozenset[str] = frozenset()

    @property
    def names(self) -> tuple[str, ...]:
        """All knobs that have a value, in the order in which they got their first one."""
        return tuple(dict.fromkeys(setting.name for setting in self.settings))

    def chain(self, name: str) -> tuple[Setting, ...]:
        """The settings of the knob ``name``, in their order; the last one holds.

        >>> made = [Setting("lr", n, "a.yaml", n, read=False) for n in (1, 2)]
        >>> [setting.value for setting in Knobs(tuple(made)).chain("lr")]
        [1, 2]
        """
        return tuple(setting for setting in self.settings if setting.name == name)

    def pinned_at(self, span: Span) -> Knobs:
        """The same knobs, where the pins come from ``span`` instead of the command line."""
        settings = (
            replace(setting, file=span.file, line=span.line) if setting.pin else setting
            for setting in self.settings
        )
        return replace(self, settings=tuple(settings))
