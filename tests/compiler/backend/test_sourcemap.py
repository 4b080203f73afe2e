"""The source map's round trip, its runs, and what it refuses to hold."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fgc.compiler.backend.sourcemap import CodeLine, Origins, Place, SourceMap

files = st.sampled_from(["train.py", "model/modeling.py", "runtime/ö.py"])
numbers = st.integers(1, 30)
all_origins = st.builds(
    Origins,
    st.lists(st.builds(Place, files, numbers, numbers), max_size=3).map(tuple),
    st.none() | st.builds(CodeLine, files, numbers),
)
entries = st.dictionaries(st.tuples(files, numbers), all_origins, max_size=40)


def filled(entries: dict[tuple[str, int], Origins]) -> SourceMap:
    source_map = SourceMap()
    for (file, line), origins in entries.items():
        source_map.add(file, line, origins)
    return source_map


@given(entries)
def test_round_trip_and_order(entries: dict[tuple[str, int], Origins]) -> None:
    source_map = filled(entries)
    text = source_map.to_json()
    assert SourceMap.from_json(text) == source_map
    assert filled(dict(reversed(entries.items()))).to_json() == text
    assert {(file, line): origins for file, line, origins in source_map} == entries


def test_neighbours_of_one_place_and_of_consecutive_code_are_one_run() -> None:
    place = Place("configs/a.yaml", 14, 5)
    source_map = SourceMap()
    for offset in range(5):
        source_map.add("m.py", 10 + offset, Origins((place,), CodeLine("runtime/n.py", 7 + offset)))
    source_map.add("m.py", 15, Origins((place,), CodeLine("runtime/n.py", 30)))
    source_map.add("m.py", 16, Origins((place,)))
    source_map.add("m.py", 17, Origins((place,)))
    source_map.add("m.py", 19, Origins((place, Place("configs/b.yaml", 2))))
    assert json.loads(source_map.to_json()) == {
        "version": 1,
        "sources": ["configs/a.yaml", "configs/b.yaml", "runtime/n.py"],
        "files": {
            "m.py": [
                [10, 5, [0, 14, 5], 2, 7],
                [15, 1, [0, 14, 5], 2, 30],
                [16, 2, [0, 14, 5]],
                [19, 1, [0, 14, 5, 1, 2, 1]],
            ]
        },
    }


def test_each_emitted_file_is_one_line_of_the_text() -> None:
    source_map = filled({(f"{name}.py", 1): Origins((Place("a", 1),)) for name in "xyz"})
    assert '\n"y.py": [[1, 1, [0, 1, 1]]],\n' in source_map.to_json()


def test_origins_of_a_line() -> None:
    origins = Origins((Place("a.yaml", 3, 2),))
    source_map = filled({("x.py", 4): origins})
    assert source_map.origins("x.py", 4) == origins
    assert source_map.origins("x.py", 5) is None
    assert source_map.origins("y.py", 4) is None


@pytest.mark.parametrize(
    ("file", "line", "origins"),
    [
        ("/run/train.py", 1, Origins()),
        ("train.py", 0, Origins()),
        ("train.py", 1, Origins((Place("/home/ada/a.yaml", 1),))),
        ("train.py", 1, Origins((Place("C:\\a.yaml", 1),))),
        ("train.py", 1, Origins((Place("a.yaml", 0),))),
        ("train.py", 1, Origins((), CodeLine("/usr/lib/x.py", 1))),
    ],
)
def test_no_machine_paths_and_no_line_before_the_first(
    file: str, line: int, origins: Origins
) -> None:
    with pytest.raises(ValueError, match=r"absolute path|count from 1"):
        SourceMap().add(file, line, origins)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"version": 2}',
        '{"version": 1, "sources": [], "files": {"a": [[1, 1, [0, 1, 1]]]}}',
        '{"version": 1, "sources": ["s"], "files": {"a": [[1, 1, [0, 1]]]}}',
        '{"version": 1, "sources": ["s"], "files": {"a": [[1]]}}',
    ],
)
def test_what_is_not_a_source_map_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  (json's own message, or ours)
        SourceMap.from_json(text)
