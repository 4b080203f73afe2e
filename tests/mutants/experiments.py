"""Copies of the shipped configurations, in which every template can be written over.

The templates that come with fgc are copied to where a project finds them before fgc's own: a
mistake in one of them is made as a user makes it, who has taken it over.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fgc.compiler.backend.tree import digest
from fgc.compiler.diagnostics.diagnostic import BuildError, Diagnostic, Severity
from fgc.compiler.frontend.folders import shipped_templates
from fgc.compiler.passes.check_arguments import bound
from fgc.compiler.passes.resolve import calls
from fgc.compiler.pipeline import Outcome, Request, run, sealed
from fgc.compiler.symbols.resolution import Resolution
from fgc.compiler.symbols.symbol import Parameter
from fgc.targets.needed import NEEDED, READ
from fgc.targets.tokenizer.parts import PARTS
from fgc.targets.tokenizer.recipe import read_recipe
from tests.example_configs import EXAMPLES
from tests.mutants.same import Shape, shape
from tests.mutants.template import Template, optional_knobs, words

LINKED = frozenset({"tokenizer", "train_data", "eval_data", "model", "attn_implementation"})
"""The targets that a project gives to the one that links it."""
TRAINED = frozenset({*NEEDED, *READ})
TOKENIZED = frozenset(
    {"meta", "tokenizer_file", "model_max_length", "special_tokens", "training_text", *PARTS}
)
_ALIAS = re.compile(r"(?<=[\s\[])\*([a-z_]\w*)")
_KNOB = re.compile(r"-- set ns\.(\w+) = ")
_META = "meta.yaml"
# What a built tree says of its own making.
_ABOUT = ("config/", ".fgc/", "fgc.lock", "fgc.map.json")


@dataclass(frozen=True, slots=True)
class Experiment:
    """A configuration, what it comes to, and the templates that it is made of."""

    name: str
    request: Request
    shape: Shape
    tree: Mapping[str, str]
    known: frozenset[tuple[str, str]]
    templates: tuple[Template, ...]


def copied(folder: Path) -> list[Experiment]:
    """All that the examples build, in copies below ``folder``."""
    root = folder / "examples"
    shutil.copytree(EXAMPLES, root, ignore=shutil.ignore_patterns("__pycache__", "runs"))
    for home in (root / "tiny_llama", root / "composed" / "fgc_workspace"):
        shutil.copytree(shipped_templates(), home, dirs_exist_ok=True)
    found = [_experiment(root, path) for path in sorted(root.glob("**/configs/*.yaml"))]
    return [experiment for experiment in found if experiment is not None]


def is_tokenizer(request: Request) -> bool:
    """Whether a configuration describes a tokenizer."""
    return request.config is not None and request.config.name == "tokenizer.yaml"


def checked(request: Request) -> Outcome:
    """What fgc says of a configuration without building it."""
    outcome = run(request, until="fold")
    if outcome.failed or not is_tokenizer(request):
        return outcome
    assert outcome.build.resolution is not None
    try:
        read_recipe(outcome.build.resolution)
    except BuildError as error:
        return Outcome(outcome.build, outcome.diagnostics + error.diagnostics, outcome.seconds)
    return outcome


def meaning(outcome: Outcome) -> Shape:
    """What a configuration without errors says."""
    build = outcome.build
    assert build.graph is not None
    assert build.resolution is not None
    return shape(build.graph, build.resolution)


def tree_of(outcome: Outcome) -> dict[str, str]:
    """The hashes of what is built, but for what it says of its own making."""
    tree, _ = sealed(outcome.build)
    return {path: digest(c) for path, c in tree.items() if not path.startswith(_ABOUT)}


def serious(outcome: Outcome) -> list[Diagnostic]:
    """Errors and warnings."""
    return [found for found in outcome.diagnostics if found.severity is not Severity.NOTE]


def _experiment(root: Path, config: Path) -> Experiment | None:
    """None for a configuration that builds nothing by itself: another one links it."""
    request = Request(config=config)
    outcome = checked(request)
    if outcome.failed:
        return None
    tree = {} if is_tokenizer(request) else tree_of(run(request))
    known = frozenset((found.code, found.message) for found in serious(outcome))
    name = config.relative_to(root).with_suffix("").as_posix().replace("/configs", "")
    return Experiment(name, request, meaning(outcome), tree, known, _templates(config, outcome))


def _templates(config: Path, outcome: Outcome) -> tuple[Template, ...]:
    build = outcome.build
    assert build.source is not None
    texts = dict(build.sources)
    own = build.source.project.root
    meta = own / _META
    texts[meta.as_posix()] = meta.read_text("utf-8")
    every, optional = words(texts.values()), optional_knobs(texts.values())
    knobs = {file: set(_KNOB.findall(text)) for file, text in texts.items()}
    aliases = frozenset(name for text in texts.values() for name in _ALIAS.findall(text))
    parameters = _parameters(run(Request(config=config), until="resolve").build.resolution)
    chain = set(build.rendered.chain) if build.rendered is not None else set()
    found: list[Template] = []
    for file, text in texts.items():
        read = LINKED
        if file in chain or any(file.endswith(name) for name in chain):
            read = TOKENIZED if config.name == "tokenizer.yaml" else TRAINED
        elsewhere = {name for other in knobs if other != file for name in knobs[other]}
        filled = parameters[file]
        found.append(Template(file, text, every, aliases, elsewhere, optional, read, filled))
    return tuple(found)


class _ByFile(dict[str, dict[int, Parameter]]):
    def __missing__(self, file: str) -> dict[int, Parameter]:
        return self.setdefault(file, {})


def _parameters(resolution: Resolution | None) -> _ByFile:
    """The parameter that the argument on a line fills, by file and line."""
    assert resolution is not None
    found = _ByFile()
    for call in calls(resolution.graph):
        symbol = resolution.symbols.get(call)
        if symbol is not None and symbol.signature is not None:
            for parameter, _, entry in bound(call, symbol.signature):
                if entry is not None:
                    found[entry.key_span.file][entry.key_span.line] = parameter
    return found
