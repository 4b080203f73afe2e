"""From a budget of tokens to steps."""


def batch_tokens(
    *,
    # sequences in a batch, on each rank
    batch_size: int,
    # tokens in a sequence
    seq_len: int,
    # ranks that each read their own batches
    world_size: int,
) -> int:
    """Tokens that one optimizer step reads, over all ranks."""
    return batch_size * seq_len * world_size


def steps(tokens: int, tokens_per_step: int) -> int:
    """Steps that it takes to read at least `tokens` tokens.

    >>> steps(1_000_000, 2048)
    489
    """
    return -(-tokens // tokens_per_step)
