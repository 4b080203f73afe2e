"""Texts that a model writes while it trains."""

import textwrap
from collections.abc import Sequence
from contextlib import nullcontext
from contextlib import suppress
from pathlib import Path
from typing import Any
from typing import Final
from typing import Literal
from typing import cast

import torch
from torch import Tensor
from transformers import GenerationConfig
from transformers import PreTrainedTokenizerFast

from fgc.runtime.callbacks.tensorboard import TensorBoard
from fgc.runtime.trainer import strategy
from fgc.runtime.trainer.checkpoint import TrainingState
from fgc.runtime.trainer.json_lines import line
from fgc.runtime.trainer.json_lines import read_lines
from fgc.runtime.trainer.json_lines import write_lines
from fgc.runtime.trainer.metrics import Record
from fgc.runtime.trainer.random_state import load_random_state
from fgc.runtime.trainer.random_state import random_state


class TextSamples:
    """Has the model go on from prompts, so that a person sees what its loss means.

    The texts go to `samples.jsonl` in the output folder (`step`, `prompt`, and the `text` that
    follows it) and to the terminal. They depend on the weights alone, and the run does not notice:
    its random numbers are put back.
    """

    steps: Final[int | None]
    precision: Final[Literal["bf16", "fp16"] | None]
    compiled: Final[bool]
    tensorboard: Final[TensorBoard | None]

    def __init__(
        self,
        *,
        tokenizer: PreTrainedTokenizerFast,
        prompts: Sequence[str],
        output_dir: Path,
        # how long a text may get
        max_new_tokens: int = 64,
        # of the distribution that tokens are drawn from; None: the likeliest one each time
        temperature: float | None = None,
        # steps from one time to the next; None: at each evaluation
        steps: int | None = None,
        # the run's: what autocast computes matrix products in
        precision: Literal["bf16", "fp16"] | None = None,
        # whether the model is; texts are written without that, for each length is a compilation
        compiled: bool = False,
        # where the texts are shown as well; it comes before this among the callbacks
        tensorboard: TensorBoard | None = None,
    ) -> None:
        for prompt in prompts:
            if not tokenizer(prompt)["input_ids"]:
                raise ValueError(f"the tokenizer makes no token of the prompt {prompt!r}")
        self.tokenizer = tokenizer
        self.prompts = list(prompts)
        self.path = output_dir / "samples.jsonl"
        self.generation = GenerationConfig(
            max_new_tokens=max_new_tokens,
            do_sample=temperature is not None,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
        )
        if temperature is not None:
            self.generation.temperature = temperature
            self.generation.top_k = 0
        self.steps = steps
        self.precision = precision
        self.compiled = compiled
        self.tensorboard = tensorboard

    def on_train_begin(self, state: TrainingState) -> None:
        """Drops what an earlier process wrote behind the step from which the run goes on.

        Ends the program where the model cannot write.
        """
        if not state.model.can_generate():
            raise SystemExit(f"error: {type(state.model).__name__} cannot write text samples")
        if strategy.is_main():
            step = state.progress.step
            samples = read_lines(self.path)
            kept = (each for each in samples if each["step"] <= step and "final" not in each)
            write_lines(self.path, kept)

    def on_evaluate(self, state: TrainingState, record: Record) -> None:
        if self.steps is None:
            self._write(state, {"final": True} if "final" in record else {})

    def on_step_end(self, state: TrainingState) -> None:
        if self.steps is not None and state.progress.step % self.steps == 0:
            self._write(state, {})

    def _write(self, state: TrainingState, marks: dict[str, bool]) -> None:
        samples = [
            {"step": state.progress.step, "prompt": prompt, "text": text, **marks}
            for prompt, text in zip(self.prompts, self._texts(state), strict=True)
        ]
        if not strategy.is_main():
            return
        with self.path.open("a", encoding="utf-8") as file:
            file.writelines(map(line, samples))
        for sample in samples:
            show(sample)
            if self.tensorboard is not None:
                add_sample(self.tensorboard, sample)

    @torch.no_grad()
    def _texts(self, state: TrainingState) -> list[str]:
        """What the model writes behind each prompt. All ranks take part."""
        before = random_state(state.device)
        torch.manual_seed(0)
        training = state.model.training
        state.model.eval()
        texts = [self._text(state, prompt) for prompt in self.prompts]
        state.model.train(training)
        load_random_state(before, state.device)
        return texts

    def _text(self, state: TrainingState, prompt: str) -> str:
        ids = self.tokenizer(prompt)["input_ids"]
        if len(ids) > 1 and ids[-1] == self.tokenizer.eos_token_id:
            # a tokenizer that ends every text would have the model begin another one
            ids = ids[:-1]
        given = torch.tensor([ids], device=state.device)
        with (
            (
                nullcontext()
                if self.precision is None
                else torch.autocast(
                    given.device.type, torch.bfloat16 if self.precision == "bf16" else torch.float16
                )
            ),
            nullcontext() if not self.compiled else torch.compiler.set_stance("force_eager"),
        ):
            written: Tensor = cast(Any, state.model).generate(
                given, self.generation, attention_mask=torch.ones_like(given)
            )
        # decoded with the prompt, for a text alone may lose the space that it begins with
        head, whole = (
            cast(str, self.tokenizer.decode(tokens, skip_special_tokens=True))
            for tokens in (ids, written[0])
        )
        return whole.removeprefix(head)


def add_sample(tensorboard: TensorBoard, sample: Record) -> None:
    """Adds a sample to those of its prompt, as it is: Markdown in it is not followed."""
    name = f"samples/{sample['prompt'].replace('/', ' ')}"
    quoted = textwrap.indent(sample["prompt"] + sample["text"], "    ")
    if tensorboard.writer is not None:
        tensorboard.writer.add_text(name, quoted, sample["step"])


def show(sample: Record) -> None:
    """Prints a sample below its step, long lines folded, without what would steer a terminal."""
    indent = "    "
    folded = [
        textwrap.fill(
            "".join(c if c.isprintable() else " " for c in written),
            96,
            initial_indent=indent,
            subsequent_indent=indent,
        )
        for written in (sample["prompt"] + sample["text"]).splitlines()
        if written.strip()
    ]
    # an output without these characters still has the file
    with suppress(UnicodeEncodeError):
        print("\n".join([f"step {sample['step']}  sample", *folded]), flush=True)
