"""Jinja's code generator, made to report what it writes and to count what it costs.

Each piece of output goes through ``environment.emit(template, chunk, text)``. With tracing off
that gives the text back, and the rendering is Jinja's own; with tracing on it adds a mark.

A marked text must never be seen by an expression, which could measure or compare it and then take
another way than the unmarked rendering does. So output that is captured (a macro's body, a ``set``
block, a filter block) goes unmarked, and keeps the place of its use. What comes out of a block or
an include keeps its marks only on its way to the output, where nothing but `TRANSPARENT` filters,
which change white space alone, may handle it.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from jinja2 import Environment, nodes
from jinja2.compiler import CodeGenerator, Frame

from fgc.compiler.frontend.template.place import Place
from fgc.compiler.frontend.template_chain import ReferenceKind

_Referring = nodes.Extends | nodes.Include | nodes.Import | nodes.FromImport

TRANSPARENT: Final = frozenset({"trim", "indent"})
UNMARKED: Final = -1


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of output: where it is written, its text if it is literal, and in which block."""

    place: Place
    literal: str | None
    block: str | None = None


def transparent_call(node: nodes.Node | None) -> nodes.Call | None:
    """The ``super()`` or ``self.block()`` that ``node`` prints, blanks aside, as it is."""
    while isinstance(node, nodes.Filter) and _is_transparent(node):
        node = node.node
    if not isinstance(node, nodes.Call) or node.args or node.kwargs:
        return None
    called = node.node
    if isinstance(called, nodes.Getattr):
        called = called.node
    is_block = isinstance(called, nodes.Name) and called.name in ("super", "self")
    return node if is_block else None


def _is_transparent(node: nodes.Filter) -> bool:
    arguments = [*node.args, *(keyword.value for keyword in node.kwargs)]
    if node.name not in TRANSPARENT or node.dyn_args or node.dyn_kwargs:
        return False
    return all(isinstance(value, nodes.Const) and _is_blank(value.value) for value in arguments)


def _is_blank(value: Any) -> bool:
    return not value.strip() if isinstance(value, str) else isinstance(value, (int, bool))


