"""The baseline's tree as it is kept under version control, for reviewers to read."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from tests.tree.building import ROOT, Files

GOLDEN = ROOT / "tests" / "golden" / "tiny_llama"
UPDATE = "python -m tests.tree.update_golden"

# What says where the tree came from and changes with every comment in a template, and what is in
# the repository already.
_ELSEWHERE = {"config", "data", "fgc.lock", "fgc.map.json"}
_COPIES = {"model/tokenizer.json"}


def golden_files(files: Files) -> Files:
    """What is kept of a tree's files: all that is emitted, copies and hashes aside."""
    return {
        path: content
        for path, content in sorted(files.items())
        if PurePosixPath(path).parts[0] not in _ELSEWHERE and path not in _COPIES
    }


def write_golden(files: Files, folder: Path = GOLDEN) -> list[str]:
    """Makes ``folder`` hold what is kept of ``files``; returns the paths that changed."""
    kept = golden_files(files)
    present = {
        path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()
    }
    changed = sorted(present.keys() - kept.keys())
    for name in changed:
        present[name].unlink()
    for name, content in kept.items():
        file = folder / name
        if name not in present or file.read_bytes() != content:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
            changed.append(name)
    return changed
