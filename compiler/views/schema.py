"""JSON Schemas for editors: of a meta.yaml, and of a configuration's top-level keys and knobs."""

from __future__ import annotations

import json
from collections.abc import Mapping

from fgc.compiler.frontend.comments import comment_above
from fgc.compiler.frontend.meta import FOLDERS, TEXTS
from fgc.compiler.frontend.rendered import Rendered
from fgc.compiler.ir.graph import Call, Graph, List, Literal, Node
from fgc.compiler.ir.graph import Mapping as MappingNode

DRAFT = "https://json-schema.org/draft/2020-12/schema"

_META = {
    "name": "What the project is called; its folder's name where it is not given.",
    "description": "What it is for, in a sentence.",
    "config_prefix": "The folder of its configurations.",
    "default_config": "The configuration that is meant where none is named.",
    "searchdir": "Folders in which templates are found, in their order.",
    "system_path": "Folders of the project's own Python modules.",
}


def meta_schema() -> dict[str, object]:
    """The schema of a meta.yaml that has no templates in it."""
    text = {"type": ["string", "null"]}
    folders = {"type": ["string", "array", "null"], "items": {"type": "string"}}
    kinds = dict.fromkeys(TEXTS, text) | dict.fromkeys(FOLDERS, folders)
    return {
        "$schema": DRAFT,
        "title": "meta.yaml of a project",
        "type": ["object", "null"],
        "properties": {name: kind | {"description": _META[name]} for name, kind in kinds.items()},
        "additionalProperties": False,
    }


def config_schema(graph: Graph, rendered: Rendered, title: str) -> dict[str, object]:
    """The schema of the rendered configuration, and, in ``$defs.knobs``, that of what ``--set``
    takes: names and types from the values that the templates give, descriptions from the comments
    above them. A key or knob may be null wherever it is; a number of any kind is taken for one."""
    keys = {str(entry.key): _of_node(entry.value) for entry in graph.roots}
    return {
        "$schema": DRAFT,
        "title": title,
        "type": "object",
        "properties": keys,
        "$defs": {
            "knobs": {
                "type": "object",
                "properties": {name: _knob(rendered, name) for name in rendered.knobs.names},
                "additionalProperties": False,
            }
        },
    }


def schema_text(schema: Mapping[str, object]) -> str:
    """A schema as it is printed."""
    return json.dumps(schema, indent=2, ensure_ascii=False)


def _knob(rendered: Rendered, name: str) -> dict[str, object]:
    settings = rendered.knobs.chain(name)
    made: dict[str, object] = {}
    kinds = list(dict.fromkeys(kind for s in settings for kind in _kinds(s.value)))
    if kinds and kinds != ["null"]:
        made["type"] = list(dict.fromkeys([*kinds, "null"]))
    for setting in settings:
        words = comment_above(rendered.sources.get(setting.file, ""), setting.line)
        if words:
            made["description"] = words
            break
    last = settings[-1].value
    if _kinds(last) and not isinstance(last, list | tuple | dict):
        made["default"] = last
    return made


def _of_node(node: Node) -> dict[str, object]:
    """What may stand for a node: a tag may make anything of anything."""
    match node:
        case Literal(value=value) if value is not None:
            return {"type": [*_kinds(value), "null"]}
        case List():
            return {"type": ["array", "null"]}
        case MappingNode():
            return {"type": ["object", "null"]}
        case Call():
            return {"type": ["object", "array", "null"], "description": f"`{node.target}`"}
        case _:
            return {}


def _kinds(value: object) -> list[str]:
    """The types of JSON that stand for the type of ``value``; none where it is no plain value."""
    match value:
        case None:
            return ["null"]
        case bool():
            return ["boolean"]
        case int() | float():
            return ["number"]
        case str():
            return ["string"]
        case list() | tuple():
            return ["array"]
        case dict():
            return ["object"]
        case _:
            return []
