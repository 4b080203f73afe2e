"""What a model takes from its tokenizer, read from tokenizer.json.

The file is the one of the tokenizers library: ``model.vocab`` maps tokens to ids (or lists them
with their scores, for unigrams), ``added_tokens`` holds those added to it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from fgc.compiler.diagnostics.diagnostic import BuildError, Diagnostic
from fgc.compiler.ir.graph import Call, File, Literal
from fgc.compiler.symbols.nearest import nearest

TOKENIZER = "fgc.runtime.data.tokenizer"
LOAD = "load_tokenizer"

QUESTIONS = frozenset({"vocab_size", "bos_token_id", "eos_token_id", "pad_token_id"})

_SPECIAL = ("bos_token", "eos_token", "pad_token", "unk_token")
_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The ids of a tokenizer's tokens, and which of these are marked as special."""

    ids: dict[str, int]
    special: tuple[str, ...]

    @property
    def size(self) -> int:
        """Rows that an embedding needs: the largest id plus one."""
        return max(self.ids.values(), default=-1) + 1


class Tokenizers:
    """The vocabularies that one build reads, each once."""

    def __init__(self) -> None:
        self._read: dict[str, Vocabulary] = {}

    @property
    def read(self) -> frozenset[str]:
        """The files that were read."""
        return frozenset(self._read)

    def check(self, tokenizer: Call) -> None:
        """Hold a `load_tokenizer` call, whose file exists, to what is in the file.

        Raises:
            BuildError: FGC026 for a file that is no tokenizer.json, or a token that is not in it.
        """
        vocabulary = self._vocabulary(tokenizer)
        missing = [
            _no_token(name, token, vocabulary, tokenizer)
            for name in _SPECIAL
            if isinstance(token := tokenizer.kwarg(name), Literal)
            and isinstance(token.value, str)
            and token.value not in vocabulary.ids
        ]
        if missing:
            raise BuildError(missing)

    def answer(self, question: str, tokenizer: Call, node: Call) -> Literal | Call:
        """The literal that takes the place of ``node``, which asks ``question``; ``node`` itself
        where the tokenizer's own call has been found wrong."""
        try:
            vocabulary = self._vocabulary(tokenizer)
        except BuildError:
            return node
        if question == "vocab_size":
            return Literal(vocabulary.size, node.path, node.span)
        token = tokenizer.kwarg(question.removesuffix("_id"))
        if token is None or (isinstance(token, Literal) and token.value is None):
            return Literal(None, node.path, node.span)
        if not isinstance(token, Literal) or not isinstance(token.value, str):
            raise BuildError(
                Diagnostic(
                    "FGC026",
                    f"`{question}` needs the token's text at build",
                    node.target_span,
                    help="write the token where the tokenizer is loaded",
                )
            )
        found = vocabulary.ids.get(token.value)
        return node if found is None else Literal(found, node.path, node.span)

    def _vocabulary(self, tokenizer: Call) -> Vocabulary:
        file = tokenizer.kwarg("file")
        assert isinstance(file, File)
        if file.source not in self._read:
            try:
                self._read[file.source] = read_vocabulary(Path(file.source).read_text("utf-8"))
            except (OSError, ValueError) as error:
                raise BuildError(
                    Diagnostic(
                        "FGC026",
                        f"`{file.written}` is not a tokenizer.json: {error}",
                        file.span,
                        help="`fgc tokenizer build` makes one",
                    )
                ) from error
        return self._read[file.source]


def read_vocabulary(text: str) -> Vocabulary:
    """The vocabulary in the text of a tokenizer.json.

    Raises:
        ValueError: it is not one.

    >>> added = '[{"id": 2, "content": "<s>"}]'
    >>> text = '{"model": {"vocab": {"a": 0, "b": 1}}, "added_tokens": %s}' % added
    >>> read_vocabulary(text).size
    3
    """
    try:
        content: object = json.loads(text)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    vocab = _member(_member(content, "model"), "vocab")
    ids: dict[str, int] = {}
    if isinstance(vocab, dict):
        for token, index in cast("dict[str, object]", vocab).items():
            ids[token] = _id(token, index)
    elif isinstance(vocab, list):
        for index, scored in enumerate(cast("list[object]", vocab)):
            pair = cast("list[object]", scored) if isinstance(scored, list) else []
            ids[_text(pair[0] if pair else None)] = index
    else:
        raise ValueError("it has no `model.vocab`")
    special: list[str] = []
    for added in cast("list[object]", _member(content, "added_tokens") or []):
        token = _text(_member(added, "content"))
        ids[token] = _id(token, _member(added, "id"))
        if _member(added, "special") is True:
            special.append(token)
    return Vocabulary(ids, tuple(special))


def _member(value: object, key: str) -> object:
    return cast("dict[str, object]", value).get(key) if isinstance(value, dict) else None


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("a token in it is not text")
    return value


def _id(token: str, value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"the token `{token}` has no id")
    return value


def _no_token(name: str, token: Literal, vocabulary: Vocabulary, tokenizer: Call) -> Diagnostic:
    file = tokenizer.kwarg("file")
    written = file.written if isinstance(file, File) else ""
    meant = nearest(str(token.value), vocabulary.special or vocabulary.ids)
    shown = ", ".join(f"`{known}`" for known in vocabulary.special[:_SHOWN])
    remedy = f"its special tokens are {shown}" if shown else "it has no special tokens"
    if meant is not None:
        remedy = f"a similar token exists: `{meant}`; {remedy}"
    message = f"`{written}` has no token `{token.value}`, which is given as `{name}`"
    return Diagnostic("FGC026", message, token.span, help=remedy)
