"""The options that a configuration declares: whether they are well-formed, and those required."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from fgc.compiler.diagnostics.diagnostic import Diagnostic
from fgc.compiler.frontend.dynamic_args import read_dynamic_args, variable_of
from fgc.compiler.ir.graph import Graph


def check_options(graph: Graph, given: Collection[str]) -> Iterator[Diagnostic]:
    """FGC300 for what is malformed, FGC301 for what is required and not among ``given``.

    ``given`` are the names that the command line gives: options, and what ``--set`` pins.
    """
    declared, malformed = read_dynamic_args(graph)
    yield from malformed
    variables = {variable_of(name) for name in given}
    for option in declared:
        if option.required and option.variable not in variables:
            message = f"the option `{option.name}` is required"
            value = "" if option.is_flag else " VALUE"
            remedy = f"give `{option.name}{value}` behind the configuration"
            yield Diagnostic("FGC301", message, option.span, help=remedy)
