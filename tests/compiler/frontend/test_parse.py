"""From rendered text to a graph: what each construct of the language means."""

from __future__ import annotations

import math
from textwrap import dedent

import pytest

from fgc.compiler.frontend.rendered import Piece, Rendered
from fgc.compiler.ir.dump import dump
from fgc.compiler.ir.graph import Call, Graph, Kind, List, Literal, Mapping, Node, Tuple, Var
from fgc.compiler.ir.span import Span
from fgc.compiler.passes.parse import parse


def graph_of(text: str) -> Graph:
    """The graph of a text that stands for itself."""
    text = dedent(text)
    lines = tuple((Piece(1, "a.yaml", n, 1),) for n in range(1, text.count("\n") + 2))
    return parse(Rendered(text, lines, {"a.yaml": text}, ("a.yaml",)))


def root(text: str, key: str = "x") -> Node:
    node = graph_of(text).root(key)
    assert node is not None
    return node


def call(text: str, key: str = "x") -> Call:
    node = root(text, key)
    assert isinstance(node, Call)
    return node


def value(node: Node | None) -> object:
    """The Python value of plain data."""
    match node:
        case Literal(value=scalar):
            return scalar
        case List(items=items):
            return [value(item) for item in items]
        case Tuple(items=items):
            return tuple(value(item) for item in items)
        case Mapping(entries=entries):
            return {entry.key: value(entry.value) for entry in entries}
    raise AssertionError(node)


def source(span: Span, text: str) -> str:
    """The text at a span."""
    assert span.line == span.end_line
    return dedent(text).split("\n")[span.line - 1][span.column - 1 : span.end_column - 1]


# -- callables


@pytest.mark.parametrize(
    ("tag", "kind"),
    [
        ("singleton", Kind.SINGLETON),
        ("call", Kind.SINGLETON),
        ("factory", Kind.FACTORY),
        ("partial", Kind.PARTIAL),
        ("lambda", Kind.PARTIAL),
        ("meta", Kind.META),
    ],
)
def test_kinds(tag: str, kind: Kind) -> None:
    node = call(f"x: !{tag}:pkg.mod:Sym.attr@name {{a: 1}}")
    assert (node.kind, node.target, node.name) == (kind, "pkg.mod:Sym.attr", "name")
    assert value(node.kwarg("a")) == 1


@pytest.mark.parametrize(
    "spec", ["len", "dict.fromkeys", "a.b.C", "./src/net.py:Net", "/opt/a@2/net.py:Net", ".m:C"]
)
def test_import_specs(spec: str) -> None:
    assert (call(f"x: !call:{spec}").target, call(f"x: !call:{spec}").name) == (spec, None)
    assert call(f"x: !call:{spec}@n []").name == "n"


def test_an_escaped_tag_is_decoded() -> None:
    assert call("x: !call:my%20folder/a.py:f []").target == "my folder/a.py:f"


def test_sequences_are_positional_and_mappings_keywords() -> None:
    node = call("x: !call:f [1, {a: 2}]")
    assert [value(arg) for arg in node.args] == [1, {"a": 2}]
    node = call("x: !call:f {b: 1, a: 2}")
    assert [(entry.key, value(entry.value)) for entry in node.kwargs] == [("b", 1), ("a", 2)]


@pytest.mark.parametrize("nothing", ["", " {}", " []", ' ""', "  # comment"])
def test_no_arguments(nothing: str) -> None:
    node = call(f"x: !call:f{nothing}")
    assert (node.args, node.kwargs) == ((), ())


def test_numbered_keys_are_positional_in_numeric_order() -> None:
    node = call("x: !call:f {arg10: c, b: 1, arg9: b, arg0: a, argument: 2}")
    assert [value(arg) for arg in node.args] == ["a", "b", "c"]
    assert [entry.key for entry in node.kwargs] == ["b", "argument"]


def test_numbered_keys_are_overridden_by_merging() -> None:
    node = call("""\
        .define: &base !call:f {arg0: 1, arg1: 2}
        x: !call:f {<<: *base, arg1: 3}
        """)
    assert [value(arg) for arg in node.args] == [1, 3]


def test_args_and_kwargs_alone_are_taken_literally() -> None:
    node = call("x: !call:f {args: [1, 2], kwargs: {args: 3, arg0: 4}}")
    assert [value(arg) for arg in node.args] == [1, 2]
    assert [(entry.key, value(entry.value)) for entry in node.kwargs] == [("args", 3), ("arg0", 4)]
    assert [value(arg) for arg in call("x: !call:f {args: [1]}").args] == [1]
    assert call("x: !call:f {args: [1], other: 2}").args == ()


