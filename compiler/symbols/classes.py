"""Classes: their ancestors, their attributes, and what their constructors take."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from fgc.compiler.symbols.dataclass_init import dataclass_options, dataclass_parameters
from fgc.compiler.symbols.declarations import Class, Function, Value
from fgc.compiler.symbols.modules import ABSENT, UNKNOWN, Definition, Missing, Modules
from fgc.compiler.symbols.symbol import Method, Parameter, Signature

# Bases that bring neither a constructor nor anything else that matters here.
_NEUTRAL = frozenset({"object", "Generic", "Protocol", "ABC", "NamedTuple"})

# A class decorator from this list leaves the constructor as it is.
_TRANSPARENT = frozenset(
    {"auto_docstring", "dataclass", "deprecated", "final", "runtime_checkable", "total_ordering"}
)

Ancestors = tuple[Definition | None, ...]


class Classes:
    """Questions about the classes that ``modules`` finds."""

    def __init__(self, modules: Modules):
        self._modules = modules
        self._ancestors: dict[tuple[str | None, str], Ancestors] = {}

    def ancestors(self, owner: Definition) -> Ancestors:
        """The method resolution order of a class; None stands for a base that cannot be read."""
        key = (owner.file, owner.name)
        if key not in self._ancestors:
            self._ancestors[key] = (owner, None)  # what a class that is its own ancestor sees
            self._ancestors[key] = self._linearised(owner)
        return self._ancestors[key]

    def attribute(self, owner: Definition, name: str) -> Definition | Missing:
        """The attribute ``name`` of a class, inherited ones included."""
        for ancestor in self._upwards(owner):
            if ancestor is None:
                return UNKNOWN
            declared = _class(ancestor)
            if name in declared.methods:
                function = declared.methods[name]
                return _below(ancestor, name, function)
            if name in declared.attributes or any(f.name == name for f in declared.fields):
                return _below(ancestor, name, Value(declared.line))
            if any(keyword.startswith(("metaclass=", "**")) for keyword in declared.keywords):
                return UNKNOWN
        return UNKNOWN if name.startswith("__") or name == "mro" else ABSENT

    def attribute_names(self, owner: Definition) -> set[str]:
        """The public attributes that can be read, to find the one that was meant."""
        found: set[str] = set()
        for ancestor in self.ancestors(owner):
            if ancestor is not None:
                declared = _class(ancestor)
                found |= declared.methods.keys() | {f.name for f in declared.fields}
                found.update(declared.attributes)
        return {name for name in found if not name.startswith("_")}

    def methods(self, owner: Definition, is_own: Callable[[Definition], bool]) -> dict[str, Method]:
        """The public methods of a class, as far as classes define them of which ``is_own`` holds.

        A name that is bound otherwise than by `def` is among them, of unknown signature.
        """
        found: dict[str, Method] = {}
        for ancestor in self.ancestors(owner):
            if ancestor is None or ancestor.file is None or not is_own(ancestor):
                continue
            declared = _class(ancestor)
            for name, function in declared.methods.items():
                found.setdefault(name, Method(_bound(function), ancestor.file, function.line))
            for name in declared.attributes:
                found.setdefault(name, Method(None, ancestor.file, declared.line))
        return {name: method for name, method in found.items() if not name.startswith("_")}

    def constructor(self, owner: Definition) -> Signature | None:
        """What a call of the class takes; None where the source does not tell.

        The first of its ancestors that defines a constructor decides, as in Python.
        """
        hooked = False  # an inherited `__init_subclass__` may give a subclass its constructor
        takes_anything = False  # a `__new__(cls, *args)`, which an `__init__` further up may narrow
        for index, ancestor in enumerate(self._upwards(owner)):
            if ancestor is None:
                return None
            declared = _class(ancestor)
            if any(not _keyword_is_harmless(keyword) for keyword in declared.keywords):
                return None
            if {"__init__", "__new__"} & {*declared.attributes}:
                return None
            if any(_last_name(base) == "NamedTuple" for base in declared.bases):
                return Signature(_fields_in_order(declared))
            options = dataclass_options(declared)
            if options is not None and options.init and "__init__" not in declared.methods:
                return self._synthesised(self.ancestors(owner)[index:], declared)
            takes_anything = takes_anything or "__new__" in declared.methods
            explicit = _explicit_constructor(declared)
            if explicit is not None:
                return None if hooked else _without_first(explicit)
            if not _decorators_are_transparent(declared):
                return None
            hooked = hooked or any(_hooks(later) for later in self.ancestors(owner)[index + 1 :])
        return None if hooked or takes_anything else Signature(())

    def _upwards(self, owner: Definition) -> Iterator[Definition | None]:
        """The class, then its ancestors: their files are read only when they are asked for."""
        yield owner
        yield from self.ancestors(owner)[1:]

    def _synthesised(self, ancestors: Ancestors, declared: Class) -> Signature | None:
        if not _decorators_are_transparent(declared):
            return None
        classes: list[Class] = []
        for ancestor in ancestors:
            if ancestor is None:
                return None
            classes.append(_class(ancestor))
        parameters = dataclass_parameters(classes)
        return None if parameters is None else Signature(parameters)

    def _linearised(self, owner: Definition) -> Ancestors:
        written = [text.partition("[")[0] for text in _class(owner).bases]
        bases = [self._base(owner, text) for text in written if _last_name(text) not in _NEUTRAL]
        lines: list[Ancestors] = [
            (base,) if base is None else self.ancestors(base) for base in bases
        ]
        return (owner, *_merged([*lines, tuple(bases)]))

    def _base(self, owner: Definition, dotted: str) -> Definition | None:
        """The class that a base's text names, None where it cannot be read."""
        if not all(part.isidentifier() for part in dotted.split(".")) or owner.file is None:
            return None
        found = self._modules.dotted(owner.module, owner.file, dotted)
        if isinstance(found, Definition) and isinstance(found.declaration, Class):
            return found
        return None


