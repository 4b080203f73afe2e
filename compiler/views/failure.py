"""What the code of a configuration raised, as a diagnostic."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from traceback import FrameSummary, extract_tb

from fgc.compiler.diagnostics.diagnostic import Diagnostic, Label
from fgc.compiler.interpret import CallNote
from fgc.compiler.ir.graph import Call, Graph

_FGC = Path(__file__).parents[2].as_posix()
_NOT_THEIRS = (f"{_FGC}/compiler/", f"{_FGC}/targets/", "<frozen importlib")
_MOST_CALLS = 4
_MOST_FRAMES = 4


def failure(error: BaseException, target: str, graph: Graph) -> Diagnostic:
    """FGC041 at the innermost call of the configuration in which ``error`` was raised.

    Notes have the frames of the code that was run, without those of fgc that led there.
    """
    calls = list(_calls(error))
    kind = type(error).__name__
    text = str(error).strip()
    node = calls[0] if calls else graph.root(target)
    span = node.target_span if isinstance(node, Call) else node and node.span
    labels = [Label(call.target_span, "to build this") for call in calls[1:_MOST_CALLS]]
    return Diagnostic(
        "FGC041",
        f"`{target}` cannot be built: {kind}{': ' if text else ''}{text}",
        span,
        labels=tuple(label for label in labels if label.span != span),
        notes=tuple(_frames(error)),
    )


def _calls(error: BaseException) -> Iterator[Call]:
    """The calls of the configuration that ``error`` passed through, innermost first."""
    for note in getattr(error, "__notes__", ()):
        if isinstance(note, CallNote):
            yield note.call


def _frames(error: BaseException) -> Iterator[str]:
    theirs = [frame for frame in extract_tb(error.__traceback__) if not _is_ours(frame)]
    for frame in theirs[-_MOST_FRAMES:]:
        line = f"\n{frame.line}" if frame.line else ""
        yield f"{_shown(frame.filename)}:{frame.lineno} in {frame.name}{line}"


def _is_ours(frame: FrameSummary) -> bool:
    return Path(frame.filename).as_posix().startswith(_NOT_THEIRS)


def _shown(file: str) -> str:
    """A path from the current folder, where it lies below."""
    path, here = Path(file), Path.cwd()
    return path.relative_to(here).as_posix() if path.is_relative_to(here) else path.as_posix()
