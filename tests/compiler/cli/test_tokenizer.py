"""``fgc tokenizer``, through the real passes and the real library."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest
from click.testing import CliRunner, Result
from transformers import AutoTokenizer

from fgc.compiler.cli.main import cli
from fgc.runtime.data.tokenizer import load_tokenizer
from tests.conftest import ROOT

CORPUS = ROOT / "examples" / "tiny_llama" / "data" / "train.txt"
CONFIG = """\
-- extends 'tokenizers/bpe.yaml'
[globals]
== super()
-- set ns.train_files = ["data/a.txt", "data/b.txt"]
-- set ns.vocab_size = 400
-- set ns.model_max_length = 64
"""
Fgc = Callable[..., Result]


@pytest.fixture(autouse=True)
def small_pipeline() -> None:
    """In place of that of the other commands' tests: here the passes are the compiler's."""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with two texts, a configuration of a tokenizer, and one of a training run."""
    text = CORPUS.read_text(encoding="utf-8")
    files = {
        "meta.yaml": "name: Small\ndefault_config: train\n",
        "data/a.txt": text[: text.index("\n\n", 20_000)] + "\n",
        "data/b.txt": text[: text.index("\n\n", 30_000)][20_000:] + "\n",
        "configs/tokenizer.yaml": CONFIG,
        "configs/train.yaml": "-- extends 'models/llama.yaml'\n",
    }
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    return tmp_path


