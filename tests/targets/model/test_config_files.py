"""The config class and the JSON files of a model directory."""

import ast
import difflib
import json
import keyword
import re
import string
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import black
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import AutoConfig, GenerationConfig, LlamaConfig, PreTrainedConfig

from fgc.compiler.ir.graph import Call, Kind
from fgc.compiler.ir.span import Span
from fgc.compiler.symbols.symbol import Symbol
from fgc.targets.model.config_json import config_json, generation_config_json
from fgc.targets.model.config_module import configuration_module
from fgc.targets.model.fields import FieldValue
from fgc.targets.model.hf_protocol import (
    CONFIG_FIELDS,
    DEFAULT_FIELDS,
    GENERATION_FIELDS,
    RESERVED_FIELDS,
)
from fgc.targets.model.spec import ModelSpec

Specify = Callable[..., ModelSpec]

HANDWRITTEN = Path(__file__).parents[2] / "handwritten" / "tiny_llama" / "model"
STYLE = black.Mode(line_length=100)
AT = Span("a.yaml", 1, 1, 1, 2)


def files_of(spec: ModelSpec) -> dict[str, str]:
    return {
        f"{spec.config_module}.py": configuration_module(spec),
        "config.json": config_json(spec),
        "generation_config.json": generation_config_json(spec),
    }


def config_class(text: str, name: str = "TinyLlamaConfig") -> type[Any]:
    """The class of a generated module, which is run."""
    module = ModuleType("generated")
    sys.modules["generated"] = module
    exec(compile(text, "generated.py", "exec"), module.__dict__)
    return module.__dict__[name]


def plain_spec(fields: Mapping[str, FieldValue], read: frozenset[str], title: str) -> ModelSpec:
    """A model that transformers does not know, with these fields."""
    root = Call(Kind.SINGLETON, "m:Net", AT, (), (), ("model",), AT)
    symbol = Symbol("m:Net", "m", "Net", "class", "project")
    return ModelSpec("net", "Net", title, root, fields, {}, read, None, {root: symbol})


@pytest.mark.parametrize(
    "name", ["configuration_tiny_llama.py", "config.json", "generation_config.json"]
)
def test_is_what_one_writes_by_hand(spec: Specify, name: str) -> None:
    assert files_of(spec())[name] == (HANDWRITTEN / name).read_text()


def test_the_class_is_what_config_json_says(spec: Specify) -> None:
    model = spec()
    fields = json.loads(config_json(model))
    config = config_class(configuration_module(model))()
    for name in ("architectures", "auto_map"):
        del fields[name]
    assert fields.pop("rope_scaling") is None
    assert {name: getattr(config, name) for name in fields} == fields


def test_transformers_own_config_is_strict_and_takes_it(
    spec: Specify, changed: Callable[..., str]
) -> None:
    """A number of the wrong type would be refused there: 0 for a float, as a config may say."""
    text = changed(
        ("initializer_range: 0.02", "initializer_range: 0\n        attention_dropout: 0"),
        ("rope_theta: 10000.0", "rope_theta: 10000"),
    )
    fields = json.loads(config_json(spec(text)))
    del fields["auto_map"]
    config = LlamaConfig(**fields)
    assert config.rope_parameters == {"rope_type": "default", "rope_theta": 10000.0}
    assert config.initializer_range == 0.0
    with pytest.raises(Exception, match="expected float"):
        LlamaConfig(**fields | {"rms_norm_eps": 1})


def test_survives_being_saved(spec: Specify, tmp_path: Path) -> None:
    model = spec()
    ours = config_class(configuration_module(model))
    config = ours(rope_theta=500.0, hidden_size=128)
    config.save_pretrained(tmp_path)
    for again in (ours.from_pretrained(tmp_path), LlamaConfig.from_pretrained(tmp_path)):
        assert again.rope_parameters == {"rope_type": "default", "rope_theta": 500.0}
        for name in {**model.layout().free, **model.layout().built_in}:
            if name != "rope_theta":
                assert getattr(again, name) == getattr(config, name), name


