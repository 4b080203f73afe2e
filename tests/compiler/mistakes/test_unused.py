"""What a configuration says and nothing reads is told, unless others may read it."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from tests.compiler.cli.real import DEMO, fgc, written
from tests.compiler.mistakes.frames import said

BASE = """\
-- set ns = namespace()
[globals]
-- set ns.lr = 1
-- set ns.falls = false
-- set ns.decay = 5
[main]
main: !call:dict
    lr: {{ ns.lr }}
-- if ns.falls
    decay: {{ ns.decay }}
-- endif
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def checked(folder: Path, *options: str, **files: str) -> str:
    """What the passes up to `check` say."""
    return said(folder, "--print-after", "check", *options, command="build", **files)


def knobs(folder: Path, lines: str, *options: str) -> str:
    """What is said of a configuration that sets knobs so."""
    config = f'-- extends "base.yaml"\n[globals]\n== super()\n{lines}\n'
    return checked(folder, *options, base=BASE, config=config)


def test_a_knob_that_no_template_reads_is_an_error(tmp_path: Path) -> None:
    assert knobs(tmp_path, "-- set ns.dekay = 3") == dedent("""\
        error[FGC204]: no template reads the knob `dekay`
         --> config.yaml:4:11
          |
        4 | -- set ns.dekay = 3
          |           ^^^^^
          = help: a knob with a similar name exists: `decay`

        1 error
        """)


def test_a_knob_that_is_read_in_other_circumstances_is_a_warning(tmp_path: Path) -> None:
    found = knobs(tmp_path, "-- set ns.decay = 3")
    assert found.startswith("warning[FGC204]: no template reads the knob `decay` here\n")
    assert " ::: base.yaml:5:1\n" in found
    assert knobs(tmp_path, "-- set ns.decay = 3\n-- set ns.falls = true") == ""


def test_a_knob_of_a_base_may_be_idle(tmp_path: Path) -> None:
    assert knobs(tmp_path, "-- set ns.lr = 3") == ""


def test_a_knob_set_after_it_was_read_is_an_error(tmp_path: Path) -> None:
    config = '-- extends "base.yaml"\n[main]\n== super()\n-- set ns.lr = 3\n'
    found = checked(tmp_path, base=BASE, config=config)
    assert found.startswith(
        "error[FGC204]: the knob `lr` is set after the last template has read it\n"
        " --> config.yaml:4:11\n"
    )
    assert "it was read with this value" in found


def test_a_knob_set_before_super_sets_it_again_is_a_warning(tmp_path: Path) -> None:
    config = '-- extends "base.yaml"\n[globals]\n-- set ns.lr = 3\n== super()\n'
    found = checked(tmp_path, base=BASE, config=config)
    assert found.startswith(
        "warning[FGC204]: `lr` is set in vain: the template above sets it again before it is read\n"
        " --> config.yaml:3:1\n"
    )
    assert "set again here" in found


def test_a_pinned_knob_need_not_be_read_where_it_is_set(tmp_path: Path) -> None:
    assert knobs(tmp_path, "-- set ns.lr = 3", "--set", "lr=4") == ""


def test_set_of_a_name_that_nothing_reads_is_an_error(tmp_path: Path) -> None:
    assert knobs(tmp_path, "", "--set", "dekay=4") == dedent("""\
        error[FGC203]: no template reads `dekay`, which `--set` gives
          = help: a knob with a similar name exists: `decay`

        1 error
        """)


def test_set_of_a_knob_that_is_read_in_other_circumstances_is_a_warning(tmp_path: Path) -> None:
    found = knobs(tmp_path, "", "--set", "decay=4")
    assert found.startswith("warning[FGC203]: no template reads `decay`, which `--set` gives\n")
    assert knobs(tmp_path, "", "--set", "decay=4", "--set", "falls=true") == ""


def test_set_may_bind_a_variable_of_the_graph(tmp_path: Path) -> None:
    config = "main: !call:dict {rate: !var lr}\n"
    assert checked(tmp_path, "--set", "lr=1", config=config) == ""


