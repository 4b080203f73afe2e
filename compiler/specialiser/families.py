"""Which specialised definitions a unit needs, and what each is made for.

A *family* is a definition with a structural binding: one emitted class or function. A *use* is one
call of the graph that needs it. Uses of a family may differ in numbers: each number that the graph
binds, at the call or at one of its parts, is a *hole*. A hole with the same code in every use is
written into the class; any other becomes a parameter, handed down from where it is known.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeGuard

import libcst as cst

from fgc.compiler.diagnostics.diagnostic import BuildError, Diagnostic
from fgc.compiler.ir.graph import Call, Kind, List, Node, Tuple, children, walk
from fgc.compiler.ir.graph import Mapping as MappingNode
from fgc.compiler.specialiser.bindings import Constant, Kept
from fgc.compiler.specialiser.definition import (
    default_binding,
    parameters,
    positional_parameters,
)
from fgc.compiler.specialiser.factories import call_time_keywords
from fgc.compiler.specialiser.family import Family, Foreign, Hole, Part, Tree, Use
from fgc.compiler.specialiser.parameters import (
    allows_none,
    arguments,
    bound_entries,
    is_choice,
    is_factory,
    is_open,
)
from fgc.compiler.specialiser.source import Definition
from fgc.compiler.specialiser.subset import Violation, Whole, violations

ANY_KEYWORD = None  # call-time keywords that cannot be told


@dataclass(frozen=True)
class Scope:
    """What the code of a unit may refer to.

    ``value`` gives the code of a node that is not a call, ``inner`` its code within a definition,
    which cannot see the names of the program that uses it. ``known`` gives its value at build (of a
    literal, of a field of the config), or Ellipsis. ``definition`` gives the source of a symbol
    that may be specialised, None for any other; ``part`` the same for what a factory parameter is
    given. ``elsewhere`` gives the function that makes a call's object, where the unit has one.
    ``obstacles`` says what in a definition is outside the subset; ``reserved`` are parameters that
    the unit gives itself. ``builds`` tells the singletons that the unit writes out on their own.
    """

    value: Callable[[Node], cst.BaseExpression]
    inner: Callable[[Node], cst.BaseExpression]
    known: Callable[[Node], object]
    definition: Callable[[Call], tuple[Definition, Tree] | None]
    part: Callable[[Call], tuple[Definition, Tree] | None]
    elsewhere: Callable[[Call], cst.BaseExpression | None] = lambda call: None
    obstacles: Callable[[Definition], Sequence[Violation]] = violations
    reserved: frozenset[str] = frozenset()
    builds: Callable[[Call], bool] = lambda call: False


class Families:
    """Collects the uses of one unit, in the order of the configuration, and groups them.

    ``outside`` are definitions that turned out, when they were written, to be outside the subset.
    """

    def __init__(self, scope: Scope, outside: Iterable[Whole] = ()):
        self.scope = scope
        self.outside = {(w.definition.module, w.definition.name): w for w in outside}
        self.misfits: list[Whole] = []
        self.families: dict[Hashable, Family] = {}
        self.shared: dict[Call, Part] = {}  # singletons below a call, made once for the unit
        self._uses: dict[tuple[Call, frozenset[str] | None, bool, bool], Part] = {}

    def part(
        self,
        call: Call,
        call_time: frozenset[str] | None = frozenset(),
        *,
        top: bool = False,
        factory: bool = False,
    ) -> Part:
        """What makes the object of ``call``, whose caller adds the keywords ``call_time``.

        ``top`` when the program itself writes the call out, ``factory`` when it is given to a
        factory parameter.
        """
        key = (call, call_time, top, factory)
        if key not in self._uses and self.scope.elsewhere(call) is not None:
            self._uses[key] = Foreign(call)
        elif key not in self._uses:
            source = self.scope.part if factory else self.scope.definition
            found = None if is_open(call) else source(call)
            if found is None or self._is_outside(call, found[0], call_time):
                self.collect(children(call))
                self._uses[key] = Foreign(call)
            else:
                self._uses[key] = self._use(call, *found, call_time, top)
        return self._uses[key]

    def _is_outside(
        self, call: Call, definition: Definition, call_time: frozenset[str] | None
    ) -> bool:
        """Whether a call cannot be specialised; notes why."""
        identity = (definition.module, definition.name)
        if identity in self.outside:
            return True
        found = tuple(self.scope.obstacles(definition))
        if found:
            self.outside[identity] = Whole(definition, found)
            return True
        misfits = tuple(self._misfits(call, definition, call_time))
        if misfits:
            self.misfits.append(Whole(definition, misfits))
        return bool(misfits)

    @property
    def whole(self) -> list[Whole]:
        """The definitions that are called as they were written, and why."""
        return [*self.outside.values(), *self.misfits]

    def _misfits(
        self, call: Call, definition: Definition, call_time: frozenset[str] | None
    ) -> Iterator[Violation]:
        """What a call gives that its definition takes in no parameter of its own, or twice."""
        tree = definition.parse()
        assert isinstance(tree, Tree)
        positional, names = positional_parameters(tree), [p.name.value for p in parameters(tree)]
        given = {str(entry.key): entry.value for entry in bound_entries(call)}
        given |= dict(zip(positional, call.args, strict=False))
        if len(call.args) > len(positional) or not given.keys() <= set(names):
            yield Violation("it has no parameter for each argument", definition.line)
        for name in sorted(given.keys() & (call_time or ())):
            yield Violation(f"`{name}` is bound, and given again by a call", definition.line)
        for name in sorted(given.keys() & self.scope.reserved):
            if not isinstance(given[name], MappingNode):
                yield Violation(f"`{name}` is bound to something of its own", definition.line)
        for param in parameters(tree) if call_time is ANY_KEYWORD else ():
            if param.name.value in self.scope.reserved and param.default is not None:
                message = f"it is handed on, and may be called without `{param.name.value}`"
                yield Violation(message, definition.line)

    def foreign(self) -> list[Call]:
        """The calls of what is not specialised."""
        return [part.node for part in self._uses.values() if isinstance(part, Foreign)]

    def collect(self, values: Iterable[Node]) -> None:
        """Collects what ``values`` need, that are written out where they stand."""
        nodes = list(values)
        while nodes:
            node = nodes.pop(0)
            match node:
                case Call(kind=Kind.SINGLETON):
                    self.share(node)
                case Call(kind=Kind.PARTIAL):
                    self.part(node, ANY_KEYWORD)
                case Call():
                    self.part(node)
                case List(items=items) | Tuple(items=items):
                    nodes = [*items, *nodes]
                case MappingNode(entries=entries):
                    nodes = [*(entry.value for entry in entries), *nodes]
                case _:
                    pass

    def share(self, call: Call) -> None:
        """Notes a singleton that is met below another call."""
        if call not in self.shared:
            self.shared[call] = self.part(call, top=self.scope.builds(call))

    def _use(
        self,
        call: Call,
        definition: Definition,
        tree: Tree,
        call_time: frozenset[str] | None,
        top: bool,
    ) -> Use:
        for single in self._singletons(call):
            self.share(single)  # in the order of the configuration, in which they are made
        use = Use(call, definition, _UNKNOWN, {}, {}, {}, {}, top)
        given = arguments(call, tree)
        fixed: dict[str, Constant | Kept] = {}
        structure: list[Hashable] = []
        for param in parameters(tree):
            name = param.name.value
            if name in given:
                slot = self._given(use, param, given[name])
            else:
                slot = _unset(use, param, call_time)
            structure.append((name, slot))
            if isinstance(slot, Constant | Kept):
                fixed[name] = slot
        shared = self._handed_on(use)
        key = (definition.module, definition.name, tuple(structure), shared)
        family = self.families.setdefault(key, Family(definition, tree, fixed, shared))
        use.family = family
        family.uses.append(use)
        return use

    def _handed_on(self, use: Use) -> tuple[Call, ...]:
        """The singletons that the parts of ``use`` are given, in order, each once."""
        factories = [*use.parts.values(), *(p for several in use.lists.values() for p in several)]
        found = [call for part in factories for call in self._singletons(part.node)]
        return tuple(dict.fromkeys(found))

    def _singletons(self, call: Call) -> Iterator[Call]:
        """The singletons needed where ``call`` is made: its own, and those of its parts."""
        nodes = list(children(call))
        while nodes:
            match nodes.pop(0):
                case Call(kind=Kind.SINGLETON) as single:
                    yield single
                case Call() as inner:
                    if self.scope.elsewhere(inner) is None:
                        yield from self._singletons(inner)
                case List(items=items) | Tuple(items=items):
                    nodes = [*items, *nodes]
                case MappingNode(entries=entries):
                    nodes = [*(entry.value for entry in entries), *nodes]
                case _:
                    pass

    def _given(self, use: Use, param: cst.Param, node: Node) -> Hashable:
        """Files an argument under ``use``; returns what is structural about it."""
        name = param.name.value
        if name == "config" and isinstance(node, MappingNode):
            return Kept(not_none=True)  # a model is given its config when it is made
        if is_factory(param) and _is_partial(node):
            use.parts[name] = self.part(node, self._call_time(use, name), factory=True)
            return self._adopt(use, (name,), use.parts[name])
        if is_factory(param) and isinstance(node, List | Tuple):
            calls = [item for item in node.items if _is_partial(item)]
            if len(calls) == len(node.items):
                call_time = self._call_time(use, name)
                use.lists[name] = tuple(self.part(c, call_time, factory=True) for c in calls)
                return tuple(
                    self._adopt(use, (name, str(index)), part)
                    for index, part in enumerate(use.lists[name])
                )
        if any(isinstance(below, Call) for below in walk(node)):
            use.instances[name] = node
            self.collect([node])
            return ("instance", self.fingerprint(node))
        known = self.scope.known(node)
        if known is None or isinstance(known, bool):
            return Constant(known)
        if isinstance(known, str) and is_choice(param):
            return Constant(known)
        use.holes[(name,)] = self.scope.value(node) if use.top else self.scope.inner(node)
        return "number"

    @staticmethod
    def _call_time(use: Use, parameter: str) -> frozenset[str] | None:
        return call_time_keywords(use.definition, parameter)

    def _adopt(self, use: Use, prefix: Hole, part: Part) -> Hashable:
        """Takes over the holes of a part; returns the part's structure."""
        if isinstance(part, Foreign):
            return ("foreign", self.fingerprint(part.node))
        use.holes.update({(*prefix, *hole): code for hole, code in part.holes.items()})
        return part.family

    def fingerprint(self, node: Node) -> Hashable:
        """Equal for nodes whose code is the same."""
        match node:
            case Call(kind=Kind.SINGLETON):
                return node
            case Call():
                entries = bound_entries(node)
                below = tuple((entry.key, self.fingerprint(entry.value)) for entry in entries)
                made = (node.kind, node.target, node.search_path)
                latent = node.latent_args if is_open(node) else None
                rest = None if latent is None else self.fingerprint(latent)
                return (made, tuple(map(self.fingerprint, node.args)), below, rest)
            case List(items=items) | Tuple(items=items):
                return (type(node).__name__, tuple(map(self.fingerprint, items)))
            case MappingNode(entries=entries):
                return tuple((entry.key, self.fingerprint(entry.value)) for entry in entries)
            case _:
                return cst.Module([]).code_for_node(self.scope.value(node))


