"""Writes ``snapshot.json`` from the packages that are installed here.

python -m fgc.compiler.symbols.make_snapshot
"""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path

from fgc.compiler.symbols import snapshot
from fgc.compiler.symbols.declarations import Class
from fgc.compiler.symbols.lookup import Symbols
from fgc.compiler.symbols.modules import Definition
from fgc.compiler.symbols.symbol import Symbol

PACKAGES = ("tokenizers", "torch", "transformers")

# Modules of which every public name is kept.
WHOLE = (
    "tokenizers",
    "tokenizers.decoders",
    "tokenizers.models",
    "tokenizers.normalizers",
    "tokenizers.pre_tokenizers",
    "tokenizers.processors",
    "tokenizers.trainers",
    "torch.nn",
    "torch.nn.functional",
    "torch.nn.init",
    "torch.nn.utils",
    "torch.optim",
    "torch.optim.lr_scheduler",
    "torch.utils.data",
)

# Of a module with thousands of names, those that configurations use.
CHOSEN = {
    "transformers": (
        "AutoConfig",
        "AutoModel",
        "AutoModelForCausalLM",
        "AutoTokenizer",
        "DataCollatorForLanguageModeling",
        "DataCollatorWithPadding",
        "GPT2LMHeadModel",
        "GenerationConfig",
        "LlamaConfig",
        "LlamaForCausalLM",
        "LlamaModel",
        "MistralConfig",
        "MistralForCausalLM",
        "PreTrainedModel",
        "PreTrainedTokenizerFast",
        "Qwen3Config",
        "Qwen3ForCausalLM",
        "Trainer",
        "TrainerCallback",
        "TrainingArguments",
        "get_constant_schedule_with_warmup",
        "get_cosine_schedule_with_warmup",
        "get_linear_schedule_with_warmup",
        "get_wsd_schedule",
    )
}


def contents() -> dict[str, snapshot.Names]:
    """What the snapshot holds, read from the installed packages."""
    symbols = Symbols(Path())
    chosen = {module: _public_names(symbols, module) for module in WHOLE} | CHOSEN
    return {module: _entries(symbols, module, chosen[module]) for module in sorted(chosen)}


def _public_names(symbols: Symbols, module: str) -> tuple[str, ...]:
    found = symbols.modules.locator.find(module)
    assert found is not None, module
    return tuple(sorted(symbols.modules.names(found)))


def _entries(symbols: Symbols, module: str, names: tuple[str, ...]) -> snapshot.Names:
    package = module.partition(".")[0]
    entries: snapshot.Names = {}
    for name in names:
        symbol = symbols.lookup(f"{module}:{name}").symbol
        if symbol is None or (symbol.definition_module or "").partition(".")[0] != package:
            continue
        entries[name] = _encoded(symbol)
        for method in _class_methods(symbols, module, name) if symbol.kind == "class" else ():
            found = symbols.lookup(f"{module}:{name}.{method}").symbol
            if found is not None:
                entries[f"{name}.{method}"] = _encoded(found)
    return entries


def _encoded(symbol: Symbol) -> str:
    return snapshot.SnapshotEntry(symbol.kind, symbol.signature).encoded()


def _class_methods(symbols: Symbols, module: str, name: str) -> list[str]:
    """The public alternative constructors of a class, inherited ones included."""
    owner = symbols.modules.locator.find(module)
    found = None if owner is None else symbols.modules.member(owner, name)
    if not isinstance(found, Definition):
        return []
    methods = {
        method
        for ancestor in symbols.classes.ancestors(found)
        if ancestor is not None and isinstance(ancestor.declaration, Class)
        for method, function in ancestor.declaration.methods.items()
        if {"classmethod", "staticmethod"} & {*function.decorators}
    }
    return sorted(method for method in methods if not method.startswith("_"))


def main() -> None:
    """Write the file beside this module."""
    versions = {package: version(package).partition("+")[0] for package in PACKAGES}
    text = json.dumps({"versions": versions, "modules": contents()}, indent=0, sort_keys=True)
    snapshot.FILE.write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    main()
