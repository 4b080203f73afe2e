"""Callbacks in a configuration: the program has the calls that it needs, and says what it lacks."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from fgc.compiler.diagnostics.diagnostic import Diagnostic, Severity
from fgc.compiler.pipeline import Outcome, Request, run

EXAMPLE = Path(__file__).parents[3] / "examples" / "tiny_llama"
Build = Callable[..., Outcome]

MODULE = '''
from typing import Any, Final

from fgc.runtime.trainer.checkpoint import TrainingState


class Plain:
    """Looks at steps and records."""

    def __init__(self, *, every: int = 2):
        self.every = every

    def on_step_end(self, state: TrainingState) -> None:
        print(state.progress.step % self.every)

    def on_log(self, state: TrainingState, record: dict[str, Any]) -> None:
        print(record)


class Patient:
    """Has a state, and may stop the run."""

    warns: Final[bool]

    def __init__(self, patience: int, *, warns: bool = False):
        self.patience = patience
        self.warns = warns

    def on_evaluate(self, state, record):
        self.patience -= 1

    def on_train_end(self, state):
        if self.warns:
            print("patience", self.patience)

    def should_training_stop(self, state) -> bool:
        return self.patience < 0

    def state_dict(self):
        return {"patience": self.patience}

    def load_state_dict(self, state):
        self.patience = state["patience"]


class Heir(Plain):
    on_evaluate = Plain.on_log

    def on_save(self, state, *rest, loud=False):
        print(rest)


class Misspelt:
    def on_evalute(self, state, record): ...
    def on_epoch_end(self, state): ...
    def should_stop_training(self, state): ...
    def should_be_seen(self): ...
    def _on_log(self): ...


class Transformers:
    def on_log(self, args, state, control, logs=None, **kwargs): ...
    def on_save(self, state, *, checkpoint): ...
    def on_step_end(self): ...
    def on_step_begin(self, state, more=None): ...


class HalfState:
    def on_log(self, state, record): ...
    def state_dict(self): ...


def made():
    return Plain()
'''


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """Builds the demo's baseline with these callbacks, of classes of `mine.py`."""
    project = tmp_path / "project"
    (project / "configs").mkdir(parents=True)
    for name in ("meta.yaml", "data", "tokenizer"):
        (project / name).symlink_to(EXAMPLE / name)
    (project / "configs" / "baseline.yaml").symlink_to(EXAMPLE / "configs" / "baseline.yaml")
    (project / "mine.py").write_text(MODULE)

    def make(callbacks: str, *, before: str = "", **settings: object) -> Outcome:
        config = project / "configs" / "changed.yaml"
        lines = [f"    {line}" for line in dedent(callbacks).strip().splitlines()]
        text = ["-- extends 'configs/baseline.yaml'", dedent(before).strip()]
        text += ["[trainer_callbacks]", "== super()", *lines]
        config.write_text("\n".join(text))
        return run(Request(config, overrides=settings))  # type: ignore[arg-type]

    return make


def program(outcome: Outcome) -> str:
    assert not outcome.failed, outcome.diagnostics
    assert outcome.build.emitted is not None
    return outcome.build.emitted.python["train.py"]


def files(outcome: Outcome) -> dict[str, str]:
    assert outcome.build.emitted is not None
    return dict(outcome.build.emitted.python)


def text_of(outcome: Outcome, path: str) -> str:
    assert outcome.build.tree is not None
    content = outcome.build.tree[path]
    assert isinstance(content, bytes)
    return content.decode()


def handlers(code: str) -> dict[str, str]:
    """What `main` gives the loop for its events."""
    (call,) = [
        node
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "train"
    ]
    named = {k.arg: ast.unparse(k.value) for k in call.keywords if k.arg is not None}
    return {n: v for n, v in named.items() if n.startswith(("on_", "should_", "callbacks"))}


def test_without_callbacks_there_is_no_trace_of_them(build: Build) -> None:
    outcome = build("")
    code = "\n".join(files(outcome).values())
    for word in ("callback", "on_log", "on_step", "should_", "handle(", "any_asks", "Callable"):
        assert word not in code, word
    assert not [path for path in files(outcome) if path.startswith("runtime/callbacks")]
    assert "samples.jsonl" not in text_of(outcome, "README.md")


def test_the_loop_has_the_events_that_are_handled(build: Build) -> None:
    outcome = build("plain: !singleton:mine.py:Plain {every: 3}")
    code = program(outcome)
    assert handlers(code) == {"on_step_end": "[plain.on_step_end]", "on_log": "[plain.on_log]"}
    assert "    plain = build_plain()\n    stop_signal = train(" in code
    assert "def build_plain() -> Plain:\n    return Plain(every=3)\n" in code
    loop = files(outcome)["runtime/trainer/loop.py"]
    for event in ("on_step_end", "on_log"):
        assert f"for handle in {event}:" in loop
        assert f"{event} is not None" not in loop
    for event in ("on_evaluate", "on_step_begin", "on_save", "should_", "callbacks"):
        assert event not in loop.replace("callbacks/events.py", "")
    assert "list[Callable[[TrainingState, Record], None]]," in loop


