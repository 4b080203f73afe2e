"""What several commands take: a configuration, ``--set`` and ``--format``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from fgc.compiler.cli.completion import complete_name, complete_target
from fgc.compiler.cli.config_command import given_options
from fgc.compiler.diagnostics.strictness import Strictness
from fgc.compiler.pipeline import Request

if TYPE_CHECKING:
    from fgc.compiler.ir.graph import Scalar

Command = TypeVar("Command", bound=Callable[..., Any])

_NAME = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")


def request_options(command: Command) -> Command:
    """Which configuration, and with which values: the command gets it as ``request``.

    A configuration is CONFIG: a file, the folder of a project, or a tree that was built; or
    ``-p PROJECT -t NAME``, behind the command or before it; or, with none of these, the default one
    of the project that the current folder lies in. The command is a `ConfigCommand`: the options
    that the configuration declares are among the overrides, by their names.
    """

    @wraps(command)
    def wrapper(
        *args: Any,
        config: Path | None,
        project: Path | None,
        name: str | None,
        overrides: dict[str, Scalar],
        **others: Any,
    ) -> Any:
        context = click.get_current_context()
        before = context.find_root().params
        project, name = project or before.get("project"), name or before.get("name")
        if config is not None and (project is not None or name is not None):
            raise click.UsageError("CONFIG, or `-p` and `-t`, names the configuration, not both")
        overrides |= given_options(context)
        request = Request(config, overrides=overrides, project=project, name=name)
        return command(*args, request=request, **others)

    argument = click.argument(
        "config", required=False, type=click.Path(exists=True, path_type=Path)
    )
    decorated: Any = argument(project_options(set_option(wrapper)))
    return decorated


def inspection_options(command: Command) -> Command:
    """As `request_options`, with ``--compat``: for commands that look at what Forgather's users
    have, too."""

    @wraps(command)
    def wrapper(*args: Any, request: Request, strictness: Strictness, **others: Any) -> Any:
        return command(*args, request=replace(request, strictness=strictness), **others)

    decorated: Any = request_options(compat_option(wrapper))
    return decorated


def compat_option(command: Command) -> Command:
    """``--compat``: the command gets it as ``strictness``."""

    def strictness(_context: click.Context, _parameter: click.Parameter, given: bool) -> Strictness:
        return Strictness.COMPATIBLE if given else Strictness.STRICT

    return click.option(
        "--compat",
        "strictness",
        is_flag=True,
        callback=strictness,
        help="Go on with Forgather's meaning where it passes over a mistake, and warn.",
    )(command)


def project_options(command: Command) -> Command:
    """``-p`` and ``-t``: a configuration by its name in a project."""
    in_project = click.option(
        "-p",
        "--project",
        metavar="DIR",
        type=click.Path(exists=True, file_okay=False, path_type=Path),
        help="The project of the configuration, or a folder in it.  [default: here]",
    )
    by_name = click.option(
        "-t",
        "--config-template",
        "name",
        metavar="NAME",
        shell_complete=complete_name,
        help="The configuration's name in its project.  [default: the project's default]",
    )
    return in_project(by_name(command))


def set_option(command: Command) -> Command:
    """``--set NAME=VALUE``, any number of them."""
    return click.option(
        "--set",
        "overrides",
        metavar="NAME=VALUE",
        multiple=True,
        callback=parsed,
        help="Pin a template variable or knob; the value is read as YAML. Repeatable.",
    )(command)


def target_option(*, multiple: bool) -> Callable[[Command], Command]:
    """``--target T``: the command gets it as ``targets`` where it takes several, else ``target``.

    One that takes a single target cannot do without.
    """
    text = "A top-level node." + (" Repeatable.  [default: all]" if multiple else "")
    return click.option(
        "--target",
        "targets" if multiple else "target",
        metavar="T",
        multiple=multiple,
        required=not multiple,
        shell_complete=complete_target,
        help=text,
    )


def text_or_json_option(command: Command) -> Command:
    """How a listing is written: the command gets it as ``output_format``."""
    return click.option(
        "--format",
        "output_format",
        type=click.Choice(["text", "json"]),
        default="text",
        show_default=True,
        help="A table for people, or JSON.",
    )(command)


def format_option(command: Command) -> Command:
    """How diagnostics are written."""
    return click.option(
        "--format",
        "output_format",
        type=click.Choice(["text", "json", "github"]),
        default="text",
        show_default=True,
        help="How findings are written; github is for its workflows.",
    )(command)


def parsed(
    _context: click.Context, _parameter: click.Parameter, texts: tuple[str, ...]
) -> dict[str, Scalar]:
    """The callback of an option that takes NAME=VALUE."""
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
