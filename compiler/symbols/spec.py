"""The forms of an import spec.

len, getitem, dict.fromkeys      a builtin of Python or of the configuration language
torch.optim:AdamW                a module and a name in it
torch.optim.AdamW                the same, the module being the longest prefix that is one
models/attention.py:Attention    a file, from the project's folder or a search path
.attention:Attention             a module, from a search path
"""

from __future__ import annotations

import builtins
from dataclasses import dataclass
from keyword import iskeyword
from typing import Literal

Form = Literal["builtin", "module", "dotted", "file", "relative"]

# What the configuration language adds to Python's own builtins, and how each is called.
LANGUAGE_BUILTINS: dict[str, str] = {
    "items": "(mapping, /)",
    "keys": "(mapping, /)",
    "values": "(mapping, /)",
    "getitem": "(obj, key, /)",
    "named_list": "(*items)",
    "named_tuple": "(*items)",
    "named_dict": "(**entries)",
    "call": "(function, /, *args, **kwargs)",
}


@dataclass(frozen=True, slots=True)
class ImportSpec:
    """A spec taken apart. ``module`` is empty for a builtin and for the dotted form, whose module
    only the modules that exist can tell; ``name`` may be dotted. ``name_at`` is the offset of
    ``name`` in ``text``."""

    text: str
    form: Form
    module: str
    name: str
    name_at: int


_LONGEST = 1_000  # what lies at each dot of a spec is looked for


@dataclass(frozen=True, slots=True)
class Malformed:
    """Why a text is no import spec; ``start`` and ``end`` are offsets of the part at fault."""

    reason: str
    start: int
    end: int
    help: str | None = None


def parse(text: str) -> ImportSpec | Malformed:
    """Take an import spec apart.

    >>> spec = parse("torch.optim:AdamW")
    >>> spec.form, spec.module, spec.name
    ('module', 'torch.optim', 'AdamW')
    >>> parse("torch..optim:AdamW").reason
    '`torch..optim` is not a dotted module name'
    """
    if len(text) > _LONGEST:
        return Malformed(f"an import spec has at most {_LONGEST:,} characters", 0, _LONGEST)
    head, colon, name = text.rpartition(":")
    if not colon:
        return _without_colon(text)
    at = len(head) + 1
    if not head:
        return Malformed("an import spec needs a module before the colon", 0, 1)
    if not _is_dotted(name):
        reason = f"`{name}` is not a dotted name" if name else "a name is missing after the colon"
        return Malformed(reason, at, max(len(text), at), help="write `module:Name`")
    if "/" in head or "\\" in head or head.endswith(".py"):
        return _file(text, head, name)
    if ":" in head:
        return Malformed("an import spec has one colon", len(head.split(":")[0]), at)
    if head.startswith("."):
        if head.startswith("..") or not _is_dotted(head[1:]):
            return Malformed(
                f"`{head}` does not name a module of a search path",
                0,
                len(head),
                help="one dot and a dotted name, as in `.attention:Attention`",
            )
        return ImportSpec(text, "relative", head[1:], name, at)
    if not _is_dotted(head):
        return Malformed(f"`{head}` is not a dotted module name", 0, len(head))
    return ImportSpec(text, "module", head, name, at)


def _without_colon(text: str) -> ImportSpec | Malformed:
    if not _is_dotted(text):
        shown = f"`{text}` is neither `module:Name` nor a builtin's name"
        return Malformed(shown, 0, len(text), help="write `module:Name`")
    head, _, rest = text.partition(".")
    is_builtin = head in LANGUAGE_BUILTINS or hasattr(builtins, head)
    if not rest or (is_builtin and _builtin_attribute(head, rest)):
        return ImportSpec(text, "builtin", "", text, 0)
    return ImportSpec(text, "dotted", "", text, 0)


def _builtin_attribute(head: str, rest: str) -> bool:
    """Whether ``head.rest`` is reached from a builtin of Python (``dict.fromkeys``)."""
    value: object = getattr(builtins, head, None)
    for part in rest.split("."):
        if not hasattr(value, part):
            return False
        value = getattr(value, part)
    return True


def _file(text: str, head: str, name: str) -> ImportSpec | Malformed:
    path_help = "a file is given as `folder/file.py:Name`, with forward slashes"
    if "\\" in head:
        return Malformed("a path is written with forward slashes", 0, len(head), help=path_help)
    if not head.endswith(".py"):
        return Malformed(f"`{head}` is not a Python file", 0, len(head), help=path_help)
    return ImportSpec(text, "file", head, name, len(head) + 1)


def _is_dotted(text: str) -> bool:
    return all(part.isidentifier() and not iskeyword(part) for part in text.split("."))
