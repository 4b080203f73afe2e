import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fgc.runtime.data.documents import read_documents


def read(path: Path, content: bytes, separator: str | None = "") -> list[str]:
    path.write_bytes(content)
    return list(read_documents(files=[path], document_separator=separator))


@pytest.mark.parametrize(
    ("content", "documents"),
    [
        (b"a\nb\n\nc\n", ["a\nb", "c"]),
        (b"a\nb\n\nc", ["a\nb", "c"]),
        (b"\n\na\n\n\n \t\nb\n\n", ["a", "b"]),
        (b"a\r\nb\r\n\r\nc\r\n", ["a\nb", "c"]),
        (b"\xef\xbb\xbfa\n", ["a"]),
        ("é\n\n漢字 🙂\u2028x".encode(), ["é", "漢字 🙂\u2028x"]),
        (b"  a \n", ["  a "]),
    ],
)
def test_blank_lines_divide(tmp_path: Path, content: bytes, documents: list[str]):
    assert read(tmp_path / "text", content) == documents


def test_a_line_divides(tmp_path: Path):
    content = b"a\n\nb\n<|end|>\nc <|end|>\n<|end|>\n"
    assert read(tmp_path / "text", content, "<|end|>") == ["a\n\nb", "c <|end|>"]


def test_without_separator_a_file_is_a_document(tmp_path: Path):
    assert read(tmp_path / "text", b"a\n\nb\n\n", None) == ["a\n\nb\n"]


def test_a_document_ends_with_its_file(tmp_path: Path):
    (tmp_path / "1").write_text("a\n\nb")
    (tmp_path / "2").write_text("c")
    files = [tmp_path / "1", tmp_path / "2"]
    assert list(read_documents(files=files, document_separator="")) == ["a", "b", "c"]


@given(st.lists(st.text(st.characters(exclude_characters="\r\n\ufeff", codec="utf-8"), min_size=1)))
def test_documents_come_back(tmp_path_factory: pytest.TempPathFactory, documents: list[str]):
    documents = [document for document in documents if document.strip()]
    path = tmp_path_factory.mktemp("documents") / "text"
    path.write_bytes("\n\n".join(["first", *documents]).encode())
    assert list(read_documents(files=[path], document_separator="")) == ["first", *documents]


@pytest.mark.parametrize("content", [b"", b"\n", b" \n\t\n"])
@pytest.mark.parametrize("separator", ["", None])
def test_no_text_is_an_error(tmp_path: Path, content: bytes, separator: str | None):
    with pytest.raises(ValueError, match=r"no text in .*empty\.txt"):
        read(tmp_path / "empty.txt", content, separator)


def test_what_is_not_utf8_is_an_error(tmp_path: Path):
    with pytest.raises(ValueError, match=r"latin1\.txt is not UTF-8 text, at or after line 1"):
        read(tmp_path / "latin1.txt", "a\nné\n".encode("latin-1"))


def test_memory_does_not_grow_with_the_file(tmp_path: Path):
    path = tmp_path / "large.txt"
    path.write_bytes((b"and it came to pass\n" * 50 + b"\n") * 4000)
    tracemalloc.start()
    try:
        number = sum(1 for _ in read_documents(files=[path], document_separator=""))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert number == 4000
    assert path.stat().st_size > 4_000_000 > 10 * peak
