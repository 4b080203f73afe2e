"""The command that starts a tree."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from fgc.compiler.launch.executables import Executables
from fgc.compiler.launch.launch import Launch

PROGRAM = "train.py"
_NUMBER = "--nproc-per-node"
# With one of these the user says how machines find each other; alone, one finds itself.
_RENDEZVOUS = ("--nnodes", "--node-rank", "--master-", "--rdzv-", "--standalone")


@dataclass(frozen=True, slots=True)
class Command:
    """A program with its arguments, and what is set in its environment."""

    arguments: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict[str, str])

    def shell(self) -> str:
        """What a shell takes for it.

        >>> Command(("python", "my run/train.py"), {"A": "1 2"}).shell()
        "A='1 2' python 'my run/train.py'"
        """
        settings = [f"{name}={shlex.quote(value)}" for name, value in self.env.items()]
        return " ".join([*settings, shlex.join(self.arguments)])


def command(
    launch: Launch,
    program: str = PROGRAM,
    *,
    executables: Executables | None = None,
    devices: str | None = None,
    for_torchrun: Sequence[str] = (),
    for_program: Sequence[str] = (),
) -> Command:
    """What starts ``program`` on the accelerators ``devices``, or on all.

    >>> command(Launch(2), for_program=("--max-steps", "10")).shell()
    'torchrun --standalone --nproc-per-node 2 train.py --max-steps 10'
    """
    found = executables or Executables()
    env = dict(launch.env)
    if devices is not None:
        env["CUDA_VISIBLE_DEVICES"] = devices
    if launch.nproc_per_node is None:
        return Command((*found.python, program, *for_program), env)
    given = [argument.partition("=")[0].replace("_", "-") for argument in for_torchrun]
    options: list[str] = []
    if not any(option.startswith(_RENDEZVOUS) for option in given):
        options.append("--standalone")
    if _NUMBER not in given:
        options += [_NUMBER, str(launch.nproc_per_node)]
    return Command((*found.torchrun, *options, *for_torchrun, program, *for_program), env)
