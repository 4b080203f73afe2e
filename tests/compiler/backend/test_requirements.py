"""What a tree says that it needs."""

from __future__ import annotations

from fgc.compiler.backend.requirements import requirements


def test_packages_are_listed_once_in_the_range_that_is_known() -> None:
    codes = ["import torch\nfrom model import x\n", "import json, torch.nn\nimport unheard_of\n"]
    assert requirements(codes, ["model"]) == "torch>=2.9\nunheard_of\n"


def test_a_method_that_only_a_later_version_has_raises_the_bound() -> None:
    before = "from transformers import AutoModel\nmodel = AutoModel()\n"
    assert requirements([before], []) == "transformers>=5,<6\n"
    after = "def main(model):\n    model.activation_checkpointing_enable()\n"
    assert requirements([before, after], []) == "transformers>=5.23,<6\n"
