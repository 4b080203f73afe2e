"""What can be written at the cursor."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

from fgc.compiler.explain.knobs import value_text
from fgc.compiler.frontend.comments import comment_above
from fgc.compiler.frontend.folders import META
from fgc.compiler.frontend.meta import FOLDERS, TEXTS
from fgc.compiler.frontend.tags import CALLABLES, CONTAINERS
from fgc.compiler.ir.graph import Call, walk
from fgc.compiler.ir.graph import Mapping as MappingNode
from fgc.compiler.lsp import blocks
from fgc.compiler.lsp.above import mapping_at
from fgc.compiler.lsp.analysis import Analysis
from fgc.compiler.lsp.complete_spec import specs
from fgc.compiler.lsp.definition import settings
from fgc.compiler.lsp.snapshot import Snapshot
from fgc.compiler.symbols.symbol import Parameter
from fgc.compiler.views.places import shortened
from fgc.targets.needed import NEEDED, READ

_WIDTH = 60
_MOST_TEMPLATES = 2_000


class Kind(Enum):
    """What a proposal is, for the sign that an editor shows beside it."""

    ARGUMENT = auto()
    ANCHOR = auto()
    BLOCK = auto()
    KNOB = auto()
    MODULE = auto()
    NAME = auto()
    TAG = auto()
    TARGET = auto()
    TEMPLATE = auto()
    VARIABLE = auto()


@dataclass(frozen=True, slots=True)
class Proposal:
    """A text that would stand in place of what is written from ``column`` to the cursor.

    ``detail`` is a word beside it, ``about`` what it is for.
    """

    text: str
    kind: Kind
    column: int
    detail: str = ""
    about: str = ""


_Found = Iterator[Proposal]
_BLOCK = re.compile(r"^\s*\[([^\W\d]\w*)?$")
_KNOB = re.compile(r"\bns\.(\w*)$")
_TEMPLATE = re.compile(r"\b(?:extends|include|import|from)\s+[^\"']*([\"'])([^\"']*)$")
_SPEC = re.compile(rf"!(?:{'|'.join(CALLABLES)}):([^\s,\[\]{{}}@]*)$")
_VAR = re.compile(r"!var\s+(\w*)$")
_TAG = re.compile(r"(?:^|[\s\[,{])(!\w*)$")
_ALIAS = re.compile(r"(?:^|[\s\[,{])\*([-\w]*)$")
_KEY = re.compile(r"^( *(?:- )*)([A-Za-z_.][\w.]*)?$")
_COMMENT = re.compile(r"(?:^|\s)##")


def completion(snapshot: Snapshot, line: int, column: int) -> tuple[Proposal, ...]:
    """What can be written at a position, best first; ``column`` is that behind the cursor."""
    before = snapshot.line(line)[: column - 1]
    if _COMMENT.search(before):
        return ()
    if Path(snapshot.file).name == META:
        return tuple(_meta_keys(before))
    found: dict[str, Proposal] = {}
    for analysis in snapshot.analyses:
        for proposal in _proposals(snapshot, analysis, line, before):
            found.setdefault(proposal.text, proposal)
    return tuple(found.values())


def _proposals(snapshot: Snapshot, analysis: Analysis, line: int, before: str) -> _Found:
    askers: tuple[tuple[re.Pattern[str], int, Callable[[re.Match[str], int], _Found]], ...] = (
        (_BLOCK, 1, lambda m, at: _blocks(snapshot, analysis, at)),
        (_KNOB, 1, lambda m, at: _knobs(snapshot, analysis, at)),
        (_TEMPLATE, 2, lambda m, at: _templates(snapshot, analysis, at)),
        (_SPEC, 1, lambda m, at: _specs(analysis, m[1], at)),
        (_VAR, 1, lambda m, at: _variables(analysis, at)),
        (_TAG, 1, lambda m, at: _tags(at)),
        (_ALIAS, 1, lambda m, at: _anchors(analysis, at)),
        (_KEY, 2, lambda m, at: _keys(snapshot, analysis, line, len(m[1]))),
    )
    for pattern, group, ask in askers:
        match = pattern.search(before)
        if match is not None:
            start = match.start(group)
            yield from ask(match, (len(before) if start < 0 else start) + 1)
            return


def _meta_keys(before: str) -> _Found:
    if _KEY.match(before) and not before.startswith(" "):
        for key in (*TEXTS, *FOLDERS):
            yield Proposal(key, Kind.TARGET, 1)


def _blocks(snapshot: Snapshot, analysis: Analysis, column: int) -> _Found:
    """The blocks of the chain that this file does not override yet."""
    here = {
        block[0]
        for number, text in enumerate(snapshot.lines, 1)
        if (block := blocks.block_at((text,), 1)) is not None and number
    }
    for name in blocks.names(analysis, snapshot.file):
        if name not in here:
            places = blocks.chain(analysis, snapshot.file, name)
            detail = f"{places[0].title}:{places[0].line}" if places else ""
            yield Proposal(name, Kind.BLOCK, column, detail)


def _knobs(snapshot: Snapshot, analysis: Analysis, column: int) -> _Found:
    if analysis.rendered is None:
        return
    for name in analysis.rendered.knobs.names:
        given = settings(analysis, name)
        comments = (comment_above(snapshot.text_of(s.file), s.line) for s in given)
        detail = shortened(value_text(given[-1].value), _WIDTH) if given else ""
        yield Proposal(name, Kind.KNOB, column, detail, next(filter(None, comments), ""))


def _templates(snapshot: Snapshot, analysis: Analysis, column: int) -> _Found:
    """The templates of the search path, this one aside."""
    if analysis.source is None:
        return
    seen = 0
    for folder in analysis.source.search_path:
        for here, folders, files in os.walk(folder):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for file in sorted(files):
                path = Path(here, file)
                seen += 1
                if seen > _MOST_TEMPLATES:
                    return
                if file.endswith((".yaml", ".yml", ".jinja")) and path.as_posix() != snapshot.file:
                    name = path.relative_to(folder).as_posix()
                    if name != META:
                        yield Proposal(name, Kind.TEMPLATE, column)


def _specs(analysis: Analysis, written: str, column: int) -> _Found:
    for spec in specs(analysis, written):
        kind = Kind.MODULE if spec.is_module else Kind.NAME
        yield Proposal(spec.text, kind, column + spec.at, spec.detail)


def _variables(analysis: Analysis, column: int) -> _Found:
    """The fields of the models' configs, the launch arguments, and what stands in for nothing."""
    from fgc.targets.train.program import TRAIN

    if analysis.graph is not None:
        roots = [entry.value for entry in analysis.graph.roots]
        configs = [node.kwarg("config") for node in walk(*roots) if isinstance(node, Call)]
        for config in (*configs, analysis.graph.root("launch_args")):
            if isinstance(config, MappingNode):
                for entry in config.entries:
                    yield Proposal(str(entry.key), Kind.VARIABLE, column)
    for name in TRAIN.launch:
        yield Proposal(name, Kind.VARIABLE, column, "known at launch")


