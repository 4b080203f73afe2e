"""Writes the families of a unit as definitions, and the calls that make their objects."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import libcst as cst

from fgc.compiler.backend.literal import literal
from fgc.compiler.backend.names import camel, identifier
from fgc.compiler.ir.graph import Call, Kind, List, Node, Tuple, children, walk
from fgc.compiler.ir.graph import Mapping as MappingNode
from fgc.compiler.specialiser.bindings import (
    Binding,
    Construct,
    ConstructEach,
    Construction,
    Inline,
    Kept,
    is_config,
)
from fgc.compiler.specialiser.calls import by_position
from fgc.compiler.specialiser.definition import (
    Request,
    parameters,
    specialise_class,
    specialise_function,
)
from fgc.compiler.specialiser.families import (
    Families,
    Family,
    Foreign,
    Hole,
    Part,
    Use,
    allows_none,
    bound_entries,
    is_open,
)
from fgc.compiler.specialiser.signature import Parameter, without_none


@dataclass(frozen=True)
class Unit:
    """What the writing of a unit needs beyond its families.

    ``config`` is the generated config class's name, None for a unit without one. ``symbol`` is how
    a callable that is not specialised is called, ``shared`` the names of singletons that are met
    below other calls. ``protected`` attributes are never removed. ``positional`` are the
    parameters that are written by position in a call of what is not specialised; ``language``
    writes a call that Python has syntax for.
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


def assign_names(families: Families, prefix: str) -> None:
    """Names each family ``<prefix><definition>``; a second one has its node's name in between."""
    taken: set[str] = set()
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
            args = self._foreign_args(part.node, inner=parent is not None)
            return Construction(self.unit.symbol(part.node), args)
        family = part.family
        bound: dict[str, cst.BaseExpression] = {}
        for hole in family.open_holes():
            bound[family.parameter(hole)] = self._hole(part, hole, parent, prefix)
        for name, node in part.instances.items():
            bound[name] = self.value(node, inner=parent is not None)
        for shared in family.shared:
            bound[self.unit.shared[shared]] = cst.Name(self.unit.shared[shared])
        order = [param.name.value for param in parameters(family.tree)]
        names = sorted(bound, key=lambda name: order.index(name) if name in order else len(order))
        args = [_keyword(name, bound[name]) for name in names]
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

    def _foreign_args(self, call: Call, *, inner: bool) -> tuple[cst.Arg, ...]:
        args = [cst.Arg(self.value(node, inner=inner)) for node in call.args]
        entries = bound_entries(call)
        args += [_keyword(str(e.key), self.value(e.value, inner=inner)) for e in entries]
        args = by_position(args, self.unit.positional(call))
        if is_open(call) and call.latent_args is not None:
            args.append(cst.Arg(self.value(call.latent_args, inner=inner), star="**"))
        return tuple(args)

    def value(self, node: Node, *, inner: bool = False) -> cst.BaseExpression:
        """The expression for an argument; ``inner`` for one within a definition."""
        scope = self.unit.families.scope
        if not any(isinstance(below, Call) for below in walk(node)):
            return scope.inner(node) if inner else scope.value(node)
        match node:
            case Call(kind=Kind.SINGLETON) if node in self.unit.shared:
                return cst.Name(self.unit.shared[node])
            case Call(kind=Kind.PARTIAL):
                return self.callable_value(self.unit.families.part(node, None), inner=inner)
            case Call():
                return self.made(self.unit.families.part(node), inner=inner)
            case List(items=items):
                return cst.List([cst.Element(self.value(item, inner=inner)) for item in items])
            case Tuple(items=items):
                return _tuple([cst.Element(self.value(item, inner=inner)) for item in items])
            case MappingNode(entries=entries):
                return cst.Dict(
                    [
                        cst.DictElement(literal(entry.key), self.value(entry.value, inner=inner))
                        for entry in entries
                    ]
                )
            case _:
                return scope.value(node)

    def made(self, part: Part, *, inner: bool = False) -> cst.BaseExpression:
        """The call that makes ``part`` where it stands."""
        construction = self._alone(part, inner)
        if isinstance(part, Foreign):
            written = self.unit.language(part.node, construction.args)
            if written is not None:
                return written
        return cst.Call(construction.callee, construction.args)

    def _alone(self, part: Part, inner: bool) -> Construction:
        if inner and isinstance(part, Foreign):
            function = self.unit.families.scope.elsewhere(part.node)
            if function is None:
                args = self._foreign_args(part.node, inner=True)
                return Construction(self.unit.symbol(part.node), args)
        return self.construction(part)

    def callable_value(self, part: Part, *, inner: bool = False) -> cst.BaseExpression:
        """``part`` as a callable: the class or function, or a `partial` of it.

        Where its arguments are made anew for each call, a lambda makes them.
        """
        construction = self._alone(part, inner)
        if not construction.args:
            return construction.callee
        if any(_is_made(node) for node in _bound_nodes(part.node)):
            return _lambda(construction)
        return cst.Call(cst.Name("partial"), [cst.Arg(construction.callee), *construction.args])

    # Definitions.

    def definition(self, family: Family) -> cst.ClassDef | cst.FunctionDef:
        """The family's class or function, for its binding."""
        request = Request(
            name=family.name,
            bindings=self._bindings(family),
            config=self.unit.config if self.needs_config(family) else None,
            extra=self._extra(family),
            prologue=self._prologue(family),
            protected=self.unit.protected,
            flatten=self.unit.config is not None,
        )
        if isinstance(family.tree, cst.ClassDef):
            return specialise_class(family.tree, request)
        return specialise_function(family.tree, request)

    def _bindings(self, family: Family) -> dict[str, Binding]:
        use = family.first
        bindings: dict[str, Binding] = dict(family.fixed)
        for hole in use.holes:
            if len(hole) == 1:
                code = family.closed(hole)
                bindings[hole[0]] = Kept(not_none=True) if code is None else Inline(code)
        for name, part in use.parts.items():
            bindings[name] = Construct(self.construction(part, family, (name,)))
        for name, several in use.lists.items():
            bindings[name] = ConstructEach(
                tuple(
                    self.construction(part, family, (name, str(index)))
                    for index, part in enumerate(several)
                )
            )
        for name in use.instances:
            bindings[name] = Kept(not_none=True)
        return bindings

    def _extra(self, family: Family) -> tuple[Parameter, ...]:
        """Parameters that are only handed on: numbers of parts, shared objects."""
        extra: list[Parameter] = []
        for hole in family.open_holes():
            if len(hole) > 1:
                name = family.parameter(hole)
                extra.append(Parameter(name, f"{name}: {_annotation(family, hole)}"))
        if not self._is_root(family):
            extra += [
                Parameter(name, f"{name}: {self._class_of(call)}")
                for call, name in ((call, self.unit.shared[call]) for call in family.shared)
            ]
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
        statements: list[cst.BaseStatement] = []
        for call, part in self.unit.families.shared.items():
            target = cst.AssignTarget(cst.Name(self.unit.shared[call]))
            statements.append(cst.SimpleStatementLine([cst.Assign([target], self.made(part))]))
        return tuple(statements)

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
        parts = [*use.parts.values(), *(p for several in use.lists.values() for p in several)]
        return any(
            (
                any(_mentions_config(arg.value) for arg in self.construction(part, family).args)
                if isinstance(part, Foreign)
                else self.needs_config(part.family)
            )
            for part in parts
        )


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


