"""The margins of the code are what the source map of the tree says, and nothing is left out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fgc.compiler.backend.sourcemap import MAP_NAME, Place, SourceMap
from fgc.compiler.explain.code import Code, CodeLine, code
from fgc.compiler.explain.experiment import Experiment

TARGETS = ("model", "optimizer", "lr_scheduler", "train_data", "eval_data", "trainer", "seed")


def code_of(made: Experiment, target: str) -> Code:
    found = code(made, target)
    assert found is not None
    return found


def lines(section: Code) -> Iterator[CodeLine]:
    return (line for stretch in section.stretches for line in stretch)


def mapped(tree: Path, file: str, line: int) -> set[tuple[str, int]]:
    """The lines of the configuration that the map in a tree says."""
    origins = SourceMap.from_json((tree / MAP_NAME).read_text("utf-8")).origins(file, line)
    return set() if origins is None else {(place.file, place.line) for place in origins.config}


def as_lines(places: tuple[Place, ...]) -> set[tuple[str, int]]:
    return {(place.file, place.line) for place in places}


@pytest.mark.parametrize("target", TARGETS)
def test_each_line_is_that_of_the_tree(experiment: Experiment, tree: Path, target: str) -> None:
    section = code_of(experiment, target)
    text = (tree / section.file).read_text("utf-8").splitlines()
    assert [text[line.number - 1] for line in lines(section)] == [
        line.text for line in lines(section)
    ]


def test_the_margins_are_those_of_the_source_map(experiment: Experiment, tree: Path) -> None:
    """A line without has those of the definition that it is in, or closes brackets, or the map
    has none."""
    source_map = SourceMap.from_json((tree / MAP_NAME).read_text("utf-8"))
    seen = 0
    for target in TARGETS:
        section = code_of(experiment, target)
        begun: set[tuple[str, int]] = set()
        for line in lines(section):
            origins = source_map.origins(section.file, line.number)
            known = set() if origins is None else {(p.file, p.line) for p in origins.config}
            if line.begins:
                begun = known
            if line.places and known:
                assert as_lines(line.places) == known
                seen += 1
            elif not line.places:
                assert not known or known == begun or not line.text.strip(" )]},")
    assert seen > 20


def test_a_model_is_told_whole(experiment: Experiment, tree: Path) -> None:
    section = code_of(experiment, "model")
    text = (tree / section.file).read_text("utf-8")
    assert "".join(f"{line.text}\n" for line in lines(section)) == text


def test_what_makes_an_optimizer_comes_with_its_constants(experiment: Experiment) -> None:
    text = "\n".join(line.text for line in lines(code_of(experiment, "optimizer")))
    assert text.startswith("LR = ")
    assert "\ndef build_optimizer(" in text
