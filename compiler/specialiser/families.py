"""Which specialised definitions a unit needs, and what each is made for.

A *family* is a definition with a structural binding: one emitted class or function. A *use* is one
call of the graph that needs it. Uses of a family may differ in numbers: each number that the graph
binds, at the call or at one of its parts, is a *hole*. A hole with the same code in every use is
written into the class; any other becomes a parameter, handed down from where it is known.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Container, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeGuard

import libcst as cst

from fgc.compiler.diagnostics.diagnostic import BuildError, Diagnostic
from fgc.compiler.ir.graph import Call, Entry, Kind, List, Node, Tuple, children, walk
from fgc.compiler.ir.graph import Mapping as MappingNode
from fgc.compiler.specialiser import annotations
from fgc.compiler.specialiser.bindings import Constant, Kept
from fgc.compiler.specialiser.definition import (
    default_binding,
    parameters,
    positional_parameters,
)
from fgc.compiler.specialiser.factories import call_time_keywords
from fgc.compiler.specialiser.scope import bound_names
from fgc.compiler.specialiser.source import Definition
from fgc.compiler.specialiser.subset import Violation, Whole, violations

Hole = tuple[str, ...]  # the parameters from a use down to the number
Tree = cst.ClassDef | cst.FunctionDef
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
    the unit gives itself.
    """

    value: Callable[[Node], cst.BaseExpression]
    inner: Callable[[Node], cst.BaseExpression]
    known: Callable[[Node], object]
    definition: Callable[[Call], tuple[Definition, Tree] | None]
    part: Callable[[Call], tuple[Definition, Tree] | None]
    elsewhere: Callable[[Call], cst.BaseExpression | None] = lambda call: None
    obstacles: Callable[[Definition], Sequence[Violation]] = violations
    reserved: frozenset[str] = frozenset()


@dataclass(eq=False, slots=True)
class Use:
    """One call of the graph that needs ``family``.

    ``parts`` are its factories by parameter, ``lists`` its lists of them, ``instances`` the objects
    that it is given, or lists and mappings of objects.
    """

    node: Call
    definition: Definition
    family: Family
    holes: dict[Hole, cst.BaseExpression]
    parts: dict[str, Part]
    lists: dict[str, tuple[Part, ...]]
    instances: dict[str, Node]
    top: bool


@dataclass(frozen=True, eq=False, slots=True)
class Foreign:
    """A call of something that is not specialised."""

    node: Call


Part = Use | Foreign


@dataclass(eq=False)
class Family:
    """A definition with a structural binding, and the calls that need it."""

    definition: Definition
    tree: Tree
    fixed: Mapping[str, Constant | Kept]
    shared: tuple[Call, ...]  # singletons that are handed on to parts
    uses: list[Use] = field(default_factory=list[Use])
    name: str = ""

    @property
    def first(self) -> Use:
        """The first use in the configuration; all others have the same structure."""
        return self.uses[0]

    def closed(self, hole: Hole) -> cst.BaseExpression | None:
        """The code of a hole that is the same in every use; None where it is a parameter.

        The numbers of a call that the program itself writes out stand in the program.
        """
        if len(hole) == 1 and any(use.top for use in self.uses):
            return None
        code = self.first.holes[hole]
        same = all(use.holes[hole].deep_equals(code) for use in self.uses[1:])
        return code if same else None

    def open_holes(self) -> list[Hole]:
        """The holes that are parameters."""
        return [hole for hole in self.first.holes if self.closed(hole) is None]

    def parameter(self, hole: Hole) -> str:
        """An open hole's parameter: the number's own name, or its path where that is taken."""
        return self._parameters()[hole]

    def shared_name(self, name: str) -> str:
        """What the singleton ``name`` is called in the body, where it may mean something else."""
        return _free(name, self._identifiers() | set(self._parameters().values()))

    def _parameters(self) -> dict[Hole, str]:
        holes = self.open_holes()
        names: dict[Hole, str] = {hole: hole[0] for hole in holes if len(hole) == 1}
        lasts = [hole[-1] for hole in holes]
        for hole in holes:
            if hole not in names:
                wanted = hole[-1] if lasts.count(hole[-1]) == 1 else "_".join(hole)
                taken = self._identifiers() | set(names.values())
                names[hole] = _free("_".join(hole) if wanted in taken else wanted, taken)
        return names

    def _identifiers(self) -> set[str]:
        """Every name in the definition."""
        tree = self.definition.syntax
        return bound_names(tree) | {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}


def _free(name: str, taken: Container[str]) -> str:
    while name in taken:
        name += "_"
    return name


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
            self.shared[call] = self.part(call)

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


def arguments(call: Call, tree: Tree) -> dict[str, Node]:
    """The arguments of ``call`` by the name of their parameter."""
    names = [param.name.value for param in parameters(tree)]
    given = dict(zip(names, call.args, strict=False))
    given.update({str(entry.key): entry.value for entry in bound_entries(call)})
    return given


def bound_entries(call: Call) -> list[Entry]:
    """The keyword arguments that ``call`` binds, latent ones included, the later of equal keys."""
    merged = {entry.key: entry for entry in call.kwargs}
    if isinstance(call.latent_args, MappingNode):
        merged |= {entry.key: entry for entry in call.latent_args.entries}
    return list(merged.values())


def is_open(call: Call) -> bool:
    """Whether the names of latent arguments are known only when they are made."""
    return call.latent_args is not None and not isinstance(call.latent_args, MappingNode)


def _is_partial(node: Node) -> TypeGuard[Call]:
    return isinstance(node, Call) and node.kind is Kind.PARTIAL


def is_factory(param: cst.Param) -> bool:
    """Whether a parameter's annotation says that it is a factory, or a list of them."""
    return annotations.is_factory(annotation_of(param))


def is_choice(param: cst.Param) -> bool:
    """Whether a parameter's annotation says that it is one of several texts."""
    return annotations.is_choice(annotation_of(param))


def allows_none(param: cst.Param) -> bool:
    """Whether a parameter may be None, as far as can be told."""
    none = isinstance(param.default, cst.Name) and param.default.value == "None"
    return none or annotations.allows_none(annotation_of(param))


def annotation_of(param: cst.Param) -> str | None:
    """The text of a parameter's annotation."""
    if param.annotation is None:
        return None
    return cst.Module([]).code_for_node(param.annotation.annotation)


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
