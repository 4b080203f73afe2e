"""The pass that links other projects in: each `from_project` node becomes what it asks for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

from fgc.compiler.diagnostics.diagnostic import BuildError, Diagnostic, Label
from fgc.compiler.frontend.from_project import ProjectCall, is_from_project, read_project_call
from fgc.compiler.frontend.instance import Instance
from fgc.compiler.frontend.project import Project, config_by_name, load_project
from fgc.compiler.ir.graph import Call, Entry, Graph, Home, Mapping, Node, Scalar, Var, walk
from fgc.compiler.ir.graph import Path as NodePath
from fgc.compiler.ir.knobs import Knob, Knobs
from fgc.compiler.ir.metadata import metadata
from fgc.compiler.ir.rewrite import Rewriter
from fgc.compiler.ir.span import Span
from fgc.compiler.passes.load import Source, from_config
from fgc.compiler.passes.parse import parse_report
from fgc.compiler.passes.render import render
from fgc.compiler.symbols.nearest import nearest

# Two projects that each link two others, and so on, would take all memory.
MAX_LINKED = 200


class Linking(NamedTuple):
    """A linked graph, and what is odd about what it links."""

    graph: Graph
    findings: tuple[Diagnostic, ...] = ()


def link(graph: Graph, source: Source) -> Graph:
    """``graph`` with the nodes of other projects in place of its `from_project` nodes.

    A project is loaded with the call's ``pp_kwargs``; our nodes take the place of its `!var` nodes
    and stay the same objects. Each call node gets nodes of its own, below its own path. Variables
    that are not bound stay. A relative path starts at the folder of the project in whose
    configuration it is written, ``project_dir`` and the paths of files and modules alike.

    Raises:
        BuildError: FGC015, or what is wrong in the other project.

    >>> from tempfile import TemporaryDirectory
    >>> from fgc.compiler.passes.load import load
    >>> from fgc.compiler.passes.parse import parse
    >>> with TemporaryDirectory() as folder:
    ...     other = Path(folder, "other")
    ...     (other / "configs").mkdir(parents=True)
    ...     _ = (other / "meta.yaml").write_text("name: Other")
    ...     _ = (other / "configs" / "a.yaml").write_text("main: !call:dict {rate: !var lr}")
    ...     text = "lr: &lr 1\\nd: !call:from_project {project_dir: other, lr: *lr}"
    ...     _ = Path(folder, "top.yaml").write_text(text)
    ...     source = load(Path(folder, "top.yaml"))
    ...     graph = link(parse(render(source)), source)
    >>> graph.root("d").target, graph.root("d").kwarg("rate") is graph.root("lr")
    ('dict', True)
    """
    return link_report(graph, source).graph


def link_report(graph: Graph, source: Source) -> Linking:
    """As `link`; where the ancestor's mistakes are tolerated, a call that cannot be linked stays as
    it is, since the ancestor links when it runs."""
    if not any(map(is_from_project, walk(*(entry.value for entry in graph.roots)))):
        return Linking(graph)
    names = {name for node in _nodes(graph) if (name := getattr(node, "name", None))}
    work = _Work(
        names, dict(graph.sources), dict(graph.knobs), dict(graph.decided), dict(graph.local)
    )
    linker = _Linker(work, source.project, graph.bindings, (_Step.of(source, None),))
    linked = replace(
        Rewriter(linker.change).graph(graph),
        sources=work.sources,
        folders=tuple(dict.fromkeys(work.folders)),
        knobs=work.knobs,
        decided=work.decided,
        local=work.local,
    )
    return Linking(linked, tuple(work.findings))


@dataclass
class _Work:
    """What all linkers of one run share."""

    names: set[str]
    sources: dict[str, str]
    knobs: dict[NodePath, Knobs]
    decided: dict[NodePath, frozenset[Knob]]
    local: dict[NodePath, frozenset[str]]
    folders: list[str] = field(default_factory=list[str])
    findings: list[Diagnostic] = field(default_factory=list[Diagnostic])
    linked: int = field(default=0)

    def adopt(self, call: ProjectCall, other: Graph, moved: Callable[[NodePath], NodePath]) -> None:
        """Take over the knobs of ``other``, whose nodes go to the paths that ``moved`` gives.

        What decides the call decides all that it links. The pins of the other project are written
        at the call.
        """
        at = call.call.path
        linking = [found for path, found in self.decided.items() if path[: len(at)] == at]
        self.decided[at] = frozenset[Knob]().union(*linking)
        for path, found in other.decided.items():
            if path:
                own = frozenset(Knob(at, knob.name) for knob in found)
                self.decided[moved(path)] = self.decided.get(moved(path), frozenset()) | own
        self.local |= {moved(path): names for path, names in other.local.items()}
        self.knobs[at] = other.knobs[()].pinned_at(call.places["pp_kwargs"])


@dataclass(frozen=True, slots=True)
class _Step:
    """A configuration that is being linked, and the call that led to it."""

    root: Path
    template: str
    call: Span | None

    @classmethod
    def of(cls, source: Source, call: Span | None) -> _Step:
        """The step into ``source``."""
        return cls(source.project_root, source.template, call)


class _Linker:
    """Links the calls of one configuration; ``chain`` are those that led here, this one last."""

    def __init__(
        self, work: _Work, project: Project, bindings: dict[str, Scalar], chain: tuple[_Step, ...]
    ):
        self._work = work
        self._project = project
        self._bindings = bindings
        self._chain = chain

    def change(self, node: Node) -> Node:
        """What stands for ``node`` in the linked graph; its children are linked already."""
        if not isinstance(node, Call) or not is_from_project(node):
            return node
        self._work.linked += 1
        if self._work.linked > MAX_LINKED:
            message = f"more than {MAX_LINKED} projects are linked"
            raise BuildError(Diagnostic("FGC015", message, node.span))
        try:
            call = read_project_call(node, self._bindings)
            source, other = self._load(call)
            return self._splice(call, source, other)
        except BuildError as error:
            found = (replace(diagnostic, tolerable=True) for diagnostic in error.diagnostics)
            self._work.findings += self._project.strictness.passed(found)
            return node

    def _load(self, call: ProjectCall) -> tuple[Source, Graph]:
        """The other project's configuration, and its graph."""
        try:
            folders = self._project.folders
            root = folders.place(self._project.root, call.project_dir)
            strictness = self._project.strictness
            project = load_project(root, folders, strictness)
            config = config_by_name(project, call.config)
            source = from_config(config, call.pins)
            self._check_circle(source, call)
            rendered = render(source)
            graph, odd = parse_report(rendered, strictness=strictness)
        except BuildError as error:
            raise BuildError(_seen_from(found, call) for found in error.diagnostics) from error
        found = (*project.findings, *rendered.findings, *odd)
        self._work.findings += [_seen_from(odd, call) for odd in found if odd.tolerable]
        self._work.sources.update(project.sources)
        self._work.sources.update(graph.sources)
        self._work.folders += [folder.as_posix() for folder in source.folders]
        return source, graph

    def _check_circle(self, source: Source, call: ProjectCall) -> None:
        step = _Step.of(source, call.call.span)
        for index, earlier in enumerate(self._chain):
            if (earlier.root, earlier.template) == (step.root, step.template):
                labels = tuple(
                    Label(later.call, f"which links `{later.template}`")
                    for later in self._chain[index + 1 :]
                    if later.call
                )
                message = f"`{step.template}` of `{source.project.name}` links itself"
                raise BuildError(Diagnostic("FGC015", message, call.call.span, labels=labels))

    def _splice(self, call: ProjectCall, source: Source, other: Graph) -> Node:
        _check_variables(call, other, source)
        bindings = {name: entry.value for name, entry in call.variables.items()}
        main = None if call.is_mapping else call.targets[0]
        instance = Instance(call.call.path, bindings, self._work.names, _home(source, other), main)
        self._work.adopt(call, other, instance.moved)
        chain = (*self._chain, _Step.of(source, call.call.span))
        linker = _Linker(self._work, source.project, {}, chain)
        rewriter = Rewriter(linker.change)
        entries = tuple(
            Entry(name, call.places["targets"], rewriter.node(instance.node(node)))
            for name, node in _targets(call, other, source)
        )
        if not call.is_mapping:
            return entries[0].value
        return Mapping(entries, call.call.path, call.call.span, call.call.name)


