"""A small run: a two-layer Llama with dropout, on random tokens, in a folder of its own."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch.amp import GradScaler
from transformers import LlamaConfig, LlamaForCausalLM

from fgc.runtime.data.batches import SequentialBatches, ShuffledBatches
from fgc.runtime.data.blocks import TokenBlocks
from fgc.runtime.data.tokens import TokenFile
from fgc.runtime.schedule import warmup_stable_decay
from fgc.runtime.trainer.checkpoint import TrainingState
from fgc.runtime.trainer.loop import train
from fgc.runtime.trainer.metrics import read_run
from fgc.runtime.trainer.precision import default_dtype
from fgc.runtime.trainer.progress import Progress
from fgc.runtime.trainer.random_state import seed_everything
from fgc.runtime.trainer.resume import resume

BATCH_SIZE = 2
SEQ_LEN = 16
TOTAL_STEPS = 12


def random_tokens(count: int, seed: int) -> TokenFile:
    tokens = np.random.default_rng(seed).integers(0, 64, count).astype(np.uint16)
    return TokenFile(tokens, num_documents=1, num_bytes=count, checksum=seed)


class SmallRun:
    """What train.py puts together, as one process of a run has it."""

    def __init__(
        self,
        folder: Path,
        *,
        dtype: torch.dtype = torch.float32,
        first_scale: float | None = None,
        **config: Any,
    ) -> None:
        seed_everything(7)
        self.folder = folder
        self.output = folder / "output"
        self.checkpoints = self.output / "checkpoints"
        settings = {
            "attention_dropout": 0.1,
            "tie_word_embeddings": False,
            "intermediate_size": 24,
        } | config
        with default_dtype(dtype):
            self.model = LlamaForCausalLM(
                LlamaConfig(
                    vocab_size=64,
                    hidden_size=16,
                    num_hidden_layers=2,
                    num_attention_heads=2,
                    max_position_embeddings=SEQ_LEN,
                    **settings,
                )
            )
        self.scaler = None if first_scale is None else GradScaler("cpu", first_scale)
        (folder / "model").mkdir(exist_ok=True)
        self.model.config.architectures = ["LlamaForCausalLM"]
        self.model.config.to_json_file(folder / "model/config.json")
        # 9 blocks: an epoch ends within a batch
        self.batches = ShuffledBatches(
            data=TokenBlocks(tokens=random_tokens(9 * SEQ_LEN, 1), seq_len=SEQ_LEN),
            batch_size=BATCH_SIZE,
            seed=3,
        )
        self.eval_data = SequentialBatches(
            data=TokenBlocks(tokens=random_tokens(3 * SEQ_LEN, 2), seq_len=SEQ_LEN),
            batch_size=BATCH_SIZE,
        )
        self.optimizer = torch.optim.AdamW(self.model.named_parameters(), lr=1e-2)
        self.schedule = warmup_stable_decay(
            self.optimizer, total=TOTAL_STEPS, warmup=3, decay=4, min_lr_ratio=0.1
        )
        self.progress = Progress(BATCH_SIZE * SEQ_LEN)
        self.state = TrainingState(
            self.model,
            self.optimizer,
            self.schedule,
            self.batches,
            self.progress,
            torch.device("cpu"),
            scaler=self.scaler,
        )

    def resume(self, choice: str = "auto") -> None:
        resume(choice, self.checkpoints, self.state, self.folder)

    def train(self, last_step: int = TOTAL_STEPS, **knobs: Any) -> int | None:
        settings = {
            "eval_data": self.eval_data,
            "max_grad_norm": 0.5,
            "logging_steps": 5,
            "eval_steps": 4,
        }
        return train(
            self.state,
            output_dir=self.output,
            checkpoints=self.checkpoints,
            project_dir=self.folder,
            header={"run": "A small run", "total_steps": TOTAL_STEPS},
            last_step=last_step,
            scaler=self.scaler,
            **(settings | knobs),
        )

    def metrics(self) -> list[dict[str, Any]]:
        """The records, without what depends on the clock."""
        clock = ("seconds", "tokens_per_second")
        return [
            {name: value for name, value in record.items() if name not in clock}
            for record in read_run(self.output / "metrics.jsonl").records
        ]

    def saved(self) -> list[str]:
        return sorted(folder.name for folder in self.checkpoints.iterdir())

    def manifest(self, step: int) -> dict[str, Any]:
        return json.loads((self.checkpoints / f"step-{step:08d}/manifest.json").read_text())


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture
def small_run(tmp_path: Path) -> Callable[..., SmallRun]:
    """Makes a run, or with the name of an earlier one another process of that."""

    def make(name: str = "run", **config: Any) -> SmallRun:
        (tmp_path / name).mkdir(exist_ok=True)
        return SmallRun(tmp_path / name, **config)

    return make
