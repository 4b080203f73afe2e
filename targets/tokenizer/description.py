"""What a tokenizer.json says, for people."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fgc.compiler.passes.fold_tokenizer import read_vocabulary
from fgc.targets.tokenizer.byte_alphabet import to_bytes

# Options that say nothing about how a text is cut.
_SILENT = frozenset({"type", "trim_offsets", "prepend_scheme"})


@dataclass(frozen=True, slots=True)
class Token:
    """A token of a vocabulary: its id, and as what a person is shown it. ``size`` is the number of
    bytes that it stands for, or of characters where it does not stand for bytes."""

    id: int
    shown: str
    size: int
    special: bool = False


@dataclass(frozen=True, slots=True)
class Description:
    """A tokenizer: the kind of its model, its tokens in the order of their ids, the number of its
    merges, and a line for each other part, None where there is none."""

    model: str
    on_bytes: bool
    tokens: tuple[Token, ...]
    merges: int
    normalizer: str | None
    pre_tokenizer: str | None
    decoder: str | None
    post_processor: str | None

    @property
    def special(self) -> tuple[Token, ...]:
        """The special tokens."""
        return tuple(token for token in self.tokens if token.special)

    def by_size(self) -> list[Token]:
        """The tokens that are not special, the longest first."""
        plain = (token for token in self.tokens if not token.special)
        return sorted(plain, key=lambda token: (-token.size, token.id))

    @property
    def vocabulary(self) -> str:
        """How many tokens there are, and of which kinds."""
        special, plain = len(self.special), len(self.tokens) - len(self.special) - self.merges
        kinds = [f"{special:,} special"] if special else []
        kinds += [f"{plain:,} {'bytes' if self.on_bytes else 'characters'}"] if self.merges else []
        kinds += [f"{self.merges:,} merges"] if self.merges else []
        return f"{len(self.tokens):,} tokens" + (f": {', '.join(kinds)}" if kinds else "")


def describe(text: str) -> Description:
    """Describes the tokenizer whose tokenizer.json is ``text``.

    Raises:
        ValueError: it is not one.
    """
    vocabulary = read_vocabulary(text)
    content: dict[str, Any] = json.loads(text)
    model: dict[str, Any] = content["model"]
    on_bytes = "ByteLevel" in _types(content.get("pre_tokenizer"))
    on_bytes = on_bytes or "ByteLevel" in _types(content.get("normalizer"))
    special = frozenset(vocabulary.special)
    tokens = tuple(
        _token(number, token, on_bytes=on_bytes, special=token in special)
        for token, number in sorted(vocabulary.ids.items(), key=lambda item: item[1])
    )
    return Description(
        model=_model_name(model, on_bytes=on_bytes),
        on_bytes=on_bytes,
        tokens=tokens,
        merges=len(model.get("merges") or ()),
        normalizer=_component(content.get("normalizer")),
        pre_tokenizer=_component(content.get("pre_tokenizer")),
        decoder=_component(content.get("decoder"), options=False),
        post_processor=_component(content.get("post_processor")),
    )


def visible(text: str) -> str:
    """``text`` with marks for white space and what cannot be seen.

    >>> visible(" a\\n\\tb\\x07")
    '·a↵→b\\\\x07'
    """
    return "".join(_MARKS.get(c) or (c if c.isprintable() else _escaped(c)) for c in text)


_MARKS = {" ": "·", "\n": "↵", "\t": "→", "▁": "·"}


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def _token(number: int, token: str, *, on_bytes: bool, special: bool) -> Token:
    content = to_bytes(token) if on_bytes and not special else None
    if content is None:
        return Token(number, visible(token), len(token), special)
    return Token(number, visible_bytes(content), len(content))


def visible_bytes(content: bytes) -> str:
    """Bytes as text, where they are text; others as escapes.

    >>> visible_bytes(" né".encode()), visible_bytes("é".encode()[:1])
    ('·né', '\\\\xc3')
    """
    text = content.decode("utf-8", errors="surrogateescape")
    return "".join(
        f"\\x{ord(c) - 0xDC00:02x}" if "\udc80" <= c <= "\udcff" else visible(c) for c in text
    )


def _model_name(model: Mapping[str, Any], *, on_bytes: bool) -> str:
    name = str(model.get("type", "tokenizer"))
    options = [key for key in ("byte_fallback", "fuse_unk", "ignore_merges") if model.get(key)]
    options += [f"{key} {model[key]}" for key in ("unk_token", "dropout") if model.get(key)]
    return ", ".join([f"{name} on bytes" if on_bytes else name, *options])


def _types(component: Any) -> Iterator[str]:
    """The types of a component and of those that it is made of."""
    if isinstance(component, dict):
        yield str(component.get("type"))
        for value in component.values():
            for inner in value if isinstance(value, list) else ():
                yield from _types(inner)


def _component(component: Any, *, options: bool = True) -> str | None:
    """A component on one line; a sequence with arrows between its parts."""
    if not isinstance(component, dict):
        return None
    kind = str(component.get("type"))
    if kind == "Sequence":
        lists = [value for value in component.values() if isinstance(value, list)]
        parts = [_component(part, options=options) for part in (lists[0] if lists else ())]
        return ", then ".join(part for part in parts if part)
    if kind == "TemplateProcessing":
        templates = (_template(component.get(name)) for name in ("single", "pair"))
        return "   and   ".join(template for template in templates if template)
    given = [f"{k}={_value(v)}" for k, v in component.items() if options and k not in _SILENT]
    return f"{kind}({', '.join(given)})" if given else kind


def _template(pieces: Any) -> str:
    found: list[str] = []
    for piece in pieces or ():
        for kind, value in piece.items():
            found.append(("$" if kind == "Sequence" else "") + str(value["id"]))
    return " ".join(found)


def _value(value: Any) -> str:
    if isinstance(value, dict) and len(value) == 1:  # {"Regex": "..."} or {"String": "..."}
        value = next(iter(value.values()))
    return (
        json.dumps(value, ensure_ascii=False) if not isinstance(value, bool) else str(value).lower()
    )