def fgc(*arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(cli, arguments, input=stdin, prog_name="fgc", catch_exceptions=False)


def built(*options: str) -> Result:
    return fgc("tokenizer", "build", "configs/tokenizer.yaml", *options)


def added(project: Path, text: str) -> None:
    """Adds to the configuration of the tokenizer."""
    path = project / "configs" / "tokenizer.yaml"
    path.write_text(path.read_text(encoding="utf-8") + dedent(text), encoding="utf-8")


@pytest.mark.usefixtures("project")
def test_build_says_what_it_made() -> None:
    result = built()
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    lines = re.sub(r"\d+\.\d\d", "N", result.stdout).splitlines()
    assert lines == [
        "built tokenizer/tokenizer.json in N s",
        "  vocabulary  400 tokens: 3 special, 256 bytes, 141 merges",
        "  special     0 <|bos|>  1 <|eos|>  2 <|pad|>",
        lines[3],
        "  a token is  N bytes, N characters, N words",
        "  changes     tokenizer.json, tokenizer_config.json written",
    ]
    assert re.fullmatch(r"  text +[\d,]+ bytes in \d+ documents = [\d,]+ tokens", lines[3])


def test_what_is_written_loads_with_transformers_alone(project: Path) -> None:
    built()
    folder = project / "tokenizer"
    loaded = AutoTokenizer.from_pretrained(folder)
    ours = load_tokenizer(
        file=folder / "tokenizer.json",
        bos_token="<|bos|>",
        eos_token="<|eos|>",
        pad_token="<|pad|>",
    )
    text = "In the beginning God created\nnaïve ☃"
    assert loaded(text)["input_ids"] == ours(text)["input_ids"]
    assert loaded.decode(loaded(text)["input_ids"][1:]) == text
    assert (loaded.bos_token_id, loaded.eos_token_id, loaded.pad_token_id) == (0, 1, 2)
    assert loaded.model_max_length == 64


def test_a_second_build_changes_nothing(project: Path) -> None:
    built()
    file = project / "tokenizer" / "tokenizer.json"
    before = file.stat().st_mtime_ns
    assert "  changes     none\n" in built().stdout
    assert file.stat().st_mtime_ns == before
    assert sorted(path.name for path in file.parent.iterdir()) == [
        "tokenizer.json",
        "tokenizer_config.json",
    ]


def test_one_text_gives_the_same_bytes(project: Path) -> None:
    """In another process, with other hashes, other threads and the files in another order."""
    built()
    expected = (project / "tokenizer" / "tokenizer.json").read_bytes()
    program = "from fgc.compiler.cli.main import main; main()"
    for number, threads in enumerate(("1", "3")):
        added(project, '-- set ns.train_files = ["data/b.txt", "data/a.txt"]\n' * (1 - number))
        environment = os.environ | {"RAYON_NUM_THREADS": threads, "PYTHONHASHSEED": threads}
        command = ("tokenizer", "build", "configs/tokenizer.yaml", "-o", f"other{number}")
        subprocess.run(
            [sys.executable, "-c", program, *command], env=environment, cwd=project, check=True
        )
        assert (project / f"other{number}" / "tokenizer.json").read_bytes() == expected


def test_check_compares_and_writes_nothing(project: Path) -> None:
    missing = built("--check")
    assert missing.exit_code == 1
    assert "there is no `tokenizer/tokenizer.json` yet" in missing.stderr
    assert not (project / "tokenizer").exists()
    built()
    same = built("--check")
    assert (same.exit_code, same.stderr) == (0, "")
    assert same.stdout.startswith("checked tokenizer/tokenizer.json in ")
    before = (project / "tokenizer" / "tokenizer.json").read_bytes()
    other = built("--check", "--set", "vocab_size=350", "--set", "normalizer=NFC")
    assert other.exit_code == 1
    assert other.stderr.startswith(
        "error[FGC043]: `tokenizer/tokenizer.json` is not what this configuration gives\n"
    )
    assert "= note: it has 400 tokens, and not 350\n" in other.stderr
    assert "= note: its `normalizer` is another one\n" in other.stderr
    assert (project / "tokenizer" / "tokenizer.json").read_bytes() == before


def test_out_is_a_folder_or_a_file(project: Path) -> None:
    assert built("-o", "x/folder").stdout.startswith("built x/folder/tokenizer.json in ")
    assert built("-o", "x/mine.json").stdout.startswith("built x/mine.json in ")
    names = sorted(
        path.relative_to(project / "x").as_posix() for path in (project / "x").rglob("*.*")
    )
    assert names == ["folder/tokenizer.json", "folder/tokenizer_config.json", "mine.json"]
    made = {(project / "x" / name).read_bytes() for name in ("folder/tokenizer.json", "mine.json")}
    assert len(made) == 1
    assert not (project / "tokenizer").exists()


def test_out_that_cannot_be_written(project: Path) -> None:
    (project / "x").write_text("a file")
    result = built("-o", "x/tokenizer.json")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("error[FGC070]: `x/tokenizer.json` cannot be written: ")


@pytest.mark.parametrize("place", ["/etc/tokenizer.json", "../tokenizer.json", "a/../../t.json"])
def test_only_out_leads_out_of_the_project(project: Path, place: str) -> None:
    result = built("--set", f"tokenizer_file={place}")
    assert result.exit_code == 1
    assert f"`{place}` does not lie below the project's folder" in result.stderr
    assert "`-o` writes it anywhere" in result.stderr


def test_a_link_does_not_lead_out_of_the_project(project: Path, tmp_path: Path) -> None:
    outside = tmp_path.parent / f"{tmp_path.name}-outside"
    outside.mkdir()
    (project / "tokenizer").symlink_to(outside)
    result = built()
    assert result.exit_code == 1
    assert "`tokenizer/tokenizer.json` leads out of the project's folder" in result.stderr
    assert not any(outside.iterdir())


MISTAKES = {
    "a special token twice": (
        '-- set ns.special_tokens = ["<|a|>", "<|a|>"]',
        "FGC042",
        "the special token `<|a|>` is listed twice",
    ),
    "no room": (
        "-- set ns.vocab_size = 258",
        "FGC042",
        "`vocab_size` is 258, and 256 characters and 3 special tokens take 259",
    ),
    "no such file": (
        '-- set ns.train_files = "data/c.txt"',
        "FGC026",
        "there is no file `data/c.txt` in the project",
    ),
    "no such normalizer": (
        '-- set ns.normalizer = "NFX"',
        "FGC023",
        "module `tokenizers.normalizers` has no name `NFX`",
    ),
    "a class for another part": (
        "[decoder]\ndecoder: !singleton:tokenizers.normalizers:NFC",
        "FGC042",
        "`decoder` cannot be made of this",
    ),
    "a part that is no class": (
        "[decoder]\ndecoder: ByteLevel",
        "FGC042",
        "cannot be made of this",
    ),
    "a misspelt part": (
        "[decoder]\ndecodr: !singleton:tokenizers.decoders:ByteLevel",
        "FGC040",
        "a tokenizer has no `decodr`",
    ),
    "a part that is not there": ("[model]", "FGC040", "a tokenizer needs a top-level `model`"),
    "a misspelt argument of the trainer": (
        "[trainer]\n== super()\n    vocab_sise: 300",
        "FGC021",
        "`tokenizers.trainers.BpeTrainer` takes no argument `vocab_sise`",
    ),
    "a misspelt argument that the library passes over": (
        "[model]\n== super()\n    unk_tokn: a",
        "FGC021",
        "`tokenizers.models.BPE` takes no argument `unk_tokn`",
    ),
    "an option that gives other tokens on each run": (
        "[trainer]\n== super()\n    limit_alphabet: 100",
        "FGC042",
        "`limit_alphabet` cannot be given",
    ),
    "what is learnt": (
        "[model]\n== super()\n    vocab: {a: 1}",
        "FGC042",
        "`vocab` cannot be given: it is learnt from the training text",
    ),
    "a token that is none": (
        "[special_tokens]\n== super()\n    eos_token: <|end|>",
        "FGC042",
        "`<|end|>`, the `eos_token`, is not among the trainer's special tokens",
    ),
    "an unknown token that is none": (
        "[model]\nmodel: !singleton:tokenizers.models:BPE {unk_token: <unk>}",
        "FGC042",
        "`<unk>`, the `unk_token`, is not among the trainer's special tokens",
    ),
    "a use that is none": (
        "[special_tokens]\n== super()\n    bos: <|bos|>",
        "FGC040",
        "no token is used as `bos`",
    ),
    "another id": (
        "[post_processor]\n== super()\n    special_tokens: [!tuple ['<|bos|>', 1]]",
        "FGC042",
        "the post-processor gives `<|bos|>` the id 1",
    ),
    "an expression that is none": (
        '-- set ns.split_pattern = "("',
        "FGC026",
        "`tokenizers:Regex` refuses its arguments: ",
    ),
    "a behaviour that is none": (
        '-- set ns.split_pattern = "a"\n[pre_tokenizer]\npre_tokenizer: '
        "!singleton:tokenizers.pre_tokenizers:Split {pattern: a, behavior: cut}",
        "FGC026",
        "`tokenizers.pre_tokenizers:Split` refuses its arguments: ",
    ),
    "no token to begin with": (
        "-- set ns.bos_token = none",
        "FGC005",
        "`add_bos_token` is true, and `bos_token` is null",
    ),
    "no text": ('-- set ns.train_files = "data/empty.txt"', "FGC026", "there is no text in"),
    "no UTF-8": ('-- set ns.train_files = "data/latin.txt"', "FGC026", "is not UTF-8 text"),
    "no length": ("-- set ns.model_max_length = 0", "FGC026", "is not a number of tokens"),
}


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda name: name.replace(" ", "-"))
def test_a_mistake_is_a_frame(project: Path, mistake: str) -> None:
    text, code, message = MISTAKES[mistake]
    (project / "data" / "empty.txt").write_text("\n \n")
    (project / "data" / "latin.txt").write_bytes("naïve".encode("latin-1"))
    added(project, text + "\n")
    result = built()
    assert (result.exit_code, result.stdout) == (1, ""), result.output
    assert f"error[{code}]: " in result.stderr
    assert message in result.stderr
    assert re.search(r"^ *--> \S+:\d+:\d+$", result.stderr, re.MULTILINE)
    assert not (project / "tokenizer").exists()


