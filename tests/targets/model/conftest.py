"""Models as configurations write them, and as graphs with their symbols."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from fgc.compiler.frontend.rendered import Piece, Rendered
from fgc.compiler.ir.graph import Call, Graph, walk
from fgc.compiler.passes.parse import parse
from fgc.compiler.passes.resolve import resolve
from fgc.compiler.symbols.symbol import Symbol
from fgc.targets.model.spec import ModelSpec, model_spec

TINY_LLAMA = """\
model: !singleton:fgc.runtime.nn:ForCausalLM@model
    config:
        vocab_size: 4096
        hidden_size: 256
        intermediate_size: 688
        num_hidden_layers: 4
        num_attention_heads: 4
        num_key_value_heads: 2
        head_dim: 64
        max_position_embeddings: 512
        rope_theta: 10000.0
        rms_norm_eps: 1.0e-5
        initializer_range: 0.02
        tie_word_embeddings: false
        use_cache: true
        bos_token_id: 0
        eos_token_id: 1
        pad_token_id: 2
        do_sample: true
        temperature: 0.8
        top_p: 0.95
    hidden_size: !var hidden_size
    vocab_size: !var vocab_size
    init_std: {weight$: !var initializer_range}
    decoder: !partial:fgc.runtime.nn:Decoder@decoder
        vocab_size: !var vocab_size
        hidden_size: !var hidden_size
        num_layers: !var num_hidden_layers
        layer: !partial:fgc.runtime.nn:PreNormLayer@layer
            attention: !partial:fgc.runtime.nn:Attention@attention
                hidden_size: !var hidden_size
                num_heads: !var num_attention_heads
                num_kv_heads: !var num_key_value_heads
                head_dim: !var head_dim
                bias: false
                qk_norm: null
                sliding_window: null
                dropout: null
            mlp: !partial:fgc.runtime.nn:SwiGLU@mlp
                hidden_size: !var hidden_size
                intermediate_size: !var intermediate_size
                bias: false
            norm: &norm !partial:fgc.runtime.nn:RMSNorm@norm
                hidden_size: !var hidden_size
                eps: !var rms_norm_eps
        rotary_emb: !partial:fgc.runtime.nn:RotaryEmbedding@rotary
            head_dim: !var head_dim
            theta: !var rope_theta
        norm: *norm
"""

# What the emitted code of the model above takes from its config.
READ = frozenset(
    {
        "vocab_size",
        "hidden_size",
        "intermediate_size",
        "num_hidden_layers",
        "num_attention_heads",
        "num_key_value_heads",
        "head_dim",
        "rope_theta",
        "rms_norm_eps",
        "initializer_range",
        "use_cache",
    }
)

FILE = "model.yaml"
Parsed = tuple[Call, Mapping[Call, Symbol]]


def graph_of(text: str) -> Graph:
    pieces = tuple((Piece(1, FILE, n, 1),) for n in range(1, text.count("\n") + 2))
    return parse(Rendered(text, pieces, {FILE: text}, (FILE,)))


def parsed(text: str) -> Parsed:
    graph = graph_of(text)
    resolution, found = resolve(graph, project_root=Path(), search_path=())
    assert not found
    root = graph.root("model")
    assert isinstance(root, Call)
    assert any(node is root for node in walk(root))
    return root, resolution.symbols


def changed(*changes: tuple[str, str], text: str = TINY_LLAMA) -> str:
    """``text`` with some of it replaced; what is replaced has to be there."""
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return text


@pytest.fixture(name="parsed")
def parsed_fixture() -> Callable[[str], Parsed]:
    return parsed


@pytest.fixture(name="changed")
def changed_fixture() -> Callable[..., str]:
    return changed


@pytest.fixture
def spec() -> Callable[..., ModelSpec]:
    """Specifies the model of a configuration, Tiny Llama where none is given."""

    def make(
        text: str = TINY_LLAMA, read: frozenset[str] = READ, title: str = "Tiny Llama"
    ) -> ModelSpec:
        root, symbols = parsed(text)
        return model_spec(root, name="tiny_llama", title=title, read=read, symbols=symbols)

    return make
