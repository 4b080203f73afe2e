"""Runs a tree's program, and reports what torch.compile did in it.

A program beside a tree. Its arguments are the tree, an output folder, the file for the report, and
the step after which to stop.
"""

import importlib
import json
import sys
from pathlib import Path
from typing import Any

from torch._dynamo.utils import counters


def main() -> None:
    tree, output, result = map(Path, sys.argv[1:4])
    sys.path.insert(0, str(tree))
    train: Any = importlib.import_module("train")
    last_batches: list[int] = []
    build_eval_data = train.build_eval_data

    def remember(*args: Any) -> Any:
        data = build_eval_data(*args)
        last_batches.append(len(data.data) % data.batch_size)
        return data

    train.build_eval_data = remember
    sys.argv = ["train.py", "--output-dir", str(output), "--max-steps", sys.argv[4]]
    assert train.main() == 0
    report = {
        "graphs": counters["stats"]["unique_graphs"],
        "breaks": dict(counters["graph_break"]),
        "last eval batch": last_batches[0],
    }
    result.write_text(json.dumps(report))


if __name__ == "__main__":
    main()
