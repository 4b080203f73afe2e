"""``python watched.py PROJECT OUT COMMANDS``: runs commands, and tells what none should do.

Whatever Python runs, opens, starts or connects to is seen by an audit hook, which cannot be undone.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

_NEVER = (
    "socket.",
    "subprocess.",
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "os.spawn",
    "os.fork",
    "ctypes.",
    "urllib.",
)
_CHANGES = ("os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.chmod")


def watch(project: Path, allowed: tuple[Path, ...], seen: list[str]) -> None:
    """Notes in ``seen`` what is done that no build may do; writing is ``allowed`` below folders."""

    def may_change(place: object) -> bool:
        path = os.path.abspath(os.fsdecode(place)) if isinstance(place, (str, bytes)) else ""
        return path.startswith(tuple(str(folder) for folder in (*allowed, "/dev/")))

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if event == "exec":
            file: str = getattr(arguments[0], "co_filename", "")
            # a template is compiled to code, which the sandbox runs
            if file.startswith(str(project)) and not file.partition("#")[0].endswith(".yaml"):
                seen.append(f"exec {file}")
        elif event == "import" and str(arguments[1]).startswith(str(project)):
            seen.append(f"import {arguments[0]}")
        elif event == "open":
            path, mode, flags = (*arguments, None, None, None)[:3]
            writes = isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
            writes = writes or (isinstance(mode, str) and bool(set(mode) & set("wax+")))
            if writes and isinstance(path, str | bytes) and not may_change(path):
                seen.append(f"write {path!r}")
        elif event.startswith(_NEVER) or (event in _CHANGES and not may_change(arguments[0])):
            seen.append(f"{event} {arguments!r:.200}")

    sys.addaudithook(hook)


def run(command: list[str]) -> int:
    """The exit code of ``fgc`` with these arguments."""
    from fgc.compiler.cli.main import main

    try:
        sys.argv = ["fgc", *command]
        main()
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 0
    return 0


if __name__ == "__main__":
    project, out = Path(sys.argv[1]), Path(sys.argv[2])
    commands: list[list[str]] = json.loads(sys.argv[3])
    seen: list[str] = []
    sys.dont_write_bytecode = True
    watch(project, (out, Path(os.environ["FGC_CACHE_DIR"])), seen)
    codes = [run(command) for command in commands]
    sys.stdout.flush()
    print(json.dumps({"codes": codes, "seen": seen}))
