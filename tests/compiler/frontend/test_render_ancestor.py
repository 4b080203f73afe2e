"""Things that Forgather's text stage gets wrong, each with what it does there and here."""

from __future__ import annotations

from pathlib import Path

import pytest

from fgc.compiler.diagnostics.diagnostic import BuildError, Diagnostic
from fgc.compiler.frontend.render import render, render_report


def text_of(top: str, **sources: str) -> str:
    return render("top", (), {}, sources={"top": top, **sources}).text


def diagnose(top: str, **sources: str) -> Diagnostic:
    with pytest.raises(BuildError) as raised:
        text_of(top, **sources)
    return raised.value.diagnostics[0]


def test_a_hash_in_a_quoted_prompt_is_not_a_comment() -> None:
    # there, the line is cut at the first ##, which leaves an unterminated string
    prompt = 'prompt: "Below is ## an ### instruction"\n'
    assert text_of(prompt) == prompt


def test_a_heading_in_a_block_scalar_is_not_a_comment() -> None:
    # there, headings of prompts vanish from the text
    prompt = "prompt: |\n    ### Instruction:\n    {% raw %}{{ x }}{% endraw %} ## Response\n"
    assert text_of(prompt) == prompt.replace("{% raw %}", "").replace("{% endraw %}", "")


def test_a_comment_within_a_jinja_comment_does_not_end_it() -> None:
    # there, ## becomes a nested comment, and what follows it is text
    assert text_of("{#\n## a\nb\n#}\nc\n") == "c\n"


def test_comments_do_not_move_lines() -> None:
    # there, comments are cut out unless --debug is given, and later lines are reported too early
    diagnostic = diagnose("## one\n## two\na: {{ b }}\n")
    assert diagnostic.span
    assert diagnostic.span.line == 3


def test_an_inline_template_keeps_the_lines_of_its_file() -> None:
    # there, lines are counted from the split
    diagnostic = diagnose("-- include 'part'\n#--- part ---\n\na: {{ b }}\n")
    assert diagnostic.span
    assert (diagnostic.span.file, diagnostic.span.line) == ("<top>", 4)


def test_blanks_after_an_inline_marker_are_nothing() -> None:
    # there, the marker is not recognised, and the template is missing elsewhere
    assert text_of("-- include 'part'\n#--- part --- \t\na: 1\n") == "a: 1\n"


def test_two_configurations_may_use_one_inline_name(tmp_path: Path) -> None:
    # there, the second gets the first one's template
    for name in ("one", "two"):
        text = f"-- include 'part'\n#--- part ---\nname: {name}\n"
        (tmp_path / f"{name}.yaml").write_text(text)
    texts = [render(f"{name}.yaml", (tmp_path,), {}).text for name in ("one", "two")]
    assert texts == ["name: one\n", "name: two\n"]
    both = {"top": "-- include 'one.yaml'\n-- include 'two.yaml'\n"}
    assert render("top", (tmp_path,), {}, sources=both).text == "name: one\nname: two\n"


def test_an_inline_template_does_not_shadow_a_file_depending_on_the_order() -> None:
    # there, it does once its file has been loaded
    one, two = "-- include 'part'\n", "-- include 'carrier'\n"
    carrier = "x: 1\n#--- part ---\ninline: 1\n"
    part = "file: 1\n"
    assert text_of(one + two, carrier=carrier, part=part) == "file: 1\nx: 1\n"
    assert text_of(two + one, carrier=carrier, part=part) == "x: 1\nfile: 1\n"


def test_a_list_of_one_item_within_brackets_is_not_a_header() -> None:
    # there, it is cut out of the list as a block
    assert text_of("a: [\n  [b],\n  [c]\n]\n") == "a: [\n  [b],\n  [c]\n]\n"
    assert text_of("a:\n  [1]\n") == "a:\n  [1]\n"


def test_a_mistyped_block_name_is_an_error() -> None:
    # there, the block is silently never rendered
    diagnostic = diagnose("-- extends 'base'\n[optimzer]\nlr: 1\n", base="[optimizer]\n")
    assert diagnostic.code == "FGC008"
    assert diagnostic.help == "a block with a similar name exists: `optimizer`"


def test_text_outside_of_the_blocks_is_an_error() -> None:
    # there, it is silently dropped
    assert diagnose("-- extends 'base'\nlr: 1\n", base="[optimizer]\n").code == "FGC008"


def test_a_mistyped_variable_of_the_command_line_can_be_told() -> None:
    # there, it is ignored
    sources = {"top": "lr: {{ lr | toyaml(0.1) }}\n"}
    report = render_report("top", (), {}, sources=sources, pins={"lt": 1})
    assert "lt" not in report.pins_read
    assert "lr" in report.names


def test_a_mistyped_variable_of_a_template_can_be_told_from_an_optional_one() -> None:
    # a typo in front of `toyaml(default)` hides the knob; its pin is then never read
    sources = {"top": "dropout: {{ hiattention_dropoutdden_size | toyaml(0.0) }}\n"}
    report = render_report("top", (), {}, sources=sources, pins={"attention_dropout": 0.1})
    assert report.pins_read == frozenset()


def test_small_floats_are_floats() -> None:
    # there, YAML 1.1 reads 1e-05 as text
    assert text_of("-- set lr = 0.00001\nlr: {{ lr | toyaml }}\n") == "lr: 1.0e-05\n"


def test_no_clock_host_or_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    # there, the text is different on each run, host and rank
    top = "# {{ filetime() }} {{ hostname }} {{ getcwd() }} {{ getenv('WORLD_SIZE', 1) }}\n"
    before = text_of(top)
    monkeypatch.setenv("WORLD_SIZE", "8")
    assert text_of(top) == before == "# 2000-01-01T00-00-00 localhost . 1\n"


def test_rendering_needs_no_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    # there, the version globals import torch, transformers and accelerate
    import sys

    for name in ("torch", "transformers", "accelerate"):
        monkeypatch.setitem(sys.modules, name, None)
    assert text_of("# {{ versions.torch }}\n") == "# unknown\n"
