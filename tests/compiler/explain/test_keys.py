"""Files have keys that tell them apart, as short as can be."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from fgc.compiler.backend.sourcemap import Place
from fgc.compiler.explain.keys import Keys
from fgc.compiler.ir.knobs import COMMAND_LINE

NAMES = st.lists(st.sampled_from(["a", "b", "lm", "lm_data", "lm-data", "x.y"]), min_size=1).map(
    lambda parts: "/".join(parts) + ".yaml"
)


@given(st.lists(NAMES, unique=True))
def test_no_two_files_have_one_key(files: list[str]) -> None:
    keys = Keys(files)
    assert len({keys.key(file) for file in files}) == len(files)


def test_a_word_more_where_the_first_is_taken() -> None:
    keys = Keys(["p/lm_training_project.yaml", "p/lm_data.yaml", "p/llama.yaml"])
    assert [keys.key(file) for file in keys.files] == ["lm_training", "lm_data", "llama"]


def test_the_folder_where_the_name_is_taken() -> None:
    keys = Keys(["model/configs/baseline.yaml", "data/configs/baseline.yaml"])
    assert [keys.key(file) for file in keys.files] == [
        "model/configs/baseline",
        "data/configs/baseline",
    ]


def test_the_command_line_is_no_file() -> None:
    keys = Keys([COMMAND_LINE, "a.yaml"])
    assert keys.files == ("a.yaml",)
    assert keys.all([Place(COMMAND_LINE, 1), Place("a.yaml", 2), Place("a.yaml", 4)]) == (
        "--set a:2,4"
    )
