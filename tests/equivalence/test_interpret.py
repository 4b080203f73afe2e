"""The reference interpreter, rule by rule."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from fgc.compiler.diagnostics.diagnostic import BuildError
from fgc.compiler.interpret import interpret
from fgc.compiler.ir.graph import Entry, File, Graph
from fgc.compiler.ir.span import Span
from fgc.compiler.symbols.resolution import Resolution
from tests.equivalence.configuration import resolution_of

# `make` notes its name as it is called; `log` tells the names so far.
RECORDER = """
NAMES = []

class Made:
    def __init__(self, name, *args, **kwargs):
        self.name, self.args, self.kwargs = name, args, kwargs
        NAMES.append(name)

def log():
    return list(NAMES)

class Configured:
    config_class = dict

    def __init__(self, **kwargs):
        self.__dict__.update(kwargs)
"""

Build = Callable[..., dict[str, Any]]


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """Interprets a configuration, in a project of which `made.py` is a file."""
    (tmp_path / "made.py").write_text(RECORDER, encoding="utf-8")

    def run(text: str, roots: list[str] | None = None, **given: Any) -> dict[str, Any]:
        launch = given.pop("launch", {})
        resolution = resolution_of(text, project=tmp_path, launch=launch, **given)
        return interpret(resolution, roots, launch=launch)

    return run


# Kinds of node.


def test_top_level_nodes_are_built_in_the_order_of_the_configuration(build: Build) -> None:
    built = build("""
        z: !call:made.py:Made [z]
        .define: !call:made.py:Made [not built]
        a: !call:made.py:Made [a]
        log: !call:made.py:log
        """)
    assert list(built) == ["z", "a", "log"]
    assert built["log"] == ["z", "a"]


def test_data_are_built_as_they_are_written(build: Build) -> None:
    built = build("""
        value: {1: [a, null, !tuple [1, -0.5]], b: !dict {}, c: !list [], d: !dlist {x: 1, y: null}}
        """)
    expected = {1: ["a", None, (1, -0.5)], "b": {}, "c": [], "d": [1]}
    assert built["value"] == expected
    assert type(built["value"][1][2]) is tuple


def test_a_singleton_is_one_object_and_a_factory_a_new_one_each_time(build: Build) -> None:
    built = build("""
        one: &one !singleton:list
        new: &new !factory:list
        both: [*one, *one, *new, *new]
        """)
    first, second, third, fourth = built["both"]
    assert built["one"] is first is second
    assert len({id(item) for item in (built["new"], third, fourth)}) == 3


def test_two_equal_singletons_are_two_objects(build: Build) -> None:
    built = build("a: !singleton:list\nb: !singleton:list")
    assert built["a"] is not built["b"]


def test_a_singleton_that_is_none_is_made_once(build: Build) -> None:
    built = build("""
        names: &names !call:list
        none: &none !call:list.append [*names, x]
        uses: [*none, *none]
        """)
    assert built["uses"] == [None, None]
    assert built["names"] == ["x"]


def test_a_partial_evaluates_its_arguments_at_each_call(build: Build) -> None:
    built = build("""
        make: !partial:named_list [!factory:list, !singleton:list]
        """)
    first, second = built["make"](), built["make"]()
    assert first[0] is not second[0]
    assert first[1] is second[1]


def test_arguments_of_a_call_follow_those_that_are_bound_and_win(build: Build) -> None:
    built = build("""
        make: !partial:made.py:Made
            arg10: second
            arg2: first
            bound: 1
            latent: 1
            called: 1
            latent_args: {latent: 2, called: 2, added: 2}
        """)
    made = built["make"]("third", called=3, last=3)
    assert (made.name, *made.args) == ("first", "second", "third")
    assert list(made.kwargs.items()) == [
        ("bound", 1),
        ("latent", 2),
        ("called", 3),
        ("added", 2),
        ("last", 3),
    ]


def test_latent_arguments_may_come_from_a_node(build: Build) -> None:
    built = build("""
        options: &options !singleton:dict {reverse: true}
        sort: !partial:sorted {latent_args: *options}
        sorted: !call:sorted {arg0: [1, 2], latent_args: *options}
        """)
    assert built["sort"]([1, 3, 2]) == [3, 2, 1]
    assert built["sorted"] == [2, 1]


def test_a_partial_without_arguments_is_the_symbol_itself(build: Build) -> None:
    built = build("length: !partial:len\nclass: !partial:collections:OrderedDict []")
    assert built["length"] is len
    assert built["class"] is __import__("collections").OrderedDict


def test_a_partial_below_a_partial_is_a_callable(build: Build) -> None:
    built = build("outer: !partial:named_dict {inner: !partial:named_list [1]}")
    inner = built["outer"]()["inner"]
    assert inner() == [1]
    assert inner() is not inner()


def test_a_file_is_a_path() -> None:
    at = Span.point("a.yaml", 1)
    node = File("/data/train.txt", "train.txt", ("file",), at)
    assert interpret(Resolution(Graph((Entry("file", at, node),)), {})) == {
        "file": Path("/data/train.txt")
    }


# Order.


def test_arguments_are_made_from_left_to_right_and_depth_first(build: Build) -> None:
    built = build("""
        top: !call:made.py:Made
            arg0: top
            arg1: !call:made.py:Made [a, !factory:made.py:Made [a.a]]
            x: [!call:made.py:Made [b], !factory:made.py:Made [c]]
            latent_args: {y: !call:made.py:Made [d]}
        log: !call:made.py:log
        """)
    assert built["log"] == ["a.a", "a", "b", "c", "d", "top"]


def test_a_singleton_of_several_places_is_made_before_the_top_level_node(build: Build) -> None:
    built = build("""
        top:
            - !call:made.py:Made [in place]
            - &shared !call:made.py:Made [shared, &needed !call:made.py:Made [needed]]
            - [*shared, *needed]
        log: !call:made.py:log
        """)
    assert built["log"] == ["needed", "shared", "in place"]


def test_a_singleton_of_a_later_top_level_node_is_made_where_it_is_needed_first(
    build: Build,
) -> None:
    built = build("""
        .define: &late !call:made.py:Made [late, !call:made.py:Made [below late]]
        first: [!call:made.py:Made [in place], *late]
        late: *late
        log: !call:made.py:log
        """)
    assert built["log"] == ["below late", "late", "in place"]
    assert built["first"][1] is built["late"]


def test_a_singleton_below_a_partial_is_made_before_the_top_level_node(build: Build) -> None:
    built = build("""
        make:
            - !call:made.py:Made [in place]
            - !partial:named_list
                - !partial:list [!call:made.py:Made [inner, !call:made.py:Made [innermost]]]
                - !factory:made.py:Made [new]
        log: !call:made.py:log
        """)
    assert built["log"] == ["innermost", "inner", "in place"]


def test_a_singleton_below_a_factory_of_several_places_is_one_object(build: Build) -> None:
    built = build("""
        top:
            - !call:made.py:Made [in place]
            - &new !factory:made.py:Made [new, !singleton:made.py:Made [one]]
            - *new
        log: !call:made.py:log
        """)
    _, first, second = built["top"]
    assert first is not second
    assert first.args[0] is second.args[0]
    assert built["log"] == ["one", "in place", "new", "new"]


def test_random_numbers_are_drawn_in_this_order(build: Build) -> None:
    torch.manual_seed(0)
    built = build("""
        top: !call:torch:cat
            - [!factory:torch:randn [1], &shared !singleton:torch:randn [1], *shared,
               !call:torch:randn [1]]
        """)
    torch.manual_seed(0)
    shared, first, last = torch.randn(1), torch.randn(1), torch.randn(1)
    assert built["top"].tolist() == [*first.tolist(), *shared.tolist() * 2, *last.tolist()]


def test_only_the_asked_for_is_built_and_in_the_order_of_the_configuration(build: Build) -> None:
    built = build(
        """
        a: !call:made.py:Made [a]
        b: !call:made.py:Made [b, &c !call:made.py:Made [c]]
        c: *c
        log: !call:made.py:log
        """,
        ["log", "c"],
    )
    assert list(built) == ["c", "log"]
    assert built["log"] == ["c"]


# Variables.


def test_a_variable_outside_models_is_bound_or_known_at_launch_or_has_a_default(
    build: Build,
) -> None:
    built = build(
        "values: [!var [a, 0], !var [b, 0], !var [c, [0]], !var d]",
        bindings={"a": 1},
        launch={"a": 2, "b": 2, "d": Path("out")},
    )
    assert built["values"] == [1, 2, [0], Path("out")]


def test_a_variable_below_a_model_is_a_field_of_its_config(build: Build) -> None:
    built = build(
        """
        model: !call:made.py:Configured
            first: !var size
            config: {size: 4, none: null, outside: !var [size, 5]}
            deep: [!tuple [!var size], {x: !call:dict {y: !var [size, 0]}}]
            made: !partial:dict {z: !partial:dict {size: !var size}}
            none: !var [none, 1]
            default: !var [missing, 7]
        outside: !var [size, 8]
        """,
        bindings={"size": 9, "missing": 9},
    )
    model = built["model"]
    assert model.config == {"size": 4, "none": None, "outside": 9}
    assert model.first == 4
    assert model.deep == [(4,), {"x": {"y": 4}}]
    assert model.made()["z"]() == {"size": 4}
    assert model.none is None
    assert model.default == 7
    assert built["outside"] == 9


def test_a_part_of_two_models_has_the_fields_of_each(build: Build) -> None:
    built = build("""
        .define: &part !partial:dict {size: !var size}
        a: !call:made.py:Configured {config: {size: 1}, part: *part}
        b: !call:made.py:Configured {part: *part, config: {size: 2}}
        """)
    assert [built[key].part() for key in "ab"] == [{"size": 1}, {"size": 2}]


def test_a_model_in_a_model_has_its_own_fields(build: Build) -> None:
    built = build("""
        outer: !call:made.py:Configured
            config: {size: 1}
            inner: !call:made.py:Configured {config: {size: !var size, n: 2}, n: !var n}
        """)
    assert built["outer"].inner.config == {"size": 1, "n": 2}
    assert built["outer"].inner.n == 2


def test_a_singleton_of_a_model_that_is_made_early_sees_the_fields(build: Build) -> None:
    built = build("""
        model: !call:made.py:Configured
            config: {size: 3}
            make: !partial:named_list [!singleton:named_tuple [!var size]]
        """)
    assert built["model"].make() == [(3,)]


# Configurations of models.


def test_config_becomes_an_object_of_the_class_that_the_model_names(build: Build) -> None:
    built = build("""
        model: !call:fgc.runtime.nn:ForCausalLM
            config: {vocab_size: 5, hidden_size: 4, num_hidden_layers: 0}
            hidden_size: !var hidden_size
            vocab_size: !var vocab_size
            init_std: {"weight$": 0.1}
            decoder: !partial:fgc.runtime.nn:Decoder
                vocab_size: !var vocab_size
                hidden_size: !var hidden_size
                layers: []
                rotary_emb: !partial:fgc.runtime.nn:RotaryEmbedding {head_dim: 2, theta: 10.0}
        """)
    model = built["model"]
    assert type(model.config).__name__ == "ModelConfig"
    assert model.config.hidden_size == 4
    assert model.model.config is model.config
    assert model.lm_head.weight.shape == (5, 4)


def test_config_stays_a_mapping_where_no_class_is_named(build: Build) -> None:
    built = build("call: !call:dict {config: {a: 1}, b: !var a}")
    assert built["call"] == {"config": {"a": 1}, "b": 1}


# Symbols.


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("!call:len [[1, 2]]", 2),
        ("!call:dict.fromkeys [[1], 2]", {1: 2}),
        ("!call:getitem [{a: 1}, a]", 1),
        ("!call:list [!call:items [{a: 1}]]", [("a", 1)]),
        ("!call:list [!call:keys [{a: 1}]]", ["a"]),
        ("!call:list [!call:values [{a: 1}]]", [1]),
        ("!call:named_list [1, 2]", [1, 2]),
        ("!call:named_tuple [1, 2]", (1, 2)),
        ("!call:named_dict {a: 1}", {"a": 1}),
        ("!call:call {arg0: !partial:int, arg1: 'ff', base: 16}", 255),
        ("!call:os.path:basename [a/b]", "b"),
        ("!call:fractions.Fraction [1, 2]", 0.5),
    ],
)
def test_builtins_and_modules(build: Build, call: str, expected: object) -> None:
    built = build(f"value: {call}")["value"]
    assert built == expected
    assert isinstance(built, type(expected) if type(expected) is not float else object)


def test_files_of_a_project_import_each_other(tmp_path: Path, build: Build) -> None:
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "base.py").write_text("def width():\n    return 3\n")
    (tmp_path / "parts" / "net.py").write_text(
        "from .base import width\nfrom ..made import log\n"
        "from json import JSONDecoder\n\n"
        "class Net:\n    width = staticmethod(width)\n    log = staticmethod(log)\n"
    )
    built = build("""
        made: !call:made.py:Made [made]
        net: &net !call:parts/net.py:Net
        relative: !call:.parts.net:Net
        width: !call:parts/net.py:width
        decoder: !call:parts/net.py:JSONDecoder
        """)
    assert built["net"].width() == built["width"] == 3
    assert built["net"].log() == ["made"]
    assert type(built["relative"]) is type(built["net"])
    assert type(built["decoder"]) is json.JSONDecoder


def test_two_files_of_one_name_are_two_modules(tmp_path: Path, build: Build) -> None:
    for number in (1, 2):
        (tmp_path / f"v{number}").mkdir()
        (tmp_path / f"v{number}" / "json.py").write_text(f"def number():\n    return {number}\n")
    built = build("one: !call:v1/json.py:number\ntwo: !call:v2/json.py:number")
    assert built == {"one": 1, "two": 2}


# Mistakes.


@pytest.mark.parametrize(
    ("text", "roots", "message"),
    [
        ("a: 1", ["b"], "no target `b`"),
        ("a: !meta:len [1]", None, "never built"),
    ],
)
def test_what_cannot_be_built(
    build: Build, text: str, roots: list[str] | None, message: str
) -> None:
    with pytest.raises(BuildError, match=message):
        build(text, roots)


def test_a_launch_value_that_is_not_given(tmp_path: Path) -> None:
    resolution = resolution_of("a: !var rank", launch={"rank": 0})
    with pytest.raises(BuildError, match="FGC030: nothing gives a value to the variable `rank`"):
        interpret(resolution)


def test_what_a_call_raises_names_the_places_of_the_calls(build: Build) -> None:
    with pytest.raises(ValueError, match="invalid literal") as caught:
        build("a:\n    b: !call:list [!call:int [x]]")
    assert caught.value.__notes__ == [
        "in the call of `int` at config.yaml:2:20",
        "in the call of `list` at config.yaml:2:8",
    ]
