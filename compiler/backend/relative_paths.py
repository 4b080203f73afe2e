"""Names for input files that hold on every machine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePosixPath


@dataclass(frozen=True, slots=True)
class RelativePaths:
    """Names a file by the folder that it lies in.

    ``folders`` are the name of each folder and its path; the first that holds a file names it. A
    file in none of them is named by itself alone.
    """

    folders: tuple[tuple[str, Path], ...]

    def name(self, file: str) -> str:
        """The name of ``file``, an absolute path; what is not one stays as it is.

        >>> paths = RelativePaths((("", Path("/home/me/project")),))
        >>> paths.name("/home/me/project/configs/a.yaml"), paths.name("<--set>")
        ('configs/a.yaml', '<--set>')
        """
        path = Path(file)
        if not path.is_absolute():
            return file
        for prefix, folder in self.folders:
            if path.is_relative_to(folder):
                return (PurePosixPath(prefix) / path.relative_to(folder).as_posix()).as_posix()
        return path.name

    def path(self, name: str) -> Path | None:
        """The file that ``name`` names, None where there is none."""
        for prefix, folder in self.folders:
            if not prefix or name.startswith(prefix + "/"):
                found = folder / name[len(prefix) :].lstrip("/")
                if found.is_file():
                    return found
        return None

    def scrub(self, text: str) -> str:
        """``text`` with the folders' absolute paths made relative."""
        for prefix, folder in self.folders:
            text = text.replace(folder.as_posix(), prefix or ".")
        return text
