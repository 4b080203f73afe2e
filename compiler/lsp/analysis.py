"""What is known of a configuration while it is being edited."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from fgc.compiler.checked import checked
from fgc.compiler.diagnostics.diagnostic import BuildError, Diagnostic
from fgc.compiler.frontend.anchors import AnchorUse, anchor_uses
from fgc.compiler.frontend.folders import META, Folders
from fgc.compiler.frontend.project import load_project
from fgc.compiler.frontend.rendered import Rendered
from fgc.compiler.ir.graph import Graph
from fgc.compiler.passes.load import Source
from fgc.compiler.symbols.lookup import Symbols
from fgc.compiler.symbols.symbol import Symbol

SYNTAX = "FGC003"


@dataclass(frozen=True)
class Analysis:
    """A configuration, as far as the passes came, and what they found.

    ``files`` are the texts that it was made of, by path: a change in one of them is a change of it.
    ``readable`` is the last rendering that was YAML.
    """

    config: Path
    diagnostics: tuple[Diagnostic, ...]
    files: Mapping[str, str]
    source: Source | None = None
    rendered: Rendered | None = None
    readable: Rendered | None = None
    graph: Graph | None = None

    def after(self, earlier: Analysis) -> Analysis:
        """This analysis, with what ``earlier`` knows of where this one did not come to.

        While a line is being written, the rest of the configuration is still what it was.
        """
        return replace(
            self,
            files={**earlier.files, **self.files},
            source=self.source or earlier.source,
            rendered=self.rendered or earlier.rendered,
            readable=self.readable or earlier.readable,
            graph=self.graph or earlier.graph,
        )

    @cached_property
    def anchors(self) -> tuple[AnchorUse, ...]:
        """Each anchor and alias, in the order of the rendered text."""
        renderings = (self.rendered, self.readable)
        found = (anchor_uses(each) for each in renderings if each is not None)
        return next(filter(None, found), ())

    @cached_property
    def symbols(self) -> Symbols | None:
        """Answers what an import spec means in this project."""
        if self.source is None:
            return None
        project = self.source.project
        place = project.folders.place
        return Symbols(project.root, self.source.search_path, place=place)

    def symbol(self, spec: str) -> Symbol | None:
        """What ``spec`` names, as far as it can be told."""
        return None if self.symbols is None else self.symbols.lookup(spec).symbol


def analyse(config: Path, unsaved: Mapping[str, str]) -> Analysis:
    """What the passes find in ``config``, or in a meta.yaml, where ``unsaved`` texts stand for
    those of files."""
    if config.name == META:
        return _project(config, unsaved)
    outcome = checked(config, unsaved)
    build = outcome.build
    files: dict[str, str] = {}
    if build.source is not None:
        files |= build.source.project.sources
    files |= build.sources
    return Analysis(
        config,
        outcome.diagnostics,
        files,
        source=build.source,
        rendered=build.rendered,
        readable=None if build.graph is None else build.rendered,
        graph=build.written or build.graph,
    )


def analyse_template(template: Path, unsaved: Mapping[str, str]) -> Analysis:
    """As `analyse`, for a template that no configuration uses: only its syntax can be wrong."""
    found = analyse(template, unsaved)
    syntax = tuple(diagnostic for diagnostic in found.diagnostics if diagnostic.code == SYNTAX)
    return replace(found, diagnostics=syntax)


def _project(meta: Path, unsaved: Mapping[str, str]) -> Analysis:
    name = meta.as_posix()
    files = {name: unsaved[name]} if name in unsaved else {}
    try:
        project = load_project(meta.parent, Folders(unsaved=unsaved))
    except BuildError as error:
        return Analysis(meta, error.diagnostics, files)
    return Analysis(meta, (), {**files, **project.sources})
