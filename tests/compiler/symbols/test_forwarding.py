"""Arguments that are handed on: what reading the source tells, against real calls."""

from __future__ import annotations

import importlib
import inspect
import random
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fgc.compiler.ir.graph import Call, Entry, Graph, Kind, Literal
from fgc.compiler.ir.span import Span
from fgc.compiler.passes.check_arguments import check_arguments
from fgc.compiler.symbols.answer import Answer
from fgc.compiler.symbols.resolution import Resolution
from fgc.compiler.symbols.symbol import Signature, Symbol
from tests.compiler.symbols import forwarding_cases

Lookup = Callable[[str], Answer]

AT = Span.point("a.yaml", 1)
FILE = Path(forwarding_cases.__file__)

# What is right depends on the values, and decorators want a function.
UNDECIDED = ("branches", "spreads_two", "traced", "cut", "first_only")

# Names of arguments, right and wrong.
OTHERS = ("zzz", "self", "args", "kwargs", "a", "b", "c", "d", "e", "size")

# How Python says that a call's arguments do not fit.
UNFIT = (
    "unexpected keyword",
    "missing",
    "positional argument",
    "multiple values",
    "takes no arguments",
    "only keyword arguments",
    "takes exactly one argument",
    "takes no keyword arguments",
    "positional-only",
    "argument is only supported",  # a layer's own word for it
)


def refused(symbol: Symbol, positional: int, keywords: tuple[str, ...]) -> bool:
    """Whether the check finds fault with a call."""
    one = Literal(1, ("n",), AT)
    entries = tuple(Entry(name, AT, one) for name in keywords)
    call = Call(Kind.SINGLETON, "spec", AT, (one,) * positional, entries, ("n",), AT)
    resolution = Resolution(Graph((Entry("n", AT, call),)), {call: symbol})
    return bool(tuple(check_arguments(resolution)))


