"""How a tokenizer cuts a text."""

from __future__ import annotations

from dataclasses import dataclass

from fgc.targets.tokenizer.description import Description, Token
from fgc.targets.tokenizer.train import require_library


@dataclass(frozen=True, slots=True)
class Cut:
    """The tokens of a text, with those that the post-processor adds, and what the tokens without
    these are decoded to."""

    tokens: tuple[Token, ...]
    decoded: str


def cut(tokenizer_json: str, description: Description, text: str) -> Cut:
    """Cuts ``text``.

    Raises:
        BuildError: FGC043, where the tokenizers library is not installed.
        ValueError: the library does not take the tokenizer.json.
    """
    require_library()
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_str(tokenizer_json)
    except Exception as error:  # the library raises `Exception` itself
        raise ValueError(str(error)) from error
    known = {token.id: token for token in description.tokens}
    tokens = tuple(known[number] for number in tokenizer.encode(text).ids)
    plain = tokenizer.encode(text, add_special_tokens=False).ids
    return Cut(tokens, tokenizer.decode(plain, skip_special_tokens=False))
