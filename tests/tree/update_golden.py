"""``python -m tests.tree.update_golden``: rewrites tests/golden from what fgc emits now."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.tree.building import Builds
from tests.tree.golden import GOLDEN, write_golden


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        changed = write_golden(Builds(Path(folder)).files())
    for path in changed:
        print(f"changed  {path}")
    print(f"{len(changed)} files changed in {GOLDEN.name}")


if __name__ == "__main__":
    main()
