"""A class whose `__new__` takes anything is not taken for one that takes nothing."""

from pathlib import Path

from fgc.compiler.symbols.lookup import Symbols


def test_a_variadic_new_without_an_init_leaves_the_signature_open() -> None:
    symbol = Symbols(Path()).lookup("pathlib:PurePosixPath").symbol
    assert symbol is not None
    assert symbol.signature is None or symbol.signature.accepts_any_positional
