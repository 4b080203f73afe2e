"""A whole experiment on one screen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from fgc.compiler.evaluate.values import Unknown
from fgc.compiler.explain.decisions import Decisions, decisions, render_decisions
from fgc.compiler.explain.experiment import Experiment
from fgc.compiler.explain.page import Page
from fgc.compiler.ir.graph import Call, File, Literal, Node, walk
from fgc.compiler.ir.metadata import metadata
from fgc.compiler.program.plan import ModelPlan
from fgc.compiler.views.places import one_line
from fgc.compiler.views.targets import Target, targets
from fgc.compiler.views.values import last_name, value_text
from fgc.targets.model.anatomy import anatomy, is_known, total_parameters
from fgc.targets.needed import needed_targets
from fgc.targets.train.lr_chart import phases_text
from fgc.targets.train.lr_curve import lr_curve

DATA = {"training data": "train_data", "held-out data": "eval_data"}
SIZES = {
    "num_hidden_layers": "{:,} layers",
    "hidden_size": "{:,} wide",
    "num_attention_heads": "{:,} heads",
    "vocab_size": "{:,} tokens in its vocabulary",
}


@dataclass(frozen=True, slots=True)
class ModelSize:
    """A model: its class, what transformers knows it as, if as anything, and how large it is.

    Where not ``exact``, it has at least so many parameters. ``sizes`` are fields of its config.
    """

    class_name: str
    architecture: str | None
    parameters: int
    exact: bool
    sizes: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Data:
    """What a top-level node reads: files and their bytes, None for one that is not there.

    ``seq_len`` are the tokens of a sample.
    """

    target: str
    made_by: str
    files: Mapping[str, int | None]
    seq_len: int | None


@dataclass(frozen=True, slots=True)
class Run:
    """How long a run is, in one process, and how its learning rate goes.

    What is known only when it starts is None.
    """

    total_tokens: int | None
    steps: int | None
    tokens_per_step: int | None
    schedule: str
    phases: str | None


@dataclass(frozen=True, slots=True)
class Made:
    """A target that is made of something: of what, and the first line of its docstring."""

    target: str
    what: str
    about: str


@dataclass(frozen=True, slots=True)
class Overview:
    """What an experiment is.

    ``dtype`` is that of the weights, ``autocast`` what matrix products are computed in, if in
    something else. ``values`` are the targets that are neither objects nor callables.
    """

    title: str
    description: str
    templates: tuple[str, ...]
    models: tuple[ModelSize, ...]
    data: tuple[Data, ...]
    run: Run
    optimizer: str
    dtype: str
    autocast: str | None
    strategy: str
    decisions: Decisions
    made_of: tuple[Made, ...]
    values: tuple[str, ...]


def overview(experiment: Experiment) -> Overview:
    """The experiment as a whole.

    Raises:
        BuildError: FGC040, where the fields of a model are malformed.
    """
    graph, plan = experiment.graph, experiment.plan
    every = targets(plan.resolution, needed_targets(graph))
    return Overview(
        title=metadata(graph, "config_name") or experiment.config,
        description=metadata(graph, "config_description") or "",
        templates=experiment.chain,
        models=tuple(_model(experiment, model) for model in plan.models.values()),
        data=tuple(_data(experiment, target) for target in DATA.values() if plan.root(target)),
        run=_run(experiment),
        optimizer=_call(experiment, "optimizer"),
        dtype=_text(experiment, "dtype") or "float32",
        autocast=_text(experiment, "precision"),
        strategy=_text(experiment, "strategy") or "single",
        decisions=decisions(experiment),
        made_of=tuple(
            Made(each.name, _what(each), each.about) for each in every if each.spec is not None
        ),
        values=tuple(target.name for target in every if target.spec is None),
    )


def _model(experiment: Experiment, model: ModelPlan) -> ModelSize:
    spec = experiment.spec(model)
    module = anatomy(experiment.plan, model, experiment.emitted)
    return ModelSize(
        class_name=spec.model_class,
        architecture=None if spec.architecture is None else spec.architecture.model_type,
        parameters=total_parameters(module),
        exact=is_known(module),
        sizes={name: v for name in SIZES if isinstance(v := spec.fields.get(name), int)},
    )


def _data(experiment: Experiment, target: str) -> Data:
    node = experiment.graph.root(target)
    tokenizer = experiment.graph.root("tokenizer")
    elsewhere = set[Node]() if tokenizer is None else set(walk(tokenizer))
    below = [] if node is None else [n for n in walk(node) if n not in elsewhere]
    return Data(
        target=target,
        made_by=_name(experiment, target),
        files={n.written: _size(Path(n.source)) for n in below if isinstance(n, File)},
        seq_len=_count(experiment, "seq_len"),
    )


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None


def _run(experiment: Experiment) -> Run:
    curve = lr_curve(experiment.plan, experiment.emitted)
    total, schedule = _count(experiment, "total_tokens"), _name(experiment, "lr_scheduler")
    if isinstance(curve, Unknown):
        return Run(total, None, None, schedule, None)
    return Run(total, curve.total_steps, curve.tokens_per_step, schedule, phases_text(curve))


def _count(experiment: Experiment, key: str) -> int | None:
    node = experiment.graph.root(key)
    value = node.value if isinstance(node, Literal) else None
    return value if isinstance(value, int) else None


def _what(target: Target) -> str:
    """What a target calls: its name, with its module where there is nothing else to tell."""
    spec = target.spec or ""
    return last_name(spec) if target.about else spec.replace(":", ".")


def _text(experiment: Experiment, key: str) -> str | None:
    node = experiment.graph.root(key)
    value = node.value if isinstance(node, Literal) else None
    return value if isinstance(value, str) else None


def _name(experiment: Experiment, key: str) -> str:
    node = experiment.graph.root(key)
    return last_name(node.target) if isinstance(node, Call) else ""


def _call(experiment: Experiment, key: str) -> str:
    """A call with its arguments, as Python writes it."""
    node = experiment.graph.root(key)
    if not isinstance(node, Call):
        return ""
    given = [value_text(item, lambda _: None, 4) for item in node.args]
    given += [f"{e.key}={value_text(e.value, lambda _: None, 4)}" for e in node.kwargs]
    return one_line(f"{last_name(node.target)}({', '.join(given)})")


def render_overview(section: Overview, page: Page) -> Iterator[str]:
    """The overview as text."""
    yield page.heading(section.title)
    if section.description:
        yield from page.wrapped(section.description, indent="")
    yield ""
    yield from page.facts(_facts(section))
    yield from render_decisions(section.decisions, page)
    yield ""
    yield page.titled("Made of", "fgc explain --target NAME tells more")
    made = [(e.target, f"{e.what}. {e.about}" if e.about else e.what) for e in section.made_of]
    yield from page.facts(made)
    if section.values:
        yield ""
        yield from page.wrapped(f"and of the values {', '.join(section.values)}.", style="quiet")


def _facts(section: Overview) -> Iterator[tuple[str, str]]:
    yield "configuration", " ← ".join(section.templates)
    for model in section.models:
        yield "model", _told_model(model)
    labels = {target: label for label, target in DATA.items()}
    for data in section.data:
        yield labels[data.target], _told_data(data)
    yield from _told_run(section.run)
    yield "optimizer", section.optimizer
    autocast = "" if section.autocast is None else f", {section.autocast} autocast"
    yield "precision", f"{section.dtype} weights{autocast}"
    yield "processes", "one" if section.strategy == "single" else section.strategy


def _told_model(model: ModelSize) -> str:
    known = model.architecture or "none that transformers knows"
    count = f"{'' if model.exact else 'at least '}{model.parameters:,} parameters"
    sizes = ", ".join(SIZES[name].format(value) for name, value in model.sizes.items())
    return f"{model.class_name} ({known}), {count}" + (f"; {sizes}" if sizes else "")


def _told_data(data: Data) -> str:
    files = [f"{one_line(name)} ({_told_size(size)})" for name, size in data.files.items()]
    samples = "" if data.seq_len is None else f", in samples of {data.seq_len:,} tokens"
    return (", ".join(files) or data.made_by) + samples


def _told_size(size: int | None) -> str:
    """
    >>> _told_size(None), _told_size(999), _told_size(160_832), _told_size(3_975_932)
    ('not there', '999 bytes', '160.8 kB', '4.0 MB')
    """
    if size is None:
        return "not there"
    if size < 1000:
        return f"{size} bytes"
    amount, unit = size / 1000, "kB"
    for larger in ("MB", "GB", "TB"):
        if amount >= 1000:
            amount, unit = amount / 1000, larger
    return f"{amount:,.1f} {unit}"


def _told_run(run: Run) -> Iterator[tuple[str, str]]:
    tokens = "" if run.total_tokens is None else f"{run.total_tokens:,} tokens"
    steps = ""
    if run.steps is not None:
        steps = f"{run.steps:,} steps of {run.tokens_per_step:,} tokens, with one process"
    yield "budget", " = ".join(filter(None, (tokens, steps)))
    yield "schedule", ": ".join(filter(None, (run.schedule, run.phases)))
