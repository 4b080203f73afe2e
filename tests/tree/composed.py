"""A project with all that lies around one: workspace, library, own modules, another project, data.

ws/fgc_workspace/meta_defaults.yaml     what all projects of the workspace have
ws/library/bases/small.yaml             a template that they share
ws/parts/                               a project of the workspace that is linked
ws/deep/exp/                            the project: configuration, modules, and
    lib/extra/                          a package in a folder of its system_path
datasets/                               a project outside that is linked, with data
datasets-2/ws/datasets/                 another one of that name, in a workspace of its own
corpus/train.txt, tokenizer.json        named by their absolute paths
"""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from tests.tree.building import EXAMPLE

CONFIG = "ws/deep/exp/configs/a.yaml"

_FILES = {
    "ws/fgc_workspace/meta_defaults.yaml": """\
        searchdir:
            - "{{ joinpath(project_dir, 'templates') }}"
            - "{{ project_dir }}"
            - "{{ joinpath(workspace_root, 'library') }}"
            - ../../nothing_is_read_from_here
        -- block configs
        -- endblock configs
        """,
    "ws/nothing_is_read_from_here/b.yaml": "x: 1\n",
    "ws/library/bases/small.yaml": """\
        -- extends 'models/llama.yaml'
        [globals]
        == super()
        -- set ns.bos_token = "<|bos|>"
        -- set ns.eos_token = "<|eos|>"
        -- set ns.pad_token = "<|pad|>"
        -- set ns.hidden_size = 32
        -- set ns.intermediate_size = 48
        -- set ns.num_hidden_layers = 2
        -- set ns.num_attention_heads = 4
        """,
    "ws/parts/meta.yaml": "config_prefix: ''\n",
    "ws/parts/norm.yaml": """\
        main: !partial:fgc.runtime.nn:RMSNorm
            hidden_size: !var hidden_size
            eps: {{ eps }}
        """,
    "ws/deep/exp/meta.yaml": """\
        -- extends 'meta_defaults.yaml'
        -- block configs
        name: Exp
        system_path: lib
        -- endblock configs
        """,
    "ws/deep/exp/configs/a.yaml": """\
        -- extends 'bases/small.yaml'
        [globals]
        == super()
        -- set ns.tokenizer_file = "@HERE@/tokenizer.json"
        [datasets_definition]
        train_data: &train_data !call:from_project
            project_dir: ../../../datasets
            config_template: text
            targets: train_data
            tokenizer: *tokenizer
        ## reached in another way, and one that is computed
        eval_data: &eval_data !call:from_project
            project_dir: {{ abspath('../../../datasets-2/ws/datasets') }}
            targets: eval_data
            tokenizer: *tokenizer
        ## nothing needs it, and it may well be large
        unused: !singleton:fgc.runtime.data.encode:tokenize_files
            files: [../../../datasets/data/unused.txt]
            tokenizer: *tokenizer
            cache_dir: !var cache_dir
        [layer_norm_factory]
        .layer_norm_factory: &layer_norm_factory !call:from_project
            project_dir: "{{ workspace_root }}/parts"
            config_template: norm
            pp_kwargs: {eps: 1.0e-6}
        [feedforward_factory]
        .mlp: &feedforward_factory !partial:layers.py:Mlp
            hidden_size: !var hidden_size
        [lr_scheduler]
        lr_scheduler: &lr_scheduler !partial:.extra:constant
            submodule_searchpath: [lib]
        """,
    "ws/deep/exp/layers.py": '''\
        import torch.nn as nn
        from torch import Tensor
        from helper import act


        class Mlp(nn.Module):
            """A plain feed-forward network."""

            def __init__(self, *, hidden_size: int, scale: float | None = None):
                super().__init__()
                self.up_proj = nn.Linear(hidden_size, hidden_size)
                self.scale = scale

            def forward(self, x: Tensor) -> Tensor:
                y = act(self.up_proj(x))
                return y if self.scale is None else y * self.scale
        ''',
    "ws/deep/exp/helper.py": """\
        import torch


        def act(x: torch.Tensor) -> torch.Tensor:
            return x.relu()
        """,
    "ws/deep/exp/lib/extra/__init__.py": "from .schedules import constant\n",
    "ws/deep/exp/lib/extra/schedules.py": """\
        from torch.optim import Optimizer
        from torch.optim.lr_scheduler import LambdaLR
        from .shapes import flat


        def constant(optimizer: Optimizer) -> LambdaLR:
            return LambdaLR(optimizer, flat)
        """,
    "ws/deep/exp/lib/extra/shapes.py": """\
        def flat(step: int) -> float:
            return 1.0
        """,
    "datasets/meta.yaml": "name: Texts\n",
    "datasets/configs/text.yaml": """\
        train_data: !singleton:fgc.runtime.data.batches:ShuffledBatches
            data: !singleton:fgc.runtime.data.blocks:TokenBlocks
                tokens: !singleton:fgc.runtime.data.encode:tokenize_files
                    files: ["{{ project_dir }}/data/train.txt", "@HERE@/corpus/train.txt"]
                    tokenizer: !var tokenizer
                    cache_dir: !var cache_dir
                seq_len: 32
            batch_size: 2
            seed: 1
            rank: !var rank
            world_size: !var world_size
        """,
    "datasets-2/ws/fgc_workspace/defaults.yaml": "name: Other texts\n",
    "datasets-2/ws/datasets/meta.yaml": "-- extends 'defaults.yaml'\n",
    "datasets-2/ws/datasets/configs/held_out.yaml": """\
        eval_data: !singleton:fgc.runtime.data.batches:SequentialBatches
            data: !singleton:fgc.runtime.data.blocks:TokenBlocks
                tokens: !singleton:fgc.runtime.data.encode:tokenize_files
                    files: ["{{ workspace_root }}/text/train.txt"]
                    tokenizer: !var tokenizer
                    cache_dir: !var cache_dir
                seq_len: 32
            batch_size: 2
        """,
}
_TEXTS = {
    "datasets/data/train.txt": 0,
    "datasets/data/unused.txt": 1,
    "datasets-2/ws/text/train.txt": 2,
    "corpus/train.txt": 3,
}


def composed(folder: Path) -> Path:
    """Writes it all below ``folder``; returns the configuration."""
    files = {name: dedent(text) for name, text in _FILES.items()}
    lines = (EXAMPLE / "data" / "train.txt").read_text(encoding="utf-8").splitlines(keepends=True)
    files |= {name: "".join(lines[30 * at : 30 * at + 30]) for name, at in _TEXTS.items()}
    files["tokenizer.json"] = (EXAMPLE / "tokenizer" / "tokenizer.json").read_text("utf-8")
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace("@HERE@", folder.as_posix()), encoding="utf-8")
    return folder / CONFIG
