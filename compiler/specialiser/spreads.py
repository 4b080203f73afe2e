"""Mappings that folding has put behind ``**``, written out where they stand."""

from __future__ import annotations

from collections.abc import Collection
from keyword import iskeyword

import libcst as cst

from fgc.compiler.specialiser.calls import keyword

FOLDED = (cst.Name, cst.IfExp)
"""What folding makes a mapping of: a parameter, and a choice."""


def keywords_written_out(original: cst.Call, call: cst.Call) -> cst.Call:
    """``call`` with each such mapping as keyword arguments.

    One stays whose keys are no names, or repeat a keyword of the call.

    >>> before, after = (cst.parse_expression(f"f(x, **{given})") for given in ("k", "{'a': 1}"))
    >>> cst.Module([]).code_for_node(keywords_written_out(before, after))
    'f(x, a=1)'
    """
    args: list[cst.Arg] = []
    taken = {arg.keyword.value for arg in call.args if arg.keyword is not None}
    changed = False
    for before, arg in zip(original.args, call.args, strict=True):
        keywords = None
        if isinstance(before.value, FOLDED) and arg.star == "**":
            keywords = _keywords(arg.value, taken)
        if keywords is None:
            args.append(arg)
        else:
            taken |= keywords.keys()
            args += keywords.values()
            changed = True
    if not changed:
        return call
    if args:
        args[-1] = args[-1].with_changes(comma=call.args[-1].comma)
    return call.with_changes(args=args)


def entries_written_out(original: cst.Dict, mapping: cst.Dict) -> cst.Dict:
    """``mapping`` with the entries of each such mapping in its place."""
    elements: list[cst.BaseDictElement] = []
    changed = False
    for before, element in zip(original.elements, mapping.elements, strict=True):
        inner = element.value
        folded = isinstance(before, cst.StarredDictElement) and isinstance(before.value, FOLDED)
        if folded and isinstance(inner, cst.Dict):
            comma = element.comma
            elements += [each.with_changes(comma=comma) for each in inner.elements]
            changed = True
        else:
            elements.append(element)
    if not changed:
        return mapping
    if elements:
        elements[-1] = elements[-1].with_changes(comma=mapping.elements[-1].comma)
    return mapping.with_changes(elements=elements)


def _keywords(value: cst.BaseExpression, taken: Collection[str]) -> dict[str, cst.Arg] | None:
    """The entries of a display as keyword arguments, None where they cannot be."""
    if not isinstance(value, cst.Dict):
        return None
    found: dict[str, cst.Arg] = {}
    for element in value.elements:
        match element:
            case cst.DictElement(key=cst.SimpleString() as key, value=given):
                name = str(key.evaluated_value)
                if not _is_keyword(name) or name in found or name in taken:
                    return None
                found[name] = keyword(name, given)
            case _:
                return None
    return found


def _is_keyword(name: str) -> bool:
    """Whether ``name=`` can be written; Python normalises what is not ASCII."""
    return name.isascii() and name.isidentifier() and not iskeyword(name)
