"""Shapes of tensors, and what torch's functions make of them.

Each function raises `NotKnown` where torch refuses, or where what it is given is not known.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from fgc.compiler.evaluate.limits import NotKnown
from fgc.compiler.evaluate.values import Unknown, Value

Shape = tuple[int, ...]


def sizes(values: Iterable[Value]) -> Shape:
    """A shape, given as integers or as one sequence of them."""
    given = tuple(values)
    if len(given) == 1 and isinstance(given[0], tuple | list):
        given = tuple(given[0])
    for value in given:
        if isinstance(value, Unknown):
            raise NotKnown(value.reason)
        if not isinstance(value, int) or isinstance(value, bool):
            raise NotKnown("a size is no integer")
    return tuple(value for value in given if isinstance(value, int))


def broadcast(left: Shape, right: Shape) -> Shape:
    """The shape of an operation on each element.

    >>> broadcast((3, 1), (4,))
    (3, 4)
    """
    length = max(len(left), len(right))
    rows = zip(
        (1,) * (length - len(left)) + left, (1,) * (length - len(right)) + right, strict=True
    )
    made: list[int] = []
    for one, other in rows:
        if one != other and 1 not in (one, other):
            raise NotKnown(f"it combines tensors of the shapes {left} and {right}")
        made.append(other if one == 1 else one)
    return tuple(made)


def indexed(shape: Shape, keys: tuple[Value, ...]) -> Shape:
    """The shape of ``tensor[keys]``, of integers, slices, None and ``...``."""
    taken = sum(key is not None and key is not ... for key in keys)
    if taken > len(shape) or sum(key is ... for key in keys) > 1:
        raise NotKnown("it indexes more dimensions than a tensor has")
    made: list[int] = []
    rest = list(shape)
    for key in keys:
        if key is ...:
            made += rest[: len(rest) - taken]
            rest = rest[len(rest) - taken :]
            continue
        if key is None:
            made.append(1)
            continue
        taken -= 1
        size = rest.pop(0)
        if isinstance(key, slice):
            made.append(len(range(size)[key]))
        elif not isinstance(key, int) or isinstance(key, bool) or not -size <= key < size:
            raise NotKnown("it indexes a tensor by something that is not known")
    return (*made, *rest)


def viewed(shape: Shape, wanted: Shape) -> Shape:
    """``view`` and ``reshape``.

    >>> viewed((2, 6), (3, -1))
    (3, 4)
    """
    whole = math.prod(shape)
    if -1 in wanted:
        rest = math.prod(n for n in wanted if n != -1)
        if wanted.count(-1) > 1 or rest == 0 or whole % rest:
            raise NotKnown(f"it views {shape} as {wanted}")
        wanted = tuple(whole // rest if n == -1 else n for n in wanted)
    if math.prod(wanted) != whole:
        raise NotKnown(f"it views {shape} as {wanted}")
    return wanted


def permuted(shape: Shape, order: Shape) -> Shape:
    """``permute``."""
    places = [n % len(order) for n in order]
    if sorted(places) != list(range(len(shape))):
        raise NotKnown(f"it permutes {shape} by {order}")
    return tuple(shape[place] for place in places)


def transposed(shape: Shape, one: int, other: int) -> Shape:
    """``transpose``."""
    made = list(shape)
    made[one], made[other] = made[other], made[one]
    return tuple(made)


def unsqueezed(shape: Shape, dim: int) -> Shape:
    """``unsqueeze``."""
    made = list(shape)
    made.insert(dim if dim >= 0 else dim + len(shape) + 1, 1)
    return tuple(made)


def squeezed(shape: Shape, dim: int | None) -> Shape:
    """``squeeze``, of one dimension or of all that are 1."""
    dropped = range(len(shape)) if dim is None else [dim % len(shape)]
    return tuple(n for i, n in enumerate(shape) if n != 1 or i not in dropped)


def expanded(shape: Shape, wanted: Shape) -> Shape:
    """``expand``, where -1 leaves a dimension as it is."""
    missing = len(wanted) - len(shape)
    rows = list(zip((1,) * missing + shape, wanted, strict=False))
    if missing < 0 or any(one not in (1, new) and new != -1 for one, new in rows):
        raise NotKnown(f"it expands {shape} to {wanted}")
    return tuple(one if new == -1 else new for one, new in rows)


def repeated(shape: Shape, times: Shape) -> Shape:
    """``repeat``."""
    missing = len(times) - len(shape)
    if missing < 0:
        raise NotKnown(f"it repeats {shape} {times} times")
    return tuple(one * n for one, n in zip((1,) * missing + shape, times, strict=True))


def flattened(shape: Shape, start: int, end: int) -> Shape:
    """``flatten``."""
    shape = shape or (1,)
    start, end = start % len(shape), end % len(shape)
    return (*shape[:start], math.prod(shape[start : end + 1]), *shape[end + 1 :])


def chunked(shape: Shape, chunks: int, dim: int) -> list[Shape]:
    """``chunk``: the last part may be smaller."""
    dim %= len(shape)
    step = -(-shape[dim] // chunks)
    parts = [min(step, shape[dim] - first) for first in range(0, shape[dim], step)]
    return [(*shape[:dim], n, *shape[dim + 1 :]) for n in parts]


def joined(shapes: Sequence[Shape], dim: int) -> Shape:
    """``cat``."""
    first = shapes[0]
    dim %= len(first)
    if len({(*shape[:dim], *shape[dim + 1 :]) for shape in shapes}) > 1:
        raise NotKnown(f"it joins tensors of the shapes {shapes}")
    return (*first[:dim], sum(shape[dim] for shape in shapes), *first[dim + 1 :])


def stacked(shapes: Sequence[Shape], dim: int) -> Shape:
    """``stack``."""
    first = shapes[0]
    dim %= len(first) + 1
    if len(set(shapes)) > 1:
        raise NotKnown(f"it stacks tensors of the shapes {shapes}")
    return (*first[:dim], len(shapes), *first[dim:])
