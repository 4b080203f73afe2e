"""How the program is spread over processes, as the configuration names it."""

from pathlib import Path

from fgc.compiler.diagnostics.diagnostic import BuildError, Diagnostic
from fgc.compiler.ir.graph import Literal
from fgc.compiler.passes.specialise import runtime_folder
from fgc.compiler.program.plan import Plan
from fgc.compiler.symbols.nearest import nearest

DEFAULT = "single"


def strategy(plan: Plan) -> str:
    """The top-level `strategy`: the name of a module in the runtime's `trainer/strategy/`.

    Raises:
        BuildError: FGC040, for one that there is not.
    """
    node = plan.graph.root("strategy")
    if node is None:
        return DEFAULT
    known = strategies(runtime_folder())
    if isinstance(node, Literal) and node.value in known:
        return str(node.value)
    written = str(node.value) if isinstance(node, Literal) else "this"
    meant = nearest(written, known)
    remedy = f"write `{meant}`" if meant is not None else f"there is {', '.join(known)}"
    raise BuildError(
        Diagnostic("FGC040", f"no strategy is called `{written}`", node.span, help=remedy)
    )


def strategies(runtime: Path) -> list[str]:
    """The strategies that the runtime has."""
    folder = runtime / "trainer" / "strategy"
    return sorted(path.stem for path in folder.glob("*.py") if path.stem != "__init__")
