"""What a configuration sets in vain: values, knobs and targets that nothing reads."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from fgc.compiler.diagnostics.diagnostic import Diagnostic, Label, Severity
from fgc.compiler.ir.graph import Graph, Var, walk
from fgc.compiler.ir.knobs import COMMAND_LINE, Knobs, Setting
from fgc.compiler.passes.tokenizer_configs import is_tokenizer
from fgc.compiler.program.needed import needed_roots
from fgc.compiler.symbols.nearest import nearest

_MISSPELT = 0.85
"""How alike two names are of which one is surely the other, misspelt."""


@dataclass(frozen=True, slots=True)
class Readers:
    """Who reads what a configuration says.

    ``config`` is its own file: what another template sets may be for other configurations.
    ``shipped`` is the folder of fgc's templates. ``targets`` are the top-level nodes that a program
    is made from, where it has all of ``sign`` and is no tokenizer: other configurations are asked
    for any target.
    """

    config: str
    shipped: str
    targets: Sequence[str]
    sign: Collection[str]


def check_unused(graph: Graph, readers: Readers) -> Iterator[Diagnostic]:
    """FGC203 for values from outside, FGC204 for knobs and FGC205 for targets.

    >>> made = (Setting("lr", 1, "base.yaml", 2, True), Setting("rl", 2, "a.yaml", 3, False))
    >>> graph = Graph((), knobs={(): Knobs(made)})
    >>> [found.message for found in check_unused(graph, Readers("a.yaml", "/fgc", (), ("x",)))]
    ['no template reads the knob `rl`']
    """
    variables = {
        node.var for node in walk(*(e.value for e in graph.roots)) if isinstance(node, Var)
    }
    for rendering, knobs in graph.knobs.items():
        yield from _pins(knobs, set() if rendering else variables)
    knobs = graph.knobs.get((), Knobs())
    text = graph.sources.get(readers.config, "")
    pinned = any(setting.pin for setting in knobs.settings)
    for setting in _vain(knobs, readers.config):
        found = _knob(setting, knobs, pinned)
        if found is not None:
            yield replace(found, span=setting.named_in(text))
    yield from _misspelt(graph, knobs, readers)
    yield from _targets(graph, readers)


def _pins(knobs: Knobs, variables: set[str]) -> Iterator[Diagnostic]:
    """A knob that is read under other circumstances is a warning, and none where a caller gives it:
    it may give all that it links the same."""
    own = {s.name for s in knobs.settings if not s.pin} | knobs.mentioned
    for pin in knobs.settings:
        if not pin.pin or pin.read or pin.name in variables:
            continue
        linked = pin.file != COMMAND_LINE
        if linked and pin.name in own:
            continue
        near = nearest(pin.name, own | variables)
        given = "pp_kwargs" if linked else "--set"
        remedy = f"leave it out, or read it as `ns.{pin.name}` or `!var {pin.name}`"
        if pin.name in own:
            remedy = "other knobs decide whether it is read"
        elif near:
            remedy = f"a knob with a similar name exists: `{near}`"
        yield Diagnostic(
            "FGC203",
            f"no template reads `{pin.name}`, which `{given}` gives",
            pin.span if linked else None,
            severity=Severity.WARNING if pin.name in own else Severity.ERROR,
            help=remedy,
            tolerable=True,
        )


def _vain(knobs: Knobs, config: str) -> Iterator[Setting]:
    """What ``config`` sets last and nobody looks at."""
    pinned = {setting.name for setting in knobs.settings if setting.pin}
    for name in knobs.names:
        chain = knobs.chain(name)
        own = [setting for setting in chain if setting.file == config]
        if own and not own[-1].read and name not in pinned:
            yield own[-1]


def _knob(setting: Setting, knobs: Knobs, pinned: bool) -> Diagnostic | None:
    """Where values are ``pinned`` they may have decided that a knob is not read: `--set` is for a
    single build, and the configuration is right without it."""
    name, chain = setting.name, knobs.chain(setting.name)
    others = [other for other in chain if other.file != setting.file]
    later = chain[chain.index(setting) + 1 :]
    if later:
        return None  # the rendering has told it
    if any(other.read for other in chain):
        return Diagnostic(
            "FGC204",
            f"the knob `{name}` is set after the last template has read it",
            setting.span,
            labels=tuple(Label(s.span, "it was read with this value") for s in chain if s.read),
            help="what reads a knob stands behind all that sets it: set knobs in `[globals]`",
            tolerable=True,
        )
    if others or name in knobs.mentioned:
        if pinned:
            return None
        return Diagnostic(
            "FGC204",
            f"no template reads the knob `{name}` here",
            setting.span,
            severity=Severity.WARNING,
            labels=tuple(Label(other.span, "it is defined here") for other in others[:1]),
            help="other knobs decide whether it is read",
        )
    near = nearest(name, knobs.names)
    remedy = f"a knob with a similar name exists: `{near}`" if near else "remove it"
    message = f"no template reads the knob `{name}`"
    return Diagnostic("FGC204", message, setting.span, help=remedy, tolerable=True)


def _misspelt(graph: Graph, knobs: Knobs, readers: Readers) -> Iterator[Diagnostic]:
    """What another template of the project sets, no template names, and is all but a knob's name.

    Others may be for the templates that another configuration is made of."""
    for name in knobs.names:
        first, *others = knobs.chain(name)
        if others or first.read or first.pin or name in knobs.mentioned:
            continue
        if first.file == readers.config or first.file.startswith(f"{readers.shipped}/"):
            continue
        near = nearest(name, knobs.names, cutoff=_MISSPELT)
        if near is not None:
            yield Diagnostic(
                "FGC204",
                f"no template reads the knob `{name}`",
                first.named_in(graph.sources.get(first.file, "")),
                severity=Severity.WARNING,
                help=f"a knob with a similar name exists: `{near}`",
            )


def _targets(graph: Graph, readers: Readers) -> Iterator[Diagnostic]:
    keys = {str(entry.key) for entry in graph.roots}
    if not keys.issuperset(readers.sign) or is_tokenizer(graph):
        return
    read = {entry.key for entry in needed_roots(graph, readers.targets)}
    for entry in graph.roots:
        shipped = entry.key_span.file.startswith(f"{readers.shipped}/")
        if entry.key in read or shipped or entry.value.path in graph.aliased:
            continue
        near = nearest(str(entry.key), readers.targets, cutoff=_MISSPELT)
        yield Diagnostic(
            "FGC205",
            f"the program is made without `{entry.key}`",
            entry.key_span,
            severity=Severity.WARNING if near is None else Severity.ERROR,
            help=(
                "no target refers to it; one that only holds anchors starts with a dot"
                if near is None
                else f"a target with a similar name is read: `{near}`"
            ),
            tolerable=True,
        )