def test_order_is_that_of_the_configuration(build: Build) -> None:
    code = program(build("""
            patient: !singleton:mine.py:Patient [3]
            second: !singleton:mine.py:Plain
            first: !singleton:mine.py:Plain
            """))
    assert handlers(code)["on_log"] == "[second.on_log, first.on_log]"
    made = [code.index(f"    {name} = build_{name}()") for name in ("patient", "second", "first")]
    assert made == sorted(made)


def test_a_state_is_resumed_and_saved(build: Build) -> None:
    outcome = build("patient: !singleton:mine.py:Patient [3]")
    code = program(outcome)
    assert handlers(code) == {
        "on_evaluate": "[patient.on_evaluate]",
        "should_training_stop": "[patient.should_training_stop]",
        "callbacks": "{'patient': patient}",
    }
    resumed = code[code.index("    resume(") : code.index("    stop_signal = ")]
    assert 'HERE, callbacks={"patient": patient}' in resumed
    assert code.index("patient = build_patient()") < code.index(resumed)
    assert "callback.load_state_dict(" in files(outcome)["runtime/trainer/checkpoint.py"]


def test_a_handler_of_which_nothing_is_left_is_not_called(build: Build) -> None:
    quiet = build("patient: !singleton:mine.py:Patient {patience: 3, warns: false}")
    assert "on_train_end" not in handlers(program(quiet))
    assert "on_train_end" not in files(quiet)["user/mine.py"]
    loud = build("patient: !singleton:mine.py:Patient {patience: 3, warns: true}")
    assert handlers(program(loud))["on_train_end"] == "[patient.on_train_end]"


def test_inherited_and_assigned_handlers_are_handlers(build: Build) -> None:
    outcome = build("heir: !singleton:mine.py:Heir")
    assert handlers(program(outcome)) == {
        "on_step_end": "[heir.on_step_end]",
        "on_log": "[heir.on_log]",
        "on_evaluate": "[heir.on_evaluate]",
        "on_save": "[heir.on_save]",
    }
    # a class that inherits is taken whole, which is said
    assert {d.severity for d in outcome.diagnostics} == {Severity.NOTE}


def test_a_child_replaces_and_erases_by_name(build: Build) -> None:
    code = program(
        build(
            """
            samples: null
            tensorboard: !singleton:mine.py:Plain
            """,
            sample_prompts="In the beginning",
            tensorboard=True,
        )
    )
    assert handlers(code)["on_log"] == "[tensorboard.on_log]"
    assert "TextSamples" not in code


def test_a_name_that_main_has_already_is_not_taken(build: Build) -> None:
    code = program(build("state: !singleton:mine.py:Plain\nargs: !singleton:mine.py:Plain"))
    assert handlers(code)["on_log"] == "[callbacks_state.on_log, callbacks_args.on_log]"
    assert code.count("    state = ") == 1


def test_a_plain_list_and_a_plain_mapping_will_do(build: Build) -> None:
    listed = build(
        "", before="[trainer_definition]\n== super()\n.plain: &p !singleton:mine.py:Plain"
    )
    assert handlers(program(listed)) == {}
    replaced = dedent("""
        -- extends 'configs/baseline.yaml'
        [trainer_callbacks]
        callbacks: [!singleton:mine.py:Plain {}, !singleton:mine.py:Patient@stopper [2]]
        """)
    config = listed.build.request.config
    assert config is not None
    config.write_text(replaced)
    assert handlers(program(run(Request(config)))) == {
        "on_step_end": "[plain.on_step_end]",
        "on_log": "[plain.on_log]",
        "on_evaluate": "[stopper.on_evaluate]",
        "should_training_stop": "[stopper.should_training_stop]",
        "callbacks": "{'stopper': stopper}",
    }
    config.write_text(
        replaced.replace("[!single", "{one: !single")
        .replace(" [2]]", " [2], b: null}")
        .replace(", !singleton:mine.py:P", ", two: !singleton:mine.py:P")
    )
    assert handlers(program(run(Request(config))))["on_log"] == "[one.on_log]"


def test_what_a_callback_needs_is_given_or_made(build: Build) -> None:
    code = program(
        build(
            """
            tensorboard: !singleton:fgc.runtime.callbacks.tensorboard:TensorBoard
                output_dir: !var place
            """,
            before="[optimizer]\nlaunch_args: {place: {type: path, default: /tmp/x}}\n== super()",
        )
    )
    assert "tensorboard = build_tensorboard(args.place)" in code
    assert "def build_tensorboard(place: Path) -> TensorBoard:" in code


