"""What several commands take: the configuration, ``--set`` and ``--format``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from fgc.compiler.ir.graph import Scalar

Command = TypeVar("Command", bound=Callable[..., Any])

_NAME = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")


def config_argument(command: Command) -> Command:
    """The configuration file; one that is not there is bad usage."""
    kind = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)
    return click.argument("config", type=kind)(command)


def set_option(command: Command) -> Command:
    """``--set NAME=VALUE``, any number of them."""
    return click.option(
        "--set",
        "overrides",
        metavar="NAME=VALUE",
        multiple=True,
        callback=_parsed,
        help="Pin a template variable or knob; the value is read as YAML. Repeatable.",
    )(command)


def format_option(command: Command) -> Command:
    """How diagnostics are written."""
    return click.option(
        "--format",
        "output_format",
        type=click.Choice(["text", "json"]),
        default="text",
        show_default=True,
        help="How diagnostics are written.",
    )(command)


def _parsed(
    _context: click.Context, _parameter: click.Parameter, texts: tuple[str, ...]
) -> dict[str, Scalar]:
    return parse_overrides(texts)


def parse_overrides(texts: Iterable[str]) -> dict[str, Scalar]:
    """The values of ``--set``, by name; the last of equal names holds.

    Raises:
        click.BadParameter: not NAME=VALUE, or not a YAML scalar.

    >>> parse_overrides(["lr=3e-4", "ns.title='1'", "bias=", "lr=1_000"])
    {'lr': 1000, 'ns.title': '1', 'bias': None}
    """
    from fgc.compiler.frontend.scalars import ScalarError, parse_scalar

    overrides: dict[str, Scalar] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not _NAME.fullmatch(name):
            raise click.BadParameter(f"`{text}` is not of the form NAME=VALUE")
        try:
            overrides[name] = parse_scalar(value)
        except ScalarError as error:
            raise click.BadParameter(f"the value of `{name}`: {error}") from error
    return overrides
