"""Files from a URL: continued where the line dropped, bounded, compared, and never with a secret in what is said."""

from __future__ import annotations

import hashlib
import os
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from imaging.files.fetch import FetchAddress, Fetched, address_of, fetch, is_url
from imaging.files.part_file import OVERLAP_BYTES
from models.errors import ImageFileError, UsageError

DISK = os.urandom(3 * OVERLAP_BYTES + 70_001)


@dataclass
class Place:
    """What a server has, and how it behaves."""

    content: bytes = DISK
    tag: str = '"one"'
    ranges: bool = True
    cuts: list[int] = field(default_factory=list)
    """After how many bytes of an answer the connection is closed; each counts once, but not for the first byte."""
    status: int = 0
    redirect: str = ""
    login: str = ""
    tells_size: bool = True
    seen: list[tuple[str, str]] = field(default_factory=list)
    """Range and Authorization of each request."""
    url: str = ""


class Handler(BaseHTTPRequestHandler):
    place: Place

    def log_message(self, *_arguments: object) -> None:
        """Nobody reads it."""

    def do_GET(self) -> None:
        place, wanted = self.place, self.headers.get("Range", "")
        place.seen.append((wanted, self.headers.get("Authorization", "")))
        if place.redirect:
            self._head(302, {"Location": place.redirect, "Content-Length": "0"})
        elif place.login and self.headers.get("Authorization") != place.login:
            self._head(401, {"Content-Length": "0"})
        elif place.status and wanted != "bytes=0-0":
            self._head(place.status, {"Content-Length": "0"})
        else:
            self._send(wanted)

    def _send(self, wanted: str) -> None:
        place, whole = self.place, len(self.place.content)
        found = re.fullmatch(r"bytes=(\d+)-(\d*)", wanted)
        first, end = (int(found[1]), int(found[2] or whole - 1) + 1) if found and place.ranges else (0, whole)
        headers = {"ETag": place.tag}
        if place.ranges:
            headers["Content-Range"] = f"bytes {first}-{end - 1}/{whole}"
        if place.tells_size:
            headers["Content-Length"] = str(end - first)
        self._head(206 if place.ranges else 200, headers)
        body = place.content[first:end]
        cut = place.cuts.pop(0) if place.cuts and wanted != "bytes=0-0" else None
        self.wfile.write(body[:cut])

    def _head(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()


@pytest.fixture
def place() -> Iterator[Place]:
    """A server on loopback."""
    with served() as one:
        yield one


class served:  # noqa: N801  # used as a function
    """One more server."""

    def __enter__(self) -> Place:
        self._place = Place()
        handler = type("PlacedHandler", (Handler,), {"place": self._place})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()
        self._place.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        return self._place

    def __exit__(self, *_ended: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def names_in(folder: Path) -> list[str]:
    return [each.name for each in folder.iterdir()]


def fetched(address: FetchAddress | str, folder: Path, promised: str = "") -> Fetched:
    wanted = address if isinstance(address, FetchAddress) else address_of(address)
    return fetch(wanted, folder, promised=promised, tell=lambda _done, _whole: None, sleep=lambda _seconds: None)


@pytest.mark.parametrize("ranges", [True, False])
def test_a_file_comes_whole_and_nothing_else_is_left(place: Place, tmp_path: Path, *, ranges: bool):
    place.ranges = ranges
    found = fetched(f"{place.url}/images/debian%2012.qcow2", tmp_path, hashlib.sha256(DISK).hexdigest().upper())
    assert found.path == tmp_path / "debian-12.qcow2"
    assert found.path.read_bytes() == DISK
    assert found.hashes["sha512"] == hashlib.sha512(DISK).hexdigest()
    assert names_in(tmp_path) == [found.path.name]
    assert found.path.stat().st_mode & 0o077 == 0


def test_what_is_cut_is_continued(place: Place, tmp_path: Path):
    place.cuts = [0, 1, 2 * OVERLAP_BYTES, 5_000 + OVERLAP_BYTES]
    assert fetched(f"{place.url}/disk", tmp_path).path.read_bytes() == DISK
    asked = [int(wanted.removeprefix("bytes=").removesuffix("-")) for wanted, _ in place.seen[1:]]
    assert asked == [0, 0, 0, OVERLAP_BYTES, OVERLAP_BYTES + 5_000]


def test_a_server_without_ranges_sends_all_again_and_it_is_compared(place: Place, tmp_path: Path):
    place.ranges, place.cuts = False, [2 * OVERLAP_BYTES]
    assert fetched(f"{place.url}/disk", tmp_path).path.read_bytes() == DISK
    assert [wanted for wanted, _ in place.seen] == ["bytes=0-0", "bytes=0-", f"bytes={OVERLAP_BYTES}-"]


def test_another_process_continues_and_begins_again_where_the_file_has_changed(place: Place, tmp_path: Path):
    place.cuts, place.status = [2 * OVERLAP_BYTES], 0
    fails_after = _failing_after_a_cut(place, tmp_path)
    assert "are kept; nothing was sent" in fails_after.meaning
    place.status = 0
    before = len(place.seen)
    assert fetched(f"{place.url}/disk", tmp_path).path.read_bytes() == DISK
    assert [wanted for wanted, _ in place.seen[before:]] == ["bytes=0-0", f"bytes={OVERLAP_BYTES}-"]


def _failing_after_a_cut(place: Place, folder: Path) -> ImageFileError:
    def refused(_seconds: float) -> None:
        place.status = 403

    with pytest.raises(ImageFileError) as error:
        fetch(address_of(f"{place.url}/disk"), folder, promised="", tell=lambda _done, _whole: None, sleep=refused)
    return error.value


def test_bytes_that_differ_where_they_overlap_are_not_put_together(place: Place, tmp_path: Path):
    place.cuts = [2 * OVERLAP_BYTES]
    _failing_after_a_cut(place, tmp_path)
    place.status, place.content = 0, os.urandom(len(DISK))
    assert fetched(f"{place.url}/disk", tmp_path).path.read_bytes() == place.content


def test_two_versions_that_overlap_alike_are_not_put_together(place: Place, tmp_path: Path):
    place.cuts = [2 * OVERLAP_BYTES]
    newer = DISK[: 2 * OVERLAP_BYTES] + os.urandom(len(DISK) - 2 * OVERLAP_BYTES)
    newer = os.urandom(OVERLAP_BYTES) + newer[OVERLAP_BYTES:]

    def changed(_seconds: float) -> None:
        place.content, place.tag = newer, '"two"'

    address = address_of(f"{place.url}/disk")
    found = fetch(address, tmp_path, promised="", tell=lambda _done, _whole: None, sleep=changed)
    assert found.path.read_bytes() == newer
    assert [wanted for wanted, _ in place.seen][-1] == "bytes=0-"


def test_another_hash_than_promised_leaves_nothing(place: Place, tmp_path: Path):
    with pytest.raises(ImageFileError, match="another hash"):
        fetched(f"{place.url}/disk", tmp_path, "0" * 64)
    assert names_in(tmp_path) == []


def test_what_has_its_name_already_is_not_written_over(place: Place, tmp_path: Path):
    (tmp_path / "disk").symlink_to("/nowhere")
    with pytest.raises(ImageFileError, match="already"):
        fetched(f"{place.url}/disk", tmp_path)
    assert place.seen == []


@pytest.mark.parametrize("status", [403, 404, 410])
def test_what_is_not_to_be_had_is_said_at_once(place: Place, tmp_path: Path, status: int):
    place.status = status
    with pytest.raises(ImageFileError, match=f"the server answers {status}"):
        fetched(f"{place.url}/disk", tmp_path)
    assert len(place.seen) == 2


def test_a_server_that_fails_again_and_again_is_given_up(place: Place, tmp_path: Path):
    place.status = 503
    with pytest.raises(ImageFileError, match="the server answers 503"):
        fetched(f"{place.url}/disk", tmp_path)
    assert len(place.seen) == 9


def test_a_size_that_is_not_told_is_not_fetched_without_bounds(place: Place, tmp_path: Path):
    place.ranges = place.tells_size = False
    with pytest.raises(ImageFileError, match="does not tell its size"):
        fetched(f"{place.url}/disk", tmp_path)


@pytest.mark.parametrize("to", ["file:///etc/passwd", "ftp://127.0.0.1/disk", "data:,x", "gopher://127.0.0.1/"])
def test_a_redirect_to_another_scheme_is_refused(place: Place, tmp_path: Path, to: str):
    place.redirect = to
    with pytest.raises(ImageFileError):
        fetched(f"{place.url}/disk", tmp_path)
    assert names_in(tmp_path) == []


def test_a_login_goes_to_its_own_host_alone_and_is_never_said(place: Place, tmp_path: Path):
    place.login = "Basic YWRhOnMzY3IzdC13b3Jk"
    url = place.url.replace("http://", "http://ada:s3cr3t-word@")
    assert fetched(f"{url}/disk", tmp_path).path.read_bytes() == DISK
    with served() as other:
        place.redirect, place.login = f"{other.url}/disk", ""
        address = address_of(f"{url}/again?signature=abcdef")
        fetched(address, tmp_path)
        assert {authorization for _, authorization in other.seen} == {""}
    assert "s3cr3t" not in repr(address)
    assert "abcdef" not in repr(address)
    assert address.shown == f"{place.url}/again"
    assert address.has_secret


def test_no_error_says_a_secret(tmp_path: Path):
    with pytest.raises(ImageFileError) as error:
        fetched("http://ada:s3cr3t-word@127.0.0.1:1/disk?signature=abcdef", tmp_path)
    assert "s3cr3t" not in str(error.value)
    assert "abcdef" not in str(error.value)


@pytest.mark.parametrize(
    "text", ["file:///etc/passwd", "ftp://h/x", "http://", "http://h:port/x", "http://h/\n", "s3://b/k"]
)
def test_other_addresses_are_refused(text: str):
    assert is_url(text)
    with pytest.raises(UsageError):
        address_of(text)


@pytest.mark.parametrize("text", ["disk.qcow2", "nbd:host:10809", "./http:/x", "-", "/a//b"])
def test_a_file_is_no_url(text: str):
    assert not is_url(text)


@pytest.mark.parametrize(
    "path,name",
    [
        ("/", "disk.img"),
        ("/a/..", "disk.img"),
        ("/a/%2e%2e%2fb", "b"),
        ("/a/.hidden", "hidden"),
        ("/x;rm%20-rf", "x-rm--rf"),
    ],
)
def test_the_name_of_a_file_is_plain(path: str, name: str):
    assert address_of(f"https://h{path}").name == name
