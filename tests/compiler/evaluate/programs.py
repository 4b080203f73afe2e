"""Functions that are evaluated and called: both have to give the same."""

# ruff: noqa

from __future__ import annotations


def arithmetic() -> object:
    a, b = 7, -3
    return [
        a + b,
        a * b,
        a / b,
        a // b,
        a % b,
        a**3,
        2**-1,
        a & 5,
        a | 8,
        a ^ 1,
        a << 4,
        -a >> 1,
        ~a,
        +a,
        7.5 // 2,
        -7.5 % 2,
        1e308 * 10,
        0.1 + 0.2,
        True + 1,
        10**40,
        2.0**0.5,
    ]


def comparisons() -> object:
    x = 5
    return [
        1 < x <= 5 < 6,
        x == 5.0,
        x != 4,
        x in (1, 5),
        x not in [1],
        "a" in "cat",
        None is None,
        x is not None,
        [1, 2] == [1, 2.0],
        (1, 2) < (1, 3),
        not x,
        3 > x > 1 / 0 if x > 9 else 0,
    ]


def boolean_and_conditional() -> object:
    out = []
    for v in (0, 1, "", "x", None, [], [0]):
        out.append((v and 2, v or 3, not v, "yes" if v else "no"))
    return out


def branches() -> object:
    def grade(n):
        if n < 0:
            return "negative"
        elif n == 0:
            return "zero"
        else:
            while n > 9:
                n //= 10
        return n

    return [grade(n) for n in (-5, 0, 7, 12345)]


def loops() -> object:
    total = 0
    for i in range(2, 20, 3):
        if i == 8:
            continue
        if i > 14:
            break
        total += i
    else:
        total = -1
    for j in []:
        pass
    else:
        total *= 10
    while True:
        total -= 1
        if total % 7 == 0:
            break
    return total, i


def comprehensions() -> object:
    n = 3
    rows = [[i * j for j in range(n)] for i in range(n) if i != 1]
    flat = [x for row in rows for x in row if x]
    by = {str(k): v for k, v in enumerate(flat)}
    return rows, flat, by, {x % 2 for x in flat}, sum(x * x for x in flat), n


def scopes() -> object:
    x = 1

    def outer(y):
        def inner(z):
            return x + y + z

        y = y * 10
        return inner

    f = outer(2)
    x = 100
    adders = [lambda v: v + k for k in range(3)]
    kept = [lambda v, k=k: v + k for k in range(3)]
    return f(1), [a(1) for a in adders], [a(1) for a in kept]


def nonlocal_names() -> object:
    count = 0

    def tick():
        nonlocal count
        count += 1
        return count

    return [tick(), tick(), count]


def unbound() -> object:
    def f():
        y = x
        x = 1
        return y

    x = 5
    return f()


def arguments() -> object:
    def f(a, b=2, /, c=3, *rest, d, e=5, **more):
        return a, b, c, rest, d, e, more

    args, kwargs = (1, 2, 3, 4), {"d": 9, "z": 0}
    return f(1, d=4), f(*args, **kwargs), f(1, c=8, d=7, b=6), f(0, *[1], d=1, **{"e": 2})


def a_default_that_is_shared() -> object:
    def f(x, seen=[]):
        seen.append(x)
        return len(seen)

    return f(1), f(2), f(3)


def list_methods() -> object:
    a = [3, 1, 2]
    b = a
    b += [5]
    b.append(4)
    a.insert(0, 9)
    a[1] = -1
    a[2] += 10
    c = a[1:-1:2] + a[::-1]
    a.reverse()
    last = a.pop()
    return a, b is a, c, last, a.index(11), a.count(5), [*a, *c], a * 2, len(a)


def mappings() -> object:
    d = {"a": 1, **{"b": 2}}
    d["c"] = d.get("z", 3)
    d["a"] += 5
    d.update(
        {"q": 4},
    )
    e = d | {"a": 0}
    return d, e, list(d.items()), d.pop("b"), "b" in d, sorted(d), dict(x=1, y=2), dict([(1, 2)])


def sets() -> object:
    s = {1, 2, 3}
    s |= {4}
    return (
        sorted(s - {2} | {9}),
        len(s & {1, 9}),
        3 in s,
        min(s),
        max(s),
        sum({5}),
        s == {4, 3, 2, 1},
    )


def texts() -> object:
    name, x = "Tiny", 1234.5678
    return [
        f"{name!r:>8}|{x:,.2f}|{x:10.3e}|{7:03d}|{True}|{None}",
        name.lower() + "!" * 3,
        "a,b,,c".split(","),
        "-".join(["x", "y"]),
        " z ".strip(),
        name[1:3],
        name[-1],
        "layers.0.weight".rpartition("."),
        name.startswith("T"),
        f"{x:{'.1f'}}",
    ]


def builtins() -> object:
    v = [3, -1, 2]
    return [
        abs(-2),
        all(v),
        any([0, 0]),
        bool([]),
        divmod(7, -2),
        float("1.5"),
        int("12"),
        int(3.9),
        max(v),
        min(v, key=abs),
        max([], default=7),
        max(1, 2, 3),
        pow(2, 5),
        round(2.5),
        round(3.14159, 2),
        sorted(v, reverse=True),
        sorted(v, key=lambda n: n * n),
        str(5),
        sum(v, 10),
        tuple(v),
        list(zip(v, "abc")),
        list(map(lambda a, b: a * b, v, v)),
        list(reversed(v)),
        list(enumerate(v, 1)),
        next((n for n in v if n < 0), None),
        isinstance(3, (str, int)),
        isinstance(True, int),
        len("four"),
        type(3).__name__,
        range(3)[1],
        list(range(5, 0, -2)),
    ]


def math() -> object:
    import math
    from math import pi as p

    return [
        math.cos(p),
        math.sqrt(2),
        math.ceil(2.1),
        math.floor(-2.1),
        math.log(8, 2),
        math.inf,
        math.exp(1),
        math.gcd(12, 18),
        math.isclose(0.1 + 0.2, 0.3),
        math.tanh(0.5),
        math.pow(2, 3),
    ]


def unpacking() -> object:
    a, (b, *c), d = 1, (2, 3, 4), "x"
    first, *rest = range(4)
    *init, last = [9]
    (e,) = [5]
    f = g = [e]
    g.append(6)
    return a, b, c, d, first, rest, init, last, f


def classes() -> object:
    class Base:
        count = 0

        def __init__(self, x):
            self.x = x
            Base.count += 1

        def value(self):
            return self.x

        @property
        def double(self):
            return self.value() * 2

        @staticmethod
        def plain(y):
            return y + 1

        @classmethod
        def make(cls, x):
            return cls(x)

    class Left(Base):
        def value(self):
            return super().value() + 1

    class Right(Base):
        def value(self):
            return super().value() * 10

    class Both(Left, Right):
        pass

    both = Both.make(3)
    both.y = both.double
    return both.value(), both.y, Base.plain(1), Base.count, both.count, isinstance(both, Right)


def generators_by_comprehension() -> object:
    log = []

    def note(x):
        log.append(x)
        return x

    found = next(note(x) for x in [1, 2, 3])
    some = any(note(x) > 1 for x in [1, 2, 3])
    return found, some, log


def recursion() -> object:
    def fib(n):
        return n if n < 2 else fib(n - 1) + fib(n - 2)

    return fib(12)


def named_expressions() -> object:
    out = []
    while (n := len(out)) < 3:
        out.append(n)
    return out, n


def deletion() -> object:
    d = [1, 2]
    x = 5
    del x
    return x
