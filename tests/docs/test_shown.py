"""What the documents show of files is what is in them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fgc.compiler.pipeline import PASS_NAMES
from tests.conftest import ROOT, Demo
from tests.docs.conftest import DOCUMENTS
from tests.docs.markdown import Block, blocks

LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)")


def shown(document: str, start: str = "", language: str | None = "text") -> list[Block]:
    text = (ROOT / document).read_text(encoding="utf-8")
    found = [block for block in blocks(text) if block.language == language]
    return [block for block in found if block.text.startswith(start)]


def excerpts(block: Block) -> list[str]:
    """The parts of a block between lines of three dots."""
    return [part.strip("\n") for part in re.split(r"(?m)^\.\.\.$", block.text)]


def test_configurations_are_real(trained_run: Path) -> None:
    rendered = (trained_run / "config" / "rendered.yaml").read_text(encoding="utf-8")
    quoted = [b for b in shown("README.md", language="yaml") if not b.text.startswith("## ")]
    assert quoted
    for block in quoted:
        for part in excerpts(block):
            assert part in rendered


def test_generated_code_is_real(trained_run: Path) -> None:
    files = [path.read_text(encoding="utf-8") for path in trained_run.rglob("*.py")]
    quoted = [b for b in shown("README.md", language="python") if "import Auto" not in b.text]
    explained = shown("docs/generated_tree.md", language="python")
    assert quoted
    assert explained
    for block in (*quoted, *explained):
        for part in excerpts(block):
            assert any(part in text for text in files), part


def test_the_tree_is_that_of_a_build(trained_run: Path) -> None:
    (block,) = shown("README.md", "run/\n")
    listed = set(listing(block))
    present = {
        path.relative_to(trained_run).as_posix()
        for path in (*trained_run.glob("*"), *(trained_run / "model").glob("*"))
        if not re.search(r"__|/\.|^\.|^output", path.relative_to(trained_run).as_posix())
    }
    folders = {f"runtime/{path.name}" for path in (trained_run / "runtime").glob("*/")}
    assert listed == present | {name for name in folders if "__" not in name}


def listing(block: Block) -> list[str]:
    """The paths of an indented listing, without its first line and its remarks."""
    paths: list[str] = []
    folders: list[str] = []
    for line in block.text.splitlines()[1:]:
        depth = (len(line) - len(line.lstrip())) // 2 - 1
        name = line.split()[0].rstrip("/")
        folders[depth:] = [name]
        paths.append("/".join(folders))
    return paths


def test_the_demo_prints_these_figures(demo: Demo) -> None:
    (block,) = (block for block in shown("README.md") if "what it has learnt\n" in block.text)
    figures = block.text.partition("what it has learnt\n")[2].splitlines()
    assert figures
    for line in figures:
        name = re.split(r"\s{2,}", line)[0]
        assert f"\n{name} " in demo.output


def test_the_passes_are_drawn_in_their_order() -> None:
    (block,) = shown("docs/architecture.md")
    drawn = re.findall(r"(?m)^   ([a-z]+)  ", block.text)
    assert tuple(name for name in drawn if name != "configs") == PASS_NAMES


LISTED = re.compile(r"(?m)^((?:[a-z][\w./-]+, )*[a-z.][\w./-]+)  +\S")


@pytest.mark.parametrize("document", ["docs/architecture.md", "docs/generated_tree.md"])
def test_what_is_said_of_the_tree_is_there(document: str, trained_run: Path) -> None:
    """Each line of a listing begins with paths of the tree, those of the model's folder alone."""
    listed = [
        path
        for block in shown(document, language=None)
        if re.search(r"/  |\.json  ", block.text)
        for paths in LISTED.findall(block.text)
        for path in paths.split(", ")
    ]
    assert "fgc.lock" in listed
    for path in listed:
        found = re.sub(r"step-\d{8}", "step-????????", path)
        assert any([*trained_run.glob(found), *trained_run.glob(f"model/{found}")]), path


@pytest.mark.parametrize("document", [*DOCUMENTS, "runtime/README.md"])
def test_links_lead_somewhere(document: str) -> None:
    path = ROOT / document
    for target in LINK.findall(path.read_text(encoding="utf-8")):
        assert (path.parent / target).exists(), target
