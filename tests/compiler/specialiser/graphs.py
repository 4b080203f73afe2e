"""Random models: classes that are given factories and objects, and a graph that binds them."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from fgc.compiler.ir.graph import Call, Entry, Kind, List, Literal, Mapping, Node, Var
from fgc.compiler.ir.span import Span

SPAN = Span.point("a.yaml", 1)
FIELDS = {"hidden": 16, "heads": 4, "eps": 1e-6, "name": "n", "off": None, "on": True}
IMPORTS = """
from functools import partial
from typing import Any, Final, Literal

Factory = list  # what matters is the name in annotations
"""


@dataclass
class Class:
    """A class: what it takes, by annotation, and what it adds when it calls its factories."""

    name: str
    takes: dict[str, str]
    offers: dict[str, tuple[str, ...]]
    text: str = ""
    whole: bool = False


@dataclass
class Model:
    """A library, and a graph that makes a model of it."""

    random: Random
    classes: list[Class] = field(default_factory=list[Class])
    singletons: list[Call] = field(default_factory=list[Call])
    partials: list[Call] = field(default_factory=list[Call])
    counter: int = 0

    @classmethod
    def made(cls, random: Random) -> Model:
        model = cls(random)
        for index in range(random.randint(2, 6)):
            model.classes.append(model.class_(index))
        model.classes.append(model.root())
        return model

    @property
    def text(self) -> str:
        """The library."""
        return IMPORTS + "\n\n".join(each.text for each in self.classes)

    # Classes.

    def class_(self, index: int) -> Class:
        random = self.random
        takes = {"config": "object"} if random.random() < 0.6 else {}
        takes |= {"layer_idx": "int = 0"} if random.random() < 0.5 else {}
        options = {
            "width": "int",
            "eps": "float = 1e-5",
            "window": "int | None = None",
            "bias": "bool = False",
            "mode": 'Literal["a", "b"] = "a"',
            "label": 'str = "l"',
            "data": "object = None",
            "made": "object = None",
        }
        takes |= {
            name: options[name] for name in random.sample(list(options), random.randint(2, 4))
        }
        offers: dict[str, tuple[str, ...]] = {}
        for name in ("part", "other", "parts"):
            if index and random.random() < 0.6:
                optional = " | None = None" if random.random() < 0.5 else ""
                inner = "list[Factory[Any]]" if name == "parts" else "Factory[Any]"
                takes[name] = f"{inner}{optional}"
                choices = [(), ("layer_idx",)]
                choices += [("config",), ("config", "layer_idx")] if "config" in takes else []
                offers[name] = random.choice(choices)
        made = Class(f"K{index}", takes, offers, whole=random.random() < 0.15)
        made.text = self.definition(made)
        return made

    def root(self) -> Class:
        takes = {"config": "object", "width": "int", "part": "Factory[Any]"}
        takes |= {"parts": "list[Factory[Any]]", "other": "Factory[Any] | None = None"}
        takes |= {"made": "object = None", "data": "object = None"}
        offers = {"part": ("config",), "parts": ("config", "layer_idx"), "other": ()}
        made = Class("Root", takes, offers)
        made.text = self.definition(made)
        return made

    def definition(self, made: Class) -> str:
        parameters = ", ".join(f"{name}: {annotation}" for name, annotation in made.takes.items())
        finals = [
            n for n in ("window", "bias", "other") if n in made.takes and self.random.random() < 0.5
        ]
        lines = [f"class {made.name}:", f'    """{made.name}."""', ""]
        lines += [f"    final_{name}: Final[object]" for name in finals]
        lines += ["", f"    def __init__(self, *, {parameters}):"]
        first = made.name == "Root" or self.random.random() < 0.5
        lines += ["        super().__init__()"] if first else []
        lines += [f"        note('{made.name}')"]
        if made.whole:
            lines.append("        note(len(locals()) > 0)")
        for name in made.takes:
            lines += [f"        {line}" for line in self.use(made, name, name in finals)]
        lines += ["", "    def run(self):", f"        note('run {made.name}')"]
        for name in finals:
            lines += [
                f"        if self.final_{name} is not None:",
                f"            note('{name}', show(self.final_{name}))",
            ]
        return "\n".join([*lines, "        return self", ""])

    def use(self, made: Class, name: str, final: bool) -> list[str]:
        """What a class does with a parameter."""
        if name in made.offers:
            return self.factory_use(made, name, final)
        shown = {"config": "config.hidden" if "config" in made.takes else ""}.get(name, name)
        lines = [f"self.final_{name} = {name}"] if final else []
        kind = self.random.choice(("store", "note", "local"))
        if name == "config":
            return [f"note(None if config is None else {shown})"]
        if name == "window":
            return [*lines, "if window is not None:", "    note('window', window)"]
        if name == "bias":
            return [*lines, "note('bias' if bias else 'none')"]
        if name == "mode":
            return [*lines, "note(1 if mode == 'a' else 2)"]
        if name == "made":
            return [*lines, "note(show(made))"]
        if kind == "store":
            return [*lines, f"self.{name} = {name}"]
        if kind == "local":
            other = self.random.choice(("width", "eps", "shared", "value"))
            if other in made.takes:
                other = "value"
            return [*lines, f"{other} = {name}", f"note({other})"]
        return [*lines, f"note({name})"]

    def factory_use(self, made: Class, name: str, final: bool) -> list[str]:
        given = ", ".join(f"{offer}={self.argument(offer, name)}" for offer in made.offers[name])
        target = f"self.final_{name}" if final else f"self.{name}"
        guarded = "None" in made.takes[name]
        if name == "parts":
            given = given.replace("layer_idx=3", "layer_idx=index")
            loop = (
                "for index, each in enumerate(parts)" if "index" in given else "for each in parts"
            )
            code = self.random.choice(
                (
                    f"[each({given}) {loop}]",
                    f"list(each({given}) {loop})",
                    f"[show(each({given})) {loop} if note(1)]",
                )
            )
        else:
            code = self.random.choice(
                (f"{name}({given})",) * 4 + (f"hand({name}, {given or 'x=0'})",)
            )
        if "hand(" in code and not given:
            code = f"{name}()"
        return [
            f"{target} = None if {name} is None else {code}" if guarded else f"{target} = {code}"
        ]

    def argument(self, offer: str, name: str) -> str:
        return "config" if offer == "config" else "3"

    # The graph.

    def graph(self) -> Call:
        """The call that makes the model."""
        root = self.classes[-1]
        fields = tuple(
            Entry(k, SPAN, Literal(v, ("model", "config", k), SPAN)) for k, v in FIELDS.items()
        )
        entries = [Entry("config", SPAN, Mapping(fields, ("model", "config"), SPAN))]
        entries += self.arguments(root, len(self.classes) - 1, ("model",), ("config",))
        return Call(Kind.SINGLETON, "lib:Root", SPAN, (), tuple(entries), ("model",), SPAN)

    def arguments(
        self, made: Class, index: int, path: tuple[str, ...], left: tuple[str, ...]
    ) -> list[Entry]:
        """Arguments for all parameters of a class that need one, and some of the others."""
        entries: list[Entry] = []
        for name, annotation in made.takes.items():
            needed = "=" not in annotation
            if name in left or (not needed and self.random.random() < 0.4):
                continue
            value = self.value(made, name, index, (*path, name))
            if value is not None:
                entries.append(Entry(name, SPAN, value))
        self.random.shuffle(entries)
        return entries

    def value(self, made: Class, name: str, index: int, path: tuple[str, ...]) -> Node | None:
        random = self.random
        if name == "parts":
            count = random.randint(0, 3)
            if random.random() < 0.5 and count:
                item = self.part(made, name, index, (*path, "0"))
                return List((item,) * count, path, SPAN)
            items = [self.part(made, name, index, (*path, str(i))) for i in range(count)]
            return List(tuple(items), path, SPAN)
        if name in made.offers:
            if "None" in made.takes[name] and random.random() < 0.3:
                return Literal(None, path, SPAN)
            return self.part(made, name, index, path)
        match name:
            case "made":
                return self.object(index, path)
            case "data":
                return List((Literal(1, path, SPAN), Var("hidden", None, path, SPAN)), path, SPAN)
            case "window":
                return random.choice(
                    (
                        Literal(None, path, SPAN),
                        Literal(8, path, SPAN),
                        Var("off", None, path, SPAN),
                        Var("heads", None, path, SPAN),
                    )
                )
            case "bias":
                return random.choice(
                    (
                        Literal(True, path, SPAN),
                        Literal(False, path, SPAN),
                        Var("on", None, path, SPAN),
                    )
                )
            case "mode":
                return Literal(random.choice("ab"), path, SPAN)
            case "label":
                return random.choice((Literal("x", path, SPAN), Var("name", None, path, SPAN)))
            case "eps":
                return random.choice(
                    (
                        Literal(1e-5, path, SPAN),
                        Literal(0.5, path, SPAN),
                        Var("eps", None, path, SPAN),
                    )
                )
            case "width":
                return random.choice(
                    (
                        Literal(random.randint(1, 3), path, SPAN),
                        Literal(-2, path, SPAN),
                        Var("hidden", None, path, SPAN),
                    )
                )
            case _:
                return None

    def part(self, made: Class, name: str, index: int, path: tuple[str, ...]) -> Call:
        """A partial of a class further up that takes what it is offered."""
        offered = made.offers[name]
        fitting = [
            i
            for i in range(index)
            if set(offered) <= self.classes[i].takes.keys()
            and ("config" in offered) == ("config" in self.classes[i].takes)
        ]
        if not fitting:
            return self.plain(path, Kind.PARTIAL)
        chosen = self.random.choice(fitting)
        part = self.classes[chosen]
        alike = [call for call in self.partials if call.target == f"lib:{part.name}"]
        if alike and self.random.random() < 0.85:
            return self.varied(self.random.choice(alike), path)
        entries = self.arguments(part, chosen, path, (*offered, "config", "layer_idx"))
        made = self.call(Kind.PARTIAL, f"lib:{part.name}", entries, path)
        self.partials.append(made)
        return made

    def varied(self, call: Call, path: tuple[str, ...]) -> Call:
        """The same structure with other numbers, here and in its parts."""
        entries: list[Entry] = []
        for entry in call.kwargs:
            name, value = str(entry.key), entry.value
            below = (*path, name)
            if isinstance(value, Call) and value.kind is Kind.PARTIAL:
                value = self.varied(value, below)
            elif isinstance(value, List) and value.items and name == "parts":
                items = [self.varied(item, below) for item in value.items if isinstance(item, Call)]
                value = List(tuple(items), below, SPAN)
            elif name in ("eps", "width") and self.random.random() < 0.7:
                value = Literal(self.random.randint(20, 24), below, SPAN)
            entries.append(Entry(entry.key, SPAN, value))
        return self.call(call.kind, call.target, entries, path)

    def call(self, kind: Kind, target: str, entries: list[Entry], path: tuple[str, ...]) -> Call:
        return Call(kind, target, SPAN, (), tuple(entries), path, SPAN)

    def plain(self, path: tuple[str, ...], kind: Kind) -> Call:
        """A call of what the library does not define."""
        entries = [
            Entry(
                "x",
                SPAN,
                self.random.choice((Literal(1, path, SPAN), Var("hidden", None, path, SPAN))),
            )
        ]
        return self.call(kind, "builtins:anything", entries, path)

    def object(self, index: int, path: tuple[str, ...]) -> Node:
        """An object, anew or shared."""
        if self.singletons and self.random.random() < 0.5:
            return self.random.choice(self.singletons)
        kind = self.random.choice((Kind.SINGLETON, Kind.FACTORY, Kind.PARTIAL))
        fitting = [i for i in range(index) if "config" not in self.classes[i].takes]
        if not fitting or self.random.random() < 0.3:
            made = self.plain(path, kind)
        else:
            chosen = self.random.choice(fitting)
            entries = self.arguments(self.classes[chosen], chosen, path, ("config", "layer_idx"))
            made = self.call(kind, f"lib:{self.classes[chosen].name}", entries, path)
        if kind is Kind.SINGLETON:
            self.singletons.append(made)
        if self.random.random() < 0.2:
            return List((made, Literal(2, path, SPAN)), path, SPAN)
        return made
