"""A diagram in Mermaid's language, as Markdown files show it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from fgc.compiler.views.diagram import VALUES, Box, Diagram

# Characters that mean something in a label, to Mermaid or to the page; they go as entities.
_SIGNS = re.compile(r"""[^\w \-.,()=+*/!{}\[\]×…–~@']""")
_FORMULA = re.compile(r"(?<=\$)(?=\$)")  # two signs of money begin one, entities or not
_HEAD = """\
%%{init: {"flowchart": {"wrappingWidth": 480, "nodeSpacing": 24, "rankSpacing": 40}}}%%
flowchart LR
"""
_STYLES = """\
    classDef part fill:#f6f8fa,stroke:#57606a,color:#1f2328,text-align:left
    classDef target fill:#cfe2f8,stroke:#57606a,color:#1f2328,text-align:left
    classDef partial stroke-dasharray:5 3
    classDef group fill:none,stroke:#d0d7de
"""


def graph_mermaid(diagram: Diagram) -> str:
    """``diagram`` as a flow chart from left to right.

    Targets are darker; what is not made when it is met, a partial, has a dashed line.
    """
    names = _names(diagram.boxes)
    lines = [_HEAD]
    lines += [f"    {line}\n" for line in _boxes(diagram, names)]
    for edge in diagram.edges:
        arrow = f'-->|"{_text(edge.label)}"|' if edge.label else "-->"
        lines.append(f"    {names[edge.source]} {arrow} {names[edge.to]}\n")
    lines.append(_STYLES)
    lines += [f"    {line}\n" for line in _classes(diagram, names)]
    return "".join(lines)


def _names(boxes: Iterable[Box]) -> dict[str, str]:
    """An identifier for each box: its id in letters, with a sign in front that no word has."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for box in boxes:
        name = "n_" + re.sub(r"\W+", "_", box.id, flags=re.ASCII).strip("_")
        while name in taken:
            name += "_"
        taken.add(name)
        names[box.id] = name
    return names


def _boxes(diagram: Diagram, names: Mapping[str, str]) -> Iterator[str]:
    groups, alone = diagram.groups()
    for group in groups:
        yield f'subgraph {_group_name(group, names)} [" "]'
        yield from (f'    {names[box.id]}["{_label(box, diagram.between)}"]' for box in group)
        yield "end"
    yield from (f'{names[box.id]}["{_label(box, diagram.between)}"]' for box in alone)


def _group_name(group: Sequence[Box], names: Mapping[str, str]) -> str:
    return f"g{names[group[0].id]}"


def _label(box: Box, between: str) -> str:
    times = f" ×{box.count}" if box.count > 1 else ""
    kind = "" if box.kind in (VALUES, "") else f" <i>{_text(box.kind)}</i>"
    name = f"{_text(box.title)}{times}"
    if box.target is not None and box.target != box.title:
        head = f"<b>{_text(box.target)}</b><br/>{name}{kind}"
    elif box.target is not None or box.kind == VALUES:
        head = f"<b>{name}</b>{kind}"
    else:
        head = f"{name}{kind}"
    return "<br/>".join([head, *(f"{_text(n)}{between}{_text(value)}" for n, value in box.rows)])


def _classes(diagram: Diagram, names: Mapping[str, str]) -> Iterator[str]:
    boxes = diagram.boxes
    classes = {
        "target": [names[box.id] for box in boxes if box.target is not None],
        "part": [names[box.id] for box in boxes if box.target is None],
        "partial": [names[box.id] for box in boxes if box.kind == "partial"],
        "group": [_group_name(group, names) for group in diagram.groups()[0]],
    }
    yield from (f"class {','.join(found)} {name}" for name, found in classes.items() if found)


def _text(text: str) -> str:
    """
    >>> _text('a "b" #c')
    'a #34;b#34; #35;c'
    """
    text = _FORMULA.sub("\u200b", text)
    return _SIGNS.sub(lambda sign: f"#{ord(sign[0])};", text) or " "