def test_reserved_keys() -> None:
    node = call("""\
        x: !partial:net.py:Net
            submodule_searchpath: [src, lib]
            latent_args: &latent {train: true}
            size: 1
        """)
    assert node.search_path == ("src", "lib")
    assert value(node.latent_args) == {"train": True}
    assert [entry.key for entry in node.kwargs] == ["size"]
    assert call("x: !call:f {submodule_searchpath: src}").search_path == ("src",)
    assert call("x: !call:f {latent_args: null}").latent_args is None
    assert isinstance(call("x: !call:f {latent_args: !call:g }").latent_args, Call)


# -- variables and containers


def test_variables() -> None:
    for text in ("!var n", '!var "n"', "!var {name: n}", "!var [n]"):
        node = root(f"x: {text}")
        assert isinstance(node, Var)
        assert (node.var, node.default) == ("n", None)
    for text in ("!var {name: n, default: [1]}", "!var [n, [1]]"):
        node = root(f"x: {text}")
        assert isinstance(node, Var)
        assert value(node.default) == [1]
    node = root("x: !var {name: n, default: null}")
    assert isinstance(node, Var)
    assert value(node.default) is None
    assert node.default is not None


def test_containers() -> None:
    graph = graph_of("""\
        a: !list@one [1, 2]
        b: !tuple@two [1]
        c: !dict@three {k: v}
        d: !dlist@four {b: 1, a: null, c: ~, z: 2}
        """)
    assert [value(entry.value) for entry in graph.roots] == [[1, 2], (1,), {"k": "v"}, [1, 2]]
    names = [getattr(entry.value, "name", None) for entry in graph.roots]
    assert names == ["one", "two", "three", "four"]


@pytest.mark.parametrize("empty", ["", ' ""', " ''"])
@pytest.mark.parametrize(
    ("tag", "expected"), [("list", []), ("tuple", ()), ("dict", {}), ("dlist", [])]
)
def test_empty_containers(tag: str, expected: object, empty: str) -> None:
    assert value(root(f"x: !{tag}{empty}")) == expected


def test_children_erase_entries_of_a_dlist() -> None:
    node = root("""\
        .define: &base
            log: !call:log
            save: !call:save
        x: !dlist
            <<: *base
            log: null
            plot: !call:plot
        """)
    assert isinstance(node, List)
    assert [item.target for item in node.items if isinstance(item, Call)] == ["save", "plot"]


# -- anchors, aliases, merge keys, overriding


def test_an_alias_is_the_same_node() -> None:
    graph = graph_of("""\
        lr: &lr 0.1
        a: &a !singleton:f {lr: *lr}
        b: [*a, *lr, {k: *a}]
        c: *a
        """)
    first, items = graph.root("a"), graph.root("b")
    assert isinstance(first, Call)
    assert isinstance(items, List)
    assert first.kwarg("lr") is graph.root("lr") is items.items[1]
    assert items.items[0] is first is graph.root("c")
    assert isinstance(items.items[2], Mapping)
    assert items.items[2].get("k") is first


def test_equal_nodes_are_two() -> None:
    items = root("x: [!call:f [], !call:f []]")
    assert isinstance(items, List)
    assert items.items[0] is not items.items[1]


def test_an_anchor_may_be_defined_again() -> None:
    assert value(root("a: &n 1\nb: *n\nc: &n 2\nx: [*n]")) == [2]
    assert value(root("a: &n 1\nb: *n\nc: &n 2\nx: [*n]", "b")) == 1


def test_a_scalar_alias_may_be_a_key() -> None:
    assert value(root("a: &k key\nx: {*k : 1}")) == {"key": 1}


def test_the_last_of_equal_keys_wins_in_the_place_of_the_first() -> None:
    graph = graph_of("a: 1\nb: 2\nc: 3\na: 4\n")
    assert [(entry.key, value(entry.value)) for entry in graph.roots] == [
        ("a", 4),
        ("b", 2),
        ("c", 3),
    ]
    assert graph.roots[0].key_span.line == 4