def test_samples_and_tensorboard_of_the_templates(build: Build) -> None:
    outcome = build("", sample_prompts="In the beginning", tensorboard=True)
    code = program(outcome)
    assert "samples = build_samples(tokenizer, args.output_dir, tensorboard)" in code
    assert handlers(code) == {
        "on_train_begin": "[tensorboard.on_train_begin, samples.on_train_begin]",
        "on_log": "[tensorboard.on_log]",
        "on_evaluate": "[tensorboard.on_evaluate, samples.on_evaluate]",
        "on_train_end": "[tensorboard.on_train_end]",
    }
    assert "tensorboard>=" in text_of(outcome, "requirements.txt")
    assert "    tensorboard --logdir output/tensorboard" in text_of(outcome, "README.md")
    assert "samples.jsonl" in text_of(outcome, "README.md")


@pytest.mark.parametrize(
    ("settings", "event", "written"),
    [
        ({}, "on_evaluate", "do_sample=False"),
        ({"sample_steps": 50}, "on_step_end", "state.progress.step % self.steps == 0"),
        ({"sample_temperature": 0.8}, "on_evaluate", "self.generation.temperature = temperature"),
        (
            {"precision": "bf16"},
            "on_evaluate",
            "with torch.autocast(given.device.type, torch.bfloat16):",
        ),
        ({"torch_compile": "model"}, "on_evaluate", 'set_stance("force_eager"):'),
    ],
)
def test_samples_hold_what_they_use(
    build: Build, settings: dict[str, object], event: str, written: str
) -> None:
    outcome = build("", sample_prompts="In the beginning", **settings)
    assert handlers(program(outcome)).keys() == {"on_train_begin", event}
    emitted = files(outcome)
    code = emitted["runtime/callbacks/samples.py"]
    assert written in code
    others = {"on_evaluate", "on_step_end"} - {event}
    for word in (
        *others,
        "is None",
        "is not None",
        "ensor" + "Board",
        "tensorboard",
        "nullcontext",
    ):
        assert word not in code, word
    assert "runtime/callbacks/tensorboard.py" not in emitted
    for path in ("requirements.txt", "README.md"):
        assert "tensorboard" not in text_of(outcome, path)


def found(outcome: Outcome) -> list[Diagnostic]:
    return [d for d in outcome.diagnostics if d.code == "FGC027"]


def test_a_misspelt_event_is_a_warning_with_the_nearest_name(build: Build) -> None:
    outcome = build("m: !singleton:mine.py:Misspelt\np: !singleton:mine.py:Plain")
    assert not outcome.failed
    assert {d.severity for d in found(outcome)} == {Severity.WARNING}
    said = {d.message: d.help for d in found(outcome)}
    assert said["nothing calls `on_evalute` of `mine.Misspelt`"] == (
        "an event with a similar name exists: `on_evaluate`"
    )
    assert said["nothing calls `should_stop_training` of `mine.Misspelt`"] == (
        "an event with a similar name exists: `should_training_stop`"
    )
    epoch = said["nothing calls `on_epoch_end` of `mine.Misspelt`"]
    assert epoch is not None
    assert "event" in epoch
    assert "nothing calls `mine.Misspelt`: it handles no event" in said
    assert len(said) == 4
    (label,) = next(d.labels for d in found(outcome) if "on_evalute" in d.message)
    assert label.span.file.endswith("mine.py")
    assert MODULE.splitlines()[label.span.line - 1].strip().startswith("def on_")


def test_a_handler_that_cannot_be_called_is_an_error(build: Build) -> None:
    outcome = build("t: !singleton:mine.py:Transformers")
    assert outcome.failed
    assert {d.message: d.help for d in found(outcome)} == {
        "`on_log` of `mine.Transformers` is called with `(state, record)`, and takes "
        "`(args, state, control, logs=None, **kwargs)`": "write `def on_log(self, state, record)`",
        "`on_save` of `mine.Transformers` is called with `(state, checkpoint)`, and takes "
        "`(state, *, checkpoint)`": "write `def on_save(self, state, checkpoint)`",
        "`on_step_end` of `mine.Transformers` is called with `(state)`, and takes `()`": (
            "write `def on_step_end(self, state)`"
        ),
    }


@pytest.mark.parametrize(
    ("callbacks", "message"),
    [
        (
            "h: !singleton:mine.py:HalfState",
            "`mine.HalfState` has `state_dict` and no `load_state_dict`",
        ),
        ("p: !partial:mine.py:Plain", "a callback is one object, which lives as long as the run"),
        ("p: 3", "a callback is one object, which lives as long as the run"),
        ("f: !singleton:mine.py:made", "it cannot be told which events `mine.made` handles"),
        (
            "c: !singleton:collections:Counter",
            "it cannot be told which events `collections.Counter` handles",
        ),
    ],
)
def test_what_is_no_callback(build: Build, callbacks: str, message: str) -> None:
    outcome = build(callbacks)
    assert outcome.failed
    assert [d.message for d in found(outcome)] == [message]
    assert found(outcome)[0].span is not None
