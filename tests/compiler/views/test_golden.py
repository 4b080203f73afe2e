"""How the demo is drawn, for a reviewer to see; `update_golden.py` rewrites it."""

from __future__ import annotations

from tests.compiler.views.update_golden import GOLDEN, page


def test_the_demo_is_drawn_as_before() -> None:
    assert page() == GOLDEN.read_text(encoding="utf-8")
