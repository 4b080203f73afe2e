"""The lock's text, its two hashes, and what is not a lock."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fgc.compiler.backend.lock import NOT_CODE, Layout, Lock, sha256


def lock(**changes: object) -> Lock:
    fields: dict[str, object] = {
        "fgc": "0.1.0",
        "black": "26.10.1",
        "config": "configs/a.yaml",
        "inputs": {"configs/a.yaml": sha256(b"a"), "data/t.txt": sha256(b"t")},
        "files": {"train.py": sha256(b"x"), "config/a.yaml": sha256(b"a")},
        "overrides": {"lr": "3e-4"},
    }
    return Lock(**(fields | changes))  # type: ignore[arg-type]


tables = st.dictionaries(st.text(), st.text())
layouts = st.builds(
    Layout, st.text(), st.text(), st.lists(st.text()).map(tuple), elsewhere=tables, files=tables
)


@given(st.builds(Lock, st.text(), st.text(), st.text(), tables, tables, tables, source=layouts))
def test_round_trip(any_lock: Lock) -> None:
    assert Lock.from_json(any_lock.to_json()) == any_lock


def test_the_text_is_sorted_and_the_same_for_any_order() -> None:
    text = lock().to_json()
    reverse = {name: dict(reversed(getattr(lock(), name).items())) for name in ("inputs", "files")}
    assert lock(**reverse).to_json() == text
    fields = json.loads(text)
    assert list(fields) == sorted(fields)
    assert list(fields["inputs"]) == sorted(fields["inputs"])
    assert text.endswith("}\n")
    assert "\r" not in text


def test_the_code_hash_is_over_what_runs() -> None:
    files = dict(lock().files)
    assert lock(files=files | {"train.py": sha256(b"y")}).code != lock().code
    assert lock(files=files | {"model/new.py": sha256(b"")}).code != lock().code
    assert lock(files=files | {"user/norm.py": sha256(b"")}).code != lock().code
    told = ("README.md", "fgc.map.json", ".gitignore", "requirements.txt")
    for beside in (*told, *(f"{folder}x.py" for folder in NOT_CODE)):
        assert lock(files=files | {beside: sha256(b"new")}).code == lock().code


@pytest.mark.parametrize(
    "change",
    [
        {"inputs": {}},
        {"overrides": {"lr": "1e-4"}},
        {"config": "configs/b.yaml"},
        {"fgc": "0.2.0"},
        {"black": "27.1.0"},
        {"source": Layout(project="project")},
        {"source": Layout(files={"a.txt": "data/a.txt"})},
        {"inputs": {"configs/a.yaml": sha256(b"b"), "data/t.txt": sha256(b"t")}},
    ],
)
def test_the_inputs_hash_is_over_all_that_decides_the_tree(change: dict[str, object]) -> None:
    assert lock(**change).inputs_hash != lock().inputs_hash
    assert lock(files={}).inputs_hash == lock().inputs_hash


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("version", 1),
        ("fgc", None),
        ("files", []),
        ("files", {"a": 1}),
        ("inputs", None),
        ("source", None),
        ("source", {}),
        ("source", Layout().to_json() | {"workspaces": "a"}),
        ("source", Layout().to_json() | {"workspaces": [None]}),
        ("source", Layout().to_json() | {"files": {"a": None}}),
    ],
)
def test_what_is_not_a_lock_is_a_value_error(field: str, value: object) -> None:
    fields = json.loads(lock().to_json())
    with pytest.raises(ValueError, match=re.compile("version|missing|malformed")):
        Lock.from_json(json.dumps(fields | {field: value}))
