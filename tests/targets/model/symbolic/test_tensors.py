"""Shapes are those that torch computes."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from fgc.compiler.evaluate.limits import NotKnown
from fgc.compiler.evaluate.program import Program
from fgc.targets.model.symbolic.library import torch_library
from fgc.targets.model.symbolic.tensors import Parameter, Tensor

EXPRESSIONS = [
    "torch.empty(2, 3)",
    "torch.empty((2, 3))",
    "torch.ones([4])",
    "torch.zeros(size=(1, 2))",
    "torch.full((2, 2), 0.5)",
    "torch.arange(5)",
    "torch.arange(1, 10, 3)",
    "torch.arange(0, 7, 2, dtype=torch.float32)",
    "torch.arange(5, 0, -2)",
    "torch.arange(0.0, 1.0, 0.3)",
    "torch.linspace(0, 1, 9)",
    "torch.eye(3)",
    "torch.eye(3, 4)",
    "torch.tensor([[1, 2, 3], [4, 5, 6]])",
    "torch.tensor(1.5)",
    "torch.outer(torch.ones(2), torch.ones(3))",
    "torch.cat([torch.ones(2, 3), torch.ones(4, 3)])",
    "torch.cat((torch.ones(2, 3), torch.ones(2, 5)), dim=-1)",
    "torch.stack([torch.ones(2, 3)] * 4, dim=-1)",
    "torch.stack([torch.ones(2, 3)] * 4, dim=1)",
    "torch.zeros_like(torch.ones(3, 1))",
    "torch.maximum(torch.ones(3, 1), torch.ones(4))",
    "torch.tril(torch.ones(3, 3))",
    "torch.ones(2, 3).T",
    "torch.ones(2, 3, 4).mT",
    "torch.ones(2, 3).t()",
    "torch.ones(6).view(2, -1)",
    "torch.ones(2, 3).reshape((3, 2))",
    "torch.ones(2, 3, 4).flatten()",
    "torch.ones(2, 3, 4).flatten(1)",
    "torch.ones(2, 3, 4).transpose(0, -1)",
    "torch.ones(2, 3, 4).permute(2, 0, 1)",
    "torch.ones(2, 3, 4).permute((-1, 0, 1))",
    "torch.ones(2, 3).unsqueeze(0)",
    "torch.ones(2, 3).unsqueeze(-1)",
    "torch.ones(2, 1, 3, 1).squeeze()",
    "torch.ones(2, 1, 3, 1).squeeze(1)",
    "torch.ones(2, 1, 3).squeeze(0)",
    "torch.ones(3, 1).expand(3, 4)",
    "torch.ones(3, 1).expand(2, -1, 4)",
    "torch.ones(3, 1).repeat(2, 4)",
    "torch.ones(3).repeat(2, 2)",
    "torch.ones(7).chunk(3)[-1]",
    "torch.ones(4, 6).chunk(2, dim=-1)[0]",
    "torch.ones(4, 6)[None]",
    "torch.ones(4, 6)[:, None, 1:]",
    "torch.ones(4, 6)[..., 0]",
    "torch.ones(4, 6, 8)[0, ..., ::2]",
    "torch.ones(4, 6)[-1]",
    "-torch.ones(3) + 2 ** torch.ones(4, 1)",
    "1.0 / (10 ** (torch.arange(0, 8, 2).float() / 8))",
    "torch.ones(4, 6).to(torch.float16).contiguous().clamp(min=0.0).detach()",
    "torch.ones(4, 6).softmax(dim=-1)",
    "torch.ones(2).fill_(3.0).mul_(2)",
]
NUMBERS = [
    "torch.ones(2, 3).shape[1]",
    "torch.ones(2, 3).size(-1)",
    "torch.ones(2, 3, 4).numel()",
    "torch.ones(2, 3, 4).dim() + torch.ones(2).ndim",
    "len(torch.ones(5, 2))",
]
REFUSED = [
    "torch.ones(5).view(2, 3)",
    "torch.ones(5).view(-1, 2)",
    "torch.ones(2, 3) + torch.ones(2)",
    "torch.cat([torch.ones(2, 3), torch.ones(4, 4)])",
    "torch.ones(2)[3]",
    "torch.ones(2)[0, 0]",
    "torch.ones(2, 3).expand(3, 3)",
    "torch.ones(2, 3).permute(0, 0)",
    "torch.empty(-1)",
]


def told(expression: str) -> object:
    program = Program({"a.py": f"import torch\n\n\ndef f():\n    return {expression}\n"})
    program.library.update(torch_library(program))
    return program.evaluate(lambda: program.call(program.module("a.py").names["f"]))


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_shapes(expression: str) -> None:
    found = told(expression)
    assert isinstance(found, Tensor)
    assert found.shape == tuple(eval(expression).shape)


@pytest.mark.parametrize("expression", NUMBERS)
def test_numbers(expression: str) -> None:
    assert told(expression) == eval(expression)


@pytest.mark.parametrize("expression", REFUSED)
def test_what_torch_refuses(expression: str) -> None:
    with pytest.raises((RuntimeError, IndexError, ValueError)):
        eval(expression)
    try:
        found = told(expression)
    except NotKnown:
        return
    assert not (isinstance(found, Tensor) and found.shape is not None)


shapes = st.lists(st.integers(0, 4), max_size=4).map(tuple)


@settings(max_examples=200, derandomize=True, database=None, deadline=None)
@given(shapes, shapes)
def test_broadcasting(left: tuple[int, ...], right: tuple[int, ...]) -> None:
    try:
        expected = tuple(torch.broadcast_shapes(left, right))
    except RuntimeError:
        with pytest.raises(NotKnown):
            Tensor(left).operate("Add", Tensor(right), swapped=False)
        return
    found = Tensor(left).operate("Add", Tensor(right), swapped=False)
    assert isinstance(found, Tensor)
    assert found.shape == expected


keys = st.lists(
    st.one_of(
        st.integers(-3, 3),
        st.none(),
        st.just(...),
        st.builds(slice, *[st.none() | st.integers(-5, 5)] * 2, st.none() | st.integers(1, 3)),
    ),
    max_size=4,
).map(tuple)


@settings(max_examples=300, derandomize=True, database=None, deadline=None)
@given(shapes, keys)
def test_indexing(shape: tuple[int, ...], key: tuple[object, ...]) -> None:
    try:
        expected = tuple(torch.empty(shape)[key].shape)
    except (IndexError, RuntimeError, ValueError):
        expected = None
    try:
        found = Tensor(shape).item(key)
    except NotKnown:
        found = None
    if isinstance(found, Tensor):
        assert found.shape == expected
    else:
        assert expected is None or key.count(...) > 1


def test_a_parameter_that_may_stay_one_is_not_known() -> None:
    # `to` gives the parameter itself where it has nothing to convert
    assert not isinstance(Parameter((2,)).converted(), Tensor)
    assert isinstance(Tensor((2,)).converted(), Tensor)
