"""A model as a unit: one file that holds all of its classes."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from fgc.compiler.backend.names import path_name
from fgc.compiler.diagnostics.diagnostic import BuildError, Diagnostic
from fgc.compiler.ir.graph import Call
from fgc.compiler.program import remember
from fgc.compiler.program.causes import model_causes, part_causes
from fgc.compiler.program.namespace import Namespace
from fgc.compiler.program.plan import ModelPlan, Plan
from fgc.compiler.program.unit import (
    ALWAYS,
    Tree,
    UnitCode,
    in_language,
    named,
    own,
    owned,
    spans_of,
    specialisable,
    symbol,
)
from fgc.compiler.program.values import Values
from fgc.compiler.specialiser.closure import Code, DefId, obstacles
from fgc.compiler.specialiser.construct import Unit, Writer, assign_names
from fgc.compiler.specialiser.families import Families, Scope
from fgc.compiler.specialiser.family import Family, Foreign
from fgc.compiler.specialiser.source import Definition, Library
from fgc.compiler.specialiser.subset import Whole


class ModelUnit:
    """A model: one file that holds all of its classes.

    Raises `BuildError` (FGC050) where the model's own class is outside the subset: it is made from
    its config alone. ``outside`` are definitions that turned out to be outside the subset.
    """

    def __init__(
        self,
        plan: Plan,
        model: ModelPlan,
        library: Library,
        protected: frozenset[str],
        outside: Sequence[Whole] = (),
    ):
        self.plan = plan
        self.model = model
        self.library = library
        self.namespace = Namespace({"config", "self"}, dict(ALWAYS))
        values = Values(
            fields=model.fields,
            constants={},
            files=plan.files,
            bindings=plan.graph.bindings,
            launch={},
        )
        scope = Scope(
            values.code,
            values.inner,
            values.known,
            self._definition,
            self._definition,
            obstacles=lambda definition: obstacles(definition, library),
            reserved=frozenset({"config"}),
        )
        self.families = Families(scope, outside)
        if isinstance(self.families.part(model.root), Foreign):
            raise BuildError(_unspecialisable_model(model.root, self.families.whole))
        assign_names(self.families, model.prefix)
        taken: set[str] = {"config", "self"}
        shared: dict[Call, str] = {}
        for call in self.families.shared:
            shared[call] = path_name(call.path, lambda name: name not in taken, call.name)
            taken.add(shared[call])
        self.writer = Writer(
            Unit(
                self.families,
                self._symbol,
                shared,
                model.config_class,
                protected,
                language=self._language,
            )
        )

    @property
    def class_name(self) -> str:
        """The name of the model's class."""
        part = self.families.part(self.model.root)
        return self.writer.construction(part).callee.value  # type: ignore[attr-defined]

    def code(self) -> UnitCode:
        """The model's classes, parts before what they are parts of, and what they reach."""
        families = list(self.families.families.values())
        texts = [(family, remember.written(self.writer, family)) for family in families]
        names = owned(self.namespace, self.library)
        codes = [
            Code(family.name, text, family.definition.module, family.definition, names)
            for family, text in texts
        ]
        reached = remember.reach(
            self.library, self._local(families), named(families), codes, own(self.plan)
        )
        fields = model_causes(self.model)
        return UnitCode(
            reached.roots,
            (),
            reached.definitions,
            self.namespace.imports,
            spans_of(families),
            {name: (*causes, *fields) for name, causes in part_causes(families).items()},
            (*self.families.whole, *reached.whole),
        )

    def _local(self, families: Sequence[Family]) -> dict[DefId, str]:
        """What the library's classes are called here: the first family of each, and the config."""
        local: dict[DefId, str] = {}
        for family in families:
            local.setdefault((family.definition.module, family.definition.name), family.name)
        root = families[-1]
        generic = _config_class(root.tree)
        if generic is not None:
            found = self.library.definition(root.definition.module, generic)
            if found is not None:
                local[found.module, found.name] = self.model.config_class
        return local

    def _definition(self, call: Call) -> tuple[Definition, Tree] | None:
        return specialisable(self.plan, self.library, call)

    def _language(self, call: Call, args: Sequence[cst.Arg]) -> cst.BaseExpression | None:
        return in_language(self.plan, call, args)

    def _symbol(self, call: Call) -> cst.BaseExpression:
        return symbol(self.plan, self.library, self.namespace, call)


def _unspecialisable_model(root: Call, whole: Sequence[Whole]) -> Diagnostic:
    found = next((each for each in whole), None)
    why = found.violations[0].message if found is not None else "its source cannot be read"
    return Diagnostic(
        "FGC050",
        f"`{root.target}` cannot be a model: {why}",
        root.target_span,
        help="keep the class of a model to the subset of Python that fgc's runtime is written in",
    )


def _config_class(tree: Tree) -> str | None:
    """``X`` in ``config_class = X`` of a model's class."""
    if not isinstance(tree, cst.ClassDef):
        return None
    for statement in tree.body.body:
        match statement:
            case cst.SimpleStatementLine(
                body=[
                    cst.Assign(
                        targets=[cst.AssignTarget(target=cst.Name(value="config_class"))],
                        value=cst.Name(value=name),
                    )
                ]
            ):
                return name
            case _:
                pass
    return None
