"""Modules that stand alone, in sequences, behind partials, and in several places."""

from __future__ import annotations

from tests.equivalence.draft import Draft, Probe
from tests.equivalence.model_graphs import NN, Parts, draw_sizes
from tests.equivalence.yaml_text import Shared, Tagged, Value


class Modules:
    """Writes modules that take and give vectors of one width, so that any order of them runs."""

    def __init__(self, draft: Draft):
        self.draft = draft
        self.choices = draft.choices
        self.width = self.choices.one(4, 6)

    def simple(self, kind: str) -> Tagged:
        width, choices = self.width, self.choices
        match choices.one("Linear", "RMSNorm", "SwiGLU", "LayerNorm", "Dropout", "GELU", "keyword"):
            case "Linear":
                return self._call(kind, "torch.nn:Linear", width, width)
            case "keyword":
                return self._call(
                    kind, "torch.nn.Linear", in_features=width, out_features=width, bias=False
                )
            case "RMSNorm":
                return self._call(kind, f"{NN}:RMSNorm", hidden_size=width, eps=1e-05)
            case "SwiGLU":
                bias = {"bias": choices.flag()} if choices.flag() else {}
                inner = Tagged("!var", ["inner", choices.one(8, 5)])
                if choices.flag():
                    return self._call(
                        kind, f"{NN}:SwiGLU", hidden_size=width, intermediate_size=inner, **bias
                    )
                self.draft.features.add("latent arguments")
                latent: dict[str, Value] = {"intermediate_size": inner, **bias}
                latent |= {"latent_args": {"hidden_size": width}, "hidden_size": 99}
                return self._call(kind, f"{NN}:SwiGLU", **latent)
            case "LayerNorm":
                shape = choices.one([width], Tagged("!tuple", [width]), width)
                return self._call(kind, "torch.nn:LayerNorm", normalized_shape=shape)
            case "Dropout":
                return self._call(kind, "torch.nn:Dropout", 0.25)
            case _:
                return self._call(kind, "torch.nn:GELU")

    def sequence(self, kind: str, parts: list[Value]) -> Tagged:
        return Tagged(f"!{kind}:torch.nn:Sequential", parts)

    def any(self, kind: str, depth: int = 2) -> Tagged:
        if depth == 0 or self.choices.flag():
            return self.simple(kind)
        parts = [self.any(self.draft.made(), depth - 1) for _ in range(self.choices.number(1, 3))]
        return self.sequence(kind, list(parts))

    def _call(self, kind: str, target: str, *args: Value, **kwargs: Value) -> Tagged:
        return self.draft.call(kind, target, *args, **kwargs)


def draw_modules(draft: Draft) -> None:
    """Top-level modules of one of the kinds below."""
    draft.features.add("module")
    forms = (
        _lone,
        _shared_singleton,
        _repeated_factory,
        _partial,
        _partial_with_singleton,
        _containers,
        _random_order,
        _lone_layer,
    )
    draft.choices.one(*forms)(draft)


def _lone(draft: Draft) -> None:
    modules, kind = Modules(draft), draft.made()
    match draft.choices.one("any", "rotary", "embedding"):
        case "any":
            draft.top("module", modules.any(kind))
        case "rotary":
            draft.top("rotary", draft.call(kind, f"{NN}:RotaryEmbedding", head_dim=4, theta=100.0))
        case _:
            draft.top("embedding", draft.call(kind, "torch.nn:Embedding", 7, 3))


def _shared_singleton(draft: Draft) -> None:
    draft.features.add("shared singleton")
    modules = Modules(draft)
    shared: Shared = draft.shared(modules.any("singleton"), "shared")
    if draft.choices.flag():
        shared = draft.top("module", shared)
    first = [shared, modules.any(draft.made(), 1), shared]
    draft.top("module", modules.sequence(draft.made(), first))
    if draft.choices.flag():
        draft.top("module", modules.sequence(draft.made(), [modules.simple("call"), shared]))


