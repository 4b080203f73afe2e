"""What a target is: its node, what that names, and what becomes of it."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fgc.compiler.backend.sourcemap import Place
from fgc.compiler.explain.experiment import Experiment
from fgc.compiler.explain.page import Page
from fgc.compiler.explain.program_order import program_order
from fgc.compiler.explain.written import written_call
from fgc.compiler.ir.graph import Call, Kind, Node
from fgc.compiler.ir.metadata import metadata
from fgc.compiler.program.plan import ModelPlan
from fgc.compiler.symbols.symbol import Symbol
from fgc.compiler.views.places import one_line, shortened
from fgc.compiler.views.values import last_name, value_text
from fgc.targets.model.spec import ModelSpec

TITLE = 60
KINDS = {
    Kind.SINGLETON: "one object, wherever it is referred to",
    Kind.FACTORY: "made anew at each reference",
    Kind.PARTIAL: "a callable; whoever it is given to calls it",
    Kind.META: "printed, and never built",
}


@dataclass(frozen=True, slots=True)
class About:
    """A target: its name, what it makes or is, and what that is for.

    ``written`` is the tag of its node, ``kind`` what that means, ``defined`` where the class or
    function stands. ``made`` says when, if the program makes it; ``architecture`` as what a model
    loads; ``becomes`` is its code.
    """

    target: str
    title: str
    summary: str
    experiment: str
    written: str
    place: Place
    kind: str
    defined: str
    made: str
    architecture: str
    becomes: str


def about(experiment: Experiment, target: str) -> About:
    """What the top-level node ``target`` is.

    Raises:
        BuildError: FGC040, where it is a model whose fields are malformed.
    """
    node = experiment.node(target)
    assert node is not None
    built = experiment.graph.root(target)
    model = experiment.model(built)
    call = built if isinstance(built, Call) else None
    symbol = None if call is None else experiment.symbol(call)
    spec = None if model is None else experiment.spec(model)
    value = node if built is None else built
    title = value_text(value, lambda _: None, 8) if call is None else last_name(call.target)
    return About(
        target=target,
        title=shortened(one_line(title if spec is None else spec.model_class), TITLE),
        summary="" if symbol is None else summary(symbol),
        experiment=_experiment(experiment),
        written=_written(node),
        place=experiment.place(node.target_span if isinstance(node, Call) else node.span),
        kind="a value" if call is None else KINDS[call.kind],
        defined="" if symbol is None else _defined(symbol),
        made=_made(experiment, target),
        architecture="" if spec is None else _architecture(spec),
        becomes=_becomes(experiment, built, model),
    )


def summary(symbol: Symbol) -> str:
    """The first paragraph of a docstring, or its first line where the file is a package's."""
    if symbol.origin in ("runtime", "project") and symbol.file and symbol.definition_name:
        found = _docstring(Path(symbol.file), symbol.definition_name)
        paragraph = "" if found is None else inspect.cleandoc(found).partition("\n\n")[0]
        if paragraph:
            return one_line(" ".join(paragraph.split()))
    return one_line(symbol.summary)


def _docstring(file: Path, name: str) -> str | None:
    try:
        tree = ast.parse(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, SyntaxError):
        return None
    for node in tree.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and node.name == name:
            return ast.get_docstring(node, clean=False)
    return None


def _experiment(experiment: Experiment) -> str:
    name = metadata(experiment.graph, "config_name") or ""
    description = metadata(experiment.graph, "config_description")
    return f"{name}: {description}" if name and description else name or description or ""


def _written(node: Node) -> str:
    if not isinstance(node, Call):
        return ""
    name = f"@{node.name}" if node.name else ""
    return one_line(f"!{node.kind.value}:{node.target}{name}")


def _made(experiment: Experiment, target: str) -> str:
    """When the program makes the target, among all that it makes."""
    steps = [step.what for step in program_order(experiment, target).steps]
    if target not in steps:
        return ""
    at = steps.index(target)
    before = f"after {steps[at - 1]}" if at else ""
    after = f"before {steps[at + 1]}" if at + 1 < len(steps) else ""
    neighbours = ", ".join(filter(None, (before, after)))
    return f"as number {at + 1} of {len(steps)}" + (f": {neighbours}" if neighbours else "")


def _defined(symbol: Symbol) -> str:
    if symbol.module is None:
        return "a builtin of Python, or of the configuration language"
    if symbol.definition_module and symbol.definition_name:
        return f"{symbol.kind} {symbol.definition_module}.{symbol.definition_name}"
    return f"{symbol.module}.{symbol.qualname}"


def _architecture(spec: ModelSpec) -> str:
    known = spec.architecture
    if known is None:
        return (
            f"none that transformers knows (model_type {spec.model_type}): its folder loads with "
            "the code in it, by trust_remote_code=True"
        )
    return (
        f"{known.model_type}: its folder loads as transformers' own {known.class_name}, and, by "
        "trust_remote_code=True, with the code in it"
    )


def _becomes(experiment: Experiment, node: Node | None, model: ModelPlan | None) -> str:
    plan = experiment.plan
    program = plan.program.path
    if model is not None:
        return experiment.modeling(model)
    if isinstance(node, Call) and f"build_{plan.builders.get(node)}" in experiment.functions:
        return f"build_{plan.builders[node]} in {program}"
    if isinstance(node, Call) and written_call(experiment, node) is not None:
        return f"a call in {plan.program.entry} in {program}"
    if (
        node is not None
        and node in plan.constants
        and f"\n{plan.constants[node]} = " in experiment.program
    ):
        return f"{plan.constants[node]} in {program}"
    return ""


def render_about(section: About, page: Page) -> Iterator[str]:
    """What the target is, as a title, a sentence and a few facts."""
    yield page.heading(page.cut(f"{section.target}: {section.title}"))
    if section.summary:
        yield from page.wrapped(section.summary, indent="")
    yield ""
    place = page.keys.short(section.place)
    yield from page.facts(
        [
            ("experiment", section.experiment),
            ("written as", f"{section.written} at {place}" if section.written else ""),
            ("written at", "" if section.written else place),
            ("which is", section.kind),
            ("defined as", section.defined),
            ("made", section.made),
            ("architecture", section.architecture),
            ("becomes", section.becomes),
            *_legend(page),
        ]
    )


def _legend(page: Page) -> Iterator[tuple[str, str]]:
    """What the keys of files mean."""
    width = max(map(len, map(page.keys.key, page.keys.files)), default=0)
    for number, file in enumerate(page.keys.files):
        key = page.paint("place", f"{page.keys.key(file):<{width}}")
        yield "" if number else "templates", f"{key}  {file}"
