"""Names for input files that hold on every machine."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

ALIAS = "/fgc.config"
"""What stands in texts for the folder of a tree that holds its inputs, wherever that lies."""
ELSEWHERE = "elsewhere"


@dataclass(frozen=True, slots=True)
class RelativePaths:
    """Names a file by the folder that it lies in.

    ``folders`` are the name of each folder and its path; the innermost that holds a file names it.
    ``files`` are names of single files, whatever their folder. ``outside`` says for folders that
    were found outside how they are reached from the first one; nothing for those that were called
    by their absolute path.
    """

    folders: tuple[tuple[str, Path], ...]
    files: Mapping[str, str] = field(default_factory=dict[str, str])
    outside: Mapping[str, str] = field(default_factory=dict[str, str])

    def name(self, file: str) -> str:
        """The name of ``file``, an absolute path; what is not one stays as it is.

        >>> paths = RelativePaths((("project", Path("/home/me/project")),))
        >>> paths.name("/home/me/project/configs/a.yaml"), paths.name("<--set>")
        ('project/configs/a.yaml', '<--set>')
        """
        path = Path(file)
        if not path.is_absolute():
            return file
        if file in self.files:
            return self.files[file]
        for prefix, folder in self._inner_first():
            if path.is_relative_to(folder):
                return (PurePosixPath(prefix) / path.relative_to(folder).as_posix()).as_posix()
        return path.name

    def path(self, name: str) -> Path | None:
        """The file that ``name`` names, None where there is none."""
        for file, known in self.files.items():
            if known == name and os.path.isfile(file):
                return Path(file)
        for prefix, folder in self.folders:
            if not prefix or name.startswith(prefix + "/"):
                found = folder / name[len(prefix) :].lstrip("/")
                if found.is_file():
                    return found
        return None

    def scrub(self, text: str) -> str:
        """``text`` without the folders' absolute paths.

        >>> RelativePaths((("project", Path("/home/me")),)).scrub("/home/me/a, /home/melissa")
        '/fgc.config/project/a, /home/melissa'
        """
        for prefix, folder in self._inner_first():
            if folder.name and folder.as_posix() in text:
                alias = f"{ALIAS}/{prefix}" if prefix else ALIAS
                text = _mentions(folder).sub(lambda _, alias=alias: alias, text)
        return text

    def reaching(self, found: Iterable[Path], texts: Iterable[str]) -> RelativePaths:
        """With names for the folders ``found``, those that have none, and for nothing more.

        A folder whose absolute path stands in one of ``texts``, in which the configuration is
        written, is known by that; any other by the way to it from the first folder of all.

        >>> paths = RelativePaths((("project", Path("/home/me/project")),))
        >>> paths = paths.reaching([Path("/home/me/data/raw"), Path("/home/me/data")], [])
        >>> paths.name("/home/me/data/raw/a.txt"), paths.outside
        ('elsewhere/data/raw/a.txt', {'elsewhere/data': '../data'})
        """
        known = [folder for _, folder in self.folders]
        new = [f for f in dict.fromkeys(found) if not any(f.is_relative_to(k) for k in known)]
        # an inner folder is named by the outer one, but for one that holds the project itself
        outer = [folder for folder in new if not known[0].is_relative_to(folder)]
        new = [f for f in new if not any(o != f and f.is_relative_to(o) for o in outer)]
        written = list(texts)
        folders, outside = dict(self.folders), dict(self.outside)
        for folder in new:
            way = os.path.relpath(folder, known[0]).replace(os.sep, "/")
            name = self._free(way, folders)
            folders[name] = folder
            is_written = any(_mentions(folder).search(text) for text in written)
            outside[name] = "" if is_written else way
        return replace(self, folders=tuple(folders.items()), outside=outside)

    def _free(self, way: str, taken: Mapping[str, Path]) -> str:
        """A name for the folder that is reached by ``way``, after the last part of it."""
        parts = [part for part in way.split("/") if part != ".."]
        stem = re.sub(r"[^\w.-]", "_", parts[-1]) if parts else "above"
        name, number = f"{ELSEWHERE}/{stem}", 1
        while name in taken or any(
            not prefix and (f / name).exists() for prefix, f in self.folders
        ):
            number += 1
            name = f"{ELSEWHERE}/{stem}-{number}"
        return name

    def _inner_first(self) -> list[tuple[str, Path]]:
        return sorted(self.folders, key=lambda named: -len(named[1].parts))


def _mentions(folder: Path) -> re.Pattern[str]:
    """Finds the path of ``folder`` in a text, and not that of one whose name merely begins so."""
    return re.compile(rf"(?<![\w.-]){re.escape(folder.as_posix())}(?![\w-]|\.\w)")
