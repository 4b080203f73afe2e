"""What decides a template's text: the names that go into it, as far as the source tells.

What is found holds whatever way a rendering takes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from jinja2 import nodes

from fgc.compiler.frontend.template.codegen import first_part
from fgc.compiler.frontend.template.layout import ANYWHERE, Branch, Layout, indentation
from fgc.compiler.frontend.template.names import ANY, KNOBS, NOTHING, Definitions, Names, at
from fgc.compiler.frontend.template.place import Place


@dataclass(frozen=True, slots=True)
class Flow:
    """What goes into the text and the names of one template.

    ``text`` gives for a line of the file the names that decide what is written there, and which
    lines stand within it; ``knobs`` those that go into the value of a knob that is set there;
    ``names`` those behind each name that the template gives a meaning, ``macros`` among them.
    ``whole`` are those of all its text, ``missing`` those of what belongs to lines above it.
    ``mentioned`` are the knobs that an expression names.
    """

    text: Mapping[int, Names]
    knobs: Mapping[int, Names]
    names: Mapping[str, Names]
    macros: Names
    whole: Names
    missing: Names
    mentioned: Names


def flow(tree: nodes.Template, key: str) -> Flow:
    """What goes into the template ``key``; places in ``tree`` are those of its file."""
    return _Reader(key).read(tree)


class _Region:
    """Text that is rendered as a whole: that of a template, or of a block.

    ``indent`` is the indentation of the line at hand. ``loose`` are the names that decide text
    which belongs to a line before the region.
    """

    def __init__(self) -> None:
        self.layout = Layout()
        self.indent = 0.0
        self.branch: Branch = ()
        self.loose: Names = NOTHING


class _Reader:
    def __init__(self, key: str):
        self._key = key
        self._text: dict[int, Names] = {}
        self._knobs: dict[int, Names] = {}
        self._names = Definitions()
        self._macros: set[str] = set()
        self._region = _Region()
        self._branches = 0

    def read(self, tree: nodes.Template) -> Flow:
        whole = self._body(tree.body, frozenset({at(self._key)}))
        macros, missing = frozenset(self._macros), self._region.loose
        named = frozenset(filter(None, map(_knob, tree.find_all((nodes.Getattr, nodes.Getitem)))))
        return Flow(self._text, self._knobs, self._names.names, macros, whole, missing, named)

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
                text = self._captured(node.body, guards) | self._names.optional(node.filter, guards)
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
                    self._names.add(argument.name, given)
                names = guards | self._captured(node.body, guards | given)
                names |= self._names.read(node.call, guards)
                self._belongs(ANYWHERE, names)
                return self._write(_line(node), names)
            case nodes.FilterBlock():
                names = guards | self._captured(node.body, guards)
                names |= self._names.read(node.filter, guards)
                self._belongs(ANYWHERE, names)
                return self._write(_line(node), names)
            case nodes.Include() | nodes.Extends() | nodes.Import() | nodes.FromImport():
                return self._other_template(node, guards)
            case nodes.With():
                for target, value in zip(node.targets, node.values, strict=True):
                    self._set(target, value, guards)
                return self._body(node.body, guards)
            case nodes.Expr():
                self._names.read(node, guards)
                return NOTHING
            case _:
                return self._body(node.iter_child_nodes(), guards)

    def _captured(self, body: Iterable[nodes.Node], guards: Names) -> Names:
        """Reads statements whose text goes into a value."""
        outer, self._region = self._region, _Region()
        names = self._body(body, guards)
        self._region = outer
        return names

    def _branch(self, body: Iterable[nodes.Node], guards: Names) -> Names:
        """Reads statements that are run under a condition of their own."""
        self._branches += 1
        self._region.branch = (*self._region.branch, self._branches)
        names = self._body(body, guards)
        self._region.branch = self._region.branch[:-1]
        return names

    def _output(self, child: nodes.Expr, guards: Names) -> Names:
        if isinstance(child, nodes.TemplateData):
            return self._literal(child, guards)
        names = guards | self._names.read(child, guards)
        if isinstance(child, nodes.Call) and _is_named(child.node, "raise"):
            return NOTHING  # ends the rendering
        line = _line(first_part(child))
        block = _rendered_block(child)
        if block is not None:
            self._belongs(ANYWHERE, frozenset({f"absent:{block or self._names.block}"}))
        elif not self._region.layout.has(line):
            # what stands alone on its line may come to nothing, or to text of any indentation
            self._belongs(self._region.indent or ANYWHERE, names)
            self._region.layout.add(line, self._region.indent, self._region.branch)
        return self._write(line, names)

    def _literal(self, data: nodes.TemplateData, guards: Names) -> Names:
        first = Place.of(data.lineno)
        parts = data.data.split("\n")
        for line, part in enumerate(parts, first):
            self._write(line, guards)
            if line == first and first.column > 1:
                continue
            self._region.indent = indentation(part)
            if part.strip():
                self._belongs(self._region.indent, guards)
                self._region.layout.add(line, self._region.indent, self._region.branch)
        return guards

    def _belongs(self, indent: float, names: Names) -> None:
        """Text that is indented so, and that ``names`` decide, belongs to a line above it."""
        holders = list(self._region.layout.holders(indent, self._region.branch))
        for line in holders:
            self._write(line, names)
        if not holders and indent > 0:
            self._region.loose |= names

    def _if(self, node: nodes.If, guards: Names) -> Names:
        tested = guards
        text = NOTHING
        for branch in (node, *node.elif_):
            tested |= self._names.read(branch.test, tested)
            text |= self._branch(branch.body, tested)
        return text | self._branch(node.else_, tested)

    def _for(self, node: nodes.For, guards: Names) -> Names:
        items = guards | self._names.read(node.iter, guards) | {"args:loop"}
        self._assign(node.target, items, items)
        inner = items | self._names.optional(node.test, items)
        self._names.add("loop", inner)
        return self._branch([*node.body, *node.else_], inner)

    def _block_of(self, node: nodes.Block, guards: Names) -> Names:
        """A template above may render the block, so what stands around it here is not all."""
        around, content = f"around:{node.name}", f"in:{node.name}"
        self._names.add(around, guards)
        outer = self._names.block, self._region
        self._names.block, self._region = node.name, _Region()
        self._names.add(content, self._body(node.body, frozenset({around})))
        self._names.add(f"absent:{node.name}", self._region.loose)
        self._names.block, self._region = outer
        self._belongs(ANYWHERE, frozenset({f"absent:{node.name}"}))
        self._names.add(f"self.{node.name}", frozenset({content}))
        return frozenset({content, around})

    def _macro(self, node: nodes.Macro, name: str, guards: Names) -> None:
        given = frozenset({f"args:{name}"})
        for parameter in (*(argument.name for argument in node.args), "varargs", "kwargs"):
            self._names.add(parameter, given)
        self._macros.add(name)
        for default in node.defaults:
            given |= self._names.read(default, guards)
        self._names.add(name, guards | given | self._captured(node.body, guards | given))

    def _other_template(
        self,
        node: nodes.Include | nodes.Extends | nodes.Import | nodes.FromImport,
        guards: Names,
    ) -> Names:
        chosen = guards | self._names.read(node.template, guards)
        titles = list(_titles(node.template))
        for title in titles:
            self._names.add(f"at:{title}", chosen)
        text = frozenset(f"text:{title}" for title in titles)
        match node:
            case nodes.Include():
                self._belongs(ANYWHERE, frozenset(f"missing:{title}" for title in titles))
                return text | chosen
            case nodes.Import():
                self._names.add(node.target, chosen)
                self._names.add(f"{node.target}!", text)
            case nodes.FromImport():
                for given in node.names:
                    name, alias = (given, given) if isinstance(given, str) else given
                    self._names.add(alias, chosen | {name})
                    self._names.add(f"args:{name}", frozenset({f"args:{alias}"}))
            case _:
                pass
        return NOTHING

    def _set(self, target: nodes.Node, value: nodes.Node, guards: Names) -> None:
        match target, value:
            case nodes.Tuple(items=parts), nodes.Tuple(items=given) if len(parts) == len(given):
                for part, item in zip(parts, given, strict=True):
                    self._set(part, item, guards)
            case _:
                self._assign(target, guards | self._names.read(value, guards), guards)

    def _assign(self, target: nodes.Node, value: Names, guards: Names) -> None:
        if isinstance(target, nodes.NSRef):
            name = f"{target.name}.{target.attr}"
            if target.name == KNOBS:  # which of a knob's settings hold is known when it is rendered
                self._set_knob(_line(target), value)
                self._names.add(name, guards)
            else:
                self._names.add(name, value)
        elif isinstance(target, nodes.Name):
            self._names.add(target.name, value)
            if target.name == KNOBS:
                self._set_knob(_line(target), value)
        else:
            for part in target.iter_child_nodes():
                self._assign(part, value, guards)

    def _set_knob(self, line: int, value: Names) -> None:
        self._knobs[line] = self._knobs.get(line, NOTHING) | value

    def _write(self, line: int, names: Names) -> Names:
        self._text[line] = self._text.get(line, NOTHING) | names
        return names


def _rendered_block(child: nodes.Expr) -> str | None:
    """The block that an expression renders where it stands; empty for that of ``super()``."""
    match child:
        case nodes.Call(node=nodes.Name(name="super"), args=[], kwargs=[]):
            return ""
        case nodes.Call(node=nodes.Getattr(node=nodes.Name(name="self"), attr=block), args=[]):
            return block
        case _:
            return None


def _is_named(node: nodes.Expr, name: str) -> bool:
    return isinstance(node, nodes.Name) and node.name == name


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


def _knob(node: nodes.Node) -> str | None:
    """The knob that an expression names, ``ns.x`` or ``ns["x"]``."""
    match node:
        case nodes.Getattr(node=nodes.Name(name=name), attr=attr) if name == KNOBS:
            return attr
        case nodes.Getitem(node=nodes.Name(name=name), arg=nodes.Const(value=str() as attr)) if (
            name == KNOBS
        ):
            return attr
        case _:
            return None
