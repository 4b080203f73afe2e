"""What is wrong with a resolved graph, and what is not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from fgc.compiler.diagnostics.diagnostic import Diagnostic, Severity
from fgc.compiler.ir.graph import Call, Entry, Graph, Kind, List, Var
from fgc.compiler.ir.span import Span
from fgc.compiler.passes.check import check
from fgc.compiler.symbols.resolution import Resolution

Resolved = Callable[..., Resolution]

pytestmark = pytest.mark.usefixtures("net")


def only(diagnostics: tuple[Diagnostic, ...]) -> Diagnostic:
    assert len(diagnostics) == 1, [d.message for d in diagnostics]
    return diagnostics[0]


def underlined(resolution: Resolution, diagnostic: Diagnostic) -> str:
    span = diagnostic.span
    assert span is not None
    line = resolution.graph.sources[span.file].splitlines()[span.line - 1]
    return line[span.column - 1 : span.end_column - 1]


@pytest.mark.parametrize(
    ("node", "code", "at_fault", "said"),
    [
        (
            "!partial:torch.optim:AdamW {weight_deacy: 0.1}",
            "FGC021",
            "weight_deacy",
            "weight_decay",
        ),
        ("!call:net.py:Net {width: 1, dept: 2}", "FGC021", "dept", "depth"),
        ("!call:net.py:Net {width: 1, zzz: 2}", "FGC021", "zzz", "bias"),
        ("!call:net.py:Net [1, 2, 3]", "FGC021", "3", "depth"),
        ("!partial:net.py:kinds [1]", "FGC021", "1", "number"),
        ("!call:net.py:Net {depth: 2}", "FGC022", "net.py:Net", "width"),
        ("!factory:net.py:Net", "FGC022", "net.py:Net", "width"),
        ("!call:net.py:Net {arg0: 1, width: 2}", "FGC024", "width", "remove"),
        ("!partial:net.py:Net {latent_args: {withd: 2}}", "FGC021", "withd", "width"),
    ],
)
def test_arguments(resolved: Resolved, node: str, code: str, at_fault: str, said: str) -> None:
    resolution = resolved(f"a: {node}\n")
    found = only(check(resolution))
    assert found.code == code
    assert underlined(resolution, found) == at_fault
    assert said in (found.help or "")


@pytest.mark.parametrize(
    "node",
    [
        "!call:net.py:Net [1]",
        "!call:net.py:Net {width: 1, bias: true}",
        "!partial:net.py:Net {depth: 1}",
        "!partial:net.py:Net",
        "!meta:net.py:Net {nonsense: 1}",
        "!call:net.py:takes_all {args: [1, 2], kwargs: {anything: 1}}",
        "!call:net.py:Net {latent_args: {width: 1}}",
        "!call:net.py:Net {latent_args: !var {name: x, default: null}}",
        "!call:named_list [1, 2, 3]",
        "!call:len [[1]]",
        "!partial:torch.optim:AdamW {lr: 1, betas: [0.9, 0.95]}",
    ],
)
def test_arguments_that_are_right(resolved: Resolved, node: str) -> None:
    assert check(resolved(f"a: {node}\n")) == ()


def test_certain_fix_for_an_unknown_argument(resolved: Resolved) -> None:
    resolution = resolved("a: !partial:net.py:Net {dept: 2}\n")
    found = only(check(resolution))
    assert found.fix is not None
    assert found.fix.span == found.span
    assert found.fix.replacement == "depth"


def test_no_fix_where_the_key_is_computed(resolved: Resolved) -> None:
    resolution = resolved("a: !partial:net.py:Net {dept: 2}\n")
    shown = {"a.yaml": "a: !partial:net.py:Net {{ arguments }}\n"}
    graph = Graph(resolution.graph.roots, shown)
    assert only(check(Resolution(graph, resolution.symbols))).fix is None


def test_a_name_that_any_keyword_swallows(resolved: Resolved) -> None:
    resolution = resolved("a: !partial:transformers:LlamaConfig {hiden_size: 64, zzzz: 1}\n")
    found = only(check(resolution))
    assert (found.code, found.severity) == ("FGC250", Severity.WARNING)
    assert underlined(resolution, found) == "hiden_size"
    assert found.help == "a parameter with a similar name exists: `hidden_size`"


@pytest.mark.parametrize(
    "arguments",
    ["{hidden_size: 64, hidden_sizes: 1}", "{rope_theta: 1.0}", "{attn_implementation: eager}"],
)
def test_names_that_any_keyword_swallows_rightly(resolved: Resolved, arguments: str) -> None:
    assert check(resolved(f"a: !partial:transformers:LlamaConfig {arguments}\n")) == ()


def test_the_signature_and_its_place_are_shown(resolved: Resolved, net: Path) -> None:
    found = only(check(resolved("a: !call:net.py:Net {depth: 2}\n")))
    assert found.notes == (
        "the signature is `Net(width: int, depth: int = 2, *, bias: bool = False)`",
    )
    [label] = found.labels
    assert (label.span.file, label.span.line) == (net.as_posix(), 7)
    long = only(check(resolved("a: !call:torch.nn:LSTM [3]\n")))
    assert long.notes == ("the signature is `LSTM(input_size: int, hidden_size: int, ...)`",)
    assert long.labels == ()


def test_what_is_called_later_gets_the_rest_later(resolved: Resolved) -> None:
    text = "a: !partial:fgc.runtime.nn:PreNormLayer {norm: !%s:fgc.runtime.nn:RMSNorm }\n"
    assert check(resolved(text % "partial")) == ()
    given = only(check(resolved(text % "factory")))  # an object, made anew, which cannot be called
    assert given.code == "FGC026"
    assert given.help == "write `!partial:fgc.runtime.nn:RMSNorm`"
    alone = only(check(resolved("a: !factory:fgc.runtime.nn:RMSNorm\n")))
    assert alone.code == "FGC022"


@pytest.mark.parametrize(
    ("argument", "said"),
    [
        ("number: text", "annotated `float`"),
        ("number: null", "annotated `float`"),
        ("number: true", "annotated `float`"),
        ("number: [1]", "annotated `float`"),
        ("count: 1.5", "annotated `int | None`"),
        ("text: 1", "annotated `str`"),
        ("mode: meen", "a similar option exists: `mean`"),
        ("mode: 3", "annotated"),
        ("sizes: 3", "annotated `list[int] | None`"),
        ("sizes: three", "annotated `list[int] | None`"),
        ("table: [1]", "annotated `dict[str, float] | None`"),
        ("maybe: one", "annotated `Optional[int]`"),
    ],
)
def test_types(resolved: Resolved, argument: str, said: str) -> None:
    resolution = resolved(f"a: !partial:net.py:kinds {{{argument}}}\n")
    found = only(check(resolution))
    assert found.code == "FGC026"
    assert said in (found.help or "")
    assert underlined(resolution, found) == argument.partition(":")[0]


@pytest.mark.parametrize(
    ("argument", "at_fault", "said"),
    [
        ("sizes: [1, 2.5]", "2.5", "annotated `list[int] | None`"),
        ("sizes: [one]", "one", "annotated `list[int] | None`"),
        ("table: {a: 1, b: two}", "two", "annotated `dict[str, float] | None`"),
        ("pair: [1.0, 2]", "2", "annotated `tuple[float, str]`"),
        ("pair: [1.0]", "[1.0]", "annotated `tuple[float, str]`"),
        ("many: [1, two]", "two", "annotated `tuple[int, ...]`"),
    ],
)
def test_types_within(resolved: Resolved, argument: str, at_fault: str, said: str) -> None:
    resolution = resolved(f"a: !partial:net.py:kinds {{{argument}}}\n")
    found = only(check(resolution))
    assert found.code == "FGC026"
    assert said in (found.help or "")
    assert underlined(resolution, found) == at_fault


@pytest.mark.parametrize(
    ("argument", "said"),
    [
        ("count: 4.0", "; write `4`"),
        ("count: '4'", "; write `4` without quotes"),
        ("number: '1e-3'", "; write `1e-3` without quotes"),
        ("number: inf", "annotated `float`"),
    ],
)
def test_what_was_probably_meant(resolved: Resolved, argument: str, said: str) -> None:
    found = only(check(resolved(f"a: !partial:net.py:kinds {{{argument}}}\n")))
    assert (found.help or "").endswith(said)


@pytest.mark.parametrize(
    "argument",
    [
        "pair: [1, two]",
        "many: []",
        "sizes: [!var [x, 1], 2]",
        "table: {a: 1, b: !call:net.py:takes_all }",
        "number: 1",
        "number: .inf",
        "count: null",
        "text: '1'",
        "mode: mean",
        "sizes: [1]",
        "sizes: !tuple [1]",
        "sizes: !call:net.py:takes_all",
        "table: {a: 1.0}",
        "anything: [1]",
        "tensor: text",
        "implicit: null",
        "maybe: null",
        "plain: text",
    ],
)
def test_types_that_are_right_or_not_certainly_wrong(resolved: Resolved, argument: str) -> None:
    assert check(resolved(f"a: !partial:net.py:kinds {{{argument}}}\n")) == ()


def test_the_value_is_labelled_where_it_was_written(resolved: Resolved) -> None:
    found = only(check(resolved("rate: &rate fast\na: !partial:net.py:kinds {number: *rate}\n")))
    assert found.span is not None
    assert (found.span.line, found.labels[0].span.line) == (2, 1)
    assert '`"fast"`' in found.message


def test_python_lets_a_number_pass_for_a_bool_elsewhere(resolved: Resolved) -> None:
    assert check(resolved("a: !partial:torch.nn:Linear {bias: 1}\n")) == ()
    assert only(check(resolved("a: !partial:net.py:Net {bias: 1}\n"))).code == "FGC026"


def test_an_instance_where_a_factory_is_needed(resolved: Resolved) -> None:
    text = """
        a: !partial:fgc.runtime.nn:PreNormLayer
            norm: !singleton:fgc.runtime.nn:RMSNorm {hidden_size: 8}
        """
    found = only(check(resolved(text)))
    assert found.code == "FGC026"
    assert found.help == "write `!partial:fgc.runtime.nn:RMSNorm`"


MODEL = """
    width: &width !var width
    model: !call:net.py:takes_all
        config: {width: *width, depth: 3}
        layer: !partial:net.py:Net {width: !var width, depth: !var depht}
    """


def test_variables_of_a_model_are_its_fields(resolved: Resolved) -> None:
    resolution = resolved(MODEL, width=4)
    found = only(check(resolution))
    assert found.code == "FGC030"
    assert underlined(resolution, found) == "!var depht"
    assert found.help == "a field with a similar name exists: `depth`"
    assert underlined(resolution, Diagnostic("", "", found.labels[0].span)) == "depth"


def test_fields_are_given_from_outside_the_model(resolved: Resolved) -> None:
    codes = [(d.code, d.message) for d in check(resolved(MODEL))]
    assert ("FGC030", "nothing gives a value to the variable `width`") in codes
    assert len(codes) == 2


def test_a_binding_is_no_field(resolved: Resolved) -> None:
    text = "model: !call:net.py:takes_all {config: {}, x: !var depth}\n"
    assert only(check(resolved(text, depth=3))).code == "FGC030"


@pytest.mark.parametrize(
    "text",
    [
        "a: !var [x, 1]\n",
        "launch_args: {x: {type: int, default: 1}}\na: !var x\n",
        "model: !call:net.py:takes_all {config: {}, x: !var [x, null]}\n",
    ],
)
def test_variables_that_are_bound(resolved: Resolved, text: str) -> None:
    assert check(resolved(text)) == ()


def test_a_shared_variable_may_be_bound_in_one_place_and_not_in_another(resolved: Resolved) -> None:
    text = """
        model: !call:net.py:takes_all {config: {x: 1}, x: &x !var x}
        other: *x
        """
    found = only(check(resolved(text)))
    assert found.message == "nothing gives a value to the variable `x`"
    assert check(resolved(text, x=1)) == ()


def test_a_node_that_depends_on_itself() -> None:
    at = Span.point("a.yaml", 1)
    inner = List((), ("a", "items"), Span.point("a.yaml", 2))
    outer = Call(Kind.SINGLETON, "len", at, (inner,), (), ("a",), at)
    object.__setattr__(inner, "items", (Var("x", None, ("a", "items", "0"), at), outer))
    graph = Graph((Entry("a", at, outer), Entry("b", at, inner)), {}, {"x": 1})
    found = only(check(Resolution(graph, {})))
    assert found.code == "FGC031"
    assert found.message == "`a` depends on itself: `a` -> `a.items` -> `a`"
    assert [(label.span.line, label.message) for label in found.labels] == [(2, "needs `a`")]


def test_several_mistakes_together_in_order(resolved: Resolved) -> None:
    text = """
        a: !call:net.py:Net {depth: deep, bais: true}
        b: !partial:torch.optim:AdamW {lr: fast, weight_deacy: !var x}
        """
    found = check(resolved(text))
    places = [(d.span.line, d.span.column) for d in found if d.span]
    assert places == sorted(places)
    assert [d.code for d in found] == ["FGC022", "FGC026", "FGC021", "FGC021", "FGC030"]


def test_a_shared_node_is_reported_once(resolved: Resolved) -> None:
    resolution = resolved("a: &a !partial:net.py:Net {dept: 1}\nb: [*a, *a]\nc: {d: *a}\n")
    assert only(check(resolution)).code == "FGC021"


def test_calls_whose_spec_is_wrong_are_left_alone(graph_of: Callable[..., Graph]) -> None:
    graph = graph_of("a: !partial:torch.optim:AdmW {nonsense: 1}\n")
    assert check(Resolution(graph, {})) == ()


def test_every_message_has_the_house_style(resolved: Resolved, tmp_path: Path) -> None:
    text = "a: !call:net.py:Net {dept: 1, bias: text}\nb: !var x\n"
    for found in check(resolved(text)):
        assert not found.message.endswith(".")
        assert found.message[0] == "`" or found.message[0].islower()
        assert "?" not in (found.help or "")


def test_a_partial_is_no_number(resolved: Resolved) -> None:
    text = (
        "a: !partial:fgc.runtime.nn:SwiGLU\n"
        "    hidden_size: !partial:operator:mul [2, 3]\n    intermediate_size: 8\n"
    )
    (found,) = check(resolved(text))
    assert (found.code, found.span and found.span.line) == ("FGC026", 2)
    assert found.message == "`fgc.runtime.nn.SwiGLU` takes no partial for `hidden_size`"
    assert found.help == (
        "`hidden_size` is annotated `int`; `!singleton:operator:mul` is what it returns"
    )


def test_a_surplus_argument_of_elsewhere_shows_the_call(resolved: Resolved) -> None:
    text = "a: &a 1\nb:\nc: !partial:fgc.runtime.nn:SwiGLU [*a]\n"
    (found,) = check(resolved(text))
    assert (found.code, found.span and found.span.line) == ("FGC021", 1)
    assert [(label.span.line, label.message) for label in found.labels] == [
        (3, "they are given to this")
    ]
