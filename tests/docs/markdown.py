"""Reads the code blocks of Markdown, and the commands in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

# What an indented block, which names no language, must begin a line with to be a command.
PROGRAM = re.compile(r"([A-Z_]+=\S+ )?(\.venv/bin/\w+|diff|fgc|git|make|pip|python|torchrun)(\s|$)")
FENCE = re.compile(r"```(\w*)\s*$")
INDENT = " " * 4


@dataclass(frozen=True)
class Block:
    """A code block. `language` is that of its fence; None where it is indented."""

    language: str | None
    text: str
    line: int


@dataclass(frozen=True)
class Command:
    """A command line, and the output that the document shows; None where it shows none."""

    text: str
    shown: str | None
    line: int


def blocks(markdown: str) -> Iterator[Block]:
    """The code blocks of a document, in order.

    >>> list(blocks("a\\n```bash\\nls  # all\\n```\\n\\n    make test\\n"))[1]
    Block(language=None, text='make test\\n', line=6)
    """
    lines = markdown.split("\n")
    number = 0
    while number < len(lines):
        first, opened = number, FENCE.match(lines[number])
        if opened:
            end = lines.index("```", number + 1)
            yield Block(
                opened[1], "".join(f"{line}\n" for line in lines[number + 1 : end]), first + 2
            )
            number = end
        elif lines[number].startswith(INDENT) and (number == 0 or not lines[number - 1].strip()):
            while number < len(lines) and (not lines[number] or lines[number].startswith(INDENT)):
                number += 1
            code = [line.removeprefix(INDENT) for line in lines[first:number]]
            yield Block(None, "\n".join(code).rstrip("\n") + "\n", first + 1)
        number += 1


def commands(block: Block) -> Iterator[Command]:
    """The commands of a block, without their comments.

    >>> [c.text for c in commands(Block("bash", "make test   # all of them\\n", 1))]
    ['make test']
    >>> list(commands(Block("console", "$ true\\n$ echo a\\na\\n", 1)))[1]
    Command(text='echo a', shown='a\\n', line=2)
    """
    lines = block.text.split("\n")[:-1]
    if block.language == "console":
        starts = [number for number, line in enumerate(lines) if line.startswith("$ ")]
        for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
            shown = "".join(f"{line}\n" for line in lines[start + 1 : end])
            yield Command(lines[start].removeprefix("$ "), shown, block.line + start)
    elif block.language == "bash" or block.language is None:
        for number, line in enumerate(lines):
            if block.language == "bash" or PROGRAM.match(line):
                yield Command(re.sub(r"\s+#.*", "", line), None, block.line + number)
