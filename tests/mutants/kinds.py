"""The kinds of mistakes that people make in configurations."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from tests.mutants import layout, names, nodes, punctuation, values
from tests.mutants.template import Edits, Template

KINDS: dict[str, Callable[[Template, Random], Edits]] = {
    "misspelt argument": names.argument,
    "misspelt block": names.block,
    "misspelt knob, at its definition": names.knob_defined,
    "misspelt knob, at an override": names.knob_overridden,
    "misspelt knob, at its use": names.knob_used,
    "misspelt target": names.target,
    "misspelt anchor": names.anchor,
    "misspelt alias": names.alias,
    "misspelt tag": names.tag,
    "misspelt import module": names.import_module,
    "misspelt import name": names.import_name,
    "misspelt template": names.template_name,
    "misspelt !var": names.variable,
    "one @name for two nodes": names.node_name,
    "deleted line": layout.deleted_line,
    "duplicated line": layout.duplicated_line,
    "duplicated key": layout.duplicated_key,
    "changed indentation": layout.indentation,
    "tab": layout.tab,
    "super() removed": layout.super_removed,
    "super() moved": layout.super_moved,
    "end of a statement removed": layout.end_removed,
    "extends removed": layout.extends_removed,
    "comment marker": layout.comment,
    "quote removed": punctuation.quote_removed,
    "quote added": punctuation.quote_added,
    "bracket removed": punctuation.bracket_removed,
    "bracket added": punctuation.bracket_added,
    "brace removed": punctuation.brace_removed,
    "brace added": punctuation.brace_added,
    "colon removed": punctuation.colon_removed,
    "colon added": punctuation.colon_added,
    "number to text": values.number_to_text,
    "text to number": values.text_to_number,
    "style of a number": values.number_style,
    "word for a truth value": values.bool_word,
    "nothing and zero": values.nothing_and_zero,
    "scalar for arguments": nodes.scalar_for_arguments,
    "list to mapping": nodes.list_to_mapping,
    "mapping to list": nodes.mapping_to_list,
    "!partial and !singleton": nodes.call_kind,
    "!factory and !singleton": nodes.made_anew,
    "surplus argument by place": nodes.surplus_by_place,
    "depends on itself": nodes.depends_on_itself,
    "surplus target": nodes.surplus_target,
}
SET = "misspelt --set"
"""The one mistake that is made on the command line."""
