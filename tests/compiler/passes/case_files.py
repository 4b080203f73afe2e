"""Golden cases: a configuration, the user's modules, and what a pass left of them, in one file.

A `.case` file has sections, each headed by a line ``=== name``. The first, `config.yaml`, is the
configuration as rendered; other file names are modules of its project. Sections called
``after PASS`` hold what the pass left when the configuration is built as plain Python;
``python -m tests.compiler.passes.case_files`` rewrites them.
"""

from __future__ import annotations

import re
from pathlib import Path
from tempfile import TemporaryDirectory

from fgc.compiler.backend.module_text import module_text
from fgc.compiler.frontend.rendered import Piece, Rendered
from fgc.compiler.ir.verify import verify_graph, verify_modules
from fgc.compiler.passes.fold import fold
from fgc.compiler.passes.parse import parse
from fgc.compiler.passes.plan import plan
from fgc.compiler.passes.resolve import resolve
from fgc.compiler.passes.specialise import specialise
from fgc.compiler.passes.vendor import vendor
from fgc.compiler.pipeline import Build, Request, show_code, show_modules, show_plan
from fgc.compiler.specialiser.source import references
from fgc.targets.python.program import PYTHON

CASES = Path(__file__).parent / "cases"


def read_case(path: Path) -> dict[str, str]:
    """The sections of a case file, by name."""
    parts = re.split(r"^=== (.+)\n", path.read_text("utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def write_case(path: Path, sections: dict[str, str]) -> None:
    """Writes the sections of a case file."""
    path.write_text("".join(f"=== {name}\n{text}" for name, text in sections.items()), "utf-8")


def run_case(sections: dict[str, str]) -> dict[str, str]:
    """The sections as they should be: those of passes made anew."""
    with TemporaryDirectory() as folder:
        for name, text in sections.items():
            if not name.startswith("after ") and name != "config.yaml":
                Path(folder, name).write_text(text, "utf-8")
        left = _left(sections["config.yaml"], Path(folder))
    return {
        name: left[name.removeprefix("after ")] if name.startswith("after ") else text
        for name, text in sections.items()
    }


def _left(text: str, folder: Path) -> dict[str, str]:
    lines = tuple((Piece(1, "config.yaml", n, 1),) for n in range(1, text.count("\n") + 2))
    graph = parse(Rendered(text, lines, {"config.yaml": text}, ("config.yaml",)), {})
    verify_graph(graph)
    resolution, found = resolve(graph, project_root=folder, search_path=(folder,))
    assert not found, found
    resolution = fold(resolution, project_root=folder)
    planned = plan(resolution, PYTHON)
    specialised = specialise(planned, protected=frozenset())
    modules = vendor(planned, specialised)
    verify_modules(modules, references)
    build = Build(
        Request(folder), graph=graph, plan=planned, specialised=specialised, modules=modules
    )
    return {
        "plan": show_plan(build),
        "specialise": show_code(build),
        "vendor": show_modules(build),
        "emit": "".join(f"# {m.path}\n{module_text(m)[0]}" for m in modules),
    }


if __name__ == "__main__":
    for case in sorted(CASES.glob("*.case")):
        write_case(case, run_case(read_case(case)))
