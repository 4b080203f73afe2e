"""The schemas are ones, and what ships is what they describe."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from fgc.compiler.pipeline import Request, run
from fgc.compiler.views.schema import config_schema, meta_schema
from tests.compiler.cli.real import ROOT, fgc

CONFIGS = sorted((ROOT / "examples").glob("**/configs/*.yaml"))
METAS = sorted((ROOT / "examples").glob("**/meta.yaml"))


@pytest.mark.parametrize("path", METAS, ids=lambda path: path.parent.name)
def test_every_meta_is_described(path: Path) -> None:
    Draft202012Validator.check_schema(meta_schema())
    Draft202012Validator(meta_schema()).validate(yaml.safe_load(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("wrong", [{"nmae": "x"}, {"name": 3}, {"searchdir": {"a": 1}}])
def test_a_wrong_meta_is_not(wrong: dict[str, object]) -> None:
    assert not Draft202012Validator(meta_schema()).is_valid(wrong)


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_every_configuration_s_knobs_are_described(path: Path) -> None:
    build = run(Request(path), until="parse").build
    assert build.graph is not None
    assert build.rendered is not None
    schema = json.loads(json.dumps(config_schema(build.graph, build.rendered, "x")))
    Draft202012Validator.check_schema(schema)
    knobs = build.rendered.knobs
    values = {name: knobs.chain(name)[-1].value for name in knobs.names}
    plain = json.loads(json.dumps(values, default=str))
    Draft202012Validator(schema["$defs"]["knobs"]).validate(plain)
    assert schema["properties"].keys() == {str(entry.key) for entry in build.graph.roots}


def test_what_a_knob_of_the_demo_is() -> None:
    made = json.loads(fgc("schema", ROOT / "examples" / "tiny_llama").stdout)
    knobs = made["$defs"]["knobs"]
    assert knobs["properties"]["seq_len"] == {
        "type": ["number", "null"],
        "description": "Tokens in a training sample.",
        "default": 256,
    }
    assert made["properties"]["lr"] == {"type": ["number", "null"]}
    validator = Draft202012Validator(knobs)
    assert validator.is_valid({"seq_len": 512})
    assert not validator.is_valid({"seq_len": "long"})
    assert not validator.is_valid({"seq_lne": 512})


def test_that_of_meta_is_printed() -> None:
    assert json.loads(fgc("schema", "--meta").stdout) == meta_schema()
