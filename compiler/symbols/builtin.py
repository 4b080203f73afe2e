"""Builtins of Python and of the configuration language as symbols."""

from __future__ import annotations

import builtins

from fgc.compiler.symbols.answer import Answer, Mistake
from fgc.compiler.symbols.nearest import nearest
from fgc.compiler.symbols.reader import read_signature
from fgc.compiler.symbols.spec import LANGUAGE_BUILTINS, ImportSpec
from fgc.compiler.symbols.symbol import Symbol


def lookup_builtin(spec: ImportSpec) -> Answer:
    """The builtin that a bare name means. Python's own have no signature: they are not checked."""
    name = spec.text
    if name in LANGUAGE_BUILTINS:
        signature = read_signature(LANGUAGE_BUILTINS[name])
        return Answer(Symbol(name, None, name, "builtin", "builtin", signature=signature))
    if hasattr(builtins, name.partition(".")[0]):
        return Answer(Symbol(name, None, name, "builtin", "builtin"))
    known = (n for n in (*LANGUAGE_BUILTINS, *dir(builtins)) if not n.startswith("_"))
    meant = nearest(name, known)
    remedy = "a name in a module is written `module:Name`"
    if meant is not None:
        remedy = f"a builtin with a similar name exists: `{meant}`; {remedy}"
    message = f"there is no builtin named `{name}`"
    return Answer(None, Mistake("FGC023", message, 0, len(name), remedy))
