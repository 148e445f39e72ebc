"""Glance's bytes: images made, uploaded, staged, imported, read in parts and downloaded."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar
from urllib.parse import urlsplit

from imaging.cloud.bounded_http.limits import UNBOUNDED_BYTES
from imaging.cloud.http.answers import Answer
from imaging.cloud.http.call import Call, path
from imaging.cloud.http.transfers import Transfers
from imaging.cloud.http.transport import Transport
from imaging.cloud.image_bytes import MOST_READ_BYTES, ByteSource
from imaging.cloud.readers.image import read_image
from imaging.cloud.readers.image_bytes import methods_of_header, read_methods, read_stores, read_tasks, with_usage
from imaging.cloud.services.byte_ranges import Expected
from imaging.runtime.redaction import redactor
from models.cloud.image import Image
from models.cloud.image_bytes import GLANCE_DIRECT, WEB_DOWNLOAD, DownloadEnd, ImageTask, NewImage, UploadWays
from models.errors import (
    BadAnswerError,
    ForbiddenError,
    ImageFileError,
    ImagingError,
    LostAnswerError,
    NotFoundError,
    RangeIgnoredError,
    RejectedError,
    UnreachableError,
)
from models.formatting import size

T = TypeVar("T")

_OCTETS = {"Content-Type": "application/octet-stream"}
_UNTOLD = (NotFoundError, ForbiddenError, RejectedError, BadAnswerError)
"""What a cloud answers that does not tell about something: it may be older, or its policy forbids it."""
_TOO_LARGE, _NO_SUCH_RANGE = 413, 416


class GlanceBytes:
    """The bytes of Glance's images."""

    def __init__(self, transport: Transport, transfers: Transfers) -> None:
        """Keep the way for calls, and that for bytes."""
        self._transport = transport
        self._transfers = transfers
        self._told_methods: tuple[str, ...] | None = None
        """What the header of a made image told."""

    async def ways_in(self) -> UploadWays:
        """What the cloud tells about import methods, stores, quotas and tokens."""
        methods, stores, usage, token = await asyncio.gather(
            self._told("import", "list the ways into the image service", read_methods),
            self._told("stores", "list the stores of images", read_stores),
            self._told("usage", "read the quotas of images", lambda body: body),
            self._transport.run(_token_seconds),
        )
        known = methods if methods is not None else self._told_methods
        return with_usage(UploadWays(methods=known, stores=stores, token_seconds=token), usage or {})

    async def make_record(self, request: NewImage) -> Image:
        """A new, private image without a byte (`queued`)."""
        call = Call("image", "POST", "/images", f"make the image “{request.name}”", _record(request))
        image, self._told_methods = await self._transport.ask(call, _read_made)
        return image

    async def upload(self, image_id: str, content: ByteSource, *, tell: Callable[[int], None]) -> None:
        """Send the bytes of a queued image in one PUT."""
        await self._send(image_id, "file", f"upload the bytes of the image {image_id}", content, tell)

    async def stage(self, image_id: str, content: ByteSource, *, tell: Callable[[int], None]) -> None:
        """Send the bytes for an import (glance-direct)."""
        await self._send(image_id, "stage", f"stage the bytes of the image {image_id}", content, tell)

    async def import_staged(self, image_id: str) -> None:
        """Have Glance import what was staged."""
        await self._import(image_id, {"name": GLANCE_DIRECT}, f"import the image {image_id}")

    async def import_url(self, image_id: str, url: str) -> None:
        """Have Glance fetch a URL. What may be secret in it is hidden from logs first."""
        _hide_secrets(url)
        await self._import(image_id, {"name": WEB_DOWNLOAD, "uri": url}, f"import the image {image_id} from a URL")

    async def tasks(self, image_id: str) -> tuple[ImageTask, ...]:
        """What Glance's tasks of an image say, the newest first; none where the cloud does not tell about tasks."""
        call = Call("image", "GET", path("images", image_id, "tasks"), f"list the tasks of the image {image_id}")
        try:
            return await self._transport.ask(call, lambda answer: read_tasks(answer.body))
        except (ForbiddenError, NotFoundError):
            return ()

    async def read_bytes(self, image_id: str, offset: int, length: int) -> bytes:
        """A part of an image; shorter only at the image's end, empty behind it."""
        if not 0 <= length <= MOST_READ_BYTES or offset < 0:
            msg = f"no part of an image: {length} bytes from {offset}"
            raise ValueError(msg)
        if length == 0:
            return b""
        expected = Expected(f"read a part of the image {image_id}", offset, offset + length)
        call = self._get(image_id, expected, most=length)
        try:
            content = await self._transfers.ask(call, lambda answer: answer.content)
        except RejectedError as error:
            if error.status == _NO_SUCH_RANGE:
                return b""
            raise _range_refused(error) from None
        if len(content) != (expected.behind or 0) - expected.first:
            raise UnreachableError(f"The cloud's answer ended early, when it was asked to {expected.doing}.")
        return content

    async def download(
        self, image_id: str, offset: int, take: Callable[[int, bytes], None], *, whole_bytes: int | None
    ) -> DownloadEnd:
        """Fetch an image from `offset` to its end."""
        if offset == whole_bytes:
            return DownloadEnd(first_byte=offset, end_byte=offset)
        doing = f"download the image {image_id}"
        expected = Expected(doing, offset, end=whole_bytes, whole=whole_bytes, may_come_whole=True)
        place = _Place(expected, take)
        call = self._get(image_id, expected, most=UNBOUNDED_BYTES if whole_bytes is None else whole_bytes)
        try:
            await self._transfers.fetch(call, place.take)
        except RejectedError as error:
            raise (_range_refused(error) if offset else error) from None
        place.refuse_short()
        return DownloadEnd(
            first_byte=expected.first, end_byte=place.next_byte, ranges_ignored=expected.first != expected.offset
        )

    def _get(self, image_id: str, expected: Expected, *, most: int) -> Call:
        return Call(
            "image",
            "GET",
            path("images", image_id, "file"),
            expected.doing,
            headers=expected.header,
            most=most,
            check=expected.check,
            as_bytes=True,
        )

    async def _send(
        self, image_id: str, kind: str, doing: str, content: ByteSource, tell: Callable[[int], None]
    ) -> None:
        if content.size_bytes <= 0:
            raise ImageFileError(f"Nothing was sent to {doing}: the file is empty.")
        headers = {**_OCTETS, "x-openstack-image-size": str(content.size_bytes)}
        call = Call("image", "PUT", path("images", image_id, kind), doing, headers=headers)
        with _state_said(image_id, content.size_bytes):
            await self._transfers.send(call, content, tell)

    async def _import(self, image_id: str, method: dict[str, str], doing: str) -> None:
        call = Call("image", "POST", path("images", image_id, "import"), doing, {"method": method})
        await self._transport.tell(call)

    async def _told(self, name: str, doing: str, read: Callable[[Any], T]) -> T | None:
        """What `GET /info/…` tells; None where the cloud does not tell it."""
        call = Call("image", "GET", path("info", name), doing)
        return await _or_none(self._transport.ask(call, lambda answer: read(answer.body)))


