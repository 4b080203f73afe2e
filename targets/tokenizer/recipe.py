"""What a configuration says of a tokenizer that is to be trained."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from fgc.compiler.diagnostics.diagnostic import BuildError, Diagnostic
from fgc.compiler.diagnostics.knob_labels import with_knob_labels
from fgc.compiler.ir.graph import Call, File, Graph, Literal, Node, walk
from fgc.compiler.ir.graph import Mapping as MappingNode
from fgc.compiler.ir.span import Span
from fgc.compiler.passes.resolve import in_order
from fgc.compiler.passes.tokenizer_configs import command_for, config_class, is_tokenizer
from fgc.compiler.symbols.nearest import nearest
from fgc.compiler.symbols.resolution import Resolution
from fgc.targets.tokenizer.files import SPECIAL_TOKENS
from fgc.targets.tokenizer.parts import PARTS, check_parts

_SETTINGS = ("meta", "tokenizer_file", "model_max_length", "special_tokens")
_TEXT = "training_text"
_REQUIRED = ("tokenizer_file", *(k for k, part in PARTS.items() if part.required), _TEXT)
_REMEDY = "one that does extends the template `tokenizers/bpe.yaml`"
_KEYS = (*_SETTINGS, *PARTS, _TEXT)


@dataclass(frozen=True, slots=True)
class Recipe:
    """A tokenizer to be: where it is written, a path below the project's folder; what its special
    tokens are for; and, in ``resolution``, the calls that make its parts."""

    resolution: Resolution
    file: str
    special_tokens: Mapping[str, str]
    model_max_length: int | None

    @property
    def graph(self) -> Graph:
        """The configuration, all of whose calls are on the list of `parts`."""
        return self.resolution.graph

    @property
    def text_size(self) -> int:
        """The bytes of the files that it learns from."""
        text = self.part("training_text")
        nodes = () if text is None else walk(text)
        return sum(Path(node.source).stat().st_size for node in nodes if isinstance(node, File))

    def part(self, key: str) -> Node | None:
        """The part ``key``; None where there is none."""
        node = self.graph.root(key)
        return None if isinstance(node, Literal) and node.value is None else node

    def place(self, key: str, argument: str | None = None) -> Span | None:
        """Where a part is written, or the ``argument`` of its call."""
        node = self.graph.root(key)
        given = node.kwarg(argument) if isinstance(node, Call) and argument else None
        place = given or node
        return None if place is None else place.span


def not_a_tokenizer(graph: Graph, project_root: Path) -> Diagnostic | None:
    """FGC040 for a configuration that does not say that it describes a tokenizer."""
    if is_tokenizer(graph):
        return None
    given = config_class(graph)
    of_class = f"is of the class `{given}`, and " if given else ""
    message = f"this configuration {of_class}describes no tokenizer"
    command = command_for(project_root)
    remedy = _REMEDY if command is None else f"`{command}` trains the one of its project"
    return Diagnostic("FGC040", message, _top(graph), help=remedy)


def read_recipe(resolution: Resolution) -> Recipe:
    """Reads a configuration that describes a tokenizer.

    Raises:
        BuildError: FGC021, FGC026, FGC040 or FGC042.
    """
    graph = resolution.graph
    found = [*_check_keys(graph), *check_parts(resolution)]
    reader = _Reader(graph)
    recipe = Recipe(resolution, reader.file(), reader.special_tokens(), reader.model_max_length())
    if found or reader.found:
        wrong = with_knob_labels([*found, *reader.found], graph.knobs.values())
        raise BuildError(in_order(wrong))
    return recipe


def _top(graph: Graph) -> Span | None:
    return graph.roots[0].key_span if graph.roots else None


def _check_keys(graph: Graph) -> Iterator[Diagnostic]:
    given = {str(entry.key) for entry in graph.roots}
    for entry in graph.roots:
        key = str(entry.key)
        if key in _KEYS:
            continue
        meant = nearest(key, [name for name in _KEYS if name not in given])
        remedy = f"it has {', '.join(f'`{name}`' for name in _KEYS)}"
        if meant is not None:
            remedy = f"a similar key exists: `{meant}`"
        yield Diagnostic("FGC040", f"a tokenizer has no `{key}`", entry.key_span, help=remedy)
    for key in _REQUIRED:
        if key not in given:
            message = f"a tokenizer needs a top-level `{key}`"
            yield Diagnostic("FGC040", message, _top(graph), help=_REMEDY)


class _Reader:
    """Reads the settings, and collects what is wrong with them."""

    def __init__(self, graph: Graph):
        self._graph = graph
        self.found: list[Diagnostic] = []

    def file(self) -> str:
        node = self._graph.root("tokenizer_file")
        if node is None:
            return ""  # which has been said
        value = node.value if isinstance(node, Literal) else None
        if not isinstance(value, str) or not value:
            self._say("FGC026", "`tokenizer_file` is not the path of a file", node.span)
            return ""
        path = PurePosixPath(value)
        if path.is_absolute() or ".." in path.parts:
            remedy = "`-o` writes it anywhere"
            message = f"`{value}` does not lie below the project's folder"
            self._say("FGC026", message, node.span, remedy)
        return value

    def special_tokens(self) -> dict[str, str]:
        node = self._graph.root("special_tokens")
        if node is None or (isinstance(node, Literal) and node.value is None):
            return {}
        if not isinstance(node, MappingNode):
            remedy = f"it maps {', '.join(f'`{role}`' for role in SPECIAL_TOKENS)} to tokens"
            self._say("FGC026", "`special_tokens` is not a mapping", node.span, remedy)
            return {}
        tokens: dict[str, str] = {}
        for entry in node.entries:
            role = str(entry.key)
            value = entry.value.value if isinstance(entry.value, Literal) else ...
            if role not in SPECIAL_TOKENS:
                meant = nearest(role, SPECIAL_TOKENS)
                remedy = f"a similar key exists: `{meant}`" if meant else None
                self._say("FGC040", f"no token is used as `{role}`", entry.key_span, remedy)
            elif isinstance(value, str) and value:
                tokens[role] = value
            elif value is not None:
                self._say("FGC026", f"`{role}` is not the text of a token", entry.value.span)
        return tokens

    def model_max_length(self) -> int | None:
        node = self._graph.root("model_max_length")
        value = node.value if isinstance(node, Literal) else None
        if node is None or (isinstance(node, Literal) and value is None):
            return None
        if isinstance(value, int) and not isinstance(value, bool) and value > 0:
            return value
        self._say("FGC026", "`model_max_length` is not a number of tokens", node.span)
        return None

    def _say(self, code: str, message: str, span: Span, remedy: str | None = None) -> None:
        self.found.append(Diagnostic(code, message, span, help=remedy))
