"""Text samples are what the model says, and the run does not notice that it was asked."""

from __future__ import annotations

import io
import json
import sys

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from fgc.runtime.callbacks.samples import TextSamples, show
from fgc.runtime.trainer.random_state import random_state

PROMPTS = ["w3 w4", "w7"]


def samples_of(run) -> list[dict]:
    return [json.loads(line) for line in (run.output / "samples.jsonl").open()]


def hooks(samples: TextSamples) -> dict:
    """The loop's arguments for a callback that samples at evaluations, and every so many steps."""
    names = ("on_train_begin", "on_evaluate", "on_step_end")
    return {name: [getattr(samples, name)] for name in names}


@pytest.fixture
def sampled(small_run, tokenizer):
    """Trains a run with samples; more processes of the run go on from its checkpoint."""

    def train(name: str, last_step: int = 12, **settings):
        run = small_run(name)
        run.resume()
        samples = TextSamples(
            tokenizer=tokenizer,
            prompts=PROMPTS,
            output_dir=run.output,
            **({"max_new_tokens": 5} | settings),
        )
        run.train(last_step, **hooks(samples))
        return run

    return train


def test_greedy_samples_are_what_the_model_finds_likeliest(sampled, tokenizer) -> None:
    """The oracle takes the likeliest token, one whole forward pass after the other."""
    run = sampled("run", 8)
    model = run.model.eval()
    expected = []
    for prompt in PROMPTS:
        ids = tokenizer(prompt)["input_ids"][:-1]
        start = len(ids)
        while len(ids) < start + 5 and ids[-1] != tokenizer.eos_token_id:
            with torch.no_grad():
                logits = model(torch.tensor([ids]), use_cache=False).logits
            ids.append(int(logits[0, -1].argmax()))
        words = tokenizer.convert_ids_to_tokens(ids[start:], skip_special_tokens=True)
        expected.append("".join(f" {word}" for word in words))
    last = [sample for sample in samples_of(run) if sample["step"] == 8]
    assert [sample["prompt"] for sample in last] == PROMPTS
    assert [sample["text"] for sample in last] == expected
    assert all(text.strip() for text in expected)


@pytest.mark.parametrize("settings", [{}, {"temperature": 0.7}, {"steps": 3}])
def test_a_run_with_samples_is_the_run_without(small_run, sampled, settings: dict) -> None:
    plain = small_run("plain")
    plain.train()
    run = sampled("sampled", **settings)
    assert samples_of(run)
    assert run.metrics() == plain.metrics()
    for name, tensor in plain.model.state_dict().items():
        assert torch.equal(tensor, run.model.state_dict()[name]), name
    ours, theirs = random_state(run.state.device), random_state(plain.state.device)
    assert torch.equal(ours["torch"], theirs["torch"])
    assert run.model.training


def test_samples_do_not_depend_on_what_the_run_has_drawn(sampled) -> None:
    """The same weights write the same, drawn or not, in whichever process."""
    drawn = sampled("drawn", temperature=1.0)
    for stop in (5, 8, 12):
        parts = sampled("parts", stop, temperature=1.0)
    assert samples_of(parts) == samples_of(drawn)
    greedy = sampled("greedy")
    assert samples_of(greedy) != samples_of(drawn)


def test_evaluations_or_steps_decide_when(sampled) -> None:
    at_evaluations = [sample["step"] for sample in samples_of(sampled("evaluations"))]
    assert at_evaluations == [4, 4, 8, 8, 12, 12]
    assert [sample["step"] for sample in samples_of(sampled("steps", steps=5))] == [5, 5, 10, 10]


def test_the_sample_of_a_stop_goes_when_the_run_goes_on(sampled) -> None:
    stopped = sampled("run", 6)
    assert [(s["step"], "final" in s) for s in samples_of(stopped)][-1] == (6, True)
    assert [sample["step"] for sample in samples_of(sampled("run"))] == [4, 4, 8, 8, 12, 12]


