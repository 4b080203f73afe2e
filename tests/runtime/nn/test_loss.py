"""The loss of a causal language model."""

import torch
from torch.nn.functional import cross_entropy

from fgc.runtime.nn.loss import next_token_loss


def test_each_token_is_predicted_by_the_one_before() -> None:
    logits, labels = torch.randn(2, 5, 7), torch.randint(7, (2, 5))
    expected = cross_entropy(logits[:, :-1].reshape(-1, 7), labels[:, 1:].reshape(-1))
    torch.testing.assert_close(next_token_loss(logits, labels, None), expected)


def test_ignored_labels_do_not_count() -> None:
    logits, labels = torch.randn(2, 5, 7), torch.randint(7, (2, 5))
    labels[0, 3] = labels[1, :] = -100
    expected = cross_entropy(logits[0, [0, 1, 3]], labels[0, [1, 2, 4]])
    torch.testing.assert_close(next_token_loss(logits, labels, None), expected)


def test_parts_of_a_batch_add_up() -> None:
    logits, labels = torch.randn(4, 5, 7), torch.randint(7, (4, 5))
    labels[0, 2:] = -100
    count = int((labels[:, 1:] != -100).sum())
    whole = next_token_loss(logits, labels, None)
    for num_items in (count, torch.tensor(count)):
        parts = [
            next_token_loss(logits[rows], labels[rows], num_items)
            for rows in (slice(0, 2), slice(2, 4))
        ]
        torch.testing.assert_close(sum(parts), whole)


def test_nothing_to_predict_is_zero_with_zero_gradient() -> None:
    logits = torch.randn(2, 5, 7, requires_grad=True)
    loss = next_token_loss(logits, torch.full((2, 5), -100), None)
    loss.backward()
    assert loss.item() == 0.0
    assert logits.grad is not None
    assert not logits.grad.any()


def test_is_computed_in_float32() -> None:
    logits, labels = torch.randn(2, 50, 7).bfloat16(), torch.randint(7, (2, 50))
    loss = next_token_loss(logits, labels, None)
    assert loss.dtype == torch.float32
    torch.testing.assert_close(loss, next_token_loss(logits.float(), labels, None))


def test_logits_are_not_copied() -> None:
    logits, labels = torch.randn(2, 5, 7), torch.randint(7, (2, 5))
    seen = []
    with torch.autograd.graph.saved_tensors_hooks(lambda t: seen.append(t) or t, lambda t: t):
        next_token_loss(logits.requires_grad_(), labels, None)
    copies = {t.data_ptr() for t in seen if t.numel() == logits.numel()}
    assert len(copies) == 1  # the log-probabilities, which the backward pass needs
