"""The checkpoints that a whole run leaves, as far as that is known before it starts."""

from fgc.compiler.evaluate.values import Unknown
from fgc.compiler.ir.graph import Call, Literal
from fgc.compiler.launch.launch import Launch
from fgc.compiler.passes.emit import Emitted
from fgc.compiler.program.plan import Plan
from fgc.targets.train.lr_curve import total_steps


def checkpoint_names(plan: Plan, emitted: Emitted, start: Launch) -> tuple[str | None, str | None]:
    """The name of the last one, and that of the one before; None for what is not known.

    ``start`` says how many processes there are, on which the number of steps may depend.
    """
    processes = start.nproc_per_node or 1
    if not isinstance(processes, int):
        return None, None
    total = total_steps(emitted.python, world_size=processes)
    if isinstance(total, Unknown):
        return None, None
    save_steps, limit = (_number(plan, name) for name in ("save_steps", "save_total_limit"))
    earlier = None
    if save_steps is not None and total > save_steps and limit != 1:
        earlier = _name((total - 1) // save_steps * save_steps)
    return _name(total), earlier


def _number(plan: Plan, name: str) -> int | None:
    """An argument of the trainer that is a positive number."""
    trainer = plan.root("trainer")
    given = trainer.kwarg(name) if isinstance(trainer, Call) else None
    value = given.value if isinstance(given, Literal) else None
    return value if isinstance(value, int) and value > 0 else None


def _name(step: int) -> str:
    """As runtime/trainer/checkpoint.py names it."""
    return f"step-{step:08d}"
