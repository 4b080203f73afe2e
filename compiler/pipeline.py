"""The pipeline: which passes there are, in which order, and the driver that runs them.

Each pass is a pure function in a file of its own. An entry of `PASSES` says how it takes its input
from the `Build` and puts its output there, and how ``--print-after`` shows that. Passes import
neither this module nor `fgc.targets`; where they need the targets, their entry here hands them in.
Nothing but the standard library is imported until a pass runs: ``fgc --help`` pays for none of it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, TypeVar, cast

from fgc.compiler.diagnostics.strictness import Strictness

if TYPE_CHECKING:
    from fgc.compiler.backend.lock import Lock
    from fgc.compiler.backend.relative_paths import RelativePaths
    from fgc.compiler.backend.tree import Tree
    from fgc.compiler.diagnostics.diagnostic import Diagnostic
    from fgc.compiler.frontend.rendered import Rendered
    from fgc.compiler.ir.graph import Graph, Scalar
    from fgc.compiler.ir.module import Module
    from fgc.compiler.passes.emit import Emitted
    from fgc.compiler.passes.load import Source
    from fgc.compiler.passes.specialise import Specialised
    from fgc.compiler.program.plan import Plan
    from fgc.compiler.symbols.resolution import Resolution

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Request:
    """What the user asks for: a configuration, and values for it.

    ``config`` is its file; a folder stands for the project that it lies in. Without one it is the
    configuration ``name``, or the default one, of the project at or above ``project``, which is the
    current folder where it is None. A tree that was built stands for the configuration in it.
    ``overrides`` pin template variables and bind `!var` nodes; those with the name of an option,
    `--max-steps`, set a variable alone, and the configuration declares them. ``strictness`` says
    how mistakes count that Forgather passes over. ``unsaved`` are texts of templates that an editor
    holds, by absolute path, in place of what is on disk.
    """

    config: Path | None = None
    overrides: Mapping[str, Scalar] = field(default_factory=dict[str, "Scalar"])
    project: Path | None = None
    name: str | None = None
    strictness: Strictness = Strictness.STRICT
    unsaved: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Build:
    """What the passes have made so far; a field is None until its pass has run.

    The last pass leaves ``tree`` and its ``lock``; to write them is the command's part. ``written``
    is the graph with all that it links, before anything in it is evaluated.
    """

    request: Request
    source: Source | None = None
    rendered: Rendered | None = None
    graph: Graph | None = None
    written: Graph | None = None
    resolution: Resolution | None = None
    plan: Plan | None = None
    specialised: Specialised | None = None
    modules: tuple[Module, ...] | None = None
    emitted: Emitted | None = None
    tree: Tree | None = None
    lock: Lock | None = None
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def overrides(self) -> Mapping[str, Scalar]:
        """What the command line gives, now or when the tree was built that the configuration is
        in: what ``--set`` pins, by name, and options of the configuration, by theirs."""
        source = _made(self.source)
        return {**cast("Mapping[str, Scalar]", source.pins), **source.options}

    @property
    def sources(self) -> Mapping[str, str]:
        """The texts that diagnostics can quote, as far as they are known."""
        if self.graph is not None:
            return self.graph.sources
        return {} if self.rendered is None else self.rendered.sources


@dataclass(frozen=True, slots=True)
class Pass:
    """A step of the pipeline.

    Where ``collects`` is set, the next pass runs even if this one found errors, so that the user
    sees the findings of both at once.
    """

    name: str
    run: Callable[[Build], Build]
    show: Callable[[Build], str]
    collects: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """How far a build came: its last state, its findings, and the seconds that each pass took."""

    build: Build
    diagnostics: tuple[Diagnostic, ...]
    seconds: Mapping[str, float]

    @property
    def failed(self) -> bool:
        """Whether there is an error among the findings."""
        return has_errors(self.diagnostics)


def run(
    request: Request,
    *,
    until: str | None = None,
    print_after: Collection[str] = (),
    show: Callable[[str, str], None] | None = None,
) -> Outcome:
    """Runs the passes, up to and with ``until``, and stops at the first that has errors.

    ``show`` gets the name of each pass of ``print_after`` and what it left, as text. A user's
    mistake is in the outcome; any exception is a bug of fgc.
    """
    from fgc.compiler.diagnostics.diagnostic import BuildError

    build = Build(request)
    seconds: dict[str, float] = {}
    for step in _selected(until):
        start = perf_counter()
        try:
            build = step.run(build)
            found = request.strictness.weighed(build.diagnostics)
            build = replace(build, diagnostics=found)
            _verify(step.name, build)
        except BuildError as error:
            return _outcome(build, error.diagnostics, seconds)
        finally:
            seconds[step.name] = perf_counter() - start
        if show is not None and step.name in print_after:
            show(step.name, step.show(build))
        if has_errors(build.diagnostics) and not step.collects:
            break
    return _outcome(build, (), seconds)


def _outcome(build: Build, raised: tuple[Diagnostic, ...], seconds: Mapping[str, float]) -> Outcome:
    """The outcome of passes that left ``build``, and the last of which ``raised`` what it found."""
    found = build.diagnostics + raised
    if found and build.graph is not None:
        from fgc.compiler.diagnostics.knob_labels import with_knob_labels

        found = tuple(with_knob_labels(found, build.graph.knobs.values()))
    elif found and build.rendered is not None:
        from fgc.compiler.diagnostics.knob_labels import with_knob_labels

        found = tuple(with_knob_labels(found, [build.rendered.knobs]))
    return Outcome(build, found, seconds)


def _verify(name: str, build: Build) -> None:
    """Checks what a pass left, where it left a representation that has rules."""
    if name in GRAPH_PASSES and build.graph is not None:
        from fgc.compiler.ir.verify import verify_graph

        verify_graph(build.graph)
    elif name == "vendor" and build.modules is not None:
        from fgc.compiler.ir.verify import verify_modules
        from fgc.compiler.specialiser.source import references

        verify_modules(build.modules, references)


def sealed(build: Build) -> tuple[Tree, Lock]:
    """The tree that a whole run of the passes left, and its lock."""
    return _made(build.tree), _made(build.lock)


def has_errors(diagnostics: tuple[Diagnostic, ...]) -> bool:
    """Whether one of them stops a build."""
    from fgc.compiler.diagnostics.diagnostic import Severity

    return any(diagnostic.severity is Severity.ERROR for diagnostic in diagnostics)


def _selected(until: str | None) -> tuple[Pass, ...]:
    names = [step.name for step in PASSES]
    if until is not None and until not in names:
        raise ValueError(f"no pass is called {until!r}")
    return PASSES if until is None else PASSES[: names.index(until) + 1]


def _made(value: T | None) -> T:
    """``value``, which an earlier pass has made."""
    if value is None:
        raise RuntimeError("a pass ran before the one that it depends on")
    return value


def _load(build: Build) -> Build:
    from fgc.compiler.passes.load import load

    asked = build.request
    source = load(
        asked.config,
        project=asked.project,
        name=asked.name,
        overrides=asked.overrides,
        strictness=asked.strictness,
        unsaved=asked.unsaved,
    )
    return replace(build, source=source, diagnostics=source.project.findings)


def _render(build: Build) -> Build:
    from fgc.compiler.frontend.template.overwritten import overwritten
    from fgc.compiler.passes.render import render

    rendered = render(_made(build.source))
    odd = overwritten(rendered.knobs, rendered.chain)
    found = (*build.diagnostics, *rendered.findings, *odd)
    return replace(build, rendered=rendered, diagnostics=found)


def _parse(build: Build) -> Build:
    from fgc.compiler.passes.parse import parse_report

    pins = cast("Mapping[str, Scalar]", _made(build.source).pins)
    graph, found = parse_report(_made(build.rendered), pins, build.request.strictness)
    return replace(build, graph=graph, diagnostics=(*build.diagnostics, *found))


def _link(build: Build) -> Build:
    from fgc.compiler.passes.link import link_report

    linked, found = link_report(_made(build.graph), _made(build.source))
    found = (*build.diagnostics, *found)
    return replace(build, graph=linked, written=linked, diagnostics=found)


def _resolve(build: Build) -> Build:
    from fgc.compiler.passes.resolve import resolve
    from fgc.targets.train.program import TRAIN

    source = _made(build.source)
    resolution, found = resolve(
        _made(build.graph),
        project_root=source.project_root,
        search_path=source.search_path,
        place=source.project.folders.place,
        system_path=source.project.system_path,
        callbacks=TRAIN.callbacks,
    )
    return replace(build, resolution=resolution, diagnostics=(*build.diagnostics, *found))


def _check(build: Build) -> Build:
    from fgc.compiler.passes.check import check
    from fgc.compiler.passes.check_unused import Readers
    from fgc.targets.needed import NEEDED, READ
    from fgc.targets.train.program import TRAIN

    shipped = _made(build.source).project.folders.templates().as_posix()
    config = _made(build.rendered).chain[0]
    readers = Readers(config, shipped, (*NEEDED, *READ), sign=("trainer",))
    resolution = _made(build.resolution)
    trains = all(resolution.graph.root(key) is not None for key in readers.sign)
    found = check(
        resolution,
        TRAIN.launch.keys(),
        TRAIN.callbacks,
        build.overrides,
        readers,
        TRAIN.slots if trains else None,
    )
    return replace(build, diagnostics=(*build.diagnostics, *found))


def _fold(build: Build) -> Build:
    from fgc.compiler.passes.fold import fold
    from fgc.targets.train.checks.checks import cross_check

    project = _made(build.source).project
    folded = fold(_made(build.resolution), project_root=project.root, folders=project.folders)
    found = (*build.diagnostics, *cross_check(folded.graph))
    return replace(build, resolution=folded, graph=folded.graph, diagnostics=found)


def _plan(build: Build) -> Build:
    from fgc.compiler.passes.plan import plan
    from fgc.targets.project import NEEDED, PROGRAM

    name_of = input_names(build).name
    return replace(build, plan=plan(_made(build.resolution), PROGRAM, NEEDED, name_of))


def _specialise(build: Build) -> Build:
    from fgc.compiler.passes.specialise import specialise
    from fgc.targets.project import PROTECTED
    from fgc.targets.train.strategy import strategy

    planned = _made(build.plan)
    made = specialise(planned, protected=PROTECTED, strategy=strategy(planned))
    return replace(build, specialised=made, diagnostics=(*build.diagnostics, *_left_whole(made)))


def _left_whole(specialised: Specialised) -> list[Diagnostic]:
    """A note for each definition that a configuration binds and that stays as it was written."""
    from fgc.compiler.diagnostics.diagnostic import Diagnostic, Severity
    from fgc.compiler.ir.span import Span

    notes: list[Diagnostic] = []
    for whole in specialised.whole:
        module = specialised.library.module(whole.definition.module)
        file = whole.definition.module if module is None else module.path.as_posix()
        reasons = tuple(violation.message for violation in whole.violations)
        notes.append(
            Diagnostic(
                "FGC050",
                f"`{whole.definition.name}` is taken as it is, and not specialised",
                Span.point(file, whole.definition.line),
                severity=Severity.NOTE,
                notes=reasons,
                help="runtime/README.md says which Python can be specialised",
            )
        )
    return notes


def _vendor(build: Build) -> Build:
    from fgc.compiler.passes.vendor import vendor

    return replace(build, modules=vendor(_made(build.plan), _made(build.specialised)))


def _emit(build: Build) -> Build:
    from fgc.compiler.passes.emit import emit

    return replace(build, emitted=emit(_made(build.modules), input_names(build)))


def _seal(build: Build) -> Build:
    from fgc.compiler.passes.seal import seal
    from fgc.targets.project import project_files

    source, emitted, paths = _made(build.source), _made(build.emitted), input_names(build)
    overrides = overrides_as_written(build.overrides)
    config = paths.name(source.path.as_posix())
    extra = project_files(_made(build.plan), emitted, config=config, overrides=overrides)
    tree, lock = seal(
        _made(build.plan),
        _made(build.specialised).library,
        emitted,
        extra,
        source=source,
        rendered=_made(build.rendered),
        overrides=overrides,
        paths=paths,
    )
    return replace(build, tree=tree, lock=lock)


def overrides_as_written(overrides: Mapping[str, Scalar]) -> dict[str, str]:
    """Scalars as ``--set`` takes them, by name, or by that of an option."""
    from fgc.compiler.frontend.scalars import scalar_text

    return {name: scalar_text(value) for name, value in sorted(overrides.items())}


def input_names(build: Build) -> RelativePaths:
    """How the tree calls what it is made from, as far as the passes have come."""
    from fgc.compiler.passes.layout import input_names

    source = _made(build.source)
    texts = {**source.project.sources, **build.sources}
    return input_names(source, texts, build.graph, build.resolution)


def shown_names(build: Build) -> Callable[[str], str]:
    """What a person is told of the files that a build is made from: their place in the project."""
    name = input_names(build).name
    return lambda file: name(file).removeprefix("project/")


def show_plan(build: Build) -> str:
    plan = _made(build.plan)
    name_of = str if build.source is None else shown_names(build)
    rows = [
        f"{name}: {name_of(node.span.file)}:{node.span.line}"
        for node, name in plan.constants.items()
    ]
    rows += [f"build_{name}: {call.target}" for call, name in plan.builders.items()]
    rows += [f"{m.folder}/: {m.prefix} from {m.root.target}" for m in plan.models.values()]
    return "\n".join(rows) + "\n"


def show_code(build: Build) -> str:
    specialised = _made(build.specialised)
    units = [specialised.program, *specialised.models.values()]
    codes = [c for unit in units for c in (*unit.roots, *unit.families, *unit.reached)]
    return "\n".join(f"# {code.module}\n{code.text}" for code in codes)


def show_modules(build: Build) -> str:
    rows = [
        f"{module.path}: {', '.join(p.name for p in module.pieces if p.name)}"
        for module in _made(build.modules)
    ]
    return "\n".join(rows) + "\n"


def _show_python(build: Build) -> str:
    python = _made(build.emitted).python
    return "\n".join(f"# {path}\n{text}" for path, text in python.items() if text)


def _show_lock(build: Build) -> str:
    return _made(build.lock).to_json()


def _show_chain(build: Build) -> str:
    return f"{_made(build.source)}\n"


def _show_text(build: Build) -> str:
    return _made(build.rendered).text


def _show_graph(build: Build) -> str:
    from fgc.compiler.ir.dump import dump

    return dump(_made(build.graph))


def _show_symbols(build: Build) -> str:
    """Each import spec once: its kind, where it is defined, and its signature where it is known."""
    lines: dict[str, None] = {}
    for symbol in _made(build.resolution).symbols.values():
        place = ".".join(filter(None, (symbol.definition_module or symbol.module, symbol.qualname)))
        signature = symbol.signature.text() if symbol.signature is not None else ""
        lines[f"{symbol.spec}: {symbol.kind} {place}{signature}\n"] = None
    return "".join(lines)


PASSES = (
    Pass("load", _load, _show_chain),
    Pass("render", _render, _show_text),
    Pass("parse", _parse, _show_graph),
    Pass("link", _link, _show_graph),
    Pass("resolve", _resolve, _show_symbols, collects=True),
    Pass("check", _check, _show_symbols),
    Pass("fold", _fold, _show_graph),
    Pass("plan", _plan, show_plan),
    Pass("specialise", _specialise, show_code),
    Pass("vendor", _vendor, show_modules),
    Pass("emit", _emit, _show_python),
    Pass("seal", _seal, _show_lock),
)
GRAPH_PASSES = ("parse", "link", "fold")
PASS_NAMES = tuple(step.name for step in PASSES)