CODE = "open('ran', 'w').close()\ndef f(*a, **k): open('ran', 'w').close()\n"


@pytest.mark.parametrize(
    "text",
    [
        "[normalizer]\nnormalizer: !singleton:mine.py:f []",
        "[normalizer]\nnormalizer: !singleton:mine:f []",
        "[normalizer]\nnormalizer: !singleton:tokenizers.normalizers:Sequence\n"
        "    - - !call:mine.py:f []",
        "[normalizer]\nnormalizer: !singleton:os:system ['touch ran']",
        "[normalizer]\nnormalizer: !singleton:tokenizers.normalizers:Replace\n"
        "    pattern: !call:eval [\"open('ran', 'w')\"]\n    content: a",
        "[training_text]\ntraining_text: !partial:mine.py:f []",
        "[training_text]\ntraining_text: !partial:subprocess:run {args: [touch, ran]}",
    ],
)
def test_no_code_of_a_configuration_runs(project: Path, text: str) -> None:
    (project / "mine.py").write_text(CODE)
    added(project, text + "\n")
    result = built()
    assert result.exit_code == 1
    assert "error[FGC0" in result.stderr
    assert not (project / "ran").exists()


def test_fewer_tokens_than_asked_for_is_a_warning(project: Path) -> None:
    result = built("--set", "vocab_size=50_000")
    assert result.exit_code == 0
    assert re.search(
        r"warning\[FGC043\]: the text gives [\d,]+ tokens, and not the 50,000", result.stderr
    )
    assert (project / "tokenizer" / "tokenizer.json").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[decoder]\ndecoder: null", "is not decoded to itself"),
        (
            "[trainer]\n== super()\n    initial_alphabet: []",
            "characters that the training text lacks are dropped from other texts",
        ),
    ],
)
def test_a_tokenizer_that_loses_text_is_a_warning(project: Path, text: str, said: str) -> None:
    added(project, text + "\n")
    result = built()
    assert result.exit_code == 0
    assert "warning[FGC043]: " in result.stderr
    assert said in result.stderr