class _Place:
    """Where in the image the next piece belongs."""

    def __init__(self, expected: Expected, take: Callable[[int, bytes], None]) -> None:
        self._expected, self._take = expected, take
        self._taken = 0

    @property
    def next_byte(self) -> int:
        return self._expected.first + self._taken

    def take(self, piece: bytes) -> None:
        behind = self._expected.behind
        if behind is not None and self.next_byte + len(piece) > behind:
            raise BadAnswerError(
                f"The cloud sent more than the {size(behind)} that the image has, when it was asked to "
                f"{self._expected.doing}."
            )
        self._take(self.next_byte, piece)
        self._taken += len(piece)

    def refuse_short(self) -> None:
        """Raise UnreachableError where less came than was promised."""
        behind = self._expected.behind
        if behind is not None and self.next_byte != behind:
            raise UnreachableError(
                f"The transfer stopped after {size(self.next_byte)} of {size(behind)}, when the cloud was asked to "
                f"{self._expected.doing}: the answer ended.",
            )


def _token_seconds(connection: Any) -> float | None:
    from imaging.cloud.http.thread_connection import token_seconds  # noqa: PLC0415  # the HTTP libraries: not before they are needed

    return token_seconds(connection.access())


def _record(request: NewImage) -> dict[str, Any]:
    """What is sent to make an image: its properties lie flat among its fields, which win."""
    return {
        **request.properties,
        "name": request.name,
        "disk_format": request.disk_format,
        "container_format": request.container_format,
        "visibility": "private",
        "min_disk": request.min_disk_gib,
        "min_ram": request.min_ram_mib,
        **({"id": request.id} if request.id else {}),
        **({"tags": list(request.tags)} if request.tags else {}),
    }


def _read_made(answer: Answer) -> tuple[Image, tuple[str, ...] | None]:
    image = read_image(answer.body)
    if image is None:
        msg = "no image id"
        raise ValueError(msg)
    return image, methods_of_header(answer.headers.get("openstack-image-import-methods"))


@contextmanager
def _state_said(image_id: str, size_bytes: int) -> Iterator[None]:
    """Say beside an error what it leaves behind, and what to do."""
    try:
        yield
    except LostAnswerError as error:
        error.remedy = error.remedy or "Its status tells: `active` is whole, `queued` has no bytes."
        raise
    except ImagingError as error:
        error.meaning = error.meaning or f"The image {image_id} has no bytes, and cannot be launched."
        if isinstance(error, RejectedError) and error.status == _TOO_LARGE:
            error.remedy = f"The cloud takes no image of {size(size_bytes)}. Its operators can say what it takes."
        error.remedy = error.remedy or "Delete it, and begin again with a new one."
        raise


def _range_refused(error: RejectedError) -> RangeIgnoredError:
    """What became of a range (G9): Glance answers 400 where its store cannot begin in the middle."""
    return RangeIgnoredError(
        error.what,
        meaning="The store behind it does not obey ranges. Nothing of it was used.",
        remedy="The image can only be downloaded as a whole.",
        request_id=error.request_id,
    )


def _hide_secrets(url: str) -> None:
    try:
        parts = urlsplit(url)
        redactor.hide(*(part for part in (parts.password, parts.query) if part))
    except ValueError:  # no URL: Glance says so
        return


async def _or_none(asked: Awaitable[T]) -> T | None:
    try:
        return await asked
    except _UNTOLD:
        return None
