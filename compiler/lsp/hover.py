"""What there is to say of the thing under the cursor, as Markdown."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

from fgc.compiler.explain.about import summary
from fgc.compiler.explain.knobs import value_text
from fgc.compiler.frontend.comments import comment_above
from fgc.compiler.ir.span import Span
from fgc.compiler.lsp import blocks
from fgc.compiler.lsp.analysis import Analysis
from fgc.compiler.lsp.cursor import Thing, What, thing_at
from fgc.compiler.lsp.definition import definition, settings
from fgc.compiler.lsp.snapshot import Snapshot
from fgc.compiler.symbols.symbol import Signature, Symbol
from fgc.compiler.views.places import shortened

WIDTH = 88
LINES = 12


@dataclass(frozen=True, slots=True)
class Hover:
    """Markdown about what stands at ``span``."""

    text: str
    span: Span


def hover(snapshot: Snapshot, line: int, column: int) -> Hover | None:
    """What there is to say of what stands at a position, if anything."""
    thing = thing_at(snapshot.line(line), line, column)
    if thing is None:
        return None
    for analysis in snapshot.analyses:
        text = _text(snapshot, analysis, thing)
        if text:
            return Hover(text, Span(snapshot.file, line, thing.column, line, thing.end))
    return None


def _text(snapshot: Snapshot, analysis: Analysis, thing: Thing) -> str:
    match thing.what:
        case What.SPEC:
            symbol = analysis.symbol(thing.name)
            return "" if symbol is None else callee(symbol)
        case What.KNOB:
            return knob(snapshot, analysis, thing.name)
        case What.ANCHOR | What.ALIAS:
            return _anchor(snapshot, analysis, thing)
        case What.BLOCK:
            return _block(snapshot, analysis, thing.name)
        case What.SUPER:
            block = blocks.block_at(snapshot.lines, thing.line)
            return "" if block is None else _block(snapshot, analysis, block[0])
        case What.VAR:
            return _variable(snapshot, thing)
        case What.TEMPLATE:
            places = definition(snapshot, thing.line, thing.column)
            return f"`{places[0].file}`" if places else ""


def callee(symbol: Symbol) -> str:
    """The signature of a class or function, and what its docstring says first."""
    name = symbol.qualname.rpartition(".")[2]
    signature = "(...)" if symbol.signature is None else signature_text(name, symbol.signature)
    word = "class " if symbol.kind == "class" else ""
    head = _fenced(f"{word}{name}{signature}", "python")
    module = symbol.definition_module or symbol.module
    return "\n\n".join(filter(None, (head, summary(symbol), f"`{module}`" if module else "")))


def signature_text(name: str, signature: Signature) -> str:
    """A signature on one line, or, where that is too long, one parameter a line."""
    text = signature.text()
    if len(name) + len(text) <= WIDTH:
        return text
    parts = [Signature((p,)).text()[1:-1].removeprefix("*, ") for p in signature.parameters]
    kinds = [p.kind for p in signature.parameters]
    if "keyword_only" in kinds and "var_positional" not in kinds:
        parts.insert(kinds.index("keyword_only"), "*")
    parts = [part.removesuffix(", /") for part in parts]
    return "(\n" + "".join(f"    {part},\n" for part in parts) + ")"


def knob(snapshot: Snapshot, analysis: Analysis, name: str) -> str:
    """A knob's value, who gave it which, and the comment of who defined it."""
    given = settings(analysis, name)
    if not given:
        return ""
    comments = [comment_above(snapshot.text_of(s.file), s.line) for s in given]
    about = next(filter(None, comments), "")
    rows = [f"`ns.{name}` = `{shortened(value_text(given[-1].value), WIDTH)}`"]
    if about:
        rows.append(about)
    if len(given) > 1:
        rows.append(
            "\n".join(
                f"- `{shortened(value_text(setting.value), WIDTH)}` "
                f"{_file(setting.file)}:{setting.line}"
                for setting in given
            )
        )
    return "\n\n".join(rows)


def _anchor(snapshot: Snapshot, analysis: Analysis, thing: Thing) -> str:
    uses = [use for use in analysis.anchors if use.name == thing.name]
    here = [use for use in uses if (use.span.file, use.span.line) == (snapshot.file, thing.line)]
    anchors = [use.means if use.is_alias else use for use in here]
    anchor = next(filter(None, anchors), None) or next(
        (use for use in reversed(uses) if not use.is_alias), None
    )
    if anchor is None:
        return ""
    place = f"{_file(anchor.span.file)}:{anchor.span.line}"
    return f"{_fenced(_cut(anchor.text), 'yaml')}\n\n{place}"


def _block(snapshot: Snapshot, analysis: Analysis, name: str) -> str:
    rows: list[str] = []
    places = blocks.chain(analysis, snapshot.file, name)
    for index, place in enumerate(places):
        verb = "adds to it" if place.calls_super else "replaces it"
        if index == len(places) - 1:
            verb = "defines it"
        rows.append(f"- {place.title}:{place.line} {verb}")
    return f"block `{name}`\n\n" + "\n".join(rows) if rows else ""


def _variable(snapshot: Snapshot, thing: Thing) -> str:
    rows: list[str] = []
    for span in definition(snapshot, thing.line, thing.column):
        lines = snapshot.text_of(span.file).splitlines()
        text = lines[span.line - 1].strip() if span.line <= len(lines) else ""
        rows.append(f"{_fenced(shortened(text, WIDTH), 'yaml')}\n\n{_file(span.file)}:{span.line}")
    return "\n\n".join(rows)


def _cut(text: str) -> str:
    head, *rest = text.split("\n")
    lines = [head, *textwrap.dedent("\n".join(rest)).split("\n")] if rest else [head]
    lines = [lines[0], *(f"    {line}" if line else "" for line in lines[1:])]
    if len(lines) > LINES:
        lines = [*lines[:LINES], "    …"]
    return "\n".join(shortened(line, WIDTH) for line in lines)


def _file(file: str) -> str:
    return file.rpartition("/")[2]


def _fenced(text: str, language: str) -> str:
    fence = "````" if "```" in text else "```"
    return f"{fence}{language}\n{text}\n{fence}"