def _repeated_factory(draft: Draft) -> None:
    draft.features.add("repeated factory")
    modules = Modules(draft)
    inner: list[Value] = [modules.any("factory", 1)]
    if draft.choices.flag():
        draft.features.add("singleton below a repeated factory")
        inner.append(modules.simple("singleton"))
    factory = draft.shared(modules.sequence("factory", inner), "repeated")
    if draft.choices.flag():
        draft.top("module", factory)
    draft.top("module", modules.sequence(draft.made(), [factory, modules.simple("call"), factory]))


def _partial(draft: Draft) -> None:
    draft.features.add("partial of a module")
    modules = Modules(draft)
    make = draft.top("make_module", modules.any("partial"), Probe())
    if draft.choices.flag():
        draft.features.add("partial called in the configuration")
        made = [draft.call("factory", "call", make) for _ in range(2)]
        draft.top("module", modules.sequence("singleton", list(made)))
    if draft.choices.flag():
        draft.features.add("nested partial")
        nested = draft.call("call", "call", modules.any("partial", 1))
        outer = modules.sequence("partial", [nested, draft.call("factory", "call", make)])
        draft.top("make_module", outer, Probe())


def _partial_with_singleton(draft: Draft) -> None:
    draft.features |= {"singleton below a partial", "shared singleton"}
    modules = Modules(draft)
    parts: list[Value] = [modules.any("singleton", 1), modules.any("factory", 1)]
    if draft.choices.flag():
        parts.append(draft.shared(modules.simple("singleton"), "shared"))
    make = draft.top("make_module", modules.sequence("partial", parts), Probe())
    made = [draft.call("factory", "call", make), parts[-1], draft.call("factory", "call", make)]
    draft.top("module", modules.sequence("singleton", list(made)))


def _containers(draft: Draft) -> None:
    draft.features.add("modules in containers")
    modules = Modules(draft)
    shared = draft.shared(modules.simple("singleton"), "shared")
    factory = draft.shared(modules.simple("factory"), "repeated")
    held: dict[str, Value] = {
        "pair": Tagged("!tuple", [shared, factory]),
        "list": Tagged(
            f"!list@{draft.unique('several')}",
            [factory, {"again": shared, "other": modules.any("call")}],
        ),
        "values": Tagged("!dlist", {"a": factory, "b": None, "c": shared}),
        "makers": [modules.simple("partial")],
    }
    top = draft.top("held", draft.choices.shuffled(held))
    draft.probes[f"{top.name}.makers.0"] = Probe()


def _random_order(draft: Draft) -> None:
    """Random numbers, taken by objects that are and are not made before their top-level node."""
    draft.features.add("order of random numbers")

    def randn(kind: str, *shape: int) -> Tagged:
        return draft.call(kind, "torch:randn", *shape)

    shared = draft.shared(randn("singleton", 3), "noise")
    factory = draft.shared(randn("factory", 2), "fresh")
    first = {"a": randn("call", 1), "b": factory, "c": shared, "d": factory}
    draft.top("first", draft.choices.shuffled(first))
    draft.top("second", [randn("singleton", 2), factory, shared, Modules(draft).simple("call")])
    draw = draft.call("partial", "torch:randn", 2, generator=None)
    draft.top("draw", draw, Probe())


def _lone_layer(draft: Draft) -> None:
    """A layer, or what makes one, with a configuration that is an object of its own."""
    draft.features.add("lone layer")
    choices = draft.choices
    parts = Parts(draft, draw_sizes(choices), in_model=False)
    numbers = {"hidden_size": parts.sizes.hidden, "num_hidden_layers": 1}
    config = draft.shared(Tagged(f"!singleton:{NN}:ModelConfig", numbers), "config")
    shape = parts.shape()
    layer = parts.layer(shape) if choices.flag() else parts.attention(shape)
    if choices.flag():
        draft.top("make_layer", layer, Probe(kwargs={"layer_idx": 0}, over="config"))
        return
    assert isinstance(layer.body, dict)
    given = {"config": config, "layer_idx": 0}
    kind = draft.made()
    draft.top("layer", Tagged(layer.tag.replace("partial", kind), layer.body | given))