def test_overriding_never_moves_an_entry() -> None:
    plain = "base: &b {p: 1, q: 2, r: 3}\nx:\n    <<: *b\n    s: 4\n"
    for override in ("p: 9", "q: 9", "r: 9"):
        node = root(plain + f"    {override}\n")
        assert isinstance(node, Mapping)
        assert [entry.key for entry in node.entries] == ["p", "q", "r", "s"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{<<: *a, k: 0}", {"k": 0, "i": 1}),
        ("{k: 0, <<: *a}", {"k": 0, "i": 1}),
        ("{<<: [*a, *b], z: 5}", {"k": 1, "i": 1, "j": 2, "z": 5}),
        ("{<<: [*b, *a]}", {"k": 2, "j": 2, "i": 1}),
        ("{<<: *a, y: 0, <<: *b}", {"k": 2, "i": 1, "j": 2, "y": 0}),
        ("{<<: {m: 1, <<: *a}}", {"k": 1, "i": 1, "m": 1}),
        ("{<<: []}", {}),
        ("{<<: *call}", {"p": 1}),
        ('{"<<": 1}', {"<<": 1}),
    ],
)
def test_merge_keys(text: str, expected: dict[str, object]) -> None:
    node = root(f"a: &a {{k: 1, i: 1}}\nb: &b {{k: 2, j: 2}}\nc: &call !call:f {{p: 1}}\nx: {text}")
    assert value(node) == expected
    assert list(value(node)) == list(expected)  # type: ignore[call-overload]


def test_merged_values_are_the_same_nodes() -> None:
    graph = graph_of("a: &a {k: !call:f }\nb: {<<: *a}")
    first, second = graph.root("a"), graph.root("b")
    assert isinstance(first, Mapping)
    assert isinstance(second, Mapping)
    assert first.get("k") is second.get("k")


def test_top_level_merge_and_define() -> None:
    graph = graph_of("""\
        .define: &d {a: 1, .hidden: 2}
        <<: *d
        .define: &e 3
        b: *e
        """)
    assert [(entry.key, value(entry.value)) for entry in graph.roots] == [("a", 1), ("b", 3)]


def test_only_top_level_keys_hide_behind_a_dot() -> None:
    assert value(root("x: {.a: 1}")) == {".a": 1}


def test_an_empty_document_is_an_empty_graph() -> None:
    for text in ("", "# nothing\n", "---\n", "\n\n"):
        assert graph_of(text).roots == ()


# -- scalars


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("~", None),
        ("Null", None),
        ("", None),
        ("TRUE", True),
        ("false", False),
        ("yes", "yes"),
        ("off", "off"),
        ("1_000_000", 1_000_000),
        ("-0x1F", "-0x1F"),
        ("0x1F", 31),
        ("0o17", 15),
        ("010", 10),
        ("1e-4", 1e-4),
        ("3E8", 3e8),
        ("+.5", 0.5),
        ("1.", 1.0),
        ("1_0.5", 10.5),
        ("-.inf", -math.inf),
        (".e3", ".e3"),
        ("1__0", "1__0"),
        ("2024-01-01", "2024-01-01"),
        ("1:30", "1:30"),
        ("'1'", "1"),
        ('"\\x41\\t"', "A\t"),
        ("!!float 1", 1.0),
        ("!!float 1e-4", 1e-4),
        ("!!str 1", "1"),
        ("!!int '7'", 7),
        ("!!bool 'true'", True),
        ("!!null ''", None),
        ("! 1", "1"),
        ("a  b", "a  b"),
        ("http://x:1", "http://x:1"),
    ],
)
def test_scalars(text: str, expected: object) -> None:
    found = value(root(f"x: {text}"))
    assert found == expected
    assert type(found) is type(expected)


def test_nan() -> None:
    found = value(root("x: .nan"))
    assert isinstance(found, float)
    assert math.isnan(found)


def test_block_scalars() -> None:
    assert value(root("x: |\n    a\n      b\n    # c\n")) == "a\n  b\n# c\n"
    assert value(root("x: >-\n    a\n    b\n")) == "a b"


# -- paths


