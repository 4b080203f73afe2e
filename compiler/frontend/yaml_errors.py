"""What is wrong with a text that is not YAML, in words that help.

The parser knows what it expected; its reader wants to know which character to change. Most mistakes
show at a place after the one that has to be mended, so the text around it is looked at again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from yaml.error import MarkedYAMLError

from fgc.compiler.diagnostics.diagnostic import Diagnostic, Label
from fgc.compiler.frontend.events import last_quoted_scalar
from fgc.compiler.frontend.places import Places
from fgc.compiler.frontend.positions import Positions
from fgc.compiler.frontend.syntax import Region

_KEY = re.compile(r"(?:[^\s:#]|:(?=\S)|\s(?!#))*:(?=\s|$)")
_SPACE_IS_MISSING = re.compile(r"[\w.\-]+:(?=[^\s:/])")
_BEYOND_UNICODE = re.compile(r"\\U(?!000|0010)[0-9a-fA-F]{8}")
_TAG_HELP = (
    "a tag is `!word`, `!word:package.module:Name` or `!word:package.module:Name@name`, "
    "and a space follows it"
)


@dataclass(frozen=True, slots=True)
class _Finding:
    message: str
    region: Region
    help: str | None = None
    label: tuple[Region, str] | None = None
    code: str = "FGC010"


def explain(error: MarkedYAMLError, positions: Positions, places: Places) -> Diagnostic:
    """The diagnostic for an error of the Python parser (FGC010, or FGC011 inside of a tag)."""
    finding = _Explainer(error, positions).finding()
    labels: tuple[Label, ...] = ()
    if finding.label is not None:
        labels = (Label(places.span(finding.label[0]), finding.label[1]),)
    span = places.span(finding.region)
    return Diagnostic(finding.code, finding.message, span, labels=labels, help=finding.help)


class _Explainer:
    def __init__(self, error: MarkedYAMLError, positions: Positions):
        self.problem: str = error.problem or ""
        self.context: str = error.context or ""
        self.positions = positions
        text = positions.text
        self.at: int = min(error.problem_mark.index if error.problem_mark else 0, len(text))
        self.since: int = error.context_mark.index if error.context_mark else self.at
        self.line = positions.between(self.at, self.at).line
        self.line_start = text.rfind("\n", 0, self.at) + 1
        self.before = text[self.line_start : self.at]

    def finding(self) -> _Finding:
        """The first explanation that applies."""
        problem, context = self.problem, self.context
        if "cannot start any token" in problem:
            return self._wrong_start()
        if "mapping values" in problem:
            return self._unexpected_colon()
        if "sequence entries" in problem:
            message = "a list item may not start on the line of its key"
            remedy = "a list starts on the next line; on this one it is written `[a, b]`"
            return _Finding(message, self._token(), remedy)
        if "expected ':'" in problem:
            return self._missing_colon(self.since)
        if "tag" in context or "tag handle" in problem:
            region = self._word(self.since)
            return _Finding("malformed tag", region, _TAG_HELP, code="FGC011")
        if "anchor" in context or "alias" in context:
            return self._bad_anchor()
        if "scalar" in context and "block" not in context:
            return self._bad_quotes()
        if "block scalar" in context:
            message = "malformed header of a block scalar"
            remedy = "after `|` or `>` come `-`, `+` or an indentation, and then the line's end"
            return _Finding(message, self._token(), remedy)
        if "flow" in context and problem.startswith("expected ',' or"):
            return self._open_bracket()
        if problem.startswith("expected the node content"):
            return self._missing_value()
        if problem.startswith(("expected <block end>", "expected '<document start>'")):
            return self._left_over()
        if "directive" in context or "directive" in problem or "YAML document" in problem:
            region = self.positions.first_line(self.since, self._line_end(self.since))
            remedy = "a line that starts with `%` is a directive of YAML"
            return _Finding("malformed directive", region, remedy)
        return _Finding("this is not YAML", self._token())

    def _wrong_start(self) -> _Finding:
        character = self.positions.text[self.at]
        if character == "\t":
            end = self.at
            while self.positions.text[end : end + 1] == "\t":
                end += 1
            where = "between tokens" if self.before.strip() else "in the indentation"
            remedy = "YAML takes spaces here; tabs may stand in quotes, block scalars and comments"
            return _Finding(f"a tab {where}", self.positions.between(self.at, end), remedy)
        if character in "|>":
            message = f"a block scalar (`{character}`) may not stand in brackets"
            return _Finding(message, self._token(), "inside of brackets text is quoted")
        name = "a backtick" if character == "`" else f"`{character}`"
        message = f"a plain value may not start with {name}"
        return _Finding(message, self._token(), f"in quotes it may: {_quoted(self._rest())}")

    def _unexpected_colon(self) -> _Finding:
        colon = self.positions.between(self.at, self.at + 1)
        key = _KEY.match(self.before.lstrip(" -?"))
        if key is not None:
            start = self.line_start + self.before.index(key[0]) + key.end()
            value = self.positions.text[start : self._line_end()].strip()
            remedy = (
                f"text with a colon is quoted ({_quoted(value)}); a mapping starts a line below"
            )
            return _Finding("a second `: ` in one value", colon, remedy)
        previous = self._previous_line()
        if previous is None or self._in_brackets():
            return _Finding("a `:` where no key precedes it", colon)
        start, text = previous
        if _KEY.match(text.lstrip(" -")):
            region = self.positions.first_line(self._first(self.line_start), self.at)
            label = (self.positions.between(start, start + len(text.strip())), "this has a value")
            message = "this key is indented deeper than the line before, which has a value already"
            return _Finding(message, region, "keys of one mapping share one indentation", label)
        return self._missing_colon(start)

    def _missing_colon(self, offset: int) -> _Finding:
        end = self._line_end(offset)
        text = re.sub(r"\s#.*", "", self.positions.text[offset:end]).strip()
        region = self.positions.between(offset, offset + max(len(text), 1))
        space = _SPACE_IS_MISSING.match(text)
        if space:
            mended = f"{space[0]} {text[space.end():]}"
            return _Finding(f"a space is missing after `{space[0]}`", region, f"write `{mended}`")
        message = f"`{_short(text)}` is neither `key: value` nor a list item"
        return _Finding(message, region, "a key is followed by a colon and a space")

    def _bad_anchor(self) -> _Finding:
        region = self._word(self.since)
        sign = self.positions.text[self.since]
        kind = "an alias" if sign == "*" else "an anchor"
        remedy = (
            f"{kind} is `{sign}` and a name of ASCII letters, digits, `-` and `_`; "
            f"text that starts with `{sign}` is quoted"
        )
        return _Finding(f"malformed {'alias' if sign == '*' else 'anchor'}", region, remedy)

    def _bad_quotes(self) -> _Finding:
        beyond = _BEYOND_UNICODE.search(self.positions.text)
        if not self.problem and beyond is not None:
            region = self.positions.between(beyond.start(), beyond.end())
            return _Finding(f"`{beyond[0]}` is not a character", region)
        if "unexpected end" in self.problem or "document separator" in self.problem:
            quote = self.positions.text[self.since]
            region = self.positions.first_line(self.since, self._line_end(self.since))
            return _Finding(f"this `{quote}` is never closed", region)
        start = self.positions.text.rfind("\\", 0, self.at + 1)
        if start < self.line_start:
            start = self.at
        region = self.positions.between(start, max(self.at + 1, start + 2))
        remedy = "a backslash is doubled in double quotes, or stands as it is in single quotes"
        written = self.positions.text[start : max(self.at + 1, start + 2)].strip()
        return _Finding(f"`{written}` is not an escape", region, remedy)

    def _open_bracket(self) -> _Finding:
        opening = self.positions.between(self.since, self.since + 1)
        bracket = self.positions.text[self.since]
        closing = "]" if bracket == "[" else "}"
        later = opening.line < self.line
        indent = len(self.positions.line(opening.line)) - len(
            self.positions.line(opening.line).lstrip(" ")
        )
        at_end = not self.positions.text[self.at :].strip()
        if at_end or (later and self._first(self.line_start) - self.line_start <= indent):
            label = None if at_end else (self._token(), "still open here")
            return _Finding(f"this `{bracket}` is never closed", opening, label=label)
        message = f"`,` or `{closing}` is missing before this"
        return _Finding(message, self._token(), label=(opening, f"inside of this `{bracket}`"))

    def _missing_value(self) -> _Finding:
        character = self.positions.text[self.at : self.at + 1]
        if character and character in "]}":
            message = f"this `{character}` closes nothing"
        elif character == ",":
            message = "a value is missing before this `,`"
        elif "flow" in self.context and not self.positions.text[self.at :].strip():
            message = "a bracket is never closed"
        else:
            message = "a value is missing here"
        return _Finding(message, self._token())

    def _left_over(self) -> _Finding:
        token = self._token()
        if not self.before.strip():
            opening = self.positions.first_line(self.since, self._line_end(self.since))
            label = (opening, "it started here") if self.since < self.line_start else None
            if self.positions.text.startswith("- ", self.at):
                return _Finding("a list item among the keys of a mapping", token, label=label)
            if self.positions.text.startswith("- ", self.since) and (
                self._column(self.since) == self._column(self.at)
            ):
                return _Finding("a key among the items of a list", token, label=label)
            if re.search(r"^\.\.\.\s", self.positions.text[: self.at], re.MULTILINE):
                return _Finding("this follows the end of the document (`...`)", token)
            remedy = "lines of one mapping or list share one indentation"
            message = "the indentation of this line is that of no line above"
            return _Finding(message, token, remedy, label)
        quoted = last_quoted_scalar(self.positions.text)
        if quoted is not None and quoted.end_mark.line == self.line - 1:
            start, end = quoted.start_mark, quoted.end_mark
            if start.line < end.line and end.index <= self.at:
                region = self.positions.first_line(start.index, end.index)
                closing = self.positions.between(end.index - 1, end.index)
                message = "this text is closed on a later line, and more follows there"
                remedy = "a quote is missing at the end of this line"
                return _Finding(message, region, remedy, (closing, "closed here"))
        return _Finding("this follows a value that is complete", token)

    def _previous_line(self) -> tuple[int, str] | None:
        """The last line before this one that is not blank or comment: its start, and its text."""
        end = self.line_start - 1
        while end >= 0:
            begin = self.positions.text.rfind("\n", 0, end) + 1
            text = re.sub(r"(^|\s)#.*", "", self.positions.text[begin:end])
            if text.strip():
                return self._first(begin), text
            end = begin - 1
        return None

    def _in_brackets(self) -> bool:
        return "flow" in self.context

    def _column(self, offset: int) -> int:
        return offset - self.positions.text.rfind("\n", 0, offset)

    def _first(self, offset: int) -> int:
        """The offset of the first character from ``offset`` on that is not a space."""
        while self.positions.text[offset : offset + 1] == " ":
            offset += 1
        return offset

    def _line_end(self, offset: int | None = None) -> int:
        end = self.positions.text.find("\n", self.at if offset is None else offset)
        return len(self.positions.text) if end < 0 else end

    def _rest(self) -> str:
        """From the error to the end of its line, comment left out."""
        return re.sub(r"\s#.*", "", self.positions.text[self.at : self._line_end()]).strip()

    def _token(self) -> Region:
        """The word at which the parser stopped; at the end of the text, its last character."""
        text = self.positions.text
        if not text[self.at :].strip():
            end = max(len(text[: self.at].rstrip()), 1)
            return self.positions.between(end - 1, end)
        return self._word(self._first(self.at))

    def _word(self, offset: int) -> Region:
        match = re.compile(r"[^\s,\[\]{}]+|\S").match(self.positions.text, offset)
        return self.positions.between(offset, match.end() if match else offset + 1)


def _quoted(text: str) -> str:
    """``text`` as a quoted scalar, in backticks where it holds none."""
    quote = "'" if '"' in text or "\\" in text else '"'
    written = f"{quote}{_short(text)}{quote}"
    return written if "`" in written else f"`{written}`"


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:37] + "..."
