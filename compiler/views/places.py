"""Short names for the places of a configuration."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import PurePosixPath

from fgc.compiler.diagnostics.frame import printable
from fgc.compiler.ir.span import Span


class ShortPlaces:
    """``file:line`` with the file's last name, where no other file of the configuration has it.

    ``name_of`` gives a file its name on every machine.
    """

    def __init__(self, files: Iterable[str], name_of: Callable[[str], str]):
        full = {file: one_line(name_of(file)) for file in files}
        last = {file: PurePosixPath(name).name for file, name in full.items()}
        counts = Counter(last.values())
        self._full = full
        self._short = {f: n if counts[n] == 1 else full[f] for f, n in last.items()}
        self._name_of = name_of

    def short(self, span: Span) -> str:
        """The place of ``span``."""
        file = self._short.get(span.file) or one_line(self._name_of(span.file))
        return f"{file}:{span.line}"

    def legend(self, spans: Iterable[Span]) -> list[tuple[str, str]]:
        """The short names of the files that ``spans`` lie in, and their whole names."""
        used = {span.file for span in spans}
        return sorted((self._short[f], self._full[f]) for f in self._full if f in used)


def one_line(text: str) -> str:
    r"""``text`` as it can stand in a line of anything.

    >>> one_line("a\nb")
    'a␊b'
    """
    return printable(text).replace("\n", "␊")


def shortened(text: str, width: int) -> str:
    """``text``, cut to ``width`` characters.

    >>> shortened("a long text", 7)
    'a long…'
    """
    return text if len(text) <= width else text[: width - 1].rstrip() + "…"
