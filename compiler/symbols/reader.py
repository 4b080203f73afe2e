"""Reads the top level of one Python file, without running it."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import replace

from fgc.compiler.symbols.declarations import (
    UNREADABLE,
    Class,
    Declaration,
    Declarations,
    Field,
    Function,
    Import,
    Value,
)
from fgc.compiler.symbols.read_forwarding import hands_on, read_forwarding
from fgc.compiler.symbols.symbol import Parameter, ParameterKind, Signature

# Reading shows none of the names that these make. A text search is enough: to call a module open
# that is not only means that a missing name in it is no error.
_OPENING = re.compile(
    r"\bglobals\(\)|\bvars\(\)|\blocals\(\)|sys\.modules\[__name__\]|(?<![\w.])exec\("
    r"|^def __getattr__\(",
    re.MULTILINE,
)
_SERVING = re.compile(r"\bsys\.modules\[[^\]]+\]\s*=[^=]|\bsys\.modules\.|\bsys\.meta_path\b")
_GLOBAL = re.compile(r"^[ \t]+global[ \t]+([\w, \t]+)", re.MULTILINE)

# A decorator from this list leaves the parameters as they are written. (`overload` is not among
# them: the definition that follows the overloads tells, and where there is none, nothing does.)
_TRANSPARENT = frozenset(
    {
        "abstractmethod",
        "auto_docstring",
        "cache",
        "can_return_tuple",
        "classmethod",
        "contextmanager",
        "deprecated",
        "final",
        "inference_mode",
        "lru_cache",
        "no_grad",
        "override",
        "property",
        "cached_property",
        "staticmethod",
        "_disable_dynamo_if_unsupported",
    }
)


def read(text: str) -> Declarations:
    """The declarations of a file with this text; `UNREADABLE` where it does not parse.

    >>> read("from .adamw import AdamW as AdamW").names["AdamW"]
    (Import(line=1, level=1, module='adamw', name='AdamW'),)
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of escapes in strings that are not ours to mend
            tree = ast.parse(text)
        return _Reader(text).read(tree)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return UNREADABLE


