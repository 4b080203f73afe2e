"""One target as Python that stands alone."""

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from fgc.compiler.backend.module_text import module_text
from fgc.compiler.backend.names import identifier
from fgc.compiler.backend.relative_paths import RelativePaths
from fgc.compiler.diagnostics.diagnostic import BuildError, Diagnostic
from fgc.compiler.ir.graph import Call, Kind, walk
from fgc.compiler.passes.emit import emit
from fgc.compiler.passes.plan import plan
from fgc.compiler.passes.specialise import specialise
from fgc.compiler.passes.vendor import vendor
from fgc.compiler.program.plan import Plan
from fgc.compiler.program.target import Launch, Program
from fgc.compiler.symbols.resolution import Resolution
from fgc.targets.model.hf_protocol import PROTECTED
from fgc.targets.project import config_modules
from fgc.targets.python.one_file import CannotMergeError, one_file, read_module
from fgc.targets.python.program import PYTHON
from fgc.targets.train.program import TRAIN
from fgc.targets.train.strategy import strategy


def lone_program(target: str) -> Program:
    """The functions that make one target, called as the training program calls them.

    What that program knows when it starts, they take as parameters.
    """
    return replace(
        PYTHON,
        path=f"{identifier(target)}.py",
        slots=TRAIN.slots,
        launch={name: Launch(known.annotation) for name, known in TRAIN.launch.items()},
        types=TRAIN.types,
        imports=TRAIN.imports,
        collects=False,
        lone=target,
    )


def lone_code(resolution: Resolution, target: str, here: Path) -> Mapping[str, str]:
    """The Python files of ``target``, by path, the one with its function first.

    There is one where that can be; more where their names would clash in one. They are to lie in
    the folder ``here``, where paths to data below it start.

    Raises:
        BuildError: FGC040 or FGC050, as for a whole project.
    """
    _check_buildable(resolution, target)
    planned = plan(resolution, lone_program(target), [target])
    planned = replace(planned, files=_from(here, planned))
    specialised = specialise(planned, protected=PROTECTED, strategy=strategy(planned))
    modules = vendor(planned, specialised)
    configs = config_modules(planned, modules)
    texts = [read_module(path, text) for path, text in configs.items()]
    try:
        merged = one_file([*modules, *texts])
    except CannotMergeError:
        return {**emit(modules, RelativePaths(())).python, **configs}
    return {merged.path: module_text(merged)[0]}


def _check_buildable(resolution: Resolution, target: str) -> None:
    node = resolution.graph.root(target)
    for below in walk(*(() if node is None else (node,))):
        if isinstance(below, Call) and below.kind is Kind.META:
            message = "`!meta` is printed, and never built"
            raise BuildError(Diagnostic("FGC040", message, below.span))


def _from(here: Path, planned: Plan) -> dict[str, str]:
    """Where each local file is, seen from ``here`` where it lies below."""
    here = Path(os.path.abspath(here))
    return {
        source: path.relative_to(here).as_posix() if path.is_relative_to(here) else source
        for source, path in ((source, Path(source)) for source in planned.files)
    }
