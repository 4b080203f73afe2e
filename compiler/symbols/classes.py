"""Classes: their ancestors and their attributes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from fgc.compiler.symbols.declarations import Class, Function, Value
from fgc.compiler.symbols.modules import ABSENT, UNKNOWN, Definition, Missing, Modules
from fgc.compiler.symbols.symbol import Method, Signature

# Bases that bring neither a constructor nor anything else that matters here.
_NEUTRAL = frozenset({"object", "Generic", "Protocol", "ABC", "NamedTuple"})

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
        for ancestor in self.upwards(owner):
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

    def upwards(self, owner: Definition) -> Iterator[Definition | None]:
        """The class, then its ancestors: their files are read only when they are asked for."""
        yield owner
        yield from self.ancestors(owner)[1:]

    def _linearised(self, owner: Definition) -> Ancestors:
        written = [text.partition("[")[0] for text in _class(owner).bases]
        bases = [self._base(owner, text) for text in written if last_name(text) not in _NEUTRAL]
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


def _bound(function: Function) -> Signature | None:
    """What a call of a method of an object takes."""
    names = {last_name(text) for text in function.decorators}
    if function.parameters is None or "property" in names or "cached_property" in names:
        return None
    return Signature(function.parameters) if "staticmethod" in names else _without_first(function)


def _class(definition: Definition) -> Class:
    assert isinstance(definition.declaration, Class)
    return definition.declaration


def _below(owner: Definition, name: str, declaration: Function | Value) -> Definition:
    return Definition(owner.module, owner.file, f"{owner.name}.{name}", declaration)


def _without_first(function: Function) -> Signature | None:
    parameters = function.parameters
    if parameters is None:
        return None
    bound = parameters[:1] and not parameters[0].variadic
    return Signature(parameters[1:] if bound else parameters)


def hooks(ancestor: Definition | None) -> bool:
    """Whether a class may change those below it, by `__init_subclass__`."""
    return ancestor is not None and "__init_subclass__" in _class(ancestor).methods


def last_name(text: str) -> str:
    """``deprecated`` of ``typing_extensions.deprecated(...)``."""
    return text.partition("(")[0].rpartition(".")[2]
