"""Language models of the runtime's parts, under random bindings."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tests.equivalence.draft import Choices, Draft, Probe
from tests.equivalence.yaml_text import Shared, Tagged, Value

NN = "fgc.runtime.nn"


@dataclass(frozen=True)
class Sizes:
    """What the parts of a model agree on."""

    vocab: int
    hidden: int
    heads: int
    kv_heads: int
    head_dim: int
    head_dim_is_given: bool
    window: int | None


@dataclass(frozen=True)
class LayerShape:
    """What decides the structure of a layer; its numbers are drawn apart."""

    kind: str
    norm: str
    qk_norm: str | None
    mlp: str
    bias: bool | None
    mlp_bias: bool | None
    dropout: bool
    attention_dropout: bool


def draw_sizes(choices: Choices) -> Sizes:
    heads = choices.one(2, 1, 4)
    head_dim = choices.one(4, 2, 8)
    given = choices.flag()
    return Sizes(
        vocab=choices.one(11, 16),
        hidden=choices.one(8, 12) if given else heads * head_dim,
        heads=heads,
        kv_heads=choices.one(*(n for n in (1, 2, 4) if heads % n == 0)),
        head_dim=head_dim,
        head_dim_is_given=given,
        window=choices.one(None, None, 2, 4),
    )


def draw_shape(choices: Choices, *, may_share: bool) -> LayerShape:
    mlps = ("SwiGLU", "SwiGLU", "SwiGLU", "Sequential", "Linear", "shared")
    return LayerShape(
        kind=choices.one("PreNormLayer", "PreNormLayer", "PostNormLayer"),
        norm=choices.one("RMSNorm", "RMSNorm", "LayerNorm", "torch RMSNorm"),
        qk_norm=choices.one(None, None, "RMSNorm", "LayerNorm"),
        mlp=choices.one(*(mlps if may_share else mlps[:-1])),
        bias=choices.one(None, False, True),
        mlp_bias=choices.one(None, False, True),
        dropout=choices.rarely(),
        attention_dropout=choices.rarely(),
    )


class Parts:
    """Writes the parts of one model. Values are literals, variables with a default, or, where the
    parts lie in a model, its fields, which are collected in ``fields``. Only where they
    ``may_share`` do layers share a singleton."""

    def __init__(self, draft: Draft, sizes: Sizes, *, in_model: bool, may_share: bool = True):
        self.draft = draft
        self.choices = draft.choices
        self.sizes = sizes
        self.fields: dict[str, Value] = {}
        self._may_share = may_share
        self._forms = ("literal", "default", "overridden") if in_model else ("literal", "default")
        if in_model:
            self._forms = ("field", "field", "field", *self._forms)
        self._shared_mlp: Shared | None = None
        self._norms: dict[tuple[str, str], Shared] = {}

    def slot(self, name: str, value: Value) -> Value:
        """``value``, in one of the ways in which a configuration can give it."""
        form = self.choices.one(*self._forms)
        if form == "literal":
            return value
        if form == "default":
            self.draft.features.add("variable with a default")
            return Tagged("!var", [f"no_{name}", value])
        if name in self.fields and self.fields[name] != value:
            name = f"other_{name}"
            if self.fields.get(name, value) != value:
                return value
        self.fields[name] = value
        self.draft.features.add("field of the config")
        if form == "overridden":
            return Tagged("!var", {"name": name, "default": None})
        return Tagged("!var", name)

    def norm(self, kind: str, size_name: str, size: int) -> Value:
        """A norm that is written here, or the one of another place."""
        key = (kind, size_name)
        if key in self._norms and self.choices.flag():
            self.draft.features.add("one partial in several places")
            return self._norms[key]
        norm: Value = self._norm(kind, size_name, size)
        if self.choices.flag():
            norm = self._norms[key] = self.draft.shared(norm, "norm")
        return norm

    def _norm(self, kind: str, size_name: str, size: int) -> Tagged:
        eps = self.choices.one(1e-05, 1e-06, 0.1)
        width = self.slot(size_name, size)
        if kind == "RMSNorm":
            return self._partial(
                f"{NN}:RMSNorm", hidden_size=width, eps=self.slot("rms_norm_eps", eps)
            )
        self.draft.features.add("partial of a torch class in a model")
        if kind == "torch RMSNorm":
            return self._partial("torch.nn:RMSNorm", width, eps=eps)
        if self.choices.flag():
            return self._partial("torch.nn:LayerNorm", width)
        return self._partial("torch.nn:LayerNorm", normalized_shape=width, eps=eps, bias=False)

    def attention(self, shape: LayerShape) -> Tagged:
        sizes = self.sizes
        kwargs: dict[str, Value] = {
            "hidden_size": self.slot("hidden_size", sizes.hidden),
            "num_heads": self.slot("num_attention_heads", sizes.heads),
            "num_kv_heads": self.slot("num_key_value_heads", sizes.kv_heads),
        }
        if sizes.head_dim_is_given:
            kwargs["head_dim"] = self.slot("head_dim", sizes.head_dim)
        elif self.choices.flag():
            kwargs["head_dim"] = None
        if shape.bias is not None:
            kwargs["bias"] = self.slot("attention_bias", shape.bias)
            if shape.bias and self.choices.flag():
                kwargs["output_bias"] = self.choices.one(None, False)
        if shape.qk_norm is not None:
            self.draft.features.add("norms of queries and keys")
            kwargs["qk_norm"] = self.norm(shape.qk_norm, "head_dim", sizes.head_dim)
        if sizes.window is not None:
            kwargs["sliding_window"] = self.slot("sliding_window", sizes.window)
        elif self.choices.flag():
            kwargs["sliding_window"] = None
        if shape.attention_dropout:
            kwargs["dropout"] = self.slot("attention_dropout", self.choices.one(0.1, 0.5))
        return self._partial(f"{NN}:Attention", **kwargs)

    def mlp(self, shape: LayerShape) -> Tagged:
        width = self.slot("hidden_size", self.sizes.hidden)
        if shape.mlp == "Linear":
            return self._partial("torch.nn:Linear", width, width, bias=shape.mlp_bias is True)
        if shape.mlp == "Sequential":
            self.draft.features.add("factories below a partial")
            inner = self.choices.one(6, 10)
            up = self.draft.call("factory", "torch.nn:Linear", width, inner)
            down = self.draft.call("factory", "torch.nn:Linear", inner, width)
            gelu = self.draft.call("factory", "torch.nn:GELU", approximate="tanh")
            return Tagged("!partial:torch.nn:Sequential", [up, gelu, down])
        if shape.mlp == "shared":
            self.draft.features |= {"singleton below a partial", "shared singleton"}
            if self._shared_mlp is None:
                made = self._swiglu("singleton", shape)
                self._shared_mlp = self.draft.shared(made, "shared_mlp")
            return Tagged("!partial:torch.nn:Sequential", [self._shared_mlp])
        return self._swiglu("partial", shape)

    def _swiglu(self, kind: str, shape: LayerShape) -> Tagged:
        kwargs: dict[str, Value] = {
            "hidden_size": self.slot("hidden_size", self.sizes.hidden),
            "intermediate_size": self.slot("intermediate_size", self.choices.one(10, 6)),
        }
        if shape.mlp_bias is not None:
            kwargs["bias"] = self.slot("mlp_bias", shape.mlp_bias)
            if kind == "partial" and self.choices.rarely():
                self.draft.features.add("latent arguments in a model")
                kwargs["latent_args"] = {"bias": shape.mlp_bias}
                kwargs["bias"] = False
        return self.draft.call(kind, f"{NN}:SwiGLU", **kwargs)

    def layer(self, shape: LayerShape) -> Tagged:
        self.draft.features.add(shape.kind)
        kwargs: dict[str, Value] = {
            "attention": self.attention(shape),
            "mlp": self.mlp(shape),
            "norm": self.norm(shape.norm, "hidden_size", self.sizes.hidden),
        }
        if shape.dropout:
            kwargs["dropout"] = self.slot("hidden_dropout", self.choices.one(0.1, 0.25))
        elif self.choices.flag():
            kwargs["dropout"] = None
        return self._partial(f"{NN}:{shape.kind}", **kwargs)

    def rotary(self) -> Tagged:
        return self._partial(
            f"{NN}:RotaryEmbedding",
            head_dim=self.slot("head_dim", self.sizes.head_dim),
            theta=self.slot("rope_theta", self.choices.one(10000.0, 500.0)),
        )

    def shape(self) -> LayerShape:
        return draw_shape(self.choices, may_share=self._may_share)

    def decoder(self, num_layers: int) -> Tagged:
        shape = self.shape()
        layers = self._layers(shape, num_layers)
        kwargs: dict[str, Value] = {
            "vocab_size": self.slot("vocab_size", self.sizes.vocab),
            "hidden_size": self.slot("hidden_size", self.sizes.hidden),
            **layers,
            "rotary_emb": self.rotary(),
        }
        norm = self.choices.one("own", "own", "none", "left out")
        if norm == "own":
            kwargs["norm"] = self.norm(shape.norm, "hidden_size", self.sizes.hidden)
        elif norm == "none":
            kwargs["norm"] = None
        if self.choices.rarely():
            kwargs["dropout"] = self.slot("embedding_dropout", 0.2)
        if self.sizes.window is not None:
            self.draft.features.add("sliding window")
            kwargs["sliding_window"] = self.slot("sliding_window", self.sizes.window)
            self.fields["sliding_window"] = self.sizes.window
        return self._partial(f"{NN}:Decoder", **kwargs)

    def _layers(self, shape: LayerShape, number: int) -> dict[str, Value]:
        form = self.choices.one("equal", "equal", "numbers", "structures", "runs")
        if form == "equal":
            layer = self.layer(shape)
            return {"num_layers": self.slot("num_hidden_layers", number), "layer": layer}
        self.draft.features.add(f"layers: {form}")
        if form == "numbers":
            return {"layers": [self.layer(shape) for _ in range(number)]}
        if form == "structures":
            return {"layers": [self.layer(self.shape()) for _ in range(number)]}
        common = self.draft.shared(self.layer(shape), "layer")
        other = self.layer(replace(shape, mlp="Linear"))
        return {"layers": [common] * (number - 1) + [self.choices.one(common, other)]}

    def _partial(self, target: str, *args: Value, **kwargs: Value) -> Tagged:
        return self.draft.call("partial", target, *args, **kwargs)


def draw_model(draft: Draft) -> None:
    """One language model at top level, or two that share all their parts."""
    choices = draft.choices
    pair = choices.rarely()
    kind = choices.one("singleton", "call", "factory", "partial")
    # a model is made from its configuration alone: models have no object in common
    alone = not pair and kind != "partial"
    parts = Parts(draft, draw_sizes(choices), in_model=True, may_share=alone)
    number = choices.one(2, 1, 3)
    decoder: Value = parts.decoder(number)
    kwargs: dict[str, Value] = {
        "hidden_size": parts.slot("hidden_size", parts.sizes.hidden),
        "vocab_size": parts.slot("vocab_size", parts.sizes.vocab),
        "init_std": _init_std(parts),
    }
    config = _config(parts, number)
    if pair:
        draft.features.add("two models with the same parts")
        decoder = draft.shared(decoder, "decoder")
    draft.features |= {"model", "module", f"model as a {kind}"}
    probe = Probe() if kind == "partial" else None
    kwargs["decoder"] = decoder
    draft.top("model", draft.call(kind, f"{NN}:ForCausalLM", config=config, **kwargs), probe)
    if pair:
        other = config | {"rms_norm_eps": 0.01, "rope_theta": 77.0, "initializer_range": 0.3}
        draft.top("model", draft.call("singleton", f"{NN}:ForCausalLM", config=other, **kwargs))


def _config(parts: Parts, num_layers: int) -> dict[str, Value]:
    sizes = parts.sizes
    given: dict[str, Value] = {
        "vocab_size": sizes.vocab,
        "hidden_size": sizes.hidden,
        "num_attention_heads": sizes.heads,
        "num_key_value_heads": sizes.kv_heads,
        "num_hidden_layers": num_layers,
        "max_position_embeddings": 32,
        "rms_norm_eps": 1e-05,
        "rope_theta": 10000.0,
        "tie_word_embeddings": parts.choices.flag(),
    }
    if given["tie_word_embeddings"]:
        parts.draft.features.add("tied")
    for name in ("bos_token_id", "eos_token_id", "pad_token_id"):
        if parts.choices.flag():
            given[name] = parts.choices.one(0, 1, None)
    return parts.choices.shuffled(given | parts.fields)


def _init_std(parts: Parts) -> Value:
    patterns: dict[str, Value] = {}
    if parts.choices.flag():
        patterns["embed_tokens"] = parts.choices.one(1.0, 0.5)
    if parts.choices.flag():
        patterns[r"(o|down)_proj\.weight$"] = 0.05
    patterns[parts.choices.one("weight$", ".")] = parts.slot("initializer_range", 0.2)
    return parts.choices.one(patterns, Tagged("!dict", patterns))
