"""What an editor shows of findings: each in the file that it points into."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from fgc.compiler.diagnostics.diagnostic import Diagnostic, Fix, Label, Severity
from fgc.compiler.frontend.rendered import Rendered
from fgc.compiler.ir.span import Span
from fgc.compiler.lsp.analysis import Analysis


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding at ``span``: other places that matter, and a certain remedy if there is one."""

    span: Span
    code: str
    message: str
    severity: Severity
    related: tuple[Label, ...] = ()
    fix: Fix | None = None


def findings(analyses: Iterable[Analysis]) -> dict[str, tuple[Finding, ...]]:
    """The findings of each file. What is wrong in a template is told there, once, and in each
    configuration that it is wrong for, at the line that leads to it."""
    found: dict[str, dict[Finding, None]] = {}
    for analysis in analyses:
        for diagnostic in analysis.diagnostics:
            for finding in _findings(analysis, diagnostic):
                found.setdefault(finding.span.file, {})[finding] = None
    return {file: tuple(each) for file, each in found.items()}


def _findings(analysis: Analysis, diagnostic: Diagnostic) -> Iterator[Finding]:
    config = analysis.config.as_posix()
    span = diagnostic.span
    if span is None or span.file.startswith("<"):
        span = Span.point(config, 1)
    yield Finding(
        span,
        diagnostic.code,
        message(diagnostic),
        diagnostic.severity,
        tuple(label for label in diagnostic.labels if not label.span.file.startswith("<")),
        diagnostic.fix,
    )
    if span.file != config:
        told = Label(span, diagnostic.message)
        short = f"in {span.file.rpartition('/')[2]}:{span.line}: {diagnostic.message}"
        at = Span.point(config, _leading(analysis.rendered, config, span.file))
        yield Finding(at, diagnostic.code, short, diagnostic.severity, (told,))


def _leading(rendered: Rendered | None, config: str, file: str) -> int:
    """The line of ``config`` that leads to the template ``file``; the first where none does."""
    if rendered is None:
        return 1
    templates = rendered.templates
    for reference in templates.references:
        used = templates.templates[reference.source]
        if used.file != config:
            continue
        seen = [reference.to]
        for key in seen:
            seen += [r.to for r in templates.references if r.source == key and r.to not in seen]
        if any(templates.templates[key].file == file for key in seen):
            return reference.line
    return 1


def message(diagnostic: Diagnostic) -> str:
    """The message with its notes and its remedy, a line each."""
    lines = [diagnostic.message, *diagnostic.notes]
    if diagnostic.help:
        lines.append(f"help: {diagnostic.help}")
    return "\n".join(lines)
