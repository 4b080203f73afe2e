"""The signature that a function has through the functions to which it hands its arguments."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from fgc.compiler.symbols.declarations import Forward, Forwarding
from fgc.compiler.symbols.symbol import Parameter, Signature

# A default that is not one expression in the source.
SOME_DEFAULT = "..."


def forwarded(
    own: Signature, forwarding: Forwarding, callees: Sequence[Signature]
) -> Signature | None:
    """What a call of a function takes that is written with ``own`` and hands on to ``callees``,
    one for each of ``forwarding.calls``. None where Python has no signature that says so.

    >>> from fgc.compiler.symbols.reader import read_signature
    >>> outer, inner = read_signature("(a, **kwargs)"), read_signature("(b, c, *, d=1)")
    >>> call = Forward("inner", positional=1, keywords=(), passes_positional=False)
    >>> forwarded(outer, Forwarding((call,), taken=("e",)), [inner]).text()
    '(a, *, c, d=1, e=...)'
    """
    takes_keywords = own.accepts_any_keyword
    views = [_Callee(call, callee) for call, callee in zip(forwarding.calls, callees, strict=True)]
    if not views or not all(view.fits for view in views):
        return None
    named = {p.name for p in own.keywords}
    by_place: list[Parameter] = []
    rest = [p for p in own.parameters if p.kind == "var_positional"]
    if len(views) == 1 and rest and views[0].call.passes_positional:
        by_place, rest = views[0].by_place(takes_keywords, named)
    elif not takes_keywords:
        return None
    keywords: list[Parameter] = []
    if takes_keywords:
        filled = named | {p.name for p in by_place}
        # what may also come by place, or is put in on the way, the caller may leave out
        loose = {*forwarding.given, *forwarding.taken}
        passed = any(view.call.passes_positional for view in views)
        needs = not (passed and not by_place and own.accepts_any_positional)
        keywords = _merged([v.by_keyword(filled, needs) for v in views], loose)
        known = filled | {p.name for p in keywords}
        extra = [name for name in dict.fromkeys(forwarding.taken) if name not in known]
        keywords += [Parameter(name, "keyword_only", None, SOME_DEFAULT) for name in extra]
    positional = [*own.positional, *by_place]
    if not _in_order(positional):
        return None
    own_keywords = [p for p in own.parameters if p.kind == "keyword_only"]
    anything = [p for p in own.parameters if p.kind == "var_keyword"]
    if not any(view.callee.accepts_any_keyword for view in views):
        anything = []
    return Signature((*positional, *rest, *own_keywords, *keywords, *anything))


class _Callee:
    """One callee, as the arguments that are handed on meet it."""

    def __init__(self, call: Forward, callee: Signature):
        self.call = call
        self.callee = callee
        self._free = callee.positional[call.positional :]

    @property
    def fits(self) -> bool:
        """Whether the arguments that the call itself gives are taken: where they are not, our
        reading of it is wrong rather than the call."""
        named = all(self.callee.keyword(name) for name in self.call.keywords)
        enough = self.call.positional <= len(self.callee.positional)
        return (enough or self.callee.accepts_any_positional) and (
            named or self.callee.accepts_any_keyword
        )

    def by_place(
        self, takes_keywords: bool, named: set[str]
    ) -> tuple[list[Parameter], list[Parameter]]:
        """What ``*args`` fills, and the callee's own ``*args``."""
        free: list[Parameter] = []
        for parameter in self._free:
            if parameter.name in self.call.keywords:
                return free, []  # one more would be given twice
            only = not takes_keywords or parameter.name in named
            kind = "positional_only" if only else parameter.kind
            default = parameter.default
            if default is None and self.call.adds:
                default = SOME_DEFAULT
            free.append(replace(parameter, kind=kind, default=default))
        return free, [p for p in self.callee.parameters if p.kind == "var_positional"]

    def by_keyword(self, filled: set[str], needs: bool) -> list[Parameter]:
        """What ``**kwargs`` fills, ``filled`` being the names that never get into it."""
        kwargs: list[Parameter] = []
        by_name = [p for p in self._free if p.kind == "positional_or_keyword"]
        by_name += [p for p in self.callee.parameters if p.kind == "keyword_only"]
        for parameter in by_name:
            if parameter.name in self.call.keywords or parameter.name in filled:
                continue
            optional = self.call.adds or not needs
            default = parameter.default or (SOME_DEFAULT if optional else None)
            kwargs.append(replace(parameter, kind="keyword_only", default=default))
        return kwargs


def _merged(lists: Sequence[list[Parameter]], loose: Iterable[str]) -> list[Parameter]:
    """The parameters that any of several callees takes, optional where one does without."""
    found: dict[str, Parameter] = {}
    for parameters in lists:
        for parameter in parameters:
            before = found.get(parameter.name, parameter)
            found[parameter.name] = parameter if before == parameter else _either(before, parameter)
    shared = [{p.name for p in parameters} for parameters in lists]
    for name, parameter in found.items():
        if name in loose or not all(name in names for names in shared):
            found[name] = replace(
                parameter, annotation=None, default=parameter.default or SOME_DEFAULT
            )
    return list(found.values())


def _either(one: Parameter, other: Parameter) -> Parameter:
    annotation = one.annotation if one.annotation == other.annotation else None
    same = one.default == other.default
    return replace(one, annotation=annotation, default=one.default if same else SOME_DEFAULT)


def _in_order(positional: Sequence[Parameter]) -> bool:
    """Whether Python would accept parameters in this order."""
    ranks = {"positional_only": 0, "positional_or_keyword": 1}
    kinds = [ranks[p.kind] for p in positional]
    required = [p.required for p in positional]
    names = {p.name for p in positional}
    return (
        kinds == sorted(kinds)
        and required == sorted(required, reverse=True)
        and len(names) == len(positional)
    )