def _home(source: Source, other: Graph) -> Home:
    root, name = source.project_root.as_posix(), metadata(other, "model_name")
    folders = tuple(folder.as_posix() for folder in source.search_path)
    imported = tuple(folder.as_posix() for folder in source.project.system_path)
    return Home(root, folders, name, imported)


def _targets(call: ProjectCall, other: Graph, source: Source) -> list[tuple[str, Node]]:
    known = [str(entry.key) for entry in other.roots]
    found: list[tuple[str, Node]] = []
    for name in call.targets:
        node = other.root(name)
        if node is None:
            message = f"`{source.template}` of `{source.project.name}` has no target `{name}`"
            remedy = _near(name, known, "target")
            places = {str(entry.key): entry.key_span for entry in other.roots}
            near = places.get(nearest(name, known) or "")
            raise _error(message, call.places["targets"], source, other, remedy, near)
        found.append((name, node))
    return found


def _check_variables(call: ProjectCall, other: Graph, source: Source) -> None:
    places = {node.var: node.span for node in _nodes(other) if isinstance(node, Var)}
    known = sorted(places)
    for name, entry in call.variables.items():
        if name not in known:
            message = f"`{source.template}` of `{source.project.name}` has no `!var {name}`"
            remedy, near = _near(name, known, "variable"), places.get(nearest(name, known) or "")
            raise _error(message, entry.key_span, source, other, remedy, near)


def _near(name: str, known: list[str], kind: str) -> str:
    near = nearest(name, known)
    if near:
        return f"a {kind} with a similar name exists: `{near}`"
    if not known:
        return f"it has no {kind}s"
    return f"its {kind}s are " + ", ".join(f"`{other}`" for other in known[:10])


def _error(
    message: str, span: Span, source: Source, other: Graph, remedy: str, near: Span | None
) -> BuildError:
    """``near`` is the place of what has a similar name."""
    place = Span.point(source.path.as_posix(), 1)
    if other.roots:
        place = other.roots[0].key_span
    label = Label(place, "the other configuration")
    if near is not None:
        label = Label(near, "this has a similar name")
    return BuildError(Diagnostic("FGC015", message, span, labels=(label,), help=remedy))


def _seen_from(found: Diagnostic, call: ProjectCall) -> Diagnostic:
    """A finding in another project, with the place that links it."""
    if found.span is None:
        place = "config_template" if found.code == "FGC001" else "project_dir"
        return replace(found, code="FGC015", span=call.places[place])
    if found.span == call.call.span:
        return found
    return replace(found, labels=(*found.labels, Label(call.call.span, "linked from here")))


def _nodes(graph: Graph) -> list[Node]:
    return list(walk(*(entry.value for entry in graph.roots)))
