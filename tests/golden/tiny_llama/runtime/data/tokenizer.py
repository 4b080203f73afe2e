"""What a project needs of its tokenizer."""

from transformers import PreTrainedTokenizerFast


def vocab_size(tokenizer: PreTrainedTokenizerFast) -> int:
    """Rows that an embedding needs: the largest id, added tokens included, plus one."""
    return max(tokenizer.get_vocab().values()) + 1
