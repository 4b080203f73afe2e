"""A lesson about an experiment, or about one of its targets: its sections, as text and as JSON.

What only some lessons have is imported where they are made: none waits for what it does not show.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, is_dataclass
from typing import Any

from fgc.compiler.evaluate.values import Unknown
from fgc.compiler.explain.about import about, render_about
from fgc.compiler.explain.arguments import arguments, render_arguments
from fgc.compiler.explain.code import code, render_code
from fgc.compiler.explain.experiment import Experiment
from fgc.compiler.explain.knobs import knob_section, render_knobs
from fgc.compiler.explain.page import INDENT, Page
from fgc.compiler.explain.program_order import program_order, render_program_order
from fgc.compiler.program.plan import ModelPlan

FORMAT = "fgc-explain-1"
SCHEDULE = "lr_scheduler"
ALIASES = {"schedule": SCHEDULE}
"""Other words for targets, where a configuration has none of that name."""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a lesson: its name, the line above it if there is one, its value, and its text."""

    name: str
    heading: str
    value: object
    text: Callable[[Page], Iterator[str]]


@dataclass(frozen=True, slots=True)
class Lesson:
    """The sections about ``target``, or about the whole where it is None."""

    config: str
    target: str | None
    sections: tuple[Section, ...]

    def text(self, page: Page) -> str:
        """All sections below each other."""
        blocks: list[str] = []
        for section in self.sections:
            lines = [page.heading(section.heading), ""] if section.heading else []
            blocks.append("\n".join([*lines, *section.text(page)]))
        return "\n\n".join(blocks) + "\n"

    def json(self) -> str:
        """The values of the sections."""
        found: dict[str, Any] = {"format": FORMAT, "config": self.config, "target": self.target}
        found |= {section.name: _plain(section.value) for section in self.sections}
        return json.dumps(found, indent=2, ensure_ascii=False) + "\n"


def _plain(value: object) -> Any:
    if isinstance(value, Unknown):
        return {"unknown": value.reason}
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else value


def target_named(experiment: Experiment, name: str) -> str | None:
    """The target that ``name`` means; None where there is no such."""
    known = [str(entry.key) for entry in experiment.graph.roots]
    return next((each for each in (name, ALIASES.get(name)) if each in known), None)


def explain(experiment: Experiment, target: str | None, *, with_code: bool = True) -> Lesson:
    """The lesson about a target, or about the experiment as a whole.

    Raises:
        BuildError: FGC040, where the fields of a model are malformed.
    """
    if target is None:
        from fgc.compiler.explain.overview import overview, render_overview

        whole = overview(experiment)
        sections = [Section("overview", "", whole, lambda page: render_overview(whole, page))]
    else:
        sections = list(_sections(experiment, target, with_code))
    return Lesson(experiment.config, target, tuple(sections))


def _sections(experiment: Experiment, target: str, with_code: bool) -> Iterator[Section]:
    model = experiment.model(experiment.graph.root(target))
    what = about(experiment, target)
    yield Section("about", "", what, lambda page: render_about(what, page))
    given = None if model is not None else arguments(experiment, target)
    if given is not None and (given.given or given.defaults):
        yield Section("arguments", "Arguments", given, lambda page: render_arguments(given, page))
    if model is not None:
        steps = program_order(experiment, target)
        title = "Order of construction"
        yield Section("order", title, steps, lambda page: render_program_order(steps, page))
        yield from _model_sections(experiment, model)
    if target == SCHEDULE:
        yield _schedule(experiment)
    knobs = knob_section(experiment, target)
    yield Section("knobs", "Knobs", knobs, lambda page: render_knobs(knobs, page))
    if with_code:
        text = code(experiment, target)
        yield Section("code", "Code", text, lambda page: render_code(text, page))


def _model_sections(experiment: Experiment, model: ModelPlan) -> Iterator[Section]:
    from fgc.compiler.explain.model_order import model_order, render_model_order
    from fgc.compiler.explain.torch_parts import render_torch_parts, torch_parts
    from fgc.targets.model.anatomy import anatomy
    from fgc.targets.model.module_tree import render_module_tree

    module = anatomy(experiment.plan, model, experiment.emitted)
    parts = model_order(experiment, model, module)
    yield Section("parts", "", parts, lambda page: render_model_order(parts, page))

    def tree(page: Page) -> Iterator[str]:
        text = render_module_tree(module, width=page.columns - len(INDENT), color=page.color)
        yield from _indented(text)
        yield from render_torch_parts(torch_parts(module), page)

    yield Section("modules", "Modules, shapes and parameters", module, tree)


def _schedule(experiment: Experiment) -> Section:
    from fgc.targets.train.lr_chart import render_curve
    from fgc.targets.train.lr_curve import lr_curve

    curve = lr_curve(experiment.plan, experiment.emitted)

    def chart(page: Page) -> Iterator[str]:
        if isinstance(curve, Unknown):
            yield from page.wrapped(f"How it goes is not known before a run: {curve.reason}.")
            return
        text = render_curve(curve, width=min(page.columns, 80) - len(INDENT), color=page.color)
        yield from _indented(text)

    return Section("curve", "Over the run", curve, chart)


def _indented(text: str) -> Iterator[str]:
    for line in text.rstrip("\n").split("\n"):
        yield (INDENT + line).rstrip()
