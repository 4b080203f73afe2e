"""What a project needs of its tokenizer."""

from pathlib import Path
from typing import cast

from tokenizers import Tokenizer
from transformers import PreTrainedTokenizerFast


def load_tokenizer(
    *,
    file: Path,
    bos_token: str | None = None,
    eos_token: str | None = None,
    pad_token: str | None = None,
    unk_token: str | None = None,
) -> PreTrainedTokenizerFast:
    """The tokenizer in `file`, a tokenizer.json, with its special tokens named.

    Raises ValueError where a special token is not in the file: transformers would add it to the
    vocabulary, and so give it an id for which the model has no embedding.
    """
    tokenizer = Tokenizer.from_file(str(file))
    for token in (bos_token, eos_token, pad_token, unk_token):
        if token is not None and tokenizer.token_to_id(token) is None:
            raise ValueError(f"{file} has no token `{token}`")
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token=bos_token,
        eos_token=eos_token,
        pad_token=pad_token,
        unk_token=unk_token,
    )


def vocab_size(tokenizer: PreTrainedTokenizerFast) -> int:
    """Rows that an embedding needs: the largest id, added tokens included, plus one."""
    return max(tokenizer.get_vocab().values()) + 1


def bos_token_id(tokenizer: PreTrainedTokenizerFast) -> int | None:
    """The id of the token that begins a text, if there is one."""
    return cast("int | None", tokenizer.bos_token_id)


def eos_token_id(tokenizer: PreTrainedTokenizerFast) -> int | None:
    """The id of the token that ends a text, if there is one."""
    return cast("int | None", tokenizer.eos_token_id)


def pad_token_id(tokenizer: PreTrainedTokenizerFast) -> int | None:
    """The id of the token that fills short sequences up, if there is one."""
    return cast("int | None", tokenizer.pad_token_id)
