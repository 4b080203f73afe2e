"""The demo as pictures and lists draw it, in a page that shows them.

``python -m tests.compiler.views.update_golden`` rewrites it.
"""

from __future__ import annotations

from pathlib import Path

from fgc.compiler.frontend.render import render_report
from fgc.compiler.pipeline import Request, run, shown_names
from fgc.compiler.views.diagram import diagram
from fgc.compiler.views.graph_mermaid import graph_mermaid
from fgc.compiler.views.selection import select
from fgc.compiler.views.templates import templates, templates_markdown
from tests.compiler.views.reading import linked

DEMO = Path(__file__).parents[3] / "examples" / "tiny_llama" / "configs"
PARTS = ("model", "train_data", "optimizer", "lr_scheduler")
GOLDEN = Path(__file__).parent / "tiny_llama.md"


def page() -> str:
    """Parts of the graph of the baseline, and the templates of an experiment."""
    drawn = graph_mermaid(diagram(select(linked(DEMO / "baseline.yaml"), PARTS), "baseline"))
    loaded = run(Request(DEMO / "post_norm.yaml"), until="load").build
    source = loaded.source
    assert source is not None
    report = render_report(source.template, source.search_path, source.variables)
    chain = templates(report.chain, shown_names(loaded))
    targets = "".join(f" --target {part}" for part in PARTS)
    return (
        f"`fgc graph examples/tiny_llama --format mermaid{targets}`\n\n"
        f"```mermaid\n{drawn}```\n\n"
        "`fgc trefs -p examples/tiny_llama -t post_norm --format md`\n\n"
        f"{templates_markdown(chain, lambda _: None)}"
    )


if __name__ == "__main__":
    GOLDEN.write_text(page(), encoding="utf-8")
