"""The text of diagnostics: golden frames, odd characters, and that nothing makes it fail."""

import re
from textwrap import dedent

from hypothesis import given
from hypothesis import strategies as st

from fgc.compiler.diagnostics.diagnostic import Diagnostic, Fix, Label, Severity
from fgc.compiler.diagnostics.frame import MAX_WIDTH
from fgc.compiler.diagnostics.render import MAX_SHOWN, render_text
from fgc.compiler.ir.span import Span
from tests.compiler.diagnostics.anything import BASE, CONFIG, CWD, SOURCE, anything, texts


def render(*diagnostics: Diagnostic, source: str = SOURCE, color: bool = False) -> str:
    sources = {CONFIG: source, BASE: "optimizer:\n    lr: 3.0e-4\n"}
    return render_text(diagnostics, sources, color=color, cwd=CWD)


def error(span: Span | None, message: str = "wrong", **rest: object) -> Diagnostic:
    return Diagnostic("FGC021", message, span, **rest)  # type: ignore[arg-type]


def at(line: int, column: int, end_column: int, file: str = CONFIG) -> Span:
    return Span(file, line, column, line, end_column)


def frame(text: str) -> str:
    return dedent(text).lstrip("\n")


def test_frame_with_its_parent_note_and_help() -> None:
    diagnostic = error(
        at(7, 5, 17),
        "`torch.optim.AdamW` takes no argument `weight_deacy`",
        notes=("[optimizer] is defined in base/trainer.yaml:52, overridden here",),
        help="a parameter with a similar name exists: `weight_decay`",
    )
    assert render(diagnostic) == frame("""
        error[FGC021]: `torch.optim.AdamW` takes no argument `weight_deacy`
         --> configs/baseline.yaml:7:5
          |
        2 | optimizer: !partial:torch.optim:AdamW
        ...
        7 |     weight_deacy: 0.1
          |     ^^^^^^^^^^^^
          = note: [optimizer] is defined in base/trainer.yaml:52, overridden here
          = help: a parameter with a similar name exists: `weight_decay`
        """)


def test_two_enclosing_lines_are_shown() -> None:
    assert render(error(at(13, 13, 18))) == frame("""
        error[FGC021]: wrong
          --> configs/baseline.yaml:13:13
           |
         9 |     layer:
        10 |         attention:
        ...
        13 |             hedas: 3
           |             ^^^^^
        """)


def test_a_gap_of_one_line_is_filled() -> None:
    assert render(error(at(12, 13, 22))) == frame("""
        error[FGC021]: wrong
          --> configs/baseline.yaml:12:13
           |
         9 |     layer:
        10 |         attention:
        11 |             hidden_size: 256
        12 |             num_heads: 4
           |             ^^^^^^^^^
        """)


def test_labels_in_the_same_line_file_and_in_another_file() -> None:
    diagnostic = error(
        at(3, 9, 15),
        "`lr` is given twice",
        labels=(
            Label(at(3, 5, 7), "the name"),
            Label(at(6, 5, 10), "also set"),
            Label(at(2, 5, 7, BASE), "first set here"),
        ),
        help="remove one of them",
    )
    assert render(diagnostic) == frame("""
        error[FGC021]: `lr` is given twice
         --> configs/baseline.yaml:3:9
          |
        2 | optimizer: !partial:torch.optim:AdamW
        3 |     lr: 1.0e-3
          |         ^^^^^^
          |     -- the name
        ...
        6 |     betas: [0.9, 0.95]
          |     ----- also set
         ::: /opt/templates/trainer.yaml:2:5
          |
        1 | optimizer:
        2 |     lr: 3.0e-4
          |     -- first set here
          |
          = help: remove one of them
        """)


def test_a_region_of_several_lines_shows_its_first_and_last() -> None:
    assert render(error(Span(CONFIG, 2, 12, 7, 22))) == frame("""
        error[FGC021]: wrong
         --> configs/baseline.yaml:2:12
          |
        2 | optimizer: !partial:torch.optim:AdamW
          |            ^^^^^^^^^^^^^^^^^^^^^^^^^^
        ...
        7 |     weight_deacy: 0.1
          |     ^^^^^^^^^^^^^^^^^
        """)


def test_tabs_and_wide_characters_keep_the_caret_below_its_character() -> None:
    text = render(error(at(1, 5, 7)), source="\t日e\u0301本: x")
    assert text.splitlines()[3:] == ["1 |     日e\u0301本: x", "  |        ^^^"]


