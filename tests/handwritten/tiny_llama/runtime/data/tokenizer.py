"""Tokenizers, and the numbers that models take from them."""

from transformers import PreTrainedTokenizerFast


def vocab_size(tokenizer: PreTrainedTokenizerFast) -> int:
    """Rows that an embedding needs: the largest id, added tokens included, plus one."""
    return max(tokenizer.get_vocab().values()) + 1
