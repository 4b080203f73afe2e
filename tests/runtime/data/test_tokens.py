import multiprocessing
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from fgc.runtime.data.tokens import DamagedTokenFile, open_token_file, write_token_file


@pytest.mark.parametrize(
    ("num_ids", "dtype"), [(4096, np.uint16), (65536, np.uint16), (65537, np.uint32)]
)
def test_what_is_written_is_read(tmp_path: Path, num_ids: int, dtype: type):
    path = tmp_path / "new" / "some.tokens"
    write_token_file(path, [([0, num_ids - 1], 5), ([], 0), ([7], 2)], num_ids=num_ids)
    file = open_token_file(path)
    assert file.ids.tolist() == [0, num_ids - 1, 7]
    assert file.ids.dtype == dtype
    assert (file.num_documents, file.num_bytes) == (3, 7)
    assert not file.ids.flags.writeable
    assert not file.ids.flags.owndata  # a view of the map, no copy
    assert [path] == list(path.parent.iterdir())


def test_an_id_that_does_not_fit_is_an_error(tmp_path: Path):
    with pytest.raises(OverflowError):
        write_token_file(tmp_path / "some.tokens", [([65536], 1)], num_ids=4096)
    assert not list(tmp_path.iterdir())


def test_no_tokens_is_an_error(tmp_path: Path):
    with pytest.raises(ValueError, match="no tokens"):
        write_token_file(tmp_path / "some.tokens", [([], 0)], num_ids=4096)
    assert not list(tmp_path.iterdir())


def test_a_missing_file_is_missing(tmp_path: Path):
    with pytest.raises(FileNotFoundError):
        open_token_file(tmp_path / "some.tokens")


def test_every_truncation_and_every_flipped_byte_is_noticed(tmp_path: Path):
    path = tmp_path / "some.tokens"
    write_token_file(path, [(list(range(10)), 3)], num_ids=4096)
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(DamagedTokenFile):
            open_token_file(path)
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x10]) + whole[place + 1 :])
        with pytest.raises(DamagedTokenFile):
            open_token_file(path)
    path.write_bytes(whole + b"\0")
    with pytest.raises(DamagedTokenFile):
        open_token_file(path)
    path.write_bytes(whole)
    assert open_token_file(path).ids.tolist() == list(range(10))


def test_a_writer_that_is_killed_leaves_no_file(tmp_path: Path):
    def documents() -> Iterator[tuple[list[int], int]]:
        yield list(range(100_000)), 1
        os._exit(9)

    path = tmp_path / "some.tokens"
    child = multiprocessing.get_context("fork").Process(
        target=write_token_file, args=(path, documents()), kwargs={"num_ids": 1 << 20}
    )
    child.start()
    child.join(30)
    assert child.exitcode == 9
    assert not path.exists()
    write_token_file(path, [([1], 1)], num_ids=4096)
    assert open_token_file(path).ids.tolist() == [1]
