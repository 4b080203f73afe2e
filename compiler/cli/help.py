"""``fgc help``: what a command does, or what a code means."""

from __future__ import annotations

import sys

import click


@click.command(short_help="Explain a code such as FGC021, or a command.")
@click.argument("what", metavar="[CODE|COMMAND]...", nargs=-1)
@click.pass_context
def help(context: click.Context, what: tuple[str, ...]) -> None:
    """Explain a CODE that fgc prints: what it means, an example, and the mend; or a COMMAND.

    \b
    fgc help FGC021
    fgc help tokenizer build
    """
    from fgc.compiler.diagnostics.codes import CODES

    code = what[0].upper() if len(what) == 1 else ""
    if code in CODES:
        _print_page(code)
        return
    root = context.find_root()
    found, path = root.command, [root.info_name or ""]
    for name in what:
        inner = found.get_command(context, name) if isinstance(found, click.Group) else None
        if inner is None:
            raise click.UsageError(_unknown(name, found, context))
        found = inner
        path.append(name)
    with click.Context(found, info_name=" ".join(path), **root.command.context_settings) as shown:
        click.echo(found.get_help(shown))


def _print_page(code: str) -> None:
    from fgc.compiler.cli.report import wants_color
    from fgc.compiler.diagnostics.pages import for_terminal, page_of

    color = wants_color(sys.stdout)
    click.echo("\n".join(for_terminal(page_of(code), color=color)), color=color)


def _unknown(name: str, within: click.Command, context: click.Context) -> str:
    from fgc.compiler.diagnostics.codes import CODES
    from fgc.compiler.symbols.nearest import nearest

    known = within.list_commands(context) if isinstance(within, click.Group) else []
    message = f"there is no command or code `{name}`"
    if name.upper().startswith("FGC"):
        return f"{message}; docs/errors/README.md lists the codes, the last is {max(CODES)}"
    meant = nearest(name, known)
    return message if meant is None else f"{message}; `{meant}` is similar"
