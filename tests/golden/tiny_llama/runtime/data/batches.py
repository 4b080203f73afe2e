"""The batches of training and of evaluation."""

from collections.abc import Iterator

import numpy as np

from runtime.data.batch import Batch
from runtime.data.batch import collate
from runtime.data.blocks import TokenBlocks
from runtime.data.permutation import permuted


class ShuffledBatches:
    """An endless stream of batches, in which each epoch holds every sample once, in a new order.

    The samples of all epochs are one sequence, decided by `seed` alone. Each step of the stream
    takes the next `world_size * batch_size` of them, `batch_size` for each rank, and so a batch
    may hold the end of one epoch and the beginning of the next: no sample is dropped.

    The state is the place in that sequence, and what decides the sequence. It has the same meaning
    under any batch size and number of ranks, and moving to it takes no time.
    """

    def __init__(
        self, data: TokenBlocks, *, batch_size: int, seed: int, rank: int, world_size: int
    ):
        self.data = data
        self.batch_size = batch_size
        self.seed = seed
        self.rank = rank
        self.world_size = world_size
        self.epoch = 0
        self.index = 0

    def __next__(self) -> Batch:
        batch = collate([self.data[sample] for sample in self._samples()])
        place = self.index + self.world_size * self.batch_size
        self.epoch += place // len(self.data)
        self.index = place % len(self.data)
        return batch

    def _samples(self) -> Iterator[int]:
        """Yield the samples of this rank's next batch."""
        place = self.index + self.rank * self.batch_size
        epoch = self.epoch + place // len(self.data)
        index = place % len(self.data)
        missing = self.batch_size
        while missing > 0:
            stop = min(index + missing, len(self.data))
            indices = np.arange(index, stop)
            yield from permuted(indices, size=len(self.data), seed=self.seed, epoch=epoch).tolist()
            missing -= stop - index
            epoch += 1
            index = 0

    def state_dict(self) -> dict[str, int]:
        """The place of the next batch: `epoch`, and `index` of the first sample within it.

        The rest tells the sequence apart from others.
        """
        return {"epoch": self.epoch, "index": self.index, **self._sequence()}

    def load_state_dict(self, state: dict[str, int]) -> None:
        """Continue where `state` was taken. Raises ValueError where that is in another sequence."""
        now = self._sequence()
        if any(state[name] != now[name] for name in ("tokens", "checksum")):
            raise ValueError("its place in the data was taken on other data")
        for name in ("seq_len", "seed"):
            if state[name] != now[name]:
                raise ValueError(
                    f"its place in the data was taken with {name} {state[name]}, "
                    f"and this is {now[name]}"
                )
        self.epoch = state["epoch"]
        self.index = state["index"]

    def _sequence(self) -> dict[str, int]:
        tokens = self.data.tokens
        return {
            "tokens": len(tokens.ids),
            "checksum": tokens.checksum,
            "seq_len": self.data.seq_len,
            "seed": self.seed,
        }


class SequentialBatches:
    """Every sample once, in order, at each iteration; the last batch may be smaller."""

    def __init__(self, data: TokenBlocks, *, batch_size: int):
        self.data = data
        self.batch_size = batch_size

    def __iter__(self) -> Iterator[Batch]:
        for start in range(0, len(self.data), self.batch_size):
            stop = min(start + self.batch_size, len(self.data))
            yield collate([self.data[sample] for sample in range(start, stop)])
