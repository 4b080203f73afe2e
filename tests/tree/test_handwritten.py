"""The emitted tree is the one that was written by hand, up to differences that are explained.

The hand came first: it says what the compiler is to write. Definitions are compared by name, with
their comments, and not by their order, which in what is emitted follows the configuration.
"""

from __future__ import annotations

import ast
from difflib import SequenceMatcher
from typing import NamedTuple

import pytest

from tests.tree.building import ROOT, Builds, Files, read_tree
from tests.tree.golden import golden_files

HANDWRITTEN = ROOT / "tests" / "handwritten" / "tiny_llama"

# What belongs to every tree, and tells nothing about how well it is written.
NOT_WRITTEN_BY_HAND = {".gitignore", "README.md", "requirements.txt", "model/tokenizer_config.json"}


class Place(NamedTuple):
    """A definition in a file; the name is empty for a file that is not Python."""

    path: str
    name: str = ""


class Hunk(NamedTuple):
    """Lines that the hand has in a place, and what is emitted there instead."""

    place: Place
    hand: tuple[str, ...]
    emitted: tuple[str, ...]


EXPLAINED: dict[str, list[Hunk]] = {}


def differences(hand: Files, emitted: Files) -> list[Hunk]:
    """The hunks in which two trees differ, definition by definition."""
    hunks: list[Hunk] = []
    ours, theirs = texts(hand), texts(emitted)
    for place in sorted(ours.keys() | theirs.keys()):
        left, right = (side.get(place, "").splitlines() for side in (ours, theirs))
        if not ours.get(place):
            hunks.append(Hunk(place, (), ("...",)))
            continue
        if place not in theirs:
            hunks.append(Hunk(place, ("...",), ()))
            continue
        matcher = SequenceMatcher(None, left, right, autojunk=False)
        hunks += [
            Hunk(place, tuple(map(str.strip, left[a:b])), tuple(map(str.strip, right[c:d])))
            for tag, a, b, c, d in matcher.get_opcodes()
            if tag != "equal"
        ]
    return hunks


def texts(files: Files) -> dict[Place, str]:
    """What stands at each place; files in which nothing stands are not there."""
    found: dict[Place, str] = {}
    for path, content in files.items():
        text = content.decode()
        if path.endswith(".py"):
            found |= {Place(path, name): source for name, source in _definitions(text).items()}
        else:
            found[Place(path)] = text
    return found


def _definitions(text: str) -> dict[str, str]:
    """The source of each statement of a module by the name that it defines, or by itself."""
    found: dict[str, str] = {}
    for node in ast.parse(text).body:
        source = ast.get_source_segment(text, node) or ""
        match node:
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name):
                found[name] = source
            case ast.Assign(targets=[ast.Name(id=name)]):
                found[name] = source
            case ast.Expr(value=ast.Constant(value=str())):
                found["docstring"] = source
            case _:
                found[source] = source
    return found


@pytest.fixture(scope="module")
def hunks(builds: Builds) -> list[Hunk]:
    hand = {
        path: text for path, text in read_tree(HANDWRITTEN).items() if "__pycache__" not in path
    }
    emitted = golden_files(builds.files())
    for path in NOT_WRITTEN_BY_HAND:
        del emitted[path]
    return differences(hand, emitted)


def test_emitted_as_written_by_hand(hunks: list[Hunk]) -> None:
    explained = [hunk for group in EXPLAINED.values() for hunk in group]
    assert [hunk for hunk in hunks if hunk not in explained] == []


def test_what_is_explained_is_there(hunks: list[Hunk]) -> None:
    assert [hunk for group in EXPLAINED.values() for hunk in group if hunk not in hunks] == []


def test_finds_every_kind_of_difference() -> None:
    hand = {"a.py": b"import os\nX = 1\n\ndef f():\n    # why\n    return X\n", "b.json": b"1\n"}
    emitted = {"a.py": b"def f():\n    return X\nX = 2\ndef g(): ...\n", "b.json": b"2\n"}
    assert differences(hand, emitted) == [
        Hunk(Place("a.py", "X"), ("X = 1",), ("X = 2",)),
        Hunk(Place("a.py", "f"), ("# why",), ()),
        Hunk(Place("a.py", "g"), (), ("...",)),
        Hunk(Place("a.py", "import os"), ("...",), ()),
        Hunk(Place("b.json"), ("1",), ("2",)),
    ]
    assert differences(hand, dict(hand)) == []
