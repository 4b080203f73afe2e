"""A whole experiment on one screen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fgc.compiler.evaluate.values import Unknown
from fgc.compiler.explain.experiment import Experiment
from fgc.compiler.explain.knobs import value_text as knob_text
from fgc.compiler.explain.page import Page
from fgc.compiler.ir.graph import Call, File, Literal, walk
from fgc.compiler.ir.knobs import COMMAND_LINE
from fgc.compiler.ir.metadata import metadata
from fgc.compiler.program.plan import ModelPlan
from fgc.compiler.views.places import one_line
from fgc.compiler.views.targets import Target, targets
from fgc.compiler.views.values import last_name, value_text
from fgc.targets.model.anatomy import anatomy, is_known, total_parameters
from fgc.targets.model.spec import model_spec
from fgc.targets.needed import needed_targets
from fgc.targets.train.lr_chart import phases_text
from fgc.targets.train.lr_curve import lr_curve

NO_BREAK = "\N{NO-BREAK SPACE}"
ABOUT_ITSELF = frozenset({"config_name", "config_description", "config_class", "model_name"})


@dataclass(frozen=True, slots=True)
class Decision:
    """A knob that the configuration's own file sets, or ``--set``; ``before`` is what it had."""

    name: str
    value: str
    before: str | None


@dataclass(frozen=True, slots=True)
class Overview:
    """What an experiment is: facts by their name, decisions, targets.

    Of ``targets`` the program is made; ``values`` are those that are no objects.
    """

    title: str
    description: str
    facts: tuple[tuple[str, str], ...]
    decisions: tuple[Decision, ...]
    targets: tuple[Target, ...]
    values: tuple[str, ...]


def overview(experiment: Experiment) -> Overview:
    """The experiment as a whole.

    Raises:
        BuildError: FGC040, where the fields of a model are malformed.
    """
    graph = experiment.graph
    every = targets(experiment.plan.resolution, needed_targets(graph))
    facts = [("configuration", " ← ".join(experiment.chain))]
    facts += [("model", _model(experiment, model)) for model in experiment.plan.models.values()]
    facts += [
        ("training data", _data(experiment, "train_data")),
        ("held-out data", _data(experiment, "eval_data")),
        *_run(experiment),
        ("optimizer", _call(experiment, "optimizer")),
        ("precision", _precision(experiment)),
        ("processes", _processes(experiment)),
    ]
    return Overview(
        title=metadata(graph, "config_name") or experiment.config,
        description=metadata(graph, "config_description") or "",
        facts=tuple((name, one_line(text)) for name, text in facts if text),
        decisions=tuple(_decisions(experiment)),
        targets=tuple(target for target in every if target.spec is not None),
        values=tuple(target.name for target in every if target.spec is None),
    )


def _model(experiment: Experiment, model: ModelPlan) -> str:
    spec = model_spec(
        model.root,
        name=model.name,
        title=model.title,
        read=frozenset(),
        symbols=experiment.plan.resolution.symbols,
    )
    module = anatomy(experiment.plan, model, experiment.emitted)
    least = "" if is_known(module) else "at least "
    known = spec.architecture.model_type if spec.architecture is not None else "of its own kind"
    sizes = {
        "num_hidden_layers": "{:,} layers",
        "hidden_size": "{:,} wide",
        "num_attention_heads": "{:,} heads",
        "vocab_size": "{:,} tokens in its vocabulary",
    }
    told = [
        text.format(value)
        for name, text in sizes.items()
        if isinstance(value := spec.fields.get(name), int)
    ]
    parts = [f"{spec.model_class} ({known})", f"{least}{total_parameters(module):,} parameters"]
    return "; ".join([", ".join(parts), ", ".join(told)] if told else [", ".join(parts)])


def _data(experiment: Experiment, key: str) -> str:
    node = experiment.graph.root(key)
    if not isinstance(node, Call):
        return ""
    files = [n for n in walk(node) if isinstance(n, File) and not _in_tokenizer(experiment, n)]
    texts = [f"{file.written} ({_size(Path(file.source))})" for file in files]
    length = _count(experiment, "seq_len")
    samples = "" if length is None else f", in samples of {length:,} tokens"
    return (", ".join(texts) or last_name(node.target)) + samples


