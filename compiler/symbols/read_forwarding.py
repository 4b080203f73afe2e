"""What a function does with its ``*args`` and ``**kwargs``, read from its body."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence

from fgc.compiler.symbols.declarations import Forward, Forwarding

_Def = ast.FunctionDef | ast.AsyncFunctionDef
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)

# Methods of a dict, and functions of one, that leave it as it is.
_READING_METHODS = frozenset({"get", "items", "keys", "values", "copy"})
_READING_FUNCTIONS = frozenset({"len", "bool", "dict", "list", "set", "sorted", "tuple"})


def read_forwarding(node: _Def, owner: str | None) -> Forwarding | None:
    """Where the variadic parameters of a function end up, None where its body does not tell.

    ``owner`` is the name of the class that the function stands in. It tells where each way through
    the body hands the arguments on, or fails: a function that may also return without doing so
    ignores what it is given.
    """
    args = node.args.vararg.arg if node.args.vararg else None
    kwargs = node.args.kwarg.arg if node.args.kwarg else None
    if (args is None and kwargs is None) or isinstance(node, ast.AsyncFunctionDef):
        return None
    reading = _Reading(node, args, kwargs, owner)
    return reading.forwarding() if reading.tells else None


def hands_on(node: _Def) -> bool:
    """Whether a function is a decorator whose result takes what the decorated function takes.

    It returns a function of its own, whose ``*args, **kwargs`` go to the decorated one as they are.

    >>> text = "def timed(f):\\n  def inner(*a, **k): return f(*a, **k)\\n  return inner"
    >>> hands_on(ast.parse(text).body[0])
    True
    """
    plain = node.args.posonlyargs + node.args.args
    if len(plain) != 1 or node.args.vararg or node.args.kwarg or node.args.kwonlyargs:
        return False
    inner = [statement for statement in node.body if isinstance(statement, ast.FunctionDef)]
    returned = [part.value for part in _own(node) if isinstance(part, ast.Return)]
    if len(inner) != 1 or len(returned) != 1 or not _is_name(returned[0], inner[0].name):
        return False
    fixed = (plain[0].arg, inner[0].name)
    names = [part for part in ast.walk(node) if isinstance(part, ast.Name) and part.id in fixed]
    taken = inner[0].args
    if not all(isinstance(name.ctx, ast.Load) for name in names):
        return False
    if taken.posonlyargs or taken.args or taken.kwonlyargs:
        return False
    if any(not _keeps_parameters(decorator) for decorator in inner[0].decorator_list):
        return False
    reading = _Reading(inner[0], *_variadics(taken), None)
    found = reading.forwarding() if taken.vararg and taken.kwarg and reading.tells else None
    if found is None or found.taken or found.given or not found.calls:
        return False
    untouched = Forward(plain[0].arg, positional=0, keywords=(), passes_positional=True)
    return all(call == untouched for call in reading.calls)


class _Reading:
    """One function's body, looked through once."""

    def __init__(self, node: _Def, args: str | None, kwargs: str | None, owner: str | None):
        self._node = node
        self._args, self._kwargs, self._owner = args, kwargs, owner
        self._local = _stored(node) | {arg.arg for arg in _parameters(node)}
        self._calls: dict[ast.Call, Forward] = {}
        self._taken: list[str] = []
        self._given: list[str] = []
        self.tells = not {args, kwargs} & _stored(node)
        parents = {child: parent for parent in ast.walk(node) for child in _children(parent)}
        for part in ast.walk(node):
            if isinstance(part, ast.Call) and self._passes(part):
                self._calls[part] = self._forward(part)
            elif kwargs is not None and _is_name(part, kwargs):
                self.tells = self.tells and self._understood(part, parents)
        yields = (ast.Yield, ast.YieldFrom)
        self._runs_at_once = not any(isinstance(part, yields) for part in _own(node))

    @property
    def calls(self) -> tuple[Forward, ...]:
        """Where the arguments are handed on, each as its function is written there."""
        return tuple(self._calls.values())

    def forwarding(self) -> Forwarding | None:
        """The findings; None where a way through the body drops the arguments."""
        if not self._runs_at_once or self._way(self._node.body) != "passed":
            return None
        calls = tuple(self._shown(call) for call in self._calls.values())
        return Forwarding(calls, tuple(self._taken), tuple(self._given))

    def _shown(self, call: Forward) -> Forward:
        """The call, without its callee where that is a local variable."""
        head = call.callee.partition(".")[0]
        if head in self._local and head not in ("self", "cls"):
            return Forward("", call.positional, call.keywords, call.passes_positional, call.adds)
        return call

    def _passes(self, call: ast.Call) -> bool:
        """Whether a call hands on what only the variadic parameters hold."""
        if self._kwargs is not None:
            return any(k.arg is None and _is_name(k.value, self._kwargs) for k in call.keywords)
        return any(_is_star_of(arg, self._args) for arg in call.args)

    def _forward(self, call: ast.Call) -> Forward:
        stars = [arg for arg in call.args if isinstance(arg, ast.Starred)]
        own = [arg for arg in stars if _is_star_of(arg, self._args)]
        passes = len(own) == 1 and call.args[-1] is own[0]
        callee = _callee(call.func, self._owner)
        if len(stars) > len(own) or (own and not passes):
            callee = ""  # how many come before them cannot be told
        positional = len(call.args) - len(stars)
        keywords = tuple(k.arg for k in call.keywords if k.arg is not None)
        doubles = [k for k in call.keywords if k.arg is None]
        adds = len(doubles) > (0 if self._kwargs is None else 1)
        if callee.endswith(".__init__") and not callee.startswith("super()."):
            first = call.args[0] if call.args else None
            callee = callee if _is_name(first, "self") else ""
        return Forward(callee, positional, keywords, passes, adds)

    def _understood(self, name: ast.AST, parents: dict[ast.AST, ast.AST]) -> bool:
        """Whether one mention of ``kwargs`` is known to leave it alone, or what it does to it."""
        parent = parents[name]
        match parent:
            case ast.keyword(arg=None) | ast.FormattedValue() | ast.Compare():
                return True
            case ast.If() | ast.While() | ast.IfExp() | ast.BoolOp():
                # `x = a or kwargs` would be another name for it
                return isinstance(parent, (ast.If, ast.While)) or (
                    isinstance(parent, ast.IfExp) and parent.test is name
                )
            case ast.UnaryOp(op=ast.Not()):
                return True
            case ast.For(iter=iterated) | ast.comprehension(iter=iterated):
                return iterated is name
            case ast.Call(func=ast.Name(id=function)) if function in _READING_FUNCTIONS:
                return function not in self._local
            case ast.Dict(keys=keys, values=values):
                return any(k is None and v is name for k, v in zip(keys, values, strict=True))
            case ast.Subscript(slice=key, ctx=context):
                return self._item(key, context)
            case ast.Attribute(attr=method):
                call = parents[parent]
                return (
                    isinstance(call, ast.Call)
                    and call.func is parent
                    and self._method(method, call)
                )
            case _:
                return False

    def _item(self, key: ast.expr, context: ast.expr_context) -> bool:
        if isinstance(context, ast.Load):
            return True
        text = _text(key)
        if text is None:
            return False
        self._taken.append(text)
        if isinstance(context, ast.Store):
            self._given.append(text)
        return True

    def _method(self, method: str, call: ast.Call) -> bool:
        if method in _READING_METHODS:
            return True
        if method == "update" and not call.args:
            names = [k.arg for k in call.keywords]
            found = [name for name in names if name is not None]
            self._taken += found
            self._given += found
            return len(found) == len(names)
        key = _text(call.args[0]) if call.args else None
        if key is None or method not in ("pop", "setdefault"):
            return False
        (self._taken if method == "pop" else self._given).append(key)
        return True

    def _way(self, body: Sequence[ast.stmt]) -> str:
        """How each way through statements ends: ``passed`` where all have handed the arguments on
        or failed, ``left`` where one may have returned before, ``open`` else."""
        for statement in body:
            way = self._statement(statement)
            if way != "open":
                return way
        return "open"

    def _statement(self, node: ast.stmt) -> str:
        match node:
            case ast.Raise():
                return "passed"
            case ast.If(test=test, body=body, orelse=orelse):
                if self._surely(test):
                    return "passed"
                ways = (self._way(body), self._way(orelse))
                if "left" in ways:
                    return "left"
                return "passed" if ways == ("passed", "passed") else "open"
            case ast.With(items=items, body=body):
                # a context manager may swallow an exception, and the statements behind run
                if any(self._surely(item.context_expr) for item in items):
                    return "passed"
                return "left" if self._may_leave(body) and self._way(body) != "passed" else "open"
            case ast.Try(handlers=[], body=body):
                return self._way(body)
            case ast.FunctionDef() | ast.ClassDef():
                return "open"
            case ast.Assert(test=test):
                return "passed" if self._surely(test) else "open"
            case ast.For() | ast.While() | ast.Try() | ast.Match():
                return "left" if self._may_leave([node]) else "open"
            case _ if any(self._surely(part) for part in _children(node)):
                return "passed"
            case ast.Return() | ast.Break() | ast.Continue():
                return "left"
            case _:
                return "open"

    def _may_leave(self, body: Iterable[ast.stmt]) -> bool:
        return any(isinstance(p, ast.Return) for statement in body for p in _own(statement))

    def _surely(self, node: ast.AST) -> bool:
        """Whether an expression, once evaluated, has handed the arguments on."""
        if node in self._calls:
            return True
        match node:
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return self._surely(test) or (self._surely(body) and self._surely(orelse))
            case ast.BoolOp(values=[first, *_]):
                return self._surely(first)
            case _ if isinstance(node, (*_SCOPES, *_COMPREHENSIONS)):
                return False
            case _:
                return any(self._surely(child) for child in _children(node))


