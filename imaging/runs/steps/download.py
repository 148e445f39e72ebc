"""Download: the bytes of an image, in a part that is continued wherever it was cut off."""

from __future__ import annotations

import errno
from typing import Final

from imaging.files.part_file import PartDiffersError, PartFile
from imaging.files.target import shown
from imaging.files.wrappers.sparse_file import NoRoomError
from imaging.runs.core.aside import beside
from imaging.runs.core.polling import TRANSIENT_ERRORS, BackOff
from imaging.runs.core.step_context import StepContext, StepResult
from imaging.runs.receiving.export_files import ExportFiles
from imaging.runs.receiving.progress import Progress
from imaging.runtime.threads import in_thread
from models.cloud.image import Image
from models.errors import (
    BadAnswerError,
    ConflictError,
    ForbiddenError,
    ImageFileError,
    ImagingError,
    NeedsUserError,
    NotFoundError,
    RangeIgnoredError,
    RejectedError,
    RunError,
)
from models.formatting import duration, size, with_id

_MOST_RESTARTS: Final = 3
_MOST_ODD: Final = 4
_PATIENCE_SECONDS: Final = 300.0
"""How long nothing comes before the engine decides: it tells the user, or ends the run when its time is up."""
_NO_SPACE: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


async def download(ctx: StepContext) -> StepResult:
    """Goal: all bytes of the image are in the part, on the disk, and hashed.

    Raises:
        RunError: the image is gone, or sends something else each time.
        NeedsUserError: there is no room, or the directory cannot be written.
        ImageFileError: something else lies where the part would be.
    """
    files = ExportFiles.of(ctx.run.plan)
    image = await _image(ctx, files)
    if image is None:
        return StepResult("the file is written already", skipped=True)
    part = await in_thread(files.open)
    try:
        return await _Download(ctx, image, part).all()
    except OSError as error:
        raise _disk_trouble(part, error) from error
    finally:
        await in_thread(part.close)


async def _image(ctx: StepContext, files: ExportFiles) -> Image | None:
    """The image, if it is what was planned with; None where its file is there already.

    Raises:
        RunError: it is gone, or another one by now.
    """
    planned = ctx.run.plan.image
    if planned is None:
        raise RunError("There is no image to export.")
    if await in_thread(files.is_own, files.names.path, ctx.run.exported):
        return None
    state = await in_thread(_is_whole, files)
    if state:
        return planned  # nothing more is asked of the cloud
    return await readable_image(ctx, planned)


def _is_whole(files: ExportFiles) -> bool:
    with files.open() as part:
        return part.state.is_whole


async def readable_image(ctx: StepContext, planned: Image) -> Image:
    """The image as it is now.

    Raises:
        RunError: it is gone, cannot be read, or holds something else than was planned with.
    """
    try:
        image = await ctx.cloud.images.image(planned.id)
    except NotFoundError as error:
        raise image_gone(planned, error) from error
    if image.status != "active":
        raise RunError(
            f"The image is {image.status}: only an active one can be read.",
            meaning="What was downloaded of it so far is kept.",
            remedy="Ask its owner, or the cloud's operators.",
        )
    if (image.size_bytes, image.content_hash) != (planned.size_bytes, planned.content_hash):
        raise RunError(
            "The image holds something else than when this was planned.",
            meaning="Nothing was called whole.",
            remedy="Export it again.",
        )
    return image


def image_gone(planned: Image, error: ImagingError) -> RunError:
    """The image was deleted, or is shared no more."""
    return RunError(
        f"The image {with_id(planned.name, planned.id)} is gone: it was deleted, or is shared with you no more.",
        meaning="Nothing was called whole.",
        remedy="Ask in your project who deleted it.",
        request_id=error.request_id,
    )


