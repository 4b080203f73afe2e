"""Which of the arguments of a command line are whose: fgc's, torchrun's or the program's."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fgc.compiler.symbols.nearest import nearest

MANY = -1
"""An option takes all arguments up to the next option."""
_FLAGS = ("store_true", "store_false", "store_const", "append_const", "count", "help", "version")
_SEPARATOR = "--"

Options = Mapping[str, int]
"""How many values follow an option, by its name: 0, 1, another number, or `MANY`."""


class ArgumentError(ValueError):
    """An argument that is nobody's."""


@dataclass(frozen=True, slots=True)
class Split:
    """The arguments of a command line: our own, others before ``--``, and those behind it."""

    own: tuple[str, ...]
    passed: tuple[str, ...]
    behind: tuple[str, ...]


def split(arguments: Sequence[str], options: Options) -> Split:
    """Tells our own ``options``, and what is no option at all, from options of others.

    >>> split(["a.yaml", "--max-steps", "10", "-d0", "--", "--nnodes", "2"], {"-d": 1})
    Split(own=('a.yaml', '-d0'), passed=('--max-steps', '10'), behind=('--nnodes', '2'))
    """
    end = arguments.index(_SEPARATOR) if _SEPARATOR in arguments else len(arguments)
    own: list[str] = []
    passed: list[str] = []
    taken = own
    waiting = 0
    for argument in arguments[:end]:
        if waiting and not (taken is passed and argument.startswith("-")):
            taken.append(argument)
            waiting -= 1
            continue
        name, is_whole = _name(argument, options)
        if name in options:
            taken, waiting = own, 0 if is_whole else options[name]
        elif _is_option(argument):
            # whether it takes a value is not known here; what follows is more likely one than not
            taken, waiting = passed, 0 if is_whole else 1
        else:
            taken, waiting = own, 0
        taken.append(argument)
    return Split(tuple(own), tuple(passed), tuple(arguments[end + 1 :]))


def _name(argument: str, options: Options) -> tuple[str, bool]:
    """The option that an argument names, and whether its value is in the argument."""
    if argument.startswith("--"):
        name, equals, _ = argument.partition("=")
        return name, bool(equals)
    short = argument[:2]
    return (short, len(argument) > 2) if short in options else (argument, False)


def _is_option(argument: str) -> bool:
    return argument.startswith("-") and argument != "-"


def of_program(passed: Sequence[str], options: Options) -> tuple[str, ...]:
    """``passed``, where all of it is for a program that has ``options``.

    Raises:
        ArgumentError: for the first argument that is not.
    """
    theirs, others = _divide(passed, options)
    if others:
        raise ArgumentError(_unknown(others[0], options))
    return theirs


def behind_separator(
    behind: Sequence[str], options: Options
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The arguments for torchrun, and those for the program.

    Options that the program has are the program's, and so is all behind a second ``--``.

    Raises:
        ArgumentError: for an argument in front that belongs to no option.

    >>> behind_separator(["--nnodes", "2", "--max-steps", "10"], {"--max-steps": 1})
    (('--nnodes', '2'), ('--max-steps', '10'))
    """
    end = behind.index(_SEPARATOR) if _SEPARATOR in behind else len(behind)
    theirs, others = _divide(behind[:end], options)
    return others, (*theirs, *behind[end + 1 :])


def _divide(arguments: Sequence[str], options: Options) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What belongs to ``options``, and to others, each in order.

    Raises:
        ArgumentError: for an argument that belongs to none at all.
    """
    theirs: list[str] = []
    others: list[str] = []
    taken, waiting = theirs, 0
    for argument in arguments:
        name, is_whole = _name(argument, options)
        if name in options:
            taken, waiting = theirs, 0 if is_whole else options[name]
        elif waiting and not (waiting == MANY and _is_option(argument)):
            waiting -= waiting != MANY
        elif _is_option(argument):
            taken, waiting = others, 0
        elif taken is theirs:
            raise ArgumentError(f"`{argument}` belongs to no option, and CONFIG comes before them")
        taken.append(argument)
    return tuple(theirs), tuple(others)


def _unknown(argument: str, options: Options) -> str:
    name = argument.partition("=")[0]
    meant = nearest(name, list(options))
    remedy = f"; one with a similar name is `{meant}`" if meant else ""
    return f"neither fgc nor the program has an option `{name}`{remedy}"


def program_options(source: str) -> dict[str, int]:
    """The options that a program takes, read from its source and its `add_argument` calls.

    >>> program_options('p.add_argument("--n", "-n", type=int)\\np.add_argument("--x", nargs="*")')
    {'--n': 1, '-n': 1, '--x': -1}
    """
    found: dict[str, int] = {}
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Attribute(attr="add_argument"), args=args, keywords=keywords):
                given = {keyword.arg: keyword.value for keyword in keywords}
                texts = [a.value for a in args if isinstance(a, ast.Constant)]
                names = [t for t in texts if isinstance(t, str) and t.startswith("-")]
                if _is_boolean(given.get("action")):
                    names += [f"--no-{name[2:]}" for name in names if name.startswith("--")]
                found |= dict.fromkeys(names, _values(given))
            case _:
                pass
    return found


def _values(given: Mapping[str | None, ast.expr]) -> int:
    match given.get("action"), given.get("nargs"):
        case ast.Constant(value=action), _ if action in _FLAGS:
            return 0
        case ast.Attribute(), _:
            return 0
        case _, ast.Constant(value=int(number)):
            return number
        case _, None:
            return 1
        case _:
            return MANY


def _is_boolean(action: ast.expr | None) -> bool:
    return isinstance(action, ast.Attribute) and action.attr == "BooleanOptionalAction"
