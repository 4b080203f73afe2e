"""A place where the documents' commands run as they stand."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

DOCUMENTS = (
    "README.md",
    "examples/tiny_llama/README.md",
    "examples/composed/README.md",
    "CONTRIBUTING.md",
    *sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").glob("*.md")),
)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The examples as in a checkout, with so little text that training on it begins at once."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    for name, size in (("train.txt", 200_000), ("heldout.txt", 8_000)):
        path = tmp_path / "examples" / "tiny_llama" / "data" / name
        text = path.read_text(encoding="utf-8")
        path.write_text(text[: text.index("\n\n", size)] + "\n", encoding="utf-8")
    return tmp_path


@pytest.fixture
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """That of a shell in which `.venv` is active, and which reaches no network."""
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    modules = str(tmp_path_factory.mktemp("modules"))
    return os.environ | {"PATH": path, "HF_HUB_OFFLINE": "1", "HF_MODULES_CACHE": modules}
