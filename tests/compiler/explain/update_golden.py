"""The lessons about the demo, as a person reads them.

``python -m tests.compiler.explain.update_golden`` rewrites them.
"""

from __future__ import annotations

from pathlib import Path

from tests.compiler.explain.lessons import DEMO, experiment_at, lesson_text

LESSONS = {"overview": None, "model": "model", "schedule": "lr_scheduler"}
WIDTH = 100


def golden(name: str) -> Path:
    """The file of a lesson."""
    return Path(__file__).parent / "tiny_llama" / f"{name}.txt"


def texts() -> dict[str, str]:
    """The lessons by name, as a terminal of `WIDTH` columns shows them."""
    made = experiment_at(DEMO / "baseline.yaml")
    return {name: lesson_text(made, target, width=WIDTH) for name, target in LESSONS.items()}


if __name__ == "__main__":
    golden("overview").parent.mkdir(exist_ok=True)
    for name, text in texts().items():
        golden(name).write_text(text, encoding="utf-8")
