"""A process that has imported what training programs import, and forks one for each of them.

To import torch and transformers takes longer than all that a small program does with them. This is
run as a script, in an environment that the programs are to have. A request is a line of JSON, and
so is the answer; `tests.tree.launcher` is the other side.
"""

import importlib
import json
import os
import runpy
import sys
import traceback
from pathlib import Path
from typing import Any

MODULES = (
    "matplotlib.backends.backend_agg",
    "matplotlib.figure",
    "rich.progress",
    "safetensors.torch",
    "torch._dynamo",
    "transformers.models.llama.modeling_llama",
)


def preload() -> None:
    """Imports what is slow to import, and calls none of it."""
    for module in MODULES:
        importlib.import_module(module)
    # transformers imports a part of itself when it is first named
    _ = sys.modules["transformers"].PreTrainedTokenizerFast


def run(argv: list[str]) -> int:
    """Runs a program as ``python`` does; returns its exit code."""
    sys.argv = argv
    sys.path[0] = str(Path(argv[0]).parent)
    try:
        runpy.run_path(argv[0], run_name="__main__")
    except SystemExit as error:
        if isinstance(error.code, int):
            return error.code
        if error.code is not None:
            print(error.code, file=sys.stderr)
        return int(error.code is not None)
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


def become(request: dict[str, Any]) -> int:
    """Runs the program of a request, with its streams, folder and variables, in this process."""
    streams = [
        os.open(os.devnull, os.O_RDONLY),
        os.open(request["stdout"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC),
        os.open(request["stderr"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC),
    ]
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    os.environ.update(request["environ"])
    os.chdir(request["cwd"])
    code = run(request["argv"])
    sys.stdout.flush()
    sys.stderr.flush()
    return code


def main() -> None:
    preload()
    print(json.dumps("ready"), flush=True)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            os._exit(become(json.loads(line)))
        _, status = os.waitpid(child, 0)
        print(json.dumps(os.waitstatus_to_exitcode(status)), flush=True)


if __name__ == "__main__":
    main()
