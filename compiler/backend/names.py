"""Names in emitted code: derived from the configuration, never from an order or a counter."""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable, Container

from fgc.compiler.ir.graph import Path


def identifier(text: str) -> str:
    """``text`` as a Python identifier in snake case.

    >>> identifier("q-norm"), identifier("class"), identifier("2nd"), identifier("Attention")
    ('q_norm', 'class_', '_2nd', 'attention')
    """
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", text)
    name = re.sub(r"\W+", "_", spaced, flags=re.ASCII).strip("_").lower() or "value"
    if name[0].isdigit():
        name = "_" + name
    return name + "_" if keyword.iskeyword(name) or keyword.issoftkeyword(name) else name


def camel(text: str) -> str:
    """``text`` as the name of a class.

    >>> camel("tiny_llama"), camel("q_norm")
    ('TinyLlama', 'QNorm')
    """
    return "".join(part[:1].upper() + part[1:] for part in identifier(text).split("_"))


def class_prefix(text: str) -> str:
    """``text`` as the beginning of the names of classes.

    >>> class_prefix("tiny_llama"), class_prefix("1b")
    ('TinyLlama', '_1b')
    """
    name = camel(text)
    return "_" + name if name[:1].isdigit() else name


def path_name(path: Path, free: Callable[[str], bool], name: str | None = None) -> str:
    """A free name for the node at ``path``: its ``@name``, or as much of its path as it takes.

    The last part of the path comes first; a collision adds the part to its left.

    >>> path_name(("encoder", "attn", "q_norm"), lambda name: name != "q_norm")
    'attn_q_norm'
    """
    if name is not None and free(identifier(name)):
        return identifier(name)
    parts = [identifier(part) for part in path] or ["value"]
    for length in range(1, len(parts) + 1):
        candidate = "_".join(parts[-length:])
        if free(candidate):
            return candidate
    candidate = "_".join(parts) + "_"
    while not free(candidate):
        candidate += "_"
    return candidate


def free_of(taken: Container[str]) -> Callable[[str], bool]:
    """The test that a name is not in ``taken``."""
    return lambda name: name not in taken
