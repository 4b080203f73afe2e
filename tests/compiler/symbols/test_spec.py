"""Import specs taken apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fgc.compiler.symbols.spec import ImportSpec, Malformed, parse


@pytest.mark.parametrize(
    ("text", "form", "module", "name"),
    [
        ("len", "builtin", "", "len"),
        ("named_list", "builtin", "", "named_list"),
        ("dict.fromkeys", "builtin", "", "dict.fromkeys"),
        ("torch.optim:AdamW", "module", "torch.optim", "AdamW"),
        ("transformers:AutoTokenizer.from_pretrained", "module", "transformers", None),
        ("torch.optim.AdamW", "dotted", "", "torch.optim.AdamW"),
        ("net.py:Net", "file", "net.py", "Net"),
        ("models/my net.py:Net.make", "file", "models/my net.py", "Net.make"),
        ("../shared/net.py:Net", "file", "../shared/net.py", "Net"),
        (".attention:Attention", "relative", "attention", "Attention"),
    ],
)
def test_forms(text: str, form: str, module: str, name: str | None) -> None:
    spec = parse(text)
    assert isinstance(spec, ImportSpec)
    assert (spec.form, spec.module) == (form, module)
    assert name is None or spec.name == name
    assert spec.text[spec.name_at :] == spec.name


@pytest.mark.parametrize(
    ("text", "at_fault"),
    [
        ("torch.optim:", ""),
        (":AdamW", ":"),
        ("torch..optim:AdamW", "torch..optim"),
        ("torch.optim:Adam-W", "Adam-W"),
        ("torch.class:X", "torch.class"),
        ("a:b:C", ":b:"),
        ("..net:Net", "..net"),
        ("models\\net.py:Net", "models\\net.py"),
        ("models/net:Net", "models/net"),
        ("two words", "two words"),
    ],
)
def test_malformed(text: str, at_fault: str) -> None:
    found = parse(text)
    assert isinstance(found, Malformed)
    assert text[found.start : found.end] == at_fault


@given(st.text(max_size=20))
def test_any_text_is_answered(text: str) -> None:
    found = parse(text)
    if isinstance(found, Malformed):
        assert 0 <= found.start <= found.end <= max(len(text), found.start)
    else:
        assert found.text[found.name_at :] == found.name
