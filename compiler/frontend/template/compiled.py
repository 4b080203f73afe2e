"""Compile one template: its text to code, and to what is needed to find the way back."""

from __future__ import annotations

import functools
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from types import CodeType
from typing import Any, NamedTuple, NoReturn, cast

from jinja2 import TemplateSyntaxError, nodes
from jinja2.lexer import TokenStream
from jinja2.parser import Parser

from fgc.compiler.frontend.template.codegen import Chunk, TracingGenerator
from fgc.compiler.frontend.template.environment import TemplateEnvironment
from fgc.compiler.frontend.template.flow import Flow, flow
from fgc.compiler.frontend.template.names import KNOBS
from fgc.compiler.frontend.template.place import Place
from fgc.compiler.frontend.template.preprocess import Preprocessed, preprocess
from fgc.compiler.frontend.template.syntax_errors import UnfinishedStatement, UnknownOperation

_LEXER_OFFSET = re.compile(r" at (\d+)$")
_TAG_BEGINS = frozenset({"block_begin", "variable_begin", "comment_begin", "raw_begin"})
_SILENT = frozenset(
    {"data", "whitespace", "comment", "comment_begin", "comment_end", "raw_begin", "raw_end"}
)


class Token(NamedTuple):
    """A token within a tag, as it is written."""

    place: Place
    kind: str
    text: str


class Block(NamedTuple):
    """A block of a template, ``nested`` in another one or not.

    It ``calls_super`` if it takes over what it overrides.
    """

    name: str
    place: Place
    nested: bool
    calls_super: bool


@dataclass(frozen=True, eq=False, slots=True)
class CompiledTemplate:
    """The code of a template.

    ``statements`` are the places that lines of the code belong to, by line; ``tokens`` all tokens
    in tags, in their order; ``base`` the name of the template that it extends, where a rendering
    cannot change it; ``extends`` whether it extends any; ``dropped`` where text stands that is
    therefore never rendered; ``flow`` what goes into its text.
    """

    key: str
    code: CodeType
    chunks: tuple[Chunk, ...]
    statements: tuple[tuple[int, int], ...]
    tokens: tuple[Token, ...]
    blocks: tuple[Block, ...]
    extends: bool
    base: str | None
    dropped: tuple[Place, ...]
    flow: Flow

    def place_of(self, code_line: int) -> Place:
        """The statement that a line of the code belongs to."""
        index = bisect_right([line for line, _ in self.statements], code_line) - 1
        place = self.statements[index][1] if index >= 0 else 1
        return Place.of(place)

    def sets(self, token: Token, knob: str) -> bool:
        """Whether ``token`` is the name of ``knob`` where it is given a value."""
        if token.text != knob:
            return False
        tag = [other.text for other in self.tag(token.place) if other.text.strip()]
        return tag[1:5] == ["set", KNOBS, ".", knob]

    def tag(self, place: Place) -> list[Token]:
        """The tokens of the tag that ``place`` lies in."""
        return [token for token in self.tokens if token.place.tag == place.tag]


class _PlacedParser(Parser):
    """Jinja's parser over tokens that are placed in the file."""

    def __init__(self, environment: TemplateEnvironment, stream: TokenStream, name: str):
        super().__init__(environment, "", name)
        self.stream = stream
        self.open: list[tuple[str, Place]] = []

    def parse_statement(self) -> nodes.Node | list[nodes.Node]:
        token = self.stream.current
        self.open.append((str(token.value), Place.of(token.lineno)))
        statement = super().parse_statement()
        self.open.pop()
        return statement

    def fail_unknown_tag(self, name: str, lineno: int | None = None) -> NoReturn:
        self.open.pop()  # the tag itself
        super().fail_unknown_tag(name, lineno)


@functools.cache
def _syntax() -> TemplateEnvironment:
    """The environment that templates are compiled with; none is rendered with it."""
    return TemplateEnvironment()


@functools.lru_cache(maxsize=512)
def compile_template(key: str, text: str, first_line: int = 1) -> CompiledTemplate:
    r"""Compile a template whose text holds no line break but ``\n``.

    ``key`` names it in generated code; ``first_line`` is where it begins in its file. Raises
    `jinja2.TemplateSyntaxError`, whose line number is a `Place`.

    >>> [chunk.literal for chunk in compile_template("t", "-- if a\nb: {{ c }}\n-- endif\n").chunks]
    ['b: ', None, '\n']
    """
    environment = _syntax()
    source = preprocess(text, first_line)
    try:
        tokens = list(_place_tokens(source, environment))
        tree = _parse(environment, tokens, key)
        every = tuple(_walk(tree))
        _check_operations(environment, every, tokens)
        read = flow(tree, key)
        _pin_knobs(environment, every, key)
        generator = TracingGenerator(environment, key)
        generator.visit(tree)
        code = compile(cast(StringIO, generator.stream).getvalue(), key, "exec")
    except TemplateSyntaxError as error:
        raise _placed(error, source) from None
    except (RecursionError, MemoryError):
        raise TemplateSyntaxError("the template is nested too deeply", Place(first_line)) from None
    except (SyntaxError, ValueError, OverflowError) as error:
        # Python's own limits: blocks nested 20 deep, integers of 4,300 digits
        message = error.msg if isinstance(error, SyntaxError) else str(error)
        raise TemplateSyntaxError(message, Place(first_line)) from None
    return CompiledTemplate(
        key,
        code,
        tuple(generator.chunks),
        tuple(generator.statements),
        tuple(token for token in tokens if token.kind not in _SILENT),
        _blocks(every),
        any(isinstance(node, nodes.Extends) for node in every),
        _base(tree, every),
        tuple(generator.dropped),
        read,
    )


