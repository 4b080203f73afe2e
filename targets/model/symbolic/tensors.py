"""Tensors as their shapes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping

from fgc.compiler.evaluate.limits import NotKnown
from fgc.compiler.evaluate.values import Builtin, Object, Unknown, Value

Shape = tuple[int, ...]
MOST_DIMENSIONS = 64

# Functions and methods of a tensor, by what the shape of their result is.
SAME_SHAPE = """
    abs acos asin atan ceil clamp clone cos cosh cumprod cumsum detach erf exp expm1 floor log log10
    log1p log2 neg reciprocal relu round rsqrt sigmoid sign sin sinh softmax sqrt square tan tanh
    tril triu
"""
SAME_TENSOR = "add_ clamp_ copy_ div_ fill_ mul_ normal_ requires_grad_ sub_ uniform_ zero_"
PERHAPS_SAME_TENSOR = "bfloat16 bool contiguous cpu cuda double float half int long to"
ELEMENTWISE = "add atan2 div eq fmod ge gt le lt maximum minimum mul ne pow remainder sub"
OF_ONE = "chunk permute reshape squeeze transpose unsqueeze"  # functions that are methods too
MAKERS = "empty ones zeros rand randn"
LIKE = "empty_like full_like ones_like rand_like randn_like zeros_like"


class Tensor(Object):
    """A tensor of some shape; None where that is not known, for ``reason``."""

    def __init__(self, shape: Shape | None, reason: str = ""):
        if shape is not None and (len(shape) > MOST_DIMENSIONS or any(n < 0 for n in shape)):
            raise NotKnown(f"it makes a tensor of the shape {shape}")
        self.shape = shape
        self.reason = reason

    def attribute(self, name: str) -> Value:
        shape = self.shape
        if name in ("data", "real"):
            return Tensor(shape, self.reason)
        if name in ("T", "mT"):
            return self.permuted(lambda order: order[::-1] if name == "T" else _swapped(order))
        if shape is None:
            return Unknown(self.reason, inert=True)
        if name == "shape":
            return shape
        if name == "ndim":
            return len(shape)
        if name in METHODS:
            method = METHODS[name]
            return Builtin(f"Tensor.{name}", lambda *args, **how: method(self, *args, **how))
        if name in PERHAPS_SAME_TENSOR.split():
            return Builtin(f"Tensor.{name}", lambda *_, **__: self.converted())
        return Unknown(f"`{name}` of a tensor", inert=True)

    def set_attribute(self, name: str, value: Value) -> None:
        if name == "data" and isinstance(value, Tensor):
            self.shape, self.reason = value.shape, value.reason
        elif name != "requires_grad":
            raise NotKnown(f"it sets the attribute `{name}` of a tensor")

    def operate(self, operator: str, other: Value, *, swapped: bool) -> Value:
        if operator == "MatMult":
            return unknown_tensor("a matrix product")
        return elementwise(self, other)

    def negated(self) -> Value:
        return Tensor(self.shape, self.reason)

    def length(self) -> Value:
        return self.shape[0] if self.shape else Unknown("the length of a tensor", inert=True)

    def item(self, key: Value) -> Value:
        """Indices, slices, None and ``...``, as numpy has them."""
        if self.shape is None:
            return self
        keys = key if isinstance(key, tuple) else (key,)
        return Tensor(_indexed(self.shape, keys))

    def escape(self, reason: str) -> None:
        self.shape, self.reason = None, reason

    def described(self) -> str:
        return "a tensor"

    def converted(self) -> Value:
        """This in another type, or on another device; itself where it is of that type already."""
        return Tensor(self.shape, self.reason)

    def permuted(self, order: Callable[[list[int]], list[int]]) -> Tensor:
        """The dimensions in another order."""
        if self.shape is None:
            return self
        return Tensor(tuple(self.shape[i] for i in order(list(range(len(self.shape))))))


class Parameter(Tensor):
    """An ``nn.Parameter``."""

    def converted(self) -> Value:
        return Unknown("whether a converted parameter is still one")


class Buffer(Tensor):
    """An ``nn.Buffer``, which a module registers where it is assigned."""

    def __init__(self, shape: Shape | None, reason: str = "", *, persistent: bool = True):
        super().__init__(shape, reason)
        self.persistent = persistent


def unknown_tensor(reason: str) -> Tensor:
    """A tensor of which nothing is known."""
    return Tensor(None, reason)


def elementwise(*operands: Value) -> Value:
    """The result of an operation on each element, over shapes that are broadcast."""
    shape: Shape = ()
    for operand in operands:
        match operand:
            case Tensor(shape=None, reason=reason) | Unknown(reason=reason):
                return unknown_tensor(reason)
            case Tensor(shape=tuple() as other):
                shape = _broadcast(shape, other)
            case _:
                pass
    return Tensor(shape)


def _broadcast(left: Shape, right: Shape) -> Shape:
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


def _indexed(shape: Shape, keys: tuple[Value, ...]) -> Shape:
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


def sizes(values: Iterable[Value]) -> Shape:
    """A shape, given as integers or as one sequence of them. Raises `NotKnown`."""
    given = tuple(values)
    if len(given) == 1 and isinstance(given[0], tuple | list):
        given = tuple(given[0])
    for value in given:
        if isinstance(value, Unknown):
            raise NotKnown(value.reason)
        if not isinstance(value, int) or isinstance(value, bool):
            raise NotKnown("a size is no integer")
    return tuple(value for value in given if isinstance(value, int))


def _view(tensor: Tensor, *shape: Value) -> Value:
    wanted = sizes(shape)
    whole = math.prod(tensor.shape or ())
    if -1 in wanted:
        rest = math.prod(n for n in wanted if n != -1)
        if wanted.count(-1) > 1 or rest == 0 or whole % rest:
            raise NotKnown(f"it views {tensor.shape} as {wanted}")
        wanted = tuple(whole // rest if n == -1 else n for n in wanted)
    if math.prod(wanted) != whole:
        raise NotKnown(f"it views {tensor.shape} as {wanted}")
    return Tensor(wanted)


def _swapped(order: list[int], one: int = -2, other: int = -1) -> list[int]:
    order[one], order[other] = order[other], order[one]
    return order


def _transpose(tensor: Tensor, dim0: int, dim1: int) -> Value:
    return tensor.permuted(lambda order: _swapped(order, dim0, dim1))


def _permute(tensor: Tensor, *dims: Value) -> Value:
    order = sizes(dims)
    if sorted(n % len(order) for n in order) != list(range(len(tensor.shape or ()))):
        raise NotKnown(f"it permutes {tensor.shape} by {order}")
    return tensor.permuted(lambda _: [n % len(order) for n in order])


def _unsqueeze(tensor: Tensor, dim: int) -> Value:
    shape = list(tensor.shape or ())
    shape.insert(dim if dim >= 0 else dim + len(shape) + 1, 1)
    return Tensor(tuple(shape))


def _squeeze(tensor: Tensor, dim: int | None = None) -> Value:
    shape = tensor.shape or ()
    dropped = range(len(shape)) if dim is None else [dim % len(shape)]
    return Tensor(tuple(n for i, n in enumerate(shape) if n != 1 or i not in dropped))


def _expand(tensor: Tensor, *shape: Value) -> Value:
    wanted = sizes(shape)
    missing = len(wanted) - len(tensor.shape or ())
    if missing < 0:
        raise NotKnown(f"it expands {tensor.shape} to {wanted}")
    old = (1,) * missing + (tensor.shape or ())
    rows = list(zip(old, wanted, strict=True))
    if any(one not in (1, new) and new != -1 for one, new in rows):
        raise NotKnown(f"it expands {tensor.shape} to {wanted}")
    return Tensor(tuple(one if new == -1 else new for one, new in rows))


def _repeat(tensor: Tensor, *times: Value) -> Value:
    wanted = sizes(times)
    missing = len(wanted) - len(tensor.shape or ())
    if missing < 0:
        raise NotKnown(f"it repeats {tensor.shape} {wanted} times")
    old = (1,) * missing + (tensor.shape or ())
    return Tensor(tuple(one * n for one, n in zip(old, wanted, strict=True)))


def _flatten(tensor: Tensor, start_dim: int = 0, end_dim: int = -1) -> Value:
    shape = tensor.shape or (1,)
    start, end = start_dim % len(shape), end_dim % len(shape)
    return Tensor((*shape[:start], math.prod(shape[start : end + 1]), *shape[end + 1 :]))


def _chunk(tensor: Tensor, chunks: int, dim: int = 0) -> Value:
    shape = tensor.shape or ()
    dim %= len(shape)
    step = -(-shape[dim] // chunks)
    parts = [min(step, shape[dim] - first) for first in range(0, shape[dim], step)]
    return tuple(Tensor((*shape[:dim], n, *shape[dim + 1 :])) for n in parts)


def _same(tensor: Value, *args: Value, **kwargs: Value) -> Value:
    if isinstance(tensor, Tensor) and not any(
        isinstance(other, Tensor) for other in (*args, *kwargs.values())
    ):
        return Tensor(tensor.shape, tensor.reason)
    return unknown_tensor("a function of something that is not known")


def _in_place(tensor: Tensor, *_: Value, **__: Value) -> Value:
    return tensor


METHODS: Mapping[str, Callable[..., Value]] = {
    **dict.fromkeys(SAME_SHAPE.split(), _same),
    **dict.fromkeys(SAME_TENSOR.split(), _in_place),
    **dict.fromkeys(ELEMENTWISE.split(), elementwise),
    "chunk": _chunk,
    "dim": lambda tensor: len(tensor.shape),
    "expand": _expand,
    "flatten": _flatten,
    "numel": lambda tensor: math.prod(tensor.shape),
    "permute": _permute,
    "repeat": _repeat,
    "reshape": _view,
    "size": lambda tensor, dim=None: tensor.shape if dim is None else tensor.shape[dim],
    "squeeze": _squeeze,
    "t": lambda tensor: tensor.permuted(lambda order: order[::-1]),
    "transpose": _transpose,
    "unsqueeze": _unsqueeze,
    "view": _view,
}


def _full(size: Value, *_: Value, **__: Value) -> Value:
    return Tensor(sizes([size]))


def _made(*size: Value, **how: Value) -> Value:
    return Tensor(sizes([how["size"]] if "size" in how else size))


def _arange(*bounds: Value, **_: Value) -> Value:
    if not 1 <= len(bounds) <= 3 or not all(isinstance(each, int | float) for each in bounds):
        raise NotKnown("it makes a range that is not known")
    numbers = [each for each in bounds if isinstance(each, int | float)]
    start, end = (0, numbers[0]) if len(numbers) == 1 else numbers[:2]
    step = numbers[2] if len(numbers) == 3 else 1
    return Tensor((max(math.ceil((end - start) / step), 0),))


def _linspace(start: Value, end: Value, steps: Value, **_: Value) -> Value:
    return Tensor(sizes([steps]))


def _eye(n: Value, m: Value = None, **_: Value) -> Value:
    return Tensor(sizes([n, n if m is None else m]))


def _outer(one: Tensor, other: Tensor) -> Value:
    if one.shape is None or other.shape is None:
        return unknown_tensor(one.reason or other.reason)
    return Tensor((*one.shape, *other.shape))


def _cat(tensors: Value, dim: int = 0, **_: Value) -> Value:
    shapes = _shapes(tensors)
    dim %= len(shapes[0])
    rest = {(*shape[:dim], *shape[dim + 1 :]) for shape in shapes}
    if len(rest) > 1:
        raise NotKnown(f"it joins tensors of the shapes {shapes}")
    return Tensor((*shapes[0][:dim], sum(shape[dim] for shape in shapes), *shapes[0][dim + 1 :]))


def _stack(tensors: Value, dim: int = 0, **_: Value) -> Value:
    shapes = _shapes(tensors)
    dim %= len(shapes[0]) + 1
    if len(set(shapes)) > 1:
        raise NotKnown(f"it stacks tensors of the shapes {shapes}")
    return Tensor((*shapes[0][:dim], len(shapes), *shapes[0][dim:]))


def _shapes(tensors: Value) -> list[Shape]:
    given = tensors if isinstance(tensors, list | tuple) else ()
    shapes = [each.shape for each in given if isinstance(each, Tensor) and each.shape is not None]
    if not shapes or len(shapes) < len(given):
        raise NotKnown("it joins tensors of shapes that are not known")
    return shapes


def _tensor(data: Value, **_: Value) -> Value:
    """``torch.tensor`` of nested lists of numbers."""
    if isinstance(data, Tensor):
        return Tensor(data.shape, data.reason)
    shape: list[int] = []
    while isinstance(data, list | tuple):
        shape.append(len(data))
        data = data[0] if data else 0
    if not isinstance(data, int | float):
        raise NotKnown("it makes a tensor of something that is not known")
    return Tensor(tuple(shape))


def _of_known(method: Callable[..., Value]) -> Callable[..., Value]:
    """The function that does what a method of a tensor of known shape does."""

    def run(tensor: Value, *args: Value, **kwargs: Value) -> Value:
        if not isinstance(tensor, Tensor) or tensor.shape is None:
            return unknown_tensor("a function of a tensor that is not known")
        return method(tensor, *args, **kwargs)

    return run


FUNCTIONS: Mapping[str, Callable[..., Value]] = {
    **dict.fromkeys(SAME_SHAPE.split(), _same),
    **dict.fromkeys(ELEMENTWISE.split(), elementwise),
    **dict.fromkeys(MAKERS.split(), _made),
    **dict.fromkeys(LIKE.split(), _same),
    **{name: _of_known(METHODS[name]) for name in OF_ONE.split()},
    "arange": _arange,
    "as_tensor": _tensor,
    "cat": _cat,
    "eye": _eye,
    "full": _full,
    "linspace": _linspace,
    "outer": _outer,
    "stack": _stack,
    "tensor": _tensor,
}
"""Functions of `torch`, by name."""
