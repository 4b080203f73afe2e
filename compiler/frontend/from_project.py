"""The node that links another project in: ``!call:from_project``.

Its parameters are ``project_dir``, ``config_template`` (the project's default if left out),
``targets`` (``main`` if left out; a list gives a mapping of them), ``pp_debug`` (the ancestor's, of
no effect) and ``pp_kwargs`` (template variables). Every other keyword binds a `!var`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeGuard, cast

from fgc.compiler.diagnostics.diagnostic import BuildError, Diagnostic
from fgc.compiler.frontend.plain_data import Data, NotPlainError, plain_data
from fgc.compiler.ir.graph import Call, Entry, Kind, Node, Scalar
from fgc.compiler.ir.span import Span

# The last two are how the ancestor writes it.
FROM_PROJECT = frozenset(
    (
        "from_project",
        "fgc.from_project",
        "fgc:from_project",
        "forgather.from_project",
        "forgather:from_project",
    )
)
PARAMETERS = ("project_dir", "config_template", "targets", "pp_debug", "pp_kwargs")


@dataclass(frozen=True, slots=True)
class ProjectCall:
    """A ``from_project`` node, read. ``config`` is None for the project's default.

    ``targets`` are asked for one by one, and given as a mapping where ``is_mapping``; ``places``
    are the spans of what the call gives, for diagnostics.
    """

    call: Call
    project_dir: str
    config: str | None
    targets: tuple[str, ...]
    is_mapping: bool
    pins: Mapping[str, Data]
    variables: Mapping[str, Entry]
    places: Mapping[str, Span]


def is_from_project(node: Node) -> bool:
    """Whether ``node`` links another project in."""
    return isinstance(node, Call) and node.target in FROM_PROJECT


def read_project_call(call: Call, bindings: Mapping[str, Scalar]) -> ProjectCall:
    """Take a ``from_project`` node apart.

    Raises:
        BuildError: FGC015.
    """
    return _Reader(call, bindings).read()


class _Reader:
    def __init__(self, call: Call, bindings: Mapping[str, Scalar]):
        self._call = call
        self._bindings = bindings
        self._given: dict[str, Node] = {}

    def read(self) -> ProjectCall:
        call = self._call
        if call.kind is not Kind.SINGLETON:
            remedy = "it is written `!call:from_project`; what it takes may well be partials"
            raise self._error("`from_project` is linked at build, once", call.span, remedy)
        if call.latent_args is not None:
            raise self._error("`from_project` takes no `latent_args`", call.latent_args.span)
        if len(call.args) > len(PARAMETERS):
            message = f"`from_project` takes at most {len(PARAMETERS)} positional arguments"
            raise self._error(message, call.args[len(PARAMETERS)].span)
        self._given = dict(zip(PARAMETERS, call.args, strict=False))
        for entry in call.kwargs:
            if entry.key in self._given:
                raise self._error(f"`{entry.key}` is given twice", entry.key_span)
            if entry.key in PARAMETERS:
                self._given[str(entry.key)] = entry.value
        variables = {str(e.key): e for e in call.kwargs if e.key not in PARAMETERS}
        folder = self._text("project_dir")
        if not folder:
            remedy = "it is the folder of the other project's meta.yaml"
            raise self._error(
                "`from_project` needs `project_dir`", self._place("project_dir"), remedy
            )
        targets, is_mapping = self._targets()
        return ProjectCall(
            call=call,
            project_dir=folder,
            config=self._text("config_template") or None,
            targets=targets,
            is_mapping=is_mapping,
            pins=self._pins(),
            variables=variables,
            places={name: self._place(name) for name in PARAMETERS},
        )

    def _text(self, name: str) -> str | None:
        value = self._data(name)
        if value is None or isinstance(value, str):
            return value
        raise self._error(f"`{name}` is not text", self._place(name))

    def _targets(self) -> tuple[tuple[str, ...], bool]:
        value = self._data("targets")
        if value is None:
            return ("main",), False
        if isinstance(value, str):
            return (value,), False
        texts = [item for item in value if isinstance(item, str)] if _is_list(value) else []
        if not _is_list(value) or len(texts) < len(value):
            message = "`targets` is neither a name nor a list of names"
            raise self._error(message, self._place("targets"))
        return tuple(dict.fromkeys(texts)), True

    def _pins(self) -> dict[str, Data]:
        value = self._data("pp_kwargs")
        if value is None:
            return {}
        if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
            message = "`pp_kwargs` is not a mapping of template variables to values"
            raise self._error(message, self._place("pp_kwargs"))
        return cast(dict[str, Data], value)

    def _data(self, name: str) -> Data:
        node = self._given.get(name)
        if node is None:
            return None
        try:
            return plain_data(node, self._bindings)
        except NotPlainError as error:
            message = f"`{name}` is needed at build, and this is not known then"
            raise self._error(message, error.node.span) from error

    def _place(self, name: str) -> Span:
        node = self._given.get(name)
        return self._call.span if node is None else node.span

    def _error(self, message: str, span: Span, remedy: str | None = None) -> BuildError:
        return BuildError(Diagnostic("FGC015", message, span, help=remedy))


def _is_list(value: Data) -> TypeGuard[list[Data] | tuple[Data, ...]]:
    return isinstance(value, list | tuple)
