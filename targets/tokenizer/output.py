"""The files of a trained tokenizer: where they lie, and whether they are there already."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from fgc.compiler.diagnostics.diagnostic import BuildError, Diagnostic
from fgc.targets.tokenizer.compare import differences
from fgc.targets.tokenizer.files import TOKENIZER_CONFIG, TOKENIZER_JSON, tokenizer_config
from fgc.targets.tokenizer.recipe import Recipe

Files = Mapping[Path, bytes]


def place(recipe: Recipe, project_root: Path, out: Path | None) -> Path:
    """Where the tokenizer.json is written: at ``out``, a .json file or a folder, else where the
    recipe says.

    Raises:
        BuildError: FGC026, where a link leads out of the project.
    """
    if out is not None:
        is_file = out.suffix == ".json" and not out.is_dir()
        return out if is_file else out / TOKENIZER_JSON
    path = project_root / recipe.file
    if not path.resolve().is_relative_to(project_root.resolve()):
        message = f"`{recipe.file}` leads out of the project's folder"
        span = recipe.place("tokenizer_file")
        raise BuildError(Diagnostic("FGC026", message, span, help="`-o` writes it anywhere"))
    return path


def output_files(recipe: Recipe, tokenizer_json: str, path: Path) -> Files:
    """What is written: ``tokenizer_json`` at ``path`` and, where it has the name by which
    transformers finds it, the file that is read with it."""
    files = {path: tokenizer_json.encode()}
    if path.name == TOKENIZER_JSON:
        settings = tokenizer_config(recipe.special_tokens, recipe.model_max_length)
        files[path.with_name(TOKENIZER_CONFIG)] = settings
    return files


def check_files(recipe: Recipe, files: Files) -> Iterator[Diagnostic]:
    """FGC043 for each file that is not there as it would be written."""
    for path, content in files.items():
        present = path.read_bytes() if path.is_file() else None
        if present == content:
            continue
        message = f"`{path.as_posix()}` is not what this configuration gives"
        notes: tuple[str, ...] = ()
        if present is None:
            message = f"there is no `{path.as_posix()}` yet"
        elif path.name != TOKENIZER_CONFIG:
            notes = differences(present.decode("utf-8", "replace"), content.decode())
        span, remedy = recipe.place("tokenizer_file"), "without `--check` it is written"
        yield Diagnostic("FGC043", message, span, notes=notes, help=remedy)


def write_files(files: Files) -> list[str]:
    """Writes the files that are not there as they should be, each whole or not at all: their names.

    Raises:
        BuildError: FGC070.
    """
    written: list[str] = []
    for path, content in files.items():
        try:
            if path.is_file() and path.read_bytes() == content:
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_name(f".{path.name}.part")
            part.write_bytes(content)
            part.replace(path)
        except OSError as error:
            message = f"`{path.as_posix()}` cannot be written: {error.strerror}"
            raise BuildError(Diagnostic("FGC070", message)) from error
        written.append(path.name)
    return written
