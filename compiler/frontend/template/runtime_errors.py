"""Turn what goes wrong while a template is evaluated into a diagnostic at the user's own line.

The traceback tells which statements of which templates were being evaluated; the tokens of a
statement's tag tell in which column the offending name stands.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from types import FrameType, TracebackType
from typing import Final, cast

from jinja2 import TemplateNotFound
from jinja2.exceptions import SecurityError, TemplateRuntimeError
from jinja2.runtime import Context, Undefined
from jinja2.utils import internal_code, missing

from fgc.compiler.diagnostics.diagnostic import Diagnostic, Fix, Label
from fgc.compiler.frontend.template.compiled import CompiledTemplate, Token
from fgc.compiler.frontend.template.environment import UndefinedName, assigned_at
from fgc.compiler.frontend.template.globals import Refusal
from fgc.compiler.frontend.template.limits import LimitExceeded
from fgc.compiler.frontend.template.loader import TemplateLoader
from fgc.compiler.frontend.template.namespace import KnobNamespace
from fgc.compiler.frontend.template.place import Place
from fgc.compiler.frontend.template.syntax_errors import in_house_style, nearest
from fgc.compiler.ir.span import Span
from fgc.compiler.symbols.nearest import only_near

LOADING: Final = ("include", "import", "from", "extends")
"""The statements that load another template."""

_LOCAL = re.compile(r"l_\d+_(.+)")
_HOPS = {"extends": "extends", "include": "includes", "import": "imports", "from": "imports"}
_PLAIN = (TypeError, ValueError, ArithmeticError, TemplateRuntimeError)


@dataclass(frozen=True, slots=True)
class Step:
    """A statement under evaluation."""

    template: CompiledTemplate
    place: Place
    frame: FrameType

    @property
    def tokens(self) -> list[Token]:
        """The tokens of the statement's tag."""
        return self.template.tag(self.place)

    @property
    def keyword(self) -> str:
        """The first name in the tag."""
        return next((token.text for token in self.tokens if token.kind == "name"), "")


def steps(traceback: TracebackType | None, loader: TemplateLoader) -> list[Step]:
    """The statements on the way to the error, from the outermost on."""
    found: list[Step] = []
    while traceback is not None:
        frame = traceback.tb_frame
        template = frame.f_globals.get("__jinja_template__")
        if template is not None and frame.f_code not in internal_code:
            compiled = loader.compiled[template.name]
            found.append(Step(compiled, compiled.place_of(traceback.tb_lineno), frame))
        traceback = traceback.tb_next
    return found


