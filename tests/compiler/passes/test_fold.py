"""What is put in the place of what is known at build."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from fgc.compiler.diagnostics.diagnostic import BuildError, Diagnostic
from fgc.compiler.ir.graph import Call, File, Graph, List, Literal, Mapping, Node, Tuple
from fgc.compiler.passes.fold import fold
from fgc.compiler.passes.resolve import calls
from fgc.compiler.symbols.resolution import Resolution

Resolved = Callable[..., Resolution]

TOKENIZER = "fgc.runtime.data.tokenizer"


@pytest.fixture
def project(tmp_path: Path, net: Path) -> Path:
    """A project with a text and a tokenizer of six tokens."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "train.txt").write_text("text\n")
    added = [
        {"id": 4, "content": "<|bos|>", "special": True},
        {"id": 7, "content": "<|eos|>", "special": True},
    ]
    vocab = {"a": 0, "b": 1, "ab": 2, "<|pad|>": 3}
    content = {"model": {"type": "BPE", "vocab": vocab}, "added_tokens": added}
    (tmp_path / "tokenizer.json").write_text(json.dumps(content))
    return tmp_path


def folded(resolved: Resolved, project: Path, text: str) -> Graph:
    resolution = fold(resolved(text), project_root=project)
    assert set(resolution.symbols) == set(calls(resolution.graph))
    return resolution.graph


def mistake(resolved: Resolved, project: Path, text: str) -> Diagnostic:
    resolution = resolved(text)
    with pytest.raises(BuildError) as caught:
        fold(resolution, project_root=project)
    assert len(caught.value.diagnostics) == 1, caught.value
    found = caught.value.diagnostics[0]
    assert found.code == "FGC026"
    return found


def plain(node: Node | None) -> object:
    """A folded constant as a Python value."""
    match node:
        case Literal(value=value):
            return value
        case List(items=items):
            return [plain(item) for item in items]
        case Tuple(items=items):
            return tuple(plain(item) for item in items)
        case Mapping(entries=entries):
            return {entry.key: plain(entry.value) for entry in entries}
        case _:
            raise AssertionError(node)


def test_nothing_to_fold_is_the_same_graph(resolved: Resolved, project: Path) -> None:
    resolution = resolved("a: &a !partial:torch.optim:AdamW {lr: 1}\nb: [*a, !var [x, 1]]\n")
    after = fold(resolution, project_root=project)
    assert after.graph is resolution.graph
    assert after.symbols == resolution.symbols


def test_files(resolved: Resolved, project: Path) -> None:
    graph = folded(
        resolved,
        project,
        """
        path: &path data/train.txt
        a: &a !partial:net.py:reads {file: *path, more: &more [*path, net.py], note: net.py}
        b: [*a, *more]
        c: !partial:torch.nn:Linear {device: *path}
        """,
    )
    a = graph.root("a")
    assert isinstance(a, Call)
    file = a.kwarg("file")
    assert isinstance(file, File)
    assert file.source == (project / "data" / "train.txt").as_posix()
    assert file.written == "data/train.txt"
    assert file.path == ("path",)
    assert graph.root("path") is file
    more = a.kwarg("more")
    assert isinstance(more, List)
    assert more.items[0] is file
    assert isinstance(more.items[1], File)
    b = graph.root("b")
    assert isinstance(b, List)
    assert b.items == (a, more)
    assert plain(a.kwarg("note")) == "net.py"


def test_third_party_paths_stay_text(resolved: Resolved, project: Path) -> None:
    graph = folded(resolved, project, "a: !partial:tokenizers:Tokenizer.from_file [nowhere.json]\n")
    a = graph.root("a")
    assert isinstance(a, Call)
    assert plain(a.args[0]) == "nowhere.json"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("data/trian.txt", "a file with a similar name exists: `data/train.txt`"),
        ("nowhere/at/all.bin", "the project's folder"),
        ("data", "the project's folder"),
    ],
)
def test_missing_file(resolved: Resolved, project: Path, written: str, said: str) -> None:
    found = mistake(resolved, project, f"a: !partial:net.py:reads {{file: {written}}}\n")
    assert f"`{written}`" in found.message
    assert said in (found.help or "")


ASK = """
    tokenizer: &t !call:{module}:load_tokenizer
        file: tokenizer.json
        bos_token: <|bos|>
        eos_token: null
        pad_token: <|pad|>
    size: !call:{module}:vocab_size [*t]
    bos: !call:{module}:bos_token_id {{tokenizer: *t}}
    eos: !call:{module}:eos_token_id [*t]
    pad: !factory:{module}:pad_token_id [*t]
    later: !partial:{module}:vocab_size [*t]
    """.replace("{module}", TOKENIZER).replace("{{", "{").replace("}}", "}")