def calls(signature: Signature, seed: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Calls of all sorts, right and wrong: how many arguments by place, and the names of others."""
    chance = random.Random(seed)
    known = [p.name for p in signature.parameters if not p.variadic]
    needed = [p.name for p in signature.parameters if p.required]
    yield 0, ()
    yield 0, tuple(needed)
    yield 0, (*needed, "zzz")
    yield len(needed), ()
    yield len(signature.positional) + 1, ()
    for _ in range(12):
        positional = chance.randrange(len(signature.positional) + 2)
        rest = [name for name in needed if name not in known[:positional]]
        names = {*rest, *chance.sample(known, min(len(known), chance.randrange(4)))}
        if chance.random() < 0.3:
            names.add(chance.choice(OTHERS))
        if names and chance.random() < 0.2:
            names.discard(chance.choice(sorted(names)))
        yield positional, tuple(sorted(names))


def fails(function: Callable[..., Any], positional: int, keywords: tuple[str, ...]) -> bool:
    """Whether Python itself refuses the arguments, in the function or where it hands them on."""
    try:
        function(*(1,) * positional, **dict.fromkeys(keywords, 1))
    except Exception as error:  # of whatever sort, where the arguments are taken and no good
        return isinstance(error, (TypeError, ValueError)) and any(t in str(error) for t in UNFIT)
    return False


CASES = [
    name
    for name, value in vars(forwarding_cases).items()
    if getattr(value, "__module__", None) == forwarding_cases.__name__ and not name.startswith("_")
]


@pytest.mark.parametrize(
    "name",
    [
        *CASES,
        "Base.make",
        "Base.remake",
        "ChildByBoth.make",
        "ChildByName.make",
        "GrandChild.make",
        "Renamed.remake",
    ],
)
def test_as_real_calls(lookup: Lookup, name: str) -> None:
    """Never an error where the call is right; and where the source tells all, each one found."""
    symbol = lookup(f"{FILE}:{name}").symbol
    assert symbol is not None
    live: Any = forwarding_cases
    for part in name.split("."):
        live = getattr(live, part)
    if symbol.signature is None:
        assert name.lower().startswith("open")
        return
    decisive = not name.lower().startswith("open") and name not in UNDECIDED
    seen: set[bool] = set()
    for seed in range(12):
        for positional, keywords in calls(symbol.signature, f"{name}{seed}"):
            wrong = fails(live, positional, keywords)
            found = refused(symbol, positional, keywords)
            shown = (name, symbol.signature.text(), positional, keywords)
            assert wrong or not found, shown
            assert found or not wrong or not decisive, shown
            seen.add(wrong)
    assert not decisive or seen == {True, False}


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("by_keywords", "(x, *, b=1, c=2)"),
        ("by_both", "(a, b=1, *, c=2)"),
        ("takes_one_out", "(*, b=1, c=2, size=...)"),
        ("branches", "(flag=False, *, d=3, b=1, c=2)"),
        ("Both", "(left=1, *, right=1, a, b=1, c=2)"),
        ("decorated_and_forwarding", "(*, a, b=1, c=2)"),
        ("open_may_return", "(flag=False, **kwargs)"),
    ],
)
def test_shown(signature: Callable[[str], str | None], name: str, shown: str) -> None:
    assert signature(f"{FILE}:{name}") == shown


MODULES = {
    "torch.nn": 150,
    "torch.nn.functional": 80,
    "torch.optim": 15,
    "torch.optim.lr_scheduler": 15,
    "torch.utils.data": 20,
    "transformers": 150,
}
TRANSFORMERS = ("TrainingArguments", "Seq2SeqTrainingArguments", "Adafactor", "GenerationConfig")


def _public(module: str) -> Iterator[tuple[str, Any]]:
    live = importlib.import_module(module)
    names = [name for name in dir(live) if not name.startswith("_")]
    if module == "transformers":
        configs = [name for name in names if name.endswith("Config")][::4]
        rates = [name for name in names if name.startswith("get_") and "schedule" in name]
        names = [*configs, *rates, *TRANSFORMERS, *(n for n in names if n.endswith("Tokenizer"))]
    for name in names:
        value = getattr(live, name)
        missing = type(value).__name__ == "DummyObject"  # it needs a package that is not here
        hidden = hasattr(value, "__deprecated__") or not value_module(value)
        if callable(value) and not inspect.ismodule(value) and not missing and not hidden:
            yield name, value


def value_module(value: object) -> bool:
    """Whether something is defined in a library that the test is about."""
    return str(getattr(value, "__module__", "")).partition(".")[0] in ("torch", "transformers")


@pytest.mark.parametrize("module", MODULES)
def test_as_libraries_have_it(lookup: Lookup, module: str) -> None:
    """Each call that `inspect` takes is taken, each one that it refuses is refused; where it sees
    `**kwargs` only, what is refused fails in Python, too."""
    compared = 0
    for name, live in _public(module):
        answer = lookup(f"{module}:{name}")
        assert answer.mistake is None, (name, answer.mistake)
        assert answer.symbol is not None
        signature = answer.symbol.signature
        if signature is None:
            continue
        try:
            inspected = inspect.signature(live)
        except (TypeError, ValueError):
            continue  # written in C
        compared += 1
        variadic = any(p.kind in (p.VAR_KEYWORD, p.VAR_POSITIONAL) for p in _of(inspected))
        for positional, keywords in calls(signature, name):
            found = refused(answer.symbol, positional, keywords)
            binds = _binds(inspected, positional, keywords)
            shown = (name, signature.text(), str(inspected), positional, keywords)
            if found and binds:
                assert fails(live, positional, keywords), shown
            elif not found and not binds:
                # a configuration keeps what it does not know
                assert not variadic, shown
                assert signature.accepts_any_keyword, shown
                assert "self" in keywords or not fails(live, positional, keywords), shown
    assert compared >= MODULES[module]


def _of(signature: inspect.Signature) -> tuple[inspect.Parameter, ...]:
    return tuple(signature.parameters.values())


def _binds(signature: inspect.Signature, positional: int, keywords: tuple[str, ...]) -> bool:
    try:
        signature.bind(*(1,) * positional, **dict.fromkeys(keywords, 1))
    except TypeError:
        return False
    return True


def test_constructors_that_inspect_cannot_see_through(lookup: Lookup) -> None:
    """The recurrent layers of torch say ``(*args, **kwargs)``; their sources say more."""
    nn: types.ModuleType = importlib.import_module("torch.nn")
    for name in ("LSTM", "GRU"):
        symbol = lookup(f"torch.nn:{name}").symbol
        assert symbol is not None
        assert not refused(symbol, 2, ("num_layers", "batch_first"))
        assert refused(symbol, 2, ("layers",))
        assert refused(symbol, 0, ("hidden_size",))
        assert fails(getattr(nn, name), 2, ("layers",))
        assert fails(getattr(nn, name), 0, ("hidden_size",))
