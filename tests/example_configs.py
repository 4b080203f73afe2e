"""The configurations of the examples, by what they describe."""

from __future__ import annotations

from pathlib import Path

from fgc.compiler.passes.load import load
from fgc.compiler.passes.parse import parse
from fgc.compiler.passes.render import render
from fgc.compiler.passes.tokenizer_configs import config_class

EXAMPLES = Path(__file__).parents[1] / "examples"
TRAINING = "type.training_script."
TOKENIZER = "type.tokenizer."


def example_configs(kind: str = "") -> list[Path]:
    """The files of those whose `config_class` begins with ``kind``."""
    found = sorted(EXAMPLES.glob("**/configs/**/*.yaml"))
    return [path for path in found if config_class(parse(render(load(path)))).startswith(kind)]


def example_name(config: Path) -> str:
    """What a test that is made for each configuration calls one."""
    return config.relative_to(EXAMPLES).with_suffix("").as_posix().replace("/configs", "")
