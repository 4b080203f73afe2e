"""The skeleton is a program as it stands, before anything is specialised."""

import signal
import sys
from functools import partial

import pytest
import torch

from fgc.runtime.schedule import batch_tokens
from fgc.runtime.trainer.loop import train
from fgc.targets.train import skeleton


def fails(message: str):
    """A builder that cannot build."""

    def build(**_: object):
        raise ValueError(message)

    return build


@pytest.fixture
def program(small_run, monkeypatch):
    """Calls the skeleton's `main` with the parts of a small run, and with options."""

    def run(*options: str, evaluated: bool = True, **builders) -> tuple[int, object]:
        parts = small_run()
        monkeypatch.setattr(skeleton, "HERE", parts.folder)
        monkeypatch.setattr(skeleton.PreTrainedTokenizerFast, "from_pretrained", lambda path: None)
        monkeypatch.setattr(sys, "argv", ["train.py", *options])
        made = {
            "tokens_per_step": partial(batch_tokens, batch_size=2, seq_len=16, world_size=1),
            "train_data": lambda *, tokenizer, cache_dir: parts.batches,
            "eval_data": (lambda *, tokenizer, cache_dir: parts.eval_data) if evaluated else None,
            "model": lambda: parts.model,
            "optimizer": lambda *, named_parameters: parts.optimizer,
            "lr_scheduler": lambda *, optimizer, tokens_per_step: parts.schedule,
        }
        code = skeleton.main(
            seed=1,
            total_tokens=12 * 32 - 5,
            train=partial(train, logging_steps=5),
            **{f"build_{name}": build for name, build in (made | builders).items()},
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


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("--max-steps", "argument --max-steps: a number of steps is not negative"),
        ("--max", "--max"),
    ],
)
def test_bad_usage(program, capsys, option, said) -> None:
    """A negative number; and an abbreviation, which the command that goes on would not know."""
    with pytest.raises(SystemExit) as stop:
        program(option, "-5")
    assert stop.value.code == 2
    assert said in capsys.readouterr().err.splitlines()[-1]


def test_begins_with_its_title(program, monkeypatch, capsys) -> None:
    monkeypatch.setattr(skeleton, "TITLE", "A small run")
    program()
    assert capsys.readouterr().out.startswith("A small run\npython ")


def test_held_out_data_that_cannot_be_read_end_it_at_once(program) -> None:
    """Before the model is built."""
    with pytest.raises(ValueError, match="no text"):
        program(eval_data=fails("no text"), model=fails("too late"))


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
