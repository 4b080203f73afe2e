"""A project's own modules, written as people write them, in whole builds."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from fgc.compiler.pipeline import Build, Outcome, Request, run

EXAMPLE = Path(__file__).parents[3] / "examples" / "tiny_llama"
Make = Callable[[str], Outcome]

ODD = '''
    from __future__ import annotations

    import os.path
    from dataclasses import dataclass
    from typing import Final, Optional

    import torch
    import torch.nn.functional as F
    from torch import nn

    try:
        import triton_that_is_not_there as fast
    except ImportError:
        fast = None


    def same(x):
        return x


    SCALES = {"one": same}
    SCALES["two"] = same
    LOW, HIGH = 1e-6, 1e-5


    class OddNorm(nn.Module):
        """A norm."""

        shift: Final[Optional[float]]

        def __init__(self, hidden_size: int, eps: float = LOW, *, shift: Optional[float] = None):
            super().__init__()
            self.shift = shift
            self.eps = max(eps, LOW) if fast is None else HIGH
            self.scale = SCALES["two"]
            self.weight = nn.Parameter(torch.ones(hidden_size))

        def copy(self) -> OddNorm:
            return self

        def forward(self, x):
            if self.shift is not None:
                x = x + self.shift
            assert isinstance(os.path.sep, str) and isinstance(self, OddNorm)
            return self.scale(F.rms_norm(x, x.shape[-1:], self.weight, eps=self.eps))


    class WholeNorm(nn.Module):
        def __init__(self, **kwargs):
            super().__init__()
            self.weight = nn.Parameter(torch.ones(kwargs["hidden_size"]))


    class ClashNorm(nn.Module):
        def __init__(self, *, hidden_size: int):
            super().__init__()
            config = {"a": hidden_size}
            self.weight = nn.Parameter(torch.ones(config["a"]))


    @dataclass(eq=False)
    class DataNorm(nn.Module):
        hidden_size: int

        def __post_init__(self):
            super().__init__()
            self.weight = nn.Parameter(torch.ones(self.hidden_size))


    class OddModel(nn.Module):
        def __init__(self, **kwargs):
            super().__init__()
'''


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    """Builds the example with a norm out of the module above, up to the text of its modules."""
    monkeypatch.setenv("FGC_CACHE_DIR", str(tmp_path / "cache"))

    def make(block: str) -> Outcome:
        project = tmp_path / "project"
        shutil.copytree(EXAMPLE, project, ignore=shutil.ignore_patterns("output", "run"))
        (project / "layers.py").write_text(dedent(ODD))
        config = project / "configs" / "odd.yaml"
        config.write_text("-- extends 'configs/baseline.yaml'\n" + dedent(block).lstrip("\n"))
        return run(Request(config), until="vendor")

    return make


def norm(name: str, more: str = "") -> str:
    return f"""
        [layer_norm_factory]
        .layer_norm_factory: &layer_norm_factory !partial:layers.py:{name}
            hidden_size: !var hidden_size
            {more}
    """


def modeling(build: Build) -> str:
    assert build.modules is not None
    (module,) = [m for m in build.modules if m.path.startswith("model/modeling_")]
    head = [f"from __future__ import {name}\n" for name in module.future]
    return "".join([*head, *(piece.text for piece in module.pieces)])


def whole(build: Build) -> dict[str, str]:
    assert build.specialised is not None
    return {w.definition.name: w.violations[0].message for w in build.specialised.whole}


def test_what_a_definition_needs_comes_along_in_order(make: Make) -> None:
    build = make(norm("OddNorm")).build
    text = modeling(build)
    assert whole(build) == {}
    assert text.startswith("from __future__ import annotations\n")
    assert "def __init__(self, config: TinyLlamaConfig, eps: float = LOW):" in text
    assert "self.shift" not in text
    assert "isinstance(self, TinyLlamaOddNorm)" in text
    assert "except ImportError:\n    fast = None\n" in text
    order = ["LOW, HIGH = ", "def same(x)", 'SCALES["two"] = same', "class TinyLlamaOddNorm"]
    places = [text.index(each) for each in order]
    assert places[0] < places[1] < places[2]
    assert text.count("SCALES = ") == 1


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("WholeNorm", "the constructor takes `*args` or `**kwargs`"),
        ("ClashNorm", "`config` has a meaning of its own in the body"),
        ("DataNorm", "it has no parameter for each argument"),
    ],
)
def test_what_is_outside_the_subset_is_vendored_whole(make: Make, name: str, why: str) -> None:
    build = make(norm(name)).build
    text = modeling(build)
    assert whole(build) == {name: why}
    assert f"self.input_layernorm = {name}(hidden_size=config.hidden_size)" in text
    definition = dedent(ODD).partition(f"class {name}(nn.Module):")[2].partition("\n\n\n")[0]
    assert f"class {name}(nn.Module):{definition}" in text


def test_a_model_that_cannot_be_specialised_is_an_error(make: Make) -> None:
    block = """
        [model]
        model: &model !singleton:layers.py:OddModel
            config: *model_config
            hidden_size: !var hidden_size
    """
    (found,) = make(block).diagnostics
    assert found.code == "FGC050"
    assert found.message.endswith("the constructor takes `*args` or `**kwargs`")
    assert found.span is not None
