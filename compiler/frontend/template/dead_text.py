"""Find what a template says in vain.

A template that extends another gives its blocks and nothing else: text outside of them, and a block
that none of the templates above has, are never rendered. Jinja says nothing about either, so a
mistyped block name loses the whole block.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from fgc.compiler.diagnostics.diagnostic import Diagnostic, Fix, Label
from fgc.compiler.frontend.template.compiled import CompiledTemplate
from fgc.compiler.frontend.template.loader import TemplateLoader
from fgc.compiler.frontend.template.place import Place
from fgc.compiler.frontend.template.syntax_errors import nearest
from fgc.compiler.frontend.template_chain import Reference
from fgc.compiler.ir.span import Span
from fgc.compiler.symbols.nearest import only_near


def dead_text(
    loader: TemplateLoader, root: str, references: Iterable[Reference]
) -> list[Diagnostic]:
    """A diagnostic FGC008 for each text and block, of the templates loaded, that is in vain.

    Where a base is chosen by an expression, the blocks of a template may be meant for another
    choice, and pass. Those of the configuration itself, ``root``, are meant for the choice that
    this rendering made, which ``references`` tell, unless it is the one that chooses.
    """
    followed = {r.source: r.to for r in references if r.kind == "extends"}
    found: list[Diagnostic] = []
    for template in list(loader.compiled.values()):
        file = loader.file_of(template.key)
        found += [_outside(file, place) for place in template.dropped]
        chosen = followed if template.key == root else {}
        inherited = _inherited_blocks(loader, template, chosen)
        if inherited is None:
            continue
        for block in template.blocks:
            if not block.nested and block.name not in inherited:
                found.append(_overrides_nothing(file, block.place, block.name, inherited))
    return found


def _inherited_blocks(
    loader: TemplateLoader, template: CompiledTemplate, chosen: Mapping[str, str]
) -> dict[str, Span] | None:
    """The blocks of all templates above and the nearest place of each, or None where it is not
    certain which those are.

    ``chosen`` are the bases that expressions gave, by the template that extends them.
    """
    if template.base is None:
        return None
    found: dict[str, Span] = {}
    while (base := _base(loader, template, chosen)) is not None:
        template = loader.compile(base)
        file = loader.file_of(template.key)
        for block in template.blocks:
            found.setdefault(block.name, _named(file, block.place, block.name))
    certain = not template.extends or (bool(chosen) and template.key not in chosen)
    return found if certain else None


def _base(
    loader: TemplateLoader, template: CompiledTemplate, chosen: Mapping[str, str]
) -> str | None:
    if template.base is not None:
        return loader.resolve(template.base, template.key)
    return chosen.get(template.key)


def _outside(file: str, place: Place) -> Diagnostic:
    return Diagnostic(
        "FGC008",
        "text outside of the blocks of a template that extends another is never rendered",
        Span.point(file, int(place), place.column),
        help="text belongs into a block, below a `[name]` header",
        tolerable=True,
    )


def _overrides_nothing(
    file: str, place: Place, name: str, inherited: Mapping[str, Span]
) -> Diagnostic:
    similar = nearest(name, list(inherited))
    span = _named(file, place, name)
    sure = only_near(name, list(inherited))
    labels = () if similar is None else (Label(inherited[similar], f"`{similar}` begins here"),)
    return Diagnostic(
        "FGC008",
        f"the block `{name}` is never rendered: no template above has a block of this name",
        span,
        labels=labels,
        help=f"a block with a similar name exists: `{similar}`" if similar else None,
        fix=None if sure is None else Fix(span, sure, name),
        tolerable=True,
    )


def _named(file: str, place: Place, name: str) -> Span:
    line, column = int(place), place.column
    return Span(file, line, column, line, column + len(name))