class ErrorReporter:
    """Diagnostics for the errors of one rendering."""

    def __init__(self, loader: TemplateLoader):
        self._loader = loader

    def knows(self, error: Exception) -> bool:
        """Whether ``error`` arose in a template."""
        arose = steps(error.__traceback__, self._loader)
        return bool(arose) or isinstance(error, (TemplateNotFound, RecursionError))

    def diagnose(self, error: Exception) -> Diagnostic:
        """The one diagnostic for an exception that a template's evaluation raised."""
        trail = steps(error.__traceback__, self._loader)
        if isinstance(error, RecursionError):
            return self._circle(trail)
        if isinstance(error, TemplateNotFound):
            return self._not_found(error, trail)
        if isinstance(error, UndefinedName):
            return self._undefined(error.undefined, trail)
        return Diagnostic(
            "FGC005",
            _message(error),
            self._statement_span(trail[-1]) if trail else None,
            labels=self.labels(trail),
        )

    def labels(
        self, trail: list[Step], keywords: Collection[str] = ("include", "import", "from")
    ) -> tuple[Label, ...]:
        """Where the evaluation came from, the last hop first."""
        found: list[Label] = []
        for step, following in zip_longest(trail, trail[1:]):
            if following is not None and following.frame.f_code.co_name == "macro":
                found.append(Label(self._statement_span(step), "called here"))
            elif step.keyword in keywords and (following or keywords is LOADING):
                message = f"{_participle(step.keyword)} here"
                found.append(Label(self._statement_span(step), message))
        return tuple(reversed(found))

    def _not_found(self, error: TemplateNotFound, trail: list[Step]) -> Diagnostic:
        names = list(dict.fromkeys(str(name) for name in error.templates or [error.name]))
        suggestion = next(
            filter(None, (nearest(n, self._loader.candidates()) for n in names)), None
        )
        span = None
        if trail:
            quoted = [t for t in trail[-1].tokens if t.kind == "string" and t.text[1:-1] in names]
            span = self._token_span(trail[-1], quoted[0]) if quoted else None
            span = span or self._statement_span(trail[-1])
        folders = ", ".join(f"`{folder.as_posix()}`" for folder in self._loader.search_path)
        listed = " or ".join(f"`{name}`" for name in names)
        return Diagnostic(
            "FGC001",
            f"there is no template {listed}" if names else "there is no template",
            span,
            labels=self.labels(trail[:-1], LOADING),
            notes=(f"searched in {folders}" if folders else "there is no search path",),
            help=f"a template with a similar name exists: `{suggestion}`" if suggestion else None,
        )

    def _undefined(self, undefined: Undefined, trail: list[Step]) -> Diagnostic:
        name, owner = _name_and_owner(undefined)
        message, known = self._describe(name, owner, undefined, trail)
        suggestion = nearest(name, known)
        span, fix = None, None
        if trail:
            token = _find_name(trail[-1].tokens, name, of_object=owner is not missing)
            span = self._token_span(trail[-1], token) if token else None
            sure = only_near(name, known)
            if token and span is not None and sure is not None:
                fix = Fix(span, sure, name)
            span = span or self._statement_span(trail[-1])
        replaced = list(self._replaced(name)) if isinstance(owner, KnobNamespace) else []
        if name == "super" and trail and not trail[-1].template.extends:
            top = Span.point(self._file(trail[-1]), 1)
            replaced = [Label(top, "this template extends no other")]
        return Diagnostic(
            "FGC004",
            message,
            span,
            labels=(*self.labels(trail), *replaced, *self._assigned(undefined, span)),
            help=f"a similar name is defined: `{suggestion}`" if suggestion else None,
            fix=fix,
        )

    def _assigned(self, undefined: Undefined, span: Span | None) -> Iterator[Label]:
        """The statement that gave the undefined value to what is used at ``span``."""
        place = assigned_at(undefined)
        if place is not None:
            template, line = place
            file = self._loader.file_of(template)
            if span is None or (span.file, span.line) != (file, line):
                yield Label(Span.point(file, line), "it was undefined here already")

    def _replaced(self, knob: str) -> Iterator[Label]:
        """The blocks that stand for one which sets ``knob``, and do not take it over."""
        for setting in self._loader.compiled.values():
            line = next((t.place for t in setting.tokens if setting.sets(t, knob)), None)
            above = [block for block in setting.blocks if line and block.place < line]
            for other in self._loader.compiled.values() if above else ():
                if other is setting:
                    break
                for block in other.blocks:
                    if block.name == above[-1].name and not block.calls_super:
                        place = int(block.place), block.place.column
                        span = Span.point(self._loader.file_of(other.key), *place)
                        end = place[1] + len(block.name)
                        message = "replaces the block that sets it, where `== super()` is missing"
                        yield Label(span.to(Span(span.file, *place, place[0], end)), message)

    def _describe(
        self, name: str, owner: object, undefined: Undefined, trail: list[Step]
    ) -> tuple[str, list[str]]:
        """What is undefined, and the names that are defined in its place."""
        if isinstance(owner, KnobNamespace):
            return f"the namespace has no `{name}`", owner.attributes()
        if isinstance(owner, Mapping):
            keys = [key for key in cast(Mapping[object, object], owner) if isinstance(key, str)]
            return f"the mapping has no `{name}`", keys
        if owner is not missing:
            return f"a value of type `{type(owner).__name__}` has no `{name}`", []
        hint: str | None = getattr(undefined, "_undefined_hint", None)
        if name == "super":
            return "no template above this one has this block", []
        if hint and "does not export" in hint:
            return f"the imported template does not define `{name}`", []
        if hint:
            return in_house_style(hint), []
        return f"`{name}` is undefined", _names_in(trail[-1].frame) if trail else []

    def _circle(self, trail: list[Step]) -> Diagnostic:
        hops = [step for step in trail if step.keyword in _HOPS]
        first_at: dict[str, int] = {}
        for index, step in enumerate(hops):
            start = first_at.setdefault(step.template.key, index)
            if start != index:
                return self._circle_of(hops[start : index + 1])
        span = self._statement_span(trail[0]) if trail else None
        note = "a macro or a recursive loop may call itself without end"
        return Diagnostic("FGC005", "the evaluation is nested too deeply", span, notes=(note,))

    def _circle_of(self, hops: list[Step]) -> Diagnostic:
        labels: list[Label] = []
        titles = [self._title(step) for step in hops]
        for step, title, target in zip(hops, titles, titles[1:], strict=False):
            message = f"`{title}` {_HOPS[step.keyword]} `{target}`"
            labels.append(Label(self._statement_span(step), message))
        return Diagnostic(
            "FGC002",
            f"templates form a circle: {' -> '.join(f'`{title}`' for title in titles)}",
            labels[0].span,
            labels=tuple(labels),
        )

    def _title(self, step: Step) -> str:
        file = self._loader.file_of(step.template.key)
        inline = step.template.key.removeprefix(file).removeprefix("#")
        return inline or self._loader.title(file)

    def _statement_span(self, step: Step) -> Span:
        """The statement, as far as it lies on its first line."""
        line = int(step.place)
        tokens = [token for token in step.tokens if int(token.place) == line]
        tokens = [token for token in tokens if token.place.column >= step.place.column]
        inner = [token for token in tokens if not token.kind.endswith(("_begin", "_end"))]
        if not inner:
            return Span.point(self._file(step), line, step.place.column)
        last = inner[-1]
        end = last.place.column + len(last.text)
        return Span(self._file(step), line, inner[0].place.column, line, end)

    def _token_span(self, step: Step, token: Token) -> Span:
        line, column = int(token.place), token.place.column
        return Span(self._file(step), line, column, line, column + len(token.text))

    def _file(self, step: Step) -> str:
        return self._loader.file_of(step.template.key)


