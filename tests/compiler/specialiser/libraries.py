"""Random libraries: modules of functions and classes that call one another in all sorts of ways."""

from __future__ import annotations

from random import Random

PARAMETERS = {
    "flag": ("bool", "False", ("True", "False")),
    "mode": ('Literal["a", "b"]', '"a"', ('"a"', '"b"')),
    "width": ("int | None", "None", ("None", "3", "0")),
    "label": ("str", '"l"', ('"l"', '"m"')),
    "extra": ("bool | None", "None", ("None", "True")),
}
IMPORTS = """
from functools import partial
from typing import Final, Literal
"""


class Generator:
    """Writes a library of ``count`` definitions, spread over the modules ``one`` and ``two``."""

    def __init__(self, random: Random, count: int):
        self.random = random
        self.names = [random.choice(("f", "f", "C")) + str(i) for i in range(count)]
        self.home = {name: random.choice(("one", "two")) for name in self.names}
        self.alternatives = {n for n in self.names if n[0] == "C" and random.random() < 0.2}
        self.takes = {
            name: random.sample(list(PARAMETERS), random.randint(0, 3)) for name in self.names
        }

    def one(self, *options: str) -> str:
        return self.random.choice(options)

    def library(self) -> dict[str, str]:
        """The text of each module."""
        texts = {module: [self.imports(module)] for module in ("one", "two")}
        for index, name in enumerate(self.names):
            texts[self.home[name]].append(self.definition(index, name))
        return {module: "\n\n".join(parts) for module, parts in texts.items()}

    def imports(self, module: str) -> str:
        other = "two" if module == "one" else "one"
        names = [name for name in self.names if self.home[name] == other]
        lines = [f"from lib.{other} import {name}" for name in names]
        return IMPORTS + "\n".join(["from lib import " + other, *lines])

    def main(self) -> str:
        """The root: a function that calls some of the library."""
        lines = [f"    note({self.call(-1, self.one(*self.names), 'n')})" for _ in range(3)]
        return "\n".join(["def main(n):", *lines, ""])

    def definition(self, index: int, name: str) -> str:
        parameters = [self.parameter(p) for p in self.takes[name]]
        if name.startswith("C"):
            return self.class_(index, name, parameters)
        head = ", ".join(["n", *(["*", *parameters] if parameters else [])])
        lines = [
            f"def {name}({head}):",
            f"    note('{name}', n)",
            "    if n < 1:",
            "        return 0",
        ]
        lines += self.statements(index, name, "    ")
        return "\n".join([*lines, f"    return {self.value(index, name)}", ""])

    def class_(self, index: int, name: str, parameters: list[str]) -> str:
        head = ", ".join(["self", "n", *(["*", *parameters] if parameters else [])])
        finals = [p for p in self.takes[name] if self.random.random() < 0.5]
        lines = [f"class {name}:", *(f"    {p}: Final[object]" for p in finals)]
        lines += [f"    def __init__({head}):", f"        note('{name}', n)", "        self.n = n"]
        lines += [f"        self.{p} = {p}" for p in finals]
        lines += ["        if n < 1:", "            return"]
        lines += self.statements(index, name, "        ")
        lines += ["    def __repr__(self):"]
        lines += [f"        if self.{p}:\n            note('{p}')" for p in finals]
        lines += [f"        return '{name}'"]
        if name in self.alternatives:
            lines += ["    @classmethod", "    def new(cls, n):", "        return cls(n)"]
        return "\n".join([*lines, ""])

    def parameter(self, name: str) -> str:
        annotation, default, _ = PARAMETERS[name]
        return f"{name}: {annotation} = {default}"

    def statements(self, index: int, name: str, indent: str) -> list[str]:
        lines: list[str] = []
        for _ in range(self.random.randint(1, 3)):
            inner = f"note({self.value(index, name)})"
            kind = self.one("plain", "if", "if", "if", "shadow", "test", "handler")
            if kind == "if" and self.takes[name]:
                lines += [f"{indent}if {self.test(name)}:", f"{indent}    {inner}"]
                if self.random.random() < 0.5:
                    other = f"note({self.value(index, name)})"
                    lines += [f"{indent}else:", f"{indent}    {other}"]
            elif kind == "shadow":
                target = self.one(*self.names)
                lines.append(f"{indent}note([{target} for {target} in (1, 2)])")
            elif kind == "test" and any(n.startswith("C") for n in self.names):
                target = self.one(*(n for n in self.names if n.startswith("C")))
                lines.append(f"{indent}note(isinstance(n, {target}), type(n) is {target})")
            elif kind == "handler":
                lines += [f"{indent}try:", f"{indent}    {inner}"]
                lines += [f"{indent}except ZeroDivisionError:", f"{indent}    pass"]
            else:
                lines.append(f"{indent}{inner}")
        return lines

    def test(self, name: str) -> str:
        parameter = self.one(*self.takes[name])
        match parameter:
            case "flag":
                return self.one("flag", "not flag")
            case "mode":
                return self.one("mode == 'a'", "mode != 'a'", "flag_like(mode)")
            case "label":
                return "label == 'l'"
            case _:
                return f"{parameter} {self.one('is', 'is not')} None"

    def value(self, index: int, name: str) -> str:
        own = self.takes[name]
        if self.random.random() < 0.3 and own:
            return self.one(*own)
        # most calls go down the list, some go back up: then the number falls
        if self.random.random() < 0.15:
            return self.call(index, self.one(*self.names), "n - 1", own)
        below = self.names[index + 1 :]
        return self.call(index, self.one(*below), "n", own) if below else "n"

    def call(self, index: int, callee: str, number: str, own: list[str] | None = None) -> str:
        keywords = []
        for parameter in self.takes[callee]:
            if self.random.random() < 0.6:
                options = list(PARAMETERS[parameter][2])[:1] * 3 + list(PARAMETERS[parameter][2])
                options += [parameter] if parameter in (own or ()) else []
                keywords.append(f"{parameter}={self.one(*options)}")
        self.random.shuffle(keywords)
        arguments = ", ".join([number, *keywords])
        here = "main" if index < 0 else self.home[self.names[index]]
        dotted = f"{self.home[callee]}.{callee}"
        plain = f"{callee}({arguments})"
        if here not in ("main", self.home[callee]) and self.random.random() < 0.2:
            return f"{dotted}({arguments})"
        if callee in self.alternatives and self.random.random() < 0.3:
            return f"{callee}.new({number})"
        if self.random.random() < 0.85:
            return plain
        spread = ", ".join(k.replace("=", "': ").join(("'", "")) for k in keywords)
        return self.one(
            f"partial({callee}, {arguments})()",
            f"({callee})({arguments})",
            f"[{callee}][0]({arguments})",
            f'f"{{{callee}({arguments})}}"'.replace('"a"', "'a'")
            .replace('"b"', "'b'")
            .replace('"l"', "'l'")
            .replace('"m"', "'m'"),
            f"{callee}({number}, **{{{spread}}})",
            f"(lambda {callee}: {callee})(n)",
            f"(lambda make={callee}: make({arguments}))()",
            f"getattr({callee}, '__name__') and {plain}",
        )
