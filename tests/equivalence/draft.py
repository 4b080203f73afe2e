"""A configuration that is being made up: the choices behind it, and what it holds so far."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from hypothesis import strategies as st

from tests.equivalence.yaml_text import Shared, Tagged, Value

T = TypeVar("T")


@dataclass(frozen=True)
class Probe:
    """How a callable is tried out: called with ``args`` and ``kwargs``.

    ``over`` says what is given besides: nothing, parameters to optimise (``parameters``) or an
    ``optimizer`` as the first argument, or a ``config`` as the keyword.
    """

    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict[str, Any])
    over: str = "nothing"


class Choices:
    """Random choices; the first of several options is the simplest."""

    def __init__(self, draw: Callable[[st.SearchStrategy[Any]], Any]):
        self._draw = draw

    def one(self, *options: T) -> T:
        return self._draw(st.sampled_from(options))

    def flag(self) -> bool:
        return self._draw(st.booleans())

    def rarely(self) -> bool:
        """True one time in five."""
        return self.one(False, False, False, False, True)

    def number(self, low: int, high: int) -> int:
        return self._draw(st.integers(low, high))

    def shuffled(self, items: dict[str, T]) -> dict[str, T]:
        order = self._draw(st.permutations(list(items)))
        return {key: items[key] for key in order}

    def scalar(self) -> Any:
        # braces and signs of comments belong to the templates, which these are not about
        text = st.text(st.sampled_from("ab zé,:[]&*!'\"\\\n\t-+.0123~nulltrue%@|>`"), max_size=8)
        return self._draw(st.one_of(st.integers(), st.floats(), st.booleans(), st.none(), text))


class Draft:
    """Top-level entries, and what is remarkable about them.

    ``features`` name what the configuration exercises; ``probes`` are for the callables in it, by
    the path at which they are found.
    """

    def __init__(self, choices: Choices):
        self.choices = choices
        self.entries: list[tuple[str, Value]] = []
        self.features: set[str] = set()
        self.probes: dict[str, Probe] = {}
        self._taken: Counter[str] = Counter()

    def unique(self, name: str) -> str:
        """``name``, or one like it that is not taken."""
        self._taken[name] += 1
        return name if self._taken[name] == 1 else f"{name}_{self._taken[name]}"

    def top(self, key: str, value: Value, probe: Probe | None = None) -> Shared:
        """Put ``value`` at top level, where others can refer to it."""
        name = self.unique(key)
        if probe is not None:
            self.probes[name] = probe
        shared = value if isinstance(value, Shared) else Shared(value, name)
        self.entries.append((name, shared))
        return shared

    def shared(self, value: Value, name: str) -> Shared:
        """A value for several places, written out at the first of them, or in a ``.define``."""
        shared = Shared(value, name)
        if self.choices.flag():
            self.entries.append((".define", shared))
        return shared

    def call(self, kind: str, target: str, *args: Value, **kwargs: Value) -> Tagged:
        """A call in one of the forms that the language has for it.

        ``latent_args`` is among ``kwargs`` where there are some.
        """
        tag = f"!{kind}:{target}"
        if not args and not kwargs:
            return Tagged(tag)
        keywords = self.choices.shuffled(kwargs)
        if not keywords and self.choices.flag():
            return Tagged(tag, list(args))
        if args and "latent_args" not in keywords and self.choices.rarely():
            self.features.add("args and kwargs")
            literal: dict[str, Value] = {"args": list(args)}
            return Tagged(tag, literal | ({"kwargs": keywords} if keywords else {}))
        if args:
            self.features.add("argN")
        numbered = {f"arg{number * 5}": value for number, value in enumerate(args)}
        return Tagged(tag, self.choices.shuffled(numbered | keywords))

    def made(self) -> str:
        """How an object is written that is needed in one place."""
        return self.choices.one("singleton", "call", "factory")
