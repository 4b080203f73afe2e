"""The definitions that emitted code reaches, each specialised for all calls that reach it.

Where families are made for what the *graph* binds, this follows plain calls in code: a keyword-only
parameter that is the same known None, bool or text at every call goes, with the branches that it
decided, and the calls no longer give it. Callers come before what they call, so that a branch which
goes takes its calls along; what calls itself, directly or in a ring, is taken for all the calls
that stand in it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import libcst as cst

from fgc.compiler.specialiser.annotations import allows_none, is_choice
from fgc.compiler.specialiser.bindings import Binding, Constant, Kept
from fgc.compiler.specialiser.calls import Unspecialisable
from fgc.compiler.specialiser.dataclass_fields import final_type, keyword_fields
from fgc.compiler.specialiser.definition import Request, specialise_class, specialise_function
from fgc.compiler.specialiser.edits import Edit, Source, edited, without_keywords
from fgc.compiler.specialiser.rings import in_rings
from fgc.compiler.specialiser.scope import references
from fgc.compiler.specialiser.source import Definition, Library
from fgc.compiler.specialiser.static import (
    NOT_NONE,
    UNKNOWN,
    Environment,
    Known,
    Static,
    evaluate,
    of_binding,
)
from fgc.compiler.specialiser.subset import Violation, Whole, violations
from fgc.compiler.specialiser.uses import Kind, Use, uses_in

DefId = tuple[str, str]  # module and name of a definition


@dataclass(frozen=True)
class Code:
    """Emitted code: a definition of the program itself, or a specialised one.

    ``module`` is where its names are looked up; ``names`` are looked up first (what the emitter
    itself imported). ``knowledge`` is what is known of the names that are local to it.
    """

    name: str
    text: str
    module: str
    origin: Definition | None = None
    names: Mapping[str, DefId] = field(default_factory=dict[str, DefId])
    knowledge: Mapping[str, Binding] = field(default_factory=dict[str, Binding])


@dataclass(frozen=True)
class Reached:
    """What a closure found: definitions, callers first, and the roots rewritten.

    ``whole`` are definitions that calls would have specialised.
    """

    roots: tuple[Code, ...]
    definitions: tuple[Code, ...]
    whole: tuple[Whole, ...] = ()


@dataclass(eq=False)
class _Calls:
    """How the code so far uses one definition."""

    sites: list[dict[str, Static]] = field(default_factory=list[dict[str, Static]])
    escapes: bool = False  # used other than by being called with keywords in plain sight


class Closure:
    """Follows references from root code through a library.

    ``local`` are definitions that already have a place and name of their own: they are renamed
    where they are met, and not followed. Those in ``families`` have been specialised for what the
    graph binds: types are named by them, but plain calls want the definition as it was written.
    """

    def __init__(
        self,
        library: Library,
        local: Mapping[DefId, str],
        families: Mapping[DefId, Sequence[str]] | None = None,
    ):
        self.library = library
        self.local = local
        self.families = families or {}
        self.calls: dict[DefId, _Calls] = {}
        self.dropped: dict[DefId, frozenset[str]] = {}
        self.whole: list[Whole] = []
        self._references: dict[DefId, list[DefId]] = {}

    def reach(self, roots: Sequence[Code]) -> Reached:
        """Everything that ``roots`` need, and all of it with calls as the callees now are."""
        for root in roots:
            self._scan(root)
        emitted: list[Code] = []
        for ring in in_rings(self._identities(roots), self._below):
            if not any(identity in self.calls for identity in ring):
                continue
            if len(ring) > 1 or ring[0] in self._below(ring[0]):
                for identity in ring:
                    self._scan(self._plain(identity))
            for identity in ring:
                if identity in self.calls:
                    code = self._specialised(identity)
                    emitted.append(code)
                    self._scan(code)
        rewritten = [self._rewritten(code) for code in (*roots, *emitted)]
        count = len(roots)
        return Reached(tuple(rewritten[:count]), tuple(rewritten[count:]), tuple(self.whole))

    # Names.

    def identity(self, code: Code, name: str) -> DefId | None:
        """The library definition that a global name of ``code`` means; None for any other."""
        if name in code.names:
            return code.names[name]
        definition = self.library.definition(code.module, name)
        return None if definition is None else (definition.module, definition.name)

    def module(self, code: Code, name: str) -> str | None:
        """The library module that a global name of ``code`` is bound to, if it is one."""
        if name in code.names:
            return None
        source = self.library.module(code.module)
        imported = None if source is None else source.imports.get(name)
        return None if imported is None else self.library.imported_module(imported)

    def _used(self, code: Code, use: Use) -> list[tuple[DefId, Use]]:
        """The definitions that a use means: one, or all of a module that is handed on."""
        module = self.module(code, use.name)
        if module is None:
            identity = self.identity(code, use.name)
            owner = use if use.attribute is None else replace(use, kind=Kind.MENTION)
            return [] if identity is None else [(identity, owner)]
        if use.attribute is not None:
            definition = self.library.definition(module, use.attribute)
            return [] if definition is None else [((definition.module, definition.name), use)]
        source = self.library.module(module)
        names = () if source is None else (*source.definitions, *source.imports)
        found = [self.library.definition(module, name) for name in names]
        value = replace(use, kind=Kind.VALUE)
        return [((d.module, d.name), value) for d in found if d is not None]

    def _is_local(self, code: Code, identity: DefId, use: Use) -> bool:
        """Whether a use means a definition under the name that it has here."""
        if identity not in self.local:
            return False
        is_type = use.kind is Kind.MENTION or identity not in self.families
        return is_type or use.name in self.families[identity]

    # Which definitions, in which order.

    def _identities(self, codes: Iterable[Code]) -> list[DefId]:
        """The definitions that codes refer to, by the names in them."""
        found: dict[DefId, None] = {}
        for code in codes:
            for use in sorted(uses_in(code.text).all, key=lambda use: use.name):
                for identity, used in self._used(code, use):
                    if not self._is_local(code, identity, used):
                        found[identity] = None
        return list(found)

    def _below(self, identity: DefId) -> list[DefId]:
        if identity not in self._references:
            self._references[identity] = self._identities([self._plain(identity)])
        return self._references[identity]

    def _plain(self, identity: DefId) -> Code:
        definition = self.library.definition(*identity)
        assert definition is not None
        return Code(definition.name, definition.text, definition.module, definition)

    # How they are called.

    def _scan(self, code: Code) -> None:
        """Notes how ``code`` uses each definition that it refers to."""
        env = Environment(code.knowledge, {})
        for use in uses_in(code.text).all:
            for identity, used in self._used(code, use):
                if self._is_local(code, identity, used):
                    continue
                calls = self.calls.setdefault(identity, _Calls())
                if used.kind is Kind.CALL and used.call is not None:
                    calls.sites.append(_site(used.call, env))
                elif used.kind is Kind.VALUE:
                    calls.escapes = True

    def _specialised(self, identity: DefId) -> Code:
        code = self._plain(identity)
        definition, calls = code.origin, self.calls[identity]
        assert definition is not None
        parameters = _keyword_only(definition)
        if calls.escapes or not calls.sites or not parameters:
            return code
        bindings = {p.name: _joined(p, calls.sites) for p in parameters}
        found = obstacles(definition, self.library, positional=False)
        if not found and any(_changes(p, bindings[p.name]) for p in parameters):
            try:
                code = replace(code, text=_folded(definition, bindings))
            except Unspecialisable as error:
                found = [Violation(str(error), definition.line)]
        if found:
            if any(isinstance(binding, Constant) for binding in bindings.values()):
                self.whole.append(Whole(definition, tuple(found)))
            return code
        gone = (name for name, binding in bindings.items() if isinstance(binding, Constant))
        self.dropped[identity] = frozenset(gone)
        kept = {name: binding for name, binding in bindings.items() if isinstance(binding, Kept)}
        return replace(code, knowledge=kept)

    # As the callees now are.

    def _rewritten(self, code: Code) -> Code:
        """``code`` with calls and names as what they refer to now is."""
        source = Source(code.text)
        edits = [edit for use in uses_in(code.text).all for edit in self._edits(code, source, use)]
        return replace(code, text=edited(code.text, edits)) if edits else code

    def _edits(self, code: Code, source: Source, use: Use) -> Iterator[Edit]:
        for identity, used in self._used(code, use):
            if self._is_local(code, identity, used):
                yield from self._renamed(code, identity, source, use)
            elif used.call is not None and self.dropped.get(identity):
                yield from without_keywords(source, used.call, self.dropped[identity])

    def _renamed(self, code: Code, identity: DefId, source: Source, use: Use) -> Iterator[Edit]:
        name = self._local_name(code, identity, use)
        node = use.node
        if isinstance(node, ast.Attribute) and self.module(code, use.name) is None:
            node = node.value  # the class of an attribute
        start, end = source.span(node)
        written = source.text[start:end]
        if isinstance(node, ast.Constant):  # a quoted annotation
            renamed = _with_word(written, use.name, name)
            yield (start, end), renamed
        elif written != name:
            yield (start, end), name

    def _local_name(self, code: Code, identity: DefId, use: Use) -> str:
        names = self.families.get(identity, ())
        if code.origin is not None and identity == (code.origin.module, code.origin.name):
            return code.name
        if use.name in names:
            return use.name
        if len(names) > 1 and use.test:
            return f"({', '.join(names)})"
        if len(names) > 1 and use.annotation and not isinstance(use.node, ast.Constant):
            return " | ".join(names)
        return self.local[identity]


def obstacles(
    definition: Definition, library: Library, *, positional: bool = True
) -> list[Violation]:
    """As `violations`, what is seen from outside included: base classes out of the library."""
    return [*violations(definition, positional=positional), *_library_bases(definition, library)]


def _library_bases(definition: Definition, library: Library) -> list[Violation]:
    """The base classes that are vendored too: what they read of an attribute is not looked at."""
    statement = definition.syntax.body[0]
    if not isinstance(statement, ast.ClassDef):
        return []
    return [
        Violation(f"it inherits from `{name}`", definition.line)
        for base in statement.bases
        for name in sorted(references(ast.unparse(base)))
        if library.definition(definition.module, name) is not None
    ]


@dataclass(frozen=True, slots=True)
class _Parameter:
    name: str
    default: ast.expr | None
    annotation: ast.expr | None


def _keyword_only(definition: Definition) -> list[_Parameter]:
    statement = definition.syntax.body[0]
    if isinstance(statement, ast.ClassDef):
        methods = (s for s in statement.body if isinstance(s, ast.FunctionDef))
        init = next((m for m in methods if m.name == "__init__"), None)
        if init is None:
            return [
                _Parameter(field.target.id, field.value, final_type(field.annotation))
                for field in keyword_fields(statement)
                if isinstance(field.target, ast.Name)
            ]
        statement = init
    if not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
        return []
    arguments = statement.args
    return [
        _Parameter(argument.arg, default, argument.annotation)
        for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    ]


def _site(call: ast.Call, env: Environment) -> dict[str, Static]:
    return {k.arg: _static(k.value, env) for k in call.keywords if k.arg is not None}


def _static(node: ast.expr, env: Environment) -> Static:
    """As `evaluate`, for an argument of a call."""
    match node:
        case ast.Constant(value=None | bool() | str() as value):
            return Known(value)
        case ast.Name(id=name):
            return of_binding(env.parameters[name]) if name in env.parameters else UNKNOWN
        case ast.Constant() | ast.List() | ast.Tuple() | ast.Dict() | ast.Set() | ast.JoinedStr():
            return NOT_NONE
        case ast.Attribute() | ast.Subscript():
            return UNKNOWN
        case _:
            return evaluate(cst.parse_expression(ast.unparse(node)), env)


def _joined(param: _Parameter, sites: Sequence[Mapping[str, Static]]) -> Constant | Kept:
    """What all calls agree on for one parameter."""
    unset = UNKNOWN if param.default is None else _static(param.default, Environment({}, {}))
    values = [site.get(param.name, unset) for site in sites]
    first = values[0]
    if isinstance(first, Known) and all(value == first for value in values):
        structural = not isinstance(first.value, str) or is_choice(param.annotation)
        if structural:
            return Constant(first.value)
    known = all(
        value == NOT_NONE or (isinstance(value, Known) and value.value is not None)
        for value in values
    )
    given = all(param.name in site for site in sites)
    return Kept(not_none=known or not _may_be_none(param), given=given)


def _may_be_none(param: _Parameter) -> bool:
    default = param.default
    none = isinstance(default, ast.Constant) and default.value is None
    return none or allows_none(param.annotation)


def _changes(param: _Parameter, binding: Constant | Kept) -> bool:
    """Whether a definition is any different for ``binding``."""
    if isinstance(binding, Constant):
        return True
    narrowed = binding.not_none and _may_be_none(param)
    return narrowed or (binding.given and param.default is not None)


def _folded(definition: Definition, bindings: Mapping[str, Binding]) -> str:
    tree = definition.parse()
    request = Request(definition.name, bindings, torch_nn=definition.torch_nn)
    if isinstance(tree, cst.ClassDef):
        return text_of(specialise_class(tree, request))
    assert isinstance(tree, cst.FunctionDef)
    return text_of(specialise_function(tree, request))


def text_of(tree: cst.CSTNode) -> str:
    """The text of a tree."""
    return cst.Module([]).code_for_node(tree)


def _with_word(text: str, word: str, new: str) -> str:
    return re.sub(rf"\b{re.escape(word)}\b", new, text)
