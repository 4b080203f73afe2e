"""The pass that runs templates: a configuration and its chain become text."""

from __future__ import annotations

from fgc.compiler.frontend.render import render as render_template
from fgc.compiler.frontend.rendered import Rendered
from fgc.compiler.passes.load import Source


def render(source: Source) -> Rendered:
    """The text of a configuration, every line with its place in a template.

    Raises:
        BuildError: FGC001 to FGC005.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from fgc.compiler.passes.load import load
    >>> with TemporaryDirectory() as folder:
    ...     _ = Path(folder, "a.yaml").write_text("-- set ns = namespace(lr=1)\\nlr: {{ ns.lr }}")
    ...     rendered = render(load(Path(folder, "a.yaml"), overrides={"lr": 3}))
    >>> rendered.text.strip()
    'lr: 3'
    """
    return render_template(
        source.template,
        source.search_path,
        source.variables,
        pins=source.pins,
        strictness=source.project.strictness,
        unsaved=source.project.folders.unsaved,
    )
