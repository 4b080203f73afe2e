"""What an import spec turns out to name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

ParameterKind = Literal[
    "positional_only", "positional_or_keyword", "var_positional", "keyword_only", "var_keyword"
]
SymbolKind = Literal["class", "function", "method", "builtin", "module", "value", "unknown"]
Origin = Literal["builtin", "runtime", "project", "third_party"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter; annotation and default as source text, None where there is none."""

    name: str
    kind: ParameterKind = "positional_or_keyword"
    annotation: str | None = None
    default: str | None = None

    @property
    def variadic(self) -> bool:
        """Whether this is ``*args`` or ``**kwargs``."""
        return self.kind in ("var_positional", "var_keyword")

    @property
    def required(self) -> bool:
        """Whether a call that leaves it out fails."""
        return self.default is None and not self.variadic


@dataclass(frozen=True, slots=True)
class Signature:
    """The parameters that a caller of the symbol gives; ``self`` and ``cls`` are left out.

    ``strict`` are the names of those of which the callee itself compares value and annotation.

    >>> Signature((Parameter("x"), Parameter("eps", "keyword_only", "float", "1e-6"))).text()
    '(x, *, eps: float = 1e-6)'
    """

    parameters: tuple[Parameter, ...]
    strict: frozenset[str] = frozenset()

    @property
    def accepts_any_keyword(self) -> bool:
        """Whether there is a ``**kwargs``, so that no keyword can be called unknown."""
        return any(p.kind == "var_keyword" for p in self.parameters)

    @property
    def accepts_any_positional(self) -> bool:
        """Whether there is a ``*args``."""
        return any(p.kind == "var_positional" for p in self.parameters)

    @property
    def positional(self) -> tuple[Parameter, ...]:
        """The parameters that positional arguments fill, in order."""
        kinds = ("positional_only", "positional_or_keyword")
        return tuple(p for p in self.parameters if p.kind in kinds)

    @property
    def keywords(self) -> tuple[Parameter, ...]:
        """The parameters that may be given by name."""
        kinds = ("keyword_only", "positional_or_keyword")
        return tuple(p for p in self.parameters if p.kind in kinds)

    def keyword(self, name: str) -> Parameter | None:
        """The parameter that the keyword ``name`` fills, ``**kwargs`` aside."""
        return next((p for p in self.keywords if p.name == name), None)

    def text(self) -> str:
        """The signature as Python writes it."""
        parts: list[str] = []
        starred = False
        for index, parameter in enumerate(self.parameters):
            if parameter.kind == "keyword_only" and not starred:
                parts.append("*")
                starred = True
            starred = starred or parameter.kind == "var_positional"
            parts.append(_parameter_text(parameter))
            rest = self.parameters[index + 1 :]
            if parameter.kind == "positional_only" and not any(
                p.kind == "positional_only" for p in rest
            ):
                parts.append("/")
        return f"({', '.join(parts)})"


def _parameter_text(parameter: Parameter) -> str:
    stars = {"var_positional": "*", "var_keyword": "**"}.get(parameter.kind, "")
    annotation = "" if parameter.annotation is None else f": {parameter.annotation}"
    if parameter.default is None:
        return f"{stars}{parameter.name}{annotation}"
    equals = "=" if parameter.annotation is None else " = "
    return f"{parameter.name}{annotation}{equals}{parameter.default}"


@dataclass(frozen=True, slots=True)
class Method:
    """A public method of a class, as an object of the class has it, and where it is written.

    ``signature`` is None where the source does not tell.
    """

    signature: Signature | None
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Symbol:
    """A resolved import spec.

    ``module`` and ``qualname`` are what an import statement needs. For a third-party symbol they
    follow from the spec alone; ``module`` is None for a builtin. For a file of the project,
    ``module`` is the dotted path below the folder in which it was found.

    ``definition_module`` and ``definition_name`` say where the class or function really stands
    once re-exports are followed, and ``file`` (absolute) and ``line`` are that place; all are None
    where it cannot be told. ``signature`` is None where it cannot be told either: such a symbol is
    used unchecked.

    ``methods`` are asked for where the program calls objects of a class by the names of their
    methods, and None elsewhere: those that the project's and the runtime's own source defines.
    """

    spec: str
    module: str | None
    qualname: str
    kind: SymbolKind
    origin: Origin
    file: str | None = None
    line: int | None = None
    signature: Signature | None = None
    summary: str = ""
    definition_module: str | None = None
    definition_name: str | None = None
    methods: Mapping[str, Method] | None = None
