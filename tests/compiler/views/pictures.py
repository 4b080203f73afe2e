"""Reads pictures in the languages that they are written in, as strictly as their programs do."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass

DOT = shutil.which("dot")

_DOT_TOKEN = re.compile(r'\s+|"(?:[^"\\]|\\.)*"|->|[{}\[\];=,]|[\w.#]+|<', re.DOTALL)
_ENTITY = re.compile(r"#(\d+);")


@dataclass(frozen=True)
class Picture:
    """What is drawn: the text of each node by its id, and edges with their labels."""

    nodes: dict[str, str]
    edges: list[tuple[str, str, str]]


def read_dot(text: str) -> Picture:
    """Reads Graphviz's language.

    Raises:
        AssertionError: it is not well-formed, or uses what the views do not write.
    """
    tokens = _dot_tokens(text)
    assert tokens[0] == "digraph"
    assert tokens[1].startswith('"')
    assert tokens[2] == "{"
    assert tokens[-1] == "}"
    nodes: dict[str, str] = {}
    edges: list[tuple[str, str, str]] = []
    at, depth = 3, 1
    while at < len(tokens) - 1:
        token = tokens[at]
        if token == "subgraph":
            assert tokens[at + 2] == "{"
            depth, at = depth + 1, at + 3
        elif token == "}":
            depth, at = depth - 1, at + 1
        elif tokens[at + 1] == "=":
            assert tokens[at + 3] == ";"
            at += 4
        elif tokens[at + 1] == "->":
            given, at_end = _attributes(tokens, at + 3)
            edges.append(
                (unquoted(token), unquoted(tokens[at + 2]), html.unescape(given["label"]).strip())
            )
            at = at_end
        else:
            given, at_end = _attributes(tokens, at + 1)
            if token not in ("graph", "node", "edge"):
                assert unquoted(token) not in nodes
                nodes[unquoted(token)] = given["label"]
            at = at_end
        assert depth >= 1
    assert depth == 1
    return Picture(nodes, edges)


def _attributes(tokens: list[str], at: int) -> tuple[dict[str, str], int]:
    assert tokens[at] == "["
    end = tokens.index("]", at)
    given: dict[str, str] = {}
    inside = [token for token in tokens[at + 1 : end] if token != ","]
    for key, equals, value in zip(inside[::3], inside[1::3], inside[2::3], strict=True):
        assert equals == "="
        given[key] = html_text(value) if value.startswith("<") else unquoted(value)
    assert tokens[end + 1] == ";"
    return given, end + 2


def _dot_tokens(text: str) -> list[str]:
    tokens: list[str] = []
    at = 0
    while at < len(text):
        match = _DOT_TOKEN.match(text, at)
        assert match is not None, text[at : at + 40]
        if match[0] == "<":
            end, depth = at, 0
            while True:
                depth += (text[end] == "<") - (text[end] == ">")
                end += 1
                if depth == 0:
                    break
            tokens.append(text[at:end])
            at = end
            continue
        if match[0].strip():
            tokens.append(match[0])
        at = match.end()
    return tokens


def unquoted(token: str) -> str:
    return token[1:-1].replace('\\"', '"').replace("\\\\", "\\") if token[:1] == '"' else token


def html_text(label: str) -> str:
    """The words of an HTML-like label, which is XML."""
    tree = ElementTree.fromstring(label[1:-1])
    return "\n".join("".join(cell.itertext()) for cell in tree.iter("TD"))


def drawn_by_dot(text: str) -> Picture:
    """What Graphviz itself reads."""
    assert DOT is not None
    ran = subprocess.run([DOT, "-Tdot_json"], input=text, capture_output=True, text=True)
    assert (ran.returncode, ran.stderr) == (0, "")
    made = json.loads(ran.stdout)
    objects = [o for o in made.get("objects", []) if "nodes" not in o]
    names = {o["_gvid"]: o["name"].replace("\\\\", "\\") for o in objects}
    nodes = {names[o["_gvid"]]: o["label"] for o in objects}
    labels = [
        html.unescape(e["label"].strip().replace("\\\\", "\\")) for e in made.get("edges", [])
    ]
    ends = [(names[e["tail"]], names[e["head"]]) for e in made.get("edges", [])]
    return Picture(nodes, [(*pair, label) for pair, label in zip(ends, labels, strict=True)])


_NAME = r"g?n_\w*"
_LABEL = r'"(?:[^"#\\`;]|#\d+;|</?[bi]>|<br/>)*"'
_NODE = re.compile(rf"({_NAME})\[({_LABEL})\]", re.ASCII)
_ARROW = re.compile(rf"({_NAME}) -->(?:\|({_LABEL})\|)? ({_NAME})", re.ASCII)
_OTHER = re.compile(
    rf"subgraph {_NAME} \[\" \"\]|end|class {_NAME}(,{_NAME})* \w+|classDef \w+ [\w#:,\- ]+",
    re.ASCII,
)


def read_mermaid(text: str) -> Picture:
    """Reads a flow chart, line by line.

    Raises:
        AssertionError: a line is none that the views write.
    """
    first, second, *lines = text.splitlines()
    assert re.fullmatch(r"%%\{init: \{.*\}\}%%", first)
    assert second == "flowchart LR"
    nodes: dict[str, str] = {}
    edges: list[tuple[str, str, str]] = []
    for line in map(str.strip, lines):
        if node := _NODE.fullmatch(line):
            assert node[1] not in nodes
            nodes[node[1]] = label_text(node[2])
        elif arrow := _ARROW.fullmatch(line):
            edges.append((arrow[1], arrow[3], label_text(arrow[2] or '""')))
        else:
            assert _OTHER.fullmatch(line), line
    return Picture(nodes, edges)


def label_text(label: str) -> str:
    """The words of a label, entities decoded."""
    text = re.sub(r"</?[bi]>", "", label[1:-1]).replace("<br/>", "\n")
    assert "<" not in text
    assert ">" not in text
    return _ENTITY.sub(lambda entity: chr(int(entity[1])), text).replace("\u200b", "")
