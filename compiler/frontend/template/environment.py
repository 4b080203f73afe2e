"""The Jinja environment of templates: sandboxed, strict, bounded, and the same on every machine."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, cast

from jinja2 import (
    BaseLoader,
    StrictUndefined,
    Template,
    Undefined,
    UndefinedError,
    pass_eval_context,
)
from jinja2.environment import TemplateModule
from jinja2.exceptions import TemplateRuntimeError
from jinja2.filters import make_attrgetter, sync_do_join
from jinja2.nodes import EvalContext
from jinja2.runtime import BlockReference, Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Namespace, missing

from fgc.compiler.frontend.template import limits
from fgc.compiler.frontend.template.globals import globals_elsewhere, template_globals
from fgc.compiler.frontend.template.marks import mark, strip_marks
from fgc.compiler.frontend.template.namespace import KnobName, KnobNamespace, Pins
from fgc.compiler.frontend.template.toyaml import to_yaml
from fgc.compiler.frontend.template_chain import Reference, ReferenceKind

_CALL = 4  # steps of a budget
_ABOUT_UNDEFINED = ("defined", "undefined", "filter", "test")
_RANDOM = ("random",)  # a filter whose result no build could repeat
_SIZED = ("center", "indent", "slice", "batch", "tojson", "wordwrap")  # filters that take a size


class UndefinedName(UndefinedError):
    """Something undefined was used; ``undefined`` says what."""

    def __init__(self, undefined: Undefined, message: str | None = None):
        super().__init__(message)
        self.undefined = undefined


class NamedUndefined(StrictUndefined):
    """Strict, and its error knows what is undefined."""

    def __init__(
        self,
        hint: str | None = None,
        obj: Any = missing,
        name: str | None = None,
        exc: type[TemplateRuntimeError] = UndefinedError,
    ) -> None:
        super().__init__(hint, obj, name, exc)
        self._assigned: tuple[str, int] | None = None
        if exc is UndefinedError:
            self._undefined_exception = cast(Any, partial(UndefinedName, self))


def assigned_at(undefined: Undefined) -> tuple[str, int] | None:
    """The template and line that gave a variable or a knob this value first, if one did."""
    return undefined.__dict__.get("_assigned") if isinstance(undefined, NamedUndefined) else None


class _RecordingContext(Context):
    """Notes each variable that a template asks for."""

    def resolve_or_missing(self, key: str) -> Any:
        cast(TemplateEnvironment, self.environment).pins.look_up(key)
        return super().resolve_or_missing(key)


class _Module(TemplateModule):
    """An imported template; as text in an expression it carries no marks."""

    def __str__(self) -> str:
        return strip_marks(super().__str__())


class _Template(Template):
    def make_module(
        self,
        vars: dict[str, Any] | None = None,
        shared: bool = False,
        locals: Mapping[str, Any] | None = None,
    ) -> TemplateModule:
        return _Module(self, self.new_context(vars, shared, locals))


def _finalize(value: Any) -> Any:
    """Refuse to print what has no text of its own (its repr would hold an address)."""
    if isinstance(value, Namespace):
        raise TypeError("a namespace has no text; its attributes have")
    if callable(value) and not isinstance(value, Undefined):
        raise TypeError("a function has no text; a call of it has")
    return value


def _toyaml(value: Any, default: Any = missing) -> str:
    if isinstance(value, Undefined) and default is not missing:
        value = default
    if isinstance(value, Undefined):
        str(value)  # raises the error that names it
    return to_yaml(value)


def _counted(
    function: Callable[..., Any], budget: limits.Budget, *, sized: bool
) -> Callable[..., Any]:
    """A filter whose work is charged to ``budget``; ``sized`` if it takes a size."""

    @functools.wraps(function)
    def counted(*args: Any, **kwargs: Any) -> Any:
        for value in args[:2]:  # the value, possibly behind Jinja's context
            budget.handle(value)
        if sized and any(isinstance(a, int) and abs(a) > 10**6 for a in (*args, *kwargs.values())):
            raise limits.LimitExceeded("a filter with a size that is too large")
        return budget.handle(function(*args, **kwargs))

    return counted


def _format(value: str, *args: Any, **kwargs: Any) -> str:
    limits.check_format(str(value), (*args, *kwargs.values()))
    return str(value) % (kwargs or args)


def _replace(text: Any, old: str, new: str, count: int | None = None) -> str:
    limits.check_replacement(str(text), old, str(new))
    return str(text).replace(old, str(new), -1 if count is None else count)


def _of_defined(test: Callable[..., bool]) -> Callable[..., bool]:
    """A test that refuses what is undefined: of a mistyped name, `is not none` would be true."""

    @functools.wraps(test)
    def tested(*args: Any, **kwargs: Any) -> bool:
        for value in args:
            if isinstance(value, Undefined):
                str(value)  # raises the error that names it
        return test(*args, **kwargs)

    return tested


@pass_eval_context
def _join(context: EvalContext, value: Any, d: str = "", attribute: Any = None) -> str:
    items = list(value)
    if not attribute:
        limits.check_join(str(d), items)
    return sync_do_join(context, items, d, attribute)


class TemplateEnvironment(ImmutableSandboxedEnvironment):
    """The environment of one rendering.

    ``trace`` lists what `emit` was called for, ``(template, chunk)``, while ``tracing`` is on; the
    marks in the text are indices into it. ``references`` are those between templates, as they were
    followed, to a key each that need not be any template's. ``resolve(name, parent)`` gives the
    loader's key of the template that the template ``parent`` calls ``name``, or a key that the
    loader does not find. ``moved`` is a name of `globals.LOCAL` with another value than it has.
    """

    intercepted_binops = frozenset({"+", "*", "**", "%"})
    context_class = _RecordingContext
    template_class = _Template

    def __init__(
        self,
        loader: BaseLoader | None = None,
        resolve: Callable[[str, str], str] | None = None,
        variables: Mapping[str, object] | None = None,
        pins: Mapping[str, object] | None = None,
        moved: str | None = None,
    ):
        super().__init__(
            loader=loader,
            undefined=NamedUndefined,
            trim_blocks=True,
            keep_trailing_newline=True,
            finalize=_finalize,
            auto_reload=False,
            cache_size=-1,
        )
        self.pins = Pins(pins or {})
        self.budget = limits.Budget()
        self._resolve = resolve
        self.tracing = False
        self.trace: list[tuple[str, int]] = []
        self.references: dict[Reference, None] = {}
        self._referring: tuple[ReferenceKind, int] | None = None
        variables = {**(variables or {}), **self.pins.values}
        known = globals_elsewhere(variables, moved) if moved else template_globals(variables)
        self.globals = {**known, "range": self._range}
        filters: dict[str, Callable[..., Any]] = {**self.filters}
        filters |= {
            "sum": self._sum,
            "toyaml": _toyaml,
            "format": _format,
            "replace": _replace,
            "join": _join,
        }
        self.filters = {
            name: _counted(function, self.budget, sized=name in _SIZED)
            for name, function in filters.items()
            if name not in _RANDOM
        }

        tests: dict[str, Callable[..., bool]] = {**self.tests}
        self.tests = {
            name: test if name in _ABOUT_UNDEFINED else _of_defined(test)
            for name, test in tests.items()
        }

    def _range(self, *bounds: int) -> range:
        return self.budget.range(*bounds)

    def _sum(self, values: Iterable[Any], attribute: Any = None, start: Any = 0) -> Any:
        """Jinja's filter, each step of which is charged: lists are added up in quadratic time."""
        get = make_attrgetter(self, attribute) if attribute is not None else None
        total = start
        for value in values:
            total = total + (get(value) if get else value)
            self.budget.step(1 + len(total) if hasattr(total, "__len__") else 1)
        return total

    # What generated code calls.
    def emit(self, template: str, chunk: int, text: str) -> str:
        """A piece of output, marked if this rendering is traced and ``chunk`` is not negative."""
        self.budget.write(len(text))
        if not self.tracing or chunk < 0:
            return text
        self.trace.append((template, chunk))
        return mark(text, len(self.trace) - 1)

    def unmark(self, text: str) -> str:
        """Output on its way into a value."""
        return strip_marks(text) if self.tracing else text

    def step(self) -> None:
        """One pass through a loop."""
        self.budget.step()

    @property
    def stepped(self) -> bool:
        """True; one item that a loop's condition looks at."""
        self.budget.step()
        return True

    def counted(self, value: Any) -> Any:
        """A string, a list or a mapping that an expression has made."""
        return self.budget.handle(value)

    def pin(self, value: Any, template: str, line: int) -> Any:
        """What is assigned to the variable ``ns`` on ``line`` of ``template``."""
        if isinstance(value, KnobNamespace):
            value.pin(self.pins, template, line)
        return value

    def assigned(self, value: Any, template: str, line: int) -> Any:
        """What a variable or a knob is given on ``line``: something undefined notes it."""
        values = cast("tuple[Any, ...]", value) if isinstance(value, tuple) else (value,)
        for given in values:
            if isinstance(given, NamedUndefined) and assigned_at(given) is None:
                given.__dict__["_assigned"] = template, line
        return cast(Any, value)

    knob = staticmethod(KnobName)

    def refer(self, kind: ReferenceKind, line: int, name: Any) -> Any:
        """A template's name, or several to choose from, as it is about to be looked up."""
        self._referring = (kind, line)
        return name

    # What the sandbox asks.
    def call(__self, __context: Context, __obj: Any, *args: Any, **kwargs: Any) -> Any:
        __self.budget.step(_CALL)
        limits.check_method(__obj, args, kwargs)
        result = super().call(__context, __obj, *args, **kwargs)
        if isinstance(__obj, BlockReference):
            return __self.unmark(result)
        return __self.budget.handle(result)

    def call_marked(self, context: Context, block: Any) -> Any:
        """Render a block straight into the output."""
        return block() if isinstance(block, BlockReference) else self.call(context, block)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        limits.check_operands(operator, left, right)
        return self.budget.handle(super().call_binop(context, operator, left, right))

    # Where templates lie.
    def join_path(self, template: Any, parent: str) -> str:
        if isinstance(template, Undefined):
            str(template)  # raises the error that names it
        if not isinstance(template, str):
            raise TypeError(f"a template's name is text, not `{type(template).__name__}`")
        key = self._resolve(template, parent) if self._resolve else template
        if self._referring is not None:
            self.references[Reference(parent, *self._referring, key)] = None
        return key
