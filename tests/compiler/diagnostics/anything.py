"""Findings of every form, at places that are there and that are not."""

from pathlib import Path
from textwrap import dedent

from hypothesis import strategies as st

from fgc.compiler.diagnostics.diagnostic import Diagnostic, Fix, Label, Severity
from fgc.compiler.ir.span import Span

CWD = Path("/home/ada/experiments")
CONFIG = "/home/ada/experiments/configs/baseline.yaml"
BASE = "/opt/templates/trainer.yaml"

SOURCE = dedent("""\
    extends: base
    optimizer: !partial:torch.optim:AdamW
        lr: 1.0e-3
        # decoupled

        betas: [0.9, 0.95]
        weight_deacy: 0.1
    model:
        layer:
            attention:
                hidden_size: 256
                num_heads: 4
                hedas: 3
    """)

numbers = st.integers(-3, 12) | st.integers()
spans = st.builds(Span, st.sampled_from([CONFIG, BASE, "<string>"]), *[numbers] * 4)
texts = st.text(st.characters(exclude_categories=()), max_size=40) | st.sampled_from(["", SOURCE])
anything = st.builds(
    Diagnostic,
    st.sampled_from(["FGC021", "unheard of"]),
    texts,
    st.none() | spans,
    st.sampled_from(Severity),
    st.lists(st.builds(Label, spans, texts), max_size=3).map(tuple),
    st.lists(texts, max_size=2).map(tuple),
    st.none() | texts,
    st.none() | st.builds(Fix, spans, texts, texts),
)
