"""What is told of a model without torch is what torch builds on the meta device."""

from __future__ import annotations

import importlib
import importlib.util
import itertools
import json
import shutil
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from textwrap import dedent
from types import ModuleType

import pytest
import torch
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from transformers import AutoConfig

from fgc.compiler.backend.relative_paths import RelativePaths
from fgc.compiler.passes.emit import Emitted, emit
from fgc.compiler.passes.plan import plan
from fgc.compiler.passes.specialise import specialise
from fgc.compiler.passes.vendor import vendor
from fgc.compiler.pipeline import Request, run
from fgc.compiler.program.plan import ModelPlan, Plan
from fgc.targets.model.anatomy import Module, anatomy, total_parameters
from fgc.targets.model.hf_protocol import CONFIG_FIELDS, PROTECTED, RESERVED_FIELDS
from fgc.targets.model.symbolic.pretrained import ConfigObject
from fgc.targets.project import model_files
from fgc.targets.python.program import PYTHON
from tests.equivalence.configuration import resolution_of
from tests.equivalence.draft import Choices, Draft
from tests.equivalence.model_graphs import draw_model
from tests.equivalence.yaml_text import Writer
from tests.example_configs import TRAINING, example_configs, example_name
from tests.targets.model.described import Description, of_anatomy, of_torch, unknown

EXAMPLE = Path(__file__).parents[3] / "examples" / "tiny_llama"
CONFIGS = example_configs(TRAINING)
COUNTER = itertools.count()

VARIANTS: list[dict[str, object]] = [
    {"attention_bias": True, "mlp_bias": True},
    {"tie_word_embeddings": True},
    {"tie_word_embeddings": True, "vocab_size": 7, "num_hidden_layers": 2},
    {"num_key_value_heads": None},
    {"attention_dropout": 0.1, "embedding_dropout": 0.1, "residual_dropout": 0.2},
    {"num_hidden_layers": 1, "head_dim": None},
    {"num_hidden_layers": 9, "intermediate_size": 100},
]


def on_meta(plan: Plan, model: ModelPlan, emitted: Emitted, folder: Path) -> Description:
    """The model that its emitted files build, on the meta device."""
    package = f"anatomy_of_{next(COUNTER)}"
    root = folder / package
    contents = {path: text.encode() for path, text in emitted.python.items()}
    contents |= model_files(plan, emitted)
    for path, content in contents.items():
        if path.startswith(f"{model.folder}/") and isinstance(content, bytes):
            file = root / path.partition("/")[2]
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
    try:
        modeling = imported(root, package, f"modeling_{model.name}")
        config = imported(root, package, f"configuration_{model.name}")
        config_class = getattr(config, model.config_class)
        with torch.device("meta"):
            made = getattr(modeling, class_name(root))(config_class.from_pretrained(root))
        return of_torch(made)
    finally:
        for name in [name for name in sys.modules if name.split(".")[0] == package]:
            del sys.modules[name]


def class_name(folder: Path) -> str:
    """The name of the model's class, as transformers finds it."""
    auto_map = json.loads((folder / "config.json").read_text())["auto_map"]
    return auto_map["AutoModelForCausalLM"].rpartition(".")[2]


def imported(folder: Path, package: str, module: str) -> ModuleType:
    """A module of the model's folder, which is a package of this name."""
    if package not in sys.modules:
        spec = importlib.util.spec_from_file_location(
            package, folder / "__init__.py", submodule_search_locations=[str(folder)]
        )
        assert spec is not None
        assert spec.loader is not None
        sys.modules[package] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[package])
    return importlib.import_module(f"{package}.{module}")


def built(config: Path, overrides: Mapping[str, object] | None = None) -> tuple[Plan, Emitted]:
    outcome = run(Request(config, overrides=dict(overrides or {})), until="emit")  # type: ignore[arg-type]
    assert not outcome.failed, outcome.diagnostics
    assert outcome.build.plan is not None
    assert outcome.build.emitted is not None
    return outcome.build.plan, outcome.build.emitted


def assert_told(planned: Plan, emitted: Emitted, folder: Path) -> None:
    for model in planned.models.values():
        told = of_anatomy(anatomy(planned, model, emitted))
        assert told == on_meta(planned, model, emitted, folder)


@pytest.mark.parametrize("config", CONFIGS, ids=example_name)
def test_each_example(config: Path, tmp_path: Path) -> None:
    assert_told(*built(config), tmp_path)


@pytest.mark.parametrize("overrides", VARIANTS, ids=lambda knobs: "-".join(knobs))
def test_variants(overrides: dict[str, object], tmp_path: Path) -> None:
    assert_told(*built(EXAMPLE / "configs" / "baseline.yaml", overrides), tmp_path)


def test_random_models(tmp_path: Path) -> None:
    each_random_model(tmp_path, examples=20)


@pytest.mark.nightly
def test_many_random_models(tmp_path: Path) -> None:
    seen = each_random_model(tmp_path, examples=400)
    assert {"tied", "norms of queries and keys", "singleton below a partial"} <= seen
    assert {"PostNormLayer", "two models with the same parts", "sliding window"} <= seen


def each_random_model(folder: Path, examples: int) -> set[str]:
    """Attention with norms, windows and biases; layers that differ; shared parts; two models.

    Returns what the models exercised.
    """
    seen: set[str] = set()

    @settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(st.data())
    def check(data: st.DataObject) -> None:
        choices = Choices(data.draw)
        draft = Draft(choices)
        draw_model(draft)
        resolution = resolution_of(Writer(choices.flag).document(draft.entries))
        planned = plan(resolution, PYTHON)
        code = specialise(planned, protected=PROTECTED)
        assert_told(planned, emit(vendor(planned, code), RelativePaths(())), folder)
        seen.update(draft.features)

    check()
    return seen


