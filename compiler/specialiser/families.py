"""Which specialised definitions a unit needs, and what each is made for.

A *family* is a definition with a structural binding: one emitted class or function. A *use* is one
call of the graph that needs it. Uses of a family may differ in numbers: each number that the graph
binds, at the call or at one of its parts, is a *hole*. A hole with the same code in every use is
written into the class; any other becomes a parameter, handed down from where it is known.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field

import libcst as cst

from fgc.compiler.ir.graph import Call, Entry, Kind, List, Node, Tuple, children
from fgc.compiler.ir.graph import Mapping as MappingNode
from fgc.compiler.specialiser.bindings import Constant, Kept
from fgc.compiler.specialiser.definition import call_keywords, default_binding, parameters
from fgc.compiler.specialiser.source import Definition

Hole = tuple[str, ...]  # the parameters from a use down to the number
Tree = cst.ClassDef | cst.FunctionDef
ANY_KEYWORD = None  # call-time keywords that cannot be told


@dataclass(frozen=True)
class Scope:
    """What the code of a unit may refer to.

    ``value`` gives the code of a node that is not a call, ``inner`` its code within a definition,
    which cannot see the names of the program that uses it. ``known`` gives its value at build (of a
    literal, of a field of the config), or Ellipsis. ``definition`` gives the source of a symbol
    that may be specialised, None for any other. ``elsewhere`` gives the function that makes a
    call's object, where the unit has one for it.
    """

    value: Callable[[Node], cst.BaseExpression]
    inner: Callable[[Node], cst.BaseExpression]
    known: Callable[[Node], object]
    definition: Callable[[Call], tuple[Definition, Tree] | None]
    elsewhere: Callable[[Call], cst.BaseExpression | None] = lambda call: None


@dataclass(eq=False, slots=True)
class Use:
    """One call of the graph that needs ``family``.

    ``parts`` are its factories by parameter, ``lists`` its lists of them, ``instances`` the objects
    that it is given.
    """

    node: Call
    family: Family
    holes: dict[Hole, cst.BaseExpression]
    parts: dict[str, Part]
    lists: dict[str, tuple[Part, ...]]
    instances: dict[str, Call]
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
        if len(hole) == 1:
            return hole[0]
        own = {param.name.value for param in parameters(self.tree)}
        alike = [other for other in self.open_holes() if other[-1] == hole[-1]]
        return hole[-1] if hole[-1] not in own and len(alike) == 1 else "_".join(hole)


class Families:
    """Collects the uses of one unit, in the order of the configuration, and groups them."""

    def __init__(self, scope: Scope):
        self.scope = scope
        self.families: dict[Hashable, Family] = {}
        self.shared: dict[Call, Part] = {}  # singletons below a call, made once for the unit
        self._uses: dict[tuple[Call, frozenset[str] | None, bool], Part] = {}

    def part(
        self, call: Call, call_time: frozenset[str] | None = frozenset(), *, top: bool = False
    ) -> Part:
        """What makes the object of ``call``, whose caller adds the keywords ``call_time``.

        ``top`` when the program itself writes the call out.
        """
        key = (call, call_time, top)
        if key not in self._uses and self.scope.elsewhere(call) is not None:
            self._uses[key] = Foreign(call)
        elif key not in self._uses:
            found = None if is_open(call) else self.scope.definition(call)
            if found is None:
                self.collect(children(call))
                self._uses[key] = Foreign(call)
            else:
                self._uses[key] = self._use(call, *found, call_time, top)
        return self._uses[key]

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
        use = Use(call, _UNKNOWN, {}, {}, {}, {}, top)
        given = arguments(call, tree)
        fixed: dict[str, Constant | Kept] = {}
        structure: list[Hashable] = []
        for param in parameters(tree):
            name = param.name.value
            if name in given:
                slot = self._given(use, param, given[name], tree)
            else:
                slot = _unset(use, param, call_time)
            structure.append((name, slot))
            if isinstance(slot, Constant | Kept):
                fixed[name] = slot
        shared = _handed_on(use)
        key = (definition.module, definition.name, tuple(structure), shared)
        family = self.families.setdefault(key, Family(definition, tree, fixed, shared))
        use.family = family
        family.uses.append(use)
        return use

    def _given(self, use: Use, param: cst.Param, node: Node, tree: Tree) -> Hashable:
        """Files an argument under ``use``; returns what is structural about it."""
        name = param.name.value
        if name == "config" and isinstance(node, MappingNode):
            return Kept(not_none=True)  # a model is given its config when it is made
        if is_factory(param) and isinstance(node, Call) and node.kind is Kind.PARTIAL:
            use.parts[name] = self.part(node, _call_time(tree, name))
            return self._adopt(use, (name,), use.parts[name])
        if is_factory(param) and isinstance(node, List | Tuple):
            calls = [item for item in node.items if isinstance(item, Call)]
            use.lists[name] = tuple(self.part(item, _call_time(tree, name)) for item in calls)
            return tuple(
                self._adopt(use, (name, str(index)), part)
                for index, part in enumerate(use.lists[name])
            )
        if isinstance(node, Call) and node.kind is not Kind.PARTIAL:
            use.instances[name] = node
            if node.kind is Kind.SINGLETON:
                self.share(node)
                return ("shared", node)
            return self._adopt(use, (name,), self.part(node))
        if isinstance(node, Call):
            self.part(node, ANY_KEYWORD)
            use.instances[name] = node
            return ("callable", self.fingerprint(node))
        known = self.scope.known(node)
        if known is None or isinstance(known, bool):
            return Constant(known)
        if isinstance(known, str) and is_choice(param):
            return Constant(known)
        use.holes[(name,)] = self.scope.value(node) if use.top else self.scope.inner(node)
        return "number"

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
                return (node.target, tuple(map(self.fingerprint, node.args)), below)
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


def is_factory(param: cst.Param) -> bool:
    """Whether a parameter's annotation says that it is a factory, or a list of them."""
    return "Factory[" in _annotation(param)


