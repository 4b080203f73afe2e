"""What callbacks decide together."""

from collections.abc import Callable

from fgc.runtime.trainer import strategy
from fgc.runtime.trainer.checkpoint import TrainingState


def any_asks(questions: list[Callable[[TrainingState], bool]], state: TrainingState) -> bool:
    """Whether one of `questions` is answered with yes, on any rank. All of them are asked."""
    return strategy.total(sum(bool(question(state)) for question in questions)) > 0
