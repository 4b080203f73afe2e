"""All checks of what a training configuration says in several places."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from fgc.compiler.diagnostics.diagnostic import Diagnostic
from fgc.compiler.ir.graph import Graph
from fgc.compiler.passes.resolve import in_order
from fgc.targets.train.checks.arithmetic import check_arithmetic
from fgc.targets.train.checks.eval_files import check_eval_files
from fgc.targets.train.checks.heads import check_heads
from fgc.targets.train.checks.run_length import check_run_length
from fgc.targets.train.checks.schedule import check_schedule
from fgc.targets.train.checks.vocabulary import check_vocabulary
from fgc.targets.train.checks.zeros import check_zeros

CHECKS: tuple[Callable[[Graph], Iterator[Diagnostic]], ...] = (
    check_heads,
    check_zeros,
    check_schedule,
    check_run_length,
    check_vocabulary,
    check_eval_files,
    check_arithmetic,
)


def cross_check(graph: Graph) -> tuple[Diagnostic, ...]:
    """What all of `CHECKS` find in a graph whose constants are folded, by place."""
    return in_order(found for check in CHECKS for found in check(graph))
