"""What a call of a function, a method or a class takes, told from source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from fgc.compiler.symbols.classes import Ancestors, Classes, hooks, last_name
from fgc.compiler.symbols.dataclass_init import (
    dataclass_options,
    dataclass_parameters,
    transformed_parameters,
    transforms,
)
from fgc.compiler.symbols.declarations import Class, Forward, Function
from fgc.compiler.symbols.forwarded import forwarded
from fgc.compiler.symbols.modules import Definition, Modules
from fgc.compiler.symbols.reader import opaque_decorators
from fgc.compiler.symbols.symbol import Parameter, Signature

# A class decorator from this list leaves the constructor as it is.
_TRANSPARENT = frozenset(
    {
        "auto_docstring",
        "dataclass",
        "dataclass_transform",
        "deprecated",
        "final",
        "requires",
        "runtime_checkable",
        "strict",
        "total_ordering",
        "use_kernel_forward_from_hub",
    }
)

_SELF = Parameter("self", "positional_only")


@dataclass(frozen=True, slots=True)
class _Scope:
    """Where a function stands: in ``home``, and as the one at ``index`` among the ancestors of
    ``owner``, the class that is called, where it is a method."""

    home: Definition
    owner: Definition | None = None
    index: int = 0


class Signatures:
    """Signatures of what ``modules`` finds, followed to where variadic arguments end up."""

    def __init__(self, modules: Modules, classes: Classes):
        self._modules = modules
        self._classes = classes
        self._active: set[tuple[str | None, int, str]] = set()

    def function(self, found: Definition) -> Signature | None:
        """What a call of a function at the top level of a module takes."""
        assert isinstance(found.declaration, Function)
        return self._called(found.declaration, _Scope(found))

    def method(self, found: Definition, owner: Definition) -> Signature | None:
        """What a call of a function takes that is found on the class ``owner``."""
        function = found.declaration
        assert isinstance(function, Function)
        names = {last_name(text) for text in function.decorators}
        if "property" in names or "cached_property" in names:
            return None
        home = found.name.rpartition(".")[0]
        for index, ancestor in enumerate(self._classes.ancestors(owner)):
            if ancestor is not None and (ancestor.file, ancestor.name) == (found.file, home):
                scope = _Scope(ancestor, owner, index)
                return self._called(function, scope, bound="classmethod" in names)
        return None

    def constructor(self, owner: Definition) -> Signature | None:
        """What a call of the class takes; None where the source does not tell.

        The first of its ancestors that defines a constructor decides, as in Python.
        """
        if not _decorators_are_transparent(_class(owner)):
            return None
        hooked = False  # an inherited `__init_subclass__` may give a subclass its constructor
        takes_anything = False  # a `__new__(cls, *args)`, which an `__init__` further up may narrow
        for index, ancestor in enumerate(self._classes.upwards(owner)):
            if ancestor is None:
                return None
            declared = _class(ancestor)
            if any(not _keyword_is_harmless(keyword) for keyword in declared.keywords):
                return None
            if {"__init__", "__new__"} & {*declared.attributes}:
                return None
            if any(last_name(base) == "NamedTuple" for base in declared.bases):
                return Signature(_fields_in_order(declared))
            options = dataclass_options(declared)
            if options is not None and options.init and "__init__" not in declared.methods:
                return self._synthesised(self._classes.ancestors(owner)[index:], declared)
            takes_anything = takes_anything or "__new__" in declared.methods
            explicit = _explicit_constructor(declared)
            if explicit is not None:
                scope = _Scope(ancestor, owner, index)
                return None if hooked else self._called(explicit, scope, bound=True)
            if not _decorators_are_transparent(declared):
                return None
            later = self._classes.ancestors(owner)[index + 1 :]
            if index == 0 and any(a is not None and transforms(_class(a)) for a in later):
                return self._transformed(owner)
            hooked = hooked or any(hooks(ancestor) for ancestor in later)
        return None if hooked or takes_anything else Signature(())

    def _transformed(self, owner: Definition) -> Signature | None:
        """The constructor that a base with ``@dataclass_transform`` gives each class below it."""
        ancestors = self._classes.ancestors(owner)
        below: list[Definition] = []
        for ancestor in ancestors:
            if ancestor is None:
                return None
            line = self._classes.ancestors(ancestor)
            if any(a is not None and transforms(_class(a)) for a in line):
                below.append(ancestor)
        parameters = transformed_parameters([_class(ancestor) for ancestor in below])
        return Signature(parameters, self._validated(below))

    def _validated(self, ancestors: Sequence[Definition]) -> frozenset[str]:
        """The fields whose values are compared with their annotations, by huggingface_hub's
        ``@strict`` on the class or on one above it.

        What a class below the decorated one declares anew is left out, and what is declared where
        annotations are texts, which it does not compare.
        """
        found: set[str] = set()
        declared: set[str] = set()
        decorated = False
        for ancestor in ancestors:
            owner = _class(ancestor)
            decorated = decorated or any(last_name(text) == "strict" for text in owner.decorators)
            new = {field.name for field in owner.fields} - declared
            declared |= new
            if (
                decorated
                and ancestor.file is not None
                and not self._modules.postpones(ancestor.file)
            ):
                found |= new
        return frozenset(found)

    def _synthesised(self, ancestors: Ancestors, declared: Class) -> Signature | None:
        validated = any(last_name(text) == "strict" and "(" in text for text in declared.decorators)
        if validated or not _decorators_are_transparent(declared):
            return None
        classes: list[Class] = []
        for ancestor in ancestors:
            if ancestor is None:
                return None
            classes.append(_class(ancestor))
        parameters = dataclass_parameters(classes)
        return None if parameters is None else Signature(parameters)

    def _called(self, function: Function, scope: _Scope, bound: bool = False) -> Signature | None:
        """``bound``: the first parameter is the object or the class, and no argument."""
        parameters = self._parameters(function, scope)
        if parameters is None:
            return None
        if bound:
            if not parameters or parameters[0].kind == "keyword_only":
                return None
            if parameters[0].variadic:
                return Signature(parameters)
            parameters = parameters[1:]
        written = Signature(parameters)
        forwarding = function.forwarding
        key = (scope.home.file, function.line, "" if scope.owner is None else scope.owner.name)
        variadic = any(parameter.variadic for parameter in parameters)
        if forwarding is None or not variadic or key in self._active:
            return written
        self._active.add(key)
        try:
            found = [self._callee(call, function, scope) for call in forwarding.calls]
        finally:
            self._active.discard(key)
        callees = [callee for callee in found if callee is not None]
        if len(callees) != len(found):
            return written
        return forwarded(written, forwarding, callees) or written

    def _parameters(self, function: Function, scope: _Scope) -> tuple[Parameter, ...] | None:
        """The parameters as written, also below decorators whose source shows that they keep
        them."""
        if function.parameters is not None or function.beneath is None:
            return function.parameters
        opaque = opaque_decorators(function.decorators)
        return function.beneath if all(self._keeps(text, scope) for text in opaque) else None

    def _keeps(self, decorator: str, scope: _Scope) -> bool:
        home = scope.home
        if home.file is None or not all(part.isidentifier() for part in decorator.split(".")):
            return False
        found = self._modules.dotted(home.module, home.file, decorator)
        function = found.declaration if isinstance(found, Definition) else None
        return isinstance(function, Function) and function.hands_on and not function.decorators

    def _callee(self, call: Forward, function: Function, scope: _Scope) -> Signature | None:
        """What a callee takes, None where it is not known."""
        head, _, rest = call.callee.partition(".")
        home, owner = scope.home, scope.owner
        if not head or home.file is None or head == "self":
            return None
        if head == "super()":
            return None if owner is None else self._inherited(owner, scope.index + 1, rest)
        if head == "cls":
            if owner is None or "classmethod" not in map(last_name, function.decorators):
                return None
            return self._inherited(owner, 0, rest) if rest else self.constructor(owner)
        if rest.endswith("__init__"):
            return self._initialiser_of(call.callee.rpartition(".")[0], scope)
        found = self._modules.dotted(home.module, home.file, call.callee)
        if not isinstance(found, Definition):
            return None
        match found.declaration:
            case Function():
                return self.function(found)
            case Class():
                return self.constructor(found)
            case _:
                return None

    def _initialiser_of(self, name: str, scope: _Scope) -> Signature | None:
        """What ``Base.__init__`` takes, ``self`` included, which such a call gives."""
        home, owner = scope.home, scope.owner
        if owner is None or home.file is None:
            return None
        base = self._modules.dotted(home.module, home.file, name)
        for index, ancestor in enumerate(self._classes.ancestors(owner)):
            if index > scope.index and ancestor == base:
                found = self._inherited(owner, index, "__init__")
                return None if found is None else Signature((_SELF, *found.parameters))
        return None

    def _inherited(self, owner: Definition, start: int, name: str) -> Signature | None:
        """What the first method ``name`` takes among the ancestors of ``owner`` from ``start``."""
        ancestors = self._classes.ancestors(owner)
        for index, ancestor in enumerate(ancestors[start:], start):
            if ancestor is None:
                return None
            declared = _class(ancestor)
            names = {*declared.attributes, *(field.name for field in declared.fields)}
            if name in names or any(last_name(base) == "Protocol" for base in declared.bases):
                return None
            if name in declared.methods:
                function = declared.methods[name]
                kinds = {*map(last_name, function.decorators)} & {"classmethod", "staticmethod"}
                if not kinds and name != "__init__":
                    return None
                scope = _Scope(ancestor, owner, index)
                return self._called(function, scope, bound="staticmethod" not in kinds)
            if name != "__init__":
                continue
            options = dataclass_options(declared)
            if options is not None and options.init:
                return self._synthesised(ancestors[index:], declared)
            later = ancestors[index + 1 :]
            if not _decorators_are_transparent(declared) or any(map(hooks, later)):
                return None
        return Signature(()) if name == "__init__" else None


def _class(definition: Definition) -> Class:
    assert isinstance(definition.declaration, Class)
    return definition.declaration


def _explicit_constructor(declared: Class) -> Function | None:
    """``__init__`` or ``__new__``, whichever says more; no parameters where they disagree."""
    init, new = declared.methods.get("__init__"), declared.methods.get("__new__")
    if init is None or new is None:
        return init or (None if new is not None and _takes_anything(new) else new)
    if _takes_anything(new):
        return init
    same = (init.parameters or ())[1:] == (new.parameters or ())[1:]
    return init if same else replace(init, parameters=None, beneath=None)


def _takes_anything(function: Function) -> bool:
    parameters = function.parameters
    return parameters is not None and all(p.variadic for p in parameters[1:])


def _keyword_is_harmless(keyword: str) -> bool:
    name, _, value = keyword.partition("=")
    return name not in ("metaclass", "**") or last_name(value) == "ABCMeta"


def _decorators_are_transparent(declared: Class) -> bool:
    return all(last_name(text) in _TRANSPARENT for text in declared.decorators)


def _fields_in_order(declared: Class) -> tuple[Parameter, ...]:
    return tuple(
        Parameter(field.name, annotation=field.annotation, default=field.default)
        for field in declared.fields
    )
