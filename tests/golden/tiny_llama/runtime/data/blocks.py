"""A corpus as training samples: consecutive blocks of one length."""

import numpy as np
import torch
from torch import Tensor

from runtime.data.tokens import TokenFile


class TokenBlocks:
    """The blocks of `seq_len` tokens that a token file falls into, in order.

    What remains at the end, less than a block, is dropped. A block may begin and end anywhere in
    a document, and nothing in it tells the model where: attention reaches across documents.
    """

    def __init__(self, *, tokens: TokenFile, seq_len: int):
        if len(tokens.ids) < seq_len:
            raise ValueError(
                f"the text has {len(tokens.ids):,} tokens, which do not fill one block of"
                f" {seq_len:,}"
            )
        self.tokens = tokens
        self.seq_len = seq_len

    def __len__(self) -> int:
        return len(self.tokens.ids) // self.seq_len

    def __getitem__(self, index: int) -> Tensor:
        """Block `index`, counted from 0: int64, (seq_len,)."""
        if not 0 <= index < len(self):
            raise IndexError(f"there is no block {index} in {len(self)}")
        start = index * self.seq_len
        block = self.tokens.ids[start : start + self.seq_len]
        return torch.from_numpy(block.astype(np.int64))

    def ledger(self) -> str:
        """One line that accounts for every token."""
        num_tokens = len(self.tokens.ids)
        return (
            f"{self.tokens.num_bytes:,} bytes in {self.tokens.num_documents:,} documents"
            f" = {num_tokens:,} tokens"
            f" = {len(self):,} blocks of {self.seq_len:,}"
            f" + {num_tokens % self.seq_len:,} dropped"
        )
