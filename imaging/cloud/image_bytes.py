"""What the rest of the program may ask about the bytes of images: the sixth of the interfaces of a cloud."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from models.cloud.image import Image
from models.cloud.image_bytes import DownloadEnd, ImageTask, NewImage, UploadWays

MOST_READ_BYTES = 16 * 1024**2
"""The most bytes of one `read_bytes`."""


class ByteSource(Protocol):
    """Bytes that are sent: those of an open file, never all of them in memory."""

    @property
    def size_bytes(self) -> int:
        """How many there are."""

    def read(self, offset: int, length: int) -> bytes:
        """So many bytes from there, fewer only at the end. Called in order, in a thread of the transfer."""


class ImageBytes(Protocol):
    """What is in images: sent to Glance and fetched from it.

    A transfer has no limit in all, only for the time in which nothing moves. It has a thread and a connection of its
    own, begins with a token that is fresh, and can be cancelled: when the cancelled call returns, nothing more is read,
    sent or taken. Nothing is ever sent twice.
    """

    async def ways_in(self) -> UploadWays:
        """What the cloud tells about import methods, stores, quotas and tokens; it raises only without an answer."""

    async def make_record(self, request: NewImage) -> Image:
        """A new, private image without a byte (`queued`).

        Raises:
            QuotaExceededError: the project may have no more.
            ConflictError: the id that was chosen is taken.
        """

    async def upload(self, image_id: str, content: ByteSource, *, tell: Callable[[int], None]) -> None:
        """Send the bytes of a queued image in one PUT; it is `active` or about to be when this returns.

        Args:
            image_id: a record of `make_record` without bytes.
            content: what is sent.
            tell: is called in the event loop with how many bytes are sent so far.

        Raises:
            LostAnswerError: all was sent, and no answer came: the image may be active, or not.
            UnreachableError: the way broke before all was sent: the image has no bytes.
            ImagingError: refused (a size cap is a RejectedError, a quota a QuotaExceededError, an ended token an
                UnauthorizedError), or `content` could not be read. The image has no bytes: delete it and begin again.
        """

    async def stage(self, image_id: str, content: ByteSource, *, tell: Callable[[int], None]) -> None:
        """Send the bytes for an import (glance-direct), as `upload`; then call `import_staged`."""

    async def import_staged(self, image_id: str) -> None:
        """Have Glance import what was staged. It continues after the answer: see `tasks` and the image's status."""

    async def import_url(self, image_id: str, url: str) -> None:
        """Have Glance fetch a URL (web-download), which continues after the answer. The URL is never logged."""

    async def tasks(self, image_id: str) -> tuple[ImageTask, ...]:
        """What Glance's tasks of an image say, the newest first; none where the cloud does not tell about tasks."""

    async def read_bytes(self, image_id: str, offset: int, length: int) -> bytes:
        """A part of an image, 16 MiB at most; shorter only at the image's end, empty behind it.

        Raises:
            RangeIgnoredError: the cloud does not obey ranges; what it sent instead was not read.
        """

    async def download(
        self, image_id: str, offset: int, take: Callable[[int, bytes], None], *, whole_bytes: int | None
    ) -> DownloadEnd:
        """Fetch an image from `offset` to its end.

        Where the cloud ignores the range it comes from byte 0: the first call of `take` tells.

        Args:
            image_id: an active image.
            offset: the first byte that is wanted, below `whole_bytes`; 0 asks for no range.
            take: is given each piece with the place of its first byte, in order, in a thread of the transfer; what it
                raises ends the transfer.
            whole_bytes: the size of the image, where Glance tells it.

        Raises:
            UnreachableError: the way broke; what was taken is good, and a download from there continues.
            RangeIgnoredError: another part was sent than was asked for; nothing of it was taken.
            BadAnswerError: what was sent is longer or shorter than the image.
        """