def test_numbers_of_a_tokenizer(resolved: Resolved, project: Path) -> None:
    graph = folded(resolved, project, ASK)
    values = {key: plain(graph.root(key)) for key in ("size", "bos", "eos", "pad")}
    assert values == {"size": 8, "bos": 4, "eos": None, "pad": 3}
    later, tokenizer = graph.root("later"), graph.root("tokenizer")
    assert isinstance(later, Call)
    assert later.args[0] is tokenizer


def test_equal_to_what_the_runtime_answers(resolved: Resolved, project: Path) -> None:
    """The runtime's own functions, on a tokenizer of the tokenizers library."""
    from tokenizers import AddedToken, Tokenizer
    from tokenizers.models import Unigram

    from fgc.runtime.data import tokenizer as live

    made = Tokenizer(Unigram([("<unk>", 0.0), ("a", -1.0), ("b", -2.0)], unk_id=0))
    made.add_special_tokens([AddedToken("<s>"), AddedToken("<|bos|>"), AddedToken("<|pad|>")])
    made.save(str(project / "tokenizer.json"))
    graph = folded(resolved, project, ASK)
    loaded = live.load_tokenizer(
        file=project / "tokenizer.json", bos_token="<|bos|>", pad_token="<|pad|>"
    )
    assert plain(graph.root("size")) == live.vocab_size(loaded)
    assert plain(graph.root("bos")) == live.bos_token_id(loaded)
    assert plain(graph.root("eos")) == live.eos_token_id(loaded)
    assert plain(graph.root("pad")) == live.pad_token_id(loaded)


def test_token_that_is_not_in_the_tokenizer(resolved: Resolved, project: Path) -> None:
    found = mistake(resolved, project, ASK.replace("bos_token: <|bos|>", "bos_token: <|boss|>"))
    assert "`<|boss|>`" in found.message
    assert "`<|bos|>`" in (found.help or "")
    assert found.span is not None
    assert found.span.line == 4


def test_tokenizer_that_is_not_built_yet(resolved: Resolved, project: Path) -> None:
    (project / "tokenizer.json").unlink()
    found = mistake(resolved, project, ASK)
    assert found.message == "there is no file `tokenizer.json` in the project"
    assert "a configuration that extends `tokenizers/bpe.yaml` describes one" in (found.help or "")


def test_tokenizer_that_a_configuration_of_the_project_trains(
    resolved: Resolved, project: Path
) -> None:
    (project / "tokenizer.json").unlink()
    for name, file in (("other", "other.json"), ("this one", "./tokenizer.json")):
        path = project / "configs" / f"{name}.yaml"
        path.parent.mkdir(exist_ok=True)
        meta = "meta: {config_class: type.tokenizer.bpe}"
        path.write_text(f"{meta}\ntokenizer_file: {file}\n")
    (project / "configs" / "broken.yaml").write_text("a: [")
    (project / "meta.yaml").write_text("name: Some\n")
    found = mistake(resolved, project, ASK)
    command = f"fgc tokenizer build '{project.as_posix()}/configs/this one.yaml'"
    assert found.help == f"`{command}` makes it"


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        '{"model": {}}',
        '{"model": {"vocab": {"a": "b"}}}',
        '{"model": {"vocab": [1]}}',
        '{"model": {"vocab": {}}, "added_tokens": [{"id": 1}]}',
        '{"model": {"vocab": {}}, "added_tokens": [7]}',
        "[" * 100_000,
    ],
)
def test_file_that_is_no_tokenizer(resolved: Resolved, project: Path, content: str) -> None:
    (project / "tokenizer.json").write_text(content)
    assert "is not a tokenizer.json" in mistake(resolved, project, ASK).message


def test_number_of_something_else(resolved: Resolved, project: Path) -> None:
    text = f"size: !call:{TOKENIZER}:vocab_size [!call:net.py:takes_all]\n"
    assert "load_tokenizer" in (mistake(resolved, project, text).help or "")


