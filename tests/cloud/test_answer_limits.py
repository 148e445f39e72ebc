"""An answer has an end, in bytes and in time, no matter who sends it and how it is packed."""

from __future__ import annotations

import gzip
import io
import itertools
import tracemalloc
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import pytest

from imaging.cloud.bounded_http.limits import COOKIE_CHARACTERS, ERROR_BYTES, HEADER_BYTES, AnswerLimit
from imaging.cloud.connection import connect
from imaging.cloud.login.resolution import resolve_cloud
from imaging.cloud.services import paging
from models.errors import BadAnswerError, ImagingError, LostAnswerError, NotFoundError, UnreachableError
from tests.cloud.conftest import password_entry
from tests.cloud.scripted import Reply

FLAVORS = "/compute/v2.1/flavors/detail"
ACTION = "/compute/v2.1/servers/i-1/action"
SERVER = "/compute/v2.1/servers/i-1"
LOGIN = "/identity/v3/auth/tokens"
BLOCK = b'{"a": "' + b"x" * 65529
SOCKET_BYTES = 16 * 2**20
"""What two sockets of one machine hold between them."""


def head(status: str = "200 OK", *headers: str) -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", "Content-Type: application/json", *headers, "", ""]).encode()


def endless(block: bytes = BLOCK) -> Iterator[bytes]:
    return itertools.repeat(block)


def unframed(status: str = "200 OK") -> Iterable[bytes]:
    """A body that ends when the connection does: never."""
    return itertools.chain([head(status, "Connection: close")], endless())


def long_promised(status: str = "200 OK") -> Iterable[bytes]:
    return itertools.chain([head(status, "Content-Length: 999999999999")], endless())


def chunked(status: str = "200 OK") -> Iterable[bytes]:
    framed = f"{len(BLOCK):x}\r\n".encode() + BLOCK + b"\r\n"
    return itertools.chain([head(status, "Transfer-Encoding: chunked")], endless(framed))


def packed(packing: str, mebibytes: int, *, times: int = 1) -> Iterable[bytes]:
    """Zeros that take a thousandth of their size until they are unpacked."""
    if packing == "gzip":
        target = io.BytesIO()
        with gzip.GzipFile(fileobj=target, mode="wb") as file:
            for _ in range(mebibytes):
                file.write(bytes(2**20))
        body = target.getvalue()
    else:
        body = zlib.compress(bytes(mebibytes * 2**20))
    for _ in range(times - 1):
        body = gzip.compress(body)
    encoding = ", ".join([packing] * times)
    return [head("200 OK", f"Content-Encoding: {encoding}", f"Content-Length: {len(body)}"), body]


BOMBS: dict[str, Callable[[], Iterable[bytes]]] = {
    "unframed": unframed,
    "long promised": long_promised,
    "chunked": chunked,
    "gzip": lambda: packed("gzip", 40),
    "deflate": lambda: packed("deflate", 40),
    "gzip twice": lambda: packed("gzip", 20, times=2),
    "gzip five times": lambda: packed("gzip", 8, times=5),
    "one byte in each chunk": lambda: itertools.chain(
        [head("200 OK", "Transfer-Encoding: chunked")], endless(b"1;" + b"e" * 60_000 + b"\r\nx\r\n")
    ),
    "trailers": lambda: itertools.chain(
        [head("200 OK", "Transfer-Encoding: chunked"), b"2\r\n{}\r\n0\r\n"], endless(b"X-T: " + b"t" * 60_000 + b"\r\n")
    ),
    "chunk length": lambda: itertools.chain([head("200 OK", "Transfer-Encoding: chunked")], endless(b"0" * 65_536)),
}
"""Answers whose size alone is the attack."""

FLOODS: dict[str, Callable[[], Iterable[bytes]]] = {
    "headers": lambda: itertools.chain([b"HTTP/1.1 200 OK\r\n"], endless(b"X-Y: " + b"h" * 60_000 + b"\r\n")),
    "small headers": lambda: itertools.chain([b"HTTP/1.1 200 OK\r\n"], endless(b"a: b\r\n" * 1000)),
    "one header": lambda: itertools.chain([b"HTTP/1.1 200 OK\r\nX: "], endless(b"h" * 65_536)),
    "folded": lambda: itertools.chain([b"HTTP/1.1 200 OK\r\nX: y\r\n"], endless(b" folded on and on\r\n" * 1000)),
    "status": lambda: itertools.chain([b"HTTP/1.1 200 "], endless(b"O" * 65_536)),
    "continue": lambda: endless(b"HTTP/1.1 100 Continue\r\n\r\n" * 1000),
    "continue with headers": lambda: endless((b"HTTP/1.1 100 Continue\r\nX: " + b"c" * 1000 + b"\r\n\r\n") * 50),
}
"""Answers that never come to their body."""


