"""What a tree says about how it is started."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fgc.compiler.launch.arguments import program_options
from fgc.compiler.launch.command import PROGRAM
from fgc.compiler.launch.launch import LAUNCH_NAME, Launch


class NotStartedError(ValueError):
    """A tree that cannot be started, for a reason that follows on "the tree"."""


@dataclass(frozen=True, slots=True)
class Start:
    """How a tree is started, and the options that its program takes."""

    launch: Launch
    options: Mapping[str, int]


def read_start(read: Callable[[str], bytes | None]) -> Start:
    """The start of the tree whose files ``read`` gives.

    Raises:
        NotStartedError: there is no program in it, or one of the files that say so is broken.
    """
    program = read(PROGRAM)
    if program is None:
        raise NotStartedError(f"it has no `{PROGRAM}`")
    try:
        options = program_options(program.decode())
    except (SyntaxError, ValueError) as error:
        raise NotStartedError(f"its `{PROGRAM}` is not Python: {error}") from error
    said = read(LAUNCH_NAME)
    try:
        return Start(Launch() if said is None else Launch.from_json(said.decode()), options)
    except (ValueError, RecursionError) as error:
        raise NotStartedError(f"its `{LAUNCH_NAME}` is broken: {error}") from error
