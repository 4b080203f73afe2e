"""A model's modules, as people see them."""

from __future__ import annotations

import re
from textwrap import dedent

import pytest

from fgc.targets.model.anatomy import Module, Weight, anatomy_of, total_parameters
from fgc.targets.model.module_tree import render_module_tree

CODE = '''
    import torch
    from mamba_ssm import Mamba
    from torch import nn


    class Expert(nn.Module):
        """One feed-forward network of many."""

        def __init__(self, n):
            super().__init__()
            self.up = nn.Linear(n, 4 * n)
            self.down = nn.Linear(4 * n, n)


    class Experts(nn.Module):
        """Experts, of which each token takes two."""

        def __init__(self, n, k):
            super().__init__()
            self.gate = nn.Parameter(torch.zeros(n, k))
            self.register_buffer("load", torch.zeros(k))
            self.experts = nn.ModuleList([Expert(n) for _ in range(k)])
            self.shared = nn.Sequential(nn.Linear(n, n), nn.GELU())


    class Layer(nn.Module):
        def __init__(self, n, mixed, many):
            super().__init__()
            self.mixer = Mamba(n) if mixed else nn.MultiheadAttention(n, 4)
            self.norm = nn.RMSNorm(n)
            self.mlp = Experts(n, 8) if many else Expert(n)


    class Model(nn.Module):
        """A model of many kinds of layers, whose one line says more than there is room for here."""

        def __init__(self, config):
            super().__init__()
            kinds = [(False, False)] * 2 + [(False, True)] * 3 + [(True, False)]
            self.embed = nn.Embedding(1000, 64)
            self.layers = nn.ModuleList([Layer(64, mixed, many) for mixed, many in kinds])
            self.heads = nn.ModuleDict({"a": nn.Linear(64, 10), "b": nn.Linear(64, 10)})
            self.dropout = nn.Dropout(0.1)
            self.head = nn.Linear(64, 1000, bias=False)
            self.head.weight = self.embed.weight
'''

EXPECTED = """\
Model  at least 1,056,276 parameters
A model of many kinds of layers, whose one line says more than there is room fo…

embed               Embedding    1000 x 64       64,000    6.1%
layers.0-1          2 x Layer                2 x 49,792    9.4%
  mixer             MultiheadAttention       2 x 16,640    3.2%
    in_proj_weight                192 x 64   2 x 12,288    2.3%
    in_proj_bias                       192      2 x 192   <0.1%
    out_proj        Linear    64 x 64 + 64    2 x 4,160    0.8%
  norm              RMSNorm             64       2 x 64   <0.1%
  mlp               Expert                   2 x 33,088    6.3%
    One feed-forward network of many.
    up              Linear  256 x 64 + 256   2 x 16,640    3.2%
    down            Linear   64 x 256 + 64   2 x 16,448    3.1%
layers.2-4          3 x Layer               3 x 286,080   81.3%
  mixer             MultiheadAttention       3 x 16,640    4.7%
    in_proj_weight                192 x 64   3 x 12,288    3.5%
    in_proj_bias                       192      3 x 192    0.1%
    out_proj        Linear    64 x 64 + 64    3 x 4,160    1.2%
  norm              RMSNorm             64       3 x 64   <0.1%
  mlp               Experts                 3 x 269,376   76.5%
    Experts, of which each token takes two.
    gate                            64 x 8      3 x 512    0.1%
    load                                 8       buffer
    experts.0-7     8 x Expert              24 x 33,088   75.2%
      up            Linear  256 x 64 + 256  24 x 16,640   37.8%
      down          Linear   64 x 256 + 64  24 x 16,448   37.4%
    shared          Sequential                3 x 4,160    1.2%
      0             Linear    64 x 64 + 64    3 x 4,160    1.2%
      1             GELU
layers.5            Layer                        33,152    3.1%
  mixer             Mamba                             ?
    not known: `mamba_ssm.Mamba` is outside of what fgc wrote
  norm              RMSNorm             64           64   <0.1%
  mlp               Expert                       33,088    3.1%
    up              Linear  256 x 64 + 256       16,640    1.6%
    down            Linear   64 x 256 + 64       16,448    1.6%
heads.a             Linear    10 x 64 + 10          650    0.1%
heads.b             Linear    10 x 64 + 10          650    0.1%
dropout             Dropout
head                Linear       1000 x 64         tied
  the same as embed.weight
"""


@pytest.fixture(scope="module")
def model() -> Module:
    return anatomy_of({"a.py": dedent(CODE)}, "a.py", "Model", {})


def test_as_it_looks(model: Module) -> None:
    assert render_module_tree(model) == EXPECTED


def test_colour_changes_nothing_else(model: Module) -> None:
    shown = render_module_tree(model, color=True)
    assert "\x1b[36mEmbedding\x1b[0m" in shown
    assert re.sub(r"\x1b\[[0-9;]*m", "", shown) == EXPECTED


@pytest.mark.parametrize("width", [50, 60, 70, 80, 100, 200])
def test_lines_fit(model: Module, width: int) -> None:
    shown = render_module_tree(model, width=width)
    assert max(map(len, shown.splitlines())) <= width
    assert "24 x 33,088" in shown  # numbers are never cut
    assert ("%" in shown) == (width >= 70)


def test_what_is_counted_adds_up(model: Module) -> None:
    """The rows of modules that hold no others are all the parameters there are."""
    rows = EXPECTED.splitlines()[3:]
    depths = [len(row) - len(row.lstrip()) for row in rows]
    total = 0
    for row, depth, below in zip(rows, depths, [*depths[1:], 0], strict=True):
        found = re.search(r"  (?:(\d+) x )?([\d,]+)  +<?[\d.]+%$", row)
        inside = below > depth and "not known" not in row
        if found is not None and not inside:
            total += int(found[1] or 1) * int(found[2].replace(",", ""))
    assert total == total_parameters(model) == 1_056_276


def test_a_model_of_which_nothing_is_known() -> None:
    module = Module("", "Model", known=False, reason="it raises ValueError: too small")
    assert render_module_tree(module) == (
        "Model  at least 0 parameters\nnot known: it raises ValueError: too small\n"
    )


def test_a_model_without_modules() -> None:
    module = Module("", "Model", tensors=(Weight("scale", (), "parameter"),))
    assert render_module_tree(module) == (
        "Model  1 parameter\n\nscale                 1  1  100.0%\n"
    )


def test_nothing_steers_the_terminal() -> None:
    code = """
        from torch import nn


        class Inner(nn.Module):
            '''Red: \x1b[31m.'''

            def __init__(self):
                super().__init__()
                self.register_buffer("\x1b[1m", None)
                self.layers = nn.ModuleDict({"\x1b[2J": nn.Linear(1, 1)})


        class Model(nn.Module):
            def __init__(self, config):
                super().__init__()
                self.inner = Inner()
    """
    shown = render_module_tree(anatomy_of({"a.py": dedent(code)}, "a.py", "Model", {}))
    assert "Red: " in shown
    assert all(line.isprintable() for line in shown.splitlines())
    failed = dedent(code).replace("self.inner = ", "raise ValueError('\x1b[2J') # ")
    shown = render_module_tree(anatomy_of({"a.py": failed}, "a.py", "Model", {}))
    assert "it raises ValueError" in shown
    assert all(line.isprintable() for line in shown.splitlines())
