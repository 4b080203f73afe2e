"""A project of the ancestor, as it is: the commands that look inside one work on it.

``ancestor/`` is written as people write for Forgather: a workspace that gives projects their
`searchdir`, a library of types, trainers and callbacks that extend and include each other, inline
templates of one name in two configurations, a base that is chosen by a knob, a linked project.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from fgc.compiler.cli.main import cli

HERE = Path(__file__).parent / "ancestor"
CONFIGS = {"first.yaml": "First", "second.yaml": "Second", "sub/third.yaml": "Third"}


def fgc(*arguments: str) -> Result:
    return CliRunner().invoke(cli, list(arguments))


def shown(*arguments: str) -> str:
    result = fgc(*arguments)
    assert (result.exit_code, result.stderr) == (0, ""), result.output
    return result.stdout.replace(HERE.as_posix(), "WORKSPACE")


def nodes(config: str) -> dict[str, Any]:
    """The targets of a configuration as plain data, calls as their arguments."""
    graph = json.loads(shown("graph", "-p", f"{HERE}/training", "-t", config, "--format", "json"))
    by_id = {node["id"]: node for node in graph["nodes"]}

    def data(key: str) -> Any:
        node = by_id[key]
        match node["kind"]:
            case "literal":
                return node["value"]
            case "list":
                return [data(item) for item in node["items"]]
            case "mapping":
                return {e["key"]["value"]: data(e["value"]) for e in node["entries"]}
            case _:
                return {name: data(value) for name, value in node["kwargs"].items()}

    return {name: data(key) for name, key in graph["targets"].items()}


def test_ls_lists_the_configurations_with_their_own_names() -> None:
    listed = json.loads(shown("ls", "-r", HERE.as_posix(), "--format", "json"))
    configs = [config for project in listed for config in project["configs"]]
    names = {config["name"]: config["title"] for config in configs}
    assert names == CONFIGS | {"words.yaml": "Words"}


def test_pp_prints_what_the_templates_make() -> None:
    text = shown("pp", "-p", f"{HERE}/training")
    assert text.startswith("# *********** First ************\n")
    assert 'directory: "WORKSPACE/training/output_models/small"' in text
    assert "undefined" not in text.lower()


def test_inline_templates_of_one_name_are_each_files_own() -> None:
    first, second = nodes("first.yaml"), nodes("second.yaml")
    assert first["trainer_args"] == {
        "output_dir": "WORKSPACE/training/output_models/small",
        "max_steps": 100,
        "save_strategy": "no",
        "learning_rate": 1e-3,
    }
    assert second["trainer_args"] == {
        "output_dir": "WORKSPACE/training/output_models/small",
        "max_steps": 100,
        "save_strategy": "no",
        "talks": "unsaid",
    }


def test_a_base_is_chosen_by_a_knob() -> None:
    assert "name: plain" in shown("pp", "-p", f"{HERE}/training", "-t", "first")
    assert "name: base" in shown("pp", "-p", f"{HERE}/training", "-t", "second")


def test_entries_of_a_dlist_are_erased_and_options_inherited() -> None:
    first, second = nodes("first.yaml"), nodes("second.yaml")
    assert first["trainer_callbacks"] == [
        "WORKSPACE/training/output_models/small/log_2000-01-01T00-00-00/log.json"
    ]
    names = [option["names"] for option in second["dynamic_args"]]
    assert names == ["--max-steps", "--verbose"]


def test_a_linked_project_takes_template_variables_and_values() -> None:
    words = nodes("first.yaml")["words"]
    assert words == {
        "train": {"limit": 3, "first": "in the beginning"},
        "eval": {"limit": 1},
    }


@pytest.mark.parametrize("config", CONFIGS)
def test_targets_and_trefs(config: str) -> None:
    where = ("-p", f"{HERE}/training", "-t", config)
    listed = shown("targets", *where)
    assert all(f" {name} " in listed for name in ("model", "trainer", "meta", "main"))
    chain = shown("trefs", *where)
    assert "extends workspace/lib/types/config.yaml" in chain


def lines(text: str) -> list[str]:
    """What is not blank, with truth spelled as YAML spells it."""
    return [line.rstrip().replace(": True", ": true") for line in text.splitlines() if line.strip()]


@pytest.mark.parametrize(
    ("project", "config"), [("training", "first"), ("training", "sub/third"), ("words", "words")]
)
def test_the_text_is_the_ancestors(project: str, config: str) -> None:
    """``ancestor_text/`` is what Forgather's own renderer made of these templates.

    Times, host and versions stood where ours stand. It leaves other blank lines behind a block.
    """
    theirs = (HERE.parent / "ancestor_text" / f"{Path(config).name}.txt").read_text()
    assert lines(shown("pp", "-p", f"{HERE}/{project}", "-t", config)) == lines(theirs)
