"""Tags of the configuration language: ``!word[:import-spec][@name]``."""

from __future__ import annotations

import keyword
import re
from dataclasses import dataclass

from fgc.compiler.diagnostics.diagnostic import BuildError, Diagnostic, Fix
from fgc.compiler.frontend.places import Places
from fgc.compiler.frontend.syntax import Region, Tag
from fgc.compiler.ir.graph import Kind
from fgc.compiler.symbols.nearest import nearest, only_near
from fgc.compiler.symbols.spec import Malformed
from fgc.compiler.symbols.spec import parse as parse_spec

CALLABLES = {
    "singleton": Kind.SINGLETON,
    "call": Kind.SINGLETON,
    "factory": Kind.FACTORY,
    "partial": Kind.PARTIAL,
    "lambda": Kind.PARTIAL,
    "meta": Kind.META,
}
CONTAINERS = ("list", "tuple", "dict", "dlist")
WORDS = ("var", *CALLABLES, *CONTAINERS)
STANDARD_PREFIX = "tag:yaml.org,2002:"
STANDARD = ("str", "int", "float", "bool", "null", "seq", "map")

# A name never holds `:` or `/`, so that an `@` in a path stays in the path.
_TAG = re.compile(r"(?P<word>[^:@]*)(?::(?P<spec>.*?))?(?:@(?P<name>[^@:/]*))?", re.DOTALL)
_SPEC_HELP = (
    "an import spec is `package.module:Name`, `package.module.Name`, `path/to/file.py:Name`, "
    "`.module:Name`, or the name of a builtin"
)


@dataclass(frozen=True, slots=True)
class OwnTag:
    """A tag of this language, taken apart. ``spec`` is empty for tags that take none.

    ``finding`` is a tolerable mistake in it.
    """

    word: str
    spec: str
    spec_region: Region
    name: str | None
    finding: Diagnostic | None = None


def is_standard(tag: Tag) -> bool:
    """Whether a tag is YAML's own: ``!!float``, or the lone ``!``."""
    return tag.text == "!" or tag.text.startswith(STANDARD_PREFIX)


def parse_tag(tag: Tag, places: Places) -> OwnTag:
    """Take a tag apart.

    Raises:
        BuildError: FGC011 for an unknown or malformed tag, FGC025 for an invalid import spec.
    """
    match = _TAG.fullmatch(tag.text[1:])
    if not tag.text.startswith("!") or match is None or match["word"] not in WORDS:
        raise BuildError(unknown_tag(tag, places))
    word, spec, name = match["word"], match["spec"], match["name"]
    if name is not None and (not name.isidentifier() or keyword.iskeyword(name)):
        raise BuildError(
            Diagnostic(
                "FGC011",
                f"`{name}` cannot name a node" if name else "no name follows the `@`",
                places.span(_part(tag, match.start("name"), match.end("name"))),
                help="the name after `@` is a Python identifier",
            )
        )
    if word in CALLABLES:
        return _callable(tag, match, places)
    finding: Diagnostic | None = None
    if spec:  # `!dict:@name` is `!dict@name`
        remedy = f"write `!{word}`, or `!{word}@name` to name the node"
        if word == "var":
            remedy = "the variable's name follows after a space: `!var name`"
        message, span = f"`!{word}` takes no import spec", places.span(tag.region)
        tolerable = word != "var"
        finding = Diagnostic("FGC011", message, span, help=remedy, tolerable=tolerable)
        if not tolerable:
            raise BuildError(finding)
    if word == "var" and name is not None:
        message = "`!var` takes no `@name`"
        raise BuildError(Diagnostic("FGC011", message, places.span(tag.region)))
    return OwnTag(word, "", tag.region, name, finding)


def _callable(tag: Tag, match: re.Match[str], places: Places) -> OwnTag:
    word, spec = match["word"], match["spec"]
    if not spec:
        message = f"`!{word}` names nothing to call"
        example = f"write `!{word}:` and an import spec; {_SPEC_HELP}"
        raise BuildError(Diagnostic("FGC025", message, places.span(tag.region), help=example))
    parsed = parse_spec(spec)
    if isinstance(parsed, Malformed):
        start = match.start("spec")
        region = _part(tag, start + parsed.start, start + parsed.end)
        remedy = parsed.help or _SPEC_HELP
        raise BuildError(Diagnostic("FGC025", parsed.reason, places.span(region), help=remedy))
    region = _part(tag, match.start("spec"), match.end("spec"))
    return OwnTag(word, spec, region, match["name"])


def unknown_tag(tag: Tag, places: Places) -> Diagnostic:
    """FGC011 for a tag that configurations do not use (``!foo``, ``!!set``, ``!!python/...``)."""
    known = [f"!{name}" for name in WORDS]
    if tag.written.startswith("!!"):
        known = [f"!!{name}" for name in STANDARD]
    word = re.split("[:@]", tag.written, maxsplit=1)[0]
    near = nearest(word, known)
    remedy = "the tags are " + ", ".join(f"`{name}`" for name in known)
    if near:
        remedy = f"a tag with a similar name exists: `{near}`"
    span = places.span(tag.region)
    sure = only_near(word, known)
    fix = None if sure is None else Fix(span, sure + tag.written[len(word) :], tag.written)
    return Diagnostic("FGC011", f"unknown tag `{tag.written}`", span, help=remedy, fix=fix)


def _part(tag: Tag, start: int, end: int) -> Region:
    """The region of ``tag.text[1 + start : 1 + end]``; the whole tag where escapes moved it."""
    if tag.text != tag.written or end <= start:
        return tag.region
    line, column = tag.region.line, tag.region.column + 1
    return Region(line, column + start, line, column + end)
