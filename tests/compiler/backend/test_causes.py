"""Causes are found on the lines that they are about, and on no others."""

from __future__ import annotations

import ast
from textwrap import dedent

import pytest

from fgc.compiler.backend.causes import Parts
from fgc.compiler.ir.module import Cause
from fgc.compiler.ir.span import Span

TEXT = dedent("""\
    def build(named_parameters):
        return AdamW(
            named_parameters,
            lr=LR,
            betas=(
                0.9,
                0.95,
            ),
            data=Blocks(
                read(
                    files=["a"],
                    size=LR,
                ),
                size=SIZE,
            ),
            options={
                "size": 3,
            },
        )


    def main():
        LR = config.size + self.config.size
        return AdamW(lr=LR), torch.AdamW(lr=1)
    """)


def lines(*path: str, first: int = 1, last: int = 99) -> list[int]:
    """The lines on which the part at ``path`` is found."""
    cause = Cause(path, Span.point("a.yaml", 1))
    return sorted(Parts(ast.parse(TEXT)).places(first, last, [cause]))


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (("AdamW", "lr"), [4, 24]),
        (("AdamW", "0"), [3]),
        (("AdamW", "1"), []),
        (("AdamW", "betas"), [5, 6, 7, 8]),
        (("AdamW", "betas", "1"), [7]),
        (("AdamW", "data"), [9, 10, 11, 12, 13, 14, 15]),
        (("AdamW", "data", "0"), [10, 11, 12, 13]),
        (("AdamW", "data", "0", "size"), [12]),
        (("AdamW", "data", "0", "files", "0"), [11]),
        (("AdamW", "data", "size"), [14]),
        (("AdamW", "options", "size"), [17]),
        (("AdamW", "missing", "size"), []),
        (("Blocks", "size"), [14]),
        (("torch.AdamW", "lr"), [24]),
        (("LR",), [4, 12, 24]),  # not where it is given its value
        (("named_parameters",), [3]),
        (("config.size",), [23]),
        (("self.config.size",), [23]),
        (("size",), []),
    ],
)
def test_where_a_part_is(path: tuple[str, ...], expected: list[int]) -> None:
    assert lines(*path) == expected


def test_only_the_lines_of_the_piece_count() -> None:
    assert lines("AdamW", "lr", first=1, last=19) == [4]
    assert lines("LR", first=20, last=25) == [24]


def test_the_innermost_argument_comes_first_and_names_follow() -> None:
    paths = [("LR",), ("AdamW", "data"), ("AdamW", "data", "0"), ("AdamW", "data", "0", "size")]
    causes = [Cause(path, Span.point("a.yaml", n)) for n, path in enumerate(paths, 1)]
    found = Parts(ast.parse(TEXT)).places(1, 99, causes)
    assert {line: [span.line for span in spans] for line, spans in found.items()} == {
        4: [1],
        9: [2],
        10: [3],
        11: [3],
        12: [4, 1],
        13: [3],
        14: [2],
        15: [2],
        24: [1],
    }
