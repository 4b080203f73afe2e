"""No mistake survives: each is told where it was made, or changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest

from fgc.compiler.pipeline import run
from tests.mutants.experiments import Experiment, copied, is_tokenizer, tree_of
from tests.mutants.judge import ALLOWED, Judgement, Verdict, judge, mutants
from tests.mutants.kinds import KINDS, SET
from tests.mutants.survivors import SURVIVORS
from tests.mutants.table import table


@pytest.fixture(scope="module")
def experiments(tmp_path_factory: pytest.TempPathFactory) -> list[Experiment]:
    return copied(tmp_path_factory.mktemp("copies"))


def survivors(judged: Sequence[Judgement]) -> list[Judgement]:
    print(f"\n{table(judged)}")
    return [judgement for judgement in judged if judgement.verdict not in ALLOWED]


def test_three_hundred_mistakes(experiments: list[Experiment]) -> None:
    judged = [judge(mutant) for mutant in mutants(experiments, Random(1), 7)]
    assert len(judged) >= 300
    assert {judgement.mutant.kind for judgement in judged} == {*KINDS, SET}
    found = [j for j in survivors(judged) if j.mutant.kind not in SURVIVORS]
    assert not found, "\n".join(f"{judgement.mutant}\n{judgement.said}" for judgement in found)


@pytest.mark.nightly
def test_two_thousand_mistakes(experiments: list[Experiment]) -> None:
    judged = [judge(mutant) for mutant in mutants(experiments, Random(2), 50)]
    assert len(judged) >= 2_000
    found = survivors(judged)
    unknown = [judgement for judgement in found if judgement.mutant.kind not in SURVIVORS]
    shown = "\n".join(f"{judgement.mutant}\n{judgement.said}" for judgement in unknown)
    assert not unknown, shown
    assert {judgement.mutant.kind for judgement in found} == SURVIVORS.keys()


def test_what_says_the_same_is_built_the_same(experiments: list[Experiment]) -> None:
    """Holds the comparison of graphs to the trees that they become."""
    compared = 0
    for mutant in mutants(experiments, Random(3), 2):
        if mutant.template is None or is_tokenizer(mutant.experiment.request):
            continue
        if judge(mutant).verdict is not Verdict.SAME_GRAPH or compared == 12:
            continue
        file = Path(mutant.template.file)
        file.write_text(mutant.text, "utf-8")
        try:
            tree = tree_of(run(mutant.experiment.request))
        finally:
            file.write_text(mutant.template.text, "utf-8")
        assert tree == mutant.experiment.tree, mutant
        compared += 1
    assert compared == 12
