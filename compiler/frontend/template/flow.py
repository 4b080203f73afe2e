"""What decides a template's text: the names that go into it, as far as the source tells.

What is found holds whatever way a rendering takes, since names stand for themselves: two variables
of one name are taken for one. Some names are made up:

===============  ==============================================================================
``ns.x``         the knob x; ``v.x`` is an attribute of the variable v
``v!``           the variable v as a whole, with all its attributes
``args:m``       what calls of the macro m give it, and whether it is called
``in:b``         the text of the block b
``around:b``     what decides whether, and how often, the block b is rendered
``text:t``       the text of the template that is called t where it is included; ``text:*`` of any
``at:t``         what decides whether the template that is called t is rendered; ``at:*`` of any
===============  ==============================================================================
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from jinja2 import nodes

from fgc.compiler.frontend.template.codegen import first_part
from fgc.compiler.frontend.template.place import Place

Names = frozenset[str]
NOTHING: Names = frozenset()
KNOBS = "ns"
ANY = "*"


@dataclass(frozen=True, slots=True)
class Flow:
    """What goes into the text and the names of one template.

    ``text`` gives for a line of the file the names that decide what is written there, ``knobs``
    those that go into the value of a knob that is set there, ``names`` those behind each name that
    the template gives a meaning, ``macros`` among them. ``whole`` are those of all its text.
    """

    text: Mapping[int, Names]
    knobs: Mapping[int, Names]
    names: Mapping[str, Names]
    macros: Names
    whole: Names


def flow(tree: nodes.Template, key: str) -> Flow:
    """What goes into the template ``key``; places in ``tree`` are those of its file."""
    return _Reader(key).read(tree)


class _Reader:
    def __init__(self, key: str):
        self._key = key
        self._text: dict[int, Names] = {}
        self._knobs: dict[int, Names] = {}
        self._names: dict[str, Names] = {}
        self._macros: set[str] = set()
        self._block = ""

    def read(self, tree: nodes.Template) -> Flow:
        whole = self._body(tree.body, frozenset({at(self._key)}))
        return Flow(self._text, self._knobs, self._names, frozenset(self._macros), whole)

    def _body(self, body: Iterable[nodes.Node], guards: Names) -> Names:
        """Reads statements that ``guards`` decide about; the names that their text depends on."""
        return NOTHING.union(*[self._statement(node, guards) for node in body])

    def _statement(self, node: nodes.Node, guards: Names) -> Names:
        match node:
            case nodes.Output():
                return NOTHING.union(*[self._output(child, guards) for child in node.nodes])
            case nodes.If():
                return self._if(node, guards)
            case nodes.For():
                return self._for(node, guards)
            case nodes.Assign():
                self._set(node.target, node.node, guards)
                return NOTHING
            case nodes.AssignBlock():
                text = self._body(node.body, guards) | self._expressions(node.filter, guards)
                self._assign(node.target, guards | text, guards)
                return NOTHING
            case nodes.Block():
                return self._block_of(node, guards)
            case nodes.Macro():
                self._macro(node, node.name, guards)
                return NOTHING
            case nodes.CallBlock():
                given = frozenset({"args:caller"})
                for argument in node.args:
                    self._define(argument.name, given)
                names = guards | self._body(node.body, guards | given)
                return self._write(_line(node), names | self._expression(node.call, guards))
            case nodes.FilterBlock():
                names = self._body(node.body, guards) | self._expression(node.filter, guards)
                return self._write(_line(node), names | guards)
            case nodes.Include() | nodes.Extends() | nodes.Import() | nodes.FromImport():
                return self._other_template(node, guards)
            case nodes.With():
                for target, value in zip(node.targets, node.values, strict=True):
                    self._set(target, value, guards)
                return self._body(node.body, guards)
            case nodes.Expr():
                self._expression(node, guards)
                return NOTHING
            case _:
                return self._body(node.iter_child_nodes(), guards)

    def _output(self, child: nodes.Expr, guards: Names) -> Names:
        if isinstance(child, nodes.TemplateData):
            first = int(Place.of(child.lineno))
            for line in range(first, first + child.data.count("\n") + 1):
                self._write(line, guards)
            return guards
        names = guards | self._expression(child, guards)
        return self._write(_line(first_part(child)), names)

    def _if(self, node: nodes.If, guards: Names) -> Names:
        tested = guards
        text = NOTHING
        for branch in (node, *node.elif_):
            tested |= self._expression(branch.test, tested)
            text |= self._body(branch.body, tested)
        return text | self._body(node.else_, tested)

    def _for(self, node: nodes.For, guards: Names) -> Names:
        items = guards | self._expression(node.iter, guards) | {"args:loop"}
        self._assign(node.target, items, items)
        inner = items | self._expressions(node.test, items)
        self._define("loop", inner)
        return self._body([*node.body, *node.else_], inner)

    def _block_of(self, node: nodes.Block, guards: Names) -> Names:
        """A template above may render the block, so what stands around it here is not all."""
        around, content = f"around:{node.name}", f"in:{node.name}"
        self._define(around, guards)
        outer, self._block = self._block, node.name
        self._define(content, self._body(node.body, frozenset({around})))
        self._block = outer
        self._define(f"self.{node.name}", frozenset({content}))
        return frozenset({content, around})

    def _macro(self, node: nodes.Macro, name: str, guards: Names) -> None:
        given = frozenset({f"args:{name}"})
        for parameter in (*(argument.name for argument in node.args), "varargs", "kwargs"):
            self._define(parameter, given)
        self._macros.add(name)
        for default in node.defaults:
            given |= self._expression(default, guards)
        self._define(name, guards | given | self._body(node.body, guards | given))

    def _other_template(
        self,
        node: nodes.Include | nodes.Extends | nodes.Import | nodes.FromImport,
        guards: Names,
    ) -> Names:
        chosen = guards | self._expression(node.template, guards)
        titles = list(_titles(node.template))
        for title in titles:
            self._define(f"at:{title}", chosen)
        text = frozenset(f"text:{title}" for title in titles)
        match node:
            case nodes.Include():
                return text | chosen
            case nodes.Import():
                self._define(node.target, chosen)
                self._define(f"{node.target}!", text)
            case nodes.FromImport():
                for given in node.names:
                    name, alias = (given, given) if isinstance(given, str) else given
                    self._define(alias, chosen | {name})
                    self._define(f"args:{name}", frozenset({f"args:{alias}"}))
            case _:
                pass
        return NOTHING

    def _set(self, target: nodes.Node, value: nodes.Node, guards: Names) -> None:
        match target, value:
            case nodes.Tuple(items=parts), nodes.Tuple(items=given) if len(parts) == len(given):
                for part, item in zip(parts, given, strict=True):
                    self._set(part, item, guards)
            case _:
                self._assign(target, guards | self._expression(value, guards), guards)

    def _assign(self, target: nodes.Node, value: Names, guards: Names) -> None:
        if isinstance(target, nodes.NSRef):
            name = f"{target.name}.{target.attr}"
            if target.name == KNOBS:  # which of a knob's settings hold is known when it is rendered
                self._set_knob(_line(target), value)
                self._define(name, guards)
            else:
                self._define(name, value)
        elif isinstance(target, nodes.Name):
            self._define(target.name, value)
            if target.name == KNOBS:
                self._set_knob(_line(target), value)
        else:
            for part in target.iter_child_nodes():
                self._assign(part, value, guards)

    def _expressions(self, node: nodes.Node | None, guards: Names) -> Names:
        return NOTHING if node is None else self._expression(node, guards)

    def _expression(self, node: nodes.Node, guards: Names) -> Names:
        """The names that an expression reads."""
        match node:
            case nodes.Name():
                return frozenset({node.name, f"{node.name}!"})
            case nodes.Getattr(node=nodes.Name() as base, attr=attr):
                return _attribute(base.name, attr)
            case nodes.Getitem(node=nodes.Name() as base, arg=nodes.Const(value=str() as attr)):
                return _attribute(base.name, attr)
            case nodes.Getattr(node=base, attr=attr):
                return self._expression(base, guards) | {attr}
            case nodes.Call():
                return self._call(node, guards)
            case _:
                below = [self._expression(child, guards) for child in node.iter_child_nodes()]
                return NOTHING.union(*below)

    def _call(self, node: nodes.Call, guards: Names) -> Names:
        called = self._expression(node.node, guards)
        arguments = [self._expression(c, guards) for c in node.iter_child_nodes(exclude=("node",))]
        given = NOTHING.union(*arguments)
        match node.node:
            case nodes.Name(name="super"):
                self._define(f"around:{self._block}", guards)
                return frozenset({f"in:{self._block}"})
            case nodes.Getattr(node=nodes.Name(name="self"), attr=block):
                self._define(f"around:{block}", guards)
            case nodes.Name(name=name) | nodes.Getattr(attr=name):
                self._define(f"args:{name}", given | guards)
            case _:
                self._define("args:*", given | guards)
        return called | given

    def _set_knob(self, line: int, value: Names) -> None:
        self._knobs[line] = self._knobs.get(line, NOTHING) | value

    def _write(self, line: int, names: Names) -> Names:
        self._text[line] = self._text.get(line, NOTHING) | names
        return names

    def _define(self, name: str, names: Names) -> None:
        self._names[name] = self._names.get(name, NOTHING) | names


def at(key: str) -> str:
    """The name of what decides whether the template ``key`` is rendered."""
    return f"at:={key}"


def _attribute(base: str, attr: str) -> Names:
    """An attribute of a variable, which may be a namespace or a module; then attr is its own."""
    if base == KNOBS:
        return frozenset({f"{base}.{attr}"})
    return frozenset({base, f"{base}.{attr}", attr})


def _titles(template: nodes.Expr) -> Iterator[str]:
    """What a template is called where it is asked for."""
    match template:
        case nodes.Const(value=str() as title):
            yield title
        case nodes.Tuple() | nodes.List():
            for item in template.items:
                yield from _titles(item)
        case _:
            yield ANY


def _line(node: nodes.Node) -> int:
    return int(Place.of(node.lineno))
