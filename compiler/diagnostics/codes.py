"""Every diagnostic code and what it means, in one table.

Ranges: 001-009 projects and templates, 010-019 YAML and linking, 020-039 symbols and arguments,
040-049 phases, targets and plans, 050-069 specialisation, 070-079 the written tree.
"""

from __future__ import annotations

CODES: dict[str, str] = {
    "FGC001": "template not found",
    "FGC002": "templates extend or include each other in a circle",
    "FGC003": "template syntax error",
    "FGC004": "undefined template variable",
    "FGC005": "template evaluation failed",
    "FGC006": "not a project",
    "FGC007": "invalid meta.yaml",
    "FGC008": "template text that is never rendered",
    "FGC009": "a built tree that cannot be read",
    "FGC010": "invalid YAML",
    "FGC011": "unknown tag or malformed tag",
    "FGC012": "malformed node",
    "FGC013": "undefined alias",
    "FGC014": "two nodes of one name",
    "FGC015": "from_project cannot be linked",
    "FGC020": "unknown module",
    "FGC021": "unknown argument",
    "FGC022": "missing argument",
    "FGC023": "unknown name in a module",
    "FGC024": "argument given twice",
    "FGC025": "invalid import spec",
    "FGC026": "a value of the wrong type",
    "FGC027": "a callback that is not called, or cannot be",
    "FGC030": "unbound variable",
    "FGC031": "a node depends on itself",
    "FGC032": "not checked",
    "FGC040": "missing or malformed target",
    "FGC041": "an object cannot be built",
    "FGC042": "a tokenizer that cannot be trained",
    "FGC043": "a tokenizer that is not what it should be",
    "FGC050": "outside the subset that can be specialised",
    "FGC070": "the output folder cannot be written",
}
