"""The list of targets."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent

from fgc.compiler.passes.resolve import resolve
from fgc.compiler.pipeline import Request, run
from fgc.compiler.symbols.resolution import Resolution
from fgc.compiler.views.targets import Target, targets, targets_json, targets_table
from fgc.targets.needed import needed_targets
from tests.compiler.views.reading import places, read
from tests.example_configs import TRAINING, example_configs

MADE = '''
class Thing:
    """A thing.

    And more about it.
    """

def make():
    return Thing()
'''


def resolved(text: str, folder: Path) -> Resolution:
    (folder / "made.py").write_text(MADE)
    graph = read(dedent(text))
    return resolve(graph, project_root=folder, search_path=(folder,))[0]


def test_a_table(tmp_path: Path) -> None:
    resolution = resolved(
        """
        lr: 1e-3
        betas: !tuple [1, 2]
        thing: !singleton:made.py:Thing
        make: !partial:made.py:make
        lost: !factory:made.py:Thnig
        rate: !var rate
        """,
        tmp_path,
    )
    found = targets(resolution, {"lr", "thing"})
    assert targets_table(found, places(resolution.graph), None) == dedent("""\
           target  made as    what           about
        *  lr      value      0.001          a.yaml:2
           betas   value      tuple of 2     a.yaml:3
        *  thing   singleton  class Thing    A thing.
           make    partial    function make  a.yaml:5
           lost    factory    Thnig          a.yaml:6
           rate    value      !var rate      a.yaml:7

        * the training program is made of it
        """)


def test_what_is_long_or_hostile_stays_on_its_line(tmp_path: Path) -> None:
    resolution = resolved(f"'a\\nb': '{'word ' * 40}'\n\"c\\td\": \"\\e[31m\"", tmp_path)
    table = targets_table(targets(resolution, ()), places(resolution.graph), 60)
    assert len(table.splitlines()) == 3
    assert max(map(len, table.splitlines())) <= 70
    assert "\x1b" not in table


def test_no_targets(tmp_path: Path) -> None:
    resolution = resolved("", tmp_path)
    assert targets_table(targets(resolution, ()), places(resolution.graph), None) == "no targets\n"


def test_json(tmp_path: Path) -> None:
    found = targets(resolved("a: 1\nb: !call:made.py:Thing\n", tmp_path), {"a"})
    made = json.loads(targets_json(found, lambda file: Path(file).name))
    assert made[1] == {
        "name": "b",
        "made": "singleton",
        "what": "class Thing",
        "target": "made.py:Thing",
        "about": "A thing.",
        "needed": False,
        "place": {"file": "a.yaml", "line": 2, "column": 4},
    }
    assert (made[0]["needed"], made[0]["target"]) == (True, None)


def test_the_training_program_is_made_of_what_the_plan_holds() -> None:
    """And of what is read at build: names, and how the program is started and spread."""
    for config in example_configs(TRAINING):
        outcome = run(Request(config), until="plan")
        plan = outcome.build.plan
        assert plan is not None
        planned = {str(entry.key) for entry in plan.roots}
        needed = {t.name for t in marked(plan.resolution) if t.needed}
        assert needed == planned | {"meta", "strategy", "nproc_per_node", "env"}


def marked(resolution: Resolution) -> tuple[Target, ...]:
    return targets(resolution, needed_targets(resolution.graph))
