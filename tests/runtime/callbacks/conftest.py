"""The small run of the trainer's tests, and a tokenizer for its model."""

import pytest
from tokenizers import Tokenizer
from tokenizers.decoders import WordPiece
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from tokenizers.processors import TemplateProcessing
from transformers import PreTrainedTokenizerFast

from tests.runtime.trainer.conftest import one_thread as one_thread
from tests.runtime.trainer.conftest import small_run as small_run


@pytest.fixture
def tokenizer() -> PreTrainedTokenizerFast:
    """64 words, `w0` to `w61`, and the tokens that begin and end a text."""
    words = {word: index for index, word in enumerate(["<bos>", "<eos>"])}
    words |= {f"w{number}": number + 2 for number in range(62)}
    made = Tokenizer(WordLevel(words, unk_token="w0"))
    made.pre_tokenizer = Whitespace()
    made.decoder = WordPiece(prefix="##", cleanup=False)
    made.post_processor = TemplateProcessing(
        single="<bos> $A <eos>", special_tokens=[("<bos>", 0), ("<eos>", 1)]
    )
    return PreTrainedTokenizerFast(tokenizer_object=made, bos_token="<bos>", eos_token="<eos>")
