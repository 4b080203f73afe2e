"""Which classes a model needs, what each takes, and how they are made."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from fgc.compiler.frontend.rendered import Piece, Rendered
from fgc.compiler.ir.graph import Call
from fgc.compiler.passes.parse import parse
from fgc.compiler.specialiser.family import Family, Hole
from fgc.compiler.specialiser.source import Library
from tests.compiler.specialiser.making import define
from tests.compiler.specialiser.test_model_differential import Emitter

LIBRARY = """
    class Norm(nn.Module):
        def __init__(self, *, size: int, eps: float = 1e-6):
            self.size = size
            self.eps = eps

    class Attention(nn.Module):
        window: Final[int | None]

        def __init__(
            self,
            *,
            config: Config,
            layer_idx: int,
            width: int,
            norm: Factory[nn.Module] | None = None,
            window: int | None = None,
            bias: bool = False,
        ):
            self.norm = None if norm is None else norm()
            self.window = window
            self.proj = nn.Linear(width, width, bias=bias)

        def forward(self, x):
            return x if self.window is None else x[self.window]

    class Layer(nn.Module):
        def __init__(
            self,
            *,
            config: Config,
            layer_idx: int,
            attention: Factory[nn.Module],
            norm: Factory[nn.Module],
            act: object = None,
        ):
            eps = 2
            self.attention = attention(config=config, layer_idx=layer_idx)
            self.norm = norm()
            self.act = act

    class Model(PreTrainedModel):
        def __init__(
            self,
            *,
            config: Config,
            layers: list[Factory[nn.Module]] | None = None,
            layer: Factory[nn.Module] | None = None,
            count: int | None = None,
            embed: object = None,
        ):
            super().__init__(config)
            if layers is None:
                self.layers = [layer(config=config, layer_idx=i) for i in range(count)]
            else:
                self.layers = [
                    each(config=config, layer_idx=index) for index, each in enumerate(layers)
                ]
            self.embed = embed
"""
Emit = Callable[[str], dict[str, str]]


@pytest.fixture
def emit(tmp_path: Path) -> Emit:
    """The definitions that a model in YAML needs, by name; more of the library may be given."""

    def emit(text: str, more: str = "") -> dict[str, str]:
        (tmp_path / "lib.py").write_text(dedent(LIBRARY) + "\n" + dedent(more))
        emitter = Emitter(Library({"lib": tmp_path / "lib.py"}))
        _, texts = emitter.texts(model(text))
        return {name_of(text): text for text in texts}

    return emit


def name_of(text: str) -> str:
    return (
        text.split("class ")[1].split("(")[0].split(":")[0]
        if "class " in text
        else text.split("def ")[1].split("(")[0]
    )


def model(text: str) -> Call:
    """The node `model` of a configuration."""
    text = dedent(text)
    count = len(text.splitlines())
    lines = tuple((Piece(1, "a.yaml", number, 1),) for number in range(1, count + 1))
    node = parse(Rendered(text, lines, {"a.yaml": text}, ("a.yaml",)), {}).root("model")
    assert isinstance(node, Call)
    return node


def init(text: str) -> str:
    """The parameters of the constructor, on one line."""
    inner = text.partition("def __init__(")[2].partition("):")[0]
    return " ".join(inner.split()).replace("( ", "(").removesuffix(",")


ATTENTION = """
    .norm: &norm !partial:lib:Norm
        size: !var hidden
    .attention: &attention !partial:lib:Attention
        width: !var hidden
        window: null
