"""The documents that are open, and the configurations that they are part of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from fgc.compiler.diagnostics.diagnostic import BuildError
from fgc.compiler.frontend.find_projects import projects_below
from fgc.compiler.frontend.folders import (
    META,
    Folders,
    find_project,
    find_workspace,
    shipped_templates,
)
from fgc.compiler.frontend.project import SUFFIXES, config_names, load_project
from fgc.compiler.lsp.analysis import Analysis, analyse, analyse_template
from fgc.compiler.lsp.findings import Finding, findings
from fgc.compiler.lsp.snapshot import Snapshot

MOST_SEARCHED = 60
"""Configurations that are looked through for one that uses a template."""


@dataclass
class Workspace:
    """``texts`` are what an editor holds, by path; ``analyses`` what is known, by configuration.

    A template that no configuration uses has an analysis of its own. Neither mapping is ever
    changed, but replaced: a question may be answered while another thread analyses.
    """

    texts: Mapping[str, str] = field(default_factory=dict[str, str])
    analyses: Mapping[Path, Analysis] = field(default_factory=dict[Path, Analysis])

    def roots(self, file: str) -> tuple[Path, ...]:
        """The configurations that are analysed for the open document ``file``."""
        path = Path(file)
        using = [r for r, known in self.analyses.items() if file in known.files and r != path]
        if not self._is_template(path):
            return (path, *using)
        return tuple(using) or tuple(self._first_using(path)) or (path,)

    def update(self, file: str) -> None:
        """Analyse anew what ``file`` is a part of, after its text has changed.

        So are those in which something is wrong: what ``file`` says now may mend it.
        """
        wrong = [root for root, known in self.analyses.items() if known.diagnostics]
        roots = dict.fromkeys((*self.roots(file), *wrong))
        if Path(file) not in roots:
            self._keep(lambda root: root != Path(file))  # a configuration uses it now
        for root in roots:
            self.analyse(root)

    def analyse(self, root: Path) -> Analysis:
        """Analyse a configuration; what was known before stays where this does not come as far."""
        asked = analyse_template if self._is_template(root) else analyse
        found = asked(root, self.texts)
        earlier = self.analyses.get(root)
        found = found if earlier is None else found.after(earlier)
        self.analyses = {**self.analyses, root: found}
        return found

    def hold(self, file: str, text: str) -> None:
        """Take the text of a document that is open."""
        self.texts = {**self.texts, file: text}

    def forget(self, file: str) -> None:
        """Forget a document that was closed, and the configurations that no open one is part of."""
        self.texts = {name: text for name, text in self.texts.items() if name != file}
        self._keep(
            lambda root: any(
                text in self.analyses[root].files or text == root.as_posix() for text in self.texts
            )
        )

    def _keep(self, wanted: Callable[[Path], bool]) -> None:
        self.analyses = {root: known for root, known in self.analyses.items() if wanted(root)}

    def snapshot(self, file: str) -> Snapshot:
        """The document ``file`` and what is known of it."""
        path = Path(file)
        known = [a for root, a in self.analyses.items() if root == path]
        known += [a for root, a in self.analyses.items() if root != path and file in a.files]
        return Snapshot(file, self.texts.get(file, ""), *known[:1], others=tuple(known[1:]))

    def with_all(self, file: str) -> Snapshot:
        """As `snapshot`, with all configurations of its project and workspace that use the file."""
        known = dict(self.analyses)
        for config in _bounded(self._candidates(Path(file))):
            if config not in known:
                known[config] = analyse(config, self.texts)
        using = tuple(a for a in known.values() if file in a.files)
        return Snapshot(file, self.texts.get(file, ""), *using[:1], others=using[1:])

    def findings(self) -> Mapping[str, tuple[Finding, ...]]:
        """What is to be shown, by file."""
        return findings(self.analyses.values())

    def _is_template(self, path: Path) -> bool:
        """Whether ``path`` is a file of a project, but none of its configurations."""
        if path.name == META or find_project(path.parent) is None:
            return _shipped(path)
        return path not in self._configurations(path)

    def _configurations(self, path: Path) -> tuple[Path, ...]:
        """Those of the project that ``path`` lies in, its default one first."""
        root = find_project(path.parent)
        return () if root is None else _of_project(root, self.texts)

    def _candidates(self, path: Path) -> Iterator[Path]:
        """Configurations that could use the template ``path``: of its project, then of others in
        its workspace."""
        own = self._configurations(path)
        yield from own
        workspace = find_workspace(path.parent)
        if workspace is not None:
            for root in projects_below(workspace.parent):
                yield from (c for c in _of_project(root, self.texts) if c not in own)

    def _first_using(self, path: Path) -> Iterator[Path]:
        """The first configuration that uses the template ``path``, if there is one."""
        for config in _bounded(self._candidates(path)):
            if path.as_posix() in analyse(config, self.texts).files:
                yield config
                return


def _shipped(path: Path) -> bool:
    return path.is_relative_to(shipped_templates())


def _bounded(configs: Iterator[Path]) -> Iterator[Path]:
    return (config for config, _ in zip(configs, range(MOST_SEARCHED), strict=False))


def _of_project(root: Path, texts: Mapping[str, str]) -> tuple[Path, ...]:
    try:
        project = load_project(root, Folders(unsaved=texts))
        names = config_names(project)
    except BuildError:
        return ()
    prefixes = [folder / project.config_prefix for folder in project.search_path]
    opened = [path for path in map(Path, texts) if path.suffix in SUFFIXES]
    unsaved = [path for path in opened if any(map(path.is_relative_to, prefixes))]
    default = names.get(project.default_config or "")
    first = () if default is None else (default,)
    return tuple(dict.fromkeys((*first, *names.values(), *unsaved)))
