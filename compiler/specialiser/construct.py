"""Writes the families of a unit as definitions, and the calls that make their objects."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import libcst as cst

from fgc.compiler.backend.literal import literal
from fgc.compiler.backend.names import camel, identifier
from fgc.compiler.ir.graph import Call, Kind, List, Node, Tuple, children, walk
from fgc.compiler.ir.graph import Mapping as MappingNode
from fgc.compiler.specialiser.annotations import makes_none
from fgc.compiler.specialiser.bindings import (
    Binding,
    Construct,
    ConstructEach,
    Construction,
    Inline,
    Kept,
    is_config,
)
from fgc.compiler.specialiser.calls import Unspecialisable, as_callable, by_position, keyword
from fgc.compiler.specialiser.definition import (
    Request,
    parameters,
    specialise_class,
    specialise_function,
)
from fgc.compiler.specialiser.families import Families
from fgc.compiler.specialiser.family import Family, Foreign, Hole, Part, Use
from fgc.compiler.specialiser.parameters import annotation_of, bound_entries, is_open
from fgc.compiler.specialiser.signature import Parameter, without_none
from fgc.compiler.specialiser.subset import Violation, Whole

HANDED_DOWN = Kept(not_none=True, given=True)  # by every construction


@dataclass(frozen=True)
class Unit:
    """What the writing of a unit needs beyond its families.

    ``config`` is the generated config class's name, None for a unit without one. ``symbol`` is how
    a callable that is not specialised is called, ``shared`` the names of singletons that are met
    below other calls. ``protected`` attributes are never removed. ``positional`` are the
    parameters that are written by position in a call of what is not specialised; ``language``
    writes a call that Python has syntax for. ``droppable`` methods go where nothing is left of
    them.
    """

    families: Families
    symbol: Callable[[Call], cst.BaseExpression]
    shared: Mapping[Call, str]
    config: str | None = None
    protected: frozenset[str] = frozenset()
    positional: Callable[[Call], tuple[str, ...]] = lambda call: ()
    language: Callable[[Call, Sequence[cst.Arg]], cst.BaseExpression | None] = lambda call, args: (
        None
    )
    droppable: frozenset[str] = frozenset()


class OutsideError(Exception):
    """A definition turns out to be outside the subset when it is written."""

    def __init__(self, whole: Whole):
        super().__init__(whole.violations[0].message)
        self.whole = whole


def assign_names(families: Families, prefix: str, used: Iterable[str] = ()) -> None:
    """Names each family ``<prefix><definition>``; a second one has its node's name in between.

    ``used`` are names that definitions have which are called as they are; what stays whole keeps
    its name too.
    """
    taken = {*used, *(whole.definition.name for whole in families.whole)}
    for family in families.families.values():
        for candidate in _candidates(family, prefix):
            if candidate not in taken:
                family.name = candidate
                taken.add(candidate)
                break


def _candidates(family: Family, prefix: str) -> list[str]:
    plain = family.definition.name
    node = family.first.node
    middles = [node.name] if node.name is not None else []
    middles += ["_".join(node.path[-length:]) for length in range(1, len(node.path) + 1)]
    if family.definition.kind == "class":
        return [prefix + plain, *(prefix + camel(middle) + plain for middle in middles)]
    return [plain, *(f"{identifier(middle)}_{plain}" for middle in middles)]


class Writer:
    """Writes definitions and constructions of one unit, whose families have their names."""

    def __init__(self, unit: Unit):
        self.unit = unit
        self._needs_config: dict[int, bool] = {}

    # Constructions.

    def construction(
        self, part: Part, parent: Family | None = None, prefix: Hole = ()
    ) -> Construction:
        """How ``part`` is made: in the body of ``parent`` at the parameter ``prefix``, or alone."""
        if isinstance(part, Foreign):
            function = self.unit.families.scope.elsewhere(part.node)
            if function is not None:
                return Construction(function)
            return Construction(self.unit.symbol(part.node), self._foreign_args(part.node, parent))
        family = part.family
        bound: dict[str, cst.BaseExpression] = {}
        for hole in family.open_holes():
            bound[family.parameter(hole)] = self._hole(part, hole, parent, prefix)
        for name, node in part.instances.items():
            bound[name] = self.value(node, parent)
        for shared in family.shared:
            bound[self._shared(shared, family)] = cst.Name(self._shared(shared, parent))
        order = _order(part)
        names = sorted(bound, key=lambda name: order.index(name) if name in order else len(order))
        args = [keyword(name, bound[name]) for name in names]
        if self.needs_config(family):
            args.insert(0, cst.Arg(cst.Name("config")))
        takes = frozenset(name for name, slot in family.fixed.items() if isinstance(slot, Kept))
        return Construction(cst.Name(family.name), tuple(args), takes)

    def _hole(
        self, part: Use, hole: Hole, parent: Family | None, prefix: Hole
    ) -> cst.BaseExpression:
        if parent is None:
            return part.holes[hole]
        code = parent.closed((*prefix, *hole))
        return cst.Name(parent.parameter((*prefix, *hole))) if code is None else code

    def _foreign_args(self, call: Call, parent: Family | None) -> tuple[cst.Arg, ...]:
        args = [cst.Arg(self.value(node, parent)) for node in call.args]
        args += [keyword(str(e.key), self.value(e.value, parent)) for e in bound_entries(call)]
        args = by_position(args, self.unit.positional(call))
        if is_open(call) and call.latent_args is not None:
            args.append(cst.Arg(self.value(call.latent_args, parent), star="**"))
        return tuple(args)

    def _shared(self, call: Call, scope: Family | None) -> str:
        """The name of a singleton within a definition, or in the program."""
        name = self.unit.shared[call]
        return name if scope is None else scope.shared_name(name)

    def value(self, node: Node, parent: Family | None = None) -> cst.BaseExpression:
        """The expression for an argument; it stands within ``parent`` where that is not None."""
        scope = self.unit.families.scope
        if not any(isinstance(below, Call) for below in walk(node)):
            return scope.value(node) if parent is None else scope.inner(node)
        match node:
            case Call(kind=Kind.SINGLETON) if node in self.unit.shared:
                return cst.Name(self._shared(node, parent))
            case Call(kind=Kind.PARTIAL):
                return self.callable_value(self.unit.families.part(node, None), parent)
            case Call():
                return self.made(self.unit.families.part(node), parent)
            case List(items=items):
                return cst.List([cst.Element(self.value(item, parent)) for item in items])
            case Tuple(items=items):
                return _tuple([cst.Element(self.value(item, parent)) for item in items])
            case MappingNode(entries=entries):
                return cst.Dict(
                    [
                        cst.DictElement(literal(entry.key), self.value(entry.value, parent))
                        for entry in entries
                    ]
                )
            case _:
                return scope.value(node)

    def made(self, part: Part, parent: Family | None = None) -> cst.BaseExpression:
        """The call that makes ``part`` where it stands."""
        construction = self._alone(part, parent)
        if isinstance(part, Foreign):
            written = self.unit.language(part.node, construction.args)
            if written is not None:
                return written
        return cst.Call(construction.callee, construction.args)

    def _alone(self, part: Part, parent: Family | None) -> Construction:
        """How ``part`` is made where it is no factory: its numbers are written out."""
        if isinstance(part, Foreign) or parent is None:
            return self.construction(part, parent)
        construction = self.construction(part)
        given = {name: self.value(node, parent) for name, node in part.instances.items()}
        given |= {
            self._shared(call, part.family): cst.Name(self._shared(call, parent))
            for call in part.family.shared
        }
        args = [
            (
                arg.with_changes(value=given[arg.keyword.value])
                if arg.keyword is not None and arg.keyword.value in given
                else arg
            )
            for arg in construction.args
        ]
        return replace(construction, args=tuple(args))

    def callable_value(self, part: Part, parent: Family | None = None) -> cst.BaseExpression:
        """``part`` as a callable: the class or function, or a `partial` of it.

        Where its arguments are made anew for each call, a lambda makes them.
        """
        anew = any(_is_made(node) for node in _bound_nodes(part.node))
        return as_callable(self._alone(part, parent), anew=anew)

    # Definitions.

    def request(self, family: Family) -> Request:
        """What to make of the family's definition."""
        return Request(
            name=family.name,
            bindings=self._bindings(family),
            config=self.unit.config if self.needs_config(family) else None,
            extra=self._extra(family),
            prologue=self._prologue(family),
            protected=self.unit.protected,
            flatten=self.unit.config is not None,
            torch_nn=family.definition.torch_nn,
            droppable=self.unit.droppable,
        )

    def definition(self, family: Family) -> str:
        """The text of the family's class or function, for its binding.

        Raises `OutsideError` where it cannot be written.
        """
        request = self.request(family)
        try:
            if isinstance(family.tree, cst.ClassDef):
                made: cst.CSTNode = specialise_class(family.tree, request)
            else:
                made = specialise_function(family.tree, request)
            return cst.Module([]).code_for_node(made)
        except Unspecialisable as error:
            found = Violation(str(error), family.definition.line)
            raise OutsideError(Whole(family.definition, (found,))) from error

    def _bindings(self, family: Family) -> dict[str, Binding]:
        use = family.first
        annotations = {p.name.value: annotation_of(p) for p in parameters(family.tree)}
        bindings: dict[str, Binding] = dict(family.fixed)
        root = self._is_root(family)
        for hole in use.holes:
            if len(hole) == 1:
                code = family.closed(hole)
                bindings[hole[0]] = HANDED_DOWN if code is None else Inline(code)
        for name, part in use.parts.items():
            construction = self.construction(part, family, (name,))
            bindings[name] = Construct(construction, makes_none(annotations[name]))
        for name, several in use.lists.items():
            bindings[name] = ConstructEach(
                tuple(
                    self.construction(part, family, (name, str(index)))
                    for index, part in enumerate(several)
                )
            )
        for name, node in use.instances.items():
            bindings[name] = Inline(self._local(family, name, node)) if root else HANDED_DOWN
        return bindings

    def _local(self, family: Family, name: str, node: Node) -> cst.Name:
        """What a model's constructor calls an object that it makes for itself."""
        if isinstance(node, Call) and node in self.unit.shared:
            return cst.Name(self._shared(node, family))
        return cst.Name(name)

    def _extra(self, family: Family) -> tuple[Parameter, ...]:
        """Parameters that are only handed on: numbers of parts, shared objects."""
        extra: list[Parameter] = []
        for hole in family.open_holes():
            if len(hole) > 1:
                name = family.parameter(hole)
                extra.append(Parameter(name, f"{name}: {_annotation(family, hole)}"))
        if not self._is_root(family):
            names = [(call, self._shared(call, family)) for call in family.shared]
            extra += [Parameter(name, f"{name}: {self._class_of(call)}") for call, name in names]
        return tuple(extra)

    def _class_of(self, call: Call) -> str:
        part = self.unit.families.shared[call]
        if isinstance(part, Use):
            return part.family.name if part.family.definition.kind == "class" else "object"
        return cst.Module([]).code_for_node(self.unit.symbol(call))

    def _is_root(self, family: Family) -> bool:
        """Whether the class makes the unit's shared objects itself: the model, which is made from
        its config alone."""
        return self.unit.config is not None and any(
            entry.key == "config" for entry in family.first.node.kwargs
        )

    def _prologue(self, family: Family) -> tuple[cst.BaseStatement, ...]:
        if not self._is_root(family):
            return ()
        made = [
            (self._shared(call, family), self.made(part, family))
            for call, part in self.unit.families.shared.items()
        ]
        for entry in bound_entries(family.first.node):
            node = family.first.instances.get(str(entry.key))
            if node is not None and node not in self.unit.shared:
                made.append((str(entry.key), self.value(node, family)))
        return tuple(
            cst.SimpleStatementLine([cst.Assign([cst.AssignTarget(cst.Name(name))], value)])
            for name, value in made
        )

    def needs_config(self, family: Family) -> bool:
        """Whether the family's constructor takes the unit's config."""
        if self.unit.config is None:
            return False
        if id(family) not in self._needs_config:
            self._needs_config[id(family)] = False  # a family is never a part of itself
            self._needs_config[id(family)] = self._reads_config(family)
        return self._needs_config[id(family)]

    def _reads_config(self, family: Family) -> bool:
        use = family.first
        if isinstance(family.fixed.get("config"), Kept) or self._is_root(family):
            return True
        if any(_mentions_config(family.closed(hole)) for hole in use.holes):
            return True
        made = [self.construction(part, family, (name,)) for name, part in use.parts.items()]
        made += [
            self.construction(part, family, (name, str(index)))
            for name, several in use.lists.items()
            for index, part in enumerate(several)
        ]
        return any(_mentions_config(arg.value) for each in made for arg in each.args)


