"""A rendered configuration with the place of each line in the margin."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from fgc.compiler.frontend.rendered import Rendered
from fgc.compiler.ir.span import Span
from fgc.compiler.views.places import ShortPlaces, one_line

BAR = "|"
AND_OTHERS = "+"
"""Behind a place: the line holds text of other lines of templates, too."""

Paint = Callable[[str], str]
"""Paints what stands in the margin."""


def annotated(rendered: Rendered, name_of: Callable[[str], str], *, paint: Paint) -> Iterator[str]:
    r"""The lines of ``rendered`` behind the template and line that each begins with; before them,
    which file each template is. Blank lines have no place.

    >>> from fgc.compiler.frontend.render import render
    >>> sources = {"base": "[a]\nlr: 1\n", "top": "-- extends 'base'\n[a]\n== super()\nb: 2\n"}
    >>> rendered = render("top", (), {}, sources=sources)
    >>> print("\n".join(annotated(rendered, lambda file: f"x/{file}", paint=str)))
    <base>  x/<base>
    <top>   x/<top>
    <BLANKLINE>
    <base>:2 | lr: 1
             |
    <top>:4  | b: 2
    """
    lines = rendered.text.rstrip("\n").split("\n")
    spans = [_spans(rendered, number, line) for number, line in enumerate(lines, 1)]
    places = ShortPlaces(rendered.sources, name_of)
    legend = places.legend(span for of_line in spans for span in of_line)
    width = max((len(short) for short, _ in legend), default=0)
    for short, full in legend:
        yield paint(f"{short:{width}}  {full}")
    if legend:
        yield ""
    margins = [_margin(of_line, places) for of_line in spans]
    width = max(map(len, margins), default=0)
    first = next((index for index, margin in enumerate(margins) if margin), 0)
    for margin, line in zip(margins[first:], lines[first:], strict=True):
        yield f"{paint(f'{margin:{width}} {BAR}')} {one_line(line)}".rstrip()


def _spans(rendered: Rendered, number: int, line: str) -> list[Span]:
    """Where the text of a line is written, each line of a template once, the first one first."""
    pieces = rendered.origins[number - 1]
    ends = [piece.column - 1 for piece in pieces[1:]] + [len(line)]
    found: dict[tuple[str, int], None] = {}
    for piece, end in zip(pieces, ends, strict=True):
        if line[piece.column - 1 : end].strip():
            found[piece.file, piece.line] = None
    return [Span.point(file, at) for file, at in found]


def _margin(spans: list[Span], places: ShortPlaces) -> str:
    if not spans:
        return ""
    return places.short(spans[0]) + (AND_OTHERS if len(spans) > 1 else "")
