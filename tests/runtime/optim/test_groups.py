"""Groups by pattern are those that one would write by hand."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn
from torch.optim import SGD, Adagrad, AdamW, Optimizer, RMSprop

from fgc.runtime.optim.groups import describe_groups, parameter_groups
from tests.runtime.optim.conftest import assert_same, llama, trained

PATTERNS: dict[str, dict[str, Any]] = {
    "embed_tokens": {"lr": 0.02},
    r"norm\.weight$|bias$": {"weight_decay": 0.0},
}


def names(groups: list[dict[str, Any]]) -> list[list[str]]:
    return [[name for name, _ in group["params"]] for group in groups]


def by_hand(model: nn.Module) -> list[list[tuple[str, nn.Parameter]]]:
    """The rest, the embedding, and norms with biases, told apart without regular expressions."""
    rest, embedding, plain = [], [], []
    for name, parameter in model.named_parameters():
        if name == "model.embed_tokens.weight":
            embedding.append((name, parameter))
        elif name.endswith(("norm.weight", ".bias")):
            plain.append((name, parameter))
        else:
            rest.append((name, parameter))
    return [rest, embedding, plain]


def test_as_grouped_by_hand() -> None:
    model = llama()
    groups = parameter_groups(model.named_parameters(), PATTERNS)
    expected = by_hand(model)
    assert names(groups) == [[name for name, _ in group] for group in expected]
    assert len(expected[2]) == 11
    options = [{k: v for k, v in group.items() if k != "params"} for group in groups]
    assert options == [{}, {"lr": 0.02}, {"weight_decay": 0.0}]
    for group, members in zip(groups, expected, strict=True):
        for (_, ours), (_, theirs) in zip(group["params"], members, strict=True):
            assert ours is theirs


class Counting(Optimizer):
    """An optimizer of a user's own, with an option that torch's have not."""

    def __init__(self, params: Any, lr: float, weight_decay: float = 0.0, power: float = 1.0):
        super().__init__(params, {"lr": lr, "weight_decay": weight_decay, "power": power})

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:
        for group in self.param_groups:
            for parameter in group["params"]:
                parameter.mul_(1 - group["lr"] * group["weight_decay"])
                parameter.sub_(group["lr"] * parameter.grad.sign() * group["power"])


@pytest.mark.parametrize("kind", [AdamW, SGD, RMSprop, Adagrad, Counting])
def test_trains_to_the_bit_as_the_optimizers_own_groups(kind: type[Optimizer]) -> None:
    left, right = llama(), llama()
    rest, embedding, plain = by_hand(right)
    own = [
        {"params": [parameter for _, parameter in rest]},
        {"params": [parameter for _, parameter in embedding], "lr": 0.02},
        {"params": [parameter for _, parameter in plain], "weight_decay": 0.0},
    ]
    ours = kind(parameter_groups(left.named_parameters(), PATTERNS), lr=0.01, weight_decay=0.1)
    theirs = kind(own, lr=0.01, weight_decay=0.1)
    weights = trained(left, ours, None, 5), trained(right, theirs, None, 5)
    for ours_now, theirs_now in zip(*weights, strict=True):
        assert_same(ours_now, theirs_now)
    # and the groups matter
    other = llama()
    *_, last = trained(other, kind(other.parameters(), lr=0.01, weight_decay=0.1), None, 5)
    assert not torch.equal(last["model.embed_tokens.weight"], ours_now["model.embed_tokens.weight"])
    assert not torch.equal(last["model.norm.weight"], ours_now["model.norm.weight"])


def test_of_several_patterns_the_first_counts() -> None:
    groups = parameter_groups(llama().named_parameters(), {"bias": {}, "mlp": {}, "": {}})
    members = names(groups)
    assert all(name.endswith("bias") for name in members[0])
    assert all("mlp" in name and name.endswith("weight") for name in members[1])
    # no group for a rest that there is not
    assert len(members) == 3
    assert sum(map(len, members)) == len(list(llama().named_parameters()))


def test_a_tied_weight_is_in_one_group_under_its_first_name() -> None:
    model = llama(tie_word_embeddings=True)
    members = names(parameter_groups(model.named_parameters(), {"embed_tokens": {"lr": 0.1}}))
    assert members[1] == ["model.embed_tokens.weight"]
    assert "lm_head.weight" not in members[0]
    with pytest.raises(ValueError, match=r"`lm_head`: it is found in the name of no parameter"):
        parameter_groups(model.named_parameters(), {"lm_head": {"lr": 0.1}})


@pytest.mark.parametrize(
    ("patterns", "message"),
    [
        (
            ["norm", "embed_token$"],
            r"`embed_token\$`: it is found in the name of no parameter, such as "
            r"model\.embed_tokens\.weight, ",
        ),
        (
            ["qproj|kproj"],
            r"no parameter, such as model\.layers\.N\.self_attn\.k_proj\.weight, "
            r"model\.layers\.N\.self_attn\.q_proj\.weight, ",
        ),
        (["norm", "input_layernorm"], "`input_layernorm`: the groups before it have all that"),
        (["norm", "(bias"], r"`\(bias`: missing \), unterminated subpattern"),
        ([r"\W\W"], "it is found in the name of no parameter, such as "),
    ],
)
def test_a_pattern_that_leads_to_nothing_is_an_error(patterns: list[str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parameter_groups(llama().named_parameters(), {pattern: {} for pattern in patterns})


def test_a_line_for_each_group() -> None:
    model = llama()
    groups = parameter_groups(
        model.named_parameters(), {**PATTERNS, "lm_head": {"betas": (0.8, 0.9), "lr": 1e-2 / 3}}
    )
    optimizer = AdamW(groups, lr=0.01, weight_decay=0.1)
    torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: step / 10)
    assert describe_groups(optimizer) == [
        "1,088 parameters in 14 tensors",
        "  256 parameters in  1 tensor   lr 0.02",
        "  104 parameters in 11 tensors  weight_decay 0",
        "  256 parameters in  1 tensor   lr 0.00333333, betas (0.8, 0.9)",
    ]