@pytest.mark.parametrize(
    ("node", "value"),
    [
        ("!call:len [[1, 2, 3]]", 3),
        ("!call:getitem [{a: [1, 2]}, a]", [1, 2]),
        ("!call:getitem [[1, 2], -1]", 2),
        ("!call:max [[1, 5, 2]]", 5),
        ("!call:min [4, 2]", 2),
        ("!call:sum [!tuple [1, 2, 0.5]]", 3.5),
        ("!call:int ['12']", 12),
        ("!call:float [1]", 1.0),
        ("!call:str [1.5]", "1.5"),
        ("!call:round [2.567, 1]", 2.6),
        ("!call:len [!call:named_list [1, !call:abs [-1]]]", 2),
        ("!call:named_tuple [1, x]", (1, "x")),
        ("!call:named_dict {a: 1}", {"a": 1}),
    ],
)
def test_builtins_over_constants(
    resolved: Resolved, project: Path, node: str, value: object
) -> None:
    found = plain(folded(resolved, project, f"a: {node}\n").root("a"))
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    "node",
    [
        "!partial:len [[1]]",
        "!call:len [[!call:net.py:takes_all]]",
        "!call:len [!var [x, [1]]]",
        "!call:eval ['1']",
        "!call:getattr [!call:net.py:takes_all, x]",
        "!call:getitem [!call:net.py:takes_all, x]",
        "!call:getitem [{x: !call:net.py:takes_all}, !var [key, x]]",
        "!factory:getitem [{x: !call:net.py:takes_all}, x]",
        "!factory:list [[1]]",
        "!factory:named_list [1]",
        "!meta:len [[1]]",
    ],
)
def test_what_is_not_evaluated(resolved: Resolved, project: Path, node: str) -> None:
    resolution = resolved(f"a: {node}\n")
    assert fold(resolution, project_root=project).graph is resolution.graph


def test_container_of_what_is_not_constant(resolved: Resolved, project: Path) -> None:
    resolution = resolved("net: &n !call:net.py:Net [1]\nall: !call:named_list@both [*n, *n]\n")
    graph = fold(resolution, project_root=project).graph
    both = graph.root("all")
    assert isinstance(both, List)
    assert both.name == "both"
    assert both.items == (graph.root("net"),) * 2


def test_builtin_that_refuses_its_arguments(resolved: Resolved, project: Path) -> None:
    assert "IndexError" in mistake(resolved, project, "a: !call:getitem [[1], 1]\n").message
    assert "TypeError" in mistake(resolved, project, "a: !call:len [1]\n").message


def test_an_item_is_the_node_itself(resolved: Resolved, project: Path) -> None:
    graph = folded(
        resolved,
        project,
        """
        net: &n !call:net.py:Net [1]
        parts: &parts {net: *n, later: !partial:net.py:Net [2], both: [*n, !var [x, 1]]}
        a: !call:getitem [*parts, net]
        b: !call:getitem [!call:getitem [*parts, both], -2]
        c: !call:getitem [*parts, later]
        d: !partial:net.py:takes_all [!call:getitem [*parts, net]]
        """,
    )
    net, d = graph.root("net"), graph.root("d")
    assert isinstance(net, Call)
    assert graph.root("a") is graph.root("b") is net
    assert isinstance(d, Call)
    assert d.args == (net,)
    c = graph.root("c")
    assert isinstance(c, Call)
    assert plain(c.args[0]) == 2


def test_an_item_that_is_not_there(resolved: Resolved, project: Path) -> None:
    parts = "{train_data: !call:net.py:Net [1], tokenizer: 2}"
    found = mistake(resolved, project, f"a: !call:getitem [{parts}, train_dta]\n")
    assert found.message == "`getitem` finds no key `train_dta`"
    assert found.help == "a similar key exists: `train_data`"
    found = mistake(resolved, project, f"a: !call:getitem [{parts}, model]\n")
    assert found.help == "its keys are `train_data`, `tokenizer`"


def test_sharing_survives(resolved: Resolved, project: Path) -> None:
    resolution = resolved("""
        untouched: &u !call:net.py:Net [1]
        touched: &t !call:net.py:Net [!call:len [[1]], 2]
        both: [*t, *t, *u]
        """)
    after = fold(resolution, project_root=project)
    both, touched = after.graph.root("both"), after.graph.root("touched")
    assert isinstance(both, List)
    assert isinstance(touched, Call)
    assert both.items[0] is both.items[1] is touched
    assert both.items[2] is resolution.graph.root("untouched")
    assert touched is not resolution.graph.root("touched")
    assert plain(touched.args[0]) == 1
    old = resolution.graph.root("touched")
    assert isinstance(old, Call)
    assert after.symbols[touched] is resolution.symbols[old]