def test_the_caret_may_stand_behind_the_last_character() -> None:
    assert render(error(at(1, 3, 4)), source="a:").splitlines()[-1] == "  |   ^"


def test_long_lines_are_cut_around_the_mark() -> None:
    source = " ".join(f"w{i:03}" for i in range(400))
    start = source.index("w200") + 1
    shown, carets = render(error(at(1, start, start + 4)), source=source).splitlines()[-2:]
    assert shown[carets.index("^") : carets.rindex("^") + 1] == "w200"
    assert len(shown) <= MAX_WIDTH + len("1 | ......")
    assert shown.startswith("1 | ...")
    assert shown.endswith("...")


def test_a_long_line_marked_at_its_start_is_cut_at_its_end() -> None:
    shown, carets = render(error(at(1, 1, 900)), source="x" * 999).splitlines()[-2:]
    assert shown == f"1 | {'x' * MAX_WIDTH}..."
    assert len(carets) <= len(shown)


def test_text_cannot_steer_the_terminal() -> None:
    text = render(
        error(at(1, 1, 2), "\x1b[2J gone \u202e", labels=(Label(at(1, 2, 3), "\x07"),)),
        source="a\x1b[31mred\u202e",
    )
    assert not set("\x1b\x07\u202e") & set(text)


def test_no_frame_without_text_and_no_place_without_span() -> None:
    assert render(error(Span("/elsewhere/x.yaml", 3, 1, 3, 2))) == (
        "error[FGC021]: wrong\n --> /elsewhere/x.yaml:3:1\n"
    )
    assert render(error(at(99, 1, 2))) == "error[FGC021]: wrong\n --> configs/baseline.yaml:99:1\n"
    assert render(error(None, help="do this")) == "error[FGC021]: wrong\n  = help: do this\n"
    assert render(error(Span("<--set>", 1, 1, 1, 2))).splitlines()[1] == " --> <--set>:1:1"
    assert render() == ""


def test_a_fix_is_the_help_where_there_is_none() -> None:
    fixed = error(at(7, 5, 17), fix=Fix(at(7, 5, 17), "weight_decay", "weight_deacy"))
    assert render(fixed).endswith("  = help: write `weight_decay`\n")


def test_several_lines_of_a_note_are_aligned() -> None:
    assert render(error(None, notes=("one\ntwo",))).endswith("  = note: one\n          two\n")


def test_order_is_by_file_and_line_and_equal_findings_show_once() -> None:
    late, early, other = error(at(7, 1, 2)), error(at(3, 1, 2)), error(at(1, 1, 2, BASE))
    text = render(other, late, early, late)
    assert re.findall(r"--> (\S+)", text) == [
        "configs/baseline.yaml:3:1",
        "configs/baseline.yaml:7:1",
        "/opt/templates/trainer.yaml:1:1",
    ]


def test_at_most_so_many_and_errors_are_not_crowded_out() -> None:
    warnings = [error(at(1, i, i + 1), severity=Severity.WARNING) for i in range(1, 31)]
    text = render(*warnings, error(at(13, 1, 2), "the one error"))
    assert text.count("warning[FGC021]") == MAX_SHOWN - 1
    assert "the one error" in text
    assert text.endswith("\n11 more not shown\n")


def test_color_adds_escapes_and_nothing_else() -> None:
    diagnostic = error(at(7, 5, 17), labels=(Label(at(3, 5, 7), "here"),), notes=("n",), help="h")
    colored = render(diagnostic, color=True)
    assert "\x1b[1;31m^^^^^^^^^^^^\x1b[0m" in colored
    assert re.sub(r"\x1b\[[\d;]*m", "", colored) == render(diagnostic)


@given(st.lists(anything, max_size=3), texts, st.booleans())
def test_nothing_makes_rendering_fail(found: list[Diagnostic], source: str, color: bool) -> None:
    text = render_text(found, {CONFIG: source, "<string>": "x"}, color=color, cwd=CWD)
    assert text.count("\n\n") >= len(set(found)) - 1


@given(st.text(st.sampled_from("ab\t 日e\u0301"), min_size=1, max_size=200), st.data())
def test_carets_are_as_wide_as_what_they_mark(source: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(1, len(source)))
    rows = render(error(at(1, start, start + 1)), source=source).splitlines()
    carets = rows[-1].strip(" |")
    assert set(carets) == {"^"}
    assert len(carets) <= 4
