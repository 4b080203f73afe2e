"""The names that a template's expressions read, and those that go into each name.

Names stand for themselves: two variables of one name are taken for one. Some are made up:

===============  ==============================================================================
``ns.x``         the knob x; ``v.x`` is an attribute of the variable v
``v!``           the variable v as a whole, with all its attributes
``args:m``       what calls of the macro m give it, and whether it is called
``in:b``         the text of the block b
``around:b``     what decides whether, and how often, the block b is rendered
``absent:b``     what decides whether the block b adds to what is written above it
``text:t``       the text of the template that is called t where it is included; ``text:*`` of any
``at:t``         what decides whether the template that is called t is rendered; ``at:*`` of any
``missing:t``    as ``absent:b``, for the template that is called t
===============  ==============================================================================
"""

from __future__ import annotations

from jinja2 import nodes

Names = frozenset[str]
NOTHING: Names = frozenset()
KNOBS = "ns"
ANY = "*"


class Definitions:
    """What goes into each name, as far as it has been read. ``block`` is the one at hand."""

    def __init__(self) -> None:
        self.names: dict[str, Names] = {}
        self.block = ""

    def add(self, name: str, names: Names) -> None:
        """Notes that ``names`` go into ``name``."""
        self.names[name] = self.names.get(name, NOTHING) | names

    def optional(self, node: nodes.Node | None, guards: Names) -> Names:
        """As `read`; nothing for no expression."""
        return NOTHING if node is None else self.read(node, guards)

    def read(self, node: nodes.Node, guards: Names) -> Names:
        """The names that an expression reads, which is evaluated if ``guards`` have it so."""
        match node:
            case nodes.Name():
                return frozenset({node.name, f"{node.name}!"})
            case nodes.Getattr(node=nodes.Name() as base, attr=attr):
                return _attribute(base.name, attr)
            case nodes.Getitem(node=nodes.Name() as base, arg=nodes.Const(value=str() as attr)):
                return _attribute(base.name, attr)
            case nodes.Getattr(node=base, attr=attr):
                return self.read(base, guards) | {attr}
            case nodes.Call():
                return self._call(node, guards)
            case _:
                below = [self.read(child, guards) for child in node.iter_child_nodes()]
                return NOTHING.union(*below)

    def _call(self, node: nodes.Call, guards: Names) -> Names:
        called = self.read(node.node, guards)
        arguments = [self.read(c, guards) for c in node.iter_child_nodes(exclude=("node",))]
        given = NOTHING.union(*arguments)
        match node.node:
            case nodes.Name(name="super"):
                self.add(f"around:{self.block}", guards)
                return frozenset({f"in:{self.block}"})
            case nodes.Getattr(node=nodes.Name(name="self"), attr=block):
                self.add(f"around:{block}", guards)
            case nodes.Name(name=name) | nodes.Getattr(attr=name):
                self.add(f"args:{name}", given | guards)
            case _:
                self.add("args:*", given | guards)
        return called | given


def at(key: str) -> str:
    """The name of what decides whether the template ``key`` is rendered."""
    return f"at:={key}"


def _attribute(base: str, attr: str) -> Names:
    """An attribute of a variable, which may be a namespace or a module; then attr is its own."""
    if base == KNOBS:
        return frozenset({f"{base}.{attr}"})
    return frozenset({base, f"{base}.{attr}", attr})
