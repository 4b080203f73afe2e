"""What a tokenizer may be made of: a closed list of classes, so that training one runs no code of a
configuration's own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fgc.compiler.diagnostics.diagnostic import Diagnostic
from fgc.compiler.ir.graph import Call, Kind, Literal, Node, walk
from fgc.compiler.ir.span import Span
from fgc.compiler.passes.check_arguments import callee
from fgc.compiler.symbols.nearest import nearest
from fgc.compiler.symbols.resolution import Resolution
from fgc.compiler.symbols.symbol import Symbol

READ_DOCUMENTS = "fgc.runtime.data.documents.read_documents"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a tokenizer: the module that its class is taken from, and the classes there."""

    module: str
    names: tuple[str, ...]
    required: bool = False

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes with their module."""
        return tuple(f"{self.module}.{name}" for name in self.names)


_NORMALIZERS = (
    "BertNormalizer",
    "ByteLevel",
    "Lowercase",
    "NFC",
    "NFD",
    "NFKC",
    "NFKD",
    "Nmt",
    "Prepend",
    "Replace",
    "Sequence",
    "Strip",
    "StripAccents",
)
_PRE_TOKENIZERS = (
    "BertPreTokenizer",
    "ByteLevel",
    "CharDelimiterSplit",
    "Digits",
    "FixedLength",
    "Metaspace",
    "Punctuation",
    "Sequence",
    "Split",
    "UnicodeScripts",
    "Whitespace",
    "WhitespaceSplit",
)
_DECODERS = (
    "BPEDecoder",
    "ByteFallback",
    "ByteLevel",
    "Fuse",
    "Metaspace",
    "Replace",
    "Sequence",
    "Strip",
)
_PROCESSORS = ("ByteLevel", "Sequence", "TemplateProcessing")

PARTS = {
    "model": Part("tokenizers.models", ("BPE",), required=True),
    "normalizer": Part("tokenizers.normalizers", _NORMALIZERS),
    "pre_tokenizer": Part("tokenizers.pre_tokenizers", _PRE_TOKENIZERS),
    "decoder": Part("tokenizers.decoders", _DECODERS),
    "post_processor": Part("tokenizers.processors", _PROCESSORS),
    "trainer": Part("tokenizers.trainers", ("BpeTrainer",), required=True),
}
TRAINING_TEXT = Part("fgc.runtime.data.documents", ("read_documents",), required=True)

_HELPERS = (
    "tokenizers.AddedToken",
    "tokenizers.Regex",
    "tokenizers.pre_tokenizers.ByteLevel.alphabet",
)
_ALLOWED = frozenset(
    name for part in (*PARTS.values(), TRAINING_TEXT) for name in part.classes
).union(_HELPERS)

# Of classes that take any keyword, and pass over in silence what they do not know.
_KEYWORDS = {
    "tokenizers.models.BPE": (
        "unk_token",
        "fuse_unk",
        "byte_fallback",
        "ignore_merges",
        "dropout",
        "cache_capacity",
    ),
    "tokenizers.AddedToken": (
        "content",
        "single_word",
        "lstrip",
        "rstrip",
        "normalized",
        "special",
    ),
    "tokenizers.pre_tokenizers.ByteLevel": ("add_prefix_space", "trim_offsets", "use_regex"),
    "tokenizers.processors.ByteLevel": ("add_prefix_space", "trim_offsets", "use_regex"),
}
_LEARNT = "it is learnt from the training text"
_IN_ANY_ORDER = "the library numbers such tokens in another order on each run"
_REFUSED = {
    ("tokenizers.models.BPE", "vocab"): _LEARNT,
    ("tokenizers.models.BPE", "merges"): _LEARNT,
    ("tokenizers.models.BPE", "continuing_subword_prefix"): _IN_ANY_ORDER,
    ("tokenizers.models.BPE", "end_of_word_suffix"): _IN_ANY_ORDER,
    ("tokenizers.trainers.BpeTrainer", "continuing_subword_prefix"): _IN_ANY_ORDER,
    ("tokenizers.trainers.BpeTrainer", "end_of_word_suffix"): _IN_ANY_ORDER,
    ("tokenizers.trainers.BpeTrainer", "limit_alphabet"): (
        "of characters that are equally rare, the library drops others on each run"
    ),
}


def check_parts(resolution: Resolution) -> Iterator[Diagnostic]:
    """FGC021 and FGC042 for each part that is not made of what its library has for it."""
    graph = resolution.graph
    for key, part in (*PARTS.items(), ("training_text", TRAINING_TEXT)):
        node = graph.root(key)
        if node is not None:
            yield from _check_part(resolution, key, part, node)
    for node in walk(*(entry.value for entry in graph.roots)):
        symbol = resolution.symbols.get(node) if isinstance(node, Call) else None
        if isinstance(node, Call) and symbol is not None:
            yield from _check_call(node, symbol)


def _check_part(resolution: Resolution, key: str, part: Part, node: Node) -> Iterator[Diagnostic]:
    if isinstance(node, Literal) and node.value is None and not part.required:
        return
    kind = Kind.PARTIAL if part is TRAINING_TEXT else Kind.SINGLETON
    symbol = resolution.symbols.get(node) if isinstance(node, Call) else None
    name = "" if symbol is None else callee(symbol)
    if isinstance(node, Call) and node.kind is kind and name in part.classes:
        return
    classes = ", ".join(f"`{name}`" for name in part.names)
    remedy = f"it is made with `!{kind.value}:{part.module}:NAME`, where NAME is {classes}"
    if len(part.names) == 1:
        remedy = f"write `!{kind.value}:{part.module}:{part.names[0]}`"
    place = node.target_span if isinstance(node, Call) else node.span
    yield Diagnostic("FGC042", f"`{key}` cannot be made of this", place, help=remedy)


def _check_call(call: Call, symbol: Symbol) -> Iterator[Diagnostic]:
    name = callee(symbol)
    if name not in _ALLOWED:
        meant = nearest(name, _ALLOWED)
        remedy = f"a similar name exists: `{meant}`"
        if meant is None:
            remedy = "a tokenizer is made of classes of the `tokenizers` library"
        message = f"`{name}` is not called where a tokenizer is trained"
        yield Diagnostic("FGC042", message, call.target_span, help=remedy)
        return
    known = _KEYWORDS.get(name)
    for key, value, span in _given(call, symbol):
        reason = _REFUSED.get((name, key))
        if reason is not None and not (isinstance(value, Literal) and value.value is None):
            yield Diagnostic("FGC042", f"`{key}` cannot be given: {reason}", span)
        elif reason is None and known is not None and key not in known:
            yield _unknown(name, key, known, span)


def _given(call: Call, symbol: Symbol) -> Iterator[tuple[str, Node, Span]]:
    """The arguments of a call, by name, and where each is written."""
    names = () if symbol.signature is None else symbol.signature.positional
    for parameter, value in zip(names, call.args, strict=False):
        yield parameter.name, value, value.span
    for entry in call.kwargs:
        yield str(entry.key), entry.value, entry.key_span


def _unknown(name: str, key: str, known: tuple[str, ...], span: Span) -> Diagnostic:
    meant = nearest(key, known)
    remedy = f"a parameter with a similar name exists: `{meant}`"
    if meant is None:
        remedy = "it takes " + ", ".join(f"`{other}`" for other in known)
    return Diagnostic("FGC021", f"`{name}` takes no argument `{key}`", span, help=remedy)
