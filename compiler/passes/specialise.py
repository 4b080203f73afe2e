"""Writes the code of the program and of its models, for what the graph binds."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fgc.compiler.ir.graph import Call
from fgc.compiler.program.model_unit import ModelUnit
from fgc.compiler.program.plan import Plan
from fgc.compiler.program.program_unit import ProgramUnit
from fgc.compiler.program.unit import UnitCode
from fgc.compiler.specialiser.construct import OutsideError
from fgc.compiler.specialiser.source import Library
from fgc.compiler.specialiser.subset import Whole

RUNTIME = "fgc.runtime"


@dataclass(frozen=True)
class Specialised:
    """The code of each unit: the program's, and each model's by its root."""

    library: Library
    program: UnitCode
    models: Mapping[Call, UnitCode]

    @property
    def whole(self) -> tuple[Whole, ...]:
        """The definitions that could not be specialised, and why, each once."""
        units = (self.program, *self.models.values())
        found = [whole for unit in units for whole in unit.whole]
        return tuple({(w.definition.module, w.definition.name): w for w in found}.values())


def specialise(plan: Plan, *, protected: frozenset[str], strategy: str = "single") -> Specialised:
    """Specialises every class and function that the plan's nodes name.

    ``protected`` attributes are never removed from classes. ``strategy`` is the module that is
    vendored as the program's way of spreading over processes.
    """
    roots = _roots(plan)
    own = (RUNTIME, plan.program.module)
    library = Library(
        roots,
        {f"{RUNTIME}.trainer.strategy": f"{RUNTIME}.trainer.strategy.{strategy}"},
        tuple(dict.fromkeys(path.parent for name, path in roots.items() if name not in own)),
    )
    outside: list[Whole] = []
    while True:
        try:
            return _attempt(plan, library, protected, outside)
        except OutsideError as error:
            outside.append(error.whole)


def _attempt(
    plan: Plan, library: Library, protected: frozenset[str], outside: Sequence[Whole]
) -> Specialised:
    """Specialises all but what is ``outside`` the subset, which is called as it was written.

    Raises `OutsideError` for one more such definition.
    """
    models = {
        root: ModelUnit(plan, model, library, protected, outside)
        for root, model in plan.models.items()
    }
    program = ProgramUnit(plan, library, models, protected, outside)
    return Specialised(
        library, program.code(), {root: unit.code() for root, unit in models.items()}
    )


def _roots(plan: Plan) -> dict[str, Path]:
    """Where the modules are that may be vendored: the runtime, and the project's own."""
    roots = {RUNTIME: runtime_folder(), plan.program.module: plan.program.skeleton}
    for symbol in plan.resolution.symbols.values():
        if symbol.origin == "project" and symbol.file and symbol.definition_module:
            name, path = _top(symbol.definition_module, Path(symbol.file))
            roots.setdefault(name, path)
    return roots


def _top(module: str, path: Path) -> tuple[str, Path]:
    """The top package of a project's module and its folder, or the module and its file."""
    parts = module.split(".")
    if path.name == "__init__.py":
        path = path.parent
    elif len(parts) == 1:
        return module, path
    for _ in parts[1:]:
        path = path.parent
    return parts[0], path


def runtime_folder() -> Path:
    """Where the runtime's source is. Finding it imports none of it."""
    spec = importlib.util.find_spec(RUNTIME)
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("fgc is not installed whole: its runtime is missing")
    return Path(next(iter(spec.submodule_search_locations)))