_UNKNOWN = Family.__new__(Family)  # until the structure of a use is known


def _is_partial(node: Node) -> TypeGuard[Call]:
    return isinstance(node, Call) and node.kind is Kind.PARTIAL


def _missing(call: Call, name: str, call_time: frozenset[str]) -> Diagnostic:
    given = ", ".join(f"`{keyword}`" for keyword in sorted(call_time))
    notes = (f"what makes it adds {given}",) if given else ()
    message = f"`{call.target}` is not given its argument `{name}`"
    return Diagnostic("FGC022", message, call.target_span, notes=notes, help=f"add `{name}`")


def _unset(use: Use, param: cst.Param, call_time: frozenset[str] | None) -> Hashable:
    """What becomes of a parameter that the configuration does not bind."""
    name = param.name.value
    if param.default is None and call_time is not None and name not in call_time and not use.top:
        raise BuildError(_missing(use.node, name, call_time))
    if call_time is None or name in call_time or param.default is None:
        return Kept(not_none=not allows_none(param))
    structural = default_binding(param)
    if isinstance(structural, Constant):
        if isinstance(structural.value, str) and not is_choice(param):
            return Kept(not_none=not allows_none(param))
        return structural
    if use.top or not isinstance(param.default, cst.Integer | cst.Float):
        return Kept(not_none=not allows_none(param))
    use.holes[(name,)] = param.default
    return "number"
