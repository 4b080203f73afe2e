"""What one block says twice is a mistake; what another template says again is an override."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from fgc.compiler.passes.load import load
from fgc.compiler.passes.parse import parse
from fgc.compiler.passes.render import render
from tests.compiler.cli.real import fgc, written
from tests.compiler.mistakes.frames import said

BASE = """\
[optimizer]
optimizer: !partial:torch.optim:AdamW
    lr: 1.0e-3
    eps: 1.0e-8
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_key_given_twice_in_one_block_is_an_error(tmp_path: Path) -> None:
    config = """\
    -- extends "base.yaml"
    [optimizer]
    == super()
        lr: 2.0e-3
        eps: 1.0e-6
        lr: 3.0e-3
    """
    assert said(tmp_path, base=BASE, config=config) == dedent("""\
        error[FGC200]: the key `lr` is given twice
         --> config.yaml:6:5
          |
        3 | == super()
        4 |     lr: 2.0e-3
          |     -- it is given here already
        5 |     eps: 1.0e-6
        6 |     lr: 3.0e-3
          |     ^^
          = help: remove one of the two; only another template's block can override a key

        1 error
        """)


def test_it_is_told_through_three_templates_an_include_and_a_linked_project(tmp_path: Path) -> None:
    files = {
        "other/meta.yaml": "name: Other\ndefault_config: a.yaml\n",
        "other/configs/a.yaml": '-- extends "middle.yaml"\n',
        "other/templates/middle.yaml": '-- extends "base.yaml"\n[top]\n-- include "part.yaml"\n',
        "other/templates/base.yaml": "[top]\n",
        "other/templates/part.yaml": "main: !call:dict\n    rate: 1\n    'rate': 2\n",
        "config.yaml": "d: !call:from_project {project_dir: other}\n",
    }
    written(tmp_path, files)
    assert fgc("graph", "config.yaml").stderr == dedent("""\
        error[FGC200]: the key `rate` is given twice
         --> other/templates/part.yaml:3:5
          |
        1 | main: !call:dict
        2 |     rate: 1
          |     ---- it is given here already
        3 |     'rate': 2
          |     ^^^^^^
         ::: config.yaml:1:4
          |
        1 | d: !call:from_project {project_dir: other}
          |    ------------------ linked from here
          |
          = help: remove one of the two; only another template's block can override a key

        1 error
        """)


def test_another_template_a_loop_an_expression_and_define_keys_may_say_it_again(
    tmp_path: Path,
) -> None:
    config = """\
    -- extends "base.yaml"
    [optimizer]
    .define: &one 1
    .define: &two 2
    == super()
        lr: 2.0e-3
        eps: *one
    rates: !dict
    -- for rate in (1, 2)
        rate: {{ rate }}
    -- endfor
        {{ "other" }}: 1
        {{ "other" }}: *two
    """
    assert said(tmp_path, base=BASE, config=config) == ""


def test_inline_templates_of_one_file_override_each_other(tmp_path: Path) -> None:
    config = """\
    -- extends "inner"
    [top]
    == super()
    lr: 2
    #----------- inner -----------
    [top]
    lr: 1
    """
    assert said(tmp_path, config=config) == ""


@pytest.mark.parametrize(("first", "second"), [("1", "true"), ("a", "'a'"), ("1", "1.0")])
def test_keys_are_the_same_as_they_are_in_python(tmp_path: Path, first: str, second: str) -> None:
    found = said(tmp_path, config=f"x: !dict {{{first}: 1, {second}: 2}}\n")
    assert "error[FGC200]" in found


def test_an_anchor_defined_twice_in_one_block_is_an_error(tmp_path: Path) -> None:
    config = """\
    .define: &rate 1
    .define: &rate 2
    lr: *rate
    """
    assert said(tmp_path, config=config) == dedent("""\
        error[FGC201]: the anchor `&rate` is defined twice
         --> config.yaml:2:10
          |
        1 | .define: &rate 1
          |          ----- it is defined here already
        2 | .define: &rate 2
          |          ^^^^^
          = help: each of the two takes a name of its own

        1 error
        """)


def test_another_template_may_define_an_anchor_anew(tmp_path: Path) -> None:
    base = "[top]\n.define: &rate 1\nlr: *rate\n"
    config = '-- extends "base.yaml"\n[top]\n== super()\n.define: &rate 2\nother: *rate\n'
    assert said(tmp_path, base=base, config=config) == ""


def test_an_override_of_another_form_is_noted_and_builds(tmp_path: Path) -> None:
    base = "[top]\nlr: 1.0e-3\nseed: 1\nwarmup: 5\n"
    config = '-- extends "base.yaml"\n[top]\n== super()\nlr: fast\nseed: 2\nwarmup: null\n'
    assert said(tmp_path, base=base, config=config) == dedent("""\
        note[FGC202]: `lr` is text here, and overrides a number
         --> config.yaml:4:1
          |
        4 | lr: fast
          | ^^
         ::: base.yaml:2:1
          |
        2 | lr: 1.0e-3
          | -- a number here
          |
          = help: a value that is meant to replace the other may be of any form

        1 note
        """)


def test_an_entry_knows_the_places_that_it_overrides(tmp_path: Path) -> None:
    middle = '-- extends "base.yaml"\n[optimizer]\n== super()\n    lr: 2\n'
    config = '-- extends "middle.yaml"\n[optimizer]\n== super()\n    lr: 3\n'
    files = {"base.yaml": BASE, "middle.yaml": middle, "config.yaml": config}
    written(tmp_path, files)
    graph = parse(render(load(tmp_path / "config.yaml")))
    optimizer = graph.root("optimizer")
    entries = {entry.key: entry for entry in getattr(optimizer, "kwargs", ())}
    places = [(Path(span.file).name, span.line) for span in entries["lr"].previous]
    assert places == [("base.yaml", 3), ("middle.yaml", 4)]
    assert entries["eps"].previous == ()
