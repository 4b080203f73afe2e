"""A model's modules as text for people: names, classes, shapes, and how many parameters each has.

Members of a list that are alike are one row, `layers.0-3  4 x PreNormLayer`; below it,
``4 x 65,536`` are the parameters of each of the four, and the share is that of all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from fgc.compiler.diagnostics.frame import printable
from fgc.targets.model.anatomy import Module, Weight, is_known, total_parameters, weights

LISTS = ("ModuleDict", "ModuleList")  # their children stand for them
INDENT = "  "
GAP = "  "
LEAST_MIDDLE = 16
STYLES = {"class": "36", "quiet": "2", "title": "1", "unknown": "33"}


@dataclass(frozen=True, slots=True)
class Row:
    """One line, and below it what there is to say of it. ``copies`` are the modules it is for.

    ``parameters`` are those of each copy, or a word where there are none to count.
    """

    depth: int
    name: str
    class_name: str
    shape: str
    copies: int
    parameters: int | str
    notes: tuple[tuple[str, str], ...] = ()  # style and text

    @property
    def label(self) -> str:
        """The name, below those that it is part of."""
        return INDENT * self.depth + self.name

    @property
    def count(self) -> str:
        """How many parameters, as text."""
        if isinstance(self.parameters, str):
            return self.parameters
        times = f"{self.copies:,} x " if self.copies > 1 else ""
        return f"{times}{self.parameters:,}"

    def share(self, total: int) -> str:
        """The share of all copies in the parameters of the model."""
        if isinstance(self.parameters, str) or not total:
            return ""
        share = self.copies * self.parameters / total
        return "<0.1%" if 0 < share < 0.0005 else f"{share:.1%}"


def render_module_tree(module: Module, *, width: int = 80, color: bool = False) -> str:
    """The modules below ``module``, which is a whole model; ends with a newline.

    Lines are at most ``width`` long where that leaves something to read.
    """
    total = total_parameters(module)
    least = "" if is_known(module) else "at least "
    title = f"{module.class_name}{GAP}{least}{total:,} parameter{'' if total == 1 else 's'}"
    lines = [_styled(_cut(title, width), "title", color)]
    lines += [_styled(_cut(text, width), style, color) for style, text in _notes(module, set())]
    rows = list(_inside(module, 0, 1, {module.class_name}))
    if rows:
        lines += ["", *_table(rows, total, width, color)]
    return "\n".join(lines) + "\n"


def _inside(module: Module, depth: int, copies: int, told: set[str]) -> Iterator[Row]:
    """The rows of what ``module`` holds. ``told`` are the classes that need no summary any more."""
    for weight in module.tensors:
        yield _weight_row(weight, depth, copies)
    yield from _members(module, "", depth, copies, told)


def _members(module: Module, prefix: str, depth: int, copies: int, told: set[str]) -> Iterator[Row]:
    """The rows of the children, whose names get ``prefix``; of a list, those of its members."""
    for _, alike in groupby(module.children, key=_likeness):
        group = list(alike)
        child = group[0]
        if child.class_name in LISTS and child.children and child.known and len(group) == 1:
            yield from _members(child, f"{prefix}{child.name}.", depth, copies, told)
            continue
        yield _row(group, prefix, depth, copies, told)
        if child.children:  # else the row has said it all
            yield from _inside(child, depth + 1, copies * len(group), told)


def _likeness(child: Module) -> Module:
    """What is equal for members of a list that are alike; a name of its own keeps a child apart."""
    return replace(child, name="") if child.name.isdigit() else child


def _row(group: Sequence[Module], prefix: str, depth: int, copies: int, told: set[str]) -> Row:
    child, number = group[0], len(group)
    name, class_name = child.name, child.class_name
    if number > 1:
        name = f"{name}-{group[-1].name}"
        class_name = f"{number} x {class_name}"
    own = () if child.children else child.tensors
    notes = _notes(child, told) + tuple(_tie(weight) for weight in own if weight.tied_to)
    told.add(child.class_name)
    return Row(
        depth,
        printable(prefix + name),
        class_name,
        " + ".join(map(_shape, own)),
        copies * number,
        _parameters(child),
        notes,
    )


def _parameters(module: Module) -> int | str:
    """What a module has to count, itself and below."""
    held = [weight for _, weight in weights(module)]
    if not held:
        return "" if is_known(module) else "?"
    if any(weight.kind == "parameter" and weight.tied_to is None for weight in held):
        return total_parameters(module)
    return "tied" if any(weight.kind == "parameter" for weight in held) else "buffer"


def _weight_row(weight: Weight, depth: int, copies: int) -> Row:
    """A tensor that stands beside modules."""
    notes = (_tie(weight),) if weight.tied_to else ()
    count = _parameters(Module("", "", tensors=(weight,)))
    return Row(depth, printable(weight.name), "", _shape(weight), copies, count, notes)


def _tie(weight: Weight) -> tuple[str, str]:
    return "quiet", f"the same as {weight.tied_to}"


def _notes(module: Module, told: set[str]) -> tuple[tuple[str, str], ...]:
    """What there is to say of a module: what its class is for, and what is not known."""
    notes: list[tuple[str, str]] = []
    if module.summary and module.class_name not in told:
        notes.append(("quiet", module.summary))
    if not module.known:
        notes.append(("unknown", f"not known: {module.reason}"))
    return tuple(notes)


def _shape(weight: Weight) -> str:
    if weight.shape is None:
        return "?"
    return " x ".join(map(str, weight.shape)) or "1"


def _table(rows: Sequence[Row], total: int, width: int, color: bool) -> Iterator[str]:
    """The rows in columns: name, class and shape, parameters, share."""
    names = max(len(row.label) for row in rows)
    counts = max(len(row.count) for row in rows)
    wanted = max(len(GAP.join(filter(None, (row.class_name, row.shape)))) for row in rows)
    spare = width - names - counts - 2 * len(GAP)
    shares = len(GAP) + len("100.0%")
    shared = spare - wanted >= shares
    middle = max(min(wanted, spare - shares if shared else spare), LEAST_MIDDLE)
    for row in rows:
        room = middle - len(row.shape) - len(GAP) if row.shape else middle
        name = _cut(row.class_name, max(room, 1))
        shape = f"{row.shape:>{middle - len(name)}}{GAP}{row.count:>{counts}}"
        share = f"{GAP}{row.share(total):>6}" if shared else ""
        yield (f"{row.label:<{names}}{GAP}{_styled(name, 'class', color)}{shape}{share}").rstrip()
        indent = INDENT * (row.depth + 1)
        for style, note in row.notes:
            yield indent + _styled(_cut(note, width - len(indent)), style, color)


def _cut(text: str, width: int) -> str:
    text = printable(text).replace("\n", " ")
    return text if len(text) <= width else text[: max(width - 1, 0)] + "…"


def _styled(text: str, style: str, color: bool) -> str:
    return f"\x1b[{STYLES[style]}m{text}\x1b[0m" if color and text else text
