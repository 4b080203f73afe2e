"""From a budget of tokens to steps, and from the tokens of a step to its batches."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fgc.runtime.schedule import accumulation_steps, batch_tokens

SIZES = st.integers(1, 64)


@given(batch_size=SIZES, seq_len=SIZES, world_size=SIZES, count=SIZES)
def test_a_step_reads_what_was_asked_for(
    batch_size: int, seq_len: int, world_size: int, count: int
) -> None:
    sizes = {"batch_size": batch_size, "seq_len": seq_len, "world_size": world_size}
    tokens = count * batch_size * seq_len * world_size
    assert accumulation_steps(global_batch_tokens=tokens, **sizes) == count
    assert batch_tokens(gradient_accumulation_steps=count, **sizes) == tokens


@given(batch_size=SIZES, seq_len=SIZES, world_size=SIZES, tokens=st.integers(1, 10**6))
def test_it_reads_that_or_ends(batch_size: int, seq_len: int, world_size: int, tokens: int) -> None:
    sizes = {"batch_size": batch_size, "seq_len": seq_len, "world_size": world_size}
    try:
        count = accumulation_steps(global_batch_tokens=tokens, **sizes)
    except SystemExit:
        assert tokens % (batch_size * seq_len * world_size) != 0
    else:
        assert batch_tokens(gradient_accumulation_steps=count, **sizes) == tokens


def test_what_does_not_divide_is_said() -> None:
    with pytest.raises(SystemExit) as ended:
        accumulation_steps(global_batch_tokens=524_288, batch_size=4, seq_len=1024, world_size=3)
    assert str(ended.value) == (
        "error: a step of 524,288 tokens is no whole number of batches: 3 process(es) with "
        "4 sequences of 1,024 tokens each read 12,288 at a time"
    )
