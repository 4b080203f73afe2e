"""Random programs in the style of the runtime: classes and functions, as text, with bindings.

Values are numbers, texts, bools, None and what `Part` makes; `note` records what is done, in order.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any

PRELUDE = """
from functools import partial
from types import SimpleNamespace
from typing import Any, Final, Literal

Factory = Any
trace = []
config = SimpleNamespace(width=7, depth=-2, name="conf")
TABLE = (1, 2, 3)


def note(value, *more):
    trace.append(repr((value, *more)))
    return value


class Part:
    def __init__(self, **given):
        trace.append(f"made {sorted(given.items())}")
        self.given = given

    def __call__(self, value):
        return (type(self).__name__, sorted(self.given.items()), value)

    def __repr__(self):
        return f"Part({sorted(self.given.items())})"
"""

PARAMETERS = {
    "width": "int | None",
    "depth": "int | None",
    "causal": "bool",
    "bias": "bool | None",
    "mode": 'Literal["linear", "it\'s", "{x}"]',
    "label": "str",
    "size": "int",
    "norm": "Factory[Part] | None",
    "act": "Factory[Part]",
    "layers": "list[Factory[Part]] | None",
}
FACTORIES = ("norm", "act")
CALL_TIME = ("first", "second")


@dataclass
class Writer:
    """Writes statements and expressions; ``random`` makes the choices.

    ``names`` are locals that have a value, ``attributes`` those of ``self``, ``finals`` those that
    are declared so.
    """

    random: Random
    parameters: tuple[str, ...]
    is_class: bool
    names: list[str] = field(default_factory=list[str])
    attributes: list[str] = field(default_factory=list[str])
    counter: int = 0
    depth: int = 0
    in_loop: bool = False

    def one(self, *options: Any) -> Any:
        return self.random.choice(options)

    def number(self, low: int, high: int) -> int:
        return self.random.randint(low, high)

    # Expressions.

    def has(self, name: str) -> bool:
        return name in self.parameters

    def test(self, depth: int = 2) -> str:
        """An expression of the documented tests, and others that look like them."""
        options = [p for p in ("width", "depth", "bias", "norm", "layers", "act") if self.has(p)]
        kind = self.one("none", "none", "bool", "bool", "text", "not", "and", "and", "or", "other")
        if kind == "none" and options:
            return f"{self.one(*options)} {self.one('is', 'is not')} None"
        if kind == "bool":
            flags = [p for p in ("causal", "bias") if self.has(p)]
            return self.one(*flags) if flags else "True"
        if kind == "text" and self.has("mode"):
            operator = self.one("==", "!=")
            text = self.one("'linear'", "'other'", '"{x}"')
            return f"mode {operator} {text}"
        if kind == "not" and depth:
            return f"not {self.parenthesised(self.test(depth - 1))}"
        if kind in ("and", "or") and depth:
            left, right = self.test(depth - 1), self.test(depth - 1)
            return f"{self.parenthesised(left)} {kind} {self.parenthesised(right)}"
        if self.attributes:
            attribute = f"self.{self.one(*self.attributes)}"
            return self.one(attribute, f"{attribute} is None", f"{attribute} is not None")
        return self.one("note(1) > 0", "note(None) is None", "not note(0)")

    def parenthesised(self, code: str) -> str:
        simple = code.replace("_", "").isalnum()
        return code if simple and self.one(True, False) else f"({code})"

    def value(self, depth: int = 2) -> str:
        """An expression whose value may be anything."""
        kinds = [*["parameter"] * 4, "literal", "local", "attribute", "note", "format"]
        if depth:
            kinds += ["conditional", "conditional", "boolean", "sum", "made", "made", "layers"]
            kinds += ["list", "lambda", "attribute of", "negative", "called", "power", "test"]
        kind = self.one(*kinds)
        plain = [p for p in self.parameters if p not in (*FACTORIES, "layers")]
        match kind:
            case "parameter" if plain:
                return self.one(*plain)
            case "local" if self.names:
                return self.one(*self.names)
            case "attribute" if self.attributes:
                return f"self.{self.one(*self.attributes)}"
            case "note":
                return f"note({self.value(max(depth - 1, 0))})"
            case "format":
                return self.formatted()
            case "conditional":
                code = f"{self.value(depth - 1)} if {self.test()} else {self.value(depth - 1)}"
                return f"({code})"
            case "boolean":
                left, right = self.value(depth - 1), self.value(depth - 1)
                return f"({self.one(left, self.test(1))} {self.one('and', 'or')} {right})"
            case "sum":
                return f"{self.operand()} {self.one('+', '-', '*', '//', '%')} {self.operand()}"
            case "power":
                return f"{self.operand()}**{self.operand()}"
            case "negative":
                return f"-{self.operand()}"
            case "test":
                return f"({self.test()})"
            case "attribute of":
                return f"{self.operand()}.real".replace("2.real", "(2).real")
            case "list":
                return f"[{self.value(0)}, *({self.value(0)},)]"
            case "lambda" if not self.is_class:
                return f"(lambda given: (given, {self.value(0)}))(3)"
            case "made":
                return self.made()
            case "layers" if self.has("layers"):
                return self.iterated()
            case "called":
                return f"dict(mode={self.value(0)}, size=TABLE)"
            case _:
                return self.one("3", "None", "True", '"text"', "-1", "2.5", "TABLE[1]")

    def operand(self) -> str:
        numbers = [p for p in ("size", "width", "depth") if self.has(p)]
        return self.one("2", "note(3)", *numbers)

    def formatted(self) -> str:
        inner = self.one(
            *(p for p in self.parameters if p not in (*FACTORIES, "layers")), "note(1)"
        )
        quote = self.one('"', "'", '"""')
        end = self.one("}", "!r}", "=}", "!s:>5}", "}{{x}}")
        return f"f{quote}a {{{inner}{end} b{quote}"

    def made(self) -> str:
        """A factory's call, guarded where it may be None."""
        factories = [p for p in FACTORIES if self.has(p)]
        if not factories:
            return "note(6)"
        factory = self.one(*factories)
        keywords = [
            f"{k}={self.one('1', 'note(2)', 'size' if self.has('size') else '4')}"
            for k in CALL_TIME
        ]
        call = f"{factory}({', '.join(keywords[: self.number(0, 2)])})"
        if factory == "norm":
            return f"(None if norm is None else {call})"
        handed = "(note(act) is None)" if self.one(False, False, False, False, True) else call
        return self.one(call, call, call, handed)

    def iterated(self) -> str:
        element = self.one("each()", "each(first=index)", "(note(index), each(second=index * 2))")
        if "index" in element:
            loop = "for index, each in enumerate(layers)"
        else:
            loop = "for each in layers"
        code = self.one(
            f"[{element} {loop}]",
            f"list({element} {loop})",
            f"tuple({element} {loop})",
            f"[*({element} {loop})]",
            f"next(({element} {loop}), None)",
            f"[{element} {loop} if note(True)]",
            "len(layers)",
            "[note(each)(first=1) for each in layers][-1:]",
        )
        return f"(None if layers is None else {code})"

    # Statements.

    def body(self, indent: int, count: int) -> list[str]:
        """Statements, each with its lines indented by ``indent``."""
        lines: list[str] = []
        for _ in range(count):
            if self.one(False, False, True):
                lines.append(f"# about {self.counter}")
            lines += self.statement()
        return [" " * indent + line for line in lines] or [" " * indent + "pass"]

    def block(self) -> list[str]:
        """An indented body, whose new locals are not known to have a value behind it."""
        names, attributes = list(self.names), list(self.attributes)
        self.depth += 1
        lines = self.body(4, self.number(1, 2))
        self.depth -= 1
        self.names, self.attributes = names, attributes
        if self.one(False, False, True):
            lines.append("    # at the end")
        return lines

    def statement(self) -> list[str]:
        kinds = ["assign", "assign", "note", "attribute", "assert"]
        if self.depth < 2:
            kinds += ["if", "if", "if", "if", "for", "try", "while"]
        if not self.is_class:
            kinds += ["return", "inner", "match"]
        match self.one(*kinds):
            case "if":
                return self.branches()
            case "for":
                return [f"for _ in range({self.number(0, 2)}):", *self.block()]
            case "while":
                return [f"while {self.test()}:", *self.block(), "    break"]
            case "try":
                return ["try:", *self.block(), "except TypeError:", *self.block()]
            case "return" if self.depth:
                return [f"return {self.value()}"]
            case "inner":
                self.counter += 1
                name = f"inner{self.counter}"
                return [
                    f"def {name}(given=2):",
                    f"    return (given, {self.value(1)})",
                    f"note({name}())",
                ]
            case "match" if self.has("mode"):
                return [
                    "match mode:",
                    '    case "linear":',
                    *("    " + x for x in self.block()),
                    "    case _:",
                    "        pass",
                ]
            case "attribute" if self.is_class:
                self.counter += 1
                name = f"plain{self.counter}"
                lines = [f"self.{name} = {self.value()}"]
                self.attributes.append(name)
                return lines
            case "assert":
                return (
                    [f"assert {self.test()}, {self.one(repr('why'), 'note(8)')}"]
                    if self.one(False, True)
                    else ["note(9)"]
                )
            case "note":
                return [f"note({self.value()})"]
            case _:
                self.counter += 1
                name = f"local{self.counter}"
                lines = [f"{name} = {self.value()}"]
                self.names.append(name)
                return lines

    def branches(self) -> list[str]:
        lines = [f"if {self.test()}:", *self.block()]
        for _ in range(self.number(0, 2)):
            if self.one(False, True):
                lines.append("# about the branch")
            lines += [f"elif {self.test()}:", *self.block()]
        if self.one(False, True):
            lines += ["else:", *self.block()]
        return lines