def allows_none(param: cst.Param) -> bool:
    """Whether a parameter may be None, as far as its annotation says."""
    annotation = _annotation(param)
    return not annotation or "None" in annotation or annotation in ("Any", "object")


def is_choice(param: cst.Param) -> bool:
    """Whether a parameter's annotation says that it is one of several texts."""
    return "Literal[" in _annotation(param)


def _annotation(param: cst.Param) -> str:
    if param.annotation is None:
        return ""
    return cst.Module([]).code_for_node(param.annotation.annotation)


def _call_time(tree: Tree, parameter: str) -> frozenset[str] | None:
    """The keywords that the body adds when it calls a factory; None where it hands it on."""
    scan = _HandsOn(parameter)
    tree.visit(scan)
    return ANY_KEYWORD if scan.found else call_keywords(tree, parameter)


class _HandsOn(cst.CSTVisitor):
    """Finds a parameter that is itself an argument."""

    def __init__(self, parameter: str):
        self.parameter = parameter
        self.found = False

    def visit_Arg(self, node: cst.Arg) -> None:
        if isinstance(node.value, cst.Name) and node.value.value == self.parameter:
            self.found = True

    def visit_Call(self, node: cst.Call) -> bool:
        return not (isinstance(node.func, cst.Name) and node.func.value == "enumerate")


def _unset(use: Use, param: cst.Param, call_time: frozenset[str] | None) -> Hashable:
    """What becomes of a parameter that the configuration does not bind."""
    name = param.name.value
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


def _handed_on(use: Use) -> tuple[Call, ...]:
    """The singletons that the parts of ``use`` are given, in order, each once."""
    factories = [*use.parts.values(), *(p for several in use.lists.values() for p in several)]
    found = [call for part in factories for call in singletons_of(part.node)]
    return tuple(dict.fromkeys(found))


def singletons_of(call: Call) -> list[Call]:
    """The singletons that are needed where ``call`` is made: its own, and those of its parts."""
    found: list[Call] = []
    nodes: list[Node] = [*call.args, *(entry.value for entry in call.kwargs)]
    while nodes:
        match nodes.pop(0):
            case Call(kind=Kind.SINGLETON) as single:
                found.append(single)
            case Call() as inner:
                found += singletons_of(inner)
            case List(items=items) | Tuple(items=items):
                nodes = [*items, *nodes]
            case MappingNode(entries=entries):
                nodes = [*(entry.value for entry in entries), *nodes]
            case _:
                pass
    return found
