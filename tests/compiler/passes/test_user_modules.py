"""A project's own modules: what lies beside them, how they import, what is wrong with them."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from fgc.compiler.pipeline import Outcome, Request, run

EXAMPLE = Path(__file__).parents[3] / "examples" / "tiny_llama"

MLP = """
    import torch.nn as nn
    from torch import Tensor
    from helper import act


    class Mlp(nn.Module):
        \"\"\"A plain feed-forward network.\"\"\"

        def __init__(self, *, hidden_size: int, scale: float | None = None):
            super().__init__()
            self.up_proj = nn.Linear(hidden_size, hidden_size)
            self.scale = scale

        def forward(self, x: Tensor) -> Tensor:
            y = act(self.up_proj(x))
            return y if self.scale is None else y * self.scale
    """
HELPER = "import torch\n\n\ndef act(x: torch.Tensor) -> torch.Tensor:\n    return x.relu()\n"


def build(folder: Path, module: str, arguments: str = "hidden_size: !var hidden_size") -> Outcome:
    (folder / "configs").mkdir()
    for name in ("meta.yaml", "data", "tokenizer", "configs/baseline.yaml"):
        (folder / name).symlink_to(EXAMPLE / name)
    (folder / "layers.py").write_text(dedent(module))
    (folder / "helper.py").write_text(HELPER)
    config = folder / "configs" / "mine.yaml"
    config.write_text(
        "-- extends 'configs/baseline.yaml'\n[feedforward_factory]\n"
        ".mlp: &feedforward_factory !partial:layers.py:Mlp\n"
        f"    {arguments}\n"
    )
    return run(Request(config))


def test_a_module_is_specialised_with_what_lies_beside_it(tmp_path: Path) -> None:
    outcome = build(tmp_path, MLP)
    assert not outcome.diagnostics
    assert outcome.build.emitted is not None
    assert outcome.build.tree is not None
    code = outcome.build.emitted.python["model/modeling_tiny_llama.py"]
    assert "class TinyLlamaMlp(nn.Module)" in code
    assert "def act(x: torch.Tensor)" in code
    assert "import helper" not in code
    assert "from torch import nn\n" in code
    assert {"config/project/layers.py", "config/project/helper.py"} <= outcome.build.tree.keys()
    requirements = outcome.build.tree["requirements.txt"]
    assert isinstance(requirements, bytes)
    assert b"helper" not in requirements


def test_an_argument_that_nobody_gives(tmp_path: Path) -> None:
    (finding,) = build(tmp_path, MLP, "scale: 2.0").diagnostics
    assert finding.code == "FGC022"
    assert finding.message == "`layers.py:Mlp` is not given its argument `hidden_size`"
    assert finding.span is not None
    assert finding.span.line == 3


def test_a_file_that_is_not_python(tmp_path: Path) -> None:
    outcome = build(tmp_path, "class Mlp(:\n    pass\n")
    finding = outcome.diagnostics[0]
    assert (finding.code, finding.message) == ("FGC020", "`layers.py` is not Python")
    assert finding.labels[0].span.file.endswith("/layers.py")


def test_a_class_outside_the_subset_is_noted_and_kept_whole(tmp_path: Path) -> None:
    module = dedent(MLP).replace(
        "super().__init__()", "super().__init__()\n        hidden_size = int(hidden_size)"
    )
    outcome = build(tmp_path, module)
    (finding,) = outcome.diagnostics
    assert (finding.code, finding.severity.value) == ("FGC050", "note")
    assert finding.notes == ("the parameter `hidden_size` is bound again",)
    assert outcome.build.emitted is not None
    code = outcome.build.emitted.python["model/modeling_tiny_llama.py"]
    assert "self.mlp = Mlp(hidden_size=config.hidden_size)" in code
