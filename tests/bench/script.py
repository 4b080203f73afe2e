"""A training script as one writes it by hand with torch and transformers, in one file.

``python script.py TREE CACHE`` trains the model of a tree on its text. It has what a first version
has: constants, no checkpoints, no resuming, no held-out loss. It imports nothing of the tree and
prints a line as soon as the first step is done. What a generated program's start is measured
against.
"""

import os
import sys
from pathlib import Path

import numpy as np
import torch
from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM

SEED = 42
BATCH_SIZE = 4
SEQ_LEN = 256
LR = 1.2e-3
MAX_GRAD_NORM = 1.0


def load_tokens(tree: Path, cache: Path) -> np.ndarray:
    """The text's tokens, from a file beside the others where they have been made before."""
    path = cache / "train.npy"
    if not path.exists():
        tokenizer = AutoTokenizer.from_pretrained(tree / "model")
        documents = (tree / "data" / "train.txt").read_text(encoding="utf-8").split("\n\n")
        encoded = tokenizer(documents, return_attention_mask=False, verbose=False)["input_ids"]
        end = [tokenizer.eos_token_id]
        ids = [token for document in encoded for token in (*document, *end)]
        path.parent.mkdir(parents=True, exist_ok=True)
        np.save(path, np.array(ids, dtype=np.uint16))
    return np.load(path, mmap_mode="r")


def main() -> None:
    tree, cache = map(Path, sys.argv[1:])
    torch.manual_seed(SEED)
    tokens = load_tokens(tree, cache)
    blocks = tokens[: len(tokens) // SEQ_LEN * SEQ_LEN].reshape(-1, SEQ_LEN)
    order = torch.randperm(len(blocks)).tolist()
    model = LlamaForCausalLM(LlamaConfig.from_pretrained(tree / "model"))
    model.train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=LR, betas=(0.9, 0.95), weight_decay=0.1)
    for step in range(1, len(order) // BATCH_SIZE + 1):
        rows = order[(step - 1) * BATCH_SIZE : step * BATCH_SIZE]
        batch = torch.from_numpy(blocks[rows].astype(np.int64))
        loss = model(input_ids=batch, labels=batch, use_cache=False).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), MAX_GRAD_NORM)
        optimizer.step()
        optimizer.zero_grad()
        print(f"step {step}  loss {loss.item():.3f}", flush=True)


if __name__ == "__main__":
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    main()
