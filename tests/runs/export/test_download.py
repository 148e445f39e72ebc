"""A download that is cut, lied to, or killed ends whole, or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from imaging.files.part_file import PartFile
from imaging.files.part_file import part as parts
from imaging.files.part_file.state import read_state
from models.errors import ImageFileError, NeedsUserError, RunError
from models.steps import StepName
from tests.runs.export.scripted_bytes import MIB, Export, Sending, export_of
from tests.runs.steps.death import KilledError

CONTENT = os.urandom(3 * MIB + 11) + bytes(2 * MIB) + os.urandom(MIB)
PART = "F.part"


async def downloaded(export: Export) -> bytes:
    await export.steps((StepName.DOWNLOAD, StepName.COMPARE_DOWNLOAD))
    return (export.file.parent / PART).read_bytes()


async def test_it_comes_whole(tmp_path: Path):
    export = await export_of(tmp_path, CONTENT)
    assert await downloaded(export) == CONTENT
    assert export.cloud.image_bytes.asked == [0]


async def test_cut_at_ten_places_it_goes_on(tmp_path: Path):
    export = await export_of(tmp_path, CONTENT)
    places = [len(CONTENT) * tenth // 11 for tenth in range(1, 11)]
    export.cloud.image_bytes.sendings = [Sending(until=place) for place in places]
    assert await downloaded(export) == CONTENT
    assert export.cloud.image_bytes.asked == [0, *(max(0, place - MIB) for place in places)]


async def test_a_store_that_ignores_ranges_and_says_so(tmp_path: Path):
    export = await export_of(tmp_path, CONTENT)
    export.cloud.image_bytes.sendings = [Sending(until=2 * MIB), Sending(ignores_range=True)]
    assert await downloaded(export) == CONTENT
    assert any("ignored the range" in phase for phase in export.ctx.phases)


async def test_a_store_that_ignores_ranges_and_says_another_place(tmp_path: Path):
    export = await export_of(tmp_path, CONTENT)
    export.cloud.image_bytes.sendings = [Sending(until=2 * MIB), Sending(lies_about_place=True)]
    assert await downloaded(export) == CONTENT
    assert any("beginning again" in phase for phase in export.ctx.phases)
    assert export.cloud.image_bytes.asked == [0, MIB, 0]


async def test_a_store_that_refuses_ranges(tmp_path: Path):
    export = await export_of(tmp_path, CONTENT)
    export.cloud.image_bytes.sendings = [Sending(until=2 * MIB), Sending(refuses_range=True), Sending()]
    assert await downloaded(export) == CONTENT
    assert export.cloud.image_bytes.asked == [0, MIB, 0]


async def test_a_store_that_always_lies_is_given_up(tmp_path: Path):
    export = await export_of(tmp_path, CONTENT)
    export.cloud.image_bytes.sendings = [Sending(until=2 * MIB), Sending(lies_about_place=True)] * 9
    with pytest.raises(RunError, match="something else each time"):
        await downloaded(export)
    assert export.names() == []


async def test_a_flipped_byte_is_never_called_whole(tmp_path: Path):
    export = await export_of(tmp_path, CONTENT)
    export.cloud.image_bytes.sendings = [Sending(flips=MIB + 3)]
    with pytest.raises(RunError, match="What arrived is not what the cloud stores"):
        await downloaded(export)
    assert export.names() == []


async def test_longer_bodies_are_given_up_after_some(tmp_path: Path):
    export = await export_of(tmp_path, CONTENT)
    export.cloud.image_bytes.sendings = [Sending(until=2 * MIB), *[Sending(odd=True)] * 9]
    with pytest.raises(RunError, match="sends more"):
        await downloaded(export)
    assert PART in export.names()  # what came before is kept


async def test_one_odd_answer_is_a_proxys(tmp_path: Path):
    export = await export_of(tmp_path, CONTENT)
    export.cloud.image_bytes.sendings = [Sending(odd=True), Sending(until=MIB), Sending(odd=True)]
    assert await downloaded(export) == CONTENT


async def test_killed_at_any_place_a_new_runner_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    export = await export_of(tmp_path, CONTENT)
    take = PartFile.take
    for place in (1, MIB // 2, 2 * MIB, 5 * MIB, len(CONTENT) - 1):

        def take_and_die(part: PartFile, offset: int, piece: bytes, place: int = place) -> None:
            take(part, offset, piece)
            if part.received_bytes >= place:
                raise KilledError  # as SIGKILL: nothing is noted any more

        monkeypatch.setattr(PartFile, "take", take_and_die)
        with pytest.raises(KilledError):
            await export.step(StepName.DOWNLOAD)
    monkeypatch.setattr(PartFile, "take", take)
    assert await downloaded(export) == CONTENT


async def test_what_is_whole_is_not_asked_for_again(tmp_path: Path):
    export = await export_of(tmp_path, CONTENT)
    await export.step(StepName.DOWNLOAD)
    export.cloud.image_bytes.gone = True
    assert await downloaded(export) == CONTENT
    assert export.cloud.image_bytes.asked == [0]


async def test_a_full_disk_waits_for_the_user_and_keeps_what_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    export = await export_of(tmp_path, CONTENT)
    monkeypatch.setattr(parts, "_CHECK_EVERY", MIB)
    full = {"": False}
    real = os.fstatvfs

    def told(descriptor: int) -> os.statvfs_result:
        values = list(real(descriptor))
        values[4] = 0 if full[""] else values[4]
        return os.statvfs_result(values)

    monkeypatch.setattr("os.fstatvfs", told)
    export.cloud.image_bytes.sendings = [Sending(until=2 * MIB), Sending(then=lambda: full.update({"": True}))]
    with pytest.raises(NeedsUserError, match="too little room"):
        await export.step(StepName.DOWNLOAD)
    full[""] = False
    assert await downloaded(export) == CONTENT


async def test_an_image_that_is_deleted_meanwhile(tmp_path: Path):
    export = await export_of(tmp_path, CONTENT)
    gone = export.cloud.image_bytes
    gone.sendings = [Sending(until=2 * MIB, then=lambda: setattr(gone, "gone", True))]
    with pytest.raises(RunError, match="is gone"):
        await export.step(StepName.DOWNLOAD)


async def test_an_image_that_is_another_one_by_now(tmp_path: Path):
    export = await export_of(tmp_path, CONTENT)
    images = export.cloud.images
    images.image_now = images.image_now.model_copy(update={"content_hash": "0" * 128})
    with pytest.raises(RunError, match="something else"):
        await export.step(StepName.DOWNLOAD)


async def test_a_directory_that_vanishes_ends_the_download(tmp_path: Path):
    export = await export_of(tmp_path, CONTENT)

    def vanish() -> None:
        for each in export.file.parent.iterdir():
            each.unlink()
        export.file.parent.rmdir()

    export.cloud.image_bytes.sendings = [Sending(until=2 * MIB, then=vanish)]
    with pytest.raises(RunError, match=r"The directory .* is gone"):
        await export.step(StepName.DOWNLOAD)


async def test_a_link_at_the_part_is_not_followed(tmp_path: Path):
    export = await export_of(tmp_path, CONTENT)
    (tmp_path / "victim").write_text("mine")
    (export.file.parent / PART).symlink_to(tmp_path / "victim")
    with pytest.raises(ImageFileError, match="link"):
        await export.step(StepName.DOWNLOAD)
    assert (tmp_path / "victim").read_text() == "mine"


async def test_without_a_hash_it_is_said_not_to_be_verified(tmp_path: Path):
    export = await export_of(tmp_path, CONTENT)
    plain = export.cloud.images.image_now.model_copy(update={"content_hash": None, "hash_algorithm": None})
    export = await export_of(tmp_path, CONTENT, image=plain)
    await export.step(StepName.DOWNLOAD)
    result = await export.step(StepName.COMPARE_DOWNLOAD)
    assert result.skipped
    assert "not verified" in result.note
    assert any("Not verified" in warning for warning in export.plan.warnings)


async def test_the_old_checksum_is_compared_too(tmp_path: Path):
    export = await export_of(tmp_path, CONTENT)
    old = export.cloud.images.image_now.model_copy(update={"content_hash": "0" * 32, "hash_algorithm": "md5"})
    export = await export_of(tmp_path, CONTENT, image=old)
    with pytest.raises(RunError, match="its MD5 is"):
        await downloaded(export)


async def test_progress_and_state_are_bounded(tmp_path: Path):
    export = await export_of(tmp_path, CONTENT)
    await export.step(StepName.DOWNLOAD)
    assert len(export.ctx.phases) < 3
    state = read_state(export.file.parent / PART)
    assert state is not None
    assert state.is_whole
