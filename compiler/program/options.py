"""The options that a configuration declares under ``launch_args``.

    launch_args:
        data_root: {type: path, default: /data, help: where the corpus is}

makes ``--data-root`` an option of the program, and ``!var data_root`` its value.
"""

from __future__ import annotations

from collections.abc import Mapping

import libcst as cst

from fgc.compiler.backend.literal import literal
from fgc.compiler.diagnostics.diagnostic import BuildError, Diagnostic
from fgc.compiler.ir.graph import Entry, Graph, Literal
from fgc.compiler.ir.graph import Mapping as MappingNode
from fgc.compiler.program.target import TYPES, LaunchArg

KEYS = ("type", "default", "help")


def launch_args(graph: Graph) -> dict[str, LaunchArg]:
    """The declared options by name. Raises `BuildError` (FGC040) for a malformed declaration."""
    declared = graph.root("launch_args")
    if declared is None or (isinstance(declared, Literal) and declared.value is None):
        return {}
    if not isinstance(declared, MappingNode):
        raise _malformed("`launch_args` is a mapping of options", declared)
    return {str(entry.key): _option(entry) for entry in declared.entries}


def _option(entry: Entry) -> LaunchArg:
    name, node = str(entry.key), entry.value
    if not name.isidentifier():
        raise BuildError(Diagnostic("FGC040", f"`{name}` is no name of an option", entry.key_span))
    if not isinstance(node, MappingNode):
        raise _malformed(f"the option `{name}` is a mapping of {', '.join(KEYS)}", node)
    given: dict[str, Literal] = {}
    for field in node.entries:
        if field.key not in KEYS:
            message = f"an option has no `{field.key}`"
            remedy = f"it has {', '.join(KEYS)}"
            raise BuildError(Diagnostic("FGC040", message, field.key_span, help=remedy))
        if not isinstance(field.value, Literal):
            raise _malformed(f"`{field.key}` of the option `{name}` is a scalar", field.value)
        given[str(field.key)] = field.value
    kind = given["type"].value if "type" in given else "str"
    if kind not in TYPES:
        raise _malformed(f"the type of the option `{name}` is one of {', '.join(TYPES)}", node)
    default = given["default"].value if "default" in given else None
    text = given["help"].value if "help" in given else ""
    annotation = TYPES[str(kind)] + ("" if default is not None else " | None")
    return LaunchArg(
        annotation, given=f"args.{name}", type=str(kind), default=default, help=str(text or "")
    )


def _malformed(message: str, node: MappingNode | Literal | object) -> BuildError:
    span = getattr(node, "span", None)
    return BuildError(Diagnostic("FGC040", message, span))


def with_options(function: cst.FunctionDef, options: Mapping[str, LaunchArg]) -> cst.FunctionDef:
    """``function`` with a ``parser.add_argument`` for each option before it parses the arguments.

    A function that parses none is returned as it is.
    """
    if not options:
        return function
    body = list(function.body.body)
    for index, statement in enumerate(body):
        if "parser.parse_args()" in cst.Module([]).code_for_node(statement):
            added = [cst.parse_statement(_add_argument(n, o)) for n, o in options.items()]
            lines = [*body[:index], *added, *body[index:]]
            return function.with_changes(body=function.body.with_changes(body=lines))
    return function


def _add_argument(name: str, option: LaunchArg) -> str:
    code = cst.Module([]).code_for_node
    default = code(literal(option.default))
    if option.type == "path":
        default = f"Path({default})" if option.default is not None else default
    kind = (
        "action=argparse.BooleanOptionalAction"
        if option.type == "bool"
        else (f"type={TYPES[option.type]}")
    )
    flag = code(literal("--" + name.replace("_", "-")))
    text = code(literal(option.help.replace("%", "%%")))
    return f"parser.add_argument({flag}, {kind}, default={default}, help={text})\n"
