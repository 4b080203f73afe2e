"""Specs in a graph: symbols for the right ones, diagnostics at the wrong ones."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from fgc.compiler.diagnostics.diagnostic import Severity
from fgc.compiler.ir.graph import Call, Graph
from fgc.compiler.passes.resolve import resolve

GraphOf = Callable[..., Graph]


def test_each_call_has_its_symbol(graph_of: GraphOf, net: Path) -> None:
    graph = graph_of("""
        optimizer: &o !partial:torch.optim:AdamW {lr: 0.1}
        again: !call:getitem [[*o], 0]
        net: !factory:net.py:Net [1]
        raw: !meta:torch.nn:Linear
        late: !partial:torch.nn:Linear {latent_args: {bias: !call:len [[1]]}}
        """)
    resolution, found = resolve(graph, project_root=net.parent, search_path=())
    assert found == ()
    assert {call.target: symbol.kind for call, symbol in resolution.symbols.items()} == {
        "torch.optim:AdamW": "class",
        "getitem": "builtin",
        "net.py:Net": "class",
        "torch.nn:Linear": "class",
        "len": "builtin",
    }
    assert all(isinstance(call, Call) for call in resolution.symbols)
    assert len(resolution.symbols) == 6


@pytest.mark.parametrize(
    ("spec", "code", "at_fault"),
    [
        ("torch.optm:AdamW", "FGC020", "optm"),
        ("torch.optm.AdamW", "FGC020", "optm"),
        ("torch.optim:AdmW", "FGC023", "AdmW"),
        ("torch.nn:Embedding.from_pretraind", "FGC023", "from_pretraind"),
        ("fgc.runtime.nn:RmsNorm", "FGC023", "RmsNorm"),
        ("nett.py:Net", "FGC020", "nett.py"),
        ("net.py:Nett", "FGC023", "Nett"),
        ("lenn", "FGC023", "lenn"),
    ],
)
def test_the_part_at_fault_is_pointed_at(
    graph_of: GraphOf, net: Path, spec: str, code: str, at_fault: str
) -> None:
    text = f"a: 1\nb:\n    c: !partial:{spec} {{}}\n"
    graph = graph_of(text)
    resolution, (found,) = resolve(graph, project_root=net.parent, search_path=())
    assert resolution.symbols == {}
    assert found.code == code
    assert found.span is not None
    assert found.span.line == 3
    line = text.splitlines()[2]
    assert line[found.span.column - 1 : found.span.end_column - 1] == at_fault
    assert found.help


def test_computed_spec_is_pointed_at_whole(graph_of: GraphOf, tmp_path: Path) -> None:
    graph = graph_of("c: !partial:torch.optm:AdamW {}\n")
    shown = Graph(graph.roots, {"a.yaml": "c: !partial:{{ optimizer }} {}\n"})
    _, (found,) = resolve(shown, project_root=tmp_path, search_path=())
    call = graph.root("c")
    assert isinstance(call, Call)
    assert found.span == call.target_span


def test_several_mistakes_in_order(graph_of: GraphOf, tmp_path: Path) -> None:
    graph = graph_of("""
        b: !partial:torch.optim:AdmW {}
        a: &a !partial:torch.optm:AdamW {}
        c: [*a, *a]
        """)
    _, found = resolve(graph, project_root=tmp_path, search_path=())
    assert [(d.code, d.span.line if d.span else 0) for d in found] == [("FGC023", 2), ("FGC020", 3)]


def test_one_note_for_a_package_that_is_not_installed(graph_of: GraphOf, tmp_path: Path) -> None:
    graph = graph_of("""
        a: !partial:bitsandbytes.optim:AdamW8bit {}
        b: !partial:bitsandbytes.optim:Lion8bit {}
        """)
    resolution, (found,) = resolve(graph, project_root=tmp_path, search_path=())
    assert (found.code, found.severity) == ("FGC032", Severity.NOTE)
    assert {symbol.kind for symbol in resolution.symbols.values()} == {"unknown"}


def test_search_path_of_the_project_and_of_the_node(graph_of: GraphOf, tmp_path: Path) -> None:
    for folder, name in (("lib", "one"), ("own", "two")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / f"{name}.py").write_text("class Net: ...\n")
    graph = graph_of("""
        a: !partial:.one:Net {}
        b: !partial:.two:Net {submodule_searchpath: [own]}
        """)
    resolution, found = resolve(graph, project_root=tmp_path, search_path=(tmp_path / "lib",))
    assert found == ()
    assert {symbol.definition_module for symbol in resolution.symbols.values()} == {"one", "two"}


PROGRAM = """
import sys
from pathlib import Path
from fgc.compiler.frontend.rendered import Piece, Rendered
from fgc.compiler.passes.check import check
from fgc.compiler.passes.fold import fold
from fgc.compiler.passes.parse import parse
from fgc.compiler.passes.resolve import resolve

text = '''
a: !partial:torch.optim:AdamW {lr: 0.1}
b: !partial:torch.nn:Linear [1, 2]
c: !partial:transformers:AutoTokenizer.from_pretrained [x]
d: !partial:fgc.runtime.nn:RMSNorm {eps: 1e-5}
e: !partial:tokenizers:Tokenizer.from_file [x]
f: !partial:torch.nn.functional:silu
g: !partial:torch:tensor [1]
'''
lines = tuple((Piece(1, 'a.yaml', n, 1),) for n in range(1, 9))
graph = parse(Rendered(text, lines, {'a.yaml': text}, ('a.yaml',)))
resolution, found = resolve(graph, project_root=Path(), search_path=())
assert len(resolution.symbols) == 7 and not found, found
assert not check(resolution)
fold(resolution, project_root=Path())
heavy = ('torch', 'transformers', 'tokenizers', 'numpy', 'griffe', 'libcst', 'fgc.runtime')
assert not [name for name in sys.modules if name.startswith(heavy)]
"""


def test_nothing_that_is_named_is_imported() -> None:
    subprocess.run([sys.executable, "-c", PROGRAM], check=True)