@dataclass(frozen=True)
class Sample:
    """A definition and the parameters that it has."""

    text: str
    parameters: tuple[str, ...]
    is_class: bool


def _signature(parameters: tuple[str, ...], random: Random, first: str) -> str:
    written = []
    for name in parameters:
        default = ""
        if random.random() < 0.5:
            options = {"width": "None", "depth": "None", "causal": "False", "bias": "None"}
            options |= {"mode": '"linear"', "label": '"l"', "size": "4", "norm": "None"}
            options |= {"layers": "None"}
            default = f" = {options[name]}" if name in options else ""
        written.append(f"{name}: {PARAMETERS[name]}{default}")
    return ", ".join([*([first] if first else []), "*", *written])


def sample(random: Random) -> Sample:
    """A class or a function."""
    parameters = tuple(random.sample(list(PARAMETERS), random.randint(1, 6)))
    is_class = random.random() < 0.6
    writer = Writer(random, parameters, is_class)
    if not is_class:
        body = writer.body(4, writer.number(1, 5))
        last = f"    return ({writer.value(1)}, {', '.join(writer.names) or 0})"
        generator = ["    yield 1"] if random.random() < 0.25 else []
        head = f"def thing({_signature(parameters, random, '')}):"
        return Sample("\n".join([head, *body, *generator, last, ""]), parameters, False)
    finals = [f"final{i}" for i in range(writer.number(0, 3))]
    declared = [f"    {name}: Final[object]" for name in finals]
    lines: list[str] = []
    for name in finals:
        value = writer.one(
            writer.value(),
            writer.one(*parameters),
            f"None if {writer.test()} else {writer.value(1)}",
        )
        if value in ("norm", "act", "layers"):
            value = "3"
        lines.append(f"        self.{name} = {value}")
        writer.attributes.append(name)
        lines += writer.body(8, writer.number(0, 1))
    lines += writer.body(8, writer.number(0, 4))
    method = Writer(random, (), False, attributes=list(writer.attributes))
    method_body = method.body(8, method.number(1, 4) if finals else 1)
    text = [
        "class Thing:",
        '    """A thing."""',
        "",
        *declared,
        "",
        f"    def __init__({_signature(parameters, random, 'self')}):",
        *(lines or ["        pass"]),
        "",
        "    def run(self):",
        *method_body,
        f"        return ({method.value(1)}, {', '.join(method.names) or 0})",
        "",
    ]
    return Sample("\n".join(text), parameters, True)
