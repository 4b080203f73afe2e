"""Commands that take a configuration, and with it the options that the configuration declares.

The configuration is rendered once more, before the command line is parsed, only where there is an
option that the command does not know, or where its help or a completion is wanted.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from fgc.compiler.diagnostics.strictness import Strictness
from fgc.compiler.pipeline import Request

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from fgc.compiler.frontend.dynamic_args import DynamicArg
    from fgc.compiler.ir.graph import Graph, Scalar

_DECLARED = f"{__name__}.declared"
_GIVEN = f"{__name__}.given"
_REQUEST = f"{__name__}.request"
_TRUE, _FALSE = ("true", "1", "yes", "on"), ("false", "0", "no", "off")
_WORDS = {word: word in _TRUE for word in (*_TRUE, *_FALSE)}
_OWN = "Options"
_OF_CONFIG = "Options of the configuration"


class ConfigCommand(click.Command):
    """A command whose configuration is taken by `request_options`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        self.declare(ctx, args)
        return super().parse_args(ctx, args)

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        declared: Sequence[click.Parameter] = ctx.meta.get(_DECLARED, ())
        *params, last = super().get_params(ctx)  # the last one is --help
        return [*params, *declared, last]

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        sections: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is not None and isinstance(parameter, click.Option):
                group = parameter.group if isinstance(parameter, _Option) else _OWN
                sections.setdefault(group, []).append(record)
        for title, records in sections.items():
            with formatter.section(title):
                formatter.write_dl(records)

    def known(self, ctx: click.Context) -> dict[str, int]:
        """How many values follow each option, 0 or 1, by its name."""
        options = [p for p in self.get_params(ctx) if isinstance(p, click.Option)]
        return {name: 0 if p.is_flag else 1 for p in options for name in p.opts}

    def declare(self, ctx: click.Context, args: Sequence[str]) -> None:
        """Takes in the options of the configuration that ``args`` name, where they are needed."""
        from fgc.compiler.launch.arguments import split

        if _DECLARED in ctx.meta:
            return
        parts = split(args, self.known(ctx))
        asks = [argument for argument in args if argument in ctx.help_option_names]
        if not (parts.passed or asks or ctx.resilient_parsing):
            return
        # a completion has cut off the argument at hand, and a help is shown of what cannot be built
        lenient = bool(asks) or ctx.resilient_parsing
        own = [argument for argument in parts.own if argument not in asks]
        if ctx.resilient_parsing and own and self.known(ctx).get(own[-1]) == 1:
            own.pop()  # its value is what is to be completed
        given = self._given(ctx, own)
        if given is None or not self.reads(given):
            return
        ctx.meta[_REQUEST] = request = _request(ctx, given)
        declared = _declared(request, _guesses(parts.passed), lenient=lenient)
        taken = {name for parameter in self.get_params(ctx) for name in parameter.opts}
        options = (_Option.of(option, taken) for option in declared)
        ctx.meta[_DECLARED] = tuple(option for option in options if option is not None)

    def reads(self, given: Mapping[str, Any]) -> bool:
        """Whether a command with these parameters reads the configuration."""
        del given
        return True

    def _given(self, ctx: click.Context, args: list[str]) -> dict[str, Any] | None:
        """The values of the command's own parameters; None where click finds fault with them."""
        try:
            inner = click.Context(self, parent=ctx.parent, resilient_parsing=True)
            super().parse_args(inner, args)
        except click.ClickException:
            return None
        return inner.params


class _Value(click.ParamType[Any]):
    """A value of the type that the configuration says."""

    def __init__(self, option: DynamicArg):
        self.name = option.type
        self._option = option

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Scalar:
        option = self._option
        made = value if isinstance(value, bool) else self._read(str(value), param, ctx)
        if option.choices and made not in option.choices:
            from fgc.compiler.symbols.nearest import nearest

            words = [str(choice) for choice in option.choices]
            near = nearest(str(value), words)
            remedy = f"; a similar one is `{near}`" if near else ""
            self.fail(f"`{value}` is none of {', '.join(words)}{remedy}", param, ctx)
        if isinstance(made, int | float) and not isinstance(made, bool):
            if option.minimum is not None and made < option.minimum:
                self.fail(f"{made} is less than {option.minimum}", param, ctx)
            if option.maximum is not None and made > option.maximum:
                self.fail(f"{made} is more than {option.maximum}", param, ctx)
        return made

    def _read(self, text: str, param: click.Parameter | None, ctx: click.Context | None) -> Scalar:
        try:
            match self._option.type:
                case "int":
                    return int(text)
                case "float":
                    return float(text)
                case "bool":
                    return _WORDS[text.lower()]
                case "path":
                    return os.path.expanduser(text)
                case _:
                    return text
        except (ValueError, KeyError):
            what = {"int": "an integer", "float": "a number"}.get(self.name, "true or false")
            self.fail(f"`{text}` is not {what}", param, ctx)

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        del param, ctx
        option = self._option
        choices = "|".join(str(choice) for choice in option.choices)
        return option.metavar or (f"[{choices}]" if choices else option.type.upper())

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        if self._option.type == "path":
            return [CompletionItem(incomplete, type="file")]
        words = self._option.choices or ((True, False) if self._option.type == "bool" else ())
        texts = [str(word).lower() if isinstance(word, bool) else str(word) for word in words]
        return [CompletionItem(text) for text in texts if text.startswith(incomplete)]


