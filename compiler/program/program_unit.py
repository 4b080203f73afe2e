"""The program as a unit: constants, a function for each node, the skeleton's own functions."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Mapping, Sequence

import libcst as cst

from fgc.compiler.backend.names import identifier
from fgc.compiler.ir.graph import Call, Kind, List, Node, Var, walk
from fgc.compiler.ir.module import Cause, Import
from fgc.compiler.program import remember
from fgc.compiler.program.callbacks import objects
from fgc.compiler.program.causes import call_causes, program_causes
from fgc.compiler.program.collecting import collecting_entry
from fgc.compiler.program.entry_slots import entry_nodes
from fgc.compiler.program.functions import (
    check_launch_values,
    dependencies,
    function,
    is_made_once,
    make_needed_first,
)
from fgc.compiler.program.handlers import handler_bindings, methods_in
from fgc.compiler.program.model_unit import ModelUnit
from fgc.compiler.program.namespace import Namespace
from fgc.compiler.program.options import with_options
from fgc.compiler.program.plan import Plan
from fgc.compiler.program.types import Types
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
from fgc.compiler.specialiser.annotations import choices
from fgc.compiler.specialiser.bindings import Binding, Constant, Construct, Construction, Inline
from fgc.compiler.specialiser.closure import Code, DefId, Reached, obstacles, text_of
from fgc.compiler.specialiser.construct import Unit, Writer, assign_names
from fgc.compiler.specialiser.definition import (
    Request,
    parameters,
    specialise_function,
)
from fgc.compiler.specialiser.factories import call_time_keywords
from fgc.compiler.specialiser.families import Families, Scope
from fgc.compiler.specialiser.family import Use
from fgc.compiler.specialiser.parameters import annotation_of, is_factory
from fgc.compiler.specialiser.source import Definition, Library, references
from fgc.compiler.specialiser.subset import Whole


class ProgramUnit:
    """The program: constants, a function for each node, and the skeleton's own functions."""

    def __init__(
        self,
        plan: Plan,
        library: Library,
        models: Mapping[Call, ModelUnit],
        protected: frozenset[str],
        outside: Sequence[Whole] = (),
    ):
        self.plan = plan
        self.library = library
        self.models = models
        self.callbacks = objects(plan.graph, plan.program.callbacks)
        skeleton = library.module(plan.program.module)
        assert skeleton is not None
        self.skeleton = skeleton
        own = {*skeleton.definitions, *plan.constants.values()}
        own |= {f"build_{name}" for name in plan.builders.values()}
        if plan.program.collects:  # its entry has a local variable for each
            own |= {identifier(str(entry.key)) for entry in plan.roots}
        self.namespace = Namespace(own, {**ALWAYS, **skeleton.imports})
        launch = {
            name: cst.parse_expression(value.code) if value.code else cst.Name(name)
            for name, value in {**plan.program.launch, **plan.launch_args}.items()
        }
        self.values = Values(
            fields=None,
            constants=plan.constants,
            files=plan.files,
            bindings=plan.graph.bindings,
            launch=launch,
        )
        self.families = Families(
            Scope(
                self.values.code,
                self.values.inner,
                self.values.known,
                self._definition,
                self._part,
                self._elsewhere,
                lambda definition: obstacles(definition, library),
                builds=lambda call: call in plan.builders and call not in models,
            ),
            outside,
        )
        shared = {c: name for c, name in plan.builders.items() if is_made_once(c)}
        self.writer = Writer(
            Unit(
                self.families,
                self._symbol,
                shared,
                None,
                protected,
                self._positional,
                self._language,
                frozenset(plan.program.callbacks.events if plan.program.callbacks else ()),
            )
        )
        self.types = Types(plan, library, self.namespace)
        self.makers: dict[str, list[str]] = {}
        self.returns: dict[str, str | None] = {}  # the types of what has been made so far
        self.written: dict[str, list[Cause]] = {}

    def code(self) -> UnitCode:
        """The program's own definitions, and what they reach."""
        check_launch_values(self.plan)
        entry = self._entry_nodes() if self.plan.program.has_entry else {}
        lone = self._lone()
        for call in self.plan.builders:
            if call not in self.plan.models:
                self.families.part(call, self._given(call), top=True)
        if self.plan.program.collects:
            self.families.collect(e.value for e in self.plan.roots if e.value not in self._own())
        if lone is not None:
            self.families.collect([lone])
        plain = self._plain()
        assign_names(self.families, "", (name for _, name in plain))
        makers = {call: self._maker(call) for call in self.plan.builders}
        trees: dict[str, cst.FunctionDef] = {
            f"build_{self.plan.builders[c]}": t for c, t in makers.items()
        }
        if self.plan.program.collects:
            trees[self.plan.program.entry] = collecting_entry(self.plan, self.writer, self.makers)
        if lone is not None:
            trees |= self._lone_maker(lone)
        for name in self.plan.program.functions:
            tree = self.skeleton.definitions[name].parse()
            assert isinstance(tree, cst.FunctionDef)
            if name == self.plan.program.entry:
                tree = self._entry(tree, entry)
            trees[name] = with_options(tree, self.plan.launch_args)
        if self.plan.program.lone is None:
            trees = _called_from(self.plan.program.entry, trees)
        written = [(f, remember.written(self.writer, f)) for f in self.families.families.values()]
        names = owned(self.namespace, self.library)
        families = [
            Code(f.name, text, f.definition.module, f.definition, names) for f, text in written
        ]
        roots = [
            Code(name, text_of(tree), self.plan.program.module, None, names, self._knowledge(name))
            for name, tree in trees.items()
        ]
        reached = self._reach([*roots, *families], plain)
        spans = {f"build_{n}": (c.target_span, c.span) for c, n in self.plan.builders.items()}
        spans |= spans_of(list(self.families.families.values()))
        return UnitCode(
            reached.roots[: len(roots)],
            reached.roots[len(roots) :],
            reached.definitions,
            self.namespace.imports,
            spans,
            self._causes(trees),
            (*self.families.whole, *reached.whole),
        )

    def _plain(self) -> dict[DefId, None]:
        """The library's definitions that the program calls as they are."""
        found: dict[DefId, None] = {}
        for call in self.families.foreign():
            source = specialisable(self.plan, self.library, call)
            if source is not None:
                found[source[0].module, source[0].name] = None
        return found

    def _reach(self, codes: Sequence[Code], plain: Container[DefId]) -> Reached:
        local: dict[DefId, str] = {
            (self.plan.program.module, name): name for name in self.skeleton.definitions
        }
        for family in self.families.families.values():
            identity = (family.definition.module, family.definition.name)
            if identity not in plain:
                local.setdefault(identity, family.name)
            local.setdefault((family.definition.module, family.name), family.name)
        families = named(self.families.families.values())
        return remember.reach(self.library, local, families, codes, own(self.plan))

    def _knowledge(self, name: str) -> dict[str, Binding]:
        """What is known of the names in a function of the program: constants, and made objects."""
        known: dict[str, Binding] = {}
        for node, constant in self.plan.constants.items():
            value = self.values.known(node)
            if isinstance(value, bool | str):
                known[constant] = Constant(value)
            else:
                known[constant] = Inline(cst.Name(constant))
        for call, made in self.plan.builders.items():
            if is_made_once(call) or call.kind is Kind.PARTIAL:
                known[made] = Inline(cst.Name(made))
            known[f"build_{made}"] = Construct(Construction(cst.Name(f"build_{made}")))
        return known

    def _causes(self, names: Iterable[str]) -> dict[str, tuple[Cause, ...]]:
        """What is behind the parts of the program's functions ``names``."""
        everywhere = program_causes(self.plan)
        return {name: (*self.written.get(name, ()), *everywhere) for name in names}

    # The functions that make nodes.

    def _given(self, call: Call) -> frozenset[str]:
        """The keywords that the skeleton adds to a node's call; slots give theirs by position."""
        return frozenset(self._passed(call))

    def _passed(self, call: Call) -> tuple[str, ...]:
        """What the skeleton gives to a partial, and the partial does not name by a variable."""
        if call.kind is not Kind.PARTIAL:
            return ()
        named = {node.var for node in walk(call) if isinstance(node, Var)}
        return tuple(name for name in self._slot_parameters(call) if name not in named)

    def _slot_parameters(self, call: Call) -> tuple[str, ...]:
        slot = self.plan.program.slots.get(self._key(call))
        return slot.parameters if slot is not None else ()

    def _key(self, call: Call) -> str:
        for entry in self.plan.roots:
            if entry.value is call:
                return str(entry.key)
        return ""

    def _maker(self, call: Call) -> cst.FunctionDef:
        name = self.plan.builders[call]
        needs = dependencies(call, self.plan)
        given = self._slot_parameters(call) if call.kind is Kind.PARTIAL else ()
        takes = [*given, *(need for need in needs if need not in given)]
        self.makers[f"build_{name}"] = takes
        value, returns = self._made(call)
        self.returns[name] = returns
        typed = [(take, self.types.parameter(take) or self.returns.get(take)) for take in takes]
        return function(f"build_{name}", typed, returns, value)

    def _made(self, call: Call) -> tuple[cst.BaseExpression, str | None]:
        """The expression that makes a node, and the type of what it makes."""
        if call in self.models:
            return self._made_model(self.models[call])
        part = self.families.part(call, self._given(call), top=True)
        made = self.writer.made(part)
        if not isinstance(made, cst.Call):
            return made, None
        passed = [cst.Arg(cst.Name(name)) for name in self._passed(call)]
        arguments = call_causes(call, made.func, self._positional, given=len(passed))
        self.written[f"build_{self.plan.builders[call]}"] = list(arguments)
        made = made.with_changes(args=[*passed, *made.args])
        return made, self.types.made(call, made)

    def _made_model(self, unit: ModelUnit) -> tuple[cst.BaseExpression, str | None]:
        """A model is made from the config in its folder, and by that alone."""
        model = unit.model
        package = model.folder.replace("/", ".")
        wanted = Import(f"{package}.modeling_{model.name}", unit.class_name, unit.class_name)
        callee = self.namespace.bind(wanted)
        wanted = Import(
            f"{package}.configuration_{model.name}", model.config_class, model.config_class
        )
        config = self.namespace.bind(wanted)
        code = f'{callee}({config}.from_pretrained(HERE / "{model.folder}"))'
        if self.plan.program.lone is not None:
            code = f"{callee}({config}())"  # whose fields have their values as defaults
        return cst.parse_expression(code), callee

    def _own(self) -> set[Node]:
        """The nodes that have a function of their own."""
        return set(self.plan.builders)

    # One target alone.

    def _lone(self) -> Node | None:
        """The one target that is wanted, where no function of its own makes it."""
        key = self.plan.program.lone
        node = next((e.value for e in self.plan.roots if str(e.key) == key), None)
        return None if node is None or node in self.plan.builders else node

    def _lone_maker(self, node: Node) -> dict[str, cst.FunctionDef]:
        """The function that makes it; what is a constant needs none."""
        if node in self.plan.constants:
            return {}
        name = f"build_{identifier(str(self.plan.program.lone))}"
        needs = dependencies(List((node,), node.path, node.span), self.plan)
        typed = [(need, self.types.parameter(need)) for need in needs]
        return {name: function(name, typed, None, self.writer.value(node))}

    # The skeleton's entry.

    def _entry_nodes(self) -> dict[str, Node | None]:
        tree = self.skeleton.definitions[self.plan.program.entry].parse()
        assert isinstance(tree, cst.FunctionDef)
        callbacks = self.plan.program.callbacks
        own = () if callbacks is None else (*callbacks.events, callbacks.states)
        return entry_nodes(self.plan, self.values, parameters(tree), own)

    def _entry(self, tree: cst.FunctionDef, nodes: Mapping[str, Node | None]) -> cst.FunctionDef:
        bindings = handler_bindings(self.plan, self._methods)
        for param in parameters(tree):
            name = param.name.value
            if name in bindings:
                continue
            node = nodes[name]
            if node is None:
                bindings[name] = Constant(None)
            elif not is_factory(param):
                bindings[name] = self._value_binding(param, node)
            elif isinstance(node, Call) and node in self.plan.builders:
                maker = f"build_{self.plan.builders[node]}"
                takes = tuple(self.makers[maker])
                entry = self.skeleton.definitions[self.plan.program.entry]
                offered = call_time_keywords(entry, name) or frozenset[str]()
                own = tuple(self._needed(take) for take in takes if take not in offered)
                bindings[name] = Construct(
                    Construction(cst.Name(maker), own, frozenset(takes), positional=takes)
                )
            elif isinstance(node, Call):
                bindings[name] = Construct(self._called(node))
        folded = specialise_function(
            tree,
            # what a function needs is made in the entry itself, before it is called
            Request(
                tree.name.value, bindings, local=frozenset({"args", *self.plan.builders.values()})
            ),
        )
        calls = {name: f"build_{name}" for c, name in self.plan.builders.items() if is_made_once(c)}
        order = [self.plan.builders[callback] for callback in self.callbacks]
        return make_needed_first(folded, self.makers, calls, self._given_at_launch(), order)

    def _methods(self, callback: Call) -> Collection[str]:
        """The methods that a callback's class has in the program."""
        part = self.families.part(callback, self._given(callback), top=True)
        if isinstance(part, Use):
            return methods_in(remember.written(self.writer, part.family))
        return self.plan.resolution.symbols[callback].methods or ()

    def _given_at_launch(self) -> dict[str, str]:
        """What the entry writes for a launch value that is no variable of its own."""
        launch = {**self.plan.program.launch, **self.plan.launch_args}
        return {name: value.given for name, value in launch.items() if value.given is not None}

    def _value_binding(self, param: cst.Param, node: Node) -> Binding:
        """What a parameter that is no factory stands for: a decision, or an expression."""
        known = self.values.known(node)
        decides = isinstance(known, bool) or choices(annotation_of(param))
        if decides and isinstance(known, bool | str):
            return Constant(known)
        return Inline(self.writer.value(node))

    def _needed(self, name: str) -> cst.Arg:
        """What the skeleton does not offer: an option of the program, or an object made for it."""
        given = self._given_at_launch().get(name, name)
        return cst.Arg(cst.parse_expression(given), keyword=cst.Name(name))

    def _called(self, call: Call) -> Construction:
        """A partial that the entry calls itself: its bound arguments stand in the call."""
        part = self.families.part(call, None)
        construction = self.writer.construction(part)
        order = self._positional(call)
        arguments = call_causes(call, construction.callee, self._positional)
        self.written.setdefault(self.plan.program.entry, []).extend(arguments)
        return Construction(construction.callee, construction.args, None, order, exploded=True)

    def _positional(self, call: Call) -> tuple[str, ...]:
        """The parameters of the runtime's own that are written by position."""
        found = self.plan.resolution.symbols.get(call)
        if found is None or found.signature is None or found.origin != "runtime":
            return ()
        return tuple(p.name for p in found.signature.positional)

    def _language(self, call: Call, args: Sequence[cst.Arg]) -> cst.BaseExpression | None:
        return in_language(self.plan, call, args)

    def _part(self, call: Call) -> tuple[Definition, Tree] | None:
        return specialisable(self.plan, self.library, call)

    def _elsewhere(self, call: Call) -> cst.BaseExpression | None:
        """The function that makes a model."""
        if call not in self.models:
            return None
        return cst.Name(f"build_{self.plan.builders[call]}")

    def _definition(self, call: Call) -> tuple[Definition, Tree] | None:
        """Only callbacks and what is bound to factories: the rest follows from how it is called."""
        found = specialisable(self.plan, self.library, call)
        if found is None or call in self.callbacks:
            return found
        given = {str(entry.key) for entry in call.kwargs}
        factories = {p.name.value for p in parameters(found[1]) if is_factory(p)}
        return found if given & factories else None

    def _symbol(self, call: Call) -> cst.BaseExpression:
        return symbol(self.plan, self.library, self.namespace, call)


def _called_from(entry: str, trees: Mapping[str, cst.FunctionDef]) -> dict[str, cst.FunctionDef]:
    """The functions that ``entry`` calls, and those that they call, in order; with ``entry``."""
    wanted: set[str] = set()
    waiting = [entry]
    while waiting:
        name = waiting.pop()
        if name not in wanted:
            wanted.add(name)
            text = cst.Module([]).code_for_node(trees[name])
            waiting += sorted(references(text) & trees.keys())
    return {name: tree for name, tree in trees.items() if name in wanted}
