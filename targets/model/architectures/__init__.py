"""The architectures of transformers that a graph can be."""

from __future__ import annotations

from collections.abc import Mapping

from fgc.compiler.ir.graph import Call
from fgc.compiler.symbols.symbol import Symbol
from fgc.targets.model.architectures import llama
from fgc.targets.model.architectures.architecture import Architecture
from fgc.targets.model.fields import FieldValue

RECOGNISERS = (llama.recognise,)


def recognise(
    root: Call, fields: Mapping[str, FieldValue], symbols: Mapping[Call, Symbol]
) -> Architecture | None:
    """What transformers knows the model ``root`` as, if it computes the same in every respect.

    One binding that is not understood, or that the architecture has no field for, and the answer
    is None: transformers would load a near miss without a word, and compute something else.
    """
    answers = (recogniser(root, fields, symbols) for recogniser in RECOGNISERS)
    return next((answer for answer in answers if answer is not None), None)