class TracingGenerator(CodeGenerator):
    """Generates the code of one template.

    ``chunks`` are the pieces of its output; ``dropped`` is where text stands that no rendering can
    reach, since the template extends another and the text is in no block.
    """

    def __init__(self, environment: Environment, name: str):
        super().__init__(environment, name, None)
        self.chunks: list[Chunk] = []
        self.dropped: list[Place] = []
        self._index = UNMARKED
        self._block_call: nodes.Call | None = None
        self._extends: nodes.Extends | None = None
        self._transparent_buffers: set[str] = set()
        self._next_buffer_transparent = False
        self._writes: list[bool] = []
        self._loop_bodies: set[int] = set()

    @property
    def statements(self) -> list[tuple[int, int]]:
        """The place of what each line of the code is for, as ``(line, place)``, by line."""
        return [(code_line, place) for place, code_line in self.debug_info]

    # Every statement has its place, also the second one of a line.
    def newline(self, node: nodes.Node | None = None, extra: int = 0) -> None:
        self._last_line = -1
        super().newline(first_part(node) if isinstance(node, nodes.Expr) else node, extra)

    def writeline(self, x: str, node: nodes.Node | None = None, extra: int = 0) -> None:
        if node is None and x.startswith("yield from parent_template."):
            node = self._extends
        super().writeline(x, node, extra)

    def visit_Assign(self, node: nodes.Assign, frame: Frame) -> None:
        self.newline(node)  # Jinja checks the target before it says where it is
        written, line = node.node, node.lineno
        where: list[nodes.Expr] = [nodes.Const(self.name), nodes.Const(int(Place.of(line)))]
        assigned = nodes.EnvironmentAttribute("assigned", lineno=line)
        node.node = nodes.Call(assigned, [written, *where], [], None, None, lineno=line)
        node.node.set_environment(self.environment)
        super().visit_Assign(node, frame)
        node.node = written

    def visit_NSRef(self, node: nodes.NSRef, frame: Frame) -> None:
        name = f"environment.knob({node.attr!r}, {self.name!r}, {int(node.lineno)})"
        self.writeline(f"{frame.symbols.ref(node.name)}[{name}]")

    # References to other templates, which the environment notes as they are followed.
    def visit_Extends(self, node: nodes.Extends, frame: Frame) -> None:
        self._extends = node
        with self._noted("extends", node):
            super().visit_Extends(node, frame)

    def visit_Include(self, node: nodes.Include, frame: Frame) -> None:
        with self._noted("includes", node):
            super().visit_Include(node, frame)

    def visit_Import(self, node: nodes.Import, frame: Frame) -> None:
        with self._noted("imports", node):
            super().visit_Import(node, frame)

    def visit_FromImport(self, node: nodes.FromImport, frame: Frame) -> None:
        with self._noted("imports", node):
            super().visit_FromImport(node, frame)

    @contextmanager
    def _noted(self, kind: ReferenceKind, node: _Referring) -> Generator[None]:
        """Has the environment told what kind of reference a name is meant for, and on which line,
        just before it looks the name up."""
        written, line = node.template, node.lineno
        refer = nodes.EnvironmentAttribute("refer", lineno=line)
        known: list[nodes.Expr] = [nodes.Const(kind), nodes.Const(int(Place.of(line)))]
        noted = nodes.Call(refer, [*known, written], [], None, None, lineno=line)
        noted.set_environment(self.environment)
        node.template = noted
        yield
        node.template = written

    # Output.
    def visit_Output(self, node: nodes.Output, frame: Frame) -> None:
        if frame.require_output_check and self.has_known_extends:
            self.dropped += _content_places(node)
            return
        for child in node.nodes:
            self._index, self._block_call = UNMARKED, None
            if self._reaches_output(frame):
                self._index = self._new_chunk(child, frame)
                self._block_call = transparent_call(child)
            super().visit_Output(nodes.Output([child], lineno=child.lineno), frame)

    def _output_const_repr(self, group: Iterable[Any]) -> str:
        return self._emit(super()._output_const_repr(group))

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        self.write(f"environment.emit({self.name!r}, {self._index}, ")
        super()._output_child_pre(node, frame, finalize)

    def _output_child_post(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        super()._output_child_post(node, frame, finalize)
        self.write(")")

    def _emit(self, expression: str) -> str:
        return f"environment.emit({self.name!r}, {self._index}, {expression})"

    def _new_chunk(self, node: nodes.Node, frame: Frame) -> int:
        literal = node.data if isinstance(node, nodes.TemplateData) else None
        place = Place.of((first_part(node) if isinstance(node, nodes.Expr) else node).lineno)
        self.chunks.append(Chunk(place, literal, frame.block))
        return len(self.chunks) - 1

    def _reaches_output(self, frame: Frame) -> bool:
        return frame.buffer is None or frame.buffer in self._transparent_buffers

    def visit_Call(self, node: nodes.Call, frame: Frame, forward_caller: bool = False) -> None:
        if node is self._block_call:
            self.write("environment.call_marked(context, ")
            self.visit(node.node, frame)
            self.write(")")
        else:
            super().visit_Call(node, frame, forward_caller=forward_caller)

    # Statements that write what an expression of theirs gives.
    def start_write(self, frame: Frame, node: nodes.Node | None = None) -> None:
        own = isinstance(node, (nodes.CallBlock, nodes.FilterBlock, nodes.For))
        self._writes.append(own)
        super().start_write(frame, node)
        if own:
            index = self._new_chunk(node, frame) if self._reaches_output(frame) else UNMARKED
            self.write(f"environment.emit({self.name!r}, {index}, str(")

    def end_write(self, frame: Frame) -> None:
        if self._writes.pop():
            self.write("))")
        super().end_write(frame)

    def simple_write(self, s: str, frame: Frame, node: nodes.Node | None = None) -> None:
        captured = not self._reaches_output(frame)
        super().simple_write(f"environment.unmark({s})" if captured else s, frame, node)

    def visit_FilterBlock(self, node: nodes.FilterBlock, frame: Frame) -> None:
        chain: nodes.Node | None = node.filter
        while isinstance(chain, nodes.Filter) and _is_transparent(chain):
            chain = chain.node
        self._next_buffer_transparent = chain is None and self._reaches_output(frame)
        super().visit_FilterBlock(node, frame)

    def buffer(self, frame: Frame) -> None:
        super().buffer(frame)
        if self._next_buffer_transparent and frame.buffer is not None:
            self._transparent_buffers.add(frame.buffer)
        self._next_buffer_transparent = False

    # Costs.
    def visit_For(self, node: nodes.For, frame: Frame) -> None:
        self._loop_bodies.add(id(node.body))
        if node.test is not None:
            stepped = nodes.EnvironmentAttribute("stepped", lineno=node.test.lineno)
            node.test = nodes.And(stepped, node.test, lineno=node.test.lineno)
        super().visit_For(node, frame)

    def blockvisit(self, nodes: Iterable[nodes.Node], frame: Frame) -> None:
        if id(nodes) in self._loop_bodies:
            self.writeline("environment.step()")
        super().blockvisit(nodes, frame)

    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:
        self.write("environment.counted(")
        super().visit_Concat(node, frame)
        self.write(")")

    def visit_List(self, node: nodes.List, frame: Frame) -> None:
        self.write("environment.counted(")
        super().visit_List(node, frame)
        self.write(")")

    def visit_Dict(self, node: nodes.Dict, frame: Frame) -> None:
        self.write("environment.counted(")
        super().visit_Dict(node, frame)
        self.write(")")

    def visit_Tuple(self, node: nodes.Tuple, frame: Frame) -> None:
        if node.ctx == "store":
            super().visit_Tuple(node, frame)
            return
        self.write("environment.counted(")
        super().visit_Tuple(node, frame)
        self.write(")")

    def visit_Const(self, node: nodes.Const, frame: Frame) -> None:
        value = node.as_const(frame.eval_ctx)
        if isinstance(value, float) and not math.isfinite(value):
            self.write(f"float('{value}')")  # Jinja writes a bare name
        else:
            super().visit_Const(node, frame)


def first_part(node: nodes.Node) -> nodes.Node:
    """The part of an expression that stands first; Jinja places a filter at its name."""
    parts = [part for part in (node, *node.find_all(nodes.Expr)) if isinstance(part.lineno, Place)]
    return min(
        parts, key=lambda part: (int(part.lineno), Place.of(part.lineno).column), default=node
    )


def _content_places(output: nodes.Output) -> list[Place]:
    """Where a stretch of output first holds more than blanks, YAML comments and markers."""
    line = ""
    for child in output.nodes:
        place = Place.of(first_part(child).lineno)
        parts = child.data.split("\n") if isinstance(child, nodes.TemplateData) else ["{}"]
        for offset, part in enumerate(parts):
            line = part if offset else line + part
            if line.strip() and not line.lstrip().startswith(("#", "---", "...")):
                indent = len(part) - len(part.lstrip())
                return [Place(place + offset, indent + (1 if offset else place.column))]
    return []