def _callee(node: ast.expr, owner: str | None) -> str:
    """The dotted text of what is called, ``super().name`` among it; empty for anything else."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(
            value=ast.Call(func=ast.Name(id="super"), args=args, keywords=[]), attr=attr
        ):
            own = not args or (len(args) == 2 and _is_name(args[0], owner or ""))
            return f"super().{attr}" if own else ""
        case ast.Attribute(value=value, attr=attr):
            head = _callee(value, owner)
            return f"{head}.{attr}" if head and "(" not in head else ""
        case _:
            return ""


def _keeps_parameters(decorator: ast.expr) -> bool:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return _callee(called, None).rpartition(".")[2] == "wraps"


def _stored(node: ast.AST) -> set[str]:
    """The names that code below ``node`` binds, in whatever scope."""
    found: set[str] = set()
    for part in ast.walk(node):
        match part:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                found.add(name)
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                found.update((a.asname or a.name).partition(".")[0] for a in names)
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)):
                found.add(name)
            case ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name)):
                found.add(name)
            case ast.ClassDef(name=name) if part is not node:
                found.add(name)
            case ast.FunctionDef() | ast.AsyncFunctionDef() if part is not node:
                found |= {part.name, *(arg.arg for arg in _parameters(part))}
            case ast.Lambda():
                found.update(arg.arg for arg in _parameters(part))
            case _:
                pass
    return found


def _parameters(node: _Def | ast.Lambda) -> list[ast.arg]:
    given = node.args
    stars = [arg for arg in (given.vararg, given.kwarg) if arg is not None]
    return [*given.posonlyargs, *given.args, *given.kwonlyargs, *stars]


def _variadics(given: ast.arguments) -> tuple[str | None, str | None]:
    return given.vararg and given.vararg.arg, given.kwarg and given.kwarg.arg


def _own(node: ast.AST) -> Iterator[ast.AST]:
    """What lies below ``node`` in its own scope."""
    for child in _children(node):
        yield child
        if not isinstance(child, _SCOPES):
            yield from _own(child)


def _children(node: ast.AST) -> Iterator[ast.AST]:
    return ast.iter_child_nodes(node)


def _is_name(node: ast.AST | None, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _is_star_of(node: ast.expr, name: str | None) -> bool:
    return isinstance(node, ast.Starred) and _is_name(node.value, name or "")


def _text(node: ast.expr) -> str | None:
    value = node.value if isinstance(node, ast.Constant) else None
    return value if isinstance(value, str) else None
