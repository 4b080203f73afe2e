"""A pipeline of two small passes, so that the commands are tested apart from the compiler."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from fgc.compiler import pipeline
from fgc.compiler.backend.lock import Lock
from fgc.compiler.backend.tree import digest
from fgc.compiler.cli.main import cli
from fgc.compiler.diagnostics.diagnostic import BuildError, Diagnostic, Severity
from fgc.compiler.frontend.rendered import Piece, Rendered
from fgc.compiler.ir.span import Span
from fgc.compiler.pipeline import Build, Pass


def load(build: Build) -> Build:
    """The file as it stands; ``bad`` in it is an error, ``odd`` a warning, ``crash`` a bug."""
    assert build.request.config is not None
    file = build.request.config.resolve().as_posix()
    text = Path(file).read_text(encoding="utf-8")
    pieces = tuple((Piece(1, file, n, 1),) for n in range(1, len(text.splitlines()) + 1))
    span = Span(file, 1, 1, 1, len(text.splitlines()[0]) + 1)
    if "crash" in text:
        raise KeyError("unexpected")
    if "bad" in text:
        raise BuildError(Diagnostic("FGC010", "this is bad", span, help="write `good`"))
    found = (Diagnostic("FGC032", "this is odd", span, Severity.WARNING),) if "odd" in text else ()
    rendered = Rendered(text, pieces, {file: text}, (file,))
    return replace(build, rendered=rendered, diagnostics=found)


def seal(build: Build) -> Build:
    """A tree of one program, which prints the overrides."""
    program = f"print({sorted(build.request.overrides.items())!r})\n".encode()
    tree = {"train.py": program, "model/weights.bin": b"\x00"}
    files = {path: digest(content) for path, content in tree.items()}
    return replace(build, tree=tree, lock=Lock("0", "0", "a.yaml", {}, files))


@pytest.fixture(autouse=True)
def small_pipeline(monkeypatch: pytest.MonkeyPatch) -> None:
    passes = (
        Pass("render", load, lambda build: build.rendered.text if build.rendered else ""),
        Pass("fold", seal, lambda build: f"{sorted(build.tree or ())}\n"),
    )
    monkeypatch.setattr(pipeline, "PASSES", passes)


@dataclass(frozen=True)
class Shell:
    """Runs ``fgc`` in a folder with a configuration of a given text."""

    folder: Path

    def __call__(self, text: str, *arguments: str) -> Result:
        (self.folder / "a.yaml").write_text(text, encoding="utf-8")
        return CliRunner().invoke(cli, arguments, prog_name="fgc", catch_exceptions=False)


@pytest.fixture
def fgc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.chdir(tmp_path)
    return Shell(tmp_path)