def _participle(keyword: str) -> str:
    return {"include": "included", "extends": "extended"}.get(keyword, "imported")


def _message(error: Exception) -> str:
    text = in_house_style(str(error))
    if isinstance(error, SecurityError):
        return f"not allowed in a template: {text}"
    if isinstance(error, (Refusal, LimitExceeded)):
        return str(error)
    if isinstance(error, MemoryError):
        return "the evaluation needs too much memory"
    return text if text and isinstance(error, _PLAIN) else f"{type(error).__name__}: {text}"


def _name_and_owner(undefined: Undefined) -> tuple[str, object]:
    name = getattr(undefined, "_undefined_name", None)
    owner: object = getattr(undefined, "_undefined_obj", missing)
    return str(name), owner


def _find_name(tokens: list[Token], name: str, *, of_object: bool) -> Token | None:
    """The token that names what is undefined: behind a dot for an attribute, else not."""
    before = ""
    for token in tokens:
        if token.kind == "name" and token.text == name and (before == ".") == of_object:
            return token
        if of_object and token.kind == "string" and token.text[1:-1] == name:
            return token
        if token.kind != "whitespace":
            before = token.text
    return None


def _names_in(frame: FrameType) -> list[str]:
    """The variables that the evaluated statement could have used."""
    names = [match[1] for local in frame.f_locals if (match := _LOCAL.fullmatch(local))]
    defined = [n for n in names if not isinstance(_local(frame, n), (Undefined, type(missing)))]
    context = frame.f_locals.get("context")
    return [*defined, *context.get_all()] if isinstance(context, Context) else defined


def _local(frame: FrameType, name: str) -> object:
    values = [v for k, v in frame.f_locals.items() if k.startswith("l_") and k.endswith("_" + name)]
    return values[-1]
