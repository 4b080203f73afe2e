"""The training project as the pipeline sees it: which nodes it needs, and its other files."""

import ast
from collections.abc import Mapping, Sequence

from fgc.compiler.backend.requirements import requirements
from fgc.compiler.backend.tree import Content
from fgc.compiler.ir.graph import Call, Literal
from fgc.compiler.ir.metadata import metadata
from fgc.compiler.ir.module import Module
from fgc.compiler.launch.command import command
from fgc.compiler.launch.launch import LAUNCH_NAME
from fgc.compiler.passes.emit import Emitted
from fgc.compiler.program.plan import ModelPlan, Plan
from fgc.targets.dataset.files import data_files
from fgc.targets.model.config_json import config_json, generation_config_json
from fgc.targets.model.config_module import configuration_module
from fgc.targets.model.hf_protocol import PROTECTED
from fgc.targets.model.spec import ModelSpec, model_spec
from fgc.targets.needed import NEEDED
from fgc.targets.tokenizer.files import tokenizer_files
from fgc.targets.train.checkpoint_names import checkpoint_names
from fgc.targets.train.files import GITIGNORE, readme
from fgc.targets.train.launch import launch
from fgc.targets.train.program import TRAIN

PROGRAM = TRAIN
_CALLBACKS = "runtime/callbacks"
LOCAL_PACKAGES = ("runtime", "model", "user")

__all__ = ["NEEDED", "PROGRAM", "PROTECTED", "project_files"]


def project_files(
    plan: Plan, emitted: Emitted, *, config: str, overrides: Mapping[str, str]
) -> dict[str, Content]:
    """The files of the project that are not its program.

    Raises:
        BuildError: FGC040, where the model's fields, the tokenizer or the data cannot be written,
            or where it cannot be told how the program is started.
    """
    files = model_files(plan, emitted) | data_files(plan, emitted.python.values())
    codes = [*emitted.python.values(), *_python(files)]
    files["requirements.txt"] = requirements(codes, LOCAL_PACKAGES).encode()
    title = metadata(plan.graph, "config_name") or "Experiment"
    description = metadata(plan.graph, "config_description") or ""
    start = launch(plan)
    begins = plan.root("from_checkpoint")
    from_checkpoint = isinstance(begins, Literal) and begins.value is True
    last, earlier = checkpoint_names(plan, emitted, start) if not from_checkpoint else (None, None)
    files["README.md"] = readme(
        title=title,
        description=description,
        config=config,
        overrides=overrides,
        last=last,
        earlier=earlier,
        from_checkpoint=from_checkpoint,
        start=command(start).shell(),
        samples=f"{_CALLBACKS}/samples.py" in emitted.python,
        tensorboard=f"{_CALLBACKS}/tensorboard.py" in emitted.python,
    ).encode()
    launch_json = start.to_json()
    if launch_json is not None:
        files[LAUNCH_NAME] = launch_json.encode()
    files[".gitignore"] = GITIGNORE.encode()
    return files


def model_files(plan: Plan, emitted: Emitted) -> dict[str, Content]:
    """The files of each model's folder, beside its modeling code."""
    files: dict[str, Content] = {}
    for model in plan.models.values():
        files |= _model_files(plan, model, emitted)
    return files


def _model_files(plan: Plan, model: ModelPlan, emitted: Emitted) -> dict[str, Content]:
    spec = _spec(plan, model, emitted.python[_modeling(model)])
    written = {
        f"{spec.config_module}.py": configuration_module(spec),
        "config.json": config_json(spec),
        "generation_config.json": generation_config_json(spec),
    }
    files: dict[str, Content] = {
        f"{model.folder}/{name}": text.encode() for name, text in written.items()
    }
    tokenizer = plan.root("tokenizer")
    if isinstance(tokenizer, Call) and plan.root("model") is model.root:
        length = spec.fields.get("max_position_embeddings")
        parts = tokenizer_files(
            tokenizer, model_max_length=length if isinstance(length, int) else None
        )
        files |= {f"{model.folder}/{name}": content for name, content in parts.items()}
    return files


def config_modules(plan: Plan, modules: Sequence[Module]) -> dict[str, str]:
    """The text of the module of each model's config class, by path, for models in ``modules``."""
    codes = {module.path: "\n".join(p.text for p in module.pieces) for module in modules}
    specs = [(m.folder, _spec(plan, m, codes[_modeling(m)])) for m in plan.models.values()]
    return {f"{folder}/{s.config_module}.py": configuration_module(s) for folder, s in specs}


def _modeling(model: ModelPlan) -> str:
    return f"{model.folder}/modeling_{model.name}.py"


def _spec(plan: Plan, model: ModelPlan, code: str) -> ModelSpec:
    return model_spec(
        model.root,
        name=model.name,
        title=model.title,
        read=config_reads(code),
        symbols=plan.resolution.symbols,
    )


def config_reads(code: str) -> frozenset[str]:
    """The fields that a model's code takes from its config.

    >>> sorted(config_reads("a = config.hidden_size\\nb = self.config.use_cache"))
    ['hidden_size', 'use_cache']
    """
    found: set[str] = set()
    for node in ast.walk(ast.parse(code)):
        match node:
            case ast.Attribute(value=ast.Name(id="config"), attr=name):
                found.add(name)
            case ast.Attribute(value=ast.Attribute(attr="config"), attr=name):
                found.add(name)
            case _:
                pass
    return frozenset(found)


def _python(files: Mapping[str, Content]) -> list[str]:
    return [
        content.decode()
        for path, content in files.items()
        if path.endswith(".py") and isinstance(content, bytes)
    ]
