"""What a template may cost.

The sandbox keeps a template from reaching out; these bounds keep it from never coming back. They
are far beyond what a configuration needs, and they count work, not time, so that the same template
is accepted everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sized
from typing import Any, Final, cast

from jinja2.exceptions import TemplateRuntimeError
from jinja2.sandbox import MAX_RANGE

MAX_TEXT: Final = 64 * 2**20
"""Characters of the rendered text, and of any one string on the way to it."""

MAX_STEPS: Final = 1_000_000
"""What loops, calls and the handling of large values may add up to in one rendering."""

MAX_BITS: Final = 65_536
"""Bits of an integer."""

_SEQUENCES = (str, bytes, list, tuple)
_UNCOUNTED = 256
_REMEMBERED = 10_000
_NUMBER = re.compile(r"\d{6,}")


class LimitExceeded(TemplateRuntimeError):
    """A template that would cost too much."""


class Budget:
    """What one rendering has used of its limits."""

    def __init__(self) -> None:
        self.steps = 0
        self._sizes: dict[int, tuple[object, int]] = {}
        self.characters = 0

    def step(self, count: int = 1) -> None:
        """Count passes through a loop."""
        self.steps += count
        if self.steps > MAX_STEPS:
            raise LimitExceeded(f"the rendering takes more than {MAX_STEPS:,} steps")

    def handle(self, value: Any) -> Any:
        """Count the size of a value that was made or is to be read; gives it back."""
        if isinstance(value, (str, bytes, list, tuple, dict)):
            size = self._weigh(cast(object, value))
            if size > _UNCOUNTED:
                self.step(size // _UNCOUNTED)
        return cast(Any, value)

    def _weigh(self, value: object) -> int:
        """The size of ``value`` written out, where what is shared counts each time.

        The sandbox changes no list, so a size once found stays true; the memory of them keeps the
        values alive, lest another take the address of one.
        """
        if isinstance(value, (str, bytes)):
            size = len(value)
        elif isinstance(value, (list, tuple, dict)):
            known = self._sizes.get(id(cast(object, value)))
            if known is not None:
                return known[1]
            parts = cast(Iterable[object], value.values() if isinstance(value, dict) else value)
            size = len(cast(Sized, value)) + sum(self._weigh(part) for part in parts)
            if len(self._sizes) >= _REMEMBERED:
                self._sizes.clear()
            self._sizes[id(cast(object, value))] = (cast(object, value), size)
        else:
            return 1
        if size > MAX_TEXT:
            raise LimitExceeded(f"a value longer than {MAX_TEXT:,}")
        return size

    def write(self, count: int) -> None:
        """Count characters of output."""
        self.characters += count
        if self.characters > MAX_TEXT:
            raise LimitExceeded(f"the rendered text is longer than {MAX_TEXT:,} characters")

    def range(self, *bounds: int) -> range:
        """Python's ``range``, of a bounded length."""
        items = range(*bounds)
        if len(items) > MAX_RANGE:
            raise LimitExceeded(f"a range of {len(items):,} items; {MAX_RANGE:,} are the most")
        self.step(len(items))
        return items


def check_operands(operator: str, left: Any, right: Any) -> None:
    """Raise `LimitExceeded` if the result would be too large to be computed.

    >>> check_operands("*", "ab", 3)
    """
    if operator == "%" and isinstance(left, str):
        check_format(left, cast(tuple[Any, ...], right) if isinstance(right, tuple) else (right,))
    elif operator == "**" and isinstance(left, int) and isinstance(right, int):
        if left.bit_length() * max(right, 0) > MAX_BITS:
            raise LimitExceeded("a power that is too large")
    elif operator == "*":
        _check_product(left, right)


def _check_product(left: Any, right: Any) -> None:
    for value, count in ((left, right), (right, left)):
        if not isinstance(count, int):
            continue
        if isinstance(value, _SEQUENCES):
            if len(cast(Sized, value)) * count > MAX_TEXT:
                raise LimitExceeded(f"a repetition longer than {MAX_TEXT:,}")
        elif isinstance(value, int) and value.bit_length() + count.bit_length() > MAX_BITS:
            raise LimitExceeded("a product that is too large")


def check_format(text: str, arguments: Iterable[Any]) -> None:
    """Refuse a field width that would fill the memory."""
    computed = "*" in text or "{:" in text  # a width that is itself an argument
    large = any(isinstance(argument, int) and abs(argument) > 10**6 for argument in arguments)
    if _NUMBER.search(text) or (computed and large):
        raise LimitExceeded("a format with a width that is too large")


def check_method(function: Any, arguments: tuple[Any, ...], keywords: Mapping[str, Any]) -> None:
    """Refuse a call of a built-in value's method whose result would fill the memory."""
    function = getattr(function, "__wrapped__", function)  # the sandbox wraps `str.format`
    owner = getattr(function, "__self__", None)
    if not isinstance(owner, (str, bytes, int, float, list, tuple, dict)):
        return
    name = getattr(function, "__name__", "")
    every = (*arguments, *keywords.values())
    if name in ("format", "format_map") and isinstance(owner, str):
        check_format(owner, every)
    elif any(isinstance(argument, int) and abs(argument) > MAX_TEXT for argument in every):
        raise LimitExceeded(f"`{name}` with a number that is too large")
    if isinstance(owner, str):
        _check_text_method(owner, name, every)


def _check_text_method(owner: str, name: str, arguments: tuple[Any, ...]) -> None:
    if name == "replace" and len(arguments) >= 2:
        check_replacement(owner, arguments[0], arguments[1])
    elif name == "join" and arguments and isinstance(arguments[0], (list, tuple)):
        check_join(owner, cast(tuple[object, ...], arguments[0]))
    elif name == "expandtabs" and arguments and isinstance(arguments[0], int):
        check_replacement(owner, "\t", range(arguments[0]))
    elif name == "translate" and arguments and isinstance(arguments[0], dict):
        values = cast(dict[object, object], arguments[0]).values()
        longest = max((len(value) for value in values if isinstance(value, str)), default=1)
        check_replacement(owner, "", range(longest))


def check_join(separator: str, items: Collection[object]) -> None:
    """Refuse a join whose result is too long."""
    total = sum(len(item) for item in items if isinstance(item, str))
    if total + len(separator) * len(items) > MAX_TEXT:
        raise LimitExceeded(f"a joined text longer than {MAX_TEXT:,}")


def check_replacement(text: Any, old: Any, new: Sized) -> None:
    """Refuse a replacement that makes ``text`` too long."""
    if isinstance(text, str) and isinstance(old, str):
        count = text.count(old) if old else len(text) + 1
        if count * len(new) > MAX_TEXT:
            raise LimitExceeded(f"a replacement longer than {MAX_TEXT:,}")
