"""The cross-entropy that a model must beat: `python unigram.py` prints it for this corpus.

A model that knows how often each token occurs, and nothing of its neighbours, predicts the held-out
text with this loss. What a trained model is below it is what it has learnt of the language.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

HERE = Path(__file__).resolve().parent


def unigram_cross_entropy(
    train_ids: Sequence[int] | np.ndarray, eval_ids: Sequence[int] | np.ndarray, vocab_size: int
) -> float:
    """Nats per token of `eval_ids` under the frequencies in `train_ids`.

    Counts are smoothed by one (Laplace), so that a token that was never seen has a probability.

    >>> round(unigram_cross_entropy([0, 0, 1], [0, 1], vocab_size=2), 4)  # -(ln 3/5 + ln 2/5) / 2
    0.7136
    """
    counts = np.bincount(train_ids, minlength=vocab_size) + 1.0
    log_probabilities = np.log(counts / counts.sum())
    return -float(log_probabilities[np.asarray(eval_ids)].mean())


def encode(file: Path, tokenizer: Tokenizer) -> list[int]:
    """The token ids of a corpus file, chapter by chapter, each with its begin and end."""
    eos = tokenizer.token_to_id("<|eos|>")
    chapters = file.read_text(encoding="utf-8").rstrip("\n").split("\n\n")
    return [token for chapter in tokenizer.encode_batch(chapters) for token in [*chapter.ids, eos]]


def main() -> None:
    tokenizer = Tokenizer.from_file(str(HERE / "tokenizer" / "tokenizer.json"))
    train_ids = encode(HERE / "data" / "train.txt", tokenizer)
    heldout_ids = encode(HERE / "data" / "heldout.txt", tokenizer)
    loss = unigram_cross_entropy(train_ids, heldout_ids, tokenizer.get_vocab_size())
    print(f"unigram cross-entropy of the held-out text: {loss:.4f} nats a token")


if __name__ == "__main__":
    main()