def _lambda(construction: Construction) -> cst.BaseExpression:
    """``lambda *args, **kwargs: callee(<bound>, *args, **{<bound>, **kwargs})``."""
    first = [arg for arg in construction.args if arg.keyword is None and not arg.star]
    named = [
        cst.DictElement(literal(arg.keyword.value), arg.value)
        for arg in construction.args
        if arg.keyword is not None
    ]
    spread = [cst.StarredDictElement(arg.value) for arg in construction.args if arg.star]
    rest = cst.StarredDictElement(cst.Name("kwargs"))
    call = cst.Call(
        construction.callee,
        [
            *first,
            cst.Arg(cst.Name("args"), star="*"),
            cst.Arg(cst.Dict([*named, *spread, rest]), star="**"),
        ],
    )
    parameters = cst.Parameters(
        star_arg=cst.Param(cst.Name("args"), star="*"),
        star_kwarg=cst.Param(cst.Name("kwargs"), star="**"),
    )
    return cst.Lambda(parameters, call, lpar=[cst.LeftParen()], rpar=[cst.RightParen()])


def _keyword(name: str, value: cst.BaseExpression) -> cst.Arg:
    tight = cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace(""))
    return cst.Arg(value, keyword=cst.Name(name), equal=tight)


def _tuple(elements: list[cst.Element]) -> cst.Tuple:
    if len(elements) == 1:
        elements = [elements[0].with_changes(comma=cst.Comma())]
    return cst.Tuple(elements)


__all__ = ["Unit", "Writer", "allows_none", "assign_names"]
