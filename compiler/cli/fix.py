"""``fgc fix``: mends what is certain."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import unified_diff
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from fgc.compiler.diagnostics.diagnostic import Diagnostic, Fix

MAX_ROUNDS = 20  # a round can bring to light what stood behind the mistakes of the one before


@click.command(short_help="Mend mistakes whose remedy is certain.")
@click.argument("config", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--diff", is_flag=True, help="Print what would be changed first; write nothing.")
def fix(config: Path, diff: bool) -> None:
    """Mend what is certain in CONFIG and the templates of its project: names with one that is near,
    numbers in quotes, an object where a factory is wanted.

    Only the text of a mistake is replaced, and only in files of the project or its workspace. What
    is found behind the mended mistakes is mended, too; --diff shows what is found now.
    """
    from fgc.compiler.checked import checked
    from fgc.compiler.cli.report import from_here, report
    from fgc.compiler.diagnostics.fixes import fixed

    count = 0
    for _ in range(MAX_ROUNDS):
        outcome = checked(config)
        fixes = _own(outcome.diagnostics, config)
        texts = {file: _read(file) for file in {fix.span.file for fix in fixes}}
        changed, applied = fixed(fixes, texts)
        if diff:
            click.echo(_diff(texts, changed), nl=False)
            return
        if not applied:
            break
        for file, text in changed.items():
            Path(file).write_bytes(text.encode())
        for each in applied:
            place = f"{from_here(each.span.file)}:{each.span.line}:{each.span.column}"
            click.echo(f"{place}: `{each.written}` -> `{each.replacement}`")
        count += len(applied)
    else:
        outcome = checked(config)
    click.echo(f"{count} fixed")
    report(outcome)
    if outcome.failed:
        raise SystemExit(1)


def _own(found: Iterable[Diagnostic], config: Path) -> list[Fix]:
    """The fixes in files of the project that ``config`` lies in, or of its workspace."""
    from fgc.compiler.frontend.folders import (
        absolute,
        find_project,
        find_workspace,
        shipped_templates,
    )

    root = find_project(config.parent) or absolute(config.parent)
    workspace = find_workspace(root)
    folders = (root, *(() if workspace is None else (workspace,)))
    fixes = dict.fromkeys(diagnostic.fix for diagnostic in found if diagnostic.fix is not None)
    own: list[Fix] = []
    for each in fixes:
        file = Path(each.span.file).resolve()
        inside = any(file.is_relative_to(folder.resolve()) for folder in folders)
        foreign = file.is_relative_to(shipped_templates().resolve())
        if inside and not foreign and not {"site-packages", "dist-packages"} & set(file.parts):
            own.append(each)
    return own


def _read(file: str) -> str:
    return Path(file).read_bytes().decode("utf-8")


def _diff(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    from fgc.compiler.cli.report import from_here

    lines: list[str] = []
    for file in sorted(after):
        name = from_here(file)
        old, new = (text.splitlines(keepends=True) for text in (before[file], after[file]))
        lines += unified_diff(old, new, f"a/{name}", f"b/{name}")
    return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)
