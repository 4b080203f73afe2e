"""What is specialised does what the unspecialised does, on random definitions and bindings."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

import libcst as cst
from hypothesis import given, settings
from hypothesis import strategies as st

from fgc.compiler.backend.literal import literal
from fgc.compiler.specialiser.annotations import makes_none
from fgc.compiler.specialiser.bindings import (
    Binding,
    Constant,
    Construct,
    ConstructEach,
    Construction,
    Inline,
    Kept,
)
from fgc.compiler.specialiser.calls import Unspecialisable
from fgc.compiler.specialiser.definition import Request, specialise_class, specialise_function
from fgc.compiler.specialiser.factories import call_time_keywords
from fgc.compiler.specialiser.source import Definition
from fgc.compiler.specialiser.subset import violations
from tests.compiler.specialiser.programs import FACTORIES, PARAMETERS, PRELUDE, Sample, sample

EXAMPLES = 200
VALUES: dict[str, tuple[Any, ...]] = {
    "width": (None, 3, 0, -2, "config.width", "config.depth"),
    "depth": (None, 1, "config.depth"),
    "causal": (True, False),
    "bias": (None, True, False),
    "mode": ("linear", "it's", "{x}"),
    "label": ("l", 'say "hi"\n', "{braces}"),
    "size": (4, 0, -3, "config.width"),
    "norm": (None, {}, {"eps": 1}, {"eps": "config.width"}),
    "act": ({}, {"eps": 2}),
    "layers": (None, (), ({},), ({"n": 1},) * 3, ({}, {"n": 1}, {"n": 1}, {"n": "config.width"})),
}


@dataclass(frozen=True)
class Case:
    """A sample, the values of its parameters, and those of them that are known only at run time."""

    sample: Sample
    values: dict[str, Any]
    kept: frozenset[str]


def case(random: Random) -> Case:
    made = sample(random)
    values = {name: random.choice(VALUES[name]) for name in made.parameters}
    share = random.choice((0.0, 0.0, 0.3, 0.3, 1.0))
    kept = {name for name in made.parameters if random.random() < share}
    return Case(made, values, frozenset(kept))


def run(text: str, values: dict[str, Any], is_class: bool) -> dict[str, Any]:
    """What happens: the trace, the attributes, and what is returned or raised, twice."""
    space: dict[str, Any] = {}
    exec(compile(PRELUDE + text, "<case>", "exec"), space)
    trace = space["trace"]
    trace.clear()
    attributes: dict[str, str] = {}
    results: list[str] = []

    def attempt(call: Any) -> Any:
        try:
            result = call()
            if type(result).__name__ == "generator":
                result = ("generator", list(result))
        except Exception as error:
            results.append(f"{type(error).__name__}: {error}")
            return None
        results.append(repr(result) if type(result).__name__ != "Thing" else "made")
        return result

    arguments = {name: runtime_value(name, value, space) for name, value in values.items()}
    thing = attempt(lambda: space["Thing" if is_class else "thing"](**arguments))
    if is_class and thing is not None:
        attributes = {name: repr(value) for name, value in vars(thing).items()}
        attempt(thing.run)
    return {"trace": list(trace), "attributes": attributes, "results": results}


def runtime_value(name: str, value: Any, space: dict[str, Any]) -> Any:
    if name == "layers":
        return None if value is None else [factory(each, space) for each in value]
    if name in FACTORIES:
        return None if value is None else factory(value, space)
    return evaluated(value, space)


def factory(bound: dict[str, Any], space: dict[str, Any]) -> Any:
    given = {key: evaluated(value, space) for key, value in bound.items()}
    return space["partial"](space["Part"], **given) if given else space["Part"]


def evaluated(value: Any, space: dict[str, Any]) -> Any:
    is_code = isinstance(value, str) and value.startswith("config.")
    return eval(value, space) if is_code else value


def binding(definition: Definition, name: str, value: Any) -> Binding:
    """What the parameter is bound to at build."""
    if value is None or isinstance(value, bool) or name == "mode":
        return Constant(value)
    if name == "layers":
        return ConstructEach(tuple(construction(definition, name, each) for each in value))
    if name in FACTORIES:
        return Construct(construction(definition, name, value), makes_none(PARAMETERS[name]))
    return Inline(code(value))


def construction(definition: Definition, name: str, bound: dict[str, Any]) -> Construction:
    tight = cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace(""))
    args = tuple(
        cst.Arg(code(value), keyword=cst.Name(key), equal=tight) for key, value in bound.items()
    )
    return Construction(cst.Name("Part"), args, call_time_keywords(definition, name))


def code(value: Any) -> cst.BaseExpression:
    if isinstance(value, str) and value.startswith("config."):
        return cst.parse_expression(value)
    return literal(value)


def specialised(made: Case) -> str | None:
    """The text for the case's bindings; None where it is outside the subset."""
    name, kind = ("Thing", "class") if made.sample.is_class else ("thing", "function")
    definition = Definition("m", name, made.sample.text, 1, kind)
    if violations(definition):
        return None
    bindings: dict[str, Binding] = {
        name: Kept() if name in made.kept else binding(definition, name, value)
        for name, value in made.values.items()
    }
    tree = definition.parse()
    try:
        if isinstance(tree, cst.ClassDef):
            return cst.Module([]).code_for_node(specialise_class(tree, Request(name, bindings)))
        assert isinstance(tree, cst.FunctionDef)
        return cst.Module([]).code_for_node(specialise_function(tree, Request(name, bindings)))
    except Unspecialisable:
        return None


def difference(made: Case) -> str | None:
    """How the two differ; None where they do not, or where the case was rejected."""
    text = specialised(made)
    if text is None:
        return None
    before = run(made.sample.text, made.values, made.sample.is_class)
    rest = {name: value for name, value in made.values.items() if name in made.kept}
    after = run(text, rest, made.sample.is_class)
    finals = {n for n in before["attributes"] if n.startswith("final")}
    gone = {n: v for n, v in before["attributes"].items() if n not in after["attributes"]}
    if not gone.keys() <= finals or not set(gone.values()) <= {"None", "True", "False"}:
        return f"attributes are gone: {gone}\n{text}"
    before["attributes"] = {k: v for k, v in before["attributes"].items() if k not in gone}
    if before != after:
        return f"{made.sample.text}\n{made.values}\n{made.kept}\n{text}\n{before}\n{after}"
    if made.kept == set(made.values) and text != made.sample.text:
        return f"not verbatim:\n{made.sample.text}\n{text}"
    return None


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.integers(0, 2**32))
def test_specialised_does_what_unspecialised_does(seed: int) -> None:
    assert difference(case(Random(seed))) is None


def test_most_samples_are_in_the_subset_and_know_something() -> None:
    made = [case(Random(seed)) for seed in range(EXAMPLES // 4)]
    texts = [specialised(each) for each in made]
    changed = [t for each, t in zip(made, texts, strict=True) if t not in (None, each.sample.text)]
    assert len(changed) > 0.6 * len(made)
    assert sum(each.sample.text.count("\n") for each in made) > 15 * len(made)