def _mentions_config(code: cst.BaseExpression | None) -> bool:
    if code is None:
        return False
    finder = _FindsConfig()
    code.visit(finder)
    return finder.found


class _FindsConfig(cst.CSTVisitor):
    def __init__(self) -> None:
        self.found = False

    def visit_Name(self, node: cst.Name) -> None:
        self.found = self.found or is_config(node)


def _annotation(family: Family, hole: Hole) -> str:
    """The type of a number deep in the parts of a family."""
    use: Use = family.first
    for step, name in enumerate(hole[:-1]):
        if name in use.parts:
            part = use.parts[name]
        elif name in use.lists:
            part = use.lists[name][int(hole[step + 1])]
        else:
            continue
        if isinstance(part, Use):
            use = part
    for param in parameters(use.family.tree):
        if param.name.value == hole[-1] and param.annotation is not None:
            narrowed = without_none(param.annotation.annotation)
            return cst.Module([]).code_for_node(narrowed)
    return "object"


def _bound_nodes(call: Call) -> list[Node]:
    return [*call.args, *(entry.value for entry in bound_entries(call))]


def _is_made(node: Node) -> bool:
    """Whether the value of ``node`` is an object that each call of a partial has anew."""
    match node:
        case Call(kind=kind):
            return kind is Kind.FACTORY
        case List() | Tuple() | MappingNode():
            return any(_is_made(child) for child in children(node))
        case _:
            return False


def _order(use: Use) -> list[str]:
    """The parameters in the order in which they are written: that of the signature, or of the
    configuration where objects are made for several of them."""
    if sum(_is_made(node) for node in use.instances.values()) > 1:
        return [str(entry.key) for entry in bound_entries(use.node)]
    return [param.name.value for param in parameters(use.family.tree)]


def _tuple(elements: list[cst.Element]) -> cst.Tuple:
    if len(elements) == 1:
        elements = [elements[0].with_changes(comma=cst.Comma())]
    return cst.Tuple(elements)
