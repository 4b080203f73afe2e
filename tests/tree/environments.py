"""Python environments that hold certain distributions of this one, and nothing else.

An import of anything else fails in them as it does on a machine where it is not installed: there is
no finder to hide it from some ways of looking and not from others.
"""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Iterable
from importlib.metadata import Distribution, distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


def make_environment(folder: Path, requirements: Iterable[str]) -> Path:
    """An environment with ``requirements`` and what they require; returns its Python.

    The distributions are links to those that are installed here.
    """
    venv.create(folder, with_pip=False, symlinks=True)
    python = folder / "bin" / "python"
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    packages = folder / "lib" / version / "site-packages"
    for found in closure(requirements):
        for entry in _entries(found):
            link = packages / entry
            if not link.exists():
                link.symlink_to(str(found.locate_file(entry)))
    return python


def closure(requirements: Iterable[str]) -> list[Distribution]:
    """The installed distributions that ``requirements`` name, and all that those require."""
    found: dict[str, Distribution] = {}
    queue = [Requirement(line) for line in requirements]
    while queue:
        requirement = queue.pop()
        name = canonicalize_name(requirement.name)
        if name in found:
            continue
        found[name] = _installed(requirement.name)
        for line in found[name].requires or ():
            required = Requirement(line)
            if required.marker is None or required.marker.evaluate({"extra": ""}):
                queue.append(required)
    return list(found.values())


def _installed(name: str) -> Distribution:
    # not by the path of this process, which may hold a checkout's own metadata
    return next(iter(distributions(name=name, path=[sysconfig.get_path("purelib")])))


def _entries(found: Distribution) -> set[str]:
    """What a distribution has in site-packages."""
    names = {file.parts[0] for file in found.files or () if file.parts[0] != ".."}
    return names - {"__pycache__"}


def clean_environ(home: Path, **variables: str) -> dict[str, str]:
    """Variables for a process that knows nothing of this one, nor of the network."""
    return {
        "PATH": os.environ.get("PATH", ""),
        "HOME": str(home),
        "HF_HOME": str(home / "huggingface"),
        "HF_HUB_OFFLINE": "1",
        "OMP_NUM_THREADS": "1",
        "TOKENIZERS_PARALLELISM": "false",
        **variables,
    }


def run_python(
    python: Path, *arguments: str, environ: dict[str, str], cwd: Path
) -> subprocess.CompletedProcess[str]:
    """Runs a Python to its end."""
    return subprocess.run(
        [python, *arguments],
        env=environ,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
