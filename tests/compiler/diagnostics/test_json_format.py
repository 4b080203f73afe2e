"""Findings as JSON: everything is in it, as the schema says."""

import json
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from fgc.compiler.diagnostics.diagnostic import Diagnostic, Fix, Label
from fgc.compiler.diagnostics.json_format import VERSION, render_json
from fgc.compiler.ir.span import Span
from tests.compiler.diagnostics.anything import anything
from tests.conftest import ROOT

CONFIG = "/home/ada/tiny/configs/baseline.yaml"
SCHEMA = json.loads(Path(ROOT, "docs", "findings.schema.json").read_text(encoding="utf-8"))


def test_json_holds_everything() -> None:
    diagnostic = Diagnostic(
        "FGC021",
        "wrong",
        Span(CONFIG, 7, 5, 7, 17),
        labels=(Label(Span(CONFIG, 3, 5, 3, 7), "here"),),
        notes=("n",),
        fix=Fix(Span(CONFIG, 7, 5, 7, 17), "weight_decay", "weight_deacy"),
    )
    place = {"file": CONFIG, "line": 7, "column": 5, "end_line": 7, "end_column": 17}
    made = json.loads(render_json([diagnostic]))
    assert made == {
        "version": VERSION,
        "diagnostics": [
            {
                "code": "FGC021",
                "name": "unknown argument",
                "severity": "error",
                "message": "wrong",
                "location": place,
                "labels": [
                    {
                        "location": place | {"line": 3, "end_line": 3, "end_column": 7},
                        "message": "here",
                    }
                ],
                "notes": ["n"],
                "help": None,
                "fix": {"location": place, "text": "weight_decay"},
            }
        ],
        "summary": {"error": 1, "warning": 0, "note": 0},
    }
    assert json.loads(render_json([]))["diagnostics"] == []


@given(st.lists(anything, max_size=30))
def test_the_schema_describes_it(found: list[Diagnostic]) -> None:
    """No more is allowed than what it describes, so a new key is a change of the document."""
    made = json.loads(render_json(found))
    Draft202012Validator(SCHEMA).validate(made)
    assert len(made["diagnostics"]) == len(set(found))


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["properties"]["version"]["const"] == VERSION
