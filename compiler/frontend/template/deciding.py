"""Which knobs decide what each line of the templates writes, over all templates of a rendering."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from fgc.compiler.frontend.template.flow import Flow
from fgc.compiler.frontend.template.names import ANY, KNOBS, NOTHING, Names, at
from fgc.compiler.ir.knobs import Setting


class Part(NamedTuple):
    """A template of a rendering: its key, its file, and what its source says."""

    key: str
    file: str
    flow: Flow


def deciding(
    parts: Iterable[Part], settings: tuple[Setting, ...]
) -> dict[tuple[str, int], frozenset[str]]:
    """The knobs behind the text of each line that has some, by file and line.

    ``settings`` are what the rendering did: a value that was replaced before anybody looked at it
    decides nothing, and neither does any of a pinned knob.
    """
    dependence = _Dependence(list(parts), settings)
    lines: dict[tuple[str, int], frozenset[str]] = {}
    for part in dependence.parts:
        for line, names in part.flow.text.items():
            knobs = dependence.knobs(names)
            if knobs:
                place = part.file, line
                lines[place] = lines.get(place, NOTHING) | knobs
    return lines


class _Dependence:
    """Follows names to the knobs behind them."""

    def __init__(self, parts: list[Part], settings: tuple[Setting, ...]):
        self.parts = parts
        self._pins = {setting.name for setting in settings if setting.pin}
        self._names: dict[str, Names] = {}
        for part in parts:
            for name, behind in part.flow.names.items():
                self._names[name] = self._names.get(name, NOTHING) | behind
        self._knobs = {s.name for s in settings}
        self._knobs |= {n.removeprefix(f"{KNOBS}.") for n in self._names if _is_knob(n)}
        self._values = self._behind_values(settings)
        macros = NOTHING.union(*(part.flow.macros for part in parts))
        called = {name.removeprefix("args:") for name in self._names if name.startswith("args:")}
        # a call of a variable may be a call of any macro
        self._indirect = {f"args:{n}" for n in called & self._names.keys() - macros} | {"args:*"}
        self._asked = _titles(self._names)
        self._found: dict[Names, frozenset[str]] = {}

    def knobs(self, names: Names) -> frozenset[str]:
        """The knobs that ``names`` lead to."""
        if names not in self._found:
            found: set[str] = set()
            seen: set[str] = set()
            waiting = list(names)
            while waiting:
                name = waiting.pop()
                if name in seen:
                    continue
                seen.add(name)
                if _is_knob(name):
                    found.add(name.removeprefix(f"{KNOBS}."))
                elif name in self._pins:
                    found.add(name)  # a pin is a variable too
                waiting += self._behind(name)
            self._found[names] = frozenset(found)
        return self._found[names]

    def _behind_values(self, settings: tuple[Setting, ...]) -> Mapping[str, Names]:
        """The names behind those values of each knob that count."""
        flows: dict[str, list[Flow]] = defaultdict(list)
        for part in self.parts:
            flows[part.file].append(part.flow)
        found: dict[str, Names] = {}
        last = {setting.name: setting for setting in settings}
        for setting in settings:
            if setting.name in self._pins or not (setting.read or setting is last[setting.name]):
                continue
            behind = [flow.knobs.get(setting.line, NOTHING) for flow in flows[setting.file]]
            found[setting.name] = found.get(setting.name, NOTHING).union(*behind)
        return found

    def _behind(self, name: str) -> Iterable[str]:
        own = self._names.get(name, NOTHING)
        word, colon, rest = name.partition(":")
        if _is_knob(name):
            knob = name.removeprefix(f"{KNOBS}.")
            return NOTHING if knob in self._pins else own | self._values.get(knob, NOTHING)
        if name == f"{KNOBS}!":
            return [f"{KNOBS}.{knob}" for knob in self._knobs]
        if name.endswith("!"):
            return own.union(other for other in self._names if other.startswith(f"{name[:-1]}."))
        if colon and word == "args":
            return own | self._indirect
        if colon and word == "text":
            return own.union(*(part.flow.whole for part in self.parts if _means(rest, part.key)))
        if colon and word == "missing":
            found = [part.flow.missing for part in self.parts if _means(rest, part.key)]
            # of a template that was not needed nothing is known
            return own.union(*found) if found else own | {f"at:{rest}"}
        if colon and word == "at" and rest.startswith("="):
            return [name for title, name in self._asked.items() if _means(title, rest[1:])]
        return own


def _titles(names: Iterable[str]) -> dict[str, str]:
    """What templates are called where they are asked for, and the name of what decides that."""
    asked = (name for name in names if name.startswith("at:") and not name.startswith(at("")))
    return {name.removeprefix("at:"): name for name in asked}


def _means(title: str, key: str) -> bool:
    """Whether a template that is asked for by ``title`` may be the one called ``key``.

    >>> _means("models/llama.yaml", "/fgc/templates/models/llama.yaml"), _means("a", "<top>#a")
    (True, True)
    """
    return title in (ANY, key) or key == f"<{title}>" or key.endswith((f"/{title}", f"#{title}"))


def _is_knob(name: str) -> bool:
    return name.startswith(f"{KNOBS}.")