def _in_tokenizer(experiment: Experiment, file: File) -> bool:
    tokenizer = experiment.graph.root("tokenizer")
    return tokenizer is not None and file in walk(tokenizer)


def _size(path: Path) -> str:
    try:
        size = path.stat().st_size
    except OSError:
        return "not there"
    for unit in ("bytes", "kB", "MB", "GB"):
        if size < 1000 or unit == "GB":
            return f"{size:,.0f} {unit}" if unit == "bytes" else f"{size:,.1f} {unit}"
        size /= 1000
    raise AssertionError("gigabytes are the last unit")


def _run(experiment: Experiment) -> list[tuple[str, str]]:
    """How long the run is, on one process, and how its learning rate goes."""
    schedule = _name(experiment, "lr_scheduler")
    curve = lr_curve(experiment.plan, experiment.emitted)
    total = _count(experiment, "total_tokens")
    tokens = "" if total is None else f"{total:,} tokens"
    if isinstance(curve, Unknown):
        return [("budget", tokens), ("schedule", schedule)]
    steps = f"{curve.total_steps:,} steps of {curve.tokens_per_step:,} tokens, with one process"
    return [
        ("budget", f"{tokens} = {steps}" if tokens else steps),
        ("schedule", f"{schedule}: {phases_text(curve)}"),
    ]


def _count(experiment: Experiment, key: str) -> int | None:
    node = experiment.graph.root(key)
    value = node.value if isinstance(node, Literal) else None
    return value if isinstance(value, int) else None


def _name(experiment: Experiment, key: str) -> str:
    node = experiment.graph.root(key)
    return node.target.rpartition(":")[2] if isinstance(node, Call) else ""


def _call(experiment: Experiment, key: str) -> str:
    node = experiment.graph.root(key)
    if not isinstance(node, Call):
        return ""
    given = [value_text(item, lambda _: None, 4) for item in node.args]
    given += [f"{e.key}={value_text(e.value, lambda _: None, 4)}" for e in node.kwargs]
    return f"{_name(experiment, key)}({', '.join(given)})"


def _precision(experiment: Experiment) -> str:
    """The weights' type, and what matrix products are computed in."""
    weights = _text(experiment, "dtype") or "float32"
    autocast = _text(experiment, "precision")
    return f"{weights} weights" + (f", {autocast} autocast" if autocast else "")


def _processes(experiment: Experiment) -> str:
    strategy = _text(experiment, "strategy") or "single"
    return "one" if strategy == "single" else strategy


def _text(experiment: Experiment, key: str) -> str | None:
    node = experiment.graph.root(key)
    value = node.value if isinstance(node, Literal) else None
    return value if isinstance(value, str) else None


def _decisions(experiment: Experiment) -> Iterator[Decision]:
    knobs = experiment.written.knobs[()]
    for name in knobs.names:
        *before, last = knobs.chain(name)
        own = last.file == COMMAND_LINE or experiment.name_of(last.file) == experiment.config
        if own and name not in ABOUT_ITSELF:
            was = knob_text(before[-1].value) if before else None
            yield Decision(name, knob_text(last.value), was)


def render_overview(section: Overview, page: Page) -> Iterator[str]:
    """The overview as text."""
    yield page.heading(section.title)
    if section.description:
        yield from page.wrapped(section.description, indent="")
    yield ""
    yield from page.facts(section.facts)
    if section.decisions:
        yield ""
        yield from _told_decisions(section, page)
    yield ""
    yield page.heading("Made of") + page.paint("quiet", "  fgc explain --target NAME tells more")
    rows = [(each.name, each.what.rpartition(" ")[2], each.about) for each in section.targets]
    yield from page.table(rows, ("strong", "", "quiet"))
    if section.values:
        yield ""
        yield from page.wrapped(f"and of the values {', '.join(section.values)}.", style="quiet")


def _told_decisions(section: Overview, page: Page) -> Iterator[str]:
    yield page.heading("Decided here") + page.paint("quiet", "  in brackets what it was before")
    texts = [
        f"{each.name} {each.value}" + (f" ({each.before})" if each.before is not None else "")
        for each in section.decisions
    ]
    yield from page.wrapped(f"{', '.join(text.replace(' ', NO_BREAK) for text in texts)}")
