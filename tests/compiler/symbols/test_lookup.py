"""Import specs to symbols: what is found, and what is said when it is not."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from fgc.compiler.symbols.answer import Answer, Mistake
from fgc.compiler.symbols.cache import SymbolCache
from fgc.compiler.symbols.lookup import Symbols
from fgc.compiler.symbols.symbol import Symbol

Lookup = Callable[[str], Answer]
Write = Callable[[str, str], Path]


def found(lookup: Lookup, spec: str) -> Symbol:
    answer = lookup(spec)
    assert answer.symbol is not None, answer.mistake
    assert answer.mistake is None
    return answer.symbol


def wrong(lookup: Lookup, spec: str) -> Mistake:
    answer = lookup(spec)
    assert answer.symbol is None
    assert answer.mistake is not None
    return answer.mistake


def test_runtime_symbol_names_its_definition(lookup: Lookup) -> None:
    symbol = found(lookup, "fgc.runtime.nn:RMSNorm")
    assert (symbol.module, symbol.qualname) == ("fgc.runtime.nn", "RMSNorm")
    assert (symbol.definition_module, symbol.definition_name) == (
        "fgc.runtime.nn.rms_norm",
        "RMSNorm",
    )
    assert symbol.origin == "runtime"
    assert symbol.kind == "class"
    assert symbol.file is not None
    line = Path(symbol.file).read_text("utf-8").splitlines()[(symbol.line or 0) - 1]
    assert line.startswith("class RMSNorm")


@pytest.mark.parametrize("spec", ["torch.optim:AdamW", "torch.optim.AdamW"])
def test_third_party_import_follows_from_the_spec(lookup: Lookup, spec: str) -> None:
    symbol = found(lookup, spec)
    assert (symbol.module, symbol.qualname) == ("torch.optim", "AdamW")
    assert (symbol.kind, symbol.origin) == ("class", "third_party")
    assert symbol.definition_module == "torch.optim.adamw"
    assert symbol.signature is not None
    assert symbol.signature.keyword("weight_decay") is not None


@pytest.mark.parametrize(
    ("spec", "kind", "definition_module"),
    [
        ("torch:nn.Linear", "class", "torch.nn.modules.linear"),
        ("torch.nn.functional:silu", "function", "torch.nn.functional"),
        (
            "transformers:AutoTokenizer.from_pretrained",
            "method",
            "transformers.models.auto.tokenization_auto",
        ),
        (
            "transformers:PreTrainedTokenizerFast",
            "class",
            "transformers.tokenization_utils_tokenizers",
        ),
        ("transformers:LlamaForCausalLM", "class", "transformers.models.llama.modeling_llama"),
        (
            "transformers.models.llama.modeling_llama:LlamaForCausalLM",
            "class",
            "transformers.models.llama.modeling_llama",
        ),
        ("tokenizers:Tokenizer.from_file", "method", "tokenizers"),
    ],
)
def test_reexports_lazy_modules_and_stubs(
    lookup: Lookup, spec: str, kind: str, definition_module: str
) -> None:
    symbol = found(lookup, spec)
    assert (symbol.kind, symbol.definition_module) == (kind, definition_module)


@pytest.mark.parametrize("spec", ["torch:tensor", "torch._C._nn:gelu", "math:sqrt", "os.path:join"])
def test_what_cannot_be_read_is_accepted(lookup: Lookup, spec: str) -> None:
    answer = lookup(spec)
    assert answer.symbol is not None
    assert answer.mistake is None
    assert answer.unchecked is None


@pytest.mark.parametrize(
    ("spec", "code", "at_fault", "meant"),
    [
        ("torch.optm:AdamW", "FGC020", "optm", "torch.optim"),
        ("torch.optm.AdamW", "FGC020", "optm", "torch.optim"),
        ("fgc.runtime.nnn:RMSNorm", "FGC020", "nnn", "fgc.runtime.nn"),
        ("torhc.optim:AdamW", "FGC020", "torhc", "torch"),
        ("torch.optim:AdmW", "FGC023", "AdmW", "AdamW"),
        ("fgc.runtime.nn:RmsNorm", "FGC023", "RmsNorm", "RMSNorm"),
        ("torch.nn:Embedding.from_pretraind", "FGC023", "from_pretraind", "from_pretrained"),
        ("torch.optim.AdamW:make", "FGC020", "AdamW", "torch.optim:AdamW.make"),
        ("lenn", "FGC023", "lenn", "len"),
        ("torch.optim", "FGC025", "torch.optim", "torch.optim:Name"),
    ],
)
def test_mistakes(lookup: Lookup, spec: str, code: str, at_fault: str, meant: str) -> None:
    mistake = wrong(lookup, spec)
    assert mistake.code == code
    assert spec[mistake.start : mistake.end] == at_fault
    assert f"`{meant}`" in (mistake.help or "")


def test_lazy_module_is_never_sure_that_a_name_is_absent(lookup: Lookup) -> None:
    answer = lookup("transformers:AutoTokenizr")
    assert answer.symbol is not None
    assert answer.symbol.kind == "unknown"
    assert answer.mistake is not None
    assert answer.mistake.code == "FGC032"
    assert "`AutoTokenizer`" in (answer.mistake.help or "")


def test_known_package_that_is_not_installed(lookup: Lookup) -> None:
    assert lookup("bitsandbytes.optim:AdamW8bit").unchecked == "bitsandbytes"
    mistake = wrong(lookup, "bitsandbytes.optim.AdamW8bit")
    assert mistake.code == "FGC025"
    assert mistake.help == "write `bitsandbytes.optim:AdamW8bit`"


def test_unheard_of_package_is_a_mistake(lookup: Lookup) -> None:
    assert wrong(lookup, "zqxj_unheard.of:Thing").code == "FGC020"


def test_project_files(lookup: Lookup, write: Write, tmp_path: Path) -> None:
    net = write("models/net.py", "from .layer import Layer\nclass Net:\n    'A net.'\n")
    layer = write("models/layer.py", "class Layer:\n    def __init__(self, width: int): ...\n")
    symbol = found(lookup, "models/net.py:Net")
    assert (symbol.file, symbol.line, symbol.summary) == (str(net), 2, "A net.")
    assert (symbol.module, symbol.origin) == ("models.net", "project")
    through = found(lookup, "models/net.py:Layer")
    assert through.file == str(layer)
    assert through.definition_name == "Layer"
    assert found(lookup, f"{net}:Net").file == str(net)


def test_relative_modules(lookup: Lookup, write: Write) -> None:
    write("lib/blocks/attention.py", "def attention(x, *, heads=4): ...\n")
    symbol = found(lookup, ".blocks.attention:attention")
    assert (symbol.module, symbol.qualname) == ("blocks.attention", "attention")
    assert symbol.signature is not None
    assert symbol.signature.text() == "(x, *, heads=4)"
    assert "`.blocks`" not in (wrong(lookup, ".block:attention").help or "")
    write("lib/blocked.py", "x = 1\n")
    assert "`.blocked`" in (wrong(lookup, ".blockd:x").help or "")


def test_missing_project_file(lookup: Lookup, write: Write) -> None:
    write("models/net.py", "class Net: ...\n")
    mistake = wrong(lookup, "models/nett.py:Net")
    assert mistake.code == "FGC020"
    assert "`models/net.py`" in (mistake.help or "")
    assert "`Net`" in (wrong(lookup, "models/net.py:Nett").help or "")


def test_nothing_is_run(
    lookup: Lookup, write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = tmp_path / "was_run"
    hostile = f"open({str(mark)!r}, 'w').close()\nclass Net: ...\n"
    write("net.py", hostile)
    write("site/fgc_hostile_package/__init__.py", hostile)
    write("site/fgc_hostile_package/inner.py", hostile)
    monkeypatch.setattr(sys, "path", ["/nowhere", str(tmp_path / "site"), *sys.path])
    for spec in (
        "net.py:Net",
        "fgc_hostile_package:Net",
        "fgc_hostile_package.inner:Net",
        "fgc_hostile_package.inner.Net",
    ):
        assert freshly_found(tmp_path, spec).kind == "class"
    assert not mark.exists()
    assert "fgc_hostile_package" not in sys.modules


def freshly_found(root: Path, spec: str) -> Symbol:
    """Without the cache, on the import path of this moment."""
    return found(Symbols(root, cache=SymbolCache(None)).lookup, spec)


def test_namespace_packages_below_packages_that_are_not_imported(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("one/fgc_space/inner/part.py", "class Part: ...\n")
    write("two/fgc_space/inner/other.py", "class Other: ...\n")
    folders = [str(tmp_path / "one"), str(tmp_path / "two")]
    monkeypatch.setattr(sys, "path", ["/nowhere", *folders, *sys.path])
    assert freshly_found(tmp_path, "fgc_space.inner.part:Part").kind == "class"
    assert freshly_found(tmp_path, "fgc_space.inner.other:Other").kind == "class"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from .b import X\n", "class"),
        ("try:\n    from nowhere_at_all import X\nexcept ImportError:\n    X = None\n", "value"),
        ("try:\n    from .b import X\nexcept ImportError:\n    X = None\n", "class"),
        ("from .b import *\n", "class"),
        ("from . import b\nX = b.X\n", "class"),
        ("import json as X\n", None),
        ("from .b import Y as X\n", "unknown"),
        ("def __getattr__(name): ...\n", "unknown"),
        ("globals()['X'] = 1\n", "unknown"),
        ("def f():\n    global X\n    X = 1\n", "value"),
        ("def (:", "unknown"),
        ("", "absent"),
        ("X = X\n", "value"),
        ("from .a import X\n", "unknown"),
    ],
)
def test_ways_to_bind_a_name(lookup: Lookup, write: Write, text: str, kind: str | None) -> None:
    write("a.py", text)
    write("b.py", "class X: ...\n")
    answer = lookup("a.py:X")
    if kind is None:
        assert answer.mistake is not None
        assert answer.mistake.code == "FGC025"
    elif kind == "absent":
        assert answer.mistake is not None
        assert answer.mistake.code == "FGC023"
    else:
        assert answer.symbol is not None
        assert answer.symbol.kind == kind


def test_only_the_files_on_the_way_are_read(
    lookup: Lookup, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    read_bytes = Path.read_bytes

    def recorded(path: Path) -> bytes:
        opened.append("/".join(path.parts[-2:]))
        return read_bytes(path)

    monkeypatch.setattr(Path, "read_bytes", recorded)
    assert found(lookup, "torch.optim:AdamW").signature is not None
    assert opened == ["optim/__init__.py", "optim/adamw.py"]
