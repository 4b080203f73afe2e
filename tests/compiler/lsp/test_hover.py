"""What is said of the thing under the cursor."""

from __future__ import annotations

from pathlib import Path

import pytest

from fgc.compiler.lsp.hover import hover, signature_text
from fgc.compiler.symbols.symbol import Parameter, Signature
from tests.compiler.lsp.small import opened, project

START = "-- extends 'base.yaml'\n"


def said(folder: Path, marked: str, name: str = "configs/a.yaml") -> str:
    snapshot, line, column = opened(project(folder), name, marked)
    found = hover(snapshot, line, column)
    return "" if found is None else found.text


def test_of_a_callee_its_signature_and_first_paragraph(tmp_path: Path) -> None:
    assert said(tmp_path, START + "[rest]\nx: !partial:parts.py:Pa‸rt {width: 1}\n") == (
        "```python\nclass Part(*, width: int, gain: float = 1.0)\n```\n\n"
        "A part of a model.\n\n`parts`"
    )


def test_of_a_knob_its_value_who_gave_it_and_what_it_is_for(tmp_path: Path) -> None:
    text = START + "[globals]\n== super()\n-- set ns.lr = 0.2\n[rest]\nx: {{ ns.‸lr }}\n"
    assert said(tmp_path, text) == (
        "`ns.lr` = `0.2`\n\nHow fast it learns.\n\n- `0.1` base.yaml:4\n- `0.2` a.yaml:4"
    )


def test_of_an_anchor_its_node(tmp_path: Path) -> None:
    assert said(tmp_path, START + "[rest]\nx: *opt‸imizer\n") == (
        "```yaml\n&optimizer !partial:torch.optim:AdamW\n    lr: *lr\n    weight_decay: 0.1\n```"
        "\n\nbase.yaml:8"
    )


def test_a_long_node_is_shortened(tmp_path: Path) -> None:
    items = "".join(f"    k{n}: {'x' * 200}\n" for n in range(40))
    lines = said(tmp_path, f"a: &a\n{items}b: *‸a\n").splitlines()
    assert len(lines) < 20
    assert max(map(len, lines)) <= 88


def test_of_a_block_who_overrides_it(tmp_path: Path) -> None:
    text = "-- extends 'configs/a.yaml'\n[glo‸bals]\n== super()\n"
    assert said(tmp_path, text, "configs/b.yaml") == (
        "block `globals`\n\n- b.yaml:2 adds to it\n- a.yaml:2 adds to it\n- base.yaml:2 defines it"
    )


def test_of_a_variable_where_it_has_its_value_from(tmp_path: Path) -> None:
    assert said(tmp_path, START + "[rest]\nx: !var wi‸dth\n") == (
        "```yaml\nwidth: {{ ns.width }}\n```\n\nbase.yaml:17"
    )


@pytest.mark.parametrize(
    "marked",
    ["x: ‸1\n", "x: !call:no.such:na‸me\n", "x: {{ ns.non‸e }}\n", "x: *no‸ne\n", "[x‸]\n"],
)
def test_of_what_is_not_known_nothing_that_is_wrong(tmp_path: Path, marked: str) -> None:
    assert "`None`" not in said(tmp_path, marked)


def test_a_long_signature_has_a_parameter_a_line() -> None:
    names = [f"a_long_name_of_a_parameter_{n}" for n in range(3)]
    parameters = (Parameter("x"), *(Parameter(name, "keyword_only", "int", "1") for name in names))
    lines = "".join(f"    {name}: int = 1,\n" for name in names)
    assert signature_text("f", Signature(parameters)) == f"(\n    x,\n    *,\n{lines})"
