"""Each feature of Forgather's language, by name: what it renders to, or which nodes it makes.

How far each goes, and what is reported of its misuse, is tested in ``tests/compiler/frontend``.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from fgc.compiler.frontend.project import load_project
from fgc.compiler.frontend.render import render
from fgc.compiler.ir.dump import dump
from fgc.compiler.ir.graph import Call, Graph, List, Literal, Mapping, Node, Tuple, Var
from fgc.compiler.passes.load import load
from fgc.compiler.passes.parse import parse
from fgc.compiler.passes.render import render as render_source
from fgc.compiler.passes.resolve import resolve

Write = Callable[[dict[str, str]], Path]

VARIABLES: dict[str, object] = {"project_dir": "/ws/p", "workspace_root": "/ws"}
BASE = "-- set ns = namespace()\n[a]\none: 1\n[b]\ntwo: 2\n    [inner]\n    three: 3\n"


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(files: dict[str, str]) -> Path:
        for name, text in files.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text)
        return tmp_path

    return write


TEXTS: dict[str, tuple[str, str]] = {
    "-- is a statement": ("-- set x = 1\nx: {{ x }}\n", "x: 1\n"),
    "-- needs a blank behind it": ("--x\n---\n", "--x\n---\n"),
    "a statement's indentation is nothing": (
        "a:\n        -- if true\n  b: 1\n  -- endif\n",
        "a:\n  b: 1\n",
    ),
    "<< eats what is before it": ("-- if true\na: 1\n\n\n<< endif\n\nb: 2\n", "a: 1\nb: 2\n"),
    ">> eats what is behind it": (">> if true\n\n\na: 1\n-- endif\n", "a: 1\n"),
    "== is an expression": ("== 'a: ' ~ 1\n", "a: 1\n"),
    "=> is an expression without blank lines": ("=> '\\n\\na: 1\\n\\n'\n", "a: 1\n"),
    "## alone is a comment": ("a: 1\n  ## {{ undefined }}\nb: 2\n", "a: 1\nb: 2\n"),
    "## behind text is a comment": ("a: 1 ## {{ undefined }}\n", "a: 1\n"),
    "## behind a statement is a comment": ("-- set x = 1 ## one\n{{ x }}\n", "1\n"),
    "# is rendered": ("# {{ 1 + 1 }}\n", "# 2\n"),
    "[name] is a block": ("[a]\none: 1\n[b]\ntwo: 2\n", "one: 1\ntwo: 2\n"),
    "[name] ends at a header that is not deeper": (
        "[a]\none: 1\n  [b]\n  two: 2\n[c]\nthree: 3\n",
        "one: 1\n  two: 2\nthree: 3\n",
    ),
    "[name!] is trimmed": ("[a!]\n\n\none: 1\n\n\n[b]\ntwo: 2\n", "one: 1\n\n\ntwo: 2\n"),
    "[name] in a flow collection is an item": ("a: [\n[b],\n]\n", "a: [\n[b],\n]\n"),
    "blocks may be written out": ("-- block a\none: 1\n<< endblock a\n", "one: 1"),
    "a block may be required": ("-- extends 'required'\n[a]\none: 1\n", "one: 1\n"),
    "a filter may lie around blocks": (
        "-- filter trim()\n\n-- block a\none: 1\n<< endblock a\n-- endfilter\n",
        "one: 1",
    ),
    "super is what is overridden, a line break behind it": (
        "-- extends 'base'\n[a]\n== super()\nmore: 2\n",
        "one: 1\n\nmore: 2\ntwo: 2\n    three: 3\n",
    ),
    "an inner block is overridden alone": (
        "-- extends 'base'\n[inner]\n    four: 4\n",
        "one: 1\ntwo: 2\n    four: 4\n",
    ),
    "extends takes an expression": ("-- set name = 'base'\n-- extends name\n[b]\n", "one: 1\n"),
    "include": ("a:\n    -- include 'part'\n", "a:\n    b: 1\n"),
    "include of nothing may be ignored": ("-- include 'none' ignore missing\na: 1\n", "a: 1\n"),
    "from import": ("-- from 'macros' import double\na: {{ double(2) }}\n", "a: 4\n"),
    "import": ("-- import 'macros' as m\na: {{ m.double(2) }}\n", "a: 4\n"),
    "an inline template is included": (
        "a:\n-- include 'my.part'\n#---- my.part ----\n  b: 2\n",
        "a:\n  b: 2\n",
    ),
    "an inline template extends": (
        "-- include 'p'\n#---- p ----\n-- extends 'base'\n[b]\n",
        "one: 1\n",
    ),
    "an inline template extends one of a base": (
        "-- extends 'inner'\n[part]\n-- include 'y'\n#--- y ---\n-- extends 'x'\n[b]\nb: 2\n",
        "a: 1\nb: 2\n",
    ),
    "what is printed of versions is YAML": (
        "a: {{ {'torch': versions.torch} }}\n",
        "a: {'torch': 'unknown'}\n",
    ),
    "several inline templates": (
        "-- include 'x'\n-- include 'y'\n#--- x ---\na: 1\n#--- y ---\nb: 2",
        "a: 1\nb: 2\n",
    ),
    "ns is shared by blocks": (
        "-- extends 'base'\n[a]\n-- set ns.x = 5\n[b]\nx: {{ ns.x }}\n",
        "x: 5\n",
    ),
    "blocks have variables of their own": (
        "-- set x = 1\n[a]\n-- set x = 2\n[b]\nx: {{ x }}\n",
        "x: 1\n",
    ),
    "for and if": (
        "-- for i in range(3)\n-- if i != 1\n- {{ i }}\n-- endif\n-- endfor\n",
        "- 0\n- 2\n",
    ),
    "call of a macro with a body": (
        "-- macro m()\na: {{ caller() }}\n-- endmacro\n" "{% call m() %}1{% endcall %}\n",
        "a: 1\n",
    ),
    "raw": ("{% raw %}{{ chat }}{% endraw %}\n", "{{ chat }}"),
    "default": ("x: \"{{ x | default('y') }}\"\n", 'x: "y"\n'),
    "toyaml of what is not defined": ("x: {{ hidden_size | toyaml(4096) }}\n", "x: 4096\n"),
    "isotime, filetime, now": (
        "{{ isotime() }} {{ utcfiletime() }} {{ utcnow().year }}\n",
        "2000-01-01T00:00:00 2000-01-01T00-00-00 2000\n",
    ),
    "joinpath, normpath": ("{{ joinpath('a', 'b') }} {{ normpath('a/../b') }}\n", "a/b b\n"),
    "abspath, relpath": ("{{ abspath('a') }} {{ relpath('/ws/q') }}\n", "/ws/p/a ../q\n"),
    "dirname, basename, splitext": (
        "{{ dirname('a/b') }}{{ basename('a/b') }}{{ splitext('b.c')[1] }}\n",
        "ab.c\n",
    ),
    "modname_from_path": ("{{ modname_from_path('a/b.py') }}\n", "b\n"),
    "folders of the user": (
        "{{ user_home_dir() }} {{ user_data_dir('x') }} {{ forgather_config_dir() }}\n",
        "~ ~/.local/share/x ~/.config/forgather\n",
    ),
    "folders of the ancestor and the site": (
        "{{ forgather_home_dir() }} {{ site_config_dir('x') }}\n",
        "~/.forgather /etc/xdg/x\n",
    ),
    "what the hardware can do": ("{{ get_peak_hardware_flops() | toyaml }}\n", "null\n"),
    "getcwd, hostname, uname": (
        "{{ getcwd() }} {{ hostname }} {{ uname }}\n",
        "/ws/p localhost unknown\n",
    ),
    "versions": (
        "-- for name, v in versions.items()\n{{ name }}={{ v }};\n-- endfor\n",
        "python=unknown;\ntorch=unknown;\ntransformers=unknown;\naccelerate=unknown;\n",
    ),
    "repr": ("{{ repr('a') }}\n", "'a'\n"),
    "getenv": ("{{ getenv('WORLD_SIZE', 1) }}\n", "1\n"),
    "assert that holds": (
        "-- set _ = assert(1 > 0, 'no')\n{{ assert(true, 'no') }}a: 1\n",
        "a: 1\n",
    ),
    "project_dir, workspace_root": ("{{ project_dir }} {{ workspace_root }}\n", "/ws/p /ws\n"),
}
SOURCES = {
    "base": BASE,
    "required": "-- block a required\n## to be given\n-- endblock a\n",
    "part": "    b: 1\n",
    "inner": "[part]\n-- include 'x'\n#--- x ---\na: 1\n[b]\nb: 1\n",
    "macros": "-- macro double(x)\n=> x * 2\n<< endmacro\n",
}


@pytest.mark.parametrize("feature", TEXTS)
def test_text(feature: str) -> None:
    text, expected = TEXTS[feature]
    assert render("top", (), VARIABLES, sources={"top": text, **SOURCES}).text == expected


GRAPHS: dict[str, tuple[str, str]] = {
    "!var": ("x: !var lr", "x: !var lr"),
    "!var with a default": ("x: !var {name: lr, default: 1}", "x: !var [lr, 1]"),
    "!singleton and !call": (
        "x: [!call:f [1], !singleton:f [1]]",
        "x:\n    - !singleton:f [1]\n    - !singleton:f [1]",
    ),
    "!factory": ("x: !factory:m:C {a: 1}", "x: !factory:m:C\n    a: 1"),
    "!partial and !lambda": (
        "x: [!partial:m:C, !lambda:m:C]",
        "x:\n    - !partial:m:C\n    - !partial:m:C",
    ),
    "!meta": ("x: !meta:m:C {a: 1}", "x: !meta:m:C\n    a: 1"),
    "!list, !tuple, !dict": (
        "x: [!list [1], !tuple [1], !dict {a: 1}]",
        "x:\n    - [1]\n    - !tuple [1]\n    - a: 1",
    ),
    "!dlist": ("x: !dlist {null: ~, a: 1, b: ~, c: 3}", "x: [1, 3]"),
    "@name": ("x: !partial:m:C@c []", "x: !partial:m:C@c"),
    "@name of a container": (
        "x: !dict:@meta {a: 1}\ny: !dlist@l {a: 1}\nz: !list:@n []",
        "x: !dict@meta\n    a: 1\ny: !list@l [1]\nz: !list@n []",
    ),
    "positional arguments": ("x: !call:f [1, 2]", "x: !singleton:f [1, 2]"),
    "argN": (
        "x: !call:f {arg15: b, arg0: a, c: 1}",
        "x: !singleton:f\n    args: [a, b]\n    kwargs:\n        c: 1",
    ),
    "args and kwargs": (
        "x: !call:f {args: [1], kwargs: {args: 2}}",
        "x: !singleton:f\n    args: [1]\n    kwargs:\n        args: 2",
    ),
    "no arguments": ("x: !call:f", "x: !singleton:f"),
    "merge keys": (
        "a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}",
        'a:\n    x: 1\n    "y": 2\nb:\n    x: 1\n    "y": 3',
    ),
    ".define": (".define: &a !partial:m:C []\n.define: &b [*a]\nx: *b", "x:\n    - !partial:m:C"),
    "the last of equal keys": (
        "[one]\nx: 1\ny: !dlist {a: 1, b: 2}\n[two]\nx: 2\ny: !dlist {a: 1}\n",
        "x: 2\ny: [1]",
    ),
}


def graph_of(text: str) -> Graph:
    return parse(render("top", (), VARIABLES, sources={"top": text}))


@pytest.mark.parametrize("feature", GRAPHS)
def test_nodes(feature: str) -> None:
    text, expected = GRAPHS[feature]
    found = graph_of(text)
    assert alike(found, graph_of(expected)), dump(found)


def alike(one: Graph, other: Graph) -> bool:
    """Whether two graphs say the same, places aside."""

    def shape(node: Node | None) -> object:
        match node:
            case Literal(value=value):
                return type(value), value
            case List(items=items, name=name) | Tuple(items=items, name=name):
                return type(node), name, [shape(item) for item in items]
            case Mapping(entries=entries, name=name):
                return name, [(entry.key, shape(entry.value)) for entry in entries]
            case Var(var=var, default=default):
                return Var, var, shape(default)
            case Call():
                kwargs = [(entry.key, shape(entry.value)) for entry in node.kwargs]
                args = [shape(arg) for arg in node.args]
                return node.kind, node.target, node.name, args, kwargs, shape(node.latent_args)
            case _:
                return node

    return [(e.key, shape(e.value)) for e in one.roots] == [
        (e.key, shape(e.value)) for e in other.roots
    ]


def test_reserved_keys() -> None:
    node = graph_of(
        "x: !partial:net.py:Net {submodule_searchpath: [src], latent_args: {b: 1}, a: 2}"
    ).root("x")
    assert isinstance(node, Call)
    assert node.search_path == ("src",)
    assert isinstance(node.latent_args, Mapping)
    assert [entry.key for entry in node.kwargs] == ["a"]


IMPORT_SPECS = {
    "a builtin": ("len", "len"),
    "an attribute of a builtin": ("dict.fromkeys", "dict.fromkeys"),
    "a builtin of the language": ("getitem", "getitem"),
    "a module and a name": ("json.decoder:JSONDecoder", "JSONDecoder"),
    "a module and an attribute of a name": (
        "json.decoder:JSONDecoder.decode",
        "JSONDecoder.decode",
    ),
    "a dotted name, by the longest prefix that is a module": (
        "json.decoder.JSONDecoder.decode",
        "JSONDecoder.decode",
    ),
    "a file": ("src/own.py:Own", "Own"),
    "a module of the search path": (".part:Part", "Part"),
}


@pytest.mark.parametrize("form", IMPORT_SPECS)
def test_import_specs(write: Write, form: str) -> None:
    root = write({"src/own.py": "class Own:\n    pass\n", "src/part.py": "class Part:\n    pass\n"})
    spec, qualname = IMPORT_SPECS[form]
    graph = graph_of(f"x: !partial:{spec} {{submodule_searchpath: [src]}}")
    resolution, found = resolve(graph, project_root=root, search_path=(root,))
    assert not found
    (symbol,) = resolution.symbols.values()
    assert symbol.qualname == qualname


def test_meta_of_a_workspace(write: Write) -> None:
    root = write(
        {
            "forgather_workspace/meta_defaults.yaml": """\
