"""What is taken for Llama, and what is not."""

from collections.abc import Callable

import pytest

from fgc.targets.model.architectures import recognise
from fgc.targets.model.config_json import config_json
from fgc.targets.model.spec import ModelSpec

Specify = Callable[..., ModelSpec]

NORM = "!partial:fgc.runtime.nn:RMSNorm"
FINAL_NORM = "        norm: *norm"
LAST_FIELD = "        pad_token_id: 2"


def with_field(line: str) -> tuple[str, str]:
    """The change that adds a field."""
    return LAST_FIELD, f"{LAST_FIELD}\n        {line}"


def with_decoder(line: str) -> tuple[str, str]:
    """The change that adds an argument of the decoder."""
    return FINAL_NORM, f"{FINAL_NORM}\n        {line}"


NOT_LLAMA = {
    "post-norm": [("PreNormLayer@layer", "PostNormLayer@layer")],
    "norms of queries and keys": [
        ("qk_norm: null", f"qk_norm: {NORM} {{hidden_size: !var head_dim, eps: 1.0e-5}}")
    ],
    "a window in attention": [("sliding_window: null", "sliding_window: 128")],
    "a window in the decoder": [with_decoder("sliding_window: 8")],
    "a field that makes caches slide": [with_field("sliding_window: 8")],
    "no final norm": [(FINAL_NORM + "\n", "")],
    "an embedding with dropout": [with_decoder("dropout: 0.1")],
    "a layer with dropout": [("            mlp:", "            dropout: 0.1\n            mlp:")],
    "another bias on the output": [("qk_norm: null", "output_bias: true")],
    "a second eps": [
        (FINAL_NORM, f"        norm: {NORM} {{hidden_size: !var hidden_size, eps: 1.0e-6}}")
    ],
    "another activation in the fields": [with_field("hidden_act: gelu")],
    "a bias in the fields alone": [with_field("attention_bias: true")],
    "a size beside the field": [("!var intermediate_size", "512")],
    "a size from another field": [("!var num_key_value_heads", "!var num_attention_heads")],
    "rotary positions of half a head": [
        ("rotary\n            head_dim: !var head_dim", "rotary\n            head_dim: 32")
    ],
    "heads that do not divide the hidden size": [
        ("num_attention_heads: 4", "num_attention_heads: 6")
    ],
    "heads that do not divide among groups": [("num_key_value_heads: 2", "num_key_value_heads: 3")],
    "scaled positions": [
        with_field("rope_parameters: {rope_type: linear, factor: 2.0, rope_theta: 10000.0}")
    ],
    "an initial spread that Llama refuses": [("initializer_range: 0.02", "initializer_range: 1.5")],
    "attention that is shared": [("attention: !partial", "attention: !singleton")],
    "a feed-forward of another kind": [("fgc.runtime.nn:SwiGLU@mlp", "torch.nn:Linear@mlp")],
    "an argument that nobody knows": [("theta: !var", "scale: 2.0\n            theta: !var")],
    "positional arguments": [
        ("rotary\n            head_dim: !var head_dim", "rotary\n            arg0: 64")
    ],
    "a size that is no integer": [("hidden_size: 256", "hidden_size: 256.0")],
}


@pytest.mark.parametrize("changes", NOT_LLAMA.values(), ids=NOT_LLAMA.keys())
def test_a_near_miss_is_not_llama(
    spec: Specify, changed: Callable[..., str], changes: list[tuple[str, str]]
) -> None:
    assert spec().architecture is not None
    assert spec(changed(*changes)).architecture is None


def test_a_private_model_says_so(spec: Specify, changed: Callable[..., str]) -> None:
    model = spec(changed(*NOT_LLAMA["post-norm"]))
    text = config_json(model)
    assert '"architectures": ["TinyLlamaForCausalLM"]' in text
    assert '"model_type": "fgc_tiny_llama"' in text
    assert '"AutoConfig": "configuration_tiny_llama.TinyLlamaConfig"' in text
    for name in ("head_dim", "rope_theta", "use_cache"):
        assert f'"{name}"' in text
    for name in ("hidden_act", "mlp_bias", "attention_dropout", "rope_parameters"):
        assert f'"{name}"' not in text