@pytest.mark.usefixtures("project")
def test_diagnostics_as_json() -> None:
    result = built("--set", "vocab_size=10", "--format", "json")
    assert [found["code"] for found in json.loads(result.stderr)["diagnostics"]] == ["FGC042"]


@pytest.mark.usefixtures("project")
def test_a_configuration_of_something_else() -> None:
    result = fgc("tokenizer", "build", "configs/train.yaml")
    assert result.exit_code == 1
    assert "of the class `type.training_script.causal_lm`, and describes no" in result.stderr
    assert "`fgc tokenizer build configs/tokenizer.yaml` trains the one" in result.stderr


@pytest.mark.usefixtures("project")
def test_a_tokenizer_is_no_program() -> None:
    result = fgc("build", "configs/tokenizer.yaml", "-o", "run")
    assert result.exit_code == 1
    assert "`tokenizer.yaml` describes a tokenizer, which is no program by itself" in result.stderr
    assert "`fgc tokenizer build configs/tokenizer.yaml` trains it" in result.stderr
    assert result.stderr.endswith("\n1 error\n")


def test_a_tokenizer_that_is_not_trained_yet_is_named_with_its_command(project: Path) -> None:
    result = fgc("build", "configs/train.yaml", "-o", "run")
    assert "there is no file `tokenizer/tokenizer.json` in the project" in result.stderr
    assert "= help: `fgc tokenizer build configs/tokenizer.yaml` makes it" in result.stderr
    (project / "configs" / "tokenizer.yaml").write_text("broken: [")
    result = fgc("build", "configs/train.yaml", "-o", "run")
    assert "a configuration that extends `tokenizers/bpe.yaml` describes one" in result.stderr


