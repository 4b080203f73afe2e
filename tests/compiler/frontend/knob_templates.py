"""Random templates that set knobs and read them in every way that the language has.

All values are whole numbers. Each line of output has a key of its own, so that the lines of two
renderings can be compared.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import strategies as st

KNOBS = tuple("abcdefghij")
VARIABLES = ("u", "v", "w")
MACROS = ("m", "n")
BLOCKS = ("one", "two")


def odd_digits(text: str) -> str:
    """An expression for how many odd digits there are in the text of one."""
    return f"({text} | string | list | select('in', '13579') | list | length)"


@dataclass
class Draft:
    """The lines of a template so far, and how deep the next one may nest."""

    draw: st.DrawFn
    template: str
    lines: list[str] = field(default_factory=list[str])
    keys: int = 0
    block: str | None = None

    def choose(self, *options: str) -> str:
        return self.draw(st.sampled_from(options))

    def expression(self, depth: int = 1) -> str:
        """An expression that comes to a number."""
        kinds = ["number", "knob", "knob", "variable", "variable"]
        if depth:
            kinds += ["sum", "choice", "call", "index", "captured", "captured"]
        below = depth - 1
        match self.choose(*kinds):
            case "number":
                return str(self.draw(st.integers(0, 3)))
            case "knob":
                return f"ns.{self.choose(*KNOBS)}"
            case "variable":
                return odd_digits(f"{self.choose(*VARIABLES)} | default(1)")
            case "sum":
                return f"({self.expression(below)} + {self.expression(below)})"
            case "choice":
                tested = self.expression(below)
                return f"({self.expression(below)} if {tested} % 2 else {self.expression(below)})"
            case "call":
                return odd_digits(f"{self.choose(*MACROS)}({self.expression(below)})")
            case "captured" if self.block is not None:
                return odd_digits("super()")
            case "captured":
                return odd_digits(f"self.{self.choose(*BLOCKS)}()")
            case _:
                return f"ns['{self.choose(*KNOBS)}']"

    def write(self) -> None:
        self.keys += 1
        self.lines.append(f"{self.template}{self.keys}: {{{{ {self.expression()} }}}}")

    def statements(self, count: int, depth: int) -> None:
        for _ in range(self.draw(st.integers(1, count))):
            self.statement(depth)

    def statement(self, depth: int) -> None:
        kinds = ["write", "write", "write", "set", "set_knob", "set_knob", "set_two"]
        if depth:
            kinds += ["if", "for", "capture", "with", "filter", "super", "call_block"]
        match self.choose(*kinds):
            case "write":
                self.write()
            case "set":
                self.lines.append(f"{{% set {self.choose(*VARIABLES)} = {self.expression()} %}}")
            case "set_knob":
                self.lines.append(f"{{% set ns.{self.choose(*KNOBS)} = {self.expression()} %}}")
            case "set_two":
                first, second = self.choose(*VARIABLES), self.choose(*KNOBS)
                values = f"{self.expression()}, {self.expression()}"
                self.lines.append(f"{{% set {first}, ns.{second} = {values} %}}")
            case "if":
                self.within(f"if {self.expression()} % 2", "endif", depth, "else")
            case "for":
                head = f"for {self.choose(*VARIABLES)} in range({self.expression()} % 3)"
                self.within(head, "endfor", depth)
            case "capture":
                self.within(f"set {self.choose(*VARIABLES)}", "endset", depth)
            case "with":
                head = f"with {self.choose(*VARIABLES)} = {self.expression()}"
                self.within(head, "endwith", depth)
            case "filter":
                self.within("filter upper", "endfilter", depth)
            case "call_block":
                self.within(f"call {self.choose(*MACROS)}({self.expression()})", "endcall", depth)
            case _ if self.block is not None:
                self.lines.append("{{ super() }}")
            case _:
                self.write()

    def within(self, head: str, end: str, depth: int, other: str | None = None) -> None:
        self.lines.append(f"{{% {head} %}}")
        self.statements(2, depth - 1)
        if other is not None and self.draw(st.booleans()):
            self.lines.append(f"{{% {other} %}}")
            self.statements(2, depth - 1)
        self.lines.append(f"{{% {end} %}}")

    def macros(self) -> None:
        for name in MACROS:
            self.lines.append(f"{{% macro {name}(v) %}}")
            if self.draw(st.integers(0, 3)) == 0:
                self.lines.append(f"{{% set ns.{self.choose(*KNOBS)} = {odd_digits('v')} %}}")
            value = self.choose("v", f"ns.{self.choose(*KNOBS)}", "7")
            self.lines.append(f"{{{{ {value} }}}}{{{{ caller() if caller is defined else '' }}}}")
            self.lines.append("{% endmacro %}")

    def text(self) -> str:
        return "\n".join(self.lines) + "\n"


@st.composite
def templates(draw: st.DrawFn) -> dict[str, str]:
    """A configuration ``top``, the template that it extends, and one that this includes."""
    included = Draft(draw, "inc")
    included.statements(3, 1)
    base = Draft(draw, "base")
    starts = ", ".join(f"{name}={draw(st.integers(0, 3))}" for name in KNOBS)
    base.lines.append(f"{{% set ns = namespace({starts}) %}}")
    base.macros()
    base.statements(2, 0)
    for block in BLOCKS:
        guarded = draw(st.booleans())
        if guarded:
            base.lines.append(f"{{% if {base.expression()} % 2 %}}")
        base.lines.append(f"{{% block {block} %}}")
        base.statements(3, 2)
        base.lines.append("{% endblock %}")
        if guarded:
            base.lines.append("{% endif %}")
        if draw(st.booleans()):
            base.statements(1, 1)
    if draw(st.booleans()):
        base.lines.append(f"{{% if {base.expression()} % 2 %}}{{% include 'inc' %}}{{% endif %}}")
    top = Draft(draw, "top")
    top.lines.append("{% extends 'base' %}")
    for block in draw(st.lists(st.sampled_from(BLOCKS), unique=True)):
        top.lines.append(f"{{% block {block} %}}")
        top.block = block
        top.statements(3, 2)
        top.lines.append("{% endblock %}")
    return {"top": top.text(), "base": base.text(), "inc": included.text()}


@dataclass
class Tree:
    """The lines of a mapping whose entries, items and values depend on knobs.

    ``blocks`` are those that it has so far, if blocks are among what ``nests`` in it.
    """

    draw: st.DrawFn
    lines: list[str] = field(default_factory=list[str])
    keys: int = 0
    blocks: list[str] = field(default_factory=list[str])
    nests: bool = True

    def knob(self) -> str:
        return f"ns.{self.draw(st.sampled_from(KNOBS))}"

    def entries(self, indent: int, depth: int, count: int = 3) -> None:
        """Entries of a mapping, some of which are not always there."""
        for _ in range(self.draw(st.integers(1, count))):
            kinds = ("plain", "plain", "if", "computed", "for", "block")
            kind = self.draw(st.sampled_from(kinds if self.nests else kinds[:-1]))
            if kind == "plain":
                self.entry(indent, depth)
            elif kind == "if":
                self.lines.append(f"-- if {self.knob()} % 2")
                self.entry(indent, depth)
                self.lines.append("-- endif")
            elif kind == "for":
                self.lines.append(f"-- for i in range({self.knob()} % 2)")
                self.entry(indent, depth)
                self.lines.append("-- endfor")
            elif kind == "block":
                self.blocks.append(f"block{len(self.blocks)}")
                guarded = self.draw(st.booleans())
                if guarded:
                    self.lines.append(f"-- if {self.knob()} % 2")
                self.lines.append(f"{{% block {self.blocks[-1]} %}}")
                if self.draw(st.booleans()):
                    self.entry(indent, depth)
                self.lines.append("{% endblock %}")
                if guarded:
                    self.lines.append("-- endif")
            elif indent:
                self.keys += 1
                entry = f"'k{self.keys}: 1' if {self.knob()} % 2 else ''"
                self.lines.append(f"{' ' * indent}{{{{ {entry} }}}}")

    def entry(self, indent: int, depth: int) -> None:
        self.keys += 1
        key = f"{' ' * indent}k{self.keys}:"
        kind = self.draw(
            st.sampled_from(("value", "mapping", "items", "text") if depth else ("value",))
        )
        if kind == "value":
            self.lines.append(f"{key} {{{{ {self.knob()} }}}}")
        elif kind == "mapping":
            self.lines.append(key)
            self.entries(indent + 2, depth - 1)
        elif kind == "text":
            self.lines += [
                f"{key} |",
                f"{' ' * indent}  one",
                f"{' ' * indent}  {{{{ {self.knob()} }}}}",
            ]
        else:
            self.lines.append(key)
            dash = " " * (indent + self.draw(st.sampled_from((0, 2)))) + "- "
            for _ in range(self.draw(st.integers(1, 3))):
                guarded = self.draw(st.booleans())
                if guarded:
                    self.lines.append(f"-- if {self.knob()} % 2")
                self.lines.append(f"{dash}{{{{ {self.knob()} }}}}")
                if guarded:
                    self.lines.append("-- endif")


@st.composite
def trees(draw: st.DrawFn) -> dict[str, str]:
    """A configuration ``top`` whose base is a mapping with blocks, some of which it overrides."""
    base = Tree(draw)
    starts = ", ".join(f"{name}={draw(st.integers(0, 3))}" for name in KNOBS)
    base.lines.append(f"-- set ns = namespace({starts})")
    base.entries(0, 3, count=4)
    top = Tree(draw, keys=100, nests=False)
    top.lines.append("-- extends 'base'")
    for block in base.blocks:
        if draw(st.booleans()):
            at = base.lines.index(f"{{% block {block} %}}")
            following = [line for line in base.lines[at + 1 :] if line.lstrip()[:1] == "k"]
            indent = len(following[0]) - len(following[0].lstrip()) if following else 0
            top.lines.append(f"{{% block {block} %}}")
            if draw(st.booleans()):
                top.lines.append("{{ super() }}")
            if draw(st.booleans()):
                top.lines.append(f"-- if {top.knob()} % 2")
                top.entry(indent, 1)
                top.lines.append("-- endif")
            top.lines.append("{% endblock %}")
    return {name: "\n".join(tree.lines) + "\n" for name, tree in (("base", base), ("top", top))}
