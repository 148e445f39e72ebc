"""The bytes of an image are sent whole or not at all: cut anywhere, refused, slow, given up."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

from imaging.cloud.connection import OpenStackCloud
from models.errors import (
    BadAnswerError,
    ConflictError,
    ForbiddenError,
    ImageFileError,
    ImagingError,
    LostAnswerError,
    NotFoundError,
    QuotaExceededError,
    RejectedError,
    UnauthorizedError,
    UnreachableError,
)
from tests.cloud.image_bytes import CONTENT, FILE, IMAGE, SIZE, TENTHS, Source, transfer_threads, until, upload
from tests.cloud.scripted import TOKEN, Reply, ScriptedCloud


async def test_an_upload_is_one_put_with_its_size(scripted: ScriptedCloud, cloud: OpenStackCloud):
    scripted.on("PUT", FILE, Reply(204))
    told: list[int] = []

    await upload(cloud, Source(), told)

    (sent,) = scripted.seen("PUT")
    assert scripted.uploads == [CONTENT]
    assert sent.headers["content-length"] == sent.headers["x-openstack-image-size"] == str(SIZE)
    assert sent.headers["content-type"] == "application/octet-stream"
    assert sent.headers["x-auth-token"] == TOKEN
    assert "transfer-encoding" not in sent.headers
    assert told[-1] == SIZE
    assert told == sorted(told)


@pytest.mark.parametrize("place", TENTHS)
async def test_an_upload_that_is_cut_is_told_and_not_sent_again(
    scripted: ScriptedCloud, cloud: OpenStackCloud, place: int
):
    scripted.taken_bytes = place
    scripted.on("PUT", FILE, Reply(drop=True))

    with pytest.raises(UnreachableError) as caught:
        await upload(cloud, Source(CONTENT * 16))

    assert not isinstance(caught.value, LostAnswerError)
    assert f"The image {IMAGE} has no bytes" in str(caught.value)
    assert len(scripted.seen("PUT")) == 1


async def test_an_answer_that_is_lost_leaves_the_outcome_open(scripted: ScriptedCloud, cloud: OpenStackCloud):
    scripted.on("PUT", FILE, Reply(drop=True))

    with pytest.raises(LostAnswerError, match="It may have been done, or not") as caught:
        await upload(cloud, Source())

    assert "Its status tells" in str(caught.value)
    assert scripted.uploads == [CONTENT]


@pytest.mark.parametrize(
    "status, body, kind, words",
    [
        (401, {"message": "Authentication required"}, UnauthorizedError, "does not accept the login"),
        (403, "<h1>403 Forbidden</h1>You are not authorized", ForbiddenError, "not allowed to upload"),
        (404, "<h1>404 Not Found</h1>No image found", NotFoundError, "not found"),
        (409, "<h1>409 Conflict</h1>Image status transition", ConflictError, "Image status transition"),
        (410, "<h1>410 Gone</h1>deleted during upload", NotFoundError, "deleted during upload"),
        (413, "<h1>413 Request Entity Too Large</h1>Quota image_size_total exceeded", QuotaExceededError, "quota"),
        (413, "<h1>413 Request Entity Too Large</h1>Image too large", RejectedError, "takes no image of"),
        (415, "<h1>415 Unsupported Media Type</h1>format does not match", RejectedError, "does not match"),
        (503, "<h1>503 Service Unavailable</h1>storage is full", ImagingError, "storage is full"),
    ],
)
@pytest.mark.parametrize("taken", [0, SIZE])
async def test_a_refusal_says_what_happened_and_what_is_left(  # noqa: PLR0917  # the columns of one table
    scripted: ScriptedCloud,
    cloud: OpenStackCloud,
    status: int,
    body: Any,
    kind: type[ImagingError],
    words: str,
    taken: int,
):
    scripted.taken_bytes = taken
    scripted.on("PUT", FILE, Reply(status, body))

    with pytest.raises(kind) as caught:
        await upload(cloud, Source(CONTENT * 8))

    assert words in str(caught.value)
    assert caught.value.meaning
    assert caught.value.remedy
    assert len(scripted.seen("PUT")) == 1


async def test_a_token_that_ends_is_not_met_by_sending_again(scripted: ScriptedCloud, cloud: OpenStackCloud):
    """keystoneauth would log in again and send the body a second time."""
    scripted.on("PUT", FILE, Reply(401, {"message": "expired"}), Reply(204))

    with pytest.raises(UnauthorizedError):
        await upload(cloud, Source())

    assert len(scripted.seen("PUT")) == 1


@pytest.mark.parametrize("issued, logins", [("2000", 2), ("2090", 1)])
async def test_a_token_with_most_of_its_life_behind_it_is_changed_first(
    scripted: ScriptedCloud, enter: Any, issued: str, logins: int
):
    scripted.token_times = (f"{issued}-01-01T00:00:00.000000Z", "2100-01-01T00:00:00.000000Z")
    cloud = await enter(scripted.url)
    scripted.on("PUT", FILE, Reply(204))

    await upload(cloud, Source())

    assert scripted.logins == logins


async def test_a_token_for_which_there_is_no_other_stays(scripted: ScriptedCloud, enter: Any):
    """A passcode counts once."""
    scripted.token_times = ("2000-01-01T00:00:00.000000Z", "2100-01-01T00:00:00.000000Z")
    cloud = await enter(scripted.url)
    scripted.on("POST", "/identity/v3/auth/tokens", Reply(401, {"error": {"message": "used already"}}))
    scripted.on("PUT", FILE, Reply(204))

    await upload(cloud, Source())

    assert scripted.uploads == [CONTENT]


async def test_a_file_that_ends_early_is_told(scripted: ScriptedCloud, cloud: OpenStackCloud):
    scripted.on("PUT", FILE, Reply(204))

    with pytest.raises(ImageFileError, match=r"The file ends after 2\.0 MiB of 3\.0 MiB"):
        await upload(cloud, Source(promised=3 * 2**20))


async def test_a_file_that_cannot_be_read_is_told(scripted: ScriptedCloud, cloud: OpenStackCloud):
    scripted.on("PUT", FILE, Reply(204))
    source = Source()

    def fail(offset: int) -> None:
        if offset:
            raise OSError(5, "Input/output error")

    source.hook = fail
    with pytest.raises(ImageFileError, match=r"after 256 KiB: Input/output error"):
        await upload(cloud, source)


async def test_an_empty_file_is_not_sent(scripted: ScriptedCloud, cloud: OpenStackCloud):
    with pytest.raises(ImageFileError, match="empty"):
        await upload(cloud, Source(b""))

    assert scripted.seen("PUT") == []


async def test_success_before_the_end_is_no_success(scripted: ScriptedCloud, cloud: OpenStackCloud):
    scripted.taken_bytes = 0
    scripted.on("PUT", FILE, Reply(204))

    with pytest.raises(BadAnswerError, match="called it done when"):
        await upload(cloud, Source(CONTENT * 32))


async def test_a_cancelled_upload_reads_and_sends_nothing_more(scripted: ScriptedCloud, cloud: OpenStackCloud):
    scripted.on("PUT", FILE, Reply(204))
    source, begun, go_on = Source(), threading.Event(), threading.Event()

    def hold(offset: int) -> None:
        if offset >= SIZE // 2:
            begun.set()
            go_on.wait(10)

    source.hook = hold
    told: list[int] = []
    task = asyncio.create_task(upload(cloud, source, told))
    await until(begun.is_set)
    task.cancel()
    asyncio.get_running_loop().call_later(0.01, go_on.set)
    with pytest.raises(asyncio.CancelledError):
        await task

    read, so_far = list(source.read_at), list(told)
    await until(lambda: not transfer_threads())
    assert source.read_at == read
    assert told == so_far
    assert max(read) == SIZE // 2


async def test_a_peer_that_reads_nothing_is_given_up(
    scripted: ScriptedCloud, enter: Any, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("imaging.cloud.connection.IDLE_SECONDS", 0.05)
    monkeypatch.setattr("imaging.cloud.http.byte_exchange._CONNECT_SECONDS", 3600.0)
    cloud = await enter(scripted.url)
    scripted.taken_bytes = 0
    never = threading.Event()
    scripted.on("PUT", FILE, Reply(204, wait=never))

    with pytest.raises(UnreachableError, match=r"stopped after .*time ran out"):
        await upload(cloud, Source(CONTENT * 32))
