"""No mistake survives: each is told where it was made, or changes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random

import pytest

from fgc.compiler.pipeline import run
from tests.mutants.experiments import Experiment, copied, is_tokenizer, tree_of
from tests.mutants.judge import Judgement, Verdict, judge, mutants
from tests.mutants.kinds import KINDS, SET
from tests.mutants.survivors import SURVIVORS, SURVIVORS_OF_MANY, differences
from tests.mutants.table import table


@pytest.fixture(scope="module")
def experiments(tmp_path_factory: pytest.TempPathFactory) -> list[Experiment]:
    return copied(tmp_path_factory.mktemp("copies"))


def differing(judged: Sequence[Judgement], known: Mapping[str, int]) -> str:
    print(f"\n{table(judged)}")
    return "\n".join(differences(judged, known))


def test_three_hundred_mistakes(experiments: list[Experiment]) -> None:
    judged = [judge(mutant) for mutant in mutants(experiments, Random(1), 7)]
    assert len(judged) >= 300
    assert {judgement.mutant.kind for judgement in judged} == {*KINDS, SET}
    found = differing(judged, SURVIVORS)
    assert not found, found


@pytest.mark.nightly
def test_two_thousand_mistakes(experiments: list[Experiment]) -> None:
    judged = [judge(mutant) for mutant in mutants(experiments, Random(2), 50)]
    assert len(judged) >= 2_000
    found = differing(judged, SURVIVORS_OF_MANY)
    assert not found, found


def test_more_survivors_and_fewer_are_told(experiments: list[Experiment]) -> None:
    mutant = next(mutants(experiments, Random(1), 1))
    missed = [Judgement(mutant, Verdict.MISSED)]
    assert not differences(missed, {mutant.kind: 1})
    assert differences(missed, {mutant.kind: 2}) == [f"{mutant.kind}: lower 2 to 1"]
    assert differences(missed, {})[0] == f"{mutant.kind}: 1 survive, 0 are known"
    assert differences([], {mutant.kind: 1}) == [f"{mutant.kind}: lower 1 to 0"]


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