class _Reader:
    """Collects bindings statement by statement, in program order."""

    def __init__(self, text: str):
        self._text = text
        self._lines = text.split("\n")
        self._names: dict[str, tuple[Declaration, ...]] = {}
        self._stars: list[tuple[int, str]] = []
        self._exports: tuple[str, ...] | None = None
        self._open = _OPENING.search(text) is not None

    def read(self, tree: ast.Module) -> Declarations:
        self._block(tree.body, conditional=False)
        for match in _GLOBAL.finditer(self._text):
            for name in match.group(1).split(","):
                self._bind(name.strip(), Value(0), conditional=True)
        return Declarations(
            self._names,
            tuple(self._stars),
            self._exports,
            self._open,
            _SERVING.search(self._text) is not None,
        )

    def _bind(self, name: str, declaration: Declaration, conditional: bool) -> None:
        before = self._names.get(name, ()) if conditional else ()
        self._names[name] = (*before, declaration)

    def _block(self, statements: Iterable[ast.stmt], conditional: bool) -> None:
        for statement in statements:
            self._statement(statement, conditional)

    def _statement(self, node: ast.stmt, conditional: bool) -> None:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                self._bind(node.name, self._function(node), conditional)
            case ast.ClassDef():
                self._bind(node.name, self._class(node), conditional)
            case ast.Import():
                for alias in node.names:
                    bound = alias.asname or alias.name.partition(".")[0]
                    module = alias.name if alias.asname else bound
                    self._bind(bound, Import(node.lineno, 0, module, None), conditional)
            case ast.ImportFrom():
                self._import_from(node, conditional)
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    self._assign(target, value, conditional)
            case ast.AnnAssign(target=target, value=value):
                self._assign(target, value, conditional)
            case ast.AugAssign(target=ast.Name(id="__all__"), value=value):
                self._extend_exports(value)
            case ast.Delete(targets=targets):
                for target in targets:
                    if isinstance(target, ast.Name) and not conditional:
                        self._names.pop(target.id, None)
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id="__all__")))):
                self._exports, self._open = None, True
            case _:
                self._compound(node)

    def _compound(self, node: ast.stmt) -> None:
        """Statements that hold others; what they bind, they may bind."""
        if isinstance(node, (ast.For, ast.AsyncFor)):
            self._assign(node.target, None, conditional=True)
        for field in ("body", "orelse", "finalbody"):
            self._block(getattr(node, field, ()), conditional=True)
        for part in (*getattr(node, "handlers", ()), *getattr(node, "cases", ())):
            self._block(part.body, conditional=True)

    def _import_from(self, node: ast.ImportFrom, conditional: bool) -> None:
        module = node.module or ""
        for alias in node.names:
            if alias.name == "*":
                self._stars.append((node.level, module))
                continue
            bound = Import(node.lineno, node.level, module, alias.name)
            self._bind(alias.asname or alias.name, bound, conditional)

    def _assign(self, target: ast.expr, value: ast.expr | None, conditional: bool) -> None:
        match target:
            case ast.Name(id="__all__"):
                self._exports = _strings(value)
                self._open = self._open or self._exports is None
            case ast.Name(id=name):
                self._bind(name, Value(target.lineno, _dotted(value)), conditional)
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                for part in parts:
                    self._assign(part, None, conditional)
            case ast.Attribute(value=ast.Name(id=owner), attr="__init__" | "__new__"):
                # The constructor is replaced from outside the class.
                self._bind(owner, Value(target.lineno), conditional=False)
            case _:
                pass

    def _extend_exports(self, value: ast.expr) -> None:
        more = _strings(value)
        if more is None or self._exports is None:
            self._exports, self._open = None, True
        else:
            self._exports = (*self._exports, *more)

    def _function(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef, owner: str | None = None
    ) -> Function:
        decorators = tuple(self._source(decorator) for decorator in node.decorator_list)
        parameters = self._parameters(node.args)
        known = not opaque_decorators(decorators)
        return Function(
            node.lineno,
            parameters if known else None,
            decorators,
            _summary(node),
            beneath=None if known else parameters,
            forwarding=read_forwarding(node, owner),
            hands_on=owner is None and hands_on(node),
        )

    def _class(self, node: ast.ClassDef) -> Class:
        methods: dict[str, Function] = {}
        fields: list[Field] = []
        attributes: list[str] = []
        for statement in _class_statements(node.body):
            match statement:
                case ast.FunctionDef() | ast.AsyncFunctionDef():
                    function = self._function(statement, node.name)
                    if statement not in node.body:  # whether it is this one, its branch decides
                        function = replace(function, parameters=None, beneath=None)
                    methods[statement.name] = function
                case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation, value=value):
                    default = None if value is None else self._source(value)
                    fields.append(Field(name, self._source(annotation), default))
                case ast.Assign(targets=targets):
                    attributes += [t.id for t in targets if isinstance(t, ast.Name)]
                case ast.ClassDef():
                    attributes.append(statement.name)
                case ast.Import() | ast.ImportFrom():
                    attributes += [alias.asname or alias.name for alias in statement.names]
                case _:
                    pass
        return Class(
            line=node.lineno,
            bases=tuple(self._source(base) for base in node.bases),
            keywords=tuple(
                f"{keyword.arg or '**'}={self._source(keyword.value)}" for keyword in node.keywords
            ),
            decorators=tuple(self._source(decorator) for decorator in node.decorator_list),
            methods=methods,
            fields=tuple(fields),
            attributes=tuple(attributes),
            summary=_summary(node),
        )

    def _parameters(self, node: ast.arguments) -> tuple[Parameter, ...]:
        positional = [*node.posonlyargs, *node.args]
        padding: list[ast.expr | None] = [None] * (len(positional) - len(node.defaults))
        found: list[Parameter] = []
        for index, (arg, default) in enumerate(
            zip(positional, [*padding, *node.defaults], strict=True)
        ):
            only = index < len(node.posonlyargs)
            kind: ParameterKind = "positional_only" if only else "positional_or_keyword"
            found.append(self._parameter(arg, kind, default))
        if node.vararg:
            found.append(self._parameter(node.vararg, "var_positional", None))
        for arg, default in zip(node.kwonlyargs, node.kw_defaults, strict=True):
            found.append(self._parameter(arg, "keyword_only", default))
        if node.kwarg:
            found.append(self._parameter(node.kwarg, "var_keyword", None))
        return tuple(found)

    def _parameter(self, arg: ast.arg, kind: ParameterKind, default: ast.expr | None) -> Parameter:
        return Parameter(
            arg.arg,
            kind,
            None if arg.annotation is None else self._source(arg.annotation),
            None if default is None else self._source(default),
        )

    def _source(self, node: ast.expr) -> str:
        """The text of an expression, as it is written where that is on one line."""
        if node.lineno != node.end_lineno:
            return ast.unparse(node)
        line = self._lines[node.lineno - 1]
        if line.isascii():
            return line[node.col_offset : node.end_col_offset]
        return line.encode()[node.col_offset : node.end_col_offset].decode()


def opaque_decorators(decorators: Iterable[str]) -> tuple[str, ...]:
    """Those of which it is not known what they do to a function's parameters."""
    return tuple(text for text in decorators if _last_name(text) not in _TRANSPARENT)


def _class_statements(body: Sequence[ast.stmt]) -> Iterable[ast.stmt]:
    """The statements of a class body, those in its branches included."""
    for statement in body:
        if isinstance(statement, (ast.If, ast.Try, ast.With)):
            yield from _class_statements(statement.body)
            yield from _class_statements(getattr(statement, "orelse", []))
        else:
            yield statement


def _last_name(text: str) -> str:
    """``deprecated`` of ``typing_extensions.deprecated("...")``."""
    return text.partition("(")[0].rpartition(".")[2]


def _dotted(node: ast.expr | None) -> str | None:
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=attr):
            head = _dotted(value)
            return None if head is None else f"{head}.{attr}"
        case _:
            return None


def _strings(node: ast.expr | None) -> tuple[str, ...] | None:
    if not isinstance(node, (ast.List, ast.Tuple)):
        return None
    values = [part.value if isinstance(part, ast.Constant) else None for part in node.elts]
    found = tuple(value for value in values if isinstance(value, str))
    return found if len(found) == len(values) else None


def _summary(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> str:
    match node.body[:1]:
        case [ast.Expr(value=ast.Constant(value=str(text)))]:
            return next((line.strip() for line in text.splitlines() if line.strip()), "")
        case _:
            return ""


def read_signature(text: str) -> Signature:
    """A signature from the text of one, ``(x, *, eps: float = 1e-6)``."""
    function = read(f"def f{text}: ...").names["f"][0]
    assert isinstance(function, Function)
    return Signature(function.parameters or ())