class _Option(click.Option):
    """An option that the configuration declares; what it is given is kept in the context."""

    group: str

    @classmethod
    def of(cls, declared: DynamicArg, taken: set[str]) -> _Option | None:
        """The option, under those of its names that are not the command's own; None for none."""
        names = [name for name in declared.names if name not in taken]
        if not names:
            return None
        about = [declared.help] if declared.help else []
        if declared.minimum is not None or declared.maximum is not None:
            bounds = (("at least", declared.minimum), ("at most", declared.maximum))
            text = ", ".join(f"{word} {n}" for word, n in bounds if n is not None)
            about.append(f"[{text}]")
        if declared.required:
            about.append("[required]")

        def keep(context: click.Context, _parameter: click.Parameter, value: Scalar) -> None:
            if value is not None:
                context.meta.setdefault(_GIVEN, {})[declared.name] = value

        kind: dict[str, Any] = {"type": _Value(declared)}
        if declared.is_flag:
            kind = {"is_flag": True, "flag_value": True}
        made = cls(
            [*names, f"option_{declared.variable}"],
            default=None,
            expose_value=False,
            callback=keep,
            help="  ".join(about),
            **kind,
        )
        made.group = declared.group or _OF_CONFIG
        return made


def given_options(context: click.Context) -> Mapping[str, Scalar]:
    """What the options of the configuration were given, by their names."""
    return context.meta.get(_GIVEN, {})


def _request(ctx: click.Context, given: Mapping[str, Any]) -> Request:
    before = ctx.find_root().params
    return Request(
        given.get("config"),
        overrides=given.get("overrides") or {},
        project=given.get("project") or before.get("project"),
        name=given.get("name") or before.get("name"),
        strictness=given.get("strictness") or Strictness.STRICT,
    )


def graph_at_hand(ctx: click.Context) -> Graph | None:
    """The nodes of the configuration that a command line names which is being completed.

    Raises:
        BuildError: it cannot be read.
    """
    request = ctx.meta.get(_REQUEST)
    return None if request is None else _graph(request, {})


def _graph(request: Request, variables: Mapping[str, Scalar]) -> Graph:
    from fgc.compiler.passes.load import load
    from fgc.compiler.passes.parse import parse
    from fgc.compiler.passes.render import render

    overrides = {**variables, **request.overrides}
    source = load(
        request.config,
        project=request.project,
        name=request.name,
        overrides=overrides,
        strictness=request.strictness,
    )
    return parse(render(source), strictness=request.strictness)


def _declared(
    request: Request, guesses: Mapping[str, Scalar], *, lenient: bool
) -> tuple[DynamicArg, ...]:
    """The options that a configuration declares; of one that cannot be read there are none.

    Such a one ends the command, unless ``lenient``: what it would say of the options is not so.
    """
    from fgc.compiler.diagnostics.diagnostic import BuildError
    from fgc.compiler.frontend.dynamic_args import read_dynamic_args

    try:
        return read_dynamic_args(_graph(request, guesses))[0]
    except BuildError as error:
        if lenient:
            return ()
        from fgc.compiler.cli.report import refuse

        refuse(error, {})


def _guesses(passed: Sequence[str]) -> dict[str, Scalar]:
    """What unknown arguments would give if each were an option of the configuration.

    A template may be without a text until its options are given.
    """
    from fgc.compiler.frontend.scalars import ScalarError, parse_scalar

    found: dict[str, Scalar] = {}
    for at, argument in enumerate(passed):
        name, equals, value = argument.partition("=")
        if not name.startswith("-") or not name.strip("-"):
            continue
        following = passed[at + 1 : at + 2]
        if not equals and following and not following[0].startswith("-"):
            equals, value = "=", following[0]
        try:
            found[name] = parse_scalar(value) if equals else True
        except ScalarError:
            found[name] = value
    return found
