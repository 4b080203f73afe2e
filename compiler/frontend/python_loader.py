"""PyYAML's own parser, with two changes that make it read flow context as libyaml does.

A tag ends at ``,``, ``]`` and ``}`` (``[!dict, {a: !list}]``), and a plain scalar may hold ``?``
(``[why?]``).
"""

# The stubs of PyYAML leave its scanner's methods untyped.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

import re
from typing import Any

import yaml
from yaml.scanner import ScannerError
from yaml.tokens import ScalarToken, TagToken

_TAG_CHARACTERS = re.compile(r"[-0-9A-Za-z;/?:@&=+$_.!~*'()]")
_BREAK_OR_SPACE = "\0 \r\n\x85\u2028\u2029"
_BLANK = _BREAK_OR_SPACE + "\t"


class PythonLoader(yaml.SafeLoader):
    """`yaml.SafeLoader`, for its scanner and parser."""

    def scan_tag_uri(self, name: str, start_mark: Any) -> str:
        """The part of a tag behind its handle; ``%XX`` escapes are UTF-8."""
        parts: list[str] = []
        while True:
            character: str = self.peek()
            if character == "%":
                parts.append(self.scan_uri_escapes(name, start_mark))
            elif _TAG_CHARACTERS.match(character) or (character == "," and name == "directive"):
                parts.append(character)
                self.forward()
            else:
                break
        if not parts:
            problem = f"no tag before {character!r}"
            raise ScannerError(f"while parsing a {name}", start_mark, problem, self.get_mark())
        return "".join(parts)

    def scan_tag(self) -> TagToken:
        """A tag: ``!``, ``!suffix``, ``!handle!suffix`` or ``!<verbatim>``."""
        start = self.get_mark()
        following: str = self.peek(1)
        handle: str | None = None
        if following == "<":
            self.forward(2)
            suffix = self.scan_tag_uri("tag", start)
            if self.peek() != ">":
                raise ScannerError("while scanning a tag", start, "no `>`", self.get_mark())
            self.forward()
        elif following in _BREAK_OR_SPACE + (",]}" if self.flow_level else ""):
            suffix = "!"
            self.forward()
        else:
            handle = self._handle(start)
            suffix = self.scan_tag_uri("tag", start)
        if self.peek() not in _BREAK_OR_SPACE + (",]}" if self.flow_level else ""):
            problem = f"{self.peek()!r} in a tag"
            raise ScannerError("while scanning a tag", start, problem, self.get_mark())
        return TagToken((handle, suffix), start, self.get_mark())

    def _handle(self, start: Any) -> str:
        length = 1
        while re.match(r"[-\w]", self.peek(length), re.ASCII):
            length += 1
        if self.peek(length) == "!":
            return self.scan_tag_handle("tag", start)
        self.forward()
        return "!"

    def scan_plain(self) -> ScalarToken:
        """A plain scalar, line breaks within it folded."""
        start = end = self.get_mark()
        indent: int = self.indent + 1
        chunks: list[str] = []
        blanks: list[str] = []
        while self.peek() != "#":
            length = 0
            while not self._ends_plain(length):
                length += 1
            if length == 0:
                break
            self.allow_simple_key = False
            chunks += [*blanks, self.prefix(length)]
            self.forward(length)
            end = self.get_mark()
            blanks = self.scan_plain_spaces(indent, start) or []
            if not blanks or (not self.flow_level and self.column < indent):
                break
        return ScalarToken("".join(chunks), True, start, end)

    def _ends_plain(self, offset: int) -> bool:
        character: str = self.peek(offset)
        if character in _BLANK or (self.flow_level and character in ",[]{}"):
            return True
        following = _BLANK + (",[]{}" if self.flow_level else "")
        return character == ":" and self.peek(offset + 1) in following
