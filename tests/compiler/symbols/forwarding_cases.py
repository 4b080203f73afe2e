"""Functions and classes that hand their arguments on, each in one of the ways that people write.

The tests read this file, and also import it: what reading it tells is compared with real calls.
Those whose names begin with ``Open`` or ``open`` take more than their source shows.
"""

# ruff: noqa: E731, UP008
# pyright: basic

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial, wraps
from typing import Any


def inner(a, b=1, *, c=2):
    return a, b, c


def other(a, *, d=3):
    return a, d


def by_keywords(x, **kwargs):
    return inner(x, **kwargs)


def by_keywords_only(**kwargs):
    return inner(**kwargs)


def by_both(*args, **kwargs):
    return inner(*args, **kwargs)


def by_both_behind_one(x, *args, **kwargs):
    return inner(x, *args, **kwargs)


def by_place(*args):
    return inner(*args)


def with_one_given(**kwargs):
    return inner(1, c=3, **kwargs)


def takes_one_out(**kwargs):
    size = kwargs.pop("size", 3)
    return inner(size, **kwargs)


def takes_one_out_and_reads(x, **kwargs):
    if "c" in kwargs and kwargs["c"] == 4:
        kwargs.setdefault("b", 2)
    kwargs["c"] = kwargs.get("b")
    return inner(x, **kwargs)


def updates(**kwargs):
    kwargs.update(a=1)
    return inner(**kwargs)


def branches(flag=False, **kwargs):
    if flag:
        return inner(1, **kwargs)
    return other(1, **kwargs)


def through_two(y, **kwargs):
    return by_keywords(y, **kwargs)


def in_an_expression(**kwargs):
    found = [inner(**kwargs)]
    return len(found)


def spreads_two(**kwargs):
    more = {"a": 1}
    return inner(**more, **kwargs)


def logs(*args, **kwargs):
    print(len(args), sorted(kwargs), file=None) if False else None
    for name, _value in kwargs.items():
        assert name
    return inner(*args, **kwargs)


def open_may_return(flag=False, **kwargs):
    if flag or not kwargs:
        return None
    return None if "zzz" in kwargs else inner(1, **kwargs)


def open_swallows(**kwargs):
    return None


def open_catches(**kwargs):
    try:
        return inner(1, **kwargs)
    except TypeError:
        return None


def open_clears(**kwargs):
    kwargs.clear()
    return inner(1, **kwargs)


def open_rebinds(**kwargs):
    kwargs = {}
    return inner(1, **kwargs)


def _filter(kwargs):
    kwargs.clear()


def open_passes_it_away(**kwargs):
    _filter(kwargs)
    return inner(1, **kwargs)


def open_alias(**kwargs):
    same = kwargs
    same.clear()
    return inner(1, **kwargs)


def open_local(**kwargs):
    inner = lambda *a, **k: None
    return inner(1, **kwargs)


def open_later(**kwargs):
    return partial(inner, 1, **kwargs)


def open_lambda(**kwargs):
    return lambda: inner(1, **kwargs)


def open_generator(**kwargs):
    yield inner(1, **kwargs)


def open_short_circuit(flag=False, **kwargs):
    return flag and inner(1, **kwargs)


def open_loop(n=0, **kwargs):
    for _ in range(n):
        inner(1, **kwargs)


def open_rebinds_args(*args, **kwargs):
    args = args[:1]
    return inner(*args or (1,), **kwargs)


def open_pops_each(**kwargs):
    for key in list(kwargs):
        kwargs.pop(key)
    return inner(1, **kwargs)


def traced(function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    return call


def cut(function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        kwargs.pop("zzz", None)
        return function(*args, **kwargs)

    return call


def first_only(function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        return function(1)

    return call


@traced
def decorated(a, *, b=1):
    return a, b


@traced
@traced
def decorated_and_forwarding(**kwargs):
    return inner(**kwargs)


@cut
def open_decorated(a, *, b=1):
    return a, b


@first_only
def open_decorated_otherwise(a, *, b=1):
    return a, b


class Base:
    def __init__(self, a, b=1, *, c=2):
        self.a, self.b, self.c = a, b, c

    @classmethod
    def make(cls, a=1, **kwargs):
        return cls(a, **kwargs)

    @classmethod
    def remake(cls, **kwargs):
        return cls.make(**kwargs)


class Child(Base):
    def __init__(self, d, **kwargs):
        super().__init__(**kwargs)
        self.d = d


class ChildByBoth(Base):
    def __init__(self, *args, **kwargs):
        super(ChildByBoth, self).__init__(*args, **kwargs)


class ChildByName(Base):
    def __init__(self, e=1, **kwargs):
        Base.__init__(self, 1, **kwargs)
        self.e = e


class GrandChild(Child):
    def __init__(self, f=1, *args, **kwargs):
        super().__init__(1, **kwargs)
        self.f = f

    @classmethod
    def make(cls, *args, **kwargs):
        return cls(*args, **kwargs)


class Renamed(Base):
    @classmethod
    def remake(cls, g=1, **kwargs):
        return super().remake(**kwargs)


class Left(Base):
    def __init__(self, left=1, **kwargs):
        super().__init__(**kwargs)
        self.left = left


class Right(Base):
    def __init__(self, right=1, **kwargs):
        super().__init__(**kwargs)
        self.right = right


class Both(Left, Right):
    pass


class ToNothing:
    def __init__(self, a=1, **kwargs):
        super().__init__(**kwargs)
        self.a = a


@dataclass
class Data:
    a: int
    b: int = 1


class OfData(Data):
    def __init__(self, z=1, **kwargs):
        super().__init__(1, **kwargs)
        self.z = z


class OpenByCondition:
    if True:

        def __init__(self, **kwargs): ...

    else:

        def __init__(self): ...


class OpenSelf:
    def __init__(self, **kwargs):
        self.run(**kwargs)

    def run(self, **kwargs): ...


class OpenInstance(OpenSelf):
    def run(self, *, a=1): ...
