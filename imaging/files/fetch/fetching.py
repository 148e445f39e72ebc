"""Fetches a file into a part: by ranges where the server has them, continued where the line dropped, within bounds."""

from __future__ import annotations

import http.client
import os
import re
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final
from urllib.parse import urlsplit

from imaging.files.fetch.address import FetchAddress
from imaging.files.part_file import PartBinding, PartDiffersError, PartFile
from imaging.files.target.placing import place
from models import foreign
from models.errors import ForeignValueError, ImageFileError
from models.formatting import size

_IDLE_SECONDS: Final = 60.0
_PIECE_BYTES: Final = 2**18
_MOST_BYTES: Final = 4 * 2**40
_MOST_REDIRECTS: Final = 5
_MOST_FAILURES: Final = 8
"""In a row, without a byte that was new."""
_PAUSE_SECONDS: Final = 4.0
_RANGE: Final = re.compile(r"bytes (\d{1,15})-(\d{1,15})/(\d{1,15})")
_PART, _WHOLE = 206, 200
_WAITED_OUT: Final = frozenset({408, 429, 500, 502, 503, 504})
"""What a server says that passes."""
_TROUBLES = (OSError, http.client.HTTPException)


@dataclass(frozen=True)
class Fetched:
    """A file that was fetched whole."""

    path: Path
    hashes: Mapping[str, str]
    """Its SHA-256 and SHA-512."""


@dataclass(frozen=True)
class _Answer:
    body: IO[bytes]
    first_byte: int
    whole_bytes: int
    tag: str


@dataclass
class _Version:
    """Of the file whose bytes are there; two versions are never put together, even where they overlap alike."""

    tag: str


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows a few redirects to the same scheme, or from HTTP to HTTPS; another host gets no login."""

    max_redirections = _MOST_REDIRECTS

    def redirect_request(  # noqa: PLR0917  # the library's own
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        before, after = urlsplit(req.full_url), urlsplit(newurl)
        if after.scheme not in {before.scheme, "https"}:
            raise ImageFileError(
                f"The server sends on to an address of another kind: {after.scheme[:20]}.",
                meaning="Nothing was fetched from there.",
                remedy="Ask who runs it, or download the file by other means.",
            )
        made = super().redirect_request(req, fp, code, msg, headers, newurl)
        if made is not None and after.netloc != before.netloc:
            made.remove_header("Authorization")
        return made


def fetch(
    address: FetchAddress,
    folder: Path,
    *,
    promised: str,
    tell: Callable[[int, int], None],
    sleep: Callable[[float], None],
) -> Fetched:
    """Fetch a file, or continue to. It blocks: for a thread.

    Args:
        address: of the file.
        folder: where it and its part lie.
        promised: the SHA-256 or SHA-512 that it must have; empty: none.
        tell: told how many bytes are there, of how many.
        sleep: waits between two tries.

    Raises:
        ImageFileError: it is not to be had, too large, not what was promised, or something has its name already.
    """
    target = folder / address.name
    if target.exists() or target.is_symlink():
        raise ImageFileError(
            f"There is a file {target} already.",
            meaning="Nothing was fetched.",
            remedy="Import that file, remove it, or choose another directory with --work-dir.",
        )
    first = _probed(address)
    binding = PartBinding(image_id=address.key, size_bytes=first.whole_bytes, hash=first.tag or None)
    with PartFile.open(folder / f"{address.name}.part", binding, algorithms=("sha256", "sha512")) as part:
        _refuse_full(folder, first.whole_bytes - part.received_bytes)
        _continue(address, part, first, tell, sleep)
        hashes = part.finish()
        if promised and promised.lower() not in hashes.values():
            part.remove()
            raise ImageFileError(
                f"What {address.shown} gives has another hash than the one that you gave.",
                meaning="It is removed; nothing was sent.",
                remedy="Ask who publishes the file.",
            )
        place(part.path, target)
        part.remove()
    return Fetched(target, hashes)


def _continue(
    address: FetchAddress,
    part: PartFile,
    first: _Answer,
    tell: Callable[[int, int], None],
    sleep: Callable[[float], None],
) -> None:
    """Until all is there; what breaks is continued, what has changed meanwhile begins again."""
    whole_bytes, version, failures = first.whole_bytes, _Version(first.tag), 0
    try:
        part.rehash()
    except PartDiffersError:
        part.restart()
    while part.received_bytes < whole_bytes:
        before = part.received_bytes
        try:
            _take(address, part, whole_bytes, version, tell)
            why = "the connection was closed"
        except PartDiffersError:
            part.restart()
            before, why = 0, "the file has changed there"
        except _TROUBLES as error:
            why = _why(error)
            failures = failures if _passes(error) else _MOST_FAILURES
        part.note()
        failures = 0 if part.received_bytes > before else failures + 1
        if part.received_bytes < whole_bytes:
            if failures >= _MOST_FAILURES:
                raise ImageFileError(
                    f"{address.shown} cannot be fetched to its end: {why}.",
                    meaning=f"{size(part.received_bytes)} of {size(whole_bytes)} are kept; nothing was sent.",
                    remedy="The same command continues.",
                )
            sleep(_PAUSE_SECONDS * failures)


def _take(
    address: FetchAddress, part: PartFile, whole_bytes: int, version: _Version, tell: Callable[[int, int], None]
) -> None:
    with _asked(address, f"bytes={part.wanted_from}-") as answer:
        if answer.whole_bytes != whole_bytes or (part.received_bytes and answer.tag != version.tag):
            raise PartDiffersError
        version.tag = answer.tag
        at = answer.first_byte
        while piece := answer.body.read(_PIECE_BYTES):
            part.take(at, piece)
            at += len(piece)
            tell(part.received_bytes, whole_bytes)


def _probed(address: FetchAddress) -> _Answer:
    """How large the file is: asked for by its first byte, for some servers allow nothing but to fetch it."""
    try:
        with _asked(address, "bytes=0-0") as answer:
            found = answer
    except _TROUBLES as error:
        raise ImageFileError(
            f"{address.shown} cannot be fetched: {_why(error)}.",
            meaning="Nothing was sent.",
            remedy="Check the address; or download the file by other means, and import it.",
        ) from None
    if not 0 < found.whole_bytes <= _MOST_BYTES:
        told = "is empty, or does not tell its size" if found.whole_bytes <= 0 else f"has {size(found.whole_bytes)}"
        raise ImageFileError(f"{address.shown} {told}.", meaning="Nothing was fetched.")
    return found


@contextmanager
def _asked(address: FetchAddress, wanted: str) -> Iterator[_Answer]:
    headers = {"Range": wanted, "Accept-Encoding": "identity", "User-Agent": "imaging"}
    if address.authorization is not None:
        headers["Authorization"] = address.authorization
    request = urllib.request.Request(address.url, headers=headers)  # noqa: S310  # HTTP and HTTPS alone, see `address_of`
    with _opener().open(request, timeout=_IDLE_SECONDS) as answer:
        yield _read(answer)


def _opener() -> urllib.request.OpenerDirector:
    """HTTP and HTTPS alone: the usual one would open files and FTP, too."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        *(urllib.request.ProxyHandler(), urllib.request.UnknownHandler()),
        *(urllib.request.HTTPHandler(), urllib.request.HTTPSHandler(), urllib.request.HTTPDefaultErrorHandler()),
        *(urllib.request.HTTPErrorProcessor(), _Redirects()),
    ):
        opener.add_handler(handler)
    return opener


