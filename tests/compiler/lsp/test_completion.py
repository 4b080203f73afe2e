"""What can be written at the cursor."""

from __future__ import annotations

from pathlib import Path

import pytest

from fgc.compiler.lsp.completion import Proposal, completion
from tests.compiler.lsp.small import opened, project

START = "-- extends 'base.yaml'\n"


def proposals(folder: Path, marked: str, name: str = "configs/a.yaml") -> dict[str, Proposal]:
    snapshot, line, column = opened(project(folder), name, marked)
    return {found.text: found for found in completion(snapshot, line, column)}


def test_the_blocks_of_the_bases_that_are_not_overridden_yet(tmp_path: Path) -> None:
    found = proposals(tmp_path, START + "[globals]\n== super()\n[‸\n")
    assert list(found) == ["optimizer", "model", "rest"]
    assert found["optimizer"].detail == "base.yaml:6"


def test_the_knobs_with_value_and_comment(tmp_path: Path) -> None:
    found = proposals(tmp_path, START + "[globals]\n== super()\n-- set ns.l‸\n")
    assert list(found) == ["lr", "width"]
    assert (found["lr"].detail, found["lr"].about) == ("0.2", "How fast it learns.")
    assert found["lr"].column == 11


def test_the_arguments_of_the_callee_that_are_not_given(tmp_path: Path) -> None:
    found = proposals(tmp_path, START + "[rest]\nx: !partial:parts.py:Part\n    ‸\n    width: 1\n")
    assert list(found) == ["gain: "]
    assert (found["gain: "].detail, found["gain: "].column) == ("float = 1.0", 5)


def test_the_arguments_of_a_callee_that_stands_in_the_base(tmp_path: Path) -> None:
    found = proposals(tmp_path, START + "[optimizer]\n== super()\n    be‸\n")
    assert "betas: " in found
    assert not {"lr: ", "weight_decay: "} & set(found), "they are given in the base"
    over_two = "-- extends 'configs/b.yaml'\n[optimizer]\n== super()\n    ‸\n"
    deeper = proposals(tmp_path, over_two, "configs/c.yaml")
    assert "betas: " in deeper
    assert not {"lr: ", "eps: "} & set(deeper), "they are given in the bases"


def test_a_mapping_below_a_key_of_a_call_is_none_of_its_arguments(tmp_path: Path) -> None:
    text = START + "[rest]\nx: !partial:parts.py:Part\n    gain:\n        ‸\n"
    assert not proposals(tmp_path, text)


@pytest.mark.parametrize(
    ("marked", "some"),
    [
        ("x: !‸\n", {"!partial:", "!singleton:", "!var ", "!tuple "}),
        ("x: !partial:‸\n", {"torch", "fgc.runtime", "parts.py:", "len"}),
        ("x: !partial:torch.opt‸\n", {"optim"}),
        ("x: !partial:torch.optim:Ada‸\n", {"AdamW", "SGD"}),
        ("x: !partial:fgc.runtime.nn:‸\n", {"Attention", "RMSNorm"}),
        ("x: !partial:parts.py:‸\n", {"Part", "Model"}),
        ("x: *‸\n", {"lr", "optimizer", "part", "model"}),
        ("x: !var ‸\n", {"width", "world_size"}),
        ("trai‸\n", {"trainer: ", "train_data: ", "seed: "}),
    ],
)
def test_what_is_known_is_proposed(tmp_path: Path, marked: str, some: set[str]) -> None:
    found = proposals(tmp_path, f"{START}[rest]\n{marked}")
    assert some <= set(found)


def test_templates_by_their_names(tmp_path: Path) -> None:
    found = proposals(tmp_path, "-- extends 'ba‸'\n")
    assert {"base.yaml", "configs/b.yaml", "models/llama.yaml"} <= set(found)
    assert "configs/a.yaml" not in found, "it would extend itself"


def test_the_keys_of_a_meta_yaml(tmp_path: Path) -> None:
    found = proposals(tmp_path, "name: Small\nsea‸\n", "meta.yaml")
    assert {"searchdir", "default_config"} <= set(found)


def test_nothing_in_a_comment(tmp_path: Path) -> None:
    assert not proposals(tmp_path, "## ns.‸\n")


def test_a_proposal_replaces_what_is_written_of_it(tmp_path: Path) -> None:
    text = START + "[rest]\nx: !partial:torch.optim:Ada‸\n"
    snapshot, line, column = opened(project(tmp_path), "configs/a.yaml", text)
    written = snapshot.line(line)
    for found in completion(snapshot, line, column):
        if found.text == "AdamW":
            assert written[found.column - 1 : column - 1] == "Ada"
            return
    raise AssertionError("AdamW is not proposed")