def _merged(lines: Sequence[Ancestors]) -> Ancestors:
    """The C3 merge of the bases' own orders; it ends at the first base that cannot be read."""
    rest: list[Ancestors] = [line for line in lines if line]
    merged: list[Definition | None] = []
    while rest:
        heads = [line[0] for line in rest]
        head = next((h for h in heads if not any(_in(h, line[1:]) for line in rest)), None)
        merged.append(head)
        if head is None:
            break
        shorter: list[Ancestors] = [line[1:] if _same(line[0], head) else line for line in rest]
        rest = [line for line in shorter if line]
    return tuple(merged)


def _in(definition: Definition | None, line: Ancestors) -> bool:
    return any(_same(definition, other) for other in line)


def _same(one: Definition | None, other: Definition | None) -> bool:
    if one is None or other is None:
        return one is other
    return (one.file, one.name) == (other.file, other.name)


def method_signature(function: Function) -> Signature | None:
    """What a call of a function found on its class takes."""
    if function.parameters is None:
        return None
    names = {_last_name(text) for text in function.decorators}
    if "property" in names or "cached_property" in names:
        return None
    return _without_first(function) if "classmethod" in names else Signature(function.parameters)


def _bound(function: Function) -> Signature | None:
    """What a call of a method of an object takes."""
    names = {_last_name(text) for text in function.decorators}
    if function.parameters is None or "property" in names or "cached_property" in names:
        return None
    return Signature(function.parameters) if "staticmethod" in names else _without_first(function)


def _class(definition: Definition) -> Class:
    assert isinstance(definition.declaration, Class)
    return definition.declaration


def _below(owner: Definition, name: str, declaration: Function | Value) -> Definition:
    return Definition(owner.module, owner.file, f"{owner.name}.{name}", declaration)


def _explicit_constructor(declared: Class) -> Function | None:
    """``__init__`` or ``__new__``, whichever says more; no parameters where they disagree."""
    init, new = declared.methods.get("__init__"), declared.methods.get("__new__")
    if init is None or new is None:
        return init or (None if new is not None and _takes_anything(new) else new)
    if _takes_anything(new):
        return init
    same = _without_first(init) == _without_first(new)
    return init if same else Function(init.line, None)


def _takes_anything(function: Function) -> bool:
    parameters = function.parameters
    return parameters is not None and all(p.variadic for p in parameters[1:])


def _without_first(function: Function) -> Signature | None:
    parameters = function.parameters
    if parameters is None:
        return None
    bound = parameters[:1] and not parameters[0].variadic
    return Signature(parameters[1:] if bound else parameters)


def _hooks(ancestor: Definition | None) -> bool:
    return ancestor is not None and "__init_subclass__" in _class(ancestor).methods


def _keyword_is_harmless(keyword: str) -> bool:
    name, _, value = keyword.partition("=")
    return name not in ("metaclass", "**") or _last_name(value) == "ABCMeta"


def _decorators_are_transparent(declared: Class) -> bool:
    return all(_last_name(text) in _TRANSPARENT for text in declared.decorators)


def _fields_in_order(declared: Class) -> tuple[Parameter, ...]:
    return tuple(
        Parameter(field.name, annotation=field.annotation, default=field.default)
        for field in declared.fields
    )


def _last_name(text: str) -> str:
    return text.partition("(")[0].rpartition(".")[2]
