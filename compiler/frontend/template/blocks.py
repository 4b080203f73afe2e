"""Which block each line of the templates stands in."""

from __future__ import annotations

from fgc.compiler.frontend.template.codegen import Chunk
from fgc.compiler.frontend.template.loader import TemplateLoader


def blocks(loader: TemplateLoader) -> dict[tuple[str, int], str]:
    """The block of each line that writes something, by file and line.

    A block is named by its template's key and its own name, which is empty for what stands outside
    of all blocks. A line that has parts in two blocks is left out.
    """
    found: dict[tuple[str, int], str] = {}
    torn: set[tuple[str, int]] = set()
    for key, template in loader.compiled.items():
        file = loader.file_of(key)
        for chunk in template.chunks:
            block = f"{key}\0{chunk.block or ''}"
            for line in _lines(chunk):
                if found.setdefault((file, line), block) != block:
                    torn.add((file, line))
    return {place: block for place, block in found.items() if place not in torn}


def _lines(chunk: Chunk) -> list[int]:
    if chunk.literal is None:
        return [int(chunk.place)]
    lines = enumerate(chunk.literal.split("\n"), int(chunk.place))
    return [number for number, text in lines if text.strip()]
