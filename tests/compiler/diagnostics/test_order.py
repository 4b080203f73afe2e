"""In which order findings come, and how many there are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fgc.compiler.diagnostics.diagnostic import Diagnostic, Severity
from fgc.compiler.diagnostics.order import counts, ordered, summary
from fgc.compiler.ir.span import Span
from tests.compiler.diagnostics.anything import anything


@given(st.lists(anything, max_size=6))
def test_by_place_and_equal_ones_once(found: list[Diagnostic]) -> None:
    made = ordered(found + found)
    assert set(made) == set(found)
    assert len(made) == len(set(found)) == sum(counts(found).values())
    places = [(d.span.file, d.span.line, d.span.column) if d.span else ("", 0, 0) for d in made]
    assert places == sorted(places)


@given(st.permutations([Span("a", line, column, 9, 9) for line in (1, 2) for column in (1, 2)]))
def test_the_order_is_not_that_of_the_findings(spans: list[Span]) -> None:
    made = ordered([Diagnostic("FGC021", "wrong", span) for span in spans])
    assert [diagnostic.span for diagnostic in made] == sorted(spans)


@pytest.mark.parametrize(
    ("severities", "expected"),
    [
        ([], ""),
        ([Severity.ERROR], "1 error"),
        ([Severity.WARNING, Severity.ERROR, Severity.WARNING], "1 error, 2 warnings"),
    ],
)
def test_summary(severities: list[Severity], expected: str) -> None:
    found = [
        Diagnostic("FGC021", "wrong", Span.point("a", number), severity)
        for number, severity in enumerate(severities, 1)
    ]
    assert summary(found + found) == expected
