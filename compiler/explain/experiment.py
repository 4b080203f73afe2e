"""What the sections of a lesson are made from: a build, as far as its code."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from fgc.compiler.backend.sourcemap import Place
from fgc.compiler.ir.graph import Call, Graph, Node, Path, walk
from fgc.compiler.ir.span import Span
from fgc.compiler.passes.emit import Emitted
from fgc.compiler.pipeline import Build, input_names
from fgc.compiler.program.plan import ModelPlan, Plan
from fgc.compiler.symbols.symbol import Symbol
from fgc.targets.model.spec import ModelSpec, model_spec


@dataclass(frozen=True)
class Experiment:
    """A build that has come as far as its code.

    ``config`` is the configuration's file and ``chain`` that of each template, the configuration
    itself first, as they are called on every machine, which is what ``name_of`` says. ``linked``
    are those of the projects that it links. ``written`` is the graph before anything in it was
    evaluated.
    """

    config: str
    chain: tuple[str, ...]
    linked: tuple[str, ...]
    name_of: Callable[[str], str]
    written: Graph
    plan: Plan
    emitted: Emitted

    @property
    def graph(self) -> Graph:
        """The graph that is built."""
        return self.plan.graph

    @property
    def program(self) -> str:
        """The text of the program."""
        return self.emitted.python[self.plan.program.path]

    @cached_property
    def tree(self) -> ast.Module:
        """The program as Python reads it."""
        return ast.parse(self.program)

    @cached_property
    def functions(self) -> dict[str, ast.FunctionDef]:
        """The program's functions, by name."""
        return {node.name: node for node in self.tree.body if isinstance(node, ast.FunctionDef)}

    def place(self, span: Span) -> Place:
        """Where something was written."""
        return Place(self.name_of(span.file), span.line, span.column)

    def places(self, file: str, line: int) -> tuple[Place, ...]:
        """The places behind a line of an emitted file, each line of the configuration once."""
        origins = self.emitted.source_map.origins(file, line)
        found = () if origins is None else origins.config
        return tuple({(place.file, place.line): place for place in reversed(found)}.values())[::-1]

    def node(self, target: str) -> Node | None:
        """The top-level node ``target`` as it is written; what it picks of another project."""
        built, written = self.graph.root(target), self.written.root(target)
        return built if isinstance(built, Call) and built.path != (target,) else written

    def name(self, path: Path) -> str:
        """What is at ``path`` by the shortest path from a target, ``train_data.tokens``."""
        tops = {entry.value.path: str(entry.key) for entry in self.graph.roots}
        for length in range(len(path), 0, -1):
            if path[:length] in tops:
                return ".".join((tops[path[:length]], *path[length:]))
        return ".".join(path)

    def symbol(self, call: Call) -> Symbol | None:
        """What a call calls, as far as it can be told."""
        return self.plan.resolution.symbols.get(call)

    def model(self, node: Node | None) -> ModelPlan | None:
        """The model that a node is, None where it is none."""
        return self.plan.models.get(node) if isinstance(node, Call) else None

    def spec(self, model: ModelPlan) -> ModelSpec:
        """What transformers is told of a model.

        Raises:
            BuildError: FGC040, where its fields are malformed.
        """
        symbols = self.plan.resolution.symbols
        return model_spec(
            model.root, name=model.name, title=model.title, read=frozenset(), symbols=symbols
        )

    def modeling(self, model: ModelPlan) -> str:
        """The file that holds the code of a model."""
        return f"{model.folder}/modeling_{model.name}.py"


def experiment(build: Build) -> Experiment | None:
    """What a build has made; None where it has not come so far."""
    source, rendered, written = build.source, build.rendered, build.written
    if source is None or rendered is None or written is None:
        return None
    if build.plan is None or build.emitted is None:
        return None
    name_of = input_names(build).name
    chain = tuple(map(name_of, rendered.chain))
    found = [setting.file for knobs in written.knobs.values() for setting in knobs.settings]
    found += [node.span.file for node in walk(*(entry.value for entry in written.roots))]
    others = dict.fromkeys(name_of(file) for file in found if not file.startswith("<"))
    return Experiment(
        config=name_of(source.path.as_posix()),
        chain=chain,
        linked=tuple(file for file in others if file not in chain),
        name_of=name_of,
        written=written,
        plan=build.plan,
        emitted=build.emitted,
    )