def _tags(column: int) -> _Found:
    for word in CALLABLES:
        yield Proposal(f"!{word}:", Kind.TAG, column)
    for word in ("var", *CONTAINERS):
        yield Proposal(f"!{word} ", Kind.TAG, column)


def _anchors(analysis: Analysis, column: int) -> _Found:
    for use in analysis.anchors:
        if not use.is_alias:
            yield Proposal(
                use.name, Kind.ANCHOR, column, shortened(use.text.split("\n")[0], _WIDTH)
            )


def _keys(snapshot: Snapshot, analysis: Analysis, line: int, indent: int) -> _Found:
    """The arguments of the call whose mapping this is; or, at the left margin, the targets."""
    mapping = mapping_at(snapshot, analysis, line, indent)
    if indent == 0:
        for name in (*NEEDED, *READ):
            if name not in mapping.keys:
                yield Proposal(f"{name}: ", Kind.TARGET, 1)
        return
    symbol = None if mapping.spec is None else analysis.symbol(mapping.spec)
    if symbol is None or symbol.signature is None:
        return
    for parameter in symbol.signature.keywords:
        if parameter.name not in mapping.keys:
            text = f"{parameter.name}: "
            yield Proposal(text, Kind.ARGUMENT, indent + 1, parameter_text(parameter))


def parameter_text(parameter: Parameter) -> str:
    """A parameter's type and default.

    >>> parameter_text(Parameter("eps", "keyword_only", "float", "1e-6"))
    'float = 1e-6'
    """
    default = "" if parameter.default is None else f"= {parameter.default}"
    return " ".join(filter(None, (parameter.annotation, default))) or "required"
