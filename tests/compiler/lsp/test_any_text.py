"""Whatever is written, nothing raises: random edits of the demo's templates."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from fgc.compiler.lsp.actions import actions
from fgc.compiler.lsp.completion import completion
from fgc.compiler.lsp.definition import definition
from fgc.compiler.lsp.hover import hover
from fgc.compiler.lsp.outline import outline
from fgc.compiler.lsp.references import references
from fgc.compiler.lsp.workspace import Workspace

ROOT = Path(__file__).resolve().parents[3]
PIECES = (
    "{{", "}}", "{%", "-- ", "-- set ns.x = ", "-- extends 'a'", "-- extends 'models/llama.yaml'",
    "== super()", "=> ", "[", "]", "[globals]", "    [optimizer]", "*lr", "&lr ", "!", "!partial:",
    "!var ", "!call:from_project", "ns.", "##", ":", ": ", "\n", "\r\n", "\t", "- ", "'", '"', "|",
    "#--- x ---", "é😀", "\0", "\x0c", "\u2028", "{a: [", "<<: *x", "!partial:torch.optim:",
    "\ufeff",
)  # fmt: skip


def edited(text: str, rng: random.Random) -> str:
    """``text`` after some typing, cutting and moving of lines."""
    for _ in range(rng.randint(1, 4)):
        at = rng.randint(0, len(text))
        match rng.randrange(4):
            case 0:
                text = text[:at] + text[at + rng.randint(1, 30) :]
            case 1 | 2:
                text = text[:at] + rng.choice(PIECES) + text[at:]
            case _:
                lines = text.split("\n")
                lines.insert(rng.randint(0, len(lines)), lines.pop(rng.randrange(len(lines))))
                text = "\n".join(lines)
    return text


def try_all(seeds: range, folder: Path) -> None:
    demo = folder / "tiny_llama"
    shutil.copytree(ROOT / "examples" / "tiny_llama", demo)
    config = demo / "configs" / "baseline.yaml"
    derived = demo / "configs" / "post_norm.yaml"
    model = demo / "models" / "llama.yaml"  # its own, which shadows the one that fgc has
    model.parent.mkdir()
    shutil.copy(ROOT / "templates" / "models" / "llama.yaml", model)
    texts = {path.as_posix(): path.read_text() for path in (config, derived, model)}
    texts[(demo / "meta.yaml").as_posix()] = (demo / "meta.yaml").read_text()
    workspace = Workspace()
    for file, text in texts.items():
        workspace.hold(file, text)
        workspace.update(file)
    assert not workspace.findings()
    for seed in seeds:
        rng = random.Random(seed)
        file = rng.choice(list(texts))
        text = edited(texts[file], rng)
        workspace.hold(file, text)
        try:
            workspace.update(file)
            found = workspace.findings().get(file, ())
            snapshot = workspace.snapshot(file)
            outline(text)
            list(actions(snapshot, found, 1, len(snapshot.lines)))
            for _ in range(25):
                line = rng.randint(1, len(snapshot.lines) + 1)
                column = rng.randint(1, len(snapshot.line(line)) + 1)
                definition(snapshot, line, column)
                references(snapshot, line, column)
                hover(snapshot, line, column)
                completion(snapshot, line, column)
        except Exception as error:
            error.add_note(f"seed {seed}, {file}:\n{text}")
            raise
        workspace.hold(file, texts[file])
        workspace.update(file)
        assert not workspace.findings(), f"seed {seed}: what was mended is still shown"


def test_random_edits_of_the_demo(tmp_path: Path) -> None:
    try_all(range(40), tmp_path)


@pytest.mark.nightly
def test_many_random_edits_of_the_demo(tmp_path: Path) -> None:
    try_all(range(1_000, 4_000), tmp_path)
