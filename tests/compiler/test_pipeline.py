"""The driver: order, where it stops, what it collects."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from fgc.compiler import pipeline
from fgc.compiler.diagnostics.diagnostic import BuildError, Diagnostic, Severity
from fgc.compiler.pipeline import PASS_NAMES, PASSES, Build, Pass, Request, run

REQUEST = Request(Path("a.yaml"))
ERROR = Diagnostic("FGC020", "unknown module `x`")
WARNING = Diagnostic("FGC032", "not checked", severity=Severity.WARNING)


def finding(*found: Diagnostic) -> Callable[[Build], Build]:
    return lambda build: replace(build, diagnostics=(*build.diagnostics, *found))


def failing(build: Build) -> Build:
    raise BuildError(replace(ERROR, message="stop"))


def show(build: Build) -> str:
    return f"{len(build.diagnostics)} found"


@pytest.fixture
def passes(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    def install(*steps: Callable[[Build], Build], collects: bool = False) -> None:
        made = [Pass(f"p{i}", step, show, collects) for i, step in enumerate(steps)]
        monkeypatch.setattr(pipeline, "PASSES", tuple(made))

    return install


def test_the_passes_start_as_the_architecture_says() -> None:
    assert PASS_NAMES[:7] == ("load", "render", "parse", "link", "resolve", "check", "fold")
    assert len(set(PASS_NAMES)) == len(PASSES)


def test_all_run_in_order_and_findings_are_kept(passes: Callable[..., None]) -> None:
    passes(finding(WARNING), finding(), finding(WARNING))
    outcome = run(REQUEST)
    assert list(outcome.seconds) == ["p0", "p1", "p2"]
    assert outcome.diagnostics == (WARNING, WARNING)
    assert not outcome.failed


def test_until(passes: Callable[..., None]) -> None:
    passes(finding(), finding(), failing)
    assert list(run(REQUEST, until="p1").seconds) == ["p0", "p1"]
    with pytest.raises(ValueError, match="nothing"):
        run(REQUEST, until="nothing")


def test_an_error_stops_before_the_next_pass(passes: Callable[..., None]) -> None:
    passes(finding(ERROR), failing)
    outcome = run(REQUEST)
    assert outcome.failed
    assert outcome.diagnostics == (ERROR,)


def test_a_pass_that_collects_lets_the_next_one_report_too(passes: Callable[..., None]) -> None:
    passes(finding(ERROR), failing, collects=True)
    assert [found.message for found in run(REQUEST).diagnostics] == [ERROR.message, "stop"]


def test_a_build_error_keeps_what_was_found_and_made_before(passes: Callable[..., None]) -> None:
    passes(finding(WARNING), failing, finding(WARNING))
    outcome = run(REQUEST)
    assert [found.severity for found in outcome.diagnostics] == [Severity.WARNING, Severity.ERROR]
    assert list(outcome.seconds) == ["p0", "p1"]
    assert outcome.build.diagnostics == (WARNING,)


def test_a_bug_is_not_caught(passes: Callable[..., None]) -> None:
    passes(lambda build: build.nothing)  # type: ignore[attr-defined]
    with pytest.raises(AttributeError):
        run(REQUEST)


def test_only_what_is_asked_for_is_shown(passes: Callable[..., None]) -> None:
    shown: list[tuple[str, str]] = []
    passes(finding(WARNING), finding(), finding())
    run(REQUEST, print_after=["p0", "p2"], show=lambda name, text: shown.append((name, text)))
    assert shown == [("p0", "1 found"), ("p2", "1 found")]
