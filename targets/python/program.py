"""The program that builds each top-level node of a configuration, and nothing more."""

from pathlib import Path

from fgc.compiler.program.target import Launch, Program

PYTHON = Program(
    path="program.py",
    module="fgc.targets.python.skeleton",
    skeleton=Path(__file__).parent / "skeleton.py",
    entry="build",
    functions=(),
    slots={},
    launch={
        name: Launch("object")
        for name in ("cache_dir", "named_parameters", "output_dir", "rank", "world_size")
    },
    collects=True,
)
