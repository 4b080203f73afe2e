"""Plain values, builtins, and the runtime's functions and classes that are no modules."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.equivalence.draft import Draft, Probe
from tests.equivalence.module_graphs import Modules
from tests.equivalence.yaml_text import Tagged, Value

SCHEDULE = "fgc.runtime.schedule"
DATA = "fgc.runtime.data"

# The runtime's schedules, and lengths for each, the warm-up aside.
SCHEDULES: dict[str, dict[str, tuple[Value, ...]]] = {
    "warmup_stable_decay": {"total": (80, 95), "decay": (20, 33)},
    "cosine": {"total": (80, 95)},
    "linear": {"total": (80, 95)},
    "constant": {},
    "infinite": {"cooldown": (30, 41)},
    "exponential": {"time_constant": (12, 50)},
}


def draw_data(draft: Draft) -> None:
    """Top-level values without modules."""
    forms = (_plain, _builtins, _language, _third_party, _budget, _permutation, _batches, _partials)
    draft.choices.one(*forms)(draft)


def draw_training(draft: Draft) -> None:
    """Optimizers and schedules, made here or by whoever calls a partial."""
    choices = draft.choices
    if choices.flag():
        draft.features.add("optimizer and schedule as partials")
        draft.top("optimizer", _optimizer(draft, "partial"), Probe(over="parameters"))
        draft.top("lr_scheduler", _schedule(draft, "partial"), Probe(over="optimizer"))
        return
    draft.features |= {"module", "optimizer and schedule of a module"}
    module = draft.top("module", Modules(draft).sequence("singleton", [_linear(), _linear()]))
    if choices.flag():
        draft.features.add("parameter groups")
        named = draft.call("call", "torch.nn:Module.named_parameters", module)
        parameters = _groups(draft, named)
    else:
        parameters = draft.call("call", "torch.nn:Module.parameters", module)
    optimizer = draft.top("optimizer", _optimizer(draft, "singleton", params=parameters))
    draft.top("lr_scheduler", _schedule(draft, choices.one("call", "factory"), optimizer=optimizer))


def _groups(draft: Draft, named: Value) -> Tagged:
    choices = draft.choices
    lr = draft.top("rate", choices.one(0.01, 3e-05))
    scaled = Tagged("!factory:operator:mul", [choices.one(0.5, 2), lr])
    rest = draft.call(draft.made(), "operator:add", scaled, choices.one(0.125, lr))
    options: dict[str, Value] = {
        "bias$": {"weight_decay": 0.0},
        r"^0\.": {"lr": choices.one(scaled, rest)},
    }
    arguments = {"named_parameters": named, "options": choices.shuffled(options)}
    return draft.call(draft.made(), "fgc.runtime.optim:parameter_groups", **arguments)


def _linear() -> Tagged:
    return Tagged("!factory:torch.nn:Linear", [3, 3])


def _optimizer(draft: Draft, kind: str, **kwargs: Value) -> Tagged:
    lr = draft.choices.one(0.001, 3e-05, Tagged("!var", ["rate", 0.5]))
    if draft.choices.flag():
        return draft.call(kind, "torch.optim:SGD", lr=lr, momentum=0.9, **kwargs)
    betas = Tagged("!tuple", [0.9, draft.choices.one(0.95, 0.999)])
    return draft.call(kind, "torch.optim:AdamW", lr=lr, betas=betas, weight_decay=0.1, **kwargs)


def _schedule(draft: Draft, kind: str, **kwargs: Value) -> Tagged:
    choices = draft.choices
    if choices.rarely():
        return draft.call(kind, "torch.optim.lr_scheduler:StepLR", step_size=7, gamma=0.5, **kwargs)
    name = choices.one(*SCHEDULES)
    draft.features.add(f"schedule: {name}")
    given = {length: choices.one(*options) for length, options in SCHEDULES[name].items()}
    if name != "exponential":
        warmup = choices.one("left out", None, 10, 7)
        if warmup != "left out":
            given["warmup"] = warmup
    if choices.flag():
        given["per_step"] = choices.one(3, _tokens_per_step(draft, "call", 2))
        given |= {"total": 200} if "total" in given else {}
    if name == "infinite":
        given["constant_lr_ratio"] = choices.one(0.1, 0.25)
    elif name != "constant" and choices.flag():
        given["min_lr_ratio"] = choices.one(0.1, 0.0)
    if name == "warmup_stable_decay":
        if choices.flag():
            given["decay_shape"] = choices.one("linear", "cosine", "sqrt")
        if choices.flag():
            draft.features.add("latent arguments")
            given["latent_args"] = {"decay": 15}
    return draft.call(kind, f"{SCHEDULE}:{name}", **given, **kwargs)


def _value(draft: Draft, depth: int) -> Value:
    choices = draft.choices
    if depth == 0 or choices.flag():
        return choices.scalar()
    items = [_value(draft, depth - 1) for _ in range(choices.number(0, 3))]
    keyed = dict(zip(("a", "b c", 7, None), items, strict=False))
    return choices.one(
        items,
        keyed,
        Tagged("!tuple", items),
        Tagged(f"!list@{draft.unique('items')}", items),
        Tagged("!dict", keyed),
        Tagged("!dlist", keyed),
        Tagged("!var", ["unset", items]),
    )


def _plain(draft: Draft) -> None:
    draft.features.add("plain values")
    value = draft.top("value", _value(draft, 3))
    draft.top("again", {"it": value, "other": _value(draft, 1)})


def _builtins(draft: Draft) -> None:
    draft.features.add("builtins")
    numbers = draft.shared([3, 1, 2], "numbers")
    calls: dict[str, Value] = {
        "length": Tagged("!call:len", [numbers]),
        "sum": draft.call("singleton", "sum", numbers, start=0.5),
        "sorted": draft.call("factory", "sorted", numbers, reverse=True),
        "number": Tagged("!call:int", ["12"]),
        "dict": draft.call("call", "dict", a=1, b=numbers),
        "keys": Tagged("!call:dict.fromkeys", [numbers, "x"]),
        "range": Tagged("!call:range", [2, Tagged("!call:max", [numbers]), 1]),
        "attribute": Tagged("!call:getattr", ["text", "upper"]),
    }
    top = draft.top("calls", draft.choices.shuffled(calls))
    draft.probes[f"{top.name}.attribute"] = Probe()


def _language(draft: Draft) -> None:
    draft.features.add("builtins of the language")
    mapping = draft.shared({"x": 1, "y": [2, 3]}, "mapping")
    calls: dict[str, Value] = {
        "items": Tagged("!call:items", [mapping]),
        "keys": Tagged("!factory:keys", [mapping]),
        "values": Tagged("!call:values", [mapping]),
        "getitem": Tagged("!call:getitem", [mapping, "y"]),
        "named_list": Tagged("!call:named_list", [1, mapping]),
        "named_tuple": Tagged("!call:named_tuple", [1, mapping]),
        "named_dict": draft.call("call", "named_dict", a=1, b=mapping),
        "call": Tagged("!call:call", [draft.call("partial", "max", 4), 9]),
    }
    draft.top("calls", draft.choices.shuffled(calls))


def _third_party(draft: Draft) -> None:
    draft.features.add("calls of other packages")
    calls: dict[str, Value] = {
        "root": Tagged("!call:math:sqrt", [draft.choices.one(2.0, 0.25)]),
        "fraction": Tagged("!singleton:fractions.Fraction", [1, 3]),
        "duration": draft.call("factory", "datetime:timedelta", days=1, hours=2),
        "path": Tagged("!call:os.path:join", ["a", "b.txt"]),
        "tensor": Tagged("!call:torch:tensor", [[[1.0, 2.0], [3.0, float("nan")]]]),
        "array": draft.call("call", "numpy:arange", 5, dtype="float32"),
        "type": Tagged("!partial:collections:OrderedDict"),
    }
    draft.top("calls", draft.choices.shuffled(calls))


def _tokens_per_step(draft: Draft, kind: str, size: int) -> Tagged:
    given: dict[str, Value] = {"batch_size": size, "seq_len": 2, "world_size": 1}
    if draft.choices.flag():
        given["gradient_accumulation_steps"] = draft.choices.one(None, 3)
    return draft.call(kind, f"{SCHEDULE}:batch_tokens", **given)


def _budget(draft: Draft) -> None:
    draft.features.add("functions of the runtime")
    tokens = draft.top("tokens_per_step", _tokens_per_step(draft, "singleton", 8))
    draft.top("steps", Tagged(f"!call:{SCHEDULE}:steps", [1000, tokens]))
    alpha = {} if draft.choices.flag() else {"alpha": 1.0}
    rate = draft.call(
        draft.made(), f"{SCHEDULE}:scaled_lr", 0.001, tokens, base_batch_tokens=64, **alpha
    )
    draft.top("lr", rate)


def _permutation(draft: Draft) -> None:
    draft.features.add("functions of the runtime")
    size = draft.choices.one(10, 100, 1)
    indices = draft.call("call", "numpy:arange", size)
    seed = draft.choices.number(-3, 2**40)
    permuted = {"size": size, "seed": seed, "epoch": draft.choices.number(0, 3)}
    draft.top(
        "order", draft.call(draft.made(), f"{DATA}.permutation:permuted", indices, **permuted)
    )
    make = draft.call(
        "partial", f"{DATA}.permutation:permuted", **permuted, latent_args={"epoch": 5}
    )
    draft.features.add("latent arguments")
    top = draft.top("orders", {"first": make})
    draft.probes[f"{top.name}.first"] = Probe((np.arange(size),))


def _batches(draft: Draft) -> None:
    draft.features.add("data classes of the runtime")
    choices = draft.choices
    ids = draft.call("call", "numpy:arange", 50, dtype="uint16")
    tokens = draft.call("call", f"{DATA}.tokens:TokenFile", ids=ids, num_documents=1, num_bytes=99)
    blocks = draft.call("singleton", f"{DATA}.blocks:TokenBlocks", tokens=tokens, seq_len=4)
    data = draft.shared(blocks, "blocks")
    if choices.flag():
        data = draft.top("data", data)
    sizes: dict[str, Any] = {"batch_size": choices.one(2, 5)}
    draft.top(
        "eval_data", draft.call("singleton", f"{DATA}.batches:SequentialBatches", data, **sizes)
    )
    if choices.flag():
        sizes |= {"rank": 0, "world_size": choices.one(1, 2)}
    seed = choices.number(0, 99)
    draft.top(
        "train_data",
        draft.call("singleton", f"{DATA}.batches:ShuffledBatches", data=data, seed=seed, **sizes),
    )


def _partials(draft: Draft) -> None:
    draft.features |= {"partials of functions", "latent arguments"}
    draft.top("multiply", Tagged("!partial:operator:mul", [3]), Probe((4,)))
    overridden = draft.call("partial", "dict", a=1, b=2, latent_args={"b": 3, "c": 4})
    draft.top("overridden", overridden, Probe(kwargs={"c": 5, "d": 6}))
    latent = draft.shared({"reverse": True}, "latent")
    chosen = Tagged("!call:dict", {"key": Tagged("!partial:abs"), "reverse": True})
    given = draft.choices.one(latent, chosen)
    draft.top("sort", draft.call("partial", "sorted", latent_args=given), Probe(([1, -5, 3],)))
    draft.top("builtin", Tagged("!partial:len"), Probe(("four",)))
    rate = draft.call("partial", f"{SCHEDULE}:scaled_lr", 0.001, base_batch_tokens=64)
    draft.top("scale", rate, Probe((256,), {"alpha": 1.0}))
    draft.top("fresh", Tagged("!partial:named_list", [Tagged("!factory:dict", {"a": 1})]), Probe())
