"""The files for Vim: a file of a project is recognised, and its parts have their colours."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "editors" / "vim"
VIM = shutil.which("vim")

pytestmark = pytest.mark.skipif(VIM is None, reason="vim is not installed")

# a line, a word in it, and the group that the word is to have
SAMPLE = (
    ("-- extends 'models/llama.yaml'", "--", "fgcToken"),
    ("-- extends 'models/llama.yaml'", "extends", "fgcKeyword"),
    ("-- extends 'models/llama.yaml'", "models", "fgcQuoted"),
    ("## what it is for", "what", "fgcComment"),
    ("-- set ns.lr = 3.0e-4 ## a step", "ns.lr", "fgcKnob"),
    ("-- set ns.lr = 3.0e-4 ## a step", "3.0e", "fgcJinjaNumber"),
    ("-- set ns.lr = 3.0e-4 ## a step", "step", "fgcComment"),
    ("    [inner!]", "inner", "fgcBlockName"),
    ("== super()", "super", "fgcFunction"),
    ("o: &x !partial:torch.optim:AdamW@adam", "o:", "fgcKey"),
    ("o: &x !partial:torch.optim:AdamW@adam", "&x", "fgcAnchor"),
    ("o: &x !partial:torch.optim:AdamW@adam", "!partial", "fgcTag"),
    ("o: &x !partial:torch.optim:AdamW@adam", "torch", "fgcModule"),
    ("o: &x !partial:torch.optim:AdamW@adam", "AdamW", "fgcCallee"),
    ("o: &x !partial:torch.optim:AdamW@adam", "@adam", "fgcNodeName"),
    ("    lr: *lr", "*lr", "fgcAlias"),
    ("    w: !var width", "width", "fgcVariable"),
    ("    b: !tuple [0.9, true]", "0.9", "fgcNumber"),
    ("    b: !tuple [0.9, true]", "true", "fgcConstant"),
    ("    d: {{ ns.dropout | toyaml }}", "ns.dropout", "fgcKnob"),
    ("    d: {{ ns.dropout | toyaml }}", "toyaml", "fgcFilter"),
    ("    d: {{ ns.dropout | toyaml }}", "{{", "fgcDelimiter"),
    ('    t: "a # b" # said', "a #", "fgcString"),
    ('    t: "a # b" # said', "# said", "fgcYamlComment"),
    ("#---- base ----", "base", "fgcInline"),
)


def asked(file: Path, script: list[str]) -> list[str]:
    """The lines that Vim writes to ``out`` when it has opened ``file``."""
    out = file.parent / "out.txt"
    lines = [
        "set nocompatible",
        f"set runtimepath^={FOLDER}",
        "filetype plugin on",
        "syntax on",
        f"edit {file}",
        "let out = []",
        *script,
        f"call writefile(out, '{out}')",
        "qall!",
    ]
    commands = file.parent / "commands.vim"
    commands.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    assert VIM is not None
    command = [VIM, "-u", "NONE", "-i", "NONE", "-n", "-es", "-S", str(commands)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert out.exists(), ran.stdout + ran.stderr
    return out.read_text(encoding="utf-8").splitlines()


def test_the_parts_have_their_groups(tmp_path: Path) -> None:
    (tmp_path / "meta.yaml").write_text("name: x\n")
    file = tmp_path / "a.yaml"
    lines = list(dict.fromkeys(line for line, _, _ in SAMPLE))
    file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    places = [(lines.index(line) + 1, line.index(word) + 1) for line, word, _ in SAMPLE]
    script = [f"call add(out, synIDattr(synID({n}, {at}, 0), 'name'))" for n, at in places]
    found = asked(file, script)
    told = [(line, word, group) for (line, word, _), group in zip(SAMPLE, found, strict=True)]
    assert told == list(SAMPLE)


def test_only_files_of_a_project_are_taken(tmp_path: Path) -> None:
    (tmp_path / "project" / "configs").mkdir(parents=True)
    (tmp_path / "project" / "meta.yaml").write_text("name: x\n")
    inside, outside = tmp_path / "project" / "configs" / "a.yaml", tmp_path / "b.yaml"
    for file in (inside, outside):
        file.write_text("a: 1\n")
    assert asked(inside, ["call add(out, &filetype)"]) == ["fgc"]
    assert asked(outside, ["call add(out, &filetype)"]) == ["yaml"]
    assert asked(inside, ["call add(out, &commentstring)"]) == ["## %s"]
