"""Which file it is: one digest for all of its content, for which its holes are not read."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imaging.files.identity import ContentDigest, hash_of, identity_of, is_bare_raw
from imaging.files.identity import file_identity as file_identity_module
from imaging.files.identity.content_digest import BLOCK_BYTES
from imaging.files.zeros import is_zeros
from models.errors import ImageFileError
from models.image_file.image_format import ImageFormat
from tests.files.image_files import image
from tests.support.examples import examples
from tests.support.needs import needs
from tests.support.sparse import put_sparse

KIB, TIB = 1024, 2**40
SIZE = 5 * BLOCK_BYTES + 1000
"""Several blocks, and a part of one."""


def untold(_done: int, _whole: int) -> None:
    """Progress that nobody looks at."""


def content() -> bytearray:
    """Something in the second block, zeros around it, and something in the last part of a block."""
    whole = bytearray(SIZE)
    whole[BLOCK_BYTES + 7 : BLOCK_BYTES + 300] = b"x" * 293
    whole[-5:] = b"ended"
    return whole


def digest_of(whole: bytes) -> str:
    digest = ContentDigest()
    digest.add(whole)
    return digest.hexdigest()


async def test_a_file_with_holes_and_its_copy_without_them_have_one_digest(tmp_path: Path):
    whole = bytes(content())
    sparse, dense = put_sparse(tmp_path / "sparse", whole), tmp_path / "dense"
    dense.write_bytes(whole)
    assert sparse.stat().st_blocks < dense.stat().st_blocks
    found = {(await identity_of(path, untold)).digest for path in (sparse, dense)}
    assert found == {digest_of(whole)}


def _in_a_hole(whole: bytearray) -> None:
    whole[3 * BLOCK_BYTES + 11] = 1


def _in_data(whole: bytearray) -> None:
    whole[BLOCK_BYTES + 100] ^= 1


def _at_the_end(whole: bytearray) -> None:
    whole[-1] ^= 1


def _emptied(whole: bytearray) -> None:
    whole[BLOCK_BYTES : 2 * BLOCK_BYTES] = bytes(BLOCK_BYTES)


def _moved_by_a_block(whole: bytearray) -> None:
    block = whole[BLOCK_BYTES : 2 * BLOCK_BYTES]
    _emptied(whole)
    whole[2 * BLOCK_BYTES : 3 * BLOCK_BYTES] = block


def _longer_by_a_zero(whole: bytearray) -> None:
    whole += b"\0"


def _longer_by_a_block_of_zeros(whole: bytearray) -> None:
    whole += bytes(BLOCK_BYTES)


def _shorter(whole: bytearray) -> None:
    del whole[-1:]


@pytest.mark.parametrize(
    "change",
    [
        *(_in_a_hole, _in_data, _at_the_end, _emptied, _moved_by_a_block),
        *(_longer_by_a_zero, _longer_by_a_block_of_zeros, _shorter),
    ],
)
def test_whatever_differs_gives_another_digest(change: Callable[[bytearray], None]):
    changed = content()
    change(changed)
    assert digest_of(bytes(changed)) != digest_of(bytes(content()))


@given(st.lists(st.tuples(st.integers(0, 3 * BLOCK_BYTES), st.sampled_from(["zeros", "hole", "data"])), max_size=8))
@settings(max_examples=examples(40), deadline=None)
def test_it_does_not_matter_in_which_pieces_it_came(pieces: list[tuple[int, str]]):
    digest, whole = ContentDigest(), b""
    for size, kind in pieces:
        piece = (b"data" * size)[:size] if kind == "data" else bytes(size)
        if kind == "hole":
            digest.add_hole(size)
        else:
            digest.add(piece)
        whole += piece
    assert digest.size_bytes == len(whole)
    assert digest.hexdigest() == digest_of(whole)


async def test_the_holes_of_a_disk_of_two_terabytes_are_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path, read_bytes = tmp_path / "disk.raw", 0
    with path.open("wb") as file:
        file.truncate(2 * TIB)
        for at in (0, TIB, 2 * TIB - 10):
            file.seek(at)
            file.write(b"something")
    pread = os.pread

    def counted(descriptor: int, size: int, offset: int) -> bytes:
        nonlocal read_bytes
        piece = pread(descriptor, size, offset)
        read_bytes += len(piece)
        return piece

    monkeypatch.setattr(os, "pread", counted)
    found = await identity_of(path, untold)
    assert found.stamp.size_bytes == 2 * TIB
    assert 27 <= read_bytes < 256 * KIB
    assert found.sha256 == ""


@pytest.mark.parametrize("number", [errno.EINVAL, errno.EOPNOTSUPP])
async def test_where_no_holes_are_known_all_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int):
    path = put_sparse(tmp_path / "disk.raw", bytes(content()))

    def refused(_descriptor: int, _offset: int, _whence: int) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "lseek", refused)
    assert (await identity_of(path, untold)).digest == digest_of(bytes(content()))


async def test_parts_have_the_digest_of_the_file_that_they_make(tmp_path: Path):
    whole, folder = bytes(content()), tmp_path / "parts"
    folder.mkdir()
    for number, begin in enumerate(range(0, len(whole), 500_000)):
        put_sparse(folder / f"disk.{number:03}", whole[begin : begin + 500_000])
    assert (await identity_of(folder, untold)).digest == digest_of(whole)


async def test_the_sha256_that_others_know_is_computed_where_it_is_asked_for(tmp_path: Path):
    path = put_sparse(tmp_path / "disk.raw", bytes(content()))
    found = await identity_of(path, untold, with_sha256=True)
    assert found.sha256 == hashlib.sha256(content()).hexdigest() == await hash_of(path, "sha256")
    assert found.digest == digest_of(bytes(content()))
    assert found.is_file(await identity_of(path, untold))


async def test_a_file_that_is_written_to_meanwhile_has_none(tmp_path: Path):
    path = put_sparse(tmp_path / "disk.raw", bytes(content()))
    with pytest.raises(ImageFileError, match="being written to"):
        await identity_of(path, lambda _done, _whole: _append(path))


async def test_a_file_that_becomes_shorter_while_it_is_read_is_said_to_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(file_identity_module, "_TOLD_EVERY", 1)
    path = tmp_path / "disk.raw"
    path.write_bytes(b"x" * SIZE)
    with pytest.raises(ImageFileError, match="it has become shorter"):
        await identity_of(path, lambda _done, _whole: os.truncate(path, 1))


async def test_progress_is_told_up_to_the_end(tmp_path: Path):
    told: list[tuple[int, int]] = []
    await identity_of(put_sparse(tmp_path / "disk.raw", bytes(content())), lambda *done: told.append(done))
    assert told == sorted(told)
    assert told[-1] == (SIZE, SIZE)


@pytest.mark.parametrize("size", [0, 1, 4096, 2**18, 2**18 + 1, 2**20])
def test_zeros_are_told_from_anything_else(size: int):
    assert is_zeros(bytes(size))
    assert is_zeros(memoryview(bytes(size)))
    for at in {0, size // 2, size - 1} & set(range(size)):
        other = bytearray(size)
        other[at] = 1
        assert not is_zeros(other)


@needs("qemu-img")
def test_a_plain_raw_disk_is_told_from_what_is_packed_or_formatted(tmp_path: Path):
    plain = image(tmp_path / "disk.raw", ImageFormat.RAW)
    packed = tmp_path / "disk.gz"
    packed.write_bytes(b"\x1f\x8b\x08" + bytes(600))
    assert is_bare_raw(plain, None)
    assert is_bare_raw(plain, ImageFormat.RAW)
    assert not is_bare_raw(packed, None)
    assert not is_bare_raw(image(tmp_path / "disk.qcow2", ImageFormat.QCOW2), None)


def _append(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"more")