@pytest.mark.parametrize("command", ["build", "show"])
def test_without_the_library(project: Path, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    built()
    monkeypatch.setattr("fgc.targets.tokenizer.train.find_spec", lambda name: None)
    text = () if command == "build" else ("a",)
    result = fgc("tokenizer", command, "configs/tokenizer.yaml", *text)
    assert result.exit_code == 1
    assert "the `tokenizers` library is not installed" in result.stderr


def test_show_describes(project: Path) -> None:
    built()
    result = fgc("tokenizer", "show", "tokenizer/tokenizer.json")
    assert (result.exit_code, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert lines[:7] == [
        "tokenizer/tokenizer.json",
        "  model           BPE on bytes",
        "  vocabulary      400 tokens: 3 special, 256 bytes, 141 merges",
        "  special         0 <|bos|>  1 <|eos|>  2 <|pad|>",
        "  normalizer      none",
        "  pre-tokenizer   ByteLevel(add_prefix_space=false, use_regex=true)",
        "  decoder         ByteLevel",
    ]
    assert lines[7] == "  a text becomes  <|bos|> $A   and   <|bos|> $A <|bos|> $B"
    assert "  bytes  tokens  such as" in lines
    counts = [int(line[9:15]) for line in lines if re.match(r" +\d+\+?  +\d+  ", line)]
    assert sum(counts) == 397
    assert all(len(line) <= 80 for line in lines)


@pytest.mark.parametrize(
    "what", ["tokenizer", "configs/tokenizer.yaml", "configs/train.yaml", ".", "run", "run/model"]
)
def test_show_finds_the_tokenizer(project: Path, what: str) -> None:
    built()
    built("-o", "run/model")
    expected = "run/model" if what.startswith("run") else "tokenizer"
    result = fgc("tokenizer", "show", what)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith(f"{expected}/tokenizer.json\n")


def test_show_cuts_a_text(project: Path) -> None:
    built()
    result = fgc("tokenizer", "show", "tokenizer", "And the\n\tearth é")
    tokens, ids, _, more, more_ids, *_ = result.stdout.splitlines()
    assert tokens.split() == ["<|bos|>", "And", "·the", "↵"]
    assert re.fullmatch(r"  0        \d+ +\d+ +\d+", ids)
    assert more.split()[0] == "→"
    assert more.split()[-2:] == ["\\xc3", "\\xa9"]
    starts = [[m.start() for m in re.finditer(r"\S+", line)] for line in (tokens, ids)]
    assert starts[0] == starts[1]
    loaded = AutoTokenizer.from_pretrained(project / "tokenizer")
    shown = [int(number) for number in (*ids.split(), *more_ids.split())]
    assert shown == loaded("And the\n\tearth é")["input_ids"]
    assert re.search(r"^  \d+ tokens and 1 special for 17 bytes and 4 words: ", result.stdout, re.M)


def test_show_reads_standard_input_and_fits_the_terminal(project: Path) -> None:
    built()
    text = (project / "data" / "a.txt").read_text(encoding="utf-8")[:3000]
    result = fgc("tokenizer", "show", "tokenizer", "-", stdin=text)
    assert result.exit_code == 0
    rows = result.stdout.split("\n\n")[:-1]
    assert max(len(line) for row in rows for line in row.splitlines()) <= 80
    shown = "".join(word for row in rows for word in row.splitlines()[0].split()[0:])
    assert shown.removeprefix("<|bos|>").replace("·", " ").replace("↵", "\n") == text


@pytest.mark.parametrize("text", ["", "<|eos|>"])
def test_show_cuts_what_is_hardly_a_text(project: Path, text: str) -> None:
    built()
    result = fgc("tokenizer", "show", "tokenizer", text)
    assert result.exit_code == 0
    assert "no token" in result.stdout


def test_show_says_where_decoding_changes_a_text(project: Path) -> None:
    added(project, '-- set ns.normalizer = "Lowercase"\n')
    built()
    result = fgc("tokenizer", "show", "tokenizer", "Amen")
    assert result.stdout.endswith("decoded, it is another text: 'amen'\n")


@pytest.mark.usefixtures("project")
def test_show_of_what_is_no_tokenizer() -> None:
    result = fgc("tokenizer", "show", "meta.yaml")
    assert result.exit_code == 1
    assert "this configuration has no tokenizer" in result.stderr
    result = fgc("tokenizer", "show", "data/a.txt")
    assert result.exit_code == 2
    assert "`data/a.txt` is not a tokenizer.json" in result.stderr
    result = fgc("tokenizer", "show", "configs/tokenizer.yaml")
    assert result.exit_code == 1
    assert "`fgc tokenizer build configs/tokenizer.yaml` makes it" in result.stderr
    assert fgc("tokenizer", "show", "nowhere").exit_code == 2
