"""What is wrong with a tokenizer that could be trained all the same, before and after it is."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from fgc.compiler.diagnostics.diagnostic import Diagnostic, Severity
from fgc.compiler.ir.graph import Call, List, Literal
from fgc.compiler.ir.span import Span
from fgc.compiler.symbols.nearest import nearest
from fgc.targets.tokenizer.byte_alphabet import BYTES
from fgc.targets.tokenizer.measure import Measure
from fgc.targets.tokenizer.recipe import Recipe


def check_trainer(recipe: Recipe, parts: Mapping[str, Any]) -> Iterator[Diagnostic]:
    """FGC042 for special tokens that cannot be had, and for a vocabulary without room for what it
    begins with. ``parts`` are objects of the tokenizers library."""
    trainer = parts["trainer"]
    special = [token.content for token in trainer.special_tokens]
    for token in dict.fromkeys(token for token in special if special.count(token) > 1):
        message = f"the special token `{token}` is listed twice"
        yield Diagnostic("FGC042", message, _place_of(recipe, token))
    special = [*dict.fromkeys(special)]
    yield from _missing(recipe, parts["model"].unk_token, special)
    yield from _other_ids(recipe, parts.get("post_processor"), special)
    alphabet = {characters[:1] for characters in trainer.initial_alphabet}
    needed = len(alphabet.union(special))
    if trainer.vocab_size < needed:
        given = f"{len(alphabet)} characters and {len(special)} special tokens"
        message = f"`vocab_size` is {trainer.vocab_size:,}, and {given} take {needed:,}"
        yield Diagnostic("FGC042", message, recipe.place("trainer", "vocab_size"))


def _missing(recipe: Recipe, unk_token: str | None, special: list[str]) -> Iterator[Diagnostic]:
    """Tokens that are used as special ones and are none."""
    used = dict(recipe.special_tokens) | ({} if unk_token is None else {"unk_token": unk_token})
    for role, token in used.items():
        if token not in special:
            meant = nearest(token, special)
            remedy = f"a similar one is: `{meant}`" if meant else "add it to `special_tokens`"
            message = f"`{token}`, the `{role}`, is not among the trainer's special tokens"
            place = recipe.place("trainer", "special_tokens")
            yield Diagnostic("FGC042", message, place, help=remedy)


def _other_ids(recipe: Recipe, post_processor: Any, special: list[str]) -> Iterator[Diagnostic]:
    """Tokens that a post-processor adds under other ids than they get: the first, in order."""
    place = recipe.place("post_processor", "special_tokens")
    for token, number in _added(post_processor):
        if token not in special:
            message = f"the post-processor adds `{token}`, which is no special token"
            yield Diagnostic("FGC042", message, place)
        elif special.index(token) != number:
            message = f"the post-processor gives `{token}` the id {number}"
            remedy = f"special tokens are numbered from 0, and this one is {special.index(token)}"
            yield Diagnostic("FGC042", message, place, help=remedy)


def _added(post_processor: Any) -> Iterator[tuple[str, int]]:
    if post_processor is None:
        return
    states: list[dict[str, Any]] = [json.loads(post_processor.__getstate__())]
    while states:
        state = states.pop()
        states += state.get("processors", [])
        for special in state.get("special_tokens", {}).values():
            yield from zip(special["tokens"], special["ids"], strict=True)


def check_trained(recipe: Recipe, tokenizer: Any, vocab_size: int) -> Iterator[Diagnostic]:
    """FGC042 where the vocabulary is larger than ``vocab_size``, and FGC043, a warning, where it is
    smaller, or has no token for some bytes."""
    size = tokenizer.get_vocab_size()
    place = recipe.place("trainer", "vocab_size")
    if size > vocab_size:
        message = (
            f"`vocab_size` is {vocab_size:,}, and the characters of the text alone take {size:,}"
        )
        remedy = "on bytes, with the pre-tokenizer `ByteLevel`, there are 256 of them at most"
        yield Diagnostic("FGC042", message, place, help=remedy)
    elif size < vocab_size:
        message = f"the text gives {size:,} tokens, and not the {vocab_size:,} that are asked for"
        yield _warning(message, place, f"write `{size}`, or give it more text")
    model = tokenizer.model
    known = model.unk_token is not None or model.byte_fallback
    if not known and any(tokenizer.token_to_id(character) is None for character in BYTES):
        message = "characters that the training text lacks are dropped from other texts"
        remedy = (
            "`initial_alphabet: !call:tokenizers.pre_tokenizers:ByteLevel.alphabet` gives every "
            "byte a token; an `unk_token` marks what has none"
        )
        yield _warning(message, recipe.place("trainer"), remedy)


def check_text(recipe: Recipe, measured: Measure) -> Iterator[Diagnostic]:
    """FGC043, a warning, where a document of the training text is not decoded to itself."""
    if measured.changed is not None:
        begins = " ".join(measured.changed[:40].split())
        message = f"the text that begins with `{begins}` is not decoded to itself"
        remedy = (
            "the decoder undoes what the pre-tokenizer does, such as `ByteLevel` for `ByteLevel`"
        )
        yield _warning(message, recipe.place("decoder") or recipe.place("model"), remedy)


def _warning(message: str, place: Span | None, remedy: str) -> Diagnostic:
    return Diagnostic("FGC043", message, place, severity=Severity.WARNING, help=remedy)


def _place_of(recipe: Recipe, token: str) -> Span | None:
    """Where the trainer's list of special tokens has ``token`` last."""
    trainer = recipe.part("trainer")
    listed = trainer.kwarg("special_tokens") if isinstance(trainer, Call) else None
    items = listed.items if isinstance(listed, List) else ()
    found = [item.span for item in items if isinstance(item, Literal) and item.value == token]
    return found[-1] if found else recipe.place("trainer", "special_tokens")
