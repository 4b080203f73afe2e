"""Where definitions lie in the tree, and under which names its modules import each other."""

from __future__ import annotations

RUNTIME = "fgc.runtime"
USER = "user"  # the package of the tree that holds a project's own modules


def tree_module(module: str) -> str:
    """The tree's name of a library module.

    >>> tree_module("fgc.runtime.trainer.loop"), tree_module("layers.attention")
    ('runtime.trainer.loop', 'user.layers.attention')
    """
    if module == RUNTIME or module.startswith(RUNTIME + "."):
        return module.removeprefix("fgc.")
    return f"{USER}.{module}"


def tree_path(module: str) -> str:
    """The tree's file of a library module.

    >>> tree_path("fgc.runtime.trainer.loop")
    'runtime/trainer/loop.py'
    """
    return tree_module(module).replace(".", "/") + ".py"


def packages(paths: list[str]) -> list[str]:
    """The `__init__.py` files that make packages of the folders of Python files.

    >>> packages(["train.py", "runtime/data/blocks.py"])
    ['runtime/__init__.py', 'runtime/data/__init__.py']
    """
    folders: set[str] = set()
    for path in paths:
        parts = path.split("/")[:-1]
        folders |= {"/".join(parts[:n]) for n in range(1, len(parts) + 1)}
    return [f"{folder}/__init__.py" for folder in sorted(folders)]
