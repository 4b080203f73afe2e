"""Makes mistakes, and finds out what fgc says of each."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from random import Random

from fgc.compiler.diagnostics.diagnostic import Diagnostic
from fgc.compiler.diagnostics.render import render_text
from fgc.compiler.pipeline import Outcome, Request, run
from tests.mutants.experiments import (
    Experiment,
    checked,
    is_tokenizer,
    meaning,
    serious,
    tree_of,
)
from tests.mutants.kinds import KINDS, SET
from tests.mutants.template import Edit, Template


class Verdict(Enum):
    """What became of a mistake."""

    SAME_GRAPH = "same graph"  # it changes nothing that the configuration says
    SAME_TREE = "same tree"  # it changes nothing that is built
    NEAR = "diagnosed"  # within three lines
    AT_USE = "at its use"  # where a name is used whose definition is missing
    FAR = "far"  # somewhere else
    MISSED = "missed"
    CRASH = "crash"


ALLOWED = (Verdict.SAME_GRAPH, Verdict.SAME_TREE, Verdict.NEAR, Verdict.AT_USE)


@dataclass(frozen=True, slots=True)
class Mutant:
    """A mistake of a kind, in a template of an experiment, or on the command line."""

    kind: str
    experiment: Experiment
    template: Template | None = None
    edit: Edit | None = None
    pin: str | None = None

    @property
    def text(self) -> str:
        """The template with the mistake in it."""
        assert self.template is not None
        assert self.edit is not None
        return self.edit.applied(self.template.text)

    def __str__(self) -> str:
        if self.template is None or self.edit is None:
            return f"{self.kind}: {self.experiment.name}: --set {self.pin}=1"
        file = self.template.file.rpartition("/examples/")[2]
        old = self.template.text.splitlines()[self.edit.first - 1 : self.edit.last - 1]
        removed = "".join(f"\n  - {line}" for line in old)
        added = "".join(f"\n  + {line}" for line in self.edit.lines)
        at = f"{file}:{self.edit.first}"
        return f"{self.kind}: {self.experiment.name}: {at}{removed}{added}"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What fgc said of a mutant; ``said`` is how a person is told."""

    mutant: Mutant
    verdict: Verdict
    said: str = ""


def mutants(experiments: list[Experiment], random: Random, of_each_kind: int) -> Iterator[Mutant]:
    """So many of each kind, or all that there are, at random places."""
    for kind, make in KINDS.items():
        every = [
            Mutant(kind, experiment, template, edit)
            for experiment in experiments
            for template in experiment.templates
            for edit in make(template, random)
        ]
        yield from random.sample(every, min(of_each_kind, len(every)))
    for _ in range(of_each_kind):
        experiment = random.choice(experiments)
        template = max(experiment.templates, key=lambda t: len(t.text))
        knobs = [line.knob for line in template.lines if line.knob]
        yield Mutant(SET, experiment, pin=template.misspelt(random.choice(knobs), random))


def judge(mutant: Mutant) -> Judgement:
    """Makes the mistake, asks fgc, and takes the mistake back."""
    if mutant.template is None:
        assert mutant.pin is not None
        request = replace(mutant.experiment.request, overrides={mutant.pin: 1})
        return _judged(mutant, request)
    file = Path(mutant.template.file)
    file.write_text(mutant.text, "utf-8")
    try:
        return _judged(mutant, mutant.experiment.request)
    finally:
        file.write_text(mutant.template.text, "utf-8")


def _judged(mutant: Mutant, request: Request) -> Judgement:
    try:
        outcome = checked(request)
        if not outcome.failed:
            same = meaning(outcome) == mutant.experiment.shape
            if same and mutant.edit is not None:
                return Judgement(mutant, Verdict.SAME_GRAPH)
            if not is_tokenizer(request):
                outcome = run(request)
                if not outcome.failed and tree_of(outcome) == mutant.experiment.tree and not same:
                    return Judgement(mutant, Verdict.SAME_TREE)
        return _found(mutant, outcome)
    except Exception:
        return Judgement(mutant, Verdict.CRASH, traceback.format_exc(limit=-4))


def _found(mutant: Mutant, outcome: Outcome) -> Judgement:
    known = mutant.experiment.known
    found = [d for d in serious(outcome) if (d.code, d.message) not in known]
    said = render_text(found, outcome.build.sources, color=False, cwd=Path("/"))
    if mutant.edit is None:
        return Judgement(mutant, Verdict.NEAR if found else Verdict.MISSED, said)
    if any(_is_near(diagnostic, mutant) for diagnostic in found):
        return Judgement(mutant, Verdict.NEAR, said)
    if not mutant.edit.lines and any(_names(diagnostic, mutant.edit) for diagnostic in found):
        return Judgement(mutant, Verdict.AT_USE, said)
    return Judgement(mutant, Verdict.FAR if outcome.failed else Verdict.MISSED, said)


def _is_near(diagnostic: Diagnostic, mutant: Mutant) -> bool:
    """Whether a person is shown a place that is near the mistake."""
    assert mutant.template is not None
    assert mutant.edit is not None
    spans = [diagnostic.span, *(label.span for label in diagnostic.labels)]
    return any(
        span is not None and span.file == mutant.template.file and mutant.edit.near(span.line)
        for span in spans
    )


def _names(diagnostic: Diagnostic, edit: Edit) -> bool:
    """Whether a diagnostic is about the name whose definition is gone."""
    names = [f"`{sign}{edit.name}`" for sign in ("", "&", "*", "ns.")]
    return edit.name is not None and any(name in diagnostic.message for name in names)
