"""The bytes of images, sent and fetched over real HTTP: whole or not at all, cut anywhere, refused, slow, given up."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

from imaging.cloud.connection import OpenStackCloud
from imaging.cloud.http.byte_exchange import PIECE_BYTES
from imaging.runtime.redaction import redactor
from models.cloud.image_bytes import NewImage
from models.errors import (
    BadAnswerError,
    ConflictError,
    ForbiddenError,
    ImageFileError,
    ImagingError,
    LostAnswerError,
    NotFoundError,
    QuotaExceededError,
    RangeIgnoredError,
    RejectedError,
    UnauthorizedError,
    UnreachableError,
    UnsafeAddressError,
)
from tests.cloud.scripted import HERE, TOKEN, Reply, ScriptedCloud

IMAGE = "3f0e0c0f-0000-4000-8000-00000000beef"
FILE = f"/image/v2/images/{IMAGE}/file"
CONTENT = bytes(range(256)) * 8192
"""Two MiB: eight pieces."""
SIZE = len(CONTENT)
TENTHS = [SIZE * tenth // 10 for tenth in range(10)]


class Source:
    """The bytes of a file, with what a test does while they are read."""

    def __init__(self, content: bytes = CONTENT, *, promised: int | None = None) -> None:
        self.content = content
        self.size_bytes = len(content) if promised is None else promised
        self.read_at: list[int] = []
        self.hook: Any = None

    def read(self, offset: int, length: int) -> bytes:
        self.read_at.append(offset)
        if self.hook is not None:
            self.hook(offset)
        return self.content[offset : offset + length]


class Taken:
    """What a download gave, checked for order."""

    def __init__(self) -> None:
        self.first: int | None = None
        self.content = bytearray()

    def __call__(self, place: int, piece: bytes) -> None:
        if self.first is None:
            self.first = place
        assert place == self.first + len(self.content)
        self.content += piece


def head(status: str, *headers: str) -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", "Content-Type: application/octet-stream", *headers, "", ""]).encode()


def whole(body: bytes = CONTENT, *headers: str) -> Reply:
    return Reply(raw=[head("200 OK", f"Content-Length: {len(body)}", *headers), body])


def part(first: int, last: int, total: Any = SIZE, *, body: bytes | None = None, length: int | None = None) -> Reply:
    sent = CONTENT[first : last + 1] if body is None else body
    length = len(sent) if length is None else length
    return Reply(
        raw=[
            head("206 Partial Content", f"Content-Length: {length}", f"Content-Range: bytes {first}-{last}/{total}"),
            sent,
        ]
    )


async def upload(cloud: OpenStackCloud, source: Source, told: list[int] | None = None) -> None:
    told = [] if told is None else told
    await cloud.image_bytes.upload(IMAGE, source, tell=told.append)


async def download(cloud: OpenStackCloud, offset: int = 0, *, whole_bytes: int | None = SIZE) -> Any:
    taken = Taken()
    end = await cloud.image_bytes.download(IMAGE, offset, taken, whole_bytes=whole_bytes)
    return taken, end


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
    """keystoneauth would log in anew and send the body a second time."""
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
    await _until(begun.is_set)
    task.cancel()
    asyncio.get_running_loop().call_later(0.01, go_on.set)
    with pytest.raises(asyncio.CancelledError):
        await task

    read, so_far = list(source.read_at), list(told)
    await _until(lambda: not _threads())
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


async def test_other_calls_go_on_beside_transfers(scripted: ScriptedCloud, cloud: OpenStackCloud):
    held = threading.Event()
    scripted.on("PUT", FILE, Reply(204, wait=held))
    scripted.on("GET", f"/image/v2/images/{IMAGE}", {"id": IMAGE, "name": "n", "status": "saving"})
    uploads = [asyncio.create_task(upload(cloud, Source())) for _ in range(6)]
    await _until(lambda: len(scripted.seen("PUT")) == len(uploads))
    assert len(_threads()) == len(uploads)

    assert (await cloud.images.image(IMAGE)).status == "saving"

    held.set()
    await asyncio.gather(*uploads)
    await _until(lambda: not _threads())


def _threads() -> list[threading.Thread]:
    """Those of transfers."""
    return [each for each in threading.enumerate() if each.name == "imaging-aside"]


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not holds():  # noqa: ASYNC110  # threads of the scripted cloud set no event of the loop
            await asyncio.sleep(0)


async def test_a_download_gives_each_byte_once(scripted: ScriptedCloud, cloud: OpenStackCloud):
    scripted.on("GET", FILE, whole())

    taken, end = await download(cloud)

    (asked,) = scripted.seen("GET", FILE)
    assert "range" not in asked.headers
    assert asked.headers["accept-encoding"] == "identity"
    assert bytes(taken.content) == CONTENT
    assert (end.first_byte, end.end_byte, end.ranges_ignored) == (0, SIZE, False)


@pytest.mark.parametrize("place", TENTHS)
@pytest.mark.parametrize("framing", ["length", "chunks", "until the end"])
async def test_a_download_that_is_cut_continues_where_it_was(
    scripted: ScriptedCloud, cloud: OpenStackCloud, place: int, framing: str
):
    scripted.on("GET", FILE, Reply(raw=cut(place, framing)), part(place, SIZE - 1))
    taken = Taken()
    with pytest.raises(UnreachableError, match="stopped"):
        await cloud.image_bytes.download(IMAGE, 0, taken, whole_bytes=SIZE)
    had = len(taken.content)
    assert bytes(taken.content) == CONTENT[:had]
    assert had <= place

    scripted.on("GET", FILE, part(had, SIZE - 1))
    rest, end = await download(cloud, had)

    assert scripted.seen("GET", FILE)[-1].headers.get("range") == (f"bytes={had}-{SIZE - 1}" if had else None)
    assert bytes(taken.content + rest.content) == CONTENT
    assert end.end_byte == SIZE


def cut(place: int, framing: str) -> Iterable[bytes]:
    if framing == "length":
        return [head("200 OK", f"Content-Length: {SIZE}"), CONTENT[:place]]
    if framing == "chunks":
        chunk = f"{place:x}\r\n".encode() + CONTENT[:place] + b"\r\n" if place else b""
        return [head("200 OK", "Transfer-Encoding: chunked"), chunk]
    return [head("200 OK", "Connection: close"), CONTENT[:place]]


async def test_a_range_that_is_ignored_comes_from_byte_0(scripted: ScriptedCloud, cloud: OpenStackCloud):
    scripted.on("GET", FILE, whole())

    taken, end = await download(cloud, 1000)

    assert taken.first == 0
    assert bytes(taken.content) == CONTENT
    assert end.ranges_ignored


LIES = {
    "another beginning": lambda: part(0, SIZE - 1),
    "everything behind the right header": lambda: part(1000, SIZE - 1, body=CONTENT),
    "no range": lambda: Reply(raw=[head("206 Partial Content", f"Content-Length: {SIZE - 1000}"), CONTENT[1000:]]),
    "a range that is none": lambda: Reply(
        raw=[head("206 Partial Content", f"Content-Length: {SIZE}", "Content-Range: bytes a-b/c"), CONTENT]
    ),
    "an earlier end": lambda: part(1000, SIZE - 2),
    "a later end": lambda: part(1000, SIZE, body=CONTENT[1000:] + b"x"),
    "backwards": lambda: part(1000, 999, body=b"x"),
    "refused": lambda: Reply(400, "<h1>400 Bad Request</h1>Random access not supported"),
}


@pytest.mark.parametrize("lie", LIES)
async def test_a_part_that_is_not_the_asked_one_is_not_used(scripted: ScriptedCloud, cloud: OpenStackCloud, lie: str):
    scripted.on("GET", FILE, LIES[lie]())
    taken = Taken()

    with pytest.raises(RangeIgnoredError):
        await cloud.image_bytes.download(IMAGE, 1000, taken, whole_bytes=SIZE)

    assert taken.first is None


@pytest.mark.parametrize("length", [SIZE - 1, SIZE + 1])
async def test_a_length_that_is_not_the_images_is_refused(scripted: ScriptedCloud, cloud: OpenStackCloud, length: int):
    scripted.on("GET", FILE, whole(CONTENT[:length].ljust(length, b"x")))
    taken = Taken()

    with pytest.raises(BadAnswerError, match="bytes of an image of"):
        await cloud.image_bytes.download(IMAGE, 0, taken, whole_bytes=SIZE)

    assert taken.first is None


async def test_more_than_the_image_has_is_not_taken(scripted: ScriptedCloud, cloud: OpenStackCloud):
    endless = Reply(raw=[head("200 OK", "Connection: close"), *([CONTENT] * 64)])
    scripted.on("GET", FILE, endless)
    taken = Taken()

    with pytest.raises(BadAnswerError, match="more than"):
        await cloud.image_bytes.download(IMAGE, 0, taken, whole_bytes=SIZE)

    assert len(taken.content) <= SIZE


async def test_packed_bytes_are_refused(scripted: ScriptedCloud, cloud: OpenStackCloud):
    scripted.on("GET", FILE, whole(CONTENT, "Content-Encoding: gzip"))

    with pytest.raises(BadAnswerError, match="packed"):
        await download(cloud)


async def test_an_image_without_bytes_is_told(scripted: ScriptedCloud, cloud: OpenStackCloud):
    scripted.on("GET", FILE, Reply(204))

    with pytest.raises(ConflictError, match="no bytes"):
        await download(cloud, whole_bytes=None)


async def test_a_size_that_nobody_tells_is_no_trouble(scripted: ScriptedCloud, cloud: OpenStackCloud):
    scripted.on("GET", FILE, Reply(raw=[head("200 OK", "Connection: close"), CONTENT]))

    taken, end = await download(cloud, whole_bytes=None)

    assert bytes(taken.content) == CONTENT
    assert end.end_byte == SIZE


@pytest.mark.parametrize(
    "status, kind",
    [(401, UnauthorizedError), (403, ForbiddenError), (404, NotFoundError), (416, RejectedError), (500, ImagingError)],
)
async def test_a_refused_download_says_why(
    scripted: ScriptedCloud, cloud: OpenStackCloud, status: int, kind: type[ImagingError]
):
    scripted.on("GET", FILE, Reply(status, "<h1>no</h1>The requested image has been deactivated."))

    with pytest.raises(kind, match="deactivated"):
        await download(cloud)


async def test_a_silent_peer_is_given_up_and_a_slow_one_is_not(
    scripted: ScriptedCloud, enter: Any, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("imaging.cloud.connection.IDLE_SECONDS", 0.2)
    cloud = await enter(scripted.url)
    silent, few = threading.Event(), PIECE_BYTES // 4

    def slow() -> Iterable[bytes]:
        yield head("200 OK", f"Content-Length: {SIZE}")
        for begin in range(0, 8 * few, few):  # a piece of the transfer takes longer than the idle time
            silent.wait(0.06)
            yield CONTENT[begin : begin + few]
        yield CONTENT[8 * few :]

    def never() -> Iterable[bytes]:
        yield head("200 OK", f"Content-Length: {SIZE}")
        yield CONTENT[:1000]
        silent.wait(10)

    scripted.on("GET", FILE, Reply(raw=slow()))
    taken, _ = await download(cloud)
    assert bytes(taken.content) == CONTENT

    scripted.on("GET", FILE, Reply(raw=never()))
    with pytest.raises(UnreachableError, match="time ran out"):
        await download(cloud)
    silent.set()


async def test_a_cancelled_download_takes_nothing_more(scripted: ScriptedCloud, cloud: OpenStackCloud):
    held = threading.Event()

    def halves() -> Iterable[bytes]:
        yield head("200 OK", f"Content-Length: {SIZE}")
        yield CONTENT[: SIZE // 2]
        held.wait(10)
        yield CONTENT[SIZE // 2 :]

    scripted.on("GET", FILE, Reply(raw=halves()))
    taken, half = Taken(), threading.Event()

    def take(place: int, piece: bytes) -> None:
        taken(place, piece)
        if len(taken.content) == SIZE // 2:
            half.set()

    task = asyncio.create_task(cloud.image_bytes.download(IMAGE, 0, take, whole_bytes=SIZE))
    await _until(half.is_set)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    held.set()
    await _until(lambda: not _threads())

    assert len(taken.content) == SIZE // 2


async def test_what_the_taker_raises_ends_the_download(scripted: ScriptedCloud, cloud: OpenStackCloud):
    scripted.on("GET", FILE, whole())

    def full(_place: int, _piece: bytes) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        await cloud.image_bytes.download(IMAGE, 0, full, whole_bytes=SIZE)


async def test_a_part_is_read_by_a_range(scripted: ScriptedCloud, cloud: OpenStackCloud):
    scripted.on("GET", FILE, part(1000, 1999))

    assert await cloud.image_bytes.read_bytes(IMAGE, 1000, 1000) == CONTENT[1000:2000]

    assert scripted.seen("GET", FILE)[0].headers["range"] == "bytes=1000-1999"


async def test_a_part_at_the_end_is_shorter(scripted: ScriptedCloud, cloud: OpenStackCloud):
    scripted.on("GET", FILE, part(SIZE - 10, SIZE - 1), Reply(416, "<h1>416</h1>not satisfiable"))

    assert await cloud.image_bytes.read_bytes(IMAGE, SIZE - 10, 1000) == CONTENT[-10:]
    assert await cloud.image_bytes.read_bytes(IMAGE, SIZE, 1000) == b""
    assert await cloud.image_bytes.read_bytes(IMAGE, 0, 0) == b""


@pytest.mark.parametrize("reply", [whole, lambda: part(0, 999), lambda: part(1000, 1999, body=CONTENT)])
async def test_a_cloud_that_ignores_ranges_is_noticed_before_its_bytes_come(
    scripted: ScriptedCloud, cloud: OpenStackCloud, reply: Any
):
    scripted.on("GET", FILE, reply())

    with pytest.raises(RangeIgnoredError):
        await cloud.image_bytes.read_bytes(IMAGE, 1000, 1000)

    assert len(scripted.seen("GET", FILE)) == 1


async def test_a_small_image_that_comes_whole_is_what_was_asked_for(scripted: ScriptedCloud, cloud: OpenStackCloud):
    scripted.on("GET", FILE, whole(CONTENT[:100]))

    assert await cloud.image_bytes.read_bytes(IMAGE, 0, 4096) == CONTENT[:100]


async def test_a_part_that_is_cut_is_asked_for_again(scripted: ScriptedCloud, cloud: OpenStackCloud):
    scripted.on("GET", FILE, part(0, 999, body=CONTENT[:500], length=1000), part(0, 999))

    assert await cloud.image_bytes.read_bytes(IMAGE, 0, 1000) == CONTENT[:1000]

    assert len(scripted.seen("GET", FILE)) == 2


RECORD = {"id": IMAGE, "name": "n", "status": "queued", "visibility": "private"}


async def test_a_record_is_private_and_has_what_was_asked_for(scripted: ScriptedCloud, cloud: OpenStackCloud):
    scripted.on(
        "POST", "/image/v2/images", Reply(201, RECORD, {"OpenStack-image-import-methods": "glance-direct, copy-image"})
    )
    wanted = NewImage(
        name="survey",
        disk_format="raw",
        id=IMAGE,
        min_disk_gib=20,
        min_ram_mib=512,
        properties={"os_distro": "debian", "visibility": "public"},
        tags=("course",),
    )

    made = await cloud.image_bytes.make_record(wanted)

    assert (made.id, made.status) == (IMAGE, "queued")
    assert scripted.seen("POST", "/image/v2/images")[0].body == {
        "id": IMAGE,
        "name": "survey",
        "disk_format": "raw",
        "container_format": "bare",
        "visibility": "private",
        "min_disk": 20,
        "min_ram": 512,
        "os_distro": "debian",
        "tags": ["course"],
    }
    ways = await cloud.image_bytes.ways_in()
    assert ways.methods == ("glance-direct", "copy-image")
    assert ways.stores is None


async def test_a_lost_answer_of_a_record_is_not_asked_again(scripted: ScriptedCloud, cloud: OpenStackCloud):
    scripted.on("POST", "/image/v2/images", Reply(drop=True))

    with pytest.raises(LostAnswerError):
        await cloud.image_bytes.make_record(NewImage(name="n", disk_format="raw", id=IMAGE))

    assert len(scripted.seen("POST", "/image/v2/images")) == 1


async def test_what_is_told_of_the_ways_in(scripted: ScriptedCloud, cloud: OpenStackCloud):
    scripted.on("GET", "/image/v2/info/import", {"import-methods": {"value": ["glance-direct", 7, "web-download"]}})
    scripted.on("GET", "/image/v2/info/stores", {"stores": [{"id": "ceph", "default": "true"}, {"read-only": "true"}]})
    usage = {"image_size_total": {"usage": 5, "limit": 100}, "image_count_total": {"usage": 1, "limit": -1}}
    scripted.on("GET", "/image/v2/info/usage", {"usage": usage})

    ways = await cloud.image_bytes.ways_in()

    assert ways.offers("web-download")
    assert ways.offers("copy-image") is False
    assert [(each.id, each.is_default) for each in ways.stores or ()] == [("ceph", True)]
    assert ways.total_mib is not None
    assert ways.total_mib.free == 95
    assert ways.images is not None
    assert ways.images.free is None
    assert ways.staged_mib is None
    assert ways.token_seconds == 3653 * 86_400 + 3600


@pytest.mark.parametrize("status", [400, 403, 404])
async def test_a_cloud_that_tells_nothing_refuses_nothing(scripted: ScriptedCloud, cloud: OpenStackCloud, status: int):
    scripted.on("GET", "/image/v2/info/.*", Reply(status, "<h1>no</h1>"))

    ways = await cloud.image_bytes.ways_in()

    assert ways.offers("web-download") is None


async def test_staged_bytes_are_imported(scripted: ScriptedCloud, cloud: OpenStackCloud):
    scripted.on("PUT", f"/image/v2/images/{IMAGE}/stage", Reply(204))
    scripted.on("POST", f"/image/v2/images/{IMAGE}/import", Reply(202))

    await cloud.image_bytes.stage(IMAGE, Source(), tell=lambda _: None)
    await cloud.image_bytes.import_staged(IMAGE)

    assert scripted.uploads == [CONTENT]
    (asked,) = scripted.seen("POST", ".*/import")
    assert asked.body == {"method": {"name": "glance-direct"}}


async def test_a_url_with_a_secret_reaches_the_cloud_alone(
    scripted: ScriptedCloud, cloud: OpenStackCloud, caplog: pytest.LogCaptureFixture
):
    url = "https://ada:pass-of-ada@files.example/disk.raw?sig=signed-query"
    scripted.on("POST", f"/image/v2/images/{IMAGE}/import", Reply(400, {"message": f"cannot fetch {url}"}))
    caplog.set_level("DEBUG")

    with pytest.raises(RejectedError, match="cannot fetch") as caught:
        await cloud.image_bytes.import_url(IMAGE, url)

    (asked,) = scripted.seen("POST", ".*/import")
    assert asked.body == {"method": {"name": "web-download", "uri": url}}
    told = str(caught.value) + redactor.clean(caplog.text)
    assert "pass-of-ada" not in told
    assert "signed-query" not in told


async def test_tasks_say_why_an_import_failed(scripted: ScriptedCloud, cloud: OpenStackCloud):
    rows = [
        {"id": "t1", "type": "api_image_import", "status": "success", "created_at": "2026-11-01T10:00:00Z"},
        {"id": "t2", "status": "failure", "message": "no\x1b[2J route", "created_at": "2026-11-01T11:00:00Z"},
        {"status": "pending"},
    ]
    scripted.on("GET", f"/image/v2/images/{IMAGE}/tasks", {"tasks": rows}, Reply(404, "no such path"))

    newest, oldest = await cloud.image_bytes.tasks(IMAGE)

    assert (newest.id, newest.has_failed, newest.is_over) == ("t2", True, True)
    assert "\x1b" not in newest.message
    assert oldest.kind == "api_image_import"
    assert await cloud.image_bytes.tasks(IMAGE) == ()


async def test_a_cloud_that_is_closed_meanwhile_begins_no_transfer(scripted: ScriptedCloud, cloud: OpenStackCloud):
    scripted.on("PUT", FILE, Reply(204))
    task = asyncio.create_task(upload(cloud, Source()))
    await asyncio.sleep(0)

    await cloud.close()

    with pytest.raises(UnreachableError):
        await task


async def test_a_closed_cloud_ends_its_transfers(scripted: ScriptedCloud, cloud: OpenStackCloud):
    held = threading.Event()
    scripted.on("PUT", FILE, Reply(204, wait=held))
    task = asyncio.create_task(upload(cloud, Source()))
    await _until(lambda: bool(scripted.seen("PUT")))

    await cloud.close()

    with pytest.raises(UnreachableError, match="closed"):
        await task
    held.set()


@pytest.fixture
def by_tls() -> Iterator[ScriptedCloud]:
    cloud = ScriptedCloud(tls=True).start()
    yield cloud
    cloud.stop()


async def test_bytes_go_over_tls_both_ways(by_tls: ScriptedCloud, enter: Any):
    cloud = await enter(by_tls.url, cacert=str(HERE / "selfsigned.pem"))
    by_tls.on("PUT", FILE, Reply(204))
    by_tls.on("GET", FILE, whole(), part(1000, 1999))

    await upload(cloud, Source())
    taken, _ = await download(cloud)

    assert by_tls.uploads == [CONTENT]
    assert bytes(taken.content) == CONTENT
    assert await cloud.image_bytes.read_bytes(IMAGE, 1000, 1000) == CONTENT[1000:2000]


@pytest.mark.parametrize("place", TENTHS)
async def test_an_upload_that_is_cut_under_tls_is_told(by_tls: ScriptedCloud, enter: Any, place: int):
    cloud = await enter(by_tls.url, cacert=str(HERE / "selfsigned.pem"))
    by_tls.taken_bytes = place
    by_tls.on("PUT", FILE, Reply(drop=True))

    with pytest.raises(UnreachableError) as caught:
        await upload(cloud, Source(CONTENT * 16))

    assert not isinstance(caught.value, LostAnswerError)
    assert len(by_tls.seen("PUT")) == 1


async def test_a_cancelled_upload_under_tls_ends_at_once(by_tls: ScriptedCloud, enter: Any):
    cloud = await enter(by_tls.url, cacert=str(HERE / "selfsigned.pem"))
    held = threading.Event()
    by_tls.on("PUT", FILE, Reply(204, wait=held))
    task = asyncio.create_task(upload(cloud, Source()))
    await _until(lambda: bool(by_tls.seen("PUT")))

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    await _until(lambda: not _threads())
    held.set()


async def test_bytes_are_not_followed_to_another_host(scripted: ScriptedCloud, cloud: OpenStackCloud):
    elsewhere = Reply(307, headers={"Location": "http://files.example/disk.raw"})
    scripted.on("PUT", FILE, elsewhere)
    scripted.on("GET", FILE, elsewhere)

    with pytest.raises(UnsafeAddressError):
        await upload(cloud, Source())
    with pytest.raises(UnsafeAddressError):
        await download(cloud)
