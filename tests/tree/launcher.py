"""Runs training programs in processes of their own, without the seconds that imports take."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any, Self

ZYGOTE = Path(__file__).with_name("zygote.py")


class Launcher:
    """Within its `with`, a zygote in the environment of ``python``, one program at a time."""

    def __init__(self, python: Path, environ: dict[str, str], folder: Path):
        self._folder = folder
        self._process = subprocess.Popen(
            [python, ZYGOTE],
            env=environ,
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._await()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._process.communicate()

    def __call__(
        self, program: Path, *arguments: str | Path, cwd: Path | None = None, **environ: str
    ) -> CompletedProcess[str]:
        """Runs ``python program arguments`` to its end; ``environ`` adds variables."""
        assert self._process.stdin is not None
        streams = {name: self._folder / name for name in ("stdout", "stderr")}
        argv = [str(program), *map(str, arguments)]
        request = {"argv": argv, "cwd": str(cwd or self._folder), "environ": environ}
        request |= {name: str(file) for name, file in streams.items()}
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        code = self._await()
        return CompletedProcess(argv, code, *(file.read_text() for file in streams.values()))

    def _await(self) -> Any:
        assert self._process.stdout is not None
        return json.loads(self._process.stdout.readline())