class _Download:
    """One runner's work on a part."""

    def __init__(self, ctx: StepContext, image: Image, part: PartFile) -> None:
        self._ctx, self._image, self._part = ctx, image, part
        self._size = image.size_bytes or 0
        self._progress = Progress(self._size, ctx.clock.monotonic, done_bytes=part.received_bytes)
        self._restarts = self._odd_answers = self._hashed = 0
        self._only_whole = False
        self._begun_at = ctx.clock.monotonic()
        self._begun_with = part.received_bytes

    async def all(self) -> StepResult:
        await self._hash_again()
        back_off, quiet_since = BackOff(), self._ctx.clock.monotonic()
        while self._part.received_bytes < self._size:
            before = self._part.received_bytes
            try:
                await self._fetch()
            except PartDiffersError as error:
                await self._begin_again(error)
            except RangeIgnoredError as error:
                await self._take_whole(error)
            except NotFoundError as error:
                raise image_gone(self._image, error) from error
            except (ForbiddenError, ConflictError, RejectedError) as error:
                raise _refused(error) from error
            except TRANSIENT_ERRORS as error:
                await in_thread(self._part.note)
                if self._part.received_bytes > before:
                    back_off, quiet_since, self._odd_answers = BackOff(), self._ctx.clock.monotonic(), 0
                self._refuse_odd(error)
                if self._ctx.clock.monotonic() - quiet_since >= _PATIENCE_SECONDS:
                    raise
                await self._ctx.phase(f"cut off after {size(self._part.received_bytes)}, continuing: {error.what}")
                await self._pause(back_off.failed(error))
        await beside(
            self._ctx, in_thread(self._part.finish), what="the disk to have it", progress=lambda: "writing to the disk"
        )
        return StepResult(self._note())

    async def _pause(self, seconds: float) -> None:
        await beside(
            self._ctx, self._ctx.clock.sleep(seconds), what="the next try", progress=lambda: "waiting to try again"
        )

    def _refuse_odd(self, error: ImagingError) -> None:
        """An answer that is longer or shorter than the image may be a proxy's; again and again it is the cloud's.

        Raises:
            RunError: it is.
        """
        if not isinstance(error, BadAnswerError):
            return
        self._odd_answers += 1
        if self._odd_answers >= _MOST_ODD:
            raise RunError(
                error.what,
                meaning=f"{size(self._part.received_bytes)} were downloaded and are kept; nothing was called whole.",
                remedy="Export it again later; if it stays so, tell the cloud's operators.",
                request_id=error.request_id,
            ) from error

    async def _take_whole(self, error: RangeIgnoredError) -> None:
        """The store does not begin in the middle: everything comes again, and what is there is compared with it.

        Raises:
            RunError: not even that comes.
        """
        if self._only_whole:
            raise RunError(error.what, meaning="Nothing was called whole.", remedy=error.remedy) from error
        self._only_whole = True
        await self._ctx.phase(f"taking all of it from the beginning: {error.what}")

    async def _hash_again(self) -> None:
        """What an earlier runner received is read again: a running hash cannot be kept."""
        if not self._part.received_bytes or self._part.state.is_whole:
            return
        await self._ctx.phase(f"continues after {size(self._part.received_bytes)}, which are read again")

        def told(done: int) -> None:
            self._hashed = done

        try:
            await beside(
                self._ctx,
                in_thread(self._part.rehash, told),
                what="what is there to be read",
                progress=lambda: f"read {size(self._hashed)} of {size(self._part.received_bytes)} again",
            )
        except PartDiffersError as error:
            await self._begin_again(error)

    async def _fetch(self) -> None:
        ended = await beside(
            self._ctx,
            self._ctx.cloud.image_bytes.download(
                self._image.id,
                0 if self._only_whole else self._part.wanted_from,
                self._part.take,
                whole_bytes=self._size,
            ),
            what="the download",
            progress=lambda: self._progress.words(self._part.received_bytes),
        )
        if ended.ranges_ignored:
            await self._ctx.phase("the cloud ignored the range and sent everything; what was there was compared")

    async def _begin_again(self, error: Exception) -> None:
        """Nothing of what is there can be trusted to go with what comes.

        Raises:
            RunError: that came again and again.
        """
        self._restarts += 1
        if self._restarts > _MOST_RESTARTS:
            await in_thread(self._part.remove)
            raise RunError(
                f"The cloud sent something else each time, {self._restarts} times.",
                meaning="What was downloaded does not fit together, so it was deleted.",
                remedy="Try again later; if it stays so, tell the cloud's operators.",
            ) from error
        why = error.what if isinstance(error, ImagingError) else "what came does not continue what was there"
        await self._ctx.phase(f"beginning again: {why}")
        await in_thread(self._part.restart)
        self._begun_with = 0

    def _note(self) -> str:
        seconds = self._ctx.clock.monotonic() - self._begun_at
        received = self._size - self._begun_with
        if seconds < 1 or received <= 0:
            return size(self._size)
        return f"{size(self._size)} in {duration(seconds)}, {size(round(received / seconds))}/s"


def _disk_trouble(part: PartFile, error: OSError) -> ImagingError:
    where = shown(part.path.parent)
    if isinstance(error, NoRoomError) or error.errno in _NO_SPACE:
        return NeedsUserError(
            f"There is too little room in {where}.",
            meaning=f"{size(part.received_bytes)} are there and kept.",
            remedy="Make room: the download continues by itself. Or cancel the run, which removes what is there.",
        )
    if not part.path.parent.is_dir():
        return RunError(
            f"The directory {where} is gone.", meaning="What was in it is gone, too.", remedy="Export the image again."
        )
    return NeedsUserError(
        f"{shown(part.path)} cannot be written: {error.strerror}.",
        meaning="What was written of it is kept.",
        remedy="Check the disk and the directory: the download continues by itself.",
    )


def _refused(error: ImagingError) -> ImageFileError:
    return ImageFileError(
        f"The cloud does not give the bytes of the image: {error.what}",
        meaning="What was downloaded so far is kept.",
        remedy=error.remedy or "Ask the cloud's operators; some clouds let nobody download images.",
        request_id=error.request_id,
    )