"""


def test_numbers_and_fields_are_written_in(emit: Emit) -> None:
    made = emit(ATTENTION + """
    model: !singleton:lib:Model
        config: {hidden: 16}
        layer: !partial:lib:Layer {attention: *attention, norm: *norm}
        count: 4
    """)
    assert set(made) == {"MyNorm", "MyAttention", "MyLayer", "MyModel"}
    assert init(made["MyNorm"]) == "self, config: MyConfig"
    assert "self.size = config.hidden\n    self.eps = 1e-6" in made["MyNorm"].replace(
        "        ", "    "
    )
    assert init(made["MyAttention"]) == "self, config: MyConfig, layer_idx: int"
    assert "return x\n" in made["MyAttention"]
    assert init(made["MyLayer"]) == "self, config: MyConfig, layer_idx: int"
    assert "MyAttention(config, layer_idx=layer_idx)" in made["MyLayer"]
    assert "self.norm = MyNorm(config)" in made["MyLayer"]
    assert "[MyLayer(config, layer_idx=i) for i in range(4)]" in made["MyModel"]


def test_layers_that_differ_in_numbers_share_a_class(emit: Emit) -> None:
    made = emit("""
    model: !singleton:lib:Model
        config: {hidden: 16}
        layers:
        - !partial:lib:Layer
            attention: !partial:lib:Attention {width: 8, window: 3}
            norm: !partial:lib:Norm {size: 1, eps: 0.5}
        - !partial:lib:Layer
            attention: !partial:lib:Attention {width: 8, window: 4}
            norm: !partial:lib:Norm {size: 1, eps: 0.25}
    """)
    assert set(made) == {"MyNorm", "MyAttention", "MyLayer", "MyModel"}
    assert init(made["MyNorm"]) == "self, eps: float"
    # `eps` is a local of the layer, so that its parameter has the whole path for a name
    assert (
        init(made["MyLayer"])
        == "self, config: MyConfig, layer_idx: int, window: int, norm_eps: float"
    )
    assert "MyAttention(config, layer_idx=layer_idx, window=window)" in made["MyLayer"]
    assert "MyNorm(eps=norm_eps)" in made["MyLayer"]
    assert "MyLayer(config, layer_idx=0, window=3, norm_eps=0.5)" in made["MyModel"]
    assert "MyLayer(config, layer_idx=1, window=4, norm_eps=0.25)" in made["MyModel"]


def test_another_structure_is_another_class(emit: Emit) -> None:
    made = emit("""
    model: !singleton:lib:Model
        config: {hidden: 16}
        layers:
        - !partial:lib:Layer
            attention: !partial:lib:Attention {width: 8, window: 3}
            norm: &norm !partial:lib:Norm {size: 1}
        - !partial:lib:Layer
            attention: !partial:lib:Attention {width: 8, bias: true}
            norm: *norm
        - !partial:lib:Layer
            attention: !partial:lib:Attention {width: 8, norm: *norm}
            norm: !partial:lib:Plain {x: 1}
    """)
    assert sum(name.endswith("Attention") for name in made) == 3
    assert "self.norm = Plain(x=1)" in made["My2Layer"]
    assert "self.norm = MyNorm()" in next(
        t for n, t in made.items() if "Attention" in n and "norm = M" in t
    )


def test_what_has_no_parameter_for_its_arguments_stays_whole(emit: Emit) -> None:
    more = """
        @dataclass
        class Data:
            size: int

        class Outside:
            def __init__(self, **kwargs): self.__dict__.update(kwargs)
    """
    made = emit(
        ATTENTION + """
    model: !singleton:lib:Model
        config: {hidden: 16}
        layer: !partial:lib:Layer
            attention: *attention
            norm: !partial:lib:Data {size: !var hidden}
        count: 2
        embed: !factory:lib:Outside {x: 1}
    """,
        more,
    )
    assert "self.norm = Data(size=config.hidden)" in made["MyLayer"]
    assert "size: int" in made["Data"]
    assert made["Outside"].startswith("class Outside:\n    def __init__(self, **kwargs)")
    assert init(made["MyModel"]) == "self, config: MyConfig"
    assert "super().__init__(config)\n        embed = Outside(x=1)\n" in made["MyModel"]
    assert "self.embed = embed" in made["MyModel"]


def test_a_keyword_that_is_bound_and_called_with(emit: Emit) -> None:
    made = emit("""
    model: !singleton:lib:Model
        config: {hidden: 16}
        layers:
        - !partial:lib:Layer
            layer_idx: 7
            attention: !partial:lib:Attention {width: 8}
            norm: !partial:lib:Norm {size: 1}
    """)
    # as a `partial` would have it, the call wins
    assert "Layer(config=config, layer_idx=0, attention=" in made["MyModel"]
    assert made["Layer"].startswith("class Layer(nn.Module):")


def test_a_factory_that_is_handed_on_keeps_what_is_not_bound(emit: Emit) -> None:
    more = """
        class Wrapper(nn.Module):
            def __init__(self, *, inner: Factory[nn.Module], other: list[Factory[nn.Module]]):
                self.inner = wrap(inner if inner is not None else None)
                self.others = [make(eps=1) for make in reversed(other)]
    """
    made = emit(
        ATTENTION + """
    model: !singleton:lib:Model
        config: {hidden: 16}
        layer: !partial:lib:Layer
            attention: *attention
            norm: !partial:lib:Wrapper
                inner: *norm
                other: [*norm, *norm]
        count: 1
    """,
        more,
    )
    assert init(made["MyNorm"]) == "self, config: MyConfig, eps: float = 1e-6"
    assert "wrap(partial(MyNorm, config=config))" in made["MyWrapper"]
    assert (
        "reversed([partial(MyNorm, config=config), partial(MyNorm, config=config)])"
        in made["MyWrapper"]
    )
    assert init(made["MyWrapper"]) == "self, config: MyConfig"


def test_objects_that_are_shared_are_made_once_and_handed_down(emit: Emit) -> None:
    more = """
        class Rotary(nn.Module):
            def __init__(self, *, theta: float, act: object = None):
                self.theta = theta
    """
    made = emit(
        """
    .act: &act !singleton:lib:Rotary {theta: !var hidden}
    model: !singleton:lib:Model
        config: {hidden: 16}
        layer: !partial:lib:Layer
            attention: !partial:lib:Attention {width: 8}
            norm: !partial:lib:Norm {size: 1}
            act: *act
        count: 2
        embed: [*act, {x: *act}, !factory:lib:Rotary {act: *act, theta: 1.5}]
    """,
        more,
    )
    assert "super().__init__(config)\n        act = MyRotary(" in made["MyModel"]
    assert "act=act" in made["MyModel"]
    assert init(made["MyLayer"]) == "self, config: MyConfig, layer_idx: int, act: object"
    assert made["MyModel"].count("act = MyRotary(") == 1


def test_a_shared_name_that_is_taken_is_another_one(emit: Emit) -> None:
    more = """
        class Inner(nn.Module):
            def __init__(self, *, data: object): self.data = data

        class Outer(nn.Module):
            def __init__(self, *, make: Factory[nn.Module]):
                table = 3
                self.inner = make()
                self.table = table
    """
    made = emit(
        """
    .table: &table !singleton:lib:Norm {size: 1}
    model: !singleton:lib:Model
        config: {hidden: 16}
        layer: !partial:lib:Layer
            attention: !partial:lib:Attention {width: 8}
            norm: !partial:lib:Outer {make: !partial:lib:Inner {data: *table}}
        count: 2
    """,
        more,
    )
    assert init(made["MyOuter"]) == "self, table_: MyNorm"
    assert "self.inner = MyInner(data=table_)" in made["MyOuter"]
    assert "MyOuter(table_=table)" in made["MyLayer"]


def test_objects_are_made_in_the_order_of_the_configuration(emit: Emit) -> None:
    more = """
        class Pair(nn.Module):
            def __init__(self, *, first: object, second: object, n: int = 1):
                self.pair = first, second
    """
    made = emit(
        """
    model: !singleton:lib:Model
        config: {hidden: 16}
        layer: !partial:lib:Layer
            attention: !partial:lib:Attention {width: 8}
            norm: !partial:lib:Pair
                second: !factory:lib:Norm {size: 2}
                first: !factory:lib:Norm {size: 1}
        count: 2
    """,
        more,
    )
    assert "MyPair(second=MyNorm(size=2), first=MyNorm(size=1))" in made["MyLayer"]


def test_parts_that_are_objects_keep_their_own_numbers(emit: Emit) -> None:
    more = """
        class Holder(nn.Module):
            def __init__(self, *, held: object): self.held = held
    """
    made = emit(
        """
    model: !singleton:lib:Model
        config: {hidden: 16}
        layers:
        - !partial:lib:Layer
            attention: !partial:lib:Attention {width: 8}
            norm: !partial:lib:Holder {held: !factory:lib:Norm {size: 1, eps: 0.5}}
        - !partial:lib:Layer
            attention: !partial:lib:Attention {width: 8}
            norm: !partial:lib:Holder {held: !factory:lib:Norm {size: 1, eps: 0.25}}
    """,
        more,
    )
    whole = "\n".join(made.values())
    assert "held=MyNorm(eps=0.5)" in whole
    assert "held=MyNorm(eps=0.25)" in whole


def test_functions_take_the_config_too(emit: Emit) -> None:
    more = """
        def make_norm(*, size: int, shift: bool = False):
            return nn.LayerNorm(size, bias=shift)
    """
    made = emit(
        ATTENTION + """
    model: !singleton:lib:Model
        config: {hidden: 16}
        layer: !partial:lib:Layer
            attention: *attention
            norm: !partial:lib:make_norm {size: !var hidden}
        count: 2
    """,
        more,
    )
    assert (
        made["make_norm"]
        == "def make_norm(config: MyConfig):\n    return nn.LayerNorm(config.hidden, bias=False)\n"
    )
    assert "self.norm = make_norm(config)" in made["MyLayer"]


def test_what_cannot_be_written_stays_whole(emit: Emit) -> None:
    more = """
        class Clash(nn.Module):
            def __init__(self, *, size: int):
                config = load()
                self.size = config, size
    """
    made = emit(
        ATTENTION + """
    model: !singleton:lib:Model
        config: {hidden: 16}
        layer: !partial:lib:Layer
            attention: *attention
            norm: !partial:lib:Clash {size: !var hidden}
        count: 2
    """,
        more,
    )
    assert "self.norm = Clash(size=config.hidden)" in made["MyLayer"]
    assert made["Clash"] == dedent(more).lstrip("\n")


def test_names_of_parameters_never_collide() -> None:
    family = Family.__new__(Family)
    family.definition = define("def f(*, a):\n    c = 1\n    b_c = 2\n    return a\n")
    holes: list[Hole] = [
        ("a",),
        ("b", "c"),
        ("b_c", "d"),
        ("e", "d"),
        ("a_b", "c", "x"),
        ("b", "e"),
    ]
    family.open_holes = lambda: holes  # type: ignore[method-assign]
    names = [family.parameter(hole) for hole in holes]
    assert names == ["a", "b_c_", "b_c_d", "e_d", "x", "e"]
    assert family.shared_name("c") == "c_"
    assert family.shared_name("fresh") == "fresh"
