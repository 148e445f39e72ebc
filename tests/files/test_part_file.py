"""A download that is continued: nothing is taken that does not fit, and nothing of somebody else is written over."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from imaging.files.part_file import OVERLAP_BYTES, PartBinding, PartDiffersError, PartFile
from imaging.files.part_file import state as states
from imaging.files.part_file.state import read_state, state_path
from imaging.files.wrappers.sparse_file import NoRoomError
from models.errors import ImageFileError

MIB = 2**20
CONTENT = os.urandom(2 * MIB + 17) + bytes(3 * MIB) + os.urandom(MIB + 5) + bytes(200_000)
HASH = hashlib.sha512(CONTENT).hexdigest()
BINDING = PartBinding(image_id="i", size_bytes=len(CONTENT), hash_algorithm="sha512", hash=HASH)


def opened(path: Path, binding: PartBinding = BINDING, *, keep_free_bytes: int = 0) -> PartFile:
    return PartFile.open(path, binding, algorithms=("sha512", "sha256"), keep_free_bytes=keep_free_bytes)


def fed(part: PartFile, begin: int, end: int, content: bytes = CONTENT, step: int = 300_007) -> None:
    for place in range(begin, end, step):
        part.take(place, content[place : min(end, place + step)])


def test_it_is_written_hashed_and_closed_to_others(tmp_path: Path):
    with opened(tmp_path / "F.part") as part:
        fed(part, 0, len(CONTENT))
        hashes = part.finish()
    assert (tmp_path / "F.part").read_bytes() == CONTENT
    assert hashes == {"sha512": HASH, "sha256": hashlib.sha256(CONTENT).hexdigest()}
    assert (tmp_path / "F.part").stat().st_mode & 0o777 == 0o600
    assert state_path(tmp_path / "F.part").stat().st_mode & 0o777 == 0o600


def test_zeros_take_no_room(tmp_path: Path):
    with opened(tmp_path / "F.part") as part:
        fed(part, 0, len(CONTENT))
        part.finish()
    assert 512 * (tmp_path / "F.part").stat().st_blocks < len(CONTENT) - 2 * MIB


@pytest.mark.parametrize("end", [1, 70_000, MIB, 2 * MIB + 17, 4 * MIB, len(CONTENT) - 100_000, len(CONTENT)])
def test_it_is_continued_from_where_it_was_left(tmp_path: Path, end: int):
    with opened(tmp_path / "F.part") as part:
        fed(part, 0, end)
        part.note()
    with opened(tmp_path / "F.part") as part:
        assert part.received_bytes == end
        part.rehash()
        assert part.wanted_from == max(0, end - OVERLAP_BYTES)
        fed(part, part.wanted_from, len(CONTENT))
        assert part.finish()["sha512"] == HASH
    assert (tmp_path / "F.part").read_bytes() == CONTENT


def test_what_was_received_since_the_last_note_is_asked_for_again(tmp_path: Path):
    part = opened(tmp_path / "F.part")
    fed(part, 0, MIB)
    part.note()
    noted = read_state(part.path)
    assert noted is not None
    fed(part, MIB, 2 * MIB)
    states.write_state(part.path, noted)  # as after kill -9 before the next note
    part.close()
    with opened(tmp_path / "F.part") as part:
        assert part.received_bytes == MIB
        part.rehash()
        fed(part, part.wanted_from, len(CONTENT))
        assert part.finish()["sha512"] == HASH


def test_after_a_crash_of_the_machine_only_what_was_synced_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with opened(tmp_path / "F.part") as part:
        fed(part, 0, 3 * MIB)
        part.note()
    monkeypatch.setattr(states, "boot_id", lambda: "another boot")
    with opened(tmp_path / "F.part") as part:
        assert part.received_bytes == 0


def test_what_does_not_continue_it_is_not_taken(tmp_path: Path):
    with opened(tmp_path / "F.part") as part:
        fed(part, 0, 2 * MIB)
        with pytest.raises(PartDiffersError):  # a store that ignores the range, and says where it begins
            part.take(0, os.urandom(100))
        with pytest.raises(PartDiffersError):  # one that says the asked place and begins at the front
            part.take(part.wanted_from, CONTENT[:100])
        with pytest.raises(PartDiffersError):  # a gap
            part.take(2 * MIB + 1, CONTENT[2 * MIB + 1 : 2 * MIB + 9])
        assert part.received_bytes == 2 * MIB


def test_a_flipped_bit_on_the_disk_is_found_by_the_overlap_or_the_hash(tmp_path: Path):
    path = tmp_path / "F.part"
    with opened(path) as part:
        fed(part, 0, 4 * MIB)
        part.note()
    with path.open("r+b") as file:
        file.seek(4 * MIB - 100)
        file.write(b"\xff")
    with opened(path) as part, pytest.raises(PartDiffersError):
        fed(part, part.wanted_from, len(CONTENT))
    with path.open("r+b") as file:
        file.seek(4 * MIB - 100)
        file.write(b"\x00")
        file.seek(100)
        file.write(bytes([CONTENT[100] ^ 1]))
    with opened(path) as part:
        part.rehash()
        fed(part, part.wanted_from, len(CONTENT))
        assert part.finish()["sha512"] != HASH


def test_more_than_the_image_has_is_not_taken(tmp_path: Path):
    with opened(tmp_path / "F.part") as part:
        fed(part, 0, len(CONTENT))
        with pytest.raises(PartDiffersError):
            part.take(len(CONTENT), b"\x01")


def test_it_can_begin_again(tmp_path: Path):
    with opened(tmp_path / "F.part") as part:
        fed(part, 0, MIB, os.urandom(MIB))
        part.restart()
        fed(part, 0, len(CONTENT))
        assert part.finish()["sha512"] == HASH
    assert (tmp_path / "F.part").read_bytes() == CONTENT


def test_the_part_of_another_image_is_not_continued(tmp_path: Path):
    with opened(tmp_path / "F.part") as part:
        fed(part, 0, MIB)
    other = BINDING.model_copy(update={"hash": "0" * 128})
    with pytest.raises(ImageFileError, match="for another image"):
        opened(tmp_path / "F.part", other)
    assert (tmp_path / "F.part").stat().st_size == MIB


def test_somebody_elses_file_is_left_as_it_is(tmp_path: Path):
    path = tmp_path / "F.part"
    path.write_text("mine")
    with pytest.raises(ImageFileError, match="was not written by this program"):
        opened(path)
    assert path.read_text() == "mine"


def test_a_link_is_not_followed(tmp_path: Path):
    (tmp_path / "victim").write_text("mine")
    (tmp_path / "F.part").symlink_to(tmp_path / "victim")
    with pytest.raises(ImageFileError, match="link"):
        opened(tmp_path / "F.part")
    assert (tmp_path / "victim").read_text() == "mine"


def test_a_link_to_nothing_makes_nothing(tmp_path: Path):
    (tmp_path / "F.part").symlink_to(tmp_path / "new")
    with pytest.raises(ImageFileError, match="link"):
        opened(tmp_path / "F.part")
    assert not (tmp_path / "new").exists()


def test_a_file_with_several_names_is_not_continued(tmp_path: Path):
    with opened(tmp_path / "F.part") as part:
        fed(part, 0, MIB)
    (tmp_path / "second").hardlink_to(tmp_path / "F.part")
    with pytest.raises(ImageFileError, match="several names"):
        opened(tmp_path / "F.part")


def test_two_runs_do_not_write_one_part(tmp_path: Path):
    with opened(tmp_path / "F.part"), pytest.raises(ImageFileError, match="Another run writes"):
        opened(tmp_path / "F.part")


def test_a_part_that_was_made_and_never_written_to_is_continued(tmp_path: Path):
    (tmp_path / "F.part").touch(mode=0o600)  # killed between the file and its state
    with opened(tmp_path / "F.part") as part:
        assert part.received_bytes == 0


def test_room_is_counted_while_it_is_written(tmp_path: Path):
    with opened(tmp_path / "F.part", keep_free_bytes=2**62) as part:
        with pytest.raises(NoRoomError):
            fed(part, 0, MIB)
        assert part.received_bytes == 0


def test_nothing_of_it_is_left_once_it_is_removed(tmp_path: Path):
    with opened(tmp_path / "F.part") as part:
        fed(part, 0, MIB)
        (tmp_path / ".F.part.json.0a1b2c3d.new").touch()  # of a process that was killed
        part.remove()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["a\nb:c.part", "ünï.part", "x" * 200 + ".part", "[*?].part"])
def test_a_part_may_have_an_odd_name(tmp_path: Path, name: str):
    with opened(tmp_path / name) as part:
        fed(part, 0, len(CONTENT))
        part.finish()
        part.remove()
    assert list(tmp_path.iterdir()) == []