def test_what_a_config_lacks_it_lacks(tmp_path: Path) -> None:
    planned, emitted = built(EXAMPLE / "configs" / "baseline.yaml")
    (model,) = planned.models.values()
    on_meta(planned, model, emitted, tmp_path)
    (root,) = tmp_path.iterdir()
    config = AutoConfig.from_pretrained(root, trust_remote_code=True)
    told = ConfigObject(config.to_dict())
    names = {*CONFIG_FIELDS, *RESERVED_FIELDS, *dir(config), "sliding_window", "layer_types", "x"}
    lacking = {name for name in names if told.lacks(name)}
    assert {"sliding_window", "layer_types", "x"} <= lacking
    assert not [name for name in lacking if hasattr(config, name)]


# a project's own modules


LAYERS = '''
    from __future__ import annotations

    import torch
    from torch import nn
    from there_is_no_such_library import Mixer
    from transformers.activations import ACT2FN

    try:
        import there_is_no_such_kernel as fast
    except ImportError:
        fast = None

    EXPERTS = {"few": 2, "many": 5}


    def slopes(count: int) -> torch.Tensor:
        return 2.0 ** -(8.0 / count * torch.arange(1, count + 1))


    class Experts(nn.Module):
        """Feed-forward networks, of which each token takes one."""

        def __init__(self, hidden_size: int, kind: str = "many", **kwargs):
            super().__init__()
            if hidden_size % 4:
                raise ValueError(f"{hidden_size} is not divisible by 4")
            width = max(hidden_size // 4, 8) if fast is None else hidden_size
            self.act = ACT2FN["silu"]
            self.router = nn.Linear(hidden_size, EXPERTS[kind], bias=False)
            self.experts = nn.ModuleList()
            for number in range(EXPERTS[kind]):
                inner = hidden_size // 2 if number else hidden_size
                up, down = nn.Linear(hidden_size, inner), nn.Linear(inner, hidden_size)
                self.experts.append(nn.Sequential(up, nn.GELU(), down))
            self.scale = nn.Parameter(torch.full((1, 1, hidden_size), 0.5))
            self.register_buffer("slopes", slopes(EXPERTS[kind])[None, :], persistent=False)
            self.register_buffer("counts", torch.zeros(EXPERTS[kind], dtype=torch.long))
            self.apply(self._start)

        @torch.no_grad()
        def _start(self, module: nn.Module) -> None:
            if isinstance(module, nn.Linear):
                nn.init.normal_(module.weight, std=0.02)
                if module.bias is not None:
                    module.bias.zero_()

        def forward(self, x):
            return x


    class ThirdParty(nn.Module):
        """A mixer of somebody else's."""

        def __init__(self, hidden_size: int, kind: str = "few", **kwargs):
            super().__init__()
            self.mixer = Mixer(hidden_size)
            self.out = nn.Linear(hidden_size, hidden_size)

        def forward(self, x):
            return self.out(self.mixer(x))


    class Endless(nn.Module):
        def __init__(self, hidden_size: int, kind: str = "few", **kwargs):
            super().__init__()
            while hidden_size:
                kind = kind + "x"
            self.out = nn.Linear(hidden_size, hidden_size)

        def forward(self, x):
            return x
'''


@pytest.fixture
def project(tmp_path: Path) -> Callable[[str], Path]:
    """A copy of the example whose feed-forward network is a class of the module above."""

    def make(name: str) -> Path:
        folder = tmp_path / "project"
        shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("output", "run"))
        (folder / "layers.py").write_text(dedent(LAYERS))
        config = folder / "configs" / "mine.yaml"
        config.write_text(
            "-- extends 'configs/baseline.yaml'\n[feedforward_factory]\n"
            f".mlp: &feedforward_factory !partial:layers.py:{name}\n"
            "    hidden_size: !var hidden_size\n    kind: few\n"
        )
        return config

    return make


def test_a_module_of_the_project(project: Callable[[str], Path], tmp_path: Path) -> None:
    planned, emitted = built(project("Experts"))
    (model,) = planned.models.values()
    path = f"model/modeling_{model.name}.py"
    code = emitted.python[path]
    # what is not installed is not what this is about
    assert "\nfrom there_is_no_such_library import Mixer\n" not in code
    assert_told(planned, emitted, tmp_path)
    layer = anatomy(planned, model, emitted).children[0].children[1].children[0]
    mlp = next(child for child in layer.children if child.name == "mlp")
    assert mlp.summary == "Feed-forward networks, of which each token takes one."


def test_what_is_of_third_parties_is_not_known(project: Callable[[str], Path]) -> None:
    planned, emitted = built(project("ThirdParty"))
    (model,) = planned.models.values()
    told = anatomy(planned, model, emitted)
    reason = "mixer: `there_is_no_such_library.Mixer` is outside of what fgc wrote"
    assert unknown(told) == [reason] * 4
    mixer = find(told, "mixer")
    assert mixer.class_name == "Mixer"
    # all the rest is known
    assert total_parameters(find(told, "out")) == 256 * 256 + 256
    assert total_parameters(find(told, "self_attn")) == 196_608


def test_an_endless_constructor_is_not_known(project: Callable[[str], Path]) -> None:
    planned, emitted = built(project("Endless"))
    (model,) = planned.models.values()
    told = anatomy(planned, model, emitted)
    assert not told.known
    assert told.reason == "it takes more than 2,000,000 steps"


def find(module: Module, name: str) -> Module:
    """The first module of this name."""
    for child in module.children:
        if child.name == name:
            return child
        try:
            return find(child, name)
        except LookupError:
            continue
    raise LookupError(name)
