"""The lessons about the demo, for a reviewer to read; `update_golden.py` rewrites them."""

from __future__ import annotations

from tests.compiler.explain.update_golden import golden, texts


def test_the_demo_is_explained_as_before() -> None:
    assert texts() == {name: golden(name).read_text(encoding="utf-8") for name in texts()}
