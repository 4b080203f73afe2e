"""The definitions that emitted code reaches, each specialised for all calls that reach it.

Where families are made for what the *graph* binds, this follows plain calls in code: a keyword-only
parameter that is the same known None, bool or text at every call goes, with the branches that it
decided, and the calls no longer give it. Callers come before what they call, so that a branch which
goes takes its calls along.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import libcst as cst

from fgc.compiler.specialiser.bindings import Binding, Constant, Kept
from fgc.compiler.specialiser.definition import (
    Request,
    default_binding,
    parameters,
    specialise_class,
    specialise_function,
)
from fgc.compiler.specialiser.families import allows_none, is_choice
from fgc.compiler.specialiser.source import Definition, Library, references
from fgc.compiler.specialiser.static import (
    NOT_NONE,
    UNKNOWN,
    Environment,
    Known,
    Static,
    evaluate,
    of_binding,
)
from fgc.compiler.specialiser.subset import violations

DefId = tuple[str, str]  # module and name of a definition
Statement = cst.ClassDef | cst.FunctionDef | cst.SimpleStatementLine


@dataclass(frozen=True)
class Code:
    """Emitted code: a definition of the program itself, or a specialised one.

    ``module`` is where its names are looked up; ``names`` are looked up first (what the emitter
    itself imported). ``knowledge`` is what is known of the names that are local to it.
    """

    name: str
    tree: Statement
    module: str
    origin: Definition | None = None
    names: Mapping[str, DefId] = field(default_factory=dict[str, DefId])
    knowledge: Mapping[str, Binding] = field(default_factory=dict[str, Binding])

    @property
    def text(self) -> str:
        """The code as it stands."""
        return cst.Module([]).code_for_node(self.tree)


@dataclass(frozen=True)
class Reached:
    """What a closure found: definitions in the order of their modules, and the roots rewritten."""

    roots: tuple[Code, ...]
    definitions: tuple[Code, ...]


@dataclass(eq=False)
class _Calls:
    """How the code so far uses one definition."""

    sites: list[dict[str, Static]] = field(default_factory=list[dict[str, Static]])
    escapes: bool = False  # used other than by being called with keywords in plain sight


class Closure:
    """Follows references from root code through a library.

    ``local`` are definitions that already have a place and name of their own: they are renamed
    where they are met, and not followed.
    """

    def __init__(self, library: Library, local: Mapping[DefId, str]):
        self.library = library
        self.local = local
        self.calls: dict[DefId, _Calls] = {}
        self.dropped: dict[DefId, frozenset[str]] = {}

    def reach(self, roots: Sequence[Code]) -> Reached:
        """Everything that ``roots`` need, and all of it with calls as the callees now are."""
        for root in roots:
            self._scan(root)
        emitted: list[Code] = []
        for identity in self._callers_first(roots):
            if identity in self.calls:
                definition = self.library.definition(*identity)
                assert definition is not None
                code = self._specialised(definition, self.calls[identity])
                emitted.append(code)
                self._scan(code)
        rewritten = [self._rewritten(code) for code in (*roots, *emitted)]
        return Reached(tuple(rewritten[: len(roots)]), tuple(rewritten[len(roots) :]))

    # Names.

    def identity(self, code: Code, name: str) -> DefId | None:
        """The library definition that a global name of ``code`` means; None for any other."""
        if name in code.names:
            return code.names[name]
        definition = self.library.definition(code.module, name)
        return None if definition is None else (definition.module, definition.name)

    def module(self, code: Code, name: str) -> str | None:
        """The library module that a global name of ``code`` is bound to, if it is one."""
        source = self.library.module(code.module)
        imported = None if source is None else source.imports.get(name)
        return None if imported is None else self.library.imported_module(imported)

    # Which definitions, in which order.

    def _callers_first(self, roots: Iterable[Code]) -> list[DefId]:
        """All definitions that might be reached, each behind those that refer to it."""
        order: list[DefId] = []
        state: dict[DefId, bool] = {}

        def visit(identity: DefId) -> None:
            if identity in state:
                return
            state[identity] = False
            definition = self.library.definition(*identity)
            if definition is not None:
                for inner in self._referred(_plain(definition)):
                    visit(inner)
            order.append(identity)

        for root in roots:
            for identity in self._referred(root):
                visit(identity)
        return order[::-1]

    def _referred(self, code: Code) -> list[DefId]:
        scan = _Attributes()
        code.tree.visit(scan)
        found: dict[DefId, None] = {}
        for name in sorted(references(code.text)):
            module = self.module(code, name) if name not in code.names else None
            if module is not None:
                for attribute in scan.of.get(name, ()):
                    definition = self.library.definition(module, attribute)
                    if definition is not None:
                        found[definition.module, definition.name] = None
                continue
            identity = self.identity(code, name)
            if identity is not None and identity not in self.local:
                found[identity] = None
        return list(found)

    # How they are called.

    def _scan(self, code: Code) -> None:
        """Notes how ``code`` uses each definition that it refers to."""
        names = references(code.text)
        visitor = _Uses(self, code, names)
        code.tree.visit(visitor)

    def _specialised(self, definition: Definition, calls: _Calls) -> Code:
        tree = definition.parse()
        if isinstance(tree, cst.SimpleStatementLine):
            return Code(definition.name, tree, definition.module, definition)
        bindings: dict[str, Binding] = {}
        if not calls.escapes and calls.sites and not violations(tree):
            for param in _keyword_only(tree):
                bindings[param.name.value] = _joined(param, calls.sites)
        identity = (definition.module, definition.name)
        self.dropped[identity] = frozenset(
            name for name, binding in bindings.items() if isinstance(binding, Constant)
        )
        request = Request(definition.name, bindings)
        if isinstance(tree, cst.ClassDef):
            made: Statement = specialise_class(tree, request) if bindings else tree
        else:
            made = specialise_function(tree, request) if bindings else tree
        knowledge = {name: b for name, b in bindings.items() if isinstance(b, Kept)}
        return Code(definition.name, made, definition.module, definition, {}, knowledge)

    def _rewritten(self, code: Code) -> Code:
        """``code`` with calls and names as what they refer to now is."""
        names = references(code.text)
        tree = code.tree.visit(_Rewrites(self, code, names))
        assert isinstance(tree, cst.ClassDef | cst.FunctionDef | cst.SimpleStatementLine)
        return Code(code.name, tree, code.module, code.origin, code.names, code.knowledge)


def _plain(definition: Definition) -> Code:
    return Code(definition.name, definition.parse(), definition.module, definition)


def _keyword_only(tree: cst.ClassDef | cst.FunctionDef) -> tuple[cst.Param, ...]:
    function = tree
    if isinstance(tree, cst.ClassDef):
        methods = (s for s in tree.body.body if isinstance(s, cst.FunctionDef))
        function = next((m for m in methods if m.name.value == "__init__"), None)
    names = () if not isinstance(function, cst.FunctionDef) else function.params.kwonly_params
    wanted = {param.name.value for param in names}
    return tuple(param for param in parameters(tree) if param.name.value in wanted)


def _joined(param: cst.Param, sites: Sequence[Mapping[str, Static]]) -> Binding:
    """What all calls agree on for one parameter."""
    default = default_binding(param)
    unset = UNKNOWN if default is None else of_binding(default)
    if param.default is not None and default is None:
        unset = evaluate(param.default, Environment({}, {}))
    values = [site.get(param.name.value, unset) for site in sites]
    first = values[0]
    folds = not isinstance(first, Known) or not isinstance(first.value, str) or is_choice(param)
    if isinstance(first, Known) and folds and all(value == first for value in values):
        return Constant(first.value)
    known = all(
        value == NOT_NONE or (isinstance(value, Known) and value.value is not None)
        for value in values
    )
    given = all(param.name.value in site for site in sites)
    return Kept(not_none=known or not allows_none(param), given=given)


class _Attributes(cst.CSTVisitor):
    """The attributes that are read of each name."""

    def __init__(self) -> None:
        self.of: dict[str, list[str]] = {}

    def visit_Attribute(self, node: cst.Attribute) -> None:
        if isinstance(node.value, cst.Name):
            self.of.setdefault(node.value.value, []).append(node.attr.value)


class _Uses(cst.CSTVisitor):
    """Files each use of a library definition under it."""

    def __init__(self, closure: Closure, code: Code, names: set[str]):
        self.closure = closure
        self.code = code
        self.names = names
        self.env = Environment(code.knowledge, {})
        self.annotations = 0

    def callee(self, node: cst.BaseExpression) -> DefId | None:
        """The definition that an expression names, as a global or as a module's attribute."""
        match node:
            case cst.Name(value=name) if name in self.names:
                if self.closure.module(self.code, name) is not None:
                    return None
                return self.closure.identity(self.code, name)
            case cst.Attribute(value=cst.Name(value=name), attr=cst.Name(value=attribute)) if (
                name in self.names and name not in self.code.names
            ):
                module = self.closure.module(self.code, name)
                if module is None:
                    return None
                definition = self.closure.library.definition(module, attribute)
                return None if definition is None else (definition.module, definition.name)
            case _:
                return None

    def visit_Call(self, node: cst.Call) -> bool:
        identity = self.callee(node.func)
        if identity is None:
            return True
        if identity not in self.closure.local:
            calls = self.closure.calls.setdefault(identity, _Calls())
            if any(arg.star == "**" for arg in node.args):
                calls.escapes = True
            calls.sites.append(
                {
                    arg.keyword.value: evaluate(arg.value, self.env)
                    for arg in node.args
                    if arg.keyword is not None
                }
            )
        for arg in node.args:
            arg.value.visit(self)
        return False

    def visit_Annotation(self, node: cst.Annotation) -> None:
        self.annotations += 1

    def leave_Annotation(self, original_node: cst.Annotation) -> None:
        self.annotations -= 1

    def visit_Arg(self, node: cst.Arg) -> bool:
        node.value.visit(self)
        return False

    def visit_Param(self, node: cst.Param) -> bool:
        if node.annotation is not None:
            node.annotation.visit(self)
        if node.default is not None:
            node.default.visit(self)
        return False

    def visit_Attribute(self, node: cst.Attribute) -> bool:
        identity = self.callee(node)
        if identity is not None:
            self._mentioned(identity)
            return False
        if isinstance(node.value, cst.Name):
            owner = self.callee(node.value)
            if owner is not None:  # a class's attribute does not make an instance
                self._mentioned(owner, escapes=False)
            return False
        node.value.visit(self)
        return False

    def visit_Name(self, node: cst.Name) -> None:
        identity = self.callee(node)
        if identity is not None:
            self._mentioned(identity)

    def visit_ExceptHandler(self, node: cst.ExceptHandler) -> bool:
        if node.type is not None:
            self.annotations += 1
            node.type.visit(self)
            self.annotations -= 1
        node.body.visit(self)
        return False

    def _mentioned(self, identity: DefId, *, escapes: bool = True) -> None:
        if identity in self.closure.local:
            return
        calls = self.closure.calls.setdefault(identity, _Calls())
        calls.escapes = calls.escapes or (escapes and not self.annotations)


