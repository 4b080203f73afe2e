"""The graph as text."""

from textwrap import dedent

from fgc.compiler.frontend.rendered import Piece, Rendered
from fgc.compiler.ir.dump import dump
from fgc.compiler.passes.parse import parse

CONFIG = """\
lr: &lr 3e-4
model: &model !singleton:fgc.runtime.nn:CausalLM@net
    layers: !list@stack [!factory:a.py:Layer [1, two], *lr]
    size: !var hidden_size
    betas: !tuple [0.9, null]
again: *model
"""


def test_dump() -> None:
    pieces = tuple((Piece(1, "a.yaml", n, 1),) for n in range(1, CONFIG.count("\n") + 1))
    graph = parse(Rendered(CONFIG, pieces, {"a.yaml": CONFIG}, ("a.yaml",)), {"hidden_size": 64})
    assert dump(graph) == dedent("""\
        --set hidden_size=64
        lr: 0.0003  # 1:9
        model: !singleton:fgc.runtime.nn:CausalLM @net  # 2:15
          layers: list @stack  # 3:13
            - !factory:a.py:Layer  # 3:26
              - 1  # 3:47
              - 'two'  # 3:50
            - *lr
          size: !var hidden_size  # 4:11
          betas: tuple  # 5:12
            - 0.9  # 5:20
            - None  # 5:25
        again: *model
        """)
