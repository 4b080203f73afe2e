"""The templates of a configuration: who extends whom, and what each overrides.

It is told from the parsed templates and from the references that rendering followed, so that a base
or an include whose name is computed is the one that was taken.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from fgc.compiler.frontend.template_chain import BlockUse, TemplateChain
from fgc.compiler.views.diagram import Box, Diagram, Edge
from fgc.compiler.views.places import one_line

_VERBS = ("adds to", "replaces", "defines")
_LISTED = 72  # columns of names that are listed on one line
_SIMPLE = re.compile(r"[\w./-]+")


@dataclass(frozen=True, slots=True)
class Block:
    """What a template does with a block: a verb, its name, and the place of what it overrides."""

    verb: str
    name: str
    of: str | None


@dataclass(frozen=True, slots=True)
class Template:
    """A template: its name for people, its file, its blocks, and what it refers to, in order."""

    key: str
    title: str
    file: str
    blocks: tuple[Block, ...]
    references: tuple[tuple[str, int, Template], ...]


def templates(chain: TemplateChain, name_of: Callable[[str], str]) -> Template:
    """The configuration's own template, and below it those that it is made of.

    ``name_of`` gives a file its name on every machine.
    """
    return _Reader(chain, name_of).template(chain.root)


class _Reader:
    def __init__(self, chain: TemplateChain, name_of: Callable[[str], str]):
        self._chain = chain
        self._name_of = name_of
        self._read: dict[str, Template] = {}

    def template(self, key: str) -> Template:
        if key not in self._read:
            used = self._chain.templates[key]
            references = [r for r in self._chain.references if r.source == key]
            self._read[key] = Template(
                key,
                self._title(key),
                used.file,
                tuple(self._block(key, block) for block in used.blocks),
                tuple((r.kind, r.line, self.template(r.to)) for r in references),
            )
        return self._read[key]

    def _title(self, key: str) -> str:
        used = self._chain.templates[key]
        file = one_line(self._name_of(used.file))
        return file if used.inline is None else f"{one_line(used.inline)} in {file}:{used.line - 1}"

    def _block(self, key: str, block: BlockUse) -> Block:
        for above in self._bases(key):
            used = self._chain.templates[above]
            overridden = next((b for b in used.blocks if b.name == block.name), None)
            if overridden is not None:
                verb = "adds to" if block.calls_super else "replaces"
                place = f"{one_line(self._name_of(used.file))}:{overridden.line}"
                return Block(verb, block.name, place)
        return Block("defines", block.name, None)

    def _bases(self, key: str) -> Iterator[str]:
        """The templates that ``key`` extends, the nearest first."""
        seen = {key}
        waiting = [key]
        while waiting:
            source = waiting.pop(0)
            for r in self._chain.references:
                if r.source == source and r.kind == "extends" and r.to not in seen:
                    seen.add(r.to)
                    waiting.append(r.to)
                    yield r.to


def walk(root: Template) -> Iterator[Template]:
    """``root`` and the templates below it, each once."""
    seen: set[str] = set()
    stack = [root]
    while stack:
        template = stack.pop()
        if template.key not in seen:
            seen.add(template.key)
            yield template
            stack += [below for _, _, below in reversed(template.references)]


def templates_tree(root: Template) -> str:
    """The templates as a tree with lines; what stands twice is drawn out once."""
    lines = [root.title]
    _draw(root, "", lines, {root.key})
    return "".join(f"{line}\n" for line in lines)


def _draw(template: Template, indent: str, lines: list[str], drawn: set[str]) -> None:
    blocks = list(_block_lines(template.blocks))
    for index, (first, *more) in enumerate(blocks):
        last = index == len(blocks) - 1 and not template.references
        lines.append(f"{indent}{'└─ ' if last else '├─ '}{first}")
        lines += [f"{indent}{'   ' if last else '│  '}{text}" for text in more]
    for index, (kind, line, below) in enumerate(template.references):
        last = index == len(template.references) - 1
        again = below.key in drawn
        note = ", as above" if again and (below.blocks or below.references) else ""
        branch = "└─ " if last else "├─ "
        lines.append(f"{indent}{branch}{kind} {below.title}  (line {line}{note})")
        if not again:
            drawn.add(below.key)
            _draw(below, indent + ("   " if last else "│  "), lines, drawn)


def _block_lines(blocks: Iterable[Block]) -> Iterator[list[str]]:
    """A line for each block that overrides one, aligned; and those that are new, listed."""
    overriding = [b for b in blocks if b.of is not None]
    verb_width = max((len(b.verb) for b in overriding), default=0)
    width = max((len(b.name) for b in overriding), default=0)
    for block in overriding:
        yield [f"{block.verb:{verb_width}}  {block.name:{width}}  {block.of}"]
    new = list(_filled(block.name for block in blocks if block.of is None))
    if new:
        mark = f"{'defines':{verb_width}}  "
        yield [mark + new[0], *(" " * len(mark) + line for line in new[1:])]


def _filled(names: Iterable[str]) -> Iterator[str]:
    line = ""
    for name in names:
        longer = f"{line}, {name}" if line else name
        if line and len(longer) > _LISTED:
            yield line + ","
            longer = name
        line = longer
    if line:
        yield line


def templates_markdown(root: Template, link: Callable[[str], str | None]) -> str:
    """The templates as a nested list. ``link`` gives a file the address to link to, if any."""
    lines = [f"- {_linked(root, link)}"]
    _list(root, "  ", lines, {root.key}, link)
    return "".join(f"{line}\n" for line in lines)


def _list(
    template: Template,
    indent: str,
    lines: list[str],
    listed: set[str],
    link: Callable[[str], str | None],
) -> None:
    for verb, blocks in groupby(sorted(template.blocks, key=_rank), key=lambda b: b.verb):
        names = ", ".join(_code(block.name) for block in blocks)
        lines.append(f"{indent}- {verb} {names}")
    for kind, _, below in template.references:
        lines.append(f"{indent}- {kind} {_linked(below, link)}")
        if below.key not in listed:
            listed.add(below.key)
            _list(below, indent + "  ", lines, listed, link)


def _rank(block: Block) -> int:
    return _VERBS.index(block.verb)


def _linked(template: Template, link: Callable[[str], str | None]) -> str:
    address = link(template.file)
    title = _code(template.title)
    if address is None:
        return title
    return f"[{title}]({address})" if _SIMPLE.fullmatch(address) else f"[{title}](<{address}>)"


def _code(text: str) -> str:
    return f"`{text}`" if "`" not in text else f"`` {text} ``"


def templates_diagram(root: Template, title: str) -> Diagram:
    """The templates as boxes, with their blocks inside, and what they refer to as edges."""
    found = list(walk(root))
    ids = {template.key: template.title for template in found}
    if len(set(ids.values())) < len(ids):  # two files that lie outside of all known folders
        ids = {key: f"{title}~{number}" for number, (key, title) in enumerate(ids.items(), 1)}
    boxes = [
        Box(
            id=ids[template.key],
            title=template.title,
            kind="",
            target=template.title if template is root else None,
            rows=tuple(_rows(template.blocks)),
        )
        for template in found
    ]
    edges = {
        Edge(ids[template.key], ids[below.key], kind): None
        for template in found
        for kind, _, below in template.references
    }
    return Diagram(title, tuple(boxes), tuple(edges), between=" ")


def _rows(blocks: Iterable[Block]) -> Iterator[tuple[str, str]]:
    for block in sorted(blocks, key=_rank):
        yield block.verb, block.name