def test_a_caller_gives_what_a_linked_project_reads(tmp_path: Path) -> None:
    written(
        tmp_path,
        {
            "other/meta.yaml": "name: Other\ndefault_config: a.yaml\n",
            "other/configs/a.yaml": BASE,
        },
    )
    call = "d: !call:from_project\n    project_dir: other\n    pp_kwargs: {?: 1}\n"
    found = checked(tmp_path, config=call.replace("?", "rate"))
    assert found.startswith(
        "error[FGC203]: no template reads `rate`, which `pp_kwargs` gives\n --> config.yaml:3:"
    )
    assert checked(tmp_path, config=call.replace("?", "lr")) == ""
    assert (
        checked(tmp_path, config=call.replace("?", "decay")) == ""
    )  # it may be given to all that is linked


def training(folder: Path, block: str) -> str:
    """What is said of the demo with a block of its own."""
    text = f"-- extends 'configs/baseline.yaml'\n{block}"
    config = DEMO / "configs" / "baseline.yaml"
    written(folder, {"configs/config.yaml": text, "meta.yaml": "name: Demo\n"})
    written(folder, {"configs/baseline.yaml": config.read_text()})
    command = ("build", "configs/config.yaml", "--print-after", "check")
    return fgc(*command).stderr


def test_a_target_that_the_program_does_not_read_is_told(tmp_path: Path) -> None:
    found = training(tmp_path, "[optimizer]\n== super()\noptimzer: 3\n")
    assert found == dedent("""\
        error[FGC205]: the program is made without `optimzer`
         --> configs/config.yaml:4:1
          |
        4 | optimzer: 3
          | ^^^^^^^^
          = help: a target with a similar name is read: `optimizer`

        1 error
        """)
    found = training(tmp_path, "[optimizer]\n== super()\nsomething: 3\n")
    assert found.startswith("warning[FGC205]: the program is made without `something`\n")


def test_a_target_that_another_refers_to_is_read(tmp_path: Path) -> None:
    block = "[optimizer]\nrates: &b !tuple [0.9, 0.95]\n== super()\n    betas: *b\n"
    assert training(tmp_path, block) == ""
    assert "FGC205" in training(tmp_path, block.replace("*b", "null"))


def test_anchors_of_the_configuration_that_nothing_refers_to_are_told(tmp_path: Path) -> None:
    base = "[top]\n.define: &base 1\nlr: &lr 1\n"
    config = (
        '-- extends "base.yaml"\n[top]\n== super()\n.define: &one 2\n.define: &two {x: *base}\n'
    )
    assert said(tmp_path, base=base, config=config + "rate: *two\n") == dedent("""\
        warning[FGC206]: nothing refers to what stands below `.define`
         --> config.yaml:4:1
          |
        4 | .define: &one 2
          | ^^^^^^^
          = help: a key that starts with a dot only holds anchors: `*name` refers to one

        1 warning
        """)


def test_one_anchor_in_use_is_enough_and_a_merge_is_a_use(tmp_path: Path) -> None:
    config = ".parts: &parts {a: &a {x: 1}, b: &b 2}\nmain: !call:dict {<<: *a}\n"
    assert said(tmp_path, config=config) == ""


def test_a_block_is_compared_with_the_base_that_was_chosen(tmp_path: Path) -> None:
    base, chooser = "[top]\nlr: 1\n", "-- extends base | default('base.yaml')\n[other]\nlr: 2\n"
    config = '-- extends "chooser.yaml"\n[tpo]\nlr: 3\n'
    found = said(tmp_path, base=base, chooser=chooser, config=config)
    assert found == dedent("""\
        error[FGC008]: the block `tpo` is never rendered: no template above has a block of this name
         --> config.yaml:2:2
          |
        2 | [tpo]
          |  ^^^
         ::: base.yaml:1:2
          |
        1 | [top]
          |  --- `top` begins here
          |
          = help: a block with a similar name exists: `top`

        1 error
        """)


def test_the_blocks_of_what_chooses_a_base_may_be_meant_for_another(tmp_path: Path) -> None:
    base, config = "[top]\nlr: 1\n", "-- extends base | default('base.yaml')\n[other]\nlr: 2\n"
    assert said(tmp_path, base=base, config=config) == ""


def test_a_target_has_a_name(tmp_path: Path) -> None:
    found = said(tmp_path, config="lr: 1\n2: 3\n")
    assert found.startswith("error[FGC012]: the name of a target is text, and `2` is not\n")
