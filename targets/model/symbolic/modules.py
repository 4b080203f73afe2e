"""``nn.Module`` as an object of an evaluation: what is registered in it, and how it is asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias, TypeVar

from fgc.compiler.evaluate.classes import MISSING, Class, Instance
from fgc.compiler.evaluate.limits import NotKnown, Raised
from fgc.compiler.evaluate.values import Builtin, Function, Unknown, Value, Wrapped
from fgc.targets.model.symbolic.tensors import Buffer, Parameter, Tensor

T = TypeVar("T")
Child: TypeAlias = "ModuleObject | Unknown | None"


class ModuleObject(Instance):
    """A module: its parameters, buffers and children, in the order in which they are registered.

    Among the children are attributes that are not known, and may be anything: a module too.
    ``unknown`` says why what the module holds is not known, None where it is.
    """

    def __init__(self, cls: Class):
        super().__init__(cls)
        self.unknown: str | None = None
        self.initialised = False
        self.parameters: dict[str, Parameter | None] = {}
        self.buffers: dict[str, Tensor | None] = {}
        self.not_persistent: set[str] = set()
        self.children: dict[str, Child] = {}

    def initialise(self) -> None:
        """``nn.Module.__init__``, which may be called again."""
        self.initialised = True
        for registered in (self.parameters, self.buffers, self.children, self.not_persistent):
            registered.clear()
        self.attributes["training"] = True

    def attribute(self, name: str) -> Value:
        if name == "__class__":
            return self.cls
        defined = self.cls.defined(name)
        if self.unknown is not None and not isinstance(defined, Function | Builtin | Wrapped):
            return Unknown(self.unknown, owner=self)
        if name in self.attributes:
            return self.attributes[name]
        if defined is not MISSING:
            return self.of_class(name, defined)
        for registered in (self.parameters, self.buffers, self.children):
            if name in registered:
                return registered[name]
        return self.of_class(name, self.cls.find(name))

    def set_attribute(self, name: str, value: Value) -> None:
        self.check_free(name)
        match value:
            case Parameter():
                self._put(self.parameters, name, value)
            case ModuleObject() if name not in self.parameters:
                self._put(self.children, name, value)
            case _ if name in self.parameters:
                self._clear(self.parameters, name, value)
            case _ if name in self.children and not isinstance(self.children[name], Unknown):
                self._clear(self.children, name, value)
            case Buffer(persistent=persistent):
                self.register_buffer(name, value, persistent=persistent)
            case _ if name in self.buffers:
                self._replace_buffer(name, value)
            case Unknown(inert=False):
                self.attributes.pop(name, None)
                self.children[name] = value
            case _:
                self.children.pop(name, None)
                self.attributes[name] = value

    def delete_attribute(self, name: str) -> None:
        for registered in (self.parameters, self.buffers, self.children):
            if name in registered:
                del registered[name]
                self.not_persistent.discard(name)
                return
        super().delete_attribute(name)

    def register_buffer(self, name: str, value: Value, *, persistent: Value = True) -> None:
        """``register_buffer``."""
        if not isinstance(persistent, bool):
            raise NotKnown(f"whether the buffer `{name}` is persistent")
        if isinstance(value, Unknown):
            value = Tensor(None, value.reason)
        if not (value is None or isinstance(value, Tensor)):
            raise Raised(f"it raises TypeError: the buffer `{name}` is no tensor")
        self.buffers[name] = value
        if persistent:
            self.not_persistent.discard(name)
        else:
            self.not_persistent.add(name)

    def register_parameter(self, name: str, value: Value) -> None:
        """``register_parameter``."""
        if isinstance(value, Unknown):
            value = Parameter(None, value.reason)
        if not (value is None or isinstance(value, Parameter)):
            raise Raised(f"it raises TypeError: `{name}` is no parameter")
        self.parameters[name] = value

    def register_module(self, name: str, value: Value) -> None:
        """``add_module``."""
        if not (value is None or isinstance(value, ModuleObject | Unknown)):
            raise Raised(f"it raises TypeError: `{name}` is no module")
        self.children[name] = value

    def held(self) -> Iterable[Value]:
        yield from super().held()
        yield from self.parameters.values()
        yield from self.buffers.values()
        yield from self.children.values()

    def escape(self, reason: str) -> None:
        if self.unknown is None:
            self.unknown = reason

    def give_up(self, reason: str) -> bool:
        self.escape(reason)
        return True

    def truth(self) -> bool | Unknown:
        odd = any(self.cls.defined(name) is not MISSING for name in ("__bool__", "__len__"))
        return Unknown(f"whether {self.described()} counts as true") if odd else True

    def described(self) -> str:
        return f"a `{self.cls.name}`"

    def below(self) -> Iterator[ModuleObject]:
        """This module and those below it, in torch's order; each once.

        Raises `NotKnown` where there may be others.
        """
        seen: set[int] = set()
        stack: list[Child] = [self]
        while stack:
            module = stack.pop()
            if isinstance(module, Unknown):
                raise NotKnown(f"the modules of {self.described()}: {module.reason}")
            if module is None or id(module) in seen:
                continue
            if module.unknown is not None:
                raise NotKnown(f"the modules of {self.described()}: {module.unknown}")
            seen.add(id(module))
            yield module
            stack += reversed(module.children.values())

    def _put(self, into: dict[str, T], name: str, value: T) -> None:
        if not self.initialised:
            raise Raised("it raises AttributeError: a module is assigned to before its __init__")
        for registered in (self.parameters, self.buffers, self.children):
            if registered is not into:
                registered.pop(name, None)
        self.not_persistent.discard(name)
        self.attributes.pop(name, None)
        into[name] = value

    def _clear(self, registered: dict[str, T | None], name: str, value: Value) -> None:
        """Sets what was registered to None, to which alone it may be set."""
        if isinstance(value, Unknown):
            raise NotKnown(f"what `{name}` is set to")
        if value is not None:
            raise Raised(f"it raises TypeError: `{name}` is set to something of another kind")
        registered[name] = None

    def _replace_buffer(self, name: str, value: Value) -> None:
        self.register_buffer(name, value, persistent=name not in self.not_persistent)
