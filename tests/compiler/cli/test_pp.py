"""``fgc pp``."""

from collections.abc import Callable

from click.testing import Result

Fgc = Callable[..., Result]


def test_pp_prints_the_rendered_text(fgc: Fgc) -> None:
    result = fgc("a: 1\nb: 2\n\n", "pp", "a.yaml")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "a: 1\nb: 2\n", "")


def test_pp_of_a_bad_configuration_exits_1(fgc: Fgc) -> None:
    result = fgc("bad", "pp", "a.yaml")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("error[FGC010]: this is bad\n --> a.yaml:1:1\n")
