"""Render a template: from its name and a search path to YAML text with exact origins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from fgc.compiler.diagnostics.diagnostic import BuildError, Label
from fgc.compiler.diagnostics.knob_labels import with_knob_labels
from fgc.compiler.diagnostics.strictness import Strictness
from fgc.compiler.frontend.rendered import Rendered
from fgc.compiler.frontend.template.blocks import blocks
from fgc.compiler.frontend.template.codegen import Chunk
from fgc.compiler.frontend.template.dead_text import dead_text
from fgc.compiler.frontend.template.deciding import Part, deciding
from fgc.compiler.frontend.template.environment import TemplateEnvironment
from fgc.compiler.frontend.template.globals import LOCAL
from fgc.compiler.frontend.template.loader import TemplateLoader
from fgc.compiler.frontend.template.namespace import Pins
from fgc.compiler.frontend.template.origins import align, is_coarse
from fgc.compiler.frontend.template.runtime_errors import LOADING, ErrorReporter, steps
from fgc.compiler.frontend.template_chain import TemplateChain
from fgc.compiler.ir.knobs import Knobs

_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class RenderReport:
    """A rendering, what its templates did with names, and how they refer to each other.

    ``pins_read`` are the pinned names that a template looked at; ``names`` all variables that were
    looked up and all knobs that were read or assigned. A pinned name in neither does nothing.
    """

    rendered: Rendered
    pins_read: frozenset[str]
    names: frozenset[str]

    @property
    def chain(self) -> TemplateChain:
        """How the templates refer to each other."""
        return self.rendered.templates


def render(
    template: str,
    search_path: tuple[Path, ...],
    variables: Mapping[str, object],
    *,
    pins: Mapping[str, object] = _NOTHING,
    sources: Mapping[str, str] = _NOTHING,
    strictness: Strictness = Strictness.STRICT,
    unsaved: Mapping[str, str] = _NOTHING,
) -> Rendered:
    r"""Render ``template``, a name relative to ``search_path`` or the absolute path of a file.

    ``variables`` are global in all templates, and so are ``pins``, which are knobs of ``ns`` as
    well; an assignment to a pinned knob has no effect. ``sources`` are templates in memory, by
    name; ``unsaved`` are texts in place of those of files, by absolute path.

    Raises `BuildError`: FGC001 for a template that is not found, FGC002 for templates that extend
    or include each other in a circle, FGC003 for a syntax error, FGC004 for an undefined variable,
    FGC005 for an evaluation that fails, FGC008 for text and blocks that are never rendered.

    >>> sources = {
    ...     "base": "[a]\nlr: {{ lr }}\n",
    ...     "top": "-- extends 'base'\n[a]\n== super()\nb: 1\n",
    ... }
    >>> rendered = render("top", (), {"lr": 0.1}, sources=sources)
    >>> rendered.text
    'lr: 0.1\n\nb: 1\n'
    >>> rendered.span(3, 1, 3, 2)
    Span(file='<top>', line=4, column=1, end_line=4, end_column=2)
    """
    report = render_report(
        template,
        search_path,
        variables,
        pins=pins,
        sources=sources,
        strictness=strictness,
        unsaved=unsaved,
    )
    return report.rendered


def render_report(
    template: str,
    search_path: tuple[Path, ...],
    variables: Mapping[str, object],
    *,
    pins: Mapping[str, object] = _NOTHING,
    sources: Mapping[str, str] = _NOTHING,
    strictness: Strictness = Strictness.STRICT,
    unsaved: Mapping[str, str] = _NOTHING,
) -> RenderReport:
    """As `render`, and report which names were used, and which templates."""
    loader = TemplateLoader(search_path, sources, unsaved)
    reporter = ErrorReporter(loader)
    environments: list[TemplateEnvironment] = []

    def render_once(tracing: bool, moved: str | None = None) -> tuple[str, TemplateEnvironment]:
        environment = TemplateEnvironment(loader, loader.resolve, variables, pins, moved)
        environment.tracing = tracing
        environments.append(environment)
        root = environment.get_template(key)
        return "".join(root.root_render_func(root.new_context())), environment

    try:
        key = loader.resolve_root(template)
        text, environment = render_once(tracing=False)
        marked, traced = render_once(tracing=True)
    except BuildError as error:
        labels = reporter.labels(steps(error.__traceback__, loader), LOADING)
        raise _labelled(error, labels) from None
    except Exception as error:  # a template's expressions may raise anything
        if not reporter.knows(error):
            raise
        found = reporter.diagnose(error)
        knobs = [_knobs(loader, used.pins, whole=None) for used in environments[-1:]]
        raise BuildError(with_knob_labels([found], knobs)) from None

    findings = strictness.passed(dead_text(loader, key, traced.references))

    def chunk_of(number: int) -> tuple[str, Chunk]:
        name, index = traced.trace[number]
        return loader.file_of(name), loader.compiled[name].chunks[index]

    texts, chain = dict(loader.texts), loader.chain(environment.references)

    def render_elsewhere(name: str) -> str | None:
        try:
            return render_once(tracing=False, moved=name)[0]
        except Exception as error:
            if not isinstance(error, BuildError) and not reporter.knows(error):
                raise
            return None

    asked = sorted((environment.pins.known & LOCAL) - pins.keys())
    elsewhere = {name: other for name in asked if (other := render_elsewhere(name)) != text}

    root = loader.file_of(key)
    origins = align(text, marked, chunk_of, root)
    return RenderReport(
        Rendered(
            text,
            origins,
            texts,
            tuple(texts),
            _knobs(loader, traced.pins, whole=(root, 1) if is_coarse(origins, root) else None),
            blocks(loader),
            elsewhere,
            findings,
            chain,
        ),
        frozenset(environment.pins.read),
        frozenset(environment.pins.known),
    )


def _knobs(loader: TemplateLoader, pins: Pins, whole: tuple[str, int] | None) -> Knobs:
    """What the templates did with knobs; all of them decide the line ``whole``."""
    settings = pins.settings(loader.file_of)
    parts = [Part(name, loader.file_of(name), t.flow) for name, t in loader.compiled.items()]
    lines = deciding(parts, settings)
    if whole is not None:
        lines[whole] = frozenset(setting.name for setting in settings)
    mentioned = frozenset[str]().union(*(part.flow.mentioned for part in parts))
    return Knobs(settings, lines, mentioned)


def _labelled(error: BuildError, labels: tuple[Label, ...]) -> BuildError:
    return BuildError([replace(d, labels=d.labels + labels) for d in error.diagnostics])
