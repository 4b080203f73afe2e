"""What one Python file declares at its top level: the form in which a file is read and cached."""

from __future__ import annotations

from dataclasses import dataclass

from fgc.compiler.symbols.symbol import Parameter


@dataclass(frozen=True, slots=True)
class Forward:
    """A call in a function's body that is given ``**kwargs``, or ``*args`` where there is no other.

    ``callee`` is its dotted text, ``super().name`` among it, and empty where it is a value that
    only running tells. ``positional`` counts the arguments given before ``*args``, ``keywords`` are
    those given by name; ``adds`` says that another mapping is spread beside ``**kwargs``.
    """

    callee: str
    positional: int
    keywords: tuple[str, ...]
    passes_positional: bool
    adds: bool = False


@dataclass(frozen=True, slots=True)
class Forwarding:
    """What becomes of the variadic arguments of a function that always hands them on.

    Each way through the body makes one of ``calls``, or fails. The function itself takes the keys
    ``taken`` out before, or may, and puts in ``given``.
    """

    calls: tuple[Forward, ...]
    taken: tuple[str, ...] = ()
    given: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Function:
    """A `def`. ``parameters`` is None where the source does not tell (overloads, unknown
    decorators); a method's first parameter is among them.

    ``beneath`` are the parameters that unknown decorators hide. ``hands_on`` says that the function
    is a decorator that leaves a function's parameters as they are.
    """

    line: int
    parameters: tuple[Parameter, ...] | None
    decorators: tuple[str, ...] = ()
    summary: str = ""
    beneath: tuple[Parameter, ...] | None = None
    forwarding: Forwarding | None = None
    hands_on: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """An annotated name in a class body, which a dataclass turns into a parameter.

    ``default`` is the source text of the assigned value, None where there is none.
    """

    name: str
    annotation: str
    default: str | None


@dataclass(frozen=True, slots=True)
class Class:
    """A `class`. ``keywords`` are the names before ``=`` in its header (``metaclass``);
    ``attributes`` are the names that its body binds otherwise than by `def`."""

    line: int
    bases: tuple[str, ...]
    keywords: tuple[str, ...]
    decorators: tuple[str, ...]
    methods: dict[str, Function]
    fields: tuple[Field, ...]
    attributes: tuple[str, ...]
    summary: str = ""


@dataclass(frozen=True, slots=True)
class Import:
    """A name bound by an import: a module where ``name`` is None. ``level`` counts the dots."""

    line: int
    level: int
    module: str
    name: str | None


@dataclass(frozen=True, slots=True)
class Value:
    """A name bound otherwise. ``alias`` is the dotted name assigned to it, if it is one."""

    line: int
    alias: str | None = None


Declaration = Function | Class | Import | Value


@dataclass(frozen=True, slots=True)
class Declarations:
    """A file's top level.

    ``names`` lists what each name may be bound to: several where branches of an `if` or `try` bind
    it. ``stars`` are the modules of ``import *``, as (level, module). ``exports`` is ``__all__``,
    None where there is none. ``open`` says that the file may bind names that reading it does not
    show; ``serves_modules`` that importing it may make modules that have no file.
    """

    names: dict[str, tuple[Declaration, ...]]
    stars: tuple[tuple[int, str], ...]
    exports: tuple[str, ...] | None
    open: bool
    serves_modules: bool


UNREADABLE = Declarations({}, (), None, open=True, serves_modules=True)
