"""A small project to ask about, and texts with a mark where the cursor stands."""

from __future__ import annotations

from pathlib import Path

from fgc.compiler.ir.span import Span
from fgc.compiler.lsp.snapshot import Snapshot
from fgc.compiler.lsp.workspace import Workspace

CURSOR = "‸"
BASE = """\
-- set ns = namespace()
[globals]
## How fast it learns.
-- set ns.lr = 0.1
-- set ns.width = 8
[optimizer]
lr: &lr {{ ns.lr }}
optimizer: &optimizer !partial:torch.optim:AdamW
    lr: *lr
    weight_decay: 0.1
[model]
.part: &part !partial:parts.py:Part
    width: !var width
model: &model !singleton:parts.py:Model
    part: *part
    config:
        width: {{ ns.width }}
[rest]
"""
FILES = {
    "meta.yaml": "name: Small\nsearchdir: [., templates]\ndefault_config: a.yaml\n",
    "templates/base.yaml": BASE,
    "templates/unused.yaml": "-- extends 'base.yaml'\n",
    "configs/a.yaml": "-- extends 'base.yaml'\n[globals]\n== super()\n-- set ns.lr = 0.2\n",
    "configs/b.yaml": "-- extends 'configs/a.yaml'\n[optimizer]\n== super()\n    eps: 1.0e-6\n",
    "parts.py": '''\
class Part:
    """A part of a model.

    It has more to say.
    """

    def __init__(self, *, width: int, gain: float = 1.0):
        self.width = width


class Model:
    def __init__(self, *, part, config):
        self.part = part
''',
}


def project(folder: Path) -> Path:
    """The project, written into ``folder``."""
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def opened(folder: Path, name: str, marked: str) -> tuple[Snapshot, int, int]:
    """The document ``name`` as an editor shows it that holds ``marked``, and the place of the mark.

    What is on disk was analysed before.
    """
    before, mark, after = marked.partition(CURSOR)
    assert mark
    file = (folder / name).as_posix()
    workspace = Workspace()
    if (folder / name).is_file():
        workspace.hold(file, (folder / name).read_text(encoding="utf-8"))
        workspace.update(file)
    workspace.hold(file, before + after)
    workspace.update(file)
    line = before.count("\n") + 1
    return workspace.snapshot(file), line, len(before) - (before.rfind("\n") + 1) + 1


def at(span: Span, folder: Path) -> str:
    """A place, as ``file:line:column`` below ``folder``."""
    return f"{Path(span.file).relative_to(folder).as_posix()}:{span.line}:{span.column}"