def _place_tokens(source: Preprocessed, environment: TemplateEnvironment) -> Iterator[Token]:
    """Jinja's tokens, each with its place. Only blanks may be missing between them."""
    text = source.text
    starts = [0, *(i + 1 for i, char in enumerate(text) if char == "\n")]
    at = tag = 0
    for _, kind, value in environment.lexer.tokeniter(text, None):
        while at < len(text) and not text.startswith(value, at):
            at += 1  # blanks that a tag with a minus sign has eaten
        tag += kind in _TAG_BEGINS
        line = bisect_right(starts, at)
        yield Token(source.place(line, at - starts[line - 1] + 1, tag), kind, value)
        at += len(value)


def _parse(environment: TemplateEnvironment, tokens: list[Token], key: str) -> nodes.Template:
    stream = TokenStream(environment.lexer.wrap(tokens, key), key, None)
    parser = _PlacedParser(environment, stream, key)
    try:
        tree = parser.parse()
    except TemplateSyntaxError as error:
        if parser.open:
            raise UnfinishedStatement(error, *parser.open[-1]) from None
        raise
    tree.set_environment(environment)
    return tree


def _walk(root: nodes.Node) -> Iterator[nodes.Node]:
    """``root`` and all below it, each before what is below it."""
    stack = [root]
    while stack:
        node = stack.pop()
        yield node
        stack += reversed(list(node.iter_child_nodes()))


def _check_operations(
    environment: TemplateEnvironment, every: Sequence[nodes.Node], tokens: list[Token]
) -> None:
    """Jinja looks a filter of an ``if`` up when it is reached; a typo there is one all the same."""
    operations: list[tuple[str, type[nodes.Filter | nodes.Test], dict[str, Any]]] = [
        ("filter", nodes.Filter, environment.filters),
        ("test", nodes.Test, environment.tests),  # pyright: ignore[reportUnknownMemberType]
    ]
    for kind, type_, known in operations:
        for node in every:
            if isinstance(node, type_) and node.name not in known:
                tag = Place.of(node.lineno).tag
                named = [t.place for t in tokens if t.place.tag == tag and t.text == node.name]
                place = named[0] if named else node.lineno
                raise UnknownOperation(kind, node.name, place, tuple(known))


def _pin_knobs(environment: TemplateEnvironment, every: Sequence[nodes.Node], key: str) -> None:
    """Pass what is assigned to ``ns`` through the environment, which sets pinned knobs."""
    for assignment in every:
        if not isinstance(assignment, nodes.Assign):
            continue
        target = assignment.target
        if isinstance(target, nodes.Name) and target.name == KNOBS:
            at = assignment.lineno
            pin = nodes.EnvironmentAttribute("pin", lineno=at)
            place: list[nodes.Expr] = [nodes.Const(key), nodes.Const(int(at))]
            call = nodes.Call(pin, [assignment.node, *place], [], None, None, lineno=at)
            call.set_environment(environment)
            assignment.node = call


def _blocks(every: Sequence[nodes.Node]) -> tuple[Block, ...]:
    blocks = [node for node in every if isinstance(node, nodes.Block)]
    inner = {id(node) for block in blocks for child in block.body for node in _walk(child)}
    return tuple(Block(b.name, Place.of(b.lineno), id(b) in inner, _calls_super(b)) for b in blocks)


def _calls_super(node: nodes.Node) -> bool:
    """Whether ``super()`` stands in a block, blocks within it aside."""
    for child in node.iter_child_nodes():
        called = child.node if isinstance(child, nodes.Call) else None
        if isinstance(called, nodes.Name) and called.name == "super":
            return True
        if not isinstance(child, nodes.Block) and _calls_super(child):
            return True
    return False


def _base(tree: nodes.Template, every: Sequence[nodes.Node]) -> str | None:
    """The template that is extended, if it is one, always, and named literally."""
    extends = [node for node in every if isinstance(node, nodes.Extends)]
    top = [node for node in tree.body if isinstance(node, nodes.Extends)]
    if len(extends) != 1 or len(top) != 1 or not isinstance(top[0].template, nodes.Const):
        return None
    name = top[0].template.value
    return name if isinstance(name, str) else None


def _placed(error: TemplateSyntaxError, source: Preprocessed) -> TemplateSyntaxError:
    """The lexer's own errors know a line of the preprocessed text, and say an offset in it."""
    if not isinstance(error.lineno, Place):
        offset = _LEXER_OFFSET.search(error.message or "")
        column = 1
        if offset:
            column = int(offset[1]) - source.text.rfind("\n", 0, int(offset[1]))
        error.lineno = source.place(error.lineno, column)
    return error
