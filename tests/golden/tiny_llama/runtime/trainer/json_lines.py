"""Files of JSON objects, one a line, that are read while they are written."""

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any


def read_lines(path: Path) -> list[dict[str, Any]]:
    """The objects of a file, if there is one; a last line that was cut short is left out."""
    text = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
    return [json.loads(line) for line in text.split("\n")[:-1]]


def write_lines(path: Path, objects: Iterable[dict[str, Any]]) -> None:
    """Writes a file anew; at no time is a part of it under its name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.tmp")
    temporary.write_text("".join(map(line, objects)), encoding="utf-8")
    os.replace(temporary, path)


def line(record: dict[str, Any]) -> str:
    """An object as a line of such a file, its end included."""
    return json.dumps(record, ensure_ascii=False) + "\n"