-- include 'base_directories.yaml'
[project]
name: "?"
[searchdir]
searchdir:
    - "{{ joinpath(project_dir, 'templates') }}"
    - "{{ joinpath(lib_dir | default(workspace_root), 'lib') }}"
[rest]
config_prefix: "experiments"
""",
            "forgather_workspace/base_directories.yaml": "",
            "lib/experiments/shared.yaml": "from: lib\n",
            "group/p/meta.yaml": """\
-- extends 'meta_defaults.yaml'
[project]
name: "P"
description: "D"
[rest]
== super()
default_config: "shared"
system_path: "src"
""",
            "group/p/templates/experiments/own.yaml": "x: 1\n",
            "group/p/src/module.py": "",
        }
    )
    project = load_project(root / "group" / "p")
    assert (project.name, project.description) == ("P", "D")
    assert project.search_path[:2] == (root / "group/p/templates", root / "lib")
    assert project.system_path == (root / "group/p/src",)
    assert load(root / "group" / "p" / "src").path == root / "lib/experiments/shared.yaml"


@pytest.mark.parametrize("workspace", ["fgc_workspace", "forgather_workspace"])
def test_templates_of_a_workspace(write: Write, workspace: str) -> None:
    root = write(
        {
            f"{workspace}/base_directories.yaml": "-- set ns.top = workspace_root\n",
            "p/meta.yaml": "",
            "p/configs/a.yaml": "-- set ns = namespace()\n"
            "-- include 'base_directories.yaml'\nx: {{ ns.top }}\n",
        }
    )
    assert render_source(load(root / "p")).text == f"x: {root.as_posix()}\n"


def test_two_configurations_of_one_process_may_use_one_inline_name(write: Write) -> None:
    root = write(
        {"p/meta.yaml": ""}
        | {
            f"p/configs/{name}.yaml": f"-- include 'part'\n#--- part ---\nx: {name}\n"
            for name in ("one", "two")
        }
    )
    for name in ("one", "two", "one"):
        assert render_source(load(project=root / "p", name=name)).text == f"x: {name}\n"


def test_the_default_config_does_not_depend_on_the_file_system(write: Write) -> None:
    names = ("c", "a", "b/a")
    root = write({"p/meta.yaml": ""} | {f"p/configs/{name}.yaml": "x: 1\n" for name in names})
    assert load(root / "p").template == "configs/a.yaml"
