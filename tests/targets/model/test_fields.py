"""The fields of a model, as data."""

from collections.abc import Callable

import pytest

from fgc.compiler.diagnostics.diagnostic import BuildError
from fgc.compiler.ir.graph import Call
from fgc.targets.model.fields import Fields, fields_of


@pytest.fixture
def fields(parsed: Callable[..., tuple[Call, object]]) -> Callable[[str], Fields]:
    def read(lines: str) -> Fields:
        text = "model: !singleton:fgc.runtime.nn:ForCausalLM\n    config:\n"
        text += "".join(f"        {line}\n" for line in lines.splitlines())
        return fields_of(parsed(text)[0])

    return read


def test_plain_data_in_config_order(fields: Callable[[str], Fields]) -> None:
    found = fields("b: 1\na: [1, [x, null]]\nc: !tuple [1, 2]\nd: {k: {l: 1.5}}\ne: -2")
    assert found.values == {
        "b": 1,
        "a": [1, ["x", None]],
        "c": [1, 2],
        "d": {"k": {"l": 1.5}},
        "e": -2,
    }
    assert list(found.values) == list(found.spans) == ["b", "a", "c", "d", "e"]
    assert (found.spans["b"].line, found.spans["b"].column) == (3, 12)


def test_numbers_take_the_type_that_transformers_declares(fields: Callable[[str], Fields]) -> None:
    found = fields("rope_theta: 10000\nattention_dropout: 0\nrms_norm_eps: 1.0e-5\nwidth: 3")
    assert found.values["rope_theta"] == 10000.0
    assert [type(value) for value in found.values.values()] == [float, float, float, int]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("limit: .inf", "config.json cannot hold the number inf"),
        ("limits: [1, {a: .nan}]", "config.json cannot hold the number nan"),
        ("size: !var width", "a field of the model is not known at build"),
        ("size: !call:len [[1]]", "a field of the model is not known at build"),
        ("3: x", "the name of a field is a text"),
        ("names: {3: x}", "config.json has texts as keys only"),
        ("not-a-name: 1", "`not-a-name` cannot name a field"),
        ("class: 1", "`class` cannot name a field"),
        ("_hidden: 1", "`_hidden` cannot name a field"),
        ("größe: 1", "`größe` cannot name a field"),
        ("to_dict: 1", "`to_dict` cannot name a field: the class of the config"),
        ("int: 1", "`int` cannot name a field: the class of the config"),
        ("tie_word_embeddings: 1", "`tie_word_embeddings` is true or false"),
        ("use_cache: 'no'", "`use_cache` is true or false"),
        ("bos_token_id: '0'", "`bos_token_id` is the id of a token, or null"),
        ("bos_token_id: [0]", "`bos_token_id` is the id of a token, or null"),
        ("eos_token_id: [0, null]", "`eos_token_id` is the id of a token, or null"),
        ("rms_norm_eps: small", "`rms_norm_eps` is a number"),
        ("rope_theta: true", "`rope_theta` is a number"),
        (f"rope_theta: 1{'0' * 400}", "`rope_theta` is out of range"),
    ],
)
def test_refuses_what_config_json_cannot_hold(
    fields: Callable[[str], Fields], line: str, message: str
) -> None:
    with pytest.raises(BuildError) as caught:
        fields(f"first: 1\n{line}\nlast: .nan")
    first, second = caught.value.diagnostics
    assert first.code == "FGC040"
    assert first.message.startswith(message)
    assert first.span is not None
    assert first.span.line == 4
    assert second.message == "config.json cannot hold the number nan"


@pytest.mark.parametrize("rest", ["\n", "\n    config: null\n"])
def test_refuses_a_model_without_fields(
    parsed: Callable[..., tuple[Call, object]], rest: str
) -> None:
    with pytest.raises(BuildError, match="the model has no fields"):
        fields_of(parsed("model: !singleton:fgc.runtime.nn:ForCausalLM" + rest)[0])
