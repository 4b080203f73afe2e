"""An experiment with one value in every place that a value can stand in."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from fgc.compiler.backend.tree import Tree
from fgc.compiler.ir.graph import Scalar
from fgc.compiler.pipeline import Outcome, Request, run
from tests.example_configs import EXAMPLES

WATCH = '''\
class Watch:
    """Keeps a value."""

    def __init__(self, *, value=None):
        self.value = value

    def on_step_end(self, state):
        """Looks at it."""
        print(self.value)
'''

EVERYWHERE = """\
-- extends 'configs/baseline.yaml'
[config_metadata]
== super()
-- set ns.config_name = text
-- set ns.config_description = text
[globals]
== super()
## a key of YAML has a thousand characters at most, and a variable of the environment no null
-- set ns.no_decay = text[:500]
-- set ns.env = {"VALUE": text | replace("\\0", "")}
[trainer_callbacks]
constant: &constant {{ value | toyaml }}
launch_args:
    option: {type: str, default: {{ text | toyaml }}, help: {{ text | toyaml }}}
callbacks: &callbacks !dlist
    scalar: !singleton:watch.py:Watch
        value: {{ value | toyaml }}
    list: !singleton:watch.py:Watch
        value: {{ [value, [text]] | toyaml }}
    keys: !singleton:watch.py:Watch
        value: {{ {text: value} | toyaml }}
    tuple: !singleton:watch.py:Watch
        value: !tuple [{{ value | toyaml }}, {{ text | toyaml }}]
    named: !singleton:watch.py:Watch
        value: *constant
    declared: !singleton:watch.py:Watch
        value: !var option
    default: !singleton:watch.py:Watch
        value: !var {name: absent, default: {{ value | toyaml }}}
[model_config]
== super()
    odd: {{ field | toyaml }}
"""


def project(folder: Path, config: str) -> Path:
    """A project in ``folder`` with that configuration, whose file is returned."""
    demo = EXAMPLES / "tiny_llama"
    (folder / "configs").mkdir(parents=True)
    for name in ("meta.yaml", "data", "tokenizer", "configs/baseline.yaml"):
        (folder / name).symlink_to(demo / name)
    (folder / "watch.py").write_text(WATCH)
    path = folder / "configs" / "hostile.yaml"
    path.write_text(config, "utf-8")
    return path


def built(config: Path, **pins: Scalar) -> Outcome:
    """The configuration with values from outside, which no template has to quote."""
    return run(Request(config, overrides=pins))


def python(tree: Tree) -> dict[str, str]:
    """The Python of a tree, by path, what it was built from aside."""
    return {
        path: content.decode("utf-8")
        for path, content in tree.items()
        if path.endswith(".py") and isinstance(content, bytes) and not path.startswith(".fgc/")
    }


def structure(code: str) -> str:
    """Code with each literal as no more than its type: what a value must not change."""
    return ast.dump(_Bare().visit(ast.parse(code)))


class _Bare(ast.NodeTransformer):
    def visit(self, node: ast.AST) -> ast.AST:
        bare = self.generic_visit(node)
        if isinstance(bare, ast.UnaryOp) and isinstance(bare.operand, ast.Constant):
            return bare.operand
        if isinstance(bare, ast.expr):
            try:
                return ast.Constant(type(evaluated(bare)).__name__)
            except (ValueError, TypeError, SyntaxError):
                pass
        return bare


def evaluated(node: ast.expr) -> object:
    """The value of a literal, ``float("inf")`` among them. Raises `ValueError` for other code."""
    match node:
        case ast.Call(func=ast.Name(id="float"), args=[ast.Constant(value=str(text))]):
            return 0.0 if text == "str" else float(text)
        case _:
            return ast.literal_eval(node)


def given(code: str, name: str) -> Iterator[object]:
    """The values of the keyword ``name`` in the calls of some code, constants looked up."""
    module = ast.parse(code)
    constants = {
        target.id: statement.value
        for statement in module.body
        if isinstance(statement, ast.Assign)
        for target in statement.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(module):
        for keyword in node.keywords if isinstance(node, ast.Call) else ():
            if keyword.arg == name:
                value = keyword.value
                if isinstance(value, ast.Name) and value.id in constants:
                    value = constants[value.id]
                try:
                    yield evaluated(value)
                except (ValueError, TypeError):
                    continue
