"""What holds for any text: no crash, the same result by either parser, PyYAML's on plain data."""

from __future__ import annotations

import math
import time
from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fgc.compiler.diagnostics.diagnostic import BuildError
from fgc.compiler.frontend import events
from fgc.compiler.frontend.rendered import Piece, Rendered
from fgc.compiler.frontend.scalars import ScalarError, parse_scalar, resolve_plain, scalar_text
from fgc.compiler.ir.dump import dump
from fgc.compiler.ir.graph import Graph, List, Literal, Mapping, Node, Scalar, children, walk
from fgc.compiler.passes.parse import parse


def identity(text: str) -> Rendered:
    lines = tuple((Piece(1, "a.yaml", n, 1),) for n in range(1, text.count("\n") + 2))
    return Rendered(text, lines, {"a.yaml": text}, ("a.yaml",))


# Mixed at random, these make far more of the grammar than random characters do.
FRAGMENTS = (
    *("a b: ", "a: ", ": ", "- ", "? ", "\n", "\n  ", "\n    ", "[", "]", "{", "}", ", "),
    *("&x ", "&y ", "*x", "*y", "'", '"', ">", "|", "|\n", "|-\n", "# c", "#", "1", "1e3", "~"),
    *("!call:f ", "!call:f@n ", "!partial:a.b:C ", "!var x ", "!tuple ", "!list ", "!dict "),
    *("!dlist ", "!!str ", "!!float ", "!t ", "!", "!a%20b ", "!<t> ", ".define: ", "<<: "),
    *("args: ", "kwargs: ", "arg1: ", "latent_args: ", "submodule_searchpath: ", "name: "),
    *("default: ", "-", ":", "\t", "---\n", "...\n", "%", "@", "`", "\\", "\\x41", "é"),
    *("\u2028", "\x85", "\r", "\x00", "\ud800", "x:y", "why? ", "*", "&", "?"),
)

texts = st.one_of(
    st.text(max_size=40),
    st.lists(st.sampled_from(FRAGMENTS), max_size=16).map("".join),
)


def outcome(text: str) -> Graph | BuildError:
    try:
        return parse(identity(text))
    except BuildError as error:
        return error


@settings(max_examples=600, deadline=None)
@given(texts)
@example("? ")
@example("\ufeffa: 1")
@example("a: \U0001f600\nb: *\U0001f600")
def test_any_text_is_a_graph_or_a_diagnostic(text: str) -> None:
    result = outcome(text)
    if isinstance(result, BuildError):
        assert result.diagnostics
        for found in result.diagnostics:
            assert found.span is not None
            assert 1 <= found.span.line <= text.count("\n") + 1
            assert found.span.column >= 1
            assert found.message[:1] == found.message[:1].lower()
            assert not found.message.endswith(".")
        return
    for node in walk(*(entry.value for entry in result.roots)):
        assert node.span.file == "a.yaml"
        assert 1 <= node.span.line <= text.count("\n") + 1


def outcome_without_libyaml(text: str) -> Graph | BuildError:
    with pytest.MonkeyPatch.context() as patch:
        slow = events.parse_events_in_python
        patch.setattr("fgc.compiler.frontend.yaml_graph.parse_events", slow)
        return outcome(text)


@pytest.mark.skipif(not yaml.__with_libyaml__, reason="there is only one parser")
@settings(max_examples=600, deadline=None)
@given(texts)
@example("a: [!dict, {b: !list}, why?]")
@example("a:\tb")
@example("a: |-# c\n  b")
@example(">#")
def test_libyaml_changes_nothing(text: str) -> None:
    fast, slow = outcome(text), outcome_without_libyaml(text)
    if isinstance(fast, Graph) and isinstance(slow, Graph):
        assert dump(fast) == dump(slow)
    else:
        assert isinstance(fast, BuildError)
        assert isinstance(slow, BuildError)
        assert fast.diagnostics == slow.diagnostics


def plain(node: Node) -> Any:
    match node:
        case Literal(value=value):
            return value
        case List(items=items):
            return [plain(item) for item in items]
        case Mapping(entries=entries):
            return {entry.key: plain(entry.value) for entry in entries}
    raise AssertionError(node)


