"""The functions and variables that every template may use.

A build depends on its files and on ``--set`` alone. What would read the clock, the host, the user's
folders or the environment is here, since templates use it in comments and paths, but its value is
fixed: clocks stand at 2000-01-01, the host is ``localhost``, a user's folders are written with
``~``, the working directory is the project's, versions are ``unknown``, ``getenv`` gives its
default, and of the hardware nothing is known.

None of that may reach the program. To tell what does, a configuration is rendered a second time
with one of these names as it might be elsewhere, and what differs comes from it.
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

_LATER: Final = datetime(2013, 12, 31, 23, 58, 59)
_FOLDERS: Final = {
    "user_home_dir": "~",
    "user_data_dir": "~/.local/share",
    "user_cache_dir": "~/.cache",
    "user_config_dir": "~/.config",
    "site_data_dir": "/usr/local/share",
    "site_config_dir": "/etc/xdg",
}
_CLOCKS: Final = ("isotime", "utcisotime", "filetime", "utcfiletime", "now", "utcnow")
_PROJECT: Final = ("project_dir", "workspace_root", "getcwd", "abspath", "relpath")
_HOST: Final = ("hostname", "uname", "versions")
LOCAL: Final = frozenset((*_CLOCKS, *_PROJECT, *_HOST, *_FOLDERS, "forgather_config_dir", "getenv"))
"""The names whose values say where, when and on what a build takes place."""

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


def _clocks(clock: datetime) -> dict[str, Callable[[], Any]]:
    def isotime() -> str:
        return clock.isoformat(timespec="seconds")

    def filetime() -> str:
        return clock.strftime("%Y-%m-%dT%H-%M-%S")

    def now() -> datetime:
        return clock

    return dict(zip(_CLOCKS, (isotime, isotime, filetime, filetime, now, now), strict=True))


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


def _other_getenv(name: str, *default: Any) -> Any:
    """Another value than the default, one that can be read as what the default can be read as."""
    value = _getenv(name, *default)
    match value:
        case bool():
            return not value
        case int() | float():
            return value + 1
        case str():
            return f"{value}1" if value.isdecimal() else f"{value}_elsewhere"
        case _:
            return "elsewhere"


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
    return {**_functions(str(variables.get("project_dir", "."))), **_machine(), **variables}


def globals_elsewhere(variables: Mapping[str, object], name: str) -> dict[str, Any]:
    """As `template_globals`, where ``name``, one of `LOCAL`, is as it might be elsewhere.

    >>> globals_elsewhere({"project_dir": "/p"}, "abspath")["abspath"]("data/a.txt")
    '/elsewhere/other/data/a.txt'
    """
    found = template_globals(variables)
    other: dict[str, Any] = {**_functions("/elsewhere/other"), **_clocks(_LATER)}
    other |= dict.fromkeys(("project_dir", "workspace_root"), "/elsewhere/other")
    other |= {"hostname": "host.elsewhere", "uname": "another machine"}
    other |= {"versions": dict.fromkeys(_VERSIONS, "0"), "getenv": _other_getenv}
    other |= {folder: _folder(f"/elsewhere/{folder}") for folder in _FOLDERS}
    other["forgather_config_dir"] = lambda: "/elsewhere/forgather"
    return {**found, name: other[name]}


def _functions(project: str) -> dict[str, Any]:
    """What takes or gives paths, in the folder ``project``."""

    def abspath(path: Any) -> str:
        return posixpath.normpath(posixpath.join(project, _path(path)))

    def relpath(path: Any, start: Any = ".") -> str:
        return posixpath.relpath(abspath(path), abspath(start))

    def getcwd() -> str:
        return project

    return {
        "joinpath": _joinpath,
        "normpath": _on_path(posixpath.normpath),
        "abspath": abspath,
        "relpath": relpath,
        "dirname": _on_path(posixpath.dirname),
        "basename": _on_path(posixpath.basename),
        "splitext": _on_path(posixpath.splitext),
        "modname_from_path": _modname_from_path,
        "getcwd": getcwd,
    }


def _machine() -> dict[str, Any]:
    return {
        **_clocks(CLOCK),
        **{name: _folder(base) for name, base in _FOLDERS.items()},
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
    }
