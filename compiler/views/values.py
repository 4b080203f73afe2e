"""Values of a configuration as a picture has them, on one line."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from fgc.compiler.frontend.template.toyaml import to_yaml
from fgc.compiler.ir.graph import Call, File, Kind, List, Literal, Mapping, Node, Scalar, Tuple, Var


def value_text(
    node: Node, name_of: Callable[[Node], str | None], most_items: int | None = None
) -> str:
    """``node`` in the manner of Python. ``name_of`` gives those nodes a name that have one here.

    Of a list, at most ``most_items`` are written out.

    >>> from fgc.compiler.ir.span import Span
    >>> at = Span.point("a.yaml", 1)
    >>> items = tuple(Literal(10**n, ("a",), at) for n in (1, 6, 7))
    >>> call = Call(Kind.PARTIAL, "a:f", at, (List(items, ("a",), at),), (), ("a",), at)
    >>> value_text(call, lambda _: None, 2)
    'partial(f, [10, 1_000_000, … 1 more])'
    """

    def text(node: Node) -> str:
        name = name_of(node)
        if name is not None:
            return name
        match node:
            case Literal(value=value):
                return _scalar(value)
            case Var(var=var, default=default):
                return f"!var {var}" + ("" if default is None else f" or {text(default)}")
            case File(written=written):
                return written
            case List(items=items):
                return f"[{listed(items)}]"
            case Tuple(items=items):
                return f"({listed(items)}{',' if len(items) == 1 else ''})"
            case Mapping(entries=entries):
                return f"{{{', '.join(f'{e.key}: {text(e.value)}' for e in entries)}}}"
            case Call():
                return called(node)

    def listed(items: Sequence[Node]) -> str:
        kept = items if most_items is None else items[:most_items]
        texts = list(map(text, kept))
        if len(kept) < len(items):
            texts.append(f"… {len(items) - len(kept)} more")
        return ", ".join(texts)

    def called(call: Call) -> str:
        given = [text(item) for item in call.args]
        given += [f"{entry.key}={text(entry.value)}" for entry in call.kwargs]
        if call.latent_args is not None:
            given.append(f"**{text(call.latent_args)}")
        if call.kind is not Kind.PARTIAL:
            return f"{last_name(call.target)}({', '.join(given)})"
        # a partial that binds nothing is what it names
        name = last_name(call.target)
        return f"partial({', '.join([name, *given])})" if given else name

    return text(node)


def title_of(node: Node) -> str:
    """The last name of what a call calls, or what a container is called."""
    match node:
        case Call(target=target):
            return last_name(target)
        case List() | Tuple() | Mapping():
            return node.name or node.path[-1]
        case _:
            return node.path[-1]


def last_name(target: str) -> str:
    """
    >>> last_name("torch.optim:AdamW"), last_name("torch.nn.Linear"), last_name("len")
    ('AdamW', 'Linear', 'len')
    """
    return target.rpartition(":")[2].rpartition(".")[2] or target


def _scalar(value: Scalar) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 10_000:
        return f"{value:_}"
    return to_yaml(value)
