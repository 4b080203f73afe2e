"""The functions and variables that every template may use.

A build depends on its files and on ``--set`` alone. What would read the clock, the host, the user's
folders or the environment is here, since templates use it in comments and paths, but its value is
fixed: clocks stand at 2000-01-01, the host is ``localhost``, a user's folders are written with
``~``, the working directory is the project's, versions are ``unknown``, ``getenv`` gives its
default, and of the hardware nothing is known.
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, NoReturn, cast

from jinja2 import Undefined
from jinja2.exceptions import TemplateRuntimeError
from jinja2.utils import Cycler, Joiner

from fgc.compiler.frontend.template.namespace import KnobNamespace

CLOCK: Final = datetime(2000, 1, 1)
"""The time at which every build takes place."""

_VERSIONS: Final = ("python", "torch", "transformers", "accelerate")


class Refusal(TemplateRuntimeError):
    """What a template says with ``raise(message)``, or ``assert(condition, message)``."""


def _path(value: object) -> str:
    if isinstance(value, Undefined):
        str(value)  # raises the error that names it
    if isinstance(value, os.PathLike):
        value = os.fspath(cast("os.PathLike[str]", value))
    if not isinstance(value, str):
        raise TypeError(f"a path is text, not `{type(value).__name__}`")
    return value


def _joinpath(*parts: Any) -> str:
    return posixpath.join(*(_path(part) for part in parts))


def _modname_from_path(path: Any) -> str:
    return posixpath.splitext(posixpath.basename(_path(path)))[0]


def _on_path(function: Callable[[str], Any]) -> Callable[[Any], Any]:
    def apply(path: Any) -> Any:
        return function(_path(path))

    return apply


def _isotime() -> str:
    return CLOCK.isoformat(timespec="seconds")


def _filetime() -> str:
    return CLOCK.strftime("%Y-%m-%dT%H-%M-%S")


def _now() -> datetime:
    return CLOCK


def _folder(base: str) -> Callable[..., str]:
    """A platformdirs function, as on Linux and without expanding the home directory."""

    def folder(appname: Any = None, appauthor: Any = None, version: Any = None) -> str:
        del appauthor  # Windows alone uses it
        return posixpath.join(base, *(str(part) for part in (appname, version) if part))

    return folder


def _getenv(name: str, *default: Any) -> Any:
    if not default:
        raise Refusal(f"a build reads no environment, and `getenv` of `{name}` has no default")
    return default[0]


def _raise(message: Any) -> NoReturn:
    raise Refusal(str(message))


def _assert(condition: Any, message: Any) -> str:
    """Nothing, as text: the ancestor's templates write it as an expression, too."""
    if not condition:
        raise Refusal(str(message))
    return ""


def _text_of(value: Any) -> str:
    return repr(value)


def template_globals(variables: Mapping[str, object]) -> dict[str, Any]:
    """The globals of one rendering; ``variables`` (``project_dir``, ...) are among them.

    >>> template_globals({"project_dir": "/p"})["abspath"]("data/a.txt")
    '/p/data/a.txt'
    """
    project = str(variables.get("project_dir", "."))

    def abspath(path: Any) -> str:
        return posixpath.normpath(posixpath.join(project, _path(path)))

    def relpath(path: Any, start: Any = ".") -> str:
        return posixpath.relpath(abspath(path), abspath(start))

    def getcwd() -> str:
        return project

    return {
        "isotime": _isotime,
        "utcisotime": _isotime,
        "filetime": _filetime,
        "utcfiletime": _filetime,
        "now": _now,
        "utcnow": _now,
        "joinpath": _joinpath,
        "normpath": _on_path(posixpath.normpath),
        "abspath": abspath,
        "relpath": relpath,
        "dirname": _on_path(posixpath.dirname),
        "basename": _on_path(posixpath.basename),
        "splitext": _on_path(posixpath.splitext),
        "modname_from_path": _modname_from_path,
        "getcwd": getcwd,
        "user_home_dir": _folder("~"),
        "user_data_dir": _folder("~/.local/share"),
        "user_cache_dir": _folder("~/.cache"),
        "user_config_dir": _folder("~/.config"),
        "site_data_dir": _folder("/usr/local/share"),
        "site_config_dir": _folder("/etc/xdg"),
        "forgather_config_dir": lambda: "~/.config/forgather",
        "forgather_home_dir": lambda: "~/.forgather",
        "get_peak_hardware_flops": lambda: None,
        "repr": _text_of,
        "getenv": _getenv,
        "raise": _raise,
        "assert": _assert,
        "hostname": "localhost",
        "uname": "unknown",
        "versions": dict.fromkeys(_VERSIONS, "unknown"),
        "namespace": KnobNamespace,
        "dict": dict,
        "cycler": Cycler,
        "joiner": Joiner,
        **variables,
    }
