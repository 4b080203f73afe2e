"""The skeleton is a program as it stands, before anything is specialised."""

import signal
import sys
from functools import partial

import pytest
import torch

from fgc.runtime.schedule import batch_tokens
from fgc.runtime.trainer.loop import train
from fgc.targets.train import skeleton


@pytest.fixture
def program(small_run, monkeypatch):
    """Calls the skeleton's `main` with the parts of a small run, and with options."""

    def run(*options: str, evaluated: bool = True) -> tuple[int, object]:
        parts = small_run()
        monkeypatch.setattr(skeleton, "HERE", parts.folder)
        monkeypatch.setattr(skeleton.PreTrainedTokenizerFast, "from_pretrained", lambda path: None)
        monkeypatch.setattr(sys, "argv", ["train.py", *options])
        code = skeleton.main(
            seed=1,
            total_tokens=12 * 32 - 5,
            build_tokens_per_step=partial(batch_tokens, batch_size=2, seq_len=16, world_size=1),
            build_train_data=lambda *, tokenizer, cache_dir: parts.batches,
            build_eval_data=(
                (lambda *, tokenizer, cache_dir: parts.eval_data) if evaluated else None
            ),
            build_model=lambda: parts.model,
            build_optimizer=lambda *, named_parameters: parts.optimizer,
            build_lr_scheduler=lambda *, optimizer, tokens_per_step: parts.schedule,
            train=partial(train, logging_steps=5),
        )
        return code, parts

    return run


def test_trains_to_the_end_of_the_budget(program, capsys) -> None:
    code, parts = program()
    assert code == 0
    assert parts.saved() == ["step-00000012"]
    shown = capsys.readouterr().out
    assert "12 steps of 32 tokens" in shown
    assert "144 tokens = 9 blocks" in shown


def test_stops_early_and_goes_on(program) -> None:
    _, parts = program("--max-steps", "5")
    assert parts.saved() == ["step-00000005"]
    _, parts = program()
    assert [record["step"] for record in parts.metrics()] == [5, 10, 12, 12]


def test_without_evaluation(program) -> None:
    _, parts = program(evaluated=False)
    assert not [record for record in parts.metrics() if "eval_loss" in record]


def test_a_signal_is_the_exit_code(program, monkeypatch) -> None:
    step = torch.optim.AdamW.step

    def interrupted(*args, **kwargs):
        signal.raise_signal(signal.SIGINT)
        return step(*args, **kwargs)

    monkeypatch.setattr(torch.optim.AdamW, "step", interrupted)
    code, parts = program()
    assert code == 130
    assert parts.saved() == ["step-00000001"]