class _Rewrites(cst.CSTTransformer):
    """Takes arguments that are gone out of calls, and gives local definitions their names."""

    def __init__(self, closure: Closure, code: Code, names: set[str]):
        self.closure = closure
        self.uses = _Uses(closure, code, names)
        self.labels = 0

    def visit_Arg_keyword(self, node: cst.Arg) -> None:
        self.labels += 1

    def leave_Arg_keyword(self, node: cst.Arg) -> None:
        self.labels -= 1

    def visit_Attribute_attr(self, node: cst.Attribute) -> None:
        self.labels += 1

    def leave_Attribute_attr(self, node: cst.Attribute) -> None:
        self.labels -= 1

    def visit_Param_name(self, node: cst.Param) -> None:
        self.labels += 1

    def leave_Param_name(self, node: cst.Param) -> None:
        self.labels -= 1

    def leave_Name(self, original_node: cst.Name, updated_node: cst.Name) -> cst.BaseExpression:
        if self.labels:
            return updated_node
        identity = self.uses.callee(original_node)
        if identity is None or identity not in self.closure.local:
            return updated_node
        return updated_node.with_changes(value=self.closure.local[identity])

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.BaseExpression:
        identity = self.uses.callee(original_node.func)
        dropped = self.closure.dropped.get(identity) if identity is not None else None
        if not dropped:
            return updated_node
        args = [
            arg for arg in updated_node.args if not (arg.keyword and arg.keyword.value in dropped)
        ]
        if len(args) == len(updated_node.args):
            return updated_node
        if not args:
            return cst.Call(updated_node.func)
        if updated_node.args[-1] is not args[-1]:
            args[-1] = args[-1].with_changes(comma=updated_node.args[-1].comma)
        return updated_node.with_changes(args=args)
