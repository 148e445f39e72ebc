"""Glance: the bytes of images, sent and fetched."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

from starlette.requests import ClientDisconnect
from starlette.responses import Response, StreamingResponse

from imaging.democloud.image_bytes.content import Content, Writing
from imaging.democloud.image_bytes.formats import HEADER_BYTES, is_of, virtual_size
from imaging.democloud.image_bytes.ranges import asked_range
from imaging.democloud.records.image import Image
from imaging.democloud.services.image_limits import require_room, require_upload_slot
from imaging.democloud.services.image_views import find_image, require_owner
from imaging.democloud.web.call import Call, nothing
from imaging.democloud.web.errors import Refusal

_HTML = "text/html; charset=UTF-8"
_OCTETS = "application/octet-stream"
_PIECE = 256 * 1024


async def upload(call: Call) -> Response:
    """PUT /v2/images/ID/file."""
    size = _promised(call)
    require_room(call, "image_size_total", size)
    image = find_image(call)
    require_owner(call, image, "upload_image")
    _require_status(image, "saving")
    _require_formats(image)
    call.world.turn_image(image, "saving")
    try:
        require_upload_slot(call)
        written = await _take_in(call)
        fill(image, written)
    except BaseException:
        give_up(call, image)
        raise
    if image.id not in call.world.images:
        raise Refusal(
            410,
            f"Image {image.id} could not be found after upload. The image may have been deleted during the upload, "
            "cleaning up the chunks uploaded.",
        )
    call.world.turn_image(image, "active")
    return nothing(204, content_type=_HTML)


async def stage(call: Call) -> Response:
    """PUT /v2/images/ID/stage."""
    if "glance-direct" not in call.world.options.import_methods:
        raise Refusal(404, "'glance-direct' method is not available at this site.")
    size = _promised(call)
    require_room(call, "image_stage_total", size)
    image = find_image(call)
    require_owner(call, image, "modify_image")
    _require_status(image, "uploading")
    call.world.turn_image(image, "uploading")
    try:
        require_upload_slot(call)
        image.staged = await _take_in(call)
        image.size = image.staged.size
    except BaseException:
        give_up(call, image)
        raise
    return nothing(204, content_type=_HTML)


async def download(call: Call) -> Response:
    """GET /v2/images/ID/file."""
    image = find_image(call)
    if image.status == "deactivated" and not call.caller.is_admin:
        raise Refusal(403, "The requested image has been deactivated. Image data download is forbidden.")
    if image.content is None:
        return nothing(204, content_type=_HTML)
    trouble = call.request.scope.get("democloud.trouble")
    asked = asked_range(call.request.headers.get("range"), image.content.size)
    first, behind, status = (0, image.content.size, 200) if asked is None else (*asked, 206)
    headers = {"content-type": _OCTETS, **({"content-md5": image.checksum} if image.checksum else {})}
    if asked is not None:
        headers["content-range"] = f"bytes {first}-{behind - 1}/{image.content.size}"
    if asked is not None and trouble is not None and trouble.ranges:
        # Some stores ignore the range and send everything, and some of them still call it a part.
        first, behind = 0, image.content.size
        if trouble.ranges == "ignore":
            status = 200
            del headers["content-range"]
    headers["content-length"] = str(behind - first)
    return StreamingResponse(_pieces(image.content, first, behind, _flip_of(call)), status, headers)


def fill(image: Image, written: Writing) -> None:
    """Put bytes into an image that have come in whole. Raises a 415 where they are not of its format."""
    content = written.finish()
    header = content.read(0, HEADER_BYTES)
    if not is_of(image.disk_format, header):
        raise Refusal(415, f"Image content does not match disk_format {image.disk_format}")
    image.content, image.size = content, content.size
    image.virtual_size = virtual_size(image.disk_format, header, content.size)
    image.checksum, image.os_hash_value = written.sums.md5, written.sums.sha512


def give_up(call: Call, image: Image) -> None:
    """G1: there is no status for what failed; the image is as it was before."""
    image.size = image.virtual_size = image.staged = image.content = None
    if image.id in call.world.images and image.status in {"saving", "uploading", "importing"}:
        call.world.turn_image(image, "queued")


def _promised(call: Call) -> int | None:
    kind = call.request.headers.get("content-type", "").split(";")[0]
    if kind != _OCTETS:
        raise Refusal(
            415,
            f"The request media type {kind or None} is not supported by this server. \n\n Invalid content type {kind}",
        )
    told = call.request.headers.get("x-openstack-image-size") or call.request.headers.get("content-length")
    if told is not None and not told.isdecimal():
        raise Refusal(400, "Invalid or missing image size in request headers.")
    return None if told is None else int(told)


def _require_status(image: Image, wanted: str) -> None:
    if image.status != "queued":
        raise Refusal(409, f"Image status transition from {image.status} to {wanted} is not allowed")


def _require_formats(image: Image) -> None:
    missing = [name for name in ("container_format", "disk_format") if getattr(image, name) is None]
    if missing:
        names = ", ".join(missing)
        kind = "Property" if len(missing) == 1 else "Properties"
        raise Refusal(400, f"{kind} {names} must be set prior to saving data.")


async def _take_in(call: Call) -> Writing:
    """The whole body. Raises a 413 where it is larger than any image may be, and a 400 where it is cut."""
    written, flip = Writing(), _flip_of(call)
    cap = call.world.options.image_size_cap
    try:
        async for piece in call.request.stream():
            written.write(flip.over(written.size, piece))
            if written.size > cap:
                raise Refusal(413, f"The incoming image is too large: The image size is larger than {cap}.")
    except ClientDisconnect:
        raise Refusal(400, "the connection was closed before the whole image had come") from None
    return written


@dataclass
class _Flip:
    """One byte that is sent otherwise than it is."""

    at: int

    def over(self, offset: int, piece: bytes) -> bytes:
        place = self.at - offset
        if not 0 <= place < len(piece):
            return piece
        return piece[:place] + bytes([piece[place] ^ 0xFF]) + piece[place + 1 :]


def _flip_of(call: Call) -> _Flip:
    trouble = call.request.scope.get("democloud.trouble")
    return _Flip(-1 if trouble is None or trouble.flip is None else trouble.flip)


async def _pieces(content: Content, first: int, behind: int, flip: _Flip) -> AsyncIterator[bytes]:
    while first < behind:
        piece = content.read(first, min(_PIECE, behind - first))
        yield flip.over(first, piece)
        first += len(piece)