LLAMA = {
    "as it is": ([], {"attention_bias": False, "mlp_bias": False, "hidden_act": "silu"}),
    "head_dim that follows": (
        [("head_dim: 64", "head_dim: null"), ("!var head_dim", "64")],
        {"head_dim": 64},
    ),
    "head_dim of its own": ([("head_dim: 64", "head_dim: 48")], {"head_dim": 48}),
    "numbers in the graph": (
        [
            ("        rope_theta: 10000.0\n", ""),
            ("!var rope_theta", "500000"),
            ("        rms_norm_eps: 1.0e-5\n", ""),
            ("!var rms_norm_eps", "1.0e-6"),
            ("        initializer_range: 0.02\n", ""),
            ("!var initializer_range", "0.1"),
        ],
        {"rope_theta": 500000.0, "rms_norm_eps": 1e-6, "initializer_range": 0.1},
    ),
    "biases": (
        [("bias: false", "bias: true")],
        {"attention_bias": True, "mlp_bias": True},
    ),
    "biases from fields": (
        [
            ("use_cache: true", "use_cache: true\n        attention_bias: true"),
            (
                "bias: false\n                qk_norm",
                "bias: !var attention_bias\n                qk_norm",
            ),
        ],
        {"attention_bias": True, "mlp_bias": False},
    ),
    "attention with dropout": (
        [("                dropout: null", "                dropout: 0.1")],
        {"attention_dropout": 0.1},
    ),
    "dropout that a field switches off": (
        [
            ("use_cache: true", "use_cache: true\n        attention_dropout: null"),
            ("                dropout: null", "                dropout: !var attention_dropout"),
        ],
        {"attention_dropout": 0.0},
    ),
    "initial weights by several patterns": (
        [("{weight$: !var initializer_range}", "{o_proj: 0.01, weight$: 5.0}")],
        {"initializer_range": 0.02},
    ),
    "a list of equal layers": (
        [
            ("num_layers: !var num_hidden_layers\n", "num_layers: null\n"),
            ("        layer: !partial", "        layers:\n          - &layer !partial"),
            (
                "        rotary_emb:",
                "          - *layer\n          - *layer\n          - *layer\n        rotary_emb:",
            ),
        ],
        {"num_hidden_layers": 4},
    ),
    "no token ids": (
        [("        bos_token_id: 0\n", ""), ("        eos_token_id: 1\n", "")],
        {"bos_token_id": None, "eos_token_id": None, "pad_token_id": 2},
    ),
    "several ends": ([("eos_token_id: 1", "eos_token_id: [1, 2]")], {"eos_token_id": [1, 2]}),
}


@pytest.mark.parametrize(("changes", "expected"), LLAMA.values(), ids=LLAMA.keys())
def test_llama_with_all_that_its_config_reads(
    spec: Specify,
    changed: Callable[..., str],
    changes: list[tuple[str, str]],
    expected: dict[str, object],
) -> None:
    model = spec(changed(*changes))
    assert model.architecture is not None
    layout = model.layout()
    fields = model.architecture.json_fields({**layout.free, **layout.built_in})
    assert {name: fields[name] for name in expected} == expected
    assert [type(fields[name]) for name in expected] == list(map(type, expected.values()))
    assert fields["rope_scaling"] is None
    assert fields["rope_parameters"] == {"rope_type": "default", "rope_theta": fields["rope_theta"]}
    order = list(fields)
    start = order.index("rope_theta")
    assert order[start : start + 3] == ["rope_theta", "rope_scaling", "rope_parameters"]


def test_a_number_that_stands_twice_is_built_in(spec: Specify, changed: Callable[..., str]) -> None:
    text = changed(
        (
            "        norm: *norm",
            "        norm: !partial:fgc.runtime.nn:RMSNorm {hidden_size: 256, eps: 1.0e-5}",
        )
    )
    layout = spec(text).layout()
    assert layout.built_in["rms_norm_eps"] == 1e-5
    assert layout.built_in["hidden_size"] == 256
    assert "rms_norm_eps" in spec().layout().free


def test_symbols_that_could_not_be_found(spec: Specify) -> None:
    model = spec()
    assert recognise(model.root, model.fields, {}) is None