def is_same_in_both_versions(text: str) -> bool:
    """Whether YAML 1.1, which PyYAML writes and reads, and YAML 1.2 agree on a plain scalar."""
    try:
        return resolve_plain(text) == text or yaml.safe_load(text) == resolve_plain(text)
    except (yaml.YAMLError, ScalarError, ValueError):
        return False


words = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=12).filter(
    is_same_in_both_versions
)
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(allow_nan=False),
    words,
)
data = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(words, inner, max_size=4)),
    max_leaves=12,
)
documents = st.dictionaries(words.filter(lambda key: not key.startswith(".")), data, max_size=5)


@settings(max_examples=300, deadline=None)
@given(documents, st.sampled_from([None, False, True]), st.booleans())
def test_plain_data_read_as_pyyaml_reads_them(
    document: dict[str, Any], flow: bool | None, unicode: bool
) -> None:
    text = yaml.safe_dump(document, default_flow_style=flow, allow_unicode=unicode, sort_keys=False)
    graph = parse(identity(text))
    found = {entry.key: plain(entry.value) for entry in graph.roots}
    assert found == document == yaml.safe_load(text)
    assert list(found) == list(document)


@settings(max_examples=100, deadline=None)
@given(st.recursive(st.just(0), lambda inner: st.lists(inner, max_size=3), max_leaves=8))
def test_what_is_shared_stays_shared(value: Any) -> None:
    text = yaml.safe_dump({"x": [value, value, {"k": value}]})  # PyYAML writes the anchors
    outer = parse(identity(text)).root("x")
    assert isinstance(outer, List)
    first, second, third = outer.items
    if value:  # it writes no anchors for scalars and empty lists
        assert first is second is children(third)[0]


@given(st.one_of(st.integers(), st.floats(allow_nan=False, allow_infinity=False)))
def test_numbers_are_read_as_python_writes_them(number: float) -> None:
    found = parse_scalar(repr(number))
    assert found == number
    assert isinstance(found, type(number))


@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Zl", "Zp"))))
def test_quoted_values_of_options_are_text(text: str) -> None:
    assert parse_scalar("'" + text.replace("'", "''") + "'") == text


@given(st.text())
def test_any_value_of_an_option_is_a_scalar_or_an_error(text: str) -> None:
    try:
        value = parse_scalar(text)
    except ScalarError:
        return
    assert value is None or isinstance(value, bool | int | float | str)


@pytest.mark.parametrize("text", ["'a", '"a" b', "'a': b", '"\\q"', "1e999", '"\\ud800"'])
def test_malformed_values_of_options(text: str) -> None:
    with pytest.raises(ScalarError):
        parse_scalar(text)


def test_infinity() -> None:
    assert parse_scalar("-.inf") == -math.inf


def test_time_is_linear_where_nodes_are_shared() -> None:
    bomb = "a0: &a0 {x: 1}\n" + "".join(
        f"a{i}: &a{i} {{<<: [*a{i - 1}, *a{i - 1}], k: [*a{i - 1}, *a{i - 1}]}}\n"
        for i in range(1, 40)
    )
    graph = parse(identity(bomb))
    assert len(list(walk(*(entry.value for entry in graph.roots)))) < 200


def test_a_large_configuration_is_read_quickly() -> None:
    block = """\
layer{i}: &layer{i} !partial:fgc.runtime.nn:PreNormLayer@layer{i}
    attention: !partial:fgc.runtime.nn:Attention
        hidden_size: !var hidden_size
        num_heads: 4   # heads
        bias: false
        qk_norm: null
    name: "some text"
    <<: *base
    norm: *norm
    betas: !tuple [0.9, 0.95]
"""
    head = ".define: &norm !partial:a:N {eps: 1e-6}\n.define: &base {x: 1, y: 2}\n"
    rendered = identity(head + "".join(block.format(i=i) for i in range(240)))
    seconds: list[float] = []
    for _ in range(5):
        start = time.process_time()
        parse(rendered)
        seconds.append(time.process_time() - start)
    # it takes half of this, or 0.2 seconds without libyaml
    assert min(seconds) < (0.15 if yaml.__with_libyaml__ else 0.6)


@given(st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text()))
def test_a_scalar_is_written_as_it_is_read(value: Scalar) -> None:
    found = parse_scalar(scalar_text(value))
    assert type(found) is type(value)
    assert found == value or repr(found) == repr(value) == "nan"
