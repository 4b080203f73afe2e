"""The files from which transformers makes the tokenizer that the configuration loads."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from fgc.compiler.diagnostics.diagnostic import BuildError, Diagnostic
from fgc.compiler.ir.graph import Call, File, Literal, Scalar
from fgc.compiler.passes.fold_tokenizer import Tokenizers

TOKENIZER_JSON = "tokenizer.json"
TOKENIZER_CONFIG = "tokenizer_config.json"
SPECIAL_TOKENS = ("bos_token", "eos_token", "pad_token", "unk_token")


def tokenizer_files(call: Call, *, model_max_length: int | None = None) -> Mapping[str, bytes]:
    """The files of the tokenizer ``call``, a `load_tokenizer` whose arguments are known at build.

    By name: tokenizer.json as it is, and tokenizer_config.json, which names the special tokens.
    With them in its folder, `AutoTokenizer` gives what `load_tokenizer` gives, whatever model lies
    there: the class that is asked for takes all of tokenizer.json, where the one that transformers
    has for a Llama makes a pre-tokenizer and a decoder of its own.

    ``model_max_length`` is the number of tokens that the model is made for.

    Raises:
        BuildError: FGC040 where an argument is not known at build; FGC026 where the file is no
            tokenizer.json, or lacks a special token.
    """
    file = call.kwarg("file")
    if not isinstance(file, File):
        raise _unknown(call, "file", "a path")
    tokens = {name: _token(call, name) for name in SPECIAL_TOKENS}
    Tokenizers().check(call)
    given = {name: token for name, token in tokens.items() if token is not None}
    return {
        TOKENIZER_JSON: Path(file.source).read_bytes(),
        TOKENIZER_CONFIG: tokenizer_config(given, model_max_length),
    }


def tokenizer_config(tokens: Mapping[str, str], model_max_length: int | None) -> bytes:
    """The text of tokenizer_config.json, where ``tokens`` are the special tokens by their use."""
    settings: dict[str, Scalar] = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "clean_up_tokenization_spaces": False,
    }
    if model_max_length is not None:
        settings["model_max_length"] = model_max_length
    return (json.dumps({**settings, **tokens}, indent=2) + "\n").encode()


def _token(call: Call, name: str) -> str | None:
    node = call.kwarg(name)
    if node is None:
        return None
    if not isinstance(node, Literal) or not isinstance(node.value, str | None):
        raise _unknown(call, name, "the text of a token")
    return node.value


def _unknown(call: Call, name: str, kind: str) -> BuildError:
    node = call.kwarg(name)
    return BuildError(
        Diagnostic(
            "FGC040",
            f"the tokenizer's `{name}` is not known at build",
            call.target_span if node is None else node.span,
            help=f"write {kind} there",
        )
    )