class Lengths(TorchDispatchMode):
    """The lengths of the inputs of embeddings."""

    def __init__(self) -> None:
        super().__init__()
        self.lengths: list[int] = []

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        if func is torch.ops.aten.embedding.default:
            self.lengths.append(args[1].shape[-1])
        return func(*args, **(kwargs or {}))


def test_keys_and_values_are_kept(small_run, tokenizer) -> None:
    run = small_run()
    samples = TextSamples(
        tokenizer=tokenizer, prompts=PROMPTS[:1], output_dir=run.output, max_new_tokens=4
    )
    samples.on_train_begin(run.state)
    with Lengths() as seen:
        samples.on_evaluate(run.state, {"eval_loss": 1.0})
    assert seen.lengths[0] == 3
    assert set(seen.lengths[1:]) <= {1}


def test_texts_are_written_in_the_precision_of_the_run(small_run, tokenizer) -> None:
    run = small_run()
    run.model.eval()
    seen: list[torch.dtype] = []
    run.model.model.layers[0].mlp.down_proj.register_forward_hook(
        lambda module, given, output: seen.append(output.dtype)
    )
    for precision in ("bf16", None):
        samples = TextSamples(
            tokenizer=tokenizer,
            prompts=PROMPTS[:1],
            output_dir=run.output,
            max_new_tokens=1,
            precision=precision,
        )
        samples.on_train_begin(run.state)
        samples.on_evaluate(run.state, {"eval_loss": 1.0})
    assert seen == [torch.bfloat16, torch.float32]


def test_a_compiled_model_writes_without_being_compiled_anew(small_run, tokenizer) -> None:
    def compilations(name: str, **handlers) -> tuple[int, list]:
        torch.compiler.reset()
        graphs: list[object] = []

        def backend(graph, inputs):
            graphs.append(graph)
            return graph.forward

        run = small_run(name)
        run.model.compile(backend=backend)
        if handlers:
            samples = TextSamples(
                tokenizer=tokenizer, prompts=PROMPTS, output_dir=run.output, compiled=True
            )
            handlers = hooks(samples)
        run.train(4, eval_steps=2, **handlers)
        return len(graphs), run.metrics()

    assert compilations("silent") == compilations("sampled", on_evaluate=[])


def test_a_prompt_without_tokens_is_refused_at_the_start(small_run, tokenizer) -> None:
    tokenizer.backend_tokenizer.post_processor = None
    with pytest.raises(ValueError, match="no token of the prompt ''"):
        TextSamples(tokenizer=tokenizer, prompts=["w1", ""], output_dir=small_run().output)


def test_a_model_that_cannot_write_is_refused_at_the_start(small_run, tokenizer) -> None:
    run = small_run()
    run.model.can_generate = lambda: False
    samples = TextSamples(tokenizer=tokenizer, prompts=PROMPTS, output_dir=run.output)
    with pytest.raises(SystemExit, match="LlamaForCausalLM cannot write text samples"):
        run.train(**hooks(samples))


def test_what_is_shown_steers_no_terminal(capsys) -> None:
    show({"step": 7, "prompt": "In the", "text": "\x1b[2J " + "begin " * 40})
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "step 7  sample"
    assert lines[1].startswith("    In the [2J begin begin")
    assert all(line.isprintable() and len(line) <= 96 for line in lines)


def test_lines_are_shown_as_they_are_written(capsys) -> None:
    show({"step": 7, "prompt": "So God", "text": " said,\n\n \n\tLet there\r\nbe light.\n"})
    lines = capsys.readouterr().out.splitlines()
    assert lines == ["step 7  sample", "    So God said,", "     Let there", "    be light."]


def test_an_output_without_unicode_goes_on(monkeypatch) -> None:
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding="ascii"))
    show({"step": 7, "prompt": "créé", "text": "☃"})