def _read(answer: Any) -> _Answer:
    """What an answer says about itself; a server is a stranger, too."""
    tag = str(answer.headers.get("ETag") or answer.headers.get("Last-Modified") or "")[:200]
    if answer.status == _PART:
        found = _RANGE.fullmatch(str(answer.headers.get("Content-Range", "")))
        if found is None:
            raise http.client.HTTPException("its answer does not say which part it is")
        return _Answer(answer, _number(found[1]), _number(found[3]), tag)
    return _Answer(answer, 0, _number(str(answer.headers.get("Content-Length", "0"))), tag)


def _number(text: str) -> int:
    try:
        return foreign.whole(text, low=0, high=2 * _MOST_BYTES)
    except ForeignValueError:
        return 0


def _refuse_full(folder: Path, needed: int) -> None:
    told = os.statvfs(folder)
    if told.f_bavail * told.f_frsize < needed:
        raise ImageFileError(
            f"The file needs {size(needed)} in {folder}, where {size(told.f_bavail * told.f_frsize)} are free.",
            meaning="Nothing was fetched.",
            remedy="Choose another directory with --work-dir.",
        )


def _passes(error: Exception) -> bool:
    """Whether a trouble may be gone at the next try."""
    return not isinstance(error, urllib.error.HTTPError) or error.code in _WAITED_OUT


def _why(error: Exception) -> str:
    """What went wrong, without the address, which may hold a secret."""
    if isinstance(error, urllib.error.HTTPError):
        return f"the server answers {error.code}"
    if isinstance(error, urllib.error.URLError):
        return _why(error.reason) if isinstance(error.reason, Exception) else "there is no answer"
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    return "its answer is cut" if isinstance(error, http.client.IncompleteRead) else "its answer cannot be read"
