"""What became of mistakes, in figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from tests.mutants.judge import Judgement, Verdict


def table(judgements: Iterable[Judgement]) -> str:
    """One line a kind of mistake: how many were made, and what became of them."""
    counts: dict[str, Counter[Verdict]] = {}
    for judgement in judgements:
        counts.setdefault(judgement.mutant.kind, Counter())[judgement.verdict] += 1
    counts["all"] = sum(counts.values(), Counter[Verdict]())
    width = max(map(len, counts))
    columns = ["made", *(verdict.value for verdict in Verdict)]
    lines = [f"{'mistake':{width}}  " + "  ".join(columns)]
    for kind, count in counts.items():
        figures = [count.total(), *(count[verdict] for verdict in Verdict)]
        cells = (
            f"{figure or '.':>{len(column)}}"
            for figure, column in zip(figures, columns, strict=True)
        )
        lines.append(f"{kind:{width}}  " + "  ".join(cells))
    return "\n".join(line.rstrip() for line in lines) + "\n"
