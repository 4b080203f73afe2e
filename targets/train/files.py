"""The files of a training project that are not Python."""

import shlex
from collections.abc import Mapping

from fgc.compiler.frontend.dynamic_args import as_arguments

GITIGNORE = "output/\n__pycache__/\n"


FROM_CHECKPOINT = """
PATH is a checkpoint of another run, a folder such as `step-00000500`. This run begins
there: weights, the optimizer's moments and the place in the data are those of the checkpoint, and
its own schedule and number of tokens start to count.
"""
SAMPLES = """
`output/samples.jsonl` has what the model wrote as it learnt: the `step`, a `prompt`, and the `text`
that it wrote behind that.
"""
TENSORBOARD = """
The curves, in a browser:

    tensorboard --logdir output/tensorboard
"""


def readme(
    *,
    title: str,
    description: str,
    config: str,
    overrides: Mapping[str, str],
    start: str,
    last: str | None,
    earlier: str | None,
    from_checkpoint: bool,
    samples: bool,
    tensorboard: bool,
) -> str:
    """README.md: what the project is, and how to run, resume, control, evaluate and ship it.

    `config` is the configuration's path below config/, `start` the command that starts it,
    `last` the name of the checkpoint that it ends with, and `earlier` that of one that is still
    there then, where they are known. `from_checkpoint` says whether the run begins at a checkpoint
    of another one, `samples` and `tensorboard` whether it writes texts, and events.
    """
    given = shlex.join(as_arguments(overrides))
    settings = f", with `{given}`" if given else ""
    about = f"\n{description}\n" if description else ""
    path = "PATH" if earlier is None else f"output/checkpoints/{earlier}"
    imported = "" if last else "    from pathlib import Path\n\n"
    newest = 'max(Path("output/checkpoints").glob("step-????????"))'
    folder = f'"output/checkpoints/{last}"' if last else newest
    return f"""# {title}
{about}
This folder is the whole experiment: the program, the model and what both need. It was built by
`fgc` and runs without it.

## Run

    pip install -r requirements.txt
    {start}{" --resume PATH" if from_checkpoint else ""}
{FROM_CHECKPOINT if from_checkpoint else ""}
It needs Python 3.11 or later. Checkpoints, metrics and the loss curve go to `output/`.
`python train.py --help` lists the options: `--max-steps 10` for a first look, `--device` to choose
one, `--output-dir` for another place.

## Resume

The same command goes on from the newest whole checkpoint in `output/checkpoints/`, with the same
losses and weights as a run that was never stopped: on a CPU to the bit, on an accelerator as far as
its kernels are deterministic. `--resume never` starts anew where there is none, and
`--resume {path} --output-dir again` goes on from that one in
another place. The data and the tokens of a step must be those of the checkpoint.

A checkpoint holds what training has changed: weights, moments, the step of the schedule, the place
in the data. What the code says comes from the code: a learning rate, a weight decay, a schedule or
a group of parameters that was edited since holds from the next step on. The program prints which
options of the optimizer differ from the checkpoint's.

## Control

Ctrl-C, or SIGTERM, saves a checkpoint after the step at hand and stops; a second one stops at once.

## Evaluate

`output/metrics.jsonl` has one JSON object a line: first what the run is; then the training loss,
the held-out loss (`eval_loss`, in nats a token), the learning rate and the speed; and how it ended.
`output/loss.svg` is a picture of the losses.
{SAMPLES if samples else ""}{TENSORBOARD if tensorboard else ""}
## Ship

A checkpoint is a model folder, with its code, weights and tokenizer:

{imported}    from transformers import AutoModelForCausalLM, AutoTokenizer

    folder = {folder}
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder, trust_remote_code=True)

Where transformers knows the architecture, it loads without `trust_remote_code` too.

## What is where

- `train.py`: the program, top to bottom: constants, data, model, optimizer, schedule, `main`
- `model/`: the model's code and configuration, and its tokenizer
- `runtime/`: the training loop and what it needs, only as far as this experiment uses it
- `data/`: the text
- `config/`: all that this was built from, `{config}` first{settings};
  `fgc build . -o ../again` builds it again
- `fgc.lock`, `fgc.map.json`: hashes of all of it; the configuration line behind each line of code
"""
