"""Each golden case: what the passes leave is what the file says."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.compiler.passes.case_files import CASES, read_case, run_case


@pytest.mark.parametrize("case", sorted(CASES.glob("*.case")), ids=lambda path: path.stem)
def test_case(case: Path) -> None:
    sections = read_case(case)
    assert any(name.startswith("after ") for name in sections)
    assert run_case(sections) == sections
