from collections.abc import Callable

import pytest
import torch

from fgc.runtime.data.blocks import TokenBlocks

MakeBlocks = Callable[..., TokenBlocks]


def test_blocks_are_consecutive(make_blocks: MakeBlocks):
    blocks = make_blocks(range(70000, 70011), seq_len=4)
    assert len(blocks) == 2
    assert blocks[0].dtype == torch.int64
    assert [block.tolist() for block in (blocks[0], blocks[1])] == [
        [70000, 70001, 70002, 70003],
        [70004, 70005, 70006, 70007],
    ]


def test_blocks_are_copies(make_blocks: MakeBlocks):
    blocks = make_blocks(range(4), seq_len=4)
    blocks[0].zero_()
    assert blocks[0].tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize("index", [-1, 2])
def test_there_are_no_other_blocks(make_blocks: MakeBlocks, index: int):
    with pytest.raises(IndexError):
        make_blocks(range(11), seq_len=4)[index]


def test_a_text_shorter_than_a_block_is_an_error(make_blocks: MakeBlocks):
    with pytest.raises(ValueError, match="7 tokens, which do not fill one block of 8"):
        make_blocks(range(7), seq_len=8)


def test_the_ledger_accounts_for_every_token(make_blocks: MakeBlocks):
    assert make_blocks(range(1003), seq_len=4).ledger() == (
        "1 bytes in 1 documents = 1,003 tokens = 250 blocks of 4 + 3 dropped"
    )
