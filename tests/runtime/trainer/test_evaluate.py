"""The held-out loss counts every target token once."""

import math

import pytest
import torch
from torch.nn.functional import cross_entropy

from fgc.runtime.data.batch import Batch
from fgc.runtime.trainer.evaluate import evaluate

CPU = torch.device("cpu")


def test_is_weighted_by_targets(small_run) -> None:
    run = small_run()
    ids = torch.arange(36).view(4, 9)
    labels = ids.clone()
    labels[1, 3:] = -100
    batches = [
        Batch(ids[:3], labels[:3], int((labels[:3, 1:] != -100).sum())),
        Batch(ids[3:], labels[3:], 8),
    ]
    loss = evaluate(run.model, batches, CPU)
    run.model.eval()
    with torch.no_grad():
        logits = run.model(ids).logits[:, :-1].reshape(-1, 64)
    assert math.isclose(loss, cross_entropy(logits, labels[:, 1:].reshape(-1)), rel_tol=1e-5)


@pytest.mark.parametrize("training", [False, True])
def test_leaves_the_model_as_it_was(small_run, training) -> None:
    run = small_run()
    run.model.train(training)
    random_numbers = torch.get_rng_state()
    first = evaluate(run.model, run.eval_data, CPU)
    assert run.model.training == training
    assert evaluate(run.model, run.eval_data, CPU) == first
    assert torch.equal(torch.get_rng_state(), random_numbers)
    assert all(parameter.grad is None for parameter in run.model.parameters())


def test_no_data_is_an_error(small_run) -> None:
    with pytest.raises((ZeroDivisionError, RuntimeError)):
        evaluate(small_run().model, [], CPU)
