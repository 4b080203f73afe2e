"""A diagram in Graphviz's language."""

from __future__ import annotations

import html
from collections.abc import Iterator

from fgc.compiler.views.diagram import VALUES, Box, Diagram, Edge

_HEAD = """\
    graph [rankdir=LR, newrank=true, nodesep=0.22, ranksep=0.4, fontname="Helvetica", fontsize=10];
    node [shape=plain, fontname="Helvetica", fontsize=10];
    edge [fontname="Helvetica", fontsize=8, fontcolor="#57606a", color="#6e7781", arrowsize=0.6];
"""
_TARGET, _PART = "#cfe2f8", "#eef1f4"
_LINE, _GREY = "#57606a", "#6e7781"


def graph_dot(diagram: Diagram) -> str:
    """``diagram`` for ``dot``, laid out from left to right.

    Targets have a darker head; what is not made when it is met, a partial, has a dashed line.
    """
    lines = [f"digraph {_quoted(diagram.title)} {{\n{_HEAD}"]
    lines += [f"{line}\n" for line in _boxes(diagram)]
    lines += [f"    {_edge(edge)};\n" for edge in diagram.edges]
    return "".join(lines) + "}\n"


def _boxes(diagram: Diagram) -> Iterator[str]:
    groups, alone = diagram.groups()
    for number, group in enumerate(groups):
        yield f'    subgraph "cluster {number}" {{'
        yield '        style="rounded"; color="#d0d7de"; margin=10;'
        yield from (f"        {_quoted(box.id)} [label={_label(box)}];" for box in group)
        yield "    }"
    yield from (f"    {_quoted(box.id)} [label={_label(box)}];" for box in alone)


def _edge(edge: Edge) -> str:
    label = _quoted(f" {edge.label} ".replace("&", "&amp;"))  # entities mean something in labels
    return f"{_quoted(edge.source)} -> {_quoted(edge.to)} [label={label}]"


def _label(box: Box) -> str:
    style = ' STYLE="DASHED"' if box.kind == "partial" else ""
    fill = _PART if box.target is None else _TARGET
    rows = [f'<TR><TD COLSPAN="2" BGCOLOR="{fill}" CELLPADDING="4">{_head(box)}</TD></TR>']
    rows += [
        f'<TR><TD ALIGN="LEFT">{_text(name)} </TD><TD ALIGN="LEFT">{_text(value)}</TD></TR>'
        for name, value in box.rows
    ]
    table = f'BORDER="1" CELLBORDER="0" CELLSPACING="0" CELLPADDING="2" COLOR="{_LINE}"{style}'
    return f"<<TABLE {table}>{''.join(rows)}</TABLE>>"


def _head(box: Box) -> str:
    times = f" ×{box.count}" if box.count > 1 else ""
    if box.kind == VALUES:
        return f"<B>{VALUES}</B>"
    kind = f'<FONT COLOR="{_GREY}">{_text(box.kind)}</FONT>'
    name = f"{_text(box.title)}{times}"
    if box.target is None:
        return f"{name}  {kind}"
    if box.target == box.title:
        return f"<B>{name}</B>  {kind}"
    return f"<B>{_text(box.target)}</B><BR/>{name}  {kind}"


def _text(text: str) -> str:
    return html.escape(text, quote=True) or " "


def _quoted(text: str) -> str:
    r"""
    >>> print(_quoted('a "b"'), _quoted("c\\"))
    "a \"b\"" "c\\"
    """
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
