"""Signatures as they are read, against signatures as Python makes them."""

from __future__ import annotations

import dataclasses
import inspect
import sys
import types
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pytest

from fgc.compiler.symbols.answer import Answer

Signature = Callable[[str], str | None]
Write = Callable[[str, str], Path]

KINDS = {
    inspect.Parameter.POSITIONAL_ONLY: "positional_only",
    inspect.Parameter.POSITIONAL_OR_KEYWORD: "positional_or_keyword",
    inspect.Parameter.VAR_POSITIONAL: "var_positional",
    inspect.Parameter.KEYWORD_ONLY: "keyword_only",
    inspect.Parameter.VAR_KEYWORD: "var_keyword",
}


@pytest.mark.parametrize(
    "module", ["torch.optim", "torch.optim.lr_scheduler", "torch.nn", "torch.nn.functional"]
)
def test_equal_to_inspect_on_torch(lookup: Callable[[str], Answer], module: str) -> None:
    """Every class and function of torch's main modules: names, kinds, and what is required."""
    live = import_module(module)
    compared = 0
    for name, value in vars(live).items():
        if name.startswith("_") or not (inspect.isclass(value) or inspect.isfunction(value)):
            continue
        if not value.__module__.startswith("torch") or hasattr(value, "__deprecated__"):
            continue  # `deprecated` hides the parameters of the class from inspect
        answer = lookup(f"{module}:{name}")
        assert answer.mistake is None, (name, answer.mistake)
        if answer.symbol is None or answer.symbol.signature is None:
            continue
        live_signature = _inspected(value)
        if any("var_" in kind for _, kind, _ in live_signature):
            continue  # `test_forwarding` compares what becomes of these
        read = [(p.name, p.kind, p.required) for p in answer.symbol.signature.parameters]
        assert read == live_signature, name
        compared += 1
    assert compared >= {"torch.nn": 120, "torch.nn.functional": 60}.get(module, 10)


def _inspected(value: object) -> list[tuple[str, str, bool]]:
    assert callable(value)
    return [
        (
            p.name,
            KINDS[p.kind],
            p.default is p.empty and p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD),
        )
        for p in inspect.signature(value).parameters.values()
    ]


CLASSES = {
    "Own": "class Own:\n    def __init__(self, a, /, b: int, *c, d='x', **e): ...",
    "Inherited": """
        class Base:
            def __init__(self, a, b=1): ...
        class Middle(Base): ...
        class Inherited(Middle):
            size = 3
    """,
    "Diamond": """
        class A:
            def __init__(self, a): ...
        class B(A): ...
        class C(A):
            def __init__(self, c): ...
        class Diamond(B, C): ...
    """,
    "ByNew": "class ByNew:\n    def __new__(cls, a, *, b=None): ...",
    "Nothing": "class Nothing: ...",
    "Data": """
        from dataclasses import dataclass, field, InitVar, KW_ONLY
        from typing import ClassVar
        @dataclass
        class Base:
            a: int
            b: list[int] = field(default_factory=list)
            c: ClassVar[int] = 3
            d: int = field(default=0, init=False)
        @dataclass
        class Data(Base):
            b: tuple[int, ...] = ()
            e: InitVar[int] = 2
            _: KW_ONLY
            f: str
            g: float = field(default=1.0, kw_only=False)
    """,
    "KeywordData": """
        import dataclasses
        @dataclasses.dataclass(kw_only=True)
        class KeywordData:
            a: int
            b: int = 1
    """,
    "PlainChild": """
        from dataclasses import dataclass
        @dataclass
        class Base:
            a: int
        class PlainChild(Base):
            b: int = 2
    """,
    "Named": """
        from typing import NamedTuple
        class Named(NamedTuple):
            a: int
            b: str = "x"
    """,
    "Generics": """
        from typing import Generic, TypeVar
        T = TypeVar("T")
        class Base(Generic[T]):
            def __init__(self, a: T): ...
        class Generics(Base[int]): ...
    """,
}


@pytest.mark.parametrize("name", CLASSES)
def test_equal_to_inspect_on_classes(
    lookup: Callable[[str], Answer], write: Write, name: str
) -> None:
    file = write("a.py", CLASSES[name])
    answer = lookup(f"a.py:{name}")
    assert answer.symbol is not None
    assert answer.symbol.signature is not None
    module = types.ModuleType(f"fgc_live_{name}")
    sys.modules[module.__name__] = module  # dataclasses look their module up
    exec(file.read_text("utf-8"), vars(module))
    live = getattr(module, name)
    read = [(p.name, p.kind, p.required) for p in answer.symbol.signature.parameters]
    assert read == _inspected(live)
    assert dataclasses.is_dataclass(live) == (name in ("Data", "KeywordData", "PlainChild"))


@pytest.mark.parametrize(
    "text",
    [
        "from nowhere_at_all import Base\nclass X(Base): ...",
        "@register\nclass X: ...",
        "class X(metaclass=Meta): ...",
        "class X(Exception): ...",
        "class Base:\n    def __init_subclass__(cls): ...\nclass X(Base): ...",
        "class X:\n    def __init__(self, a): ...\nX.__init__ = other",
        "class X:\n    __init__ = other",
        "class X:\n    @renamed('a')\n    def __init__(self, b): ...",
        "@wrapped\ndef X(a): ...",
        "def X(a): ...\nX = wrapped(X)",
        "if one:\n    def X(a): ...\nelse:\n    def X(b): ...",
        "from typing import overload\n@overload\ndef X(a): ...\n@overload\ndef X(b): ...",
    ],
)
def test_what_source_does_not_tell(signature: Signature, write: Write, text: str) -> None:
    write("a.py", text)
    assert signature("a.py:X") is None


def test_methods(signature: Signature, write: Write) -> None:
    text = """
        class Base:
            @classmethod
            def make(cls, a, *, b=1): ...
            @staticmethod
            def plain(a): ...
            def method(self, a): ...
            @property
            def size(self): ...
        class X(Base): ...
    """
    write("a.py", text)
    assert signature("a.py:X.make") == "(a, *, b=1)"
    assert signature("a.py:X.plain") == "(a)"
    assert signature("a.py:X.method") == "(self, a)"
    assert signature("a.py:X.size") is None


def test_text_of_a_signature_is_its_source(signature: Signature, write: Write) -> None:
    shown = "(a, /, b: int, *, c: 'str | None' = None, d=(1, 2), **e)"
    write("a.py", f"def f{shown}: ...\n")
    assert signature("a.py:f") == shown
