"""A run that stopped and went on equals one that never stopped, to the bit."""

import random
import signal

import numpy as np
import pytest
import torch

from fgc.compiler.backend.lock import Lock, sha256
from fgc.runtime.trainer import loop
from fgc.runtime.trainer.random_state import load_random_state, random_state
from tests.runtime.trainer.conftest import random_tokens

CPU = torch.device("cpu")


def assert_same_state(left, right) -> None:
    for name, tensor in left.model.state_dict().items():
        assert torch.equal(tensor, right.model.state_dict()[name]), name
    left_moments = left.optimizer.state_dict()["state"]
    right_moments = right.optimizer.state_dict()["state"]
    assert left_moments.keys() == right_moments.keys()
    for index, moments in left_moments.items():
        for name, tensor in moments.items():
            assert torch.equal(tensor, right_moments[index][name]), (index, name)
    assert (
        left.optimizer.state_dict()["param_groups"] == right.optimizer.state_dict()["param_groups"]
    )
    assert left.batches.state_dict() == right.batches.state_dict()
    assert left.progress == right.progress


@pytest.mark.parametrize("accumulation", [None, 2])
@pytest.mark.parametrize("stops", [(7,), (1, 5, 11)])
def test_equals_an_uninterrupted_run(small_run, stops, accumulation) -> None:
    whole = small_run("whole")
    whole.train(gradient_accumulation_steps=accumulation)
    for stop in (*stops, 12):
        part = small_run("parts")
        part.resume()
        part.train(stop, gradient_accumulation_steps=accumulation)
    assert_same_state(part, whole)
    assert part.metrics() == whole.metrics()


def test_same_seed_same_bits(small_run) -> None:
    first, second = small_run("first"), small_run("second")
    first.train()
    # what happens in between draws other numbers
    torch.rand(3)
    second = small_run("second")
    second.train()
    assert_same_state(first, second)


def test_a_run_stopped_in_its_last_step_gets_its_last_records(small_run, monkeypatch) -> None:
    whole = small_run("whole")
    whole.train(11)
    step = torch.optim.AdamW.step

    def interrupted(*args, **kwargs):
        if run.progress.step == 10:
            signal.raise_signal(signal.SIGTERM)
        return step(*args, **kwargs)

    with monkeypatch.context() as patches:
        patches.setattr(torch.optim.AdamW, "step", interrupted)
        run = small_run()
        assert run.train(11) == signal.SIGTERM
    assert run.saved() == ["step-00000011"]
    assert run.metrics() != whole.metrics()
    again = small_run()
    again.resume()
    assert again.train(11) is None
    assert again.metrics() == whole.metrics()


def test_steps_are_safe_before_the_last_evaluation(small_run, monkeypatch) -> None:
    run = small_run()

    def fails(*args: object, **knobs: object) -> float:
        raise MemoryError

    monkeypatch.setattr(loop, "evaluate", fails)
    with pytest.raises(MemoryError):
        run.train(3)
    assert run.saved() == ["step-00000003"]


def test_a_finished_run_stays_as_it_is(small_run) -> None:
    run = small_run()
    run.train()
    records = run.metrics()
    assert records[-1]["final"]
    again = small_run()
    again.resume()
    assert again.train() is None
    assert again.metrics() == records


def test_goes_on_from_a_path(small_run) -> None:
    whole = small_run("whole")
    whole.train(save_steps=4)
    branch = small_run("branch")
    branch.resume(str(whole.checkpoints / "step-00000008"))
    assert branch.progress.step == 8
    branch.train()
    assert_same_state(branch, whole)


def test_never_refuses_a_folder_with_checkpoints(small_run) -> None:
    small_run().train(4)
    again = small_run()
    with pytest.raises(SystemExit, match="checkpoints after step 0, up to step-00000004"):
        again.resume("never")


def test_an_older_path_refuses_later_checkpoints(small_run) -> None:
    run = small_run()
    run.train(8, save_steps=4)
    again = small_run()
    with pytest.raises(SystemExit, match="after step 4"):
        again.resume(str(run.checkpoints / "step-00000004"))


def test_a_damaged_newest_checkpoint_is_passed_over(small_run, capsys) -> None:
    run = small_run()
    run.train(8, save_steps=4)
    weights = run.checkpoints / "step-00000008/model.safetensors"
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    again = small_run()
    again.resume()
    assert again.progress.step == 4
    assert "model.safetensors is not what was written" in capsys.readouterr().err
    again.train()
    whole = small_run("whole")
    whole.train()
    assert_same_state(again, whole)


def test_a_damaged_checkpoint_at_a_path_is_an_error(small_run) -> None:
    run = small_run()
    run.train(4)
    (run.checkpoints / "step-00000004/optimizer.pt").unlink()
    with pytest.raises(SystemExit, match=r"not a whole checkpoint: No such file .*optimizer\.pt"):
        small_run().resume(str(run.checkpoints / "step-00000004"))


def test_another_model_is_an_error_not_a_new_beginning(small_run) -> None:
    small_run().train(4)
    with pytest.raises(SystemExit, match=r"weights of another model: lm_head\.weight"):
        small_run(tie_word_embeddings=True).resume()


def test_a_model_of_other_sizes_is_an_error(small_run) -> None:
    small_run().train(4)
    with pytest.raises(SystemExit, match=r"weights of another model: model\.layers\.0\.mlp\.down"):
        small_run(intermediate_size=32).resume()


def test_other_data_are_an_error(small_run) -> None:
    small_run().train(4)
    again = small_run()
    again.batches.data.tokens = random_tokens(9 * 16, 5)
    with pytest.raises(SystemExit, match=r"cannot go on .* was taken on other data"):
        again.resume()


def test_steps_of_another_size_are_an_error(small_run) -> None:
    """The learning rate and the end of the run would be at other tokens."""
    small_run().train(4)
    again = small_run()
    again.progress.tokens_per_step = 64
    before = again.model.lm_head.weight.clone()
    message = "its steps read 32 tokens each, and those of this program 64; keep the product of"
    with pytest.raises(SystemExit, match=message):
        again.resume()
    assert torch.equal(again.model.lm_head.weight, before)


def test_says_when_the_code_has_changed(small_run, capsys) -> None:
    run = small_run()
    files = {"train.py": b"LR = 1\n", "model/tokenizer.json": b"{}\n", "README.md": b"# Run\n"}
    files |= {".gitignore": b"output/\n", "requirements.txt": b"torch\n"}
    for path, content in files.items():
        (run.folder / path).write_bytes(content)
    hashes = {path: sha256(content) for path, content in files.items()}
    lock = Lock("0", "0", "run.yaml", {}, hashes)
    (run.folder / "fgc.lock").write_text(lock.to_json())
    run.train(4)
    assert run.manifest(4)["code"] == lock.code
    for path in ("README.md", ".gitignore", "requirements.txt"):
        (run.folder / path).write_text("mine\n")
    small_run().resume()
    assert "another version" not in capsys.readouterr().err
    (run.folder / "train.py").write_text("LR = 2\n")
    small_run().resume()
    assert "another version of this code" in capsys.readouterr().err


def test_every_generator_comes_back() -> None:
    state = random_state(CPU)
    drawn = (random.random(), np.random.rand(), np.random.randn(), torch.rand(2).tolist())
    load_random_state(state, CPU)
    assert drawn == (random.random(), np.random.rand(), np.random.randn(), torch.rand(2).tolist())
