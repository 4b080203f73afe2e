"""A template as mistakes are made in it: its lines, what each of them is, and what it refers to."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from random import Random

from fgc.compiler.symbols.symbol import Parameter

_BLOCK = re.compile(r"\[\w+!?\]$")
_ENTRY = re.compile(r"(?P<key>[.\w]+):(?:\s+(?P<value>.*))?$")
_KNOB = re.compile(r"-- set ns\.(\w+) = (.+)")
_WORD = re.compile(r"\w+")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Line:
    """A line and its number. ``text`` is without the indentation, which is ``indent`` blanks."""

    number: int
    indent: int
    text: str

    @property
    def whole(self) -> str:
        """The line as it stands in the file."""
        return " " * self.indent + self.text

    @property
    def is_comment(self) -> bool:
        """Whether all of it is left out of what is rendered, or of what is read as YAML."""
        return self.text.startswith("#")

    @property
    def is_statement(self) -> bool:
        """Whether it is a statement of the template language."""
        return self.text.startswith("-- ")

    @property
    def is_block(self) -> bool:
        """Whether a block begins here."""
        return _BLOCK.fullmatch(self.text) is not None

    @property
    def is_super(self) -> bool:
        """Whether it takes over what the block overrides."""
        return self.text == "== super()"

    @property
    def is_yaml(self) -> bool:
        """Whether it is written as it stands, expressions in it aside."""
        other = self.is_comment or self.is_statement or self.is_block or self.is_super
        return bool(self.text) and not other and not self.text.startswith("{{")

    @property
    def key(self) -> str | None:
        """The key of ``key: value``, where it is a word."""
        match = _ENTRY.fullmatch(self.text) if self.is_yaml else None
        return match["key"] if match else None

    @property
    def value(self) -> str:
        """What follows the key, or the dash of a list item, or the ``=`` of a knob."""
        if self.is_statement:
            knob = _KNOB.fullmatch(self.text)
            return knob[2] if knob else ""
        match = _ENTRY.fullmatch(self.text) if self.is_yaml else None
        if match:
            return match["value"] or ""
        return self.text.removeprefix("- ") if self.text.startswith("- ") else ""

    @property
    def knob(self) -> str | None:
        """The knob that is set here."""
        match = _KNOB.fullmatch(self.text)
        return match[1] if match else None

    def with_value(self, value: str) -> str:
        """The line with another value."""
        assert self.value
        return self.whole[: len(self.whole) - len(self.value)] + value


@dataclass(frozen=True)
class Template:
    """A file of a template chain, and what mistakes in it have to know of the rest.

    ``words`` are all words of the chain: a misspelt name is none of them. ``aliases`` are the
    anchors that the chain refers to, ``knobs`` what other files of it set, ``optional`` the knobs
    that are said to be null for something, ``read`` the top-level keys that what is made of the
    configuration reads, ``parameters`` what the arguments on a line fill.
    """

    file: str
    text: str
    words: Collection[str] = frozenset()
    aliases: Collection[str] = frozenset()
    knobs: Collection[str] = frozenset()
    optional: Collection[str] = frozenset()
    read: Collection[str] = frozenset()
    parameters: Mapping[int, Parameter] = field(default_factory=dict[int, Parameter])

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """All lines; the text ends with a line break."""
        found: list[Line] = []
        for number, whole in enumerate(self.text.splitlines(), 1):
            text = whole.lstrip(" ")
            found.append(Line(number, len(whole) - len(text), text))
        return tuple(found)

    @property
    def is_base(self) -> bool:
        """Whether it extends nothing."""
        return not any(line.text.startswith("-- extends ") for line in self.lines)

    def below(self, line: Line) -> tuple[Line, ...]:
        """The lines of YAML right below ``line`` that are indented more."""
        found: list[Line] = []
        for other in self.lines[line.number :]:
            if not other.is_yaml or other.indent <= line.indent:
                break
            found.append(other)
        return tuple(found)

    def misspelt(self, word: str, random: Random) -> str:
        """``word`` with one slip of the finger, which makes it none that the chain has."""
        for _ in range(100):
            at = random.randrange(len(word))
            slips = [
                word[:at] + word[at] + word[at:],
                word[:at] + random.choice(_LETTERS) + word[at + 1 :],
                word[: at + 1] + random.choice(_LETTERS) + word[at + 1 :],
            ]
            if len(word) > 2:
                slips += [word[:at] + word[at + 1 :]]
                slips += [word[:at] + word[at : at + 2][::-1] + word[at + 2 :]]
            slip = random.choice(slips)
            if slip not in self.words and slip.isidentifier():
                return slip
        raise AssertionError(f"every slip in {word!r} is a word of the chain")


def optional_knobs(texts: Collection[str]) -> frozenset[str]:
    """The knobs whose definitions stand below a comment that says what null means.

    >>> sorted(optional_knobs(["## Null for one.\\n-- set ns.a = 1\\n\\n-- set ns.b = 2\\n"]))
    ['a']
    """
    found: set[str] = set()
    for text in texts:
        comment, complete = "", True
        for line in text.splitlines():
            knob = _KNOB.match(line)
            if line.startswith("## "):
                comment, complete = ("" if complete else comment) + line, False
            elif knob is None:
                comment, complete = "", True
            else:
                complete = True
                if re.search("null|none", comment, re.IGNORECASE):
                    found.add(knob[1])
    return frozenset(found)


def words(texts: Collection[str]) -> frozenset[str]:
    """All words of ``texts``."""
    return frozenset(word for text in texts for word in _WORD.findall(text))


@dataclass(frozen=True, slots=True)
class Edit:
    """A mistake: the lines ``first`` to ``last`` of a file, the latter excluded, become ``lines``.

    ``name`` is what is no longer defined. ``also`` are further lines, of the new text, which the
    mistake touches.
    """

    first: int
    last: int
    lines: tuple[str, ...]
    name: str | None = None
    also: tuple[int, ...] = ()

    def applied(self, text: str) -> str:
        """The text with the mistake in it."""
        lines = text.splitlines()
        lines[self.first - 1 : self.last - 1] = self.lines
        return "".join(f"{line}\n" for line in lines)

    def near(self, line: int, distance: int = 3) -> bool:
        """Whether a line of the new text is at most ``distance`` lines from the mistake."""
        end = self.first + max(len(self.lines), 1) - 1
        inside = self.first - distance <= line <= end + distance
        return inside or any(abs(line - other) <= distance for other in self.also)


Edits = Iterator[Edit]


def rewritten(line: Line, *new: str, name: str | None = None) -> Edit:
    """The edit that puts ``new`` in the place of ``line``."""
    return Edit(line.number, line.number + 1, new, name)


def spots(line: Line, pattern: str) -> Iterator[re.Match[str]]:
    """Where ``pattern`` is found in a whole line, quoted text left out."""
    hidden = re.sub(r"\"[^\"]*\"|'[^']*'", lambda m: "\0" * len(m[0]), line.whole)
    return re.finditer(pattern, hidden)


def with_spot(line: Line, spot: re.Match[str], new: str, group: int | str = 0) -> str:
    """The line with ``new`` in the place of what was found."""
    return line.whole[: spot.start(group)] + new + line.whole[spot.end(group) :]
