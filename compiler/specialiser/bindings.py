"""What is known at build of a parameter, and what therefore becomes of it."""

from __future__ import annotations

import json
from dataclasses import dataclass

import libcst as cst


@dataclass(frozen=True, slots=True)
class Constant:
    """None, a bool or a text: decides branches. The parameter goes, its uses become the value."""

    value: bool | str | None


@dataclass(frozen=True, slots=True)
class Inline:
    """A number, a field of the config, data: the parameter goes, its uses become ``code``.

    ``code`` is never None at run time.
    """

    code: cst.BaseExpression


@dataclass(frozen=True, slots=True)
class Kept:
    """Stays a parameter. ``not_none``: no call gives None; ``given``: every call gives it."""

    not_none: bool = False
    given: bool = False


@dataclass(frozen=True, slots=True)
class Construction:
    """How a factory's call is written: ``callee(config, <bound>, <the call's own keywords>)``.

    ``takes`` are the call-time keywords that the specialised callee still has; others are dropped
    (a specialised norm has no use for the ``config`` that every layer is offered). ``positional``
    are keywords that are written by position, in the callee's order. ``exploded`` puts one argument
    on a line.
    """

    callee: cst.BaseExpression
    args: tuple[cst.Arg, ...] = ()
    takes: frozenset[str] | None = None  # None: whatever the call gives
    positional: tuple[str, ...] = ()
    exploded: bool = False

    @property
    def needs_config(self) -> bool:
        """Whether the written call passes the ``config`` of the place where it stands."""
        return any(is_config(arg.value) for arg in self.args)


@dataclass(frozen=True, slots=True)
class Construct:
    """A factory: the parameter goes, its calls become the construction."""

    construction: Construction
    makes_none: bool = False  # what it makes may be None


@dataclass(frozen=True, slots=True)
class ConstructEach:
    """A list of factories: the parameter goes, iteration over it is written out."""

    constructions: tuple[Construction, ...]


Binding = Constant | Inline | Kept | Construct | ConstructEach


def fingerprint(binding: Binding) -> str:
    """A text that is the same for bindings that are the same."""
    render = cst.Module([]).code_for_node

    def construction(made: Construction) -> list[object]:
        takes = None if made.takes is None else sorted(made.takes)
        args = [render(arg) for arg in made.args]
        return [render(made.callee), args, takes, list(made.positional), made.exploded]

    match binding:
        case Constant(value=value):
            parts: object = ["constant", value]
        case Inline(code=code):
            parts = ["inline", render(code)]
        case Kept():
            parts = ["kept", binding.not_none, binding.given]
        case Construct():
            parts = ["construct", construction(binding.construction), binding.makes_none]
        case ConstructEach(constructions=constructions):
            parts = ["each", [construction(each) for each in constructions]]
    return json.dumps(parts)


def is_config(node: cst.BaseExpression) -> bool:
    """Whether an expression is the bare name ``config``."""
    return isinstance(node, cst.Name) and node.value == "config"
