"""Tensors as their shapes."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from fgc.compiler.evaluate.limits import NotKnown
from fgc.compiler.evaluate.values import Builtin, Object, Unknown, Value
from fgc.targets.model.symbolic import shapes
from fgc.targets.model.symbolic.shapes import Shape, sizes

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
        if shape is None:
            return Unknown(self.reason, inert=True)
        if name in ("T", "mT"):
            return Tensor(shape[::-1] if name == "T" else shapes.transposed(shape, -2, -1))
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
        return Tensor(shapes.indexed(self.shape, keys))

    def escape(self, reason: str) -> None:
        self.shape, self.reason = None, reason

    def described(self) -> str:
        return "a tensor"

    def converted(self) -> Value:
        """This in another type, or on another device; itself where it is of that type already."""
        return Tensor(self.shape, self.reason)

    @property
    def known(self) -> Shape:
        """Its shape. Raises `NotKnown`."""
        if self.shape is None:
            raise NotKnown(self.reason)
        return self.shape


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
                shape = shapes.broadcast(shape, other)
            case _:
                pass
    return Tensor(shape)


def _view(tensor: Tensor, *shape: Value) -> Value:
    return Tensor(shapes.viewed(tensor.known, sizes(shape)))


def _permute(tensor: Tensor, *dims: Value) -> Value:
    return Tensor(shapes.permuted(tensor.known, sizes(dims)))


def _expand(tensor: Tensor, *shape: Value) -> Value:
    return Tensor(shapes.expanded(tensor.known, sizes(shape)))


def _repeat(tensor: Tensor, *times: Value) -> Value:
    return Tensor(shapes.repeated(tensor.known, sizes(times)))


def _transpose(tensor: Tensor, dim0: int, dim1: int) -> Value:
    return Tensor(shapes.transposed(tensor.known, dim0, dim1))


def _unsqueeze(tensor: Tensor, dim: int) -> Value:
    return Tensor(shapes.unsqueezed(tensor.known, dim))


def _squeeze(tensor: Tensor, dim: int | None = None) -> Value:
    return Tensor(shapes.squeezed(tensor.known, dim))


def _flatten(tensor: Tensor, start_dim: int = 0, end_dim: int = -1) -> Value:
    return Tensor(shapes.flattened(tensor.known, start_dim, end_dim))


def _chunk(tensor: Tensor, chunks: int, dim: int = 0) -> Value:
    return tuple(Tensor(shape) for shape in shapes.chunked(tensor.known, chunks, dim))


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
    "dim": lambda tensor: len(tensor.known),
    "expand": _expand,
    "flatten": _flatten,
    "numel": lambda tensor: math.prod(tensor.known),
    "permute": _permute,
    "repeat": _repeat,
    "reshape": _view,
    "size": lambda tensor, dim=None: tensor.known if dim is None else tensor.known[dim],
    "squeeze": _squeeze,
    "t": lambda tensor: Tensor(tensor.known[::-1]),
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
    return Tensor(shapes.joined(_shapes(tensors), dim))


def _stack(tensors: Value, dim: int = 0, **_: Value) -> Value:
    return Tensor(shapes.stacked(_shapes(tensors), dim))


def _shapes(tensors: Value) -> list[Shape]:
    given = tensors if isinstance(tensors, list | tuple) else ()
    found = [each.shape for each in given if isinstance(each, Tensor) and each.shape is not None]
    if not found or len(found) < len(given):
        raise NotKnown("it joins tensors of shapes that are not known")
    return found


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
