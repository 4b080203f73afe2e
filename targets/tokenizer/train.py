"""Trains a tokenizer as a configuration describes it.

Which pairs are merged depends on how often each piece of the text occurs, and on nothing else: not
on the order of files and documents, and not on the number of threads. Of pairs that are equally
frequent, the one with the smaller ids comes first. So one text and one version of the tokenizers
library give the same bytes; `parts` leaves out the options with which the library itself gives
other tokens on each run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from fgc.compiler.diagnostics.diagnostic import BuildError, Diagnostic, Severity
from fgc.compiler.interpret import CallNote, interpret
from fgc.compiler.passes.resolve import in_order
from fgc.targets.tokenizer.checks import check_text, check_trained, check_trainer
from fgc.targets.tokenizer.measure import Measure, measure
from fgc.targets.tokenizer.parts import PARTS
from fgc.targets.tokenizer.recipe import Recipe


@dataclass(frozen=True, slots=True)
class Trained:
    """The text of a tokenizer.json, how it fits the text that it was trained on, and what is odd
    about it: warnings."""

    text: str
    measure: Measure
    warnings: tuple[Diagnostic, ...]


def train(recipe: Recipe, *, show_progress: bool = False) -> Trained:
    """Trains the tokenizer of ``recipe``; ``show_progress`` draws bars on standard error.

    Raises:
        BuildError: FGC026, FGC042 or FGC043.
    """
    require_library()
    from tokenizers import Tokenizer

    parts = _parts(recipe)
    _raise_errors(check_trainer(recipe, parts))
    trainer: Any = parts["trainer"]
    trainer.show_progress = show_progress
    tokenizer: Any = Tokenizer(parts["model"])
    for name in ("normalizer", "pre_tokenizer", "decoder", "post_processor"):
        if name in parts:
            setattr(tokenizer, name, parts[name])
    documents: Callable[[], Iterator[str]] = parts["training_text"]
    try:
        tokenizer.train_from_iterator(documents(), trainer)
    except (OSError, ValueError) as error:  # no text in the files, or not UTF-8
        place = recipe.place("training_text", "files")
        raise BuildError(Diagnostic("FGC026", str(error), place)) from error
    warnings = _raise_errors(check_trained(recipe, tokenizer, trainer.vocab_size))
    measured = measure(tokenizer, documents())
    warnings += (*check_text(recipe, measured),)
    return Trained(tokenizer.to_str(pretty=True), measured, warnings)


def require_library() -> None:
    """Raises:
    BuildError: FGC043, where the tokenizers library is not installed.
    """
    if find_spec("tokenizers") is None:
        message = "the `tokenizers` library is not installed"
        raise BuildError(Diagnostic("FGC043", message, help="`pip install tokenizers`"))


def _parts(recipe: Recipe) -> dict[str, Any]:
    """The parts of the tokenizer, as objects of the library.

    Raises:
        BuildError: FGC026, where the library refuses the arguments of one.
    """
    given = [key for key in (*PARTS, "training_text") if recipe.part(key) is not None]
    parts: dict[str, Any] = {}
    refused: list[Diagnostic] = []
    for key in given:
        try:
            parts |= interpret(recipe.resolution, [key])
        except BuildError:
            raise
        except Exception as error:  # the library raises `Exception` itself
            refused.append(_refusal(error))
    _raise_errors(refused)
    return parts


def _refusal(error: Exception) -> Diagnostic:
    """What the library said to the innermost of the calls that it refused."""
    call = next(note.call for note in error.__notes__ if isinstance(note, CallNote))
    message = f"`{call.target}` refuses its arguments: {error}"
    return Diagnostic("FGC026", message, call.target_span)


def _raise_errors(found: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """The findings, where there is no error among them."""
    findings = in_order(found)
    if any(finding.severity is Severity.ERROR for finding in findings):
        raise BuildError(findings)
    return findings
