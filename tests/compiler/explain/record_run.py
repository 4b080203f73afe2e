"""Runs a training program, and writes which of some callables it has gone through, in order.

A function counts when it returns, a class when its own constructor does: by then what it is made of
has been made. ``train`` is watched as it begins, since the run is all within.
"""

from __future__ import annotations

import inspect
import json
import runpy
import sys
from collections.abc import Mapping
from pathlib import Path
from types import FrameType


class Recorder:
    """Notes calls of ``names`` from the program's files and from what these call first."""

    def __init__(self, names: set[str], classes: Mapping[object, str]):
        self.names = names
        self.classes = classes
        self.made: list[str] = []
        self.training = False

    def __call__(self, frame: FrameType, event: str, _argument: object) -> None:
        if self.training:
            return
        name = called(frame, self.classes)
        if name == "train" and event == "call" and name in self.names:
            self.training = True
            self.made.append(name)
        elif event == "return" and name in self.names:
            self.made.append(name)


def called(frame: FrameType, classes: Mapping[object, str]) -> str:
    """A function's name, or that of the class whose constructor this is; of a method of ``classes``
    with the name that its class has there."""
    code = frame.f_code
    if not code.co_flags & inspect.CO_OPTIMIZED:
        return ""  # the body of a class or module
    if code.co_name != "__init__":
        of = classes.get(frame.f_locals.get("cls"))
        return code.co_name if of is None else f"{of}.{code.co_name}"
    made = frame.f_locals.get("self")
    own = getattr(type(made).__init__, "__code__", None)
    return type(made).__name__ if own is code else ""


def main() -> None:
    """The names as JSON, the program, and the folder of its output."""
    names, program, output = sys.argv[1:]
    sys.argv = [program, "--output-dir", output, "--max-steps", "1"]
    sys.path.insert(0, str(Path(program).parent))
    import transformers

    watched = set(json.loads(names))
    # imported now, so that nothing of that is recorded
    dotted = {name.partition(".")[0] for name in watched if "." in name}
    recorder = Recorder(watched, {getattr(transformers, name): name for name in dotted})
    sys.setprofile(recorder)
    try:
        runpy.run_path(program, run_name="__main__")
    except SystemExit as end:
        if end.code:
            raise
    finally:
        sys.setprofile(None)
    made = Path(output).parent / "made.json"
    made.write_text(json.dumps(recorder.made), encoding="utf-8")


if __name__ == "__main__":
    main()
