"""What a linked project names is found from that project's own folder."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from fgc.compiler.interpret import interpret
from fgc.compiler.ir.graph import Call, File, List
from fgc.compiler.passes.plan import plan
from fgc.compiler.pipeline import Outcome, Request, run
from fgc.compiler.symbols.resolution import Resolution
from fgc.targets.python.program import PYTHON

READER = """
    from pathlib import Path

    HERE = {name!r}

    class Reader:
        def __init__(self, *, files: list[Path]):
            self.files = files
            self.where = HERE
    """


@pytest.fixture
def projects(tmp_path: Path) -> Path:
    """Three projects in one another's neighbourhood, each with a module, a text and a link on."""
    links = {"a": "b", "b": "c", "c": None}
    for name, linked in links.items():
        folder = tmp_path / name
        (folder / "configs").mkdir(parents=True)
        (folder / "meta.yaml").write_text(f"name: {name}\n")
        (folder / "text.txt").write_text(name)
        (folder / f"reader_{name}.py").write_text(dedent(READER.format(name=name)))
        inner = f"!call:from_project {{project_dir: ../{linked}, given: *given}}"
        inner = inner if linked else "null"
        (folder / "configs" / "main.yaml").write_text(
            f"given: &given {'text.txt' if name == 'a' else '!var given'}\n"
            f"inner: &inner {inner}\n"
            "main: !call:dict\n"
            f"    reader: !call:reader_{name}.py:Reader\n"
            "        files: [text.txt, *given]\n"
            "    inner: *inner\n"
        )
    return tmp_path


def resolution(outcome: Outcome) -> Resolution:
    assert outcome.diagnostics == ()
    assert outcome.build.resolution is not None
    return outcome.build.resolution


def test_files_and_modules(projects: Path) -> None:
    """Also where a project is linked by a linked one; what is handed over stays its giver's."""
    found = resolution(run(Request(projects / "a"), until="fold"))
    main = found.graph.root("main")
    for name in ("a", "b", "c"):
        assert isinstance(main, Call)
        reader = main.kwarg("reader")
        assert isinstance(reader, Call)
        files = reader.kwarg("files")
        assert isinstance(files, List)
        sources = [file.source for file in files.items if isinstance(file, File)]
        expected = [projects / name / "text.txt", projects / "a" / "text.txt"]
        assert sources == [path.as_posix() for path in expected]
        assert found.symbols[reader].file == (projects / name / f"reader_{name}.py").as_posix()
        main = main.kwarg("inner")


def test_the_interpreter_finds_the_same(projects: Path) -> None:
    main = interpret(resolution(run(Request(projects / "a"), until="fold")), ["main"])["main"]
    for name in ("a", "b", "c"):
        assert isinstance(main, dict)
        reader = main["reader"]
        assert reader.where == name
        assert [path.read_text() for path in reader.files] == [name, "a"]
        main = main["inner"]


def test_a_file_that_the_other_project_lacks(projects: Path) -> None:
    (projects / "b" / "text.txt").unlink()
    (found,) = run(Request(projects / "a"), until="fold").diagnostics
    assert found.message == "there is no file `text.txt` in the project"
    assert found.help == "a path is taken from the project's folder `b`"
    assert found.span is not None
    assert found.span.file == (projects / "b" / "configs" / "main.yaml").as_posix()


def test_a_module_that_is_not_python(projects: Path) -> None:
    (projects / "b" / "reader_b.py").write_text("def f(:\n")
    found = run(Request(projects / "a"), until="check").diagnostics
    assert "`reader_b.py` is not Python" in [finding.message for finding in found]


def test_modules_of_one_name_are_refused(projects: Path) -> None:
    for name in ("a", "b"):
        (projects / name / f"reader_{name}.py").rename(projects / name / "reader.py")
        config = projects / name / "configs" / "main.yaml"
        config.write_text(config.read_text().replace(f"reader_{name}.py", "reader.py"))
    (found,) = run(Request(projects / "a"), until="fold").diagnostics
    assert (found.code, found.message) == ("FGC020", "two projects have a module `reader`")
    assert found.help == "rename one of the two files"
    places = [found.span, *(label.span for label in found.labels)]
    assert {Path(place.file).parents[1].name for place in places if place} == {"a", "b"}


@pytest.mark.parametrize(
    ("built", "linked", "name"),
    [
        ("null", "other name", "other_name"),
        ("own", "other name", "own"),
        ("null", "null", "node"),
        ("null", "1e3", "_1e3"),
    ],
)
def test_a_model_is_called_what_its_project_calls_it(
    projects: Path, built: str, linked: str, name: str
) -> None:
    for project, model_name in (("a", built), ("b", linked)):
        config = projects / project / "configs" / "main.yaml"
        quoted = model_name if model_name == "null" else f"'{model_name}'"
        model = "!call:from_project [../b]"
        if project == "b":
            model = "!call:fgc.runtime.nn:ForCausalLM@node {config: {vocab_size: 2}}"
        config.write_text(f"meta: {{model_name: {quoted}}}\nmain: {model}\n")
    outcome = run(Request(projects / "a"), until="link")
    assert outcome.build.graph is not None
    planned = plan(Resolution(outcome.build.graph, {}), PYTHON)
    assert [model.name for model in planned.models.values()] == [name]
