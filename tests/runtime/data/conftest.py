"""The demo's tokenizer, and token files made of given numbers."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from transformers import PreTrainedTokenizerFast

from fgc.runtime.data.blocks import TokenBlocks
from fgc.runtime.data.tokenizer import load_tokenizer
from fgc.runtime.data.tokens import open_token_file, write_token_file

EXAMPLE = Path(__file__).parents[3] / "examples" / "tiny_llama"


@pytest.fixture(scope="session")
def example() -> Path:
    """The folder of the example that the corpus and the tokenizer belong to."""
    return EXAMPLE


@pytest.fixture(scope="session")
def tokenizer() -> PreTrainedTokenizerFast:
    return load_tokenizer(
        file=EXAMPLE / "tokenizer" / "tokenizer.json",
        bos_token="<|bos|>",
        eos_token="<|eos|>",
        pad_token="<|pad|>",
    )


@pytest.fixture(scope="session")
def make_blocks(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., TokenBlocks]:
    """Makes blocks of given tokens: `make_blocks(range(12), seq_len=4)`."""

    def make(ids: Sequence[int], *, seq_len: int) -> TokenBlocks:
        path = tmp_path_factory.mktemp("tokens") / "some.tokens"
        write_token_file(path, [(list(ids), 1)], num_ids=1 << 20)
        return TokenBlocks(tokens=open_token_file(path), seq_len=seq_len)

    return make