@contextmanager
def memory_below(limit: int) -> Iterator[None]:
    """Python allocates no more than so many bytes meanwhile, the server's among them."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < limit
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("kind", BOMBS)
async def test_a_thing_that_is_too_large_is_not_read_to_its_end(scripted, cloud, kind):
    await cloud.compute.microversion()
    scripted.on("GET", SERVER, Reply(raw=BOMBS[kind]()))
    with memory_below(4 * AnswerLimit.ONE), pytest.raises(ImagingError, match="read the instance i-1") as caught:
        await cloud.compute.instance("i-1")
    assert isinstance(caught.value, BadAnswerError | UnreachableError)
    assert scripted.sent_raw < 4 * (AnswerLimit.ONE + SOCKET_BYTES)


@pytest.mark.parametrize("kind", FLOODS)
async def test_headers_without_an_end_are_not_read_to_theirs(scripted, cloud, kind):
    await cloud.compute.microversion()
    scripted.on("GET", SERVER, Reply(raw=FLOODS[kind]()))
    with memory_below(2**22), pytest.raises(ImagingError):
        await cloud.compute.instance("i-1")
    assert scripted.sent_raw < 3 * (HEADER_BYTES + SOCKET_BYTES)


@pytest.mark.parametrize("answer", [unframed, long_promised, chunked])
async def test_it_is_said_once_how_much_is_read(scripted, cloud, clock, answer):
    scripted.on("GET", SERVER, Reply(raw=answer()))
    with pytest.raises(BadAnswerError, match=r"read the instance i-1.*longer than 4 MiB"):
        await cloud.compute.instance("i-1")
    assert len(scripted.seen("GET", SERVER)) == 1
    assert clock.slept == []


@pytest.mark.parametrize("answer", [unframed, long_promised, chunked])
async def test_a_page_of_a_list_may_be_larger_but_not_endless(scripted, cloud, answer):
    scripted.on("GET", FLAVORS, Reply(raw=answer()))
    with pytest.raises(BadAnswerError, match="longer than 32 MiB"):
        await cloud.compute.flavors()


async def test_a_console_log_has_a_limit_of_its_own(scripted, cloud):
    scripted.on("POST", ACTION, Reply(raw=unframed()))
    with pytest.raises(BadAnswerError, match="longer than 8 MiB"):
        await cloud.compute.console_log("i-1")


async def test_after_a_change_its_outcome_is_open(scripted, cloud, clock):
    scripted.on("POST", ACTION, Reply(raw=unframed("202 Accepted")))
    with pytest.raises(LostAnswerError, match="longer than 1 MiB") as caught:
        await cloud.compute.create_image("i-1", "n", {})
    assert "may have been done, or not" in caught.value.meaning
    assert len(scripted.seen("POST", ACTION)) == 1


@pytest.mark.parametrize("answer", [unframed, long_promised, chunked])
async def test_an_error_is_known_by_its_status_however_long_it_goes_on(scripted, cloud, answer):
    await cloud.compute.microversion()
    scripted.on("GET", SERVER, Reply(raw=answer("404 Not Found")))
    with memory_below(64 * ERROR_BYTES), pytest.raises(NotFoundError):
        await cloud.compute.instance("i-1")


async def test_an_error_page_that_is_packed_is_cut_as_well(scripted, cloud):
    answer = list(packed("gzip", 20))
    scripted.on("GET", SERVER, Reply(raw=[answer[0].replace(b"200 OK", b"404 Not Found"), answer[1]]))
    with pytest.raises(NotFoundError):
        await cloud.compute.instance("i-1")


@pytest.mark.parametrize("answer", [unframed, long_promised, chunked])
async def test_a_login_and_a_version_document_have_limits(scripted, enter, answer):
    scripted.on("POST", LOGIN, Reply(raw=answer("201 Created")))
    with pytest.raises(BadAnswerError, match=r"log in.*longer than 4 MiB"):
        await enter(scripted.url)
    scripted.on("GET", "/identity/v3/?", Reply(raw=answer()))
    with pytest.raises(BadAnswerError, match=r"log in.*longer than 1 MiB"):
        await enter(scripted.url)


async def test_an_answer_at_the_limit_is_read(scripted, cloud):
    body = b'{"server": {"id": "i-1", "name": "web"}}'
    padded = body + b" " * (AnswerLimit.ONE - len(body))
    scripted.on("GET", SERVER, Reply(raw=[head("200 OK", f"Content-Length: {len(padded)}"), padded]))
    assert (await cloud.compute.instance("i-1")).name == "web"
    scripted.on("GET", SERVER, Reply(raw=[head("200 OK", f"Content-Length: {len(padded) + 1}"), padded, b" "]))
    with pytest.raises(BadAnswerError):
        await cloud.compute.instance("i-1")


async def test_an_answer_packed_with_gzip_is_read(scripted, cloud):
    body = gzip.compress(b'{"server": {"id": "i-1", "name": "web"}}')
    framing = ("Content-Encoding: gzip", f"Content-Length: {len(body)}")
    scripted.on("GET", SERVER, Reply(raw=[head("200 OK", *framing), body]))
    assert (await cloud.compute.instance("i-1")).name == "web"


async def test_a_flood_of_cookies_is_not_sent_back_with_each_call(scripted, cloud):
    for flood in range(4):
        cookies = [f"Set-Cookie: c{flood}-{number}={'v' * 800}" for number in range(60)]
        body = b'{"server": {"id": "i-1", "name": "web"}}'
        scripted.on("GET", SERVER, Reply(raw=[head("200 OK", *cookies, f"Content-Length: {len(body)}"), body]))
        await cloud.compute.instance("i-1")
    assert not [said for line, said in scripted.heard if "servers" in line and len(said) > 2 * COOKIE_CHARACTERS]


async def test_the_cookie_of_a_load_balancer_is_sent_back(scripted, cloud):
    scripted.on("GET", SERVER, Reply(200, {"server": {"id": "i-1"}}, headers={"Set-Cookie": "node=seven"}))
    for _ in range(8):
        await cloud.compute.instance("i-1")
    assert any("Cookie: node=seven" in said for _, said in scripted.heard)


@pytest.mark.parametrize("charset", ["punycode", "idna", "utf-7", "unicode_escape", "zlib", "nonsense", "utf-16"])
async def test_an_answer_is_read_as_utf_8_whatever_odd_charset_it_names(scripted, cloud, charset):
    body = '{"server": {"id": "i-1", "name": "wäb"}}'.encode()
    head = (
        f"HTTP/1.1 200 OK\r\nContent-Type: application/json; charset={charset}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    scripted.on("GET", SERVER, Reply(raw=[head.encode(), body]))
    assert (await cloud.compute.instance("i-1")).name == "wäb"


class Seconds:
    """A clock that moves each time that it is read."""

    def __init__(self) -> None:
        self.now, self.step = 1000.0, 1.0

    def __call__(self) -> float:
        self.now += self.step
        return self.now

    def drip(self, start: bytes):
        """An answer that begins and then drips, minutes between two readings: how many bytes come at once is chance."""
        yield start
        self.step = 300.0
        yield from itertools.repeat(b"0", 1_000_000)


class TestTime:
    """A byte now and then keeps no thread for ever."""

    @pytest.fixture
    def seconds(self):
        return Seconds()

    @pytest.fixture
    async def hurried(self, scripted, write_clouds, clock, seconds):
        """A cloud that goes by such a clock."""
        write_clouds(dev=password_entry(scripted.url))
        cloud = await connect(await resolve_cloud("dev", ask=None), clock, monotonic=seconds)
        yield cloud
        await cloud.close()

    @pytest.mark.parametrize(
        "start",
        [
            b"HTTP/1.1 200 OK\r\nX: ",
            head("200 OK", "Content-Length: 4000000"),
            head("200 OK", "Transfer-Encoding: chunked"),
        ],
        ids=["headers", "body", "chunk length"],
    )
    async def test_an_answer_that_drips_ends_with_the_time_for_the_whole_call(self, scripted, hurried, seconds, start):
        scripted.on("GET", SERVER, Reply(raw=seconds.drip(start)))
        with pytest.raises(UnreachableError, match=r"read the instance i-1.*time ran out") as caught:
            await hurried.compute.instance("i-1")
        assert not isinstance(caught.value, LostAnswerError)

    async def test_after_a_change_its_outcome_is_open(self, scripted, hurried, seconds):
        start = head("202 Accepted", "Content-Length: 4000000")
        scripted.on("POST", ACTION, Reply(raw=seconds.drip(start)))
        with pytest.raises(LostAnswerError, match="time ran out"):
            await hurried.compute.stop("i-1")


class TestLists:
    """A list of ever more pages ends as well."""

    @pytest.fixture
    def always_more(self, scripted):
        numbers = itertools.count()
        answer = scripted.answer

        def page():
            row = {"id": f"f-{next(numbers)}", "name": "n" * 1000}
            return Reply(body={"flavors": [row], "flavors_links": [{"rel": "next", "href": "x"}]})

        scripted.answer = lambda call: page() if call.path == FLAVORS else answer(call)
        return numbers

    async def test_with_so_many_bytes(self, cloud, always_more, monkeypatch):
        monkeypatch.setattr(paging, "_MOST_BYTES", 20_000)
        with pytest.raises(BadAnswerError, match="list flavors"):
            await cloud.compute.flavors()
        assert next(always_more) < 25

    async def test_with_so_many_pages(self, cloud, always_more, monkeypatch):
        monkeypatch.setattr(paging, "_MOST_PAGES", 20)
        with pytest.raises(BadAnswerError, match="list flavors"):
            await cloud.compute.flavors()
        assert next(always_more) == 20
