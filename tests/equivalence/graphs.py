"""Random configurations over the runtime's real classes, as hypothesis draws and shrinks them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.equivalence.data_graphs import draw_data, draw_training
from tests.equivalence.draft import Choices, Draft, Probe
from tests.equivalence.model_graphs import draw_model
from tests.equivalence.module_graphs import draw_modules
from tests.equivalence.yaml_text import Writer

EXAMPLES = 200


@dataclass(frozen=True)
class RandomGraph:
    """A configuration.

    ``text`` is as rendered, and passes through the templates unchanged. ``probes`` say how the
    callables in it are tried out, by the path at which they are found; ``features`` are what it
    exercises.
    """

    text: str
    probes: Mapping[str, Probe]
    features: frozenset[str]

    def __repr__(self) -> str:
        return f"RandomGraph({', '.join(sorted(self.features))})\n{self.text}"


@st.composite
def graphs(draw: st.DrawFn) -> RandomGraph:
    """A configuration of one to three groups of top-level keys, most often with a module."""
    choices = Choices(draw)
    draft = Draft(choices)
    choices.one(draw_modules, draw_model, draw_modules, draw_model, draw_data, draw_training)(draft)
    for _ in range(choices.number(0, 2)):
        choices.one(draw_data, draw_training, draw_modules, draw_model)(draft)
    text = Writer(choices.flag).document(draft.entries)
    return RandomGraph(text, draft.probes, frozenset(draft.features))


def each_graph(
    check: Callable[[RandomGraph], None], examples: int = EXAMPLES, *, shrink: bool = False
) -> None:
    """Give random configurations, the same in each run, to ``check``.

    Where it fails, the first failure is raised, or with ``shrink`` the simplest.
    """
    configured = settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate, Phase.shrink] if shrink else [Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    configured(given(graphs())(check))()
