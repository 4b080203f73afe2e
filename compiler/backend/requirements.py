"""What a tree imports from elsewhere, as a requirements.txt."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable

# Ranges that the runtime is written for; the distribution where it is not called as the import is.
RANGES = {
    "datasets": "datasets>=4",
    "matplotlib": "matplotlib>=3.8",
    "numpy": "numpy>=1.26",
    "PIL": "pillow",
    "rich": "rich>=13",
    "safetensors": "safetensors>=0.5",
    "sklearn": "scikit-learn",
    "tensorboard": "tensorboard>=2.18",
    "tokenizers": "tokenizers>=0.22",
    "torch": "torch>=2.9",
    "torchao": "torchao>=0.15",
    "torchdata": "torchdata>=0.11",
    "transformers": "transformers>=5,<6",
    "triton": "triton>=3.5",
    "yaml": "PyYAML>=6",
}

# Methods that only a later version of a package has.
NEWER = {"activation_checkpointing_enable": ("transformers", "transformers>=5.23,<6")}
# What a module needs that its own package does not bring.
NEEDS = {"torch.utils.tensorboard": "tensorboard"}


def imported(code: str) -> set[str]:
    """The top packages that a module imports, anywhere in it, without Python's own.

    >>> sorted(imported("import os, numpy.random\\ndef f():\\n    from rich.live import Live"))
    ['numpy', 'rich']
    >>> sorted(imported("from torch.utils.tensorboard import SummaryWriter"))
    ['tensorboard', 'torch']
    """
    modules: set[str] = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            modules.add(node.module)
    found = {module.split(".")[0] for module in modules} - set(sys.stdlib_module_names)
    return found | {NEEDS[module] for module in modules & NEEDS.keys()}


def requirements(codes: Iterable[str], local: Iterable[str]) -> str:
    """requirements.txt for modules with these texts, ``local`` being the tree's own packages."""
    codes = list(codes)
    packages = set[str]().union(*(imported(code) for code in codes)) - set(local)
    ranges = RANGES | dict(NEWER[name] for name in NEWER if any(f".{name}(" in c for c in codes))
    return "".join(f"{line}\n" for line in sorted(ranges.get(name, name) for name in packages))
