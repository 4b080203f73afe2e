"""The source map leads from an emitted line to the lines of the configuration that decided it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from fgc.compiler.backend.sourcemap import MAP_NAME, SourceMap
from tests.tree.building import Builds, copy_project

MODEL = "model/modeling_tiny_llama.py"
PROGRAM = "train.py"


class Traced:
    """A written tree, and the configuration's lines that its own lines come from."""

    def __init__(self, tree: Path):
        self.tree = tree
        self.map = SourceMap.from_json((tree / MAP_NAME).read_text("utf-8"))

    def text(self, file: str) -> str:
        return (self.tree / file).read_text("utf-8")

    def origins(self, file: str, line: int) -> list[str]:
        """The lines of the configuration behind a line, by the copies that the tree holds."""
        origins = self.map.origins(file, line)
        found = () if origins is None else origins.config
        copies = [(self.tree / "config" / place.file, place.line) for place in found]
        return [copy.read_text("utf-8").splitlines()[line - 1] for copy, line in copies]


@pytest.fixture(params=[("baseline", {}), ("post_norm", {"base_batch_size": 512})])
def traced(builds: Builds, request: pytest.FixtureRequest) -> Traced:
    name, settings = request.param
    return Traced(builds.written(name, **settings))


def own_functions(traced: Traced) -> Iterator[ast.FunctionDef]:
    for node in ast.parse(traced.text(PROGRAM)).body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("build_"):
            yield node


def test_each_place_is_a_line_of_a_file(traced: Traced) -> None:
    for file, line, origins in traced.map:
        if origins.config:
            assert all(text.strip() for text in traced.origins(file, line))


def test_an_argument_leads_to_the_line_that_gives_it(traced: Traced) -> None:
    seen: set[str] = set()
    for function in own_functions(traced):
        for keyword in (n for n in ast.walk(function) if isinstance(n, ast.keyword)):
            place, *_ = traced.origins(PROGRAM, keyword.lineno)
            assert re.match(rf"\s+{keyword.arg}:", place), (function.name, keyword.arg, place)
            seen.add(str(keyword.arg))
    assert {"lr", "betas", "files", "seq_len", "cache_dir", "per_step"} <= seen


def test_a_constant_leads_to_its_node_where_it_is_defined_and_where_it_is_used(
    traced: Traced,
) -> None:
    lines = traced.text(PROGRAM).splitlines()
    names = [name[1] for line in lines if (name := re.match(r"([A-Z_]+) = -?\d", line))]
    assert {"SEED", "TOTAL_TOKENS"} <= set(names)
    for number, line in enumerate(lines, 1):
        if line.startswith(("from ", "import ")):
            continue
        for name in names:
            if re.search(rf"\b{name}\b", line):
                assert any(
                    re.match(rf"{name.lower()}: &", place)
                    for place in traced.origins(PROGRAM, number)
                ), line


def test_what_main_gives_to_the_trainer_leads_to_the_trainer(traced: Traced) -> None:
    lines = traced.text(PROGRAM).splitlines()
    number = lines.index("        max_grad_norm=1.0,") + 1
    assert traced.origins(PROGRAM, number) == ["    max_grad_norm: {{ ns.max_grad_norm | toyaml }}"]
    (call,) = (n for n, line in enumerate(lines, 1) if line.endswith(" = train("))
    assert traced.origins(PROGRAM, call)[0].startswith("trainer: &trainer !partial:")


def test_main_leads_to_what_it_makes(traced: Traced) -> None:
    for number, line in enumerate(traced.text(PROGRAM).splitlines(), 1):
        made = re.match(r"    (\w+) = .*\bbuild_\1\(", line)
        if made:
            assert traced.origins(PROGRAM, number)[0].startswith(f"{made[1]}: &{made[1]} !"), line


def test_a_field_of_the_config_leads_to_its_value(traced: Traced) -> None:
    seen = 0
    for number, line in enumerate(traced.text(MODEL).splitlines(), 1):
        for field in re.findall(r"\bconfig\.([a-z]\w*)", line):
            places = traced.origins(MODEL, number)
            assert any(re.match(rf"\s+{field}: ", place) for place in places), line
            seen += 1
    assert seen > 20


def test_a_part_leads_to_where_it_is_given(traced: Traced) -> None:
    lines = traced.text(MODEL).splitlines()
    parts = {
        "        self.self_attn = TinyLlamaAttention(": "attention: *attention_factory",
        "        self.post_attention_layernorm = ": "norm: *layer_norm_factory",
        "        self.rotary_emb = TinyLlamaRotaryEmbedding(": "rotary_emb: *rotary_factory",
        "        self.model = TinyLlamaDecoder(": "decoder: *layer_stack_factory",
    }
    for start, place in parts.items():
        (number,) = (n for n, line in enumerate(lines, 1) if line.startswith(start))
        assert [text.strip() for text in traced.origins(MODEL, number)] == [place]


POSITIONAL = """\
-- extends 'configs/baseline.yaml'
[optimizer]
optimizer: &optimizer !partial:torch.optim:SGD
    lr: *lr
    momentum: {{ ns.adam_beta1 }}

[lr_scheduler]
lr_scheduler: !partial:torch.optim.lr_scheduler:LambdaLR
    - !partial:fgc.runtime.schedule.budget:scaled_lr
        base_batch_tokens: 512
        alpha: 0.25
"""


def test_arguments_by_position_and_of_partials(builds: Builds, tmp_path: Path) -> None:
    project = copy_project(tmp_path / "project")
    (project / "configs" / "other.yaml").write_text(POSITIONAL, encoding="utf-8")
    traced = Traced(builds.written("other", project=project))
    lines = traced.text(PROGRAM).splitlines()
    places = {
        "momentum=0.9,": "momentum: {{ ns.adam_beta1 }}",
        "partial(": "- !partial:fgc.runtime.schedule.budget:scaled_lr",
        "base_batch_tokens=512,": "base_batch_tokens: 512",
        "alpha=0.25,": "alpha: 0.25",
    }
    for line, place in places.items():
        number = next(n for n, text in enumerate(lines, 1) if text.strip() == line)
        assert traced.origins(PROGRAM, number)[0].strip() == place
