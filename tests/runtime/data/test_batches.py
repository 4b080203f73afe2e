import time
from collections.abc import Callable

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from fgc.runtime.data.batch import Batch
from fgc.runtime.data.batches import SequentialBatches, ShuffledBatches
from fgc.runtime.data.blocks import TokenBlocks

MakeBlocks = Callable[..., TokenBlocks]


@pytest.fixture(scope="session")
def data(make_blocks: MakeBlocks) -> TokenBlocks:
    """23 blocks, of which number i begins with token 3 * i."""
    return make_blocks(range(70), seq_len=3)


def samples(batch: Batch) -> list[int]:
    return [first // 3 for first in batch.input_ids[:, 0].tolist()]


def stream(batches: ShuffledBatches, number: int) -> list[int]:
    return [sample for _ in range(number) for sample in samples(next(batches))]


def test_a_batch_is_inputs_labels_and_their_number(data: TokenBlocks):
    batch = next(ShuffledBatches(data, batch_size=4, seed=0))
    assert batch.input_ids.shape == (4, 3)
    assert batch.input_ids.dtype == torch.int64
    assert torch.equal(batch.labels, batch.input_ids)
    assert batch.num_targets == 4 * 2
    assert type(batch.num_targets) is int
    batch.labels[:] = -100
    assert (batch.input_ids >= 0).all()


def test_a_batch_moves_to_a_device(data: TokenBlocks):
    batch = next(ShuffledBatches(data, batch_size=4, seed=0)).to(torch.device("meta"))
    assert batch.input_ids.is_meta
    assert batch.labels.is_meta
    assert batch.num_targets == 8


def test_every_epoch_holds_every_sample_once_in_a_new_order(data: TokenBlocks):
    order = stream(ShuffledBatches(data, batch_size=4, seed=0), 23)
    epochs = [order[start : start + 23] for start in range(0, 92, 23)]
    assert [sorted(epoch) for epoch in epochs] == [list(range(23))] * 4
    assert len({tuple(epoch) for epoch in epochs}) == 4


def test_the_seed_decides(data: TokenBlocks):
    assert stream(ShuffledBatches(data, batch_size=23, seed=1), 1) == stream(
        ShuffledBatches(data, batch_size=23, seed=1), 1
    )
    assert stream(ShuffledBatches(data, batch_size=23, seed=1), 1) != stream(
        ShuffledBatches(data, batch_size=23, seed=2), 1
    )


@given(st.integers(0, 60), st.integers(1, 60), st.integers(0, 5))
def test_a_resumed_stream_goes_on_the_same(
    data: TokenBlocks, taken: int, batch_size: int, seed: int
):
    whole = ShuffledBatches(data, batch_size=batch_size, seed=seed)
    stream(whole, taken)
    state = dict(whole.state_dict())
    expected = stream(whole, 5)
    resumed = ShuffledBatches(data, batch_size=batch_size, seed=seed)
    resumed.load_state_dict(state)
    assert stream(resumed, 5) == expected
    assert resumed.state_dict() == whole.state_dict()
    assert state["epoch"] == taken * batch_size // 23
    assert state["index"] == taken * batch_size % 23


@given(st.integers(1, 5), st.integers(1, 30), st.integers(0, 22), st.integers(0, 3))
def test_ranks_share_out_the_stream_of_one(
    data: TokenBlocks, world_size: int, batch_size: int, index: int, epoch: int
):
    ranks = [
        ShuffledBatches(data, batch_size=batch_size, seed=9, rank=rank, world_size=world_size)
        for rank in range(world_size)
    ]
    alone = ShuffledBatches(data, batch_size=batch_size * world_size, seed=9)
    for batches in (alone, *ranks):
        batches.load_state_dict(alone.state_dict() | {"epoch": epoch, "index": index})
    for _ in range(4):
        together = [sample for batches in ranks for sample in samples(next(batches))]
        assert together == samples(next(alone))
        assert all(batches.state_dict() == alone.state_dict() for batches in ranks)


def test_the_stream_goes_on_with_another_number_of_ranks(data: TokenBlocks):
    expected = stream(ShuffledBatches(data, batch_size=1, seed=0), 40)
    two = [ShuffledBatches(data, batch_size=4, seed=0, rank=r, world_size=2) for r in range(2)]
    taken = [sample for _ in range(2) for batches in two for sample in samples(next(batches))]
    three = [ShuffledBatches(data, batch_size=8, seed=0, rank=r, world_size=3) for r in range(3)]
    for batches in three:
        batches.load_state_dict(two[0].state_dict())
    taken += [sample for batches in three for sample in samples(next(batches))]
    assert taken == expected


@pytest.mark.parametrize("tokens", [range(71), [1, *range(1, 70)]])
def test_a_state_of_other_data_is_refused(make_blocks: MakeBlocks, data: TokenBlocks, tokens):
    """One with a token more, and one of the same length."""
    other = ShuffledBatches(make_blocks(tokens, seq_len=3), batch_size=4, seed=0)
    batches = ShuffledBatches(data, batch_size=4, seed=0)
    with pytest.raises(ValueError, match="its place in the data was taken on other data"):
        batches.load_state_dict(other.state_dict() | {"index": 5})
    assert batches.index == 0


def test_a_state_of_another_sequence_is_refused(make_blocks: MakeBlocks, data: TokenBlocks):
    batches = ShuffledBatches(data, batch_size=4, seed=0)
    longer = ShuffledBatches(make_blocks(range(70), seq_len=5), batch_size=4, seed=0)
    with pytest.raises(ValueError, match="taken with seq_len 5, and this is 3"):
        batches.load_state_dict(longer.state_dict())
    with pytest.raises(ValueError, match="taken with seed 1, and this is 0"):
        batches.load_state_dict(ShuffledBatches(data, batch_size=4, seed=1).state_dict())


@pytest.mark.parametrize("batch_size", [1, 4, 22, 23, 24])
def test_evaluation_sees_every_sample_once_in_order(data: TokenBlocks, batch_size: int):
    batches = SequentialBatches(data, batch_size=batch_size)
    for _ in range(2):
        found = list(batches)
        assert [sample for batch in found for sample in samples(batch)] == list(range(23))
        assert all(len(batch.labels) == batch_size for batch in found[:-1])
        assert sum(batch.num_targets for batch in found) == 23 * 2


def test_a_batch_takes_little_time(make_blocks: MakeBlocks):
    batches = ShuffledBatches(make_blocks(range(256 * 4000), seq_len=256), batch_size=8, seed=0)
    times = []
    for _ in range(200):
        start = time.perf_counter()
        next(batches)
        times.append(time.perf_counter() - start)
    # About 0.1 ms; the fastest of many, as other work may run beside this.
    assert min(times) < 0.3e-3