def test_loads_with_its_code(spec: Specify, changed: Callable[..., str], tmp_path: Path) -> None:
    for index, model in enumerate([spec(), spec(changed(("PreNormLayer@", "PostNormLayer@")))]):
        folder = tmp_path / f"model_{index}"
        folder.mkdir()
        for name, text in files_of(model).items():
            (folder / name).write_text(text)
        config = AutoConfig.from_pretrained(folder, trust_remote_code=True)
        assert type(config).__name__ == "TinyLlamaConfig"
        assert config.model_type == model.model_type
        assert config.hidden_size == 256
        generation = GenerationConfig.from_pretrained(folder)
        assert (generation.do_sample, generation.top_p) == (True, 0.95)
        assert generation.eos_token_id == 1


REFUSED = [
    ("attention_bias", True),
    ("mlp_bias", True),
    ("attention_dropout", 0.1),
    ("hidden_act", "gelu"),
    ("rope_parameters", {"rope_type": "yarn", "rope_theta": 10000.0, "factor": 2.0}),
    ("rope_parameters", {"rope_type": "default", "rope_theta": 5.0}),
]


@pytest.mark.parametrize(("field", "value"), REFUSED)
def test_refuses_another_value_for_what_is_built_in(
    spec: Specify, tmp_path: Path, field: str, value: object
) -> None:
    model = spec()
    ours = config_class(configuration_module(model))
    refusal = (
        re.escape(f"`{field}` is ") + ".* in the code of this model, not " + re.escape(repr(value))
    )
    with pytest.raises(ValueError, match=refusal):
        ours(**{field: value})
    with pytest.raises(ValueError, match=refusal):
        setattr(ours(), field, value)
    (tmp_path / "config.json").write_text(config_json(model))
    with pytest.raises(ValueError, match=refusal):
        ours.from_pretrained(tmp_path, **{field: value})
    same = getattr(ours(), field)
    assert getattr(ours(**{field: same}), field) == same


def test_what_nothing_reads_cannot_be_changed(spec: Specify, changed: Callable[..., str]) -> None:
    text = changed(
        ("use_cache: true", "use_cache: true\n        sizes: [1, [2]]\n        limit: null")
    )
    model = spec(text, read=frozenset())
    layout = model.layout()
    assert set(layout.free) == {*DEFAULT_FIELDS, "max_position_embeddings"}
    ours = config_class(configuration_module(model))
    for name, value in [("hidden_size", 8), ("sizes", [1, [3]]), ("limit", 3), ("rope_theta", 5.0)]:
        with pytest.raises(ValueError, match=f"`{name}` is .* in the code of this model"):
            ours(**{name: value})
    first, second = ours(), ours()
    first.sizes.append(4)
    assert second.sizes == [1, [2]]
    assert ours().rope_parameters["rope_theta"] == first.rope_theta == 10000.0


def test_what_transformers_reads_can_be_changed(spec: Specify) -> None:
    ours = config_class(configuration_module(spec()))
    config = ours(tie_word_embeddings=True, eos_token_id=[1, 2], max_position_embeddings=8)
    assert config.tie_word_embeddings
    assert config.eos_token_id == [1, 2]
    assert config.max_position_embeddings == 8


def test_generation_settings_stand_elsewhere(spec: Specify, changed: Callable[..., str]) -> None:
    plain = changed(
        ("        do_sample: true\n        temperature: 0.8\n        top_p: 0.95\n", "")
    )
    plain = changed(("pad_token_id: 2", "pad_token_id: null"), text=plain)
    assert json.loads(generation_config_json(spec(plain))) == {"bos_token_id": 0, "eos_token_id": 1}
    read_by_the_model = changed(
        ("            theta: !var rope_theta", "            theta: !var top_k")
    )
    read_by_the_model = changed(("top_p: 0.95", "top_k: 2"), text=read_by_the_model)
    model = spec(read_by_the_model, read=frozenset({"top_k"}))
    assert "top_k" not in model.generation
    assert model.layout().free["top_k"] == 2