def test_paths() -> None:
    graph = graph_of("""\
        .define: &norm !partial:N
            eps: 1
            inner: &other {k: [1]}
        .define:
            deep: &deep {v: 1}
        model: &model !singleton:M
            layer: !partial:L@layer [a, {b: 1}]
            norm: *norm
            both: {args: [*other], kwargs: {q: *deep}}
        again: *model
        """)
    model = graph.root("model")
    assert isinstance(model, Call)
    layer, norm = model.kwarg("layer"), model.kwarg("norm")
    assert isinstance(layer, Call)
    assert isinstance(norm, Call)
    assert layer.path == ("model", "layer")
    assert [arg.path for arg in layer.args] == [("model", "layer", "0"), ("model", "layer", "1")]
    assert norm.path == ("norm",)
    inner = norm.kwarg("inner")
    assert isinstance(inner, Mapping)
    assert inner.path == ("norm", "inner")
    assert graph.root("again") is model


def test_a_path_below_define_starts_at_the_anchor() -> None:
    node = root(".define:\n    deep: &deep {v: 1}\nx: *deep\n")
    assert isinstance(node, Mapping)
    assert node.path == ("deep",)
    assert node.entries[0].value.path == ("deep", "v")


# -- places


def test_spans_are_exact() -> None:
    text = """\
    seed: &seed   42  # the answer
    model: &m !singleton:pkg:Model@net   # a model
        'size': 3
        size: !var  hidden
        name: "a b"
        list: [1, *seed]
        rows:
          - x
        empty:
        call: !call:f  # no arguments
    long: |
        text
    """
    graph = graph_of(text)
    model = graph.root("model")
    assert isinstance(model, Call)
    assert source(graph.roots[0].key_span, text) == "seed"
    assert source(graph.roots[0].value.span, text) == "42"
    assert source(model.span, text) == "!singleton:pkg:Model@net"
    assert source(model.target_span, text) == "pkg:Model"
    found = {str(entry.key): source(entry.value.span, text) for entry in model.kwargs}
    assert found == {
        "size": "!var  hidden",
        "name": '"a b"',
        "list": "[1, *seed]",
        "rows": "- x",
        "empty": ":",
        "call": "!call:f",
    }
    assert model.kwargs[0].key_span.line == 4  # the `size` that won
    assert source(graph.roots[2].value.span, text) == "|"


def test_spans_point_into_templates() -> None:
    text = "a: 1\nb: {c: 22}\n"
    origins = (
        (Piece(1, "base.yaml", 7, 5),),
        (Piece(1, "top.yaml", 3, 1), Piece(8, "top.yaml", 2, None)),
        (Piece(1, "top.yaml", 4, 1),),
    )
    sources = {"top.yaml": "#\n  {{ computed }}\n#\n", "base.yaml": ""}
    graph = parse(Rendered(text, origins, sources, ("top.yaml", "base.yaml")), {"v": 1})
    assert graph.roots[0].key_span == Span("base.yaml", 7, 5, 7, 6)
    assert graph.roots[0].value.span == Span("base.yaml", 7, 8, 7, 9)
    mapping = graph.roots[1].value
    assert isinstance(mapping, Mapping)
    assert mapping.entries[0].key_span == Span("top.yaml", 3, 5, 3, 6)
    assert mapping.entries[0].value.span == Span("top.yaml", 2, 3, 2, 17)
    assert graph.sources == sources
    assert graph.bindings == {"v": 1}


def test_a_configuration_as_a_whole() -> None:
    graph = graph_of("""\
        meta: {config_name: Tiny}
        lr: &lr 2.0e-3
        .define: &norm !partial:fgc.runtime.nn:RMSNorm {eps: !var rms_norm_eps}
        model: &model !singleton:fgc.runtime.nn:CausalLM@model
            config: {vocab_size: 4096}
            layer: !partial:fgc.runtime.nn:PreNormLayer@layer
                norm: *norm
            norm: *norm
        optimizer: !partial:torch.optim:AdamW
            lr: *lr
            betas: !tuple [0.9, 0.95]
        """)
    assert dump(graph) == dedent("""\
        meta: mapping  # 1:7
          config_name: 'Tiny'  # 1:21
        lr: 0.002  # 2:9
        model: !singleton:fgc.runtime.nn:CausalLM @model  # 4:15
          config: mapping  # 5:13
            vocab_size: 4096  # 5:26
          layer: !partial:fgc.runtime.nn:PreNormLayer @layer  # 6:12
            norm: !partial:fgc.runtime.nn:RMSNorm  # 3:16
              eps: !var rms_norm_eps  # 3:54
          norm: *norm
        optimizer: !partial:torch.optim:AdamW  # 9:12
          lr: *lr
          betas: tuple  # 11:12
            - 0.9  # 11:20
            - 0.95  # 11:25
        """)
