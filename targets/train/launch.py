"""How the training program is started, as the configuration says it."""

from fgc.compiler.diagnostics.diagnostic import BuildError, Diagnostic
from fgc.compiler.ir.graph import Entry, Literal, Mapping, Node
from fgc.compiler.ir.span import Span
from fgc.compiler.launch.launch import COUNTS, Launch, is_number_of_processes, is_variable
from fgc.compiler.program.plan import Plan
from fgc.targets.train.strategy import DEFAULT, strategy


def launch(plan: Plan) -> Launch:
    """What the top-level `nproc_per_node` and `env` say, for the strategy that is named.

    Raises:
        BuildError: FGC040, for a number of processes that the strategy does not have, and for an
            environment that is no mapping of names to texts and numbers.
    """
    env = _environment(plan.graph.root("env"))
    number = _number(plan.graph.root("nproc_per_node"))
    if strategy(plan) != DEFAULT:
        return Launch(number, env)
    node = plan.graph.root("nproc_per_node")
    if number != 1 and node is not None:
        message = f"the strategy `{DEFAULT}` is one process, and `nproc_per_node` is `{number}`"
        raise _error(message, node.span, "write 1")
    return Launch(None, env)


def _number(node: Node | None) -> int | str:
    if node is None or (isinstance(node, Literal) and node.value is None):
        return 1
    value = node.value if isinstance(node, Literal) else None
    if not isinstance(value, int | str) or not is_number_of_processes(value):
        choices = ", ".join(f"`{count}`" for count in COUNTS)
        remedy = f"write a number from 1, or one of {choices}: a process for each"
        raise _error("`nproc_per_node` is not a number of processes", node.span, remedy)
    return value


def _environment(node: Node | None) -> dict[str, str]:
    if node is None or (isinstance(node, Literal) and node.value is None):
        return {}
    if not isinstance(node, Mapping):
        raise _error("`env` is not a mapping", node.span, "write `NAME: value`, one a line")
    return {str(entry.key): _text(entry) for entry in node.entries}


def _text(entry: Entry) -> str:
    if not isinstance(entry.key, str) or not is_variable(entry.key):
        remedy = "letters, digits and underscores make one"
        raise _error(f"`{entry.key}` is no name of a variable", entry.key_span, remedy)
    value = entry.value.value if isinstance(entry.value, Literal) else None
    if value is None or isinstance(value, bool):
        remedy = "quote it, as in `'1'` or `'true'`"
        raise _error(f"`{entry.key}` is neither a text nor a number", entry.value.span, remedy)
    text = str(value)
    if "\0" in text:
        raise _error(f"`{entry.key}` holds a null character", entry.value.span, "leave it out")
    return text


def _error(message: str, span: Span, remedy: str) -> BuildError:
    return BuildError(Diagnostic("FGC040", message, span, help=remedy))
