"""What says where, when or on what a build takes place does not reach the program."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from fgc.compiler.frontend.template.globals import (
    LOCAL,
    globals_elsewhere,
    template_globals,
)
from tests.compiler.cli.real import fgc, written
from tests.compiler.mistakes.frames import said


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def checked(folder: Path, **files: str) -> str:
    """What the passes up to `check` say."""
    return said(folder, "--print-after", "check", command="build", **files)


def optimizer(folder: Path, value: str, before: str = "") -> str:
    """What is said where an argument of the optimizer is ``value``."""
    lines = "" if not before else before + "\n"
    config = f"{lines}optimizer: !partial:torch.optim:AdamW\n    foreach: {value}\n"
    return checked(folder, config=config)


def test_the_frame_names_what_the_value_comes_from(tmp_path: Path) -> None:
    config = """\
    -- set ns = namespace(started=filetime())
    model: !call:dict
        lr: 1
        note: {{ "built at " ~ ns.started }}
    """
    assert checked(tmp_path, config=config) == dedent("""\
        error[FGC210]: `note` comes from `filetime`, which is not the same for every build
         --> config.yaml:4:5
          |
        1 | -- set ns = namespace(started=filetime())
          |                       ------- `started` is set here
        2 | model: !call:dict
        3 |     lr: 1
        4 |     note: {{ "built at " ~ ns.started }}
          |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
          = help: the program can read the clock when it runs; a date that is meant is written out

        1 error
        """)


@pytest.mark.parametrize(
    ("expression", "name"),
    [
        ("isotime()", "isotime"),
        ("utcfiletime()", "utcfiletime"),
        ("now().year", "now"),
        ("now().strftime('%A')", "now"),
        ("hostname", "hostname"),
        ("hostname | length", "hostname"),
        ("uname ~ ''", "uname"),
        ("versions.torch", "versions"),
        ("getcwd()", "getcwd"),
        ("abspath('data')", "abspath"),
        ("relpath('/data')", "relpath"),
        ("basename(project_dir)", "project_dir"),
        ("joinpath(workspace_root, 'x')", "workspace_root"),
        ("user_home_dir()", "user_home_dir"),
        ("user_cache_dir('fgc')", "user_cache_dir"),
        ("site_config_dir()", "site_config_dir"),
        ("forgather_config_dir()", "forgather_config_dir"),
        ("getenv('HOME', 'x')", "getenv"),
        ("getenv('WORKERS', '4') | int", "getenv"),
        ("getenv('WORKERS', 4)", "getenv"),
    ],
)
def test_no_way_leads_into_the_program(tmp_path: Path, expression: str, name: str) -> None:
    found = optimizer(tmp_path, f"{{{{ ({expression}) | toyaml }}}}")
    expected = f"error[FGC210]: `foreach` comes from `{name}`, which is not the same"
    assert expected in found


def test_filters_macros_loops_and_branches_are_seen_through(tmp_path: Path) -> None:
    macro = '-- macro m(x)\n{{ x | upper | replace("O", "0") }}\n-- endmacro'
    for before, value in (
        (macro, "{{ m(hostname) | trim }}"),
        ("", "{% for c in hostname %}{{ loop.index }}{% endfor %}"),
        ("-- set x = [hostname]", '{{ x | join("") | first }}'),
        ("-- set x = 1 if hostname == 'localhost' else 2", "{{ x }}"),
    ):
        assert "error[FGC210]: `foreach` comes from `hostname`" in optimizer(
            tmp_path, value, before
        )


def test_the_target_of_a_call_is_seen_too(tmp_path: Path) -> None:
    config = (
        "optimizer: !partial:{{ 'torch' if hostname == 'localhost' else 'x' }}.optim:AdamW {}\n"
    )
    assert "error[FGC210]: `optimizer` comes from `hostname`" in checked(tmp_path, config=config)


def test_comments_files_that_are_read_and_what_becomes_nothing_are_free(tmp_path: Path) -> None:
    written(tmp_path, {"data/a.txt": "text\n"})
    config = """\
    # built {{ isotime() }} on {{ hostname }} in {{ project_dir }}
    output_dir: {{ abspath("output") }}
    train_data: !call:fgc.runtime.data.encode:tokenize_files
        files: ["{{ joinpath(project_dir, 'data/a.txt') }}"]
        tokenizer: !var tokenizer
        cache_dir: !var cache_dir
    """
    found = said(
        tmp_path, "--print-after", "check", "--set", "tokenizer=1", command="build", config=config
    )
    assert found == ""


def test_a_linked_project_is_held_to_it(tmp_path: Path) -> None:
    files = {
        "other/meta.yaml": "name: Other\ndefault_config: a.yaml\n",
        "other/configs/a.yaml": "main: !call:dict {who: {{ hostname }}}\n",
        "config.yaml": "model: !call:from_project {project_dir: {{ abspath('other') }}}\n",
    }
    written(tmp_path, files)
    found = fgc("build", "config.yaml", "--print-after", "check").stderr
    assert "error[FGC210]: `who` comes from `hostname`" in found
    assert " --> other/configs/a.yaml:1:1\n" in found
    assert found.endswith("1 error\n")


def test_what_cannot_be_rendered_elsewhere_is_not_the_same_for_every_build(tmp_path: Path) -> None:
    found = optimizer(tmp_path, "{{ {'localhost': true}[hostname] | toyaml }}")
    assert "error[FGC210]: `foreach` comes from `hostname`" in found


def test_every_such_name_has_another_value_elsewhere() -> None:
    variables = {"project_dir": "/p", "workspace_root": "/w"}
    here = template_globals(variables)
    for name in LOCAL:
        other = globals_elsewhere(variables, name)
        assert {key for key in here if key in variables and here[key] != other[key]} <= {name}

        assert _said(name, here) != _said(name, other), name


def _said(name: str, known: dict[str, object]) -> object:
    """The value of a name, or what it gives as a function."""
    value = known[name]
    arguments = {"abspath": ("a",), "relpath": ("/a",), "getenv": ("A", "b")}
    return value(*arguments.get(name, ())) if callable(value) else value