def numbers(text: str) -> list[str]:
    """``text`` with each of its numbers changed in turn."""
    config = text.index("config:")
    places = re.finditer(r"(?<=[ \[])\d[\d.]*(e-\d+)?\b", text[config:])
    return [
        text[: config + place.start()]
        + str(float(place[0]) * 1.5 if "." in place[0] else int(place[0]) + 1)
        + text[config + place.end() :]
        for place in places
    ]


def test_a_changed_number_changes_few_lines(spec: Specify, changed: Callable[..., str]) -> None:
    text = changed(
        (
            "use_cache: true",
            "use_cache: true\n        sizes: [1, 20, [3]]\n        unread: {a: [7, 8]}",
        )
    )
    read = frozenset({"sizes", *spec().read})
    before = files_of(spec(text, read=read))
    variants = numbers(text)
    assert len(variants) == 21
    compared = 0
    for variant in variants:
        model = spec(variant, read=read)
        if model.architecture is None:
            continue  # heads that don't divide
        compared += 1
        lines = 0
        for name, after in files_of(model).items():
            delta = difflib.ndiff(before[name].splitlines(), after.splitlines())
            lines += sum(line.startswith("+ ") for line in delta)
        assert 1 <= lines <= 3, variant
    assert compared >= 18


names = st.text(string.ascii_letters + string.digits + "_", min_size=1, max_size=12).filter(
    lambda name: name.isidentifier()
    and name[0] != "_"
    and not keyword.iskeyword(name)
    and name not in RESERVED_FIELDS | CONFIG_FIELDS | GENERATION_FIELDS
)
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.sampled_from(
        ['"""', "'''\"", "\\", "${x}", "{{ x }}", '"""\nimport os\n"""', "\ud800", "\r"]
    )
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(names, values, max_size=6), st.sets(names), st.text())
def test_any_value_stays_a_value(fields: dict[str, Any], others: set[str], title: str) -> None:
    read = others | set(list(fields)[::2])
    model = plain_spec(fields, frozenset(read), title)
    text = configuration_module(model)
    assert black.format_str(text, mode=STYLE) == text
    tree = ast.parse(text)
    assert sum(isinstance(node, ast.ClassDef) for node in ast.walk(tree)) == 1
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert imported <= {"copy", "dataclasses", "typing", "transformers"}
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Import)]

    ours = config_class(text, "NetConfig")
    config = ours()
    assert isinstance(config, PreTrainedConfig)
    written = json.loads(config_json(model))
    for name, value in fields.items():
        assert getattr(config, name) == value
        assert repr(getattr(config, name)) == repr(value)
        assert repr(written[name]) == repr(value)
    restored = ours.from_dict(written)
    assert {name: getattr(restored, name) for name in fields} == fields


def test_types_follow_the_values(spec: Specify) -> None:
    fields: dict[str, FieldValue] = {
        "a": 1,
        "b": 1.5,
        "c": True,
        "d": "x",
        "e": [1, 2],
        "f": [1, "x"],
        "g": {"k": [1]},
        "h": None,
        "dtype": "bfloat16",
    }
    text = configuration_module(plain_spec(fields, frozenset(fields), "Net"))
    (owner,) = [node for node in ast.parse(text).body if isinstance(node, ast.ClassDef)]
    types = {
        ast.unparse(node.target): ast.unparse(node.annotation)
        for node in owner.body
        if isinstance(node, ast.AnnAssign)
    }
    assert types == {
        "a": "int",
        "b": "float",
        "c": "bool",
        "d": "str",
        "e": "list[int]",
        "f": "list[Any]",
        "g": "dict[str, list[int]]",
        "h": "Any",
        "dtype": "str",
        "tie_word_embeddings": "bool",
        "use_cache": "bool",
        "bos_token_id": "int | None",
        "eos_token_id": "int | list[int] | None",
        "pad_token_id": "int | None",
    }
    assert "BUILT_IN" not in text
    config = config_class(text, "NetConfig")()
    assert str(config.dtype) == "torch.bfloat16"


def test_no_import_that_is_not_used() -> None:
    text = configuration_module(plain_spec({"a": 1}, frozenset({"a"}), "Net"))
    assert re.findall("^(?:from|import) .*", text, re.MULTILINE) == [
        "from transformers import PreTrainedConfig"
    ]
