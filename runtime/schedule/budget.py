"""From a budget of tokens to steps."""


def batch_tokens(
    *,
    # sequences in a batch, on each rank
    batch_size: int,
    # tokens in a sequence
    seq_len: int,
    # batches in a step
    gradient_accumulation_steps: int | None = None,
    # ranks that each read their own batches
    world_size: int,
) -> int:
    """Tokens that one optimizer step reads, over all ranks."""
    if gradient_accumulation_steps is None:
        return batch_size * seq_len * world_size
    return batch_size * seq_len * gradient_accumulation_steps * world_size


def accumulation_steps(
    *,
    # tokens that a step is to read, over all ranks
    global_batch_tokens: int,
    # sequences in a batch, on each rank
    batch_size: int,
    # tokens in a sequence
    seq_len: int,
    # ranks that each read their own batches
    world_size: int,
) -> int:
    """Batches of each rank in a step that reads `global_batch_tokens`.

    Ends the program where they do not divide.

    >>> accumulation_steps(global_batch_tokens=8192, batch_size=4, seq_len=512, world_size=2)
    2
    """
    at_once = batch_size * seq_len * world_size
    if global_batch_tokens % at_once != 0:
        raise SystemExit(
            f"error: a step of {global_batch_tokens:,} tokens is no whole number of batches: "
            f"{world_size} process(es) with {batch_size} sequences of {seq_len:,} tokens each "
            f"read {at_once:,} at a time"
        )
    return global_batch_tokens // at_once


def steps(tokens: int, tokens_per_step: int) -> int:
    """Steps that it takes to read at least `tokens` tokens.

    >>> steps(1_000_000, 2048)
    489
    """
    return -(-tokens // tokens_per_step)


def scaled_lr(
    base_lr: float,
    tokens_per_step: int,
    *,
    # the tokens per step for which `base_lr` was tuned
    base_batch_tokens: int,
    # 0.5 for the square-root rule, which suits Adam; 1.0 for the linear one, which suits SGD
    alpha: float = 0.5,
) -> float:
    """The learning rate for another batch size: `base_lr` times (ratio of the sizes) ** `alpha`.

    The square-root rule is that of Malladi et al., 2022 (arXiv 2205.10287).

    >>> scaled_lr(1e-3, 4 * 2048, base_batch_tokens=2048)
    0.002
    """
    return base_lr * (tokens_per_step / base_batch_tokens) ** alpha
