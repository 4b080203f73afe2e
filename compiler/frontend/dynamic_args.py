"""The options that a configuration declares: its top-level ``dynamic_args``.

Each is a mapping. ``names`` are its spellings on a command line, of which the first long one gives
the template variable that it sets: ``--max-steps`` sets ``max_steps``. An option that is not given
sets nothing, so that a template's own default holds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping as AbstractMapping
from dataclasses import dataclass
from typing import cast

from fgc.compiler.diagnostics.diagnostic import Diagnostic, Label
from fgc.compiler.frontend.plain_data import Data, NotPlainError, plain_data
from fgc.compiler.frontend.scalars import parse_scalar
from fgc.compiler.ir.graph import Graph, List, Literal, Mapping, Node, Scalar
from fgc.compiler.ir.span import Span
from fgc.compiler.symbols.nearest import nearest

DYNAMIC_ARGS = "dynamic_args"
TYPES = ("str", "int", "float", "bool", "path")
FLAG = "store_true"
# `default` is Forgather's, and of no effect there either: a default is the template's.
_KEYS = ("names", "type", "choices", "min", "max", "required", "group", "help", "action", "metavar",
         "default")  # fmt: skip
_NAME = re.compile(r"--[A-Za-z][\w-]*|-[A-Za-z]")
_VALUES = {"str": str, "path": str, "int": int, "float": (int, float), "bool": bool}


@dataclass(frozen=True, slots=True)
class DynamicArg:
    """An option that a configuration declares.

    ``names`` are its spellings, ``type`` one of `TYPES`; with ``is_flag`` it takes no value, and
    being given means true. ``minimum`` and ``maximum`` belong to the range. ``span`` is where it
    is declared.
    """

    names: tuple[str, ...]
    span: Span
    type: str = "str"
    is_flag: bool = False
    choices: tuple[Scalar, ...] = ()
    minimum: int | float | None = None
    maximum: int | float | None = None
    required: bool = False
    group: str = ""
    help: str = ""
    metavar: str = ""

    @property
    def name(self) -> str:
        """Its first long name, or its first one."""
        return next((name for name in self.names if name.startswith("--")), self.names[0])

    @property
    def variable(self) -> str:
        """The template variable that it sets."""
        return variable_of(self.name)


def is_option(name: str) -> bool:
    """Whether ``name``, of what a command line gives, is an option and no name of `--set`."""
    return name.startswith("-")


def variable_of(name: str) -> str:
    """The variable that the option ``name`` sets.

    >>> variable_of("--max-steps"), variable_of("-S")
    ('max_steps', 'S')
    """
    return name.lstrip("-").replace("-", "_")


def as_arguments(overrides: AbstractMapping[str, str]) -> list[str]:
    """What a command line gives, spelled again: ``--set``, and options of the configuration.

    >>> as_arguments({"lr": "0.1", "--max-steps": "5", "--fast": "true", "--name": '"5"'})
    ['--set', 'lr=0.1', '--max-steps=5', '--fast', '--name=5']
    """
    arguments: list[str] = []
    for name, text in overrides.items():
        value = parse_scalar(text)
        shown = value if isinstance(value, str) else text
        if not is_option(name):
            arguments += ["--set", f"{name}={text}"]
        elif value is True:
            arguments.append(name)
        else:
            arguments += [f"{name}={shown}"] if name.startswith("--") else [name, shown]
    return arguments


def read_dynamic_args(graph: Graph) -> tuple[tuple[DynamicArg, ...], tuple[Diagnostic, ...]]:
    """The options that ``graph`` declares, and FGC300 for each that is malformed."""
    declared = graph.root(DYNAMIC_ARGS)
    reader = _Reader(graph)
    if isinstance(declared, List):
        for item in declared.items:
            reader.read(item)
    elif declared is not None and not (isinstance(declared, Literal) and declared.value is None):
        message = f"`{DYNAMIC_ARGS}` is not a list of options"
        reader.report(message, declared.span, "it is written `!dlist`, with a key for each option")
    return tuple(reader.found), tuple(reader.diagnostics)


class _Reader:
    def __init__(self, graph: Graph):
        self.found: list[DynamicArg] = []
        self.diagnostics: list[Diagnostic] = []
        self._bindings = graph.bindings
        self._places: dict[str, Span] = {}

    def report(self, message: str, span: Span, remedy: str) -> None:
        self.diagnostics.append(Diagnostic("FGC300", message, span, help=remedy, tolerable=True))

    def read(self, node: Node) -> None:
        """Take in one option; one with a mistake is not among the found."""
        before = len(self.diagnostics)
        if not isinstance(node, Mapping):
            remedy = "an option is written `{names: --max-steps, type: int, help: ...}`"
            self.report("an option is a mapping", node.span, remedy)
            return
        given: dict[str, Data] = {}
        places: dict[str, Span] = {}
        for entry in node.entries:
            key = str(entry.key)
            places[key] = entry.value.span
            if key not in _KEYS:
                near = nearest(key, _KEYS)
                remedy = "its keys are " + ", ".join(f"`{known}`" for known in _KEYS)
                if near:
                    remedy = f"a key with a similar name exists: `{near}`"
                self.report(f"an option has no key `{key}`", entry.key_span, remedy)
                continue
            try:
                given[key] = plain_data(entry.value, self._bindings)
            except NotPlainError as error:
                message = "an option is made of data only"
                self.report(message, error.node.span, "it is read at build")
                return
        kept: dict[str, Data] = {key: value for key, value in given.items() if value is not None}
        option = _Option(kept, places, node.span, self)
        made = option.read()
        if len(self.diagnostics) == before and made is not None and self._is_new(made):
            self.found.append(made)

    def _is_new(self, made: DynamicArg) -> bool:
        for name in (*made.names, made.variable):
            if name in self._places:
                label = Label(self._places[name], "the first one")
                self.diagnostics.append(
                    Diagnostic(
                        "FGC300",
                        f"a second option is called `{name}`",
                        made.span,
                        labels=(label,),
                        help="an inherited option is replaced under its own key, or erased by null",
                        tolerable=True,
                    )
                )
                return False
        self._places |= dict.fromkeys((*made.names, made.variable), made.span)
        return True


class _Option:
    """One mapping, key by key."""

    def __init__(
        self, given: AbstractMapping[str, Data], places: dict[str, Span], span: Span, out: _Reader
    ):
        self._given = given
        self._places = places
        self._span = span
        self._out = out

    def read(self) -> DynamicArg | None:
        names = self._names()
        is_flag = self._is_flag()
        kind = self._given.get("type", "bool" if is_flag else "str")
        if not isinstance(kind, str) or kind not in TYPES:
            self._wrong(
                "type", f"`{kind}` is no type of an option", "the types are " + _listed(TYPES)
            )
            return None
        if is_flag and kind != "bool":
            self._wrong("type", "a flag has no type", "`action: store_true` takes no value")
        choices = self._choices(kind)
        low, high = self._bound("min", kind), self._bound("max", kind)
        if low is not None and high is not None and low > high:
            self._wrong("max", f"no value is between {low} and {high}", "`min` is not above `max`")
        if not names:
            return None
        return DynamicArg(
            names=names,
            span=self._span,
            type=kind,
            is_flag=is_flag,
            choices=choices,
            minimum=low,
            maximum=high,
            required=self._given.get("required") is True,
            group=self._text("group"),
            help=" ".join(self._text("help").split()),
            metavar=self._text("metavar"),
        )

    def _names(self) -> tuple[str, ...]:
        written = self._given.get("names")
        remedy = "`names` are one or more of the form `--max-steps` or `-S`"
        if written is None:
            self._wrong("names", "an option without `names`", remedy)
            return ()
        names = written if isinstance(written, list | tuple) else [written]
        for name in names:
            if not isinstance(name, str) or not _NAME.fullmatch(name):
                self._wrong("names", f"`{name}` is not the name of an option", remedy)
                return ()
        return tuple(dict.fromkeys(cast("list[str]", names)))

    def _is_flag(self) -> bool:
        action = self._given.get("action", "store")
        if action not in ("store", FLAG):
            remedy = f"`{FLAG}` makes a flag; without `action` an option takes a value"
            self._wrong("action", f"`{action}` is no action of an option", remedy)
        return action == FLAG

    def _choices(self, kind: str) -> tuple[Scalar, ...]:
        written = self._given.get("choices", [])
        items = list(written) if isinstance(written, list | tuple) else [written]
        for item in items:
            is_bool = isinstance(item, bool) and kind != "bool"
            if is_bool or not isinstance(item, _VALUES[kind]):
                remedy = "text that looks like something else is quoted"
                self._wrong("choices", f"the choice `{item}` is not of type `{kind}`", remedy)
        return tuple(cast("list[Scalar]", items))

    def _bound(self, key: str, kind: str) -> int | float | None:
        value = self._given.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            self._wrong(key, f"`{key}` is not a number", "it bounds the value of the option")
            return None
        if kind not in ("int", "float"):
            remedy = "`type: int` or `type: float` makes it one"
            self._wrong(key, f"`{key}` bounds an option that takes no number", remedy)
        return value

    def _text(self, key: str) -> str:
        value = self._given.get(key, "")
        if isinstance(value, str):
            return value
        self._wrong(key, f"`{key}` is not text", "text that looks like a number is quoted")
        return ""

    def _wrong(self, key: str, message: str, remedy: str) -> None:
        self._out.report(message, self._places.get(key, self._span), remedy)


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)
