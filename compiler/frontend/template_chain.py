"""How the templates of a rendering refer to each other."""

from __future__ import annotations

from typing import Literal, NamedTuple

ReferenceKind = Literal["extends", "includes", "imports"]


class BlockUse(NamedTuple):
    """A block of a template: its line, and whether it takes over what it overrides (`super()`)."""

    name: str
    line: int
    calls_super: bool


class TemplateUse(NamedTuple):
    """A template that was rendered.

    ``file`` is the span name of its file, ``inline`` its own name if it is one of several in the
    file, ``line`` the file's line on which it begins.
    """

    key: str
    file: str
    inline: str | None
    line: int
    blocks: tuple[BlockUse, ...]


class Reference(NamedTuple):
    """On ``line`` of its file, the template ``source`` extends, includes or imports ``to``, by a
    name that stands there or that was computed. Templates are named by key."""

    source: str
    kind: ReferenceKind
    line: int
    to: str


class TemplateChain(NamedTuple):
    """The templates of a rendering by key, in the order of loading, and each reference that was
    followed, once."""

    root: str
    templates: dict[str, TemplateUse]
    references: tuple[Reference, ...]
