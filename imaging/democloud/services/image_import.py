"""Glance: images imported from what was staged or from a URL, and the tasks that tell its outcome."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import urllib.request
from collections.abc import Callable
from urllib.parse import urlsplit

from starlette.responses import Response

from imaging.democloud.clock import whole_seconds
from imaging.democloud.image_bytes.content import Writing
from imaging.democloud.records.image import Image, Task
from imaging.democloud.services.image_data import fill, give_up
from imaging.democloud.services.image_views import find_image, require_owner
from imaging.democloud.web.call import Call, Json, answer
from imaging.democloud.web.errors import Refusal

_HTML = "text/html; charset=UTF-8"
_PIECE = 256 * 1024
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""Past every proxy: only this machine is asked."""
_ANSWER_SECONDS = 30
_FETCHING: set[asyncio.Task[None]] = set()
"""asyncio keeps no task alive by itself."""


async def import_image(call: Call) -> Response:
    """POST /v2/images/ID/import."""
    method = (await call.part("method")) if isinstance((await call.json()).get("method"), dict) else {}
    name = str(method.get("name"))
    if name not in call.world.options.import_methods:
        raise Refusal(400, f"Unknown import method name '{name}'.")
    url = str(method.get("uri", ""))
    if name == "web-download" and not _may_be_fetched(url):
        raise Refusal(400, f"URI for web-download does not pass filtering: {url}")
    image = find_image(call)
    require_owner(call, image, "modify_image")
    _require_importable(image, name)
    task = _new_task(call, image)
    if name == "glance-direct":
        _import_staged(call, image, task)
    else:
        _import_url(call, image, task, url)
    return Response(status_code=202, headers={"content-type": _HTML})


async def list_tasks(call: Call) -> Response:
    """GET /v2/images/ID/tasks."""
    return answer({"tasks": [_task_view(call, task) for task in find_image(call).tasks]})


def _require_importable(image: Image, method: str) -> None:
    if image.status == "active":
        raise Refusal(409, "Image with status active cannot be target for import")
    if method == "web-download" and image.status != "queued":
        raise Refusal(409, "Image needs to be in 'queued' state to use 'web-download' method")
    if method == "glance-direct" and image.status != "uploading":
        raise Refusal(409, "Image needs to be staged before 'glance-direct' method can be used")
    for name in ("container_format", "disk_format"):
        if getattr(image, name) is None:
            raise Refusal(409, f"'{name}' needs to be set before import")


def _new_task(call: Call, image: Image) -> Task:
    now = call.world.now()
    task = Task(call.world.ids.fresh(), now, now)
    image.tasks.insert(0, task)
    return task


def _import_staged(call: Call, image: Image, task: Task) -> None:
    """It continues after the answer: importing a second later, active three seconds later."""
    world = call.world

    def begin() -> None:
        if image.status == "uploading":
            _turn(call, task, "processing")
            world.turn_image(image, "importing")

    def finish() -> None:
        if image.status == "importing" and image.staged is not None:
            staged, image.staged = image.staged, None
            _end(call, image, task, lambda: staged)

    world.after(1.0, begin)
    world.after(3.0, finish)


def _import_url(call: Call, image: Image, task: Task, url: str) -> None:
    async def fetch() -> None:
        try:
            written = await asyncio.to_thread(_fetched, url)
        except OSError as error:
            _end(call, image, task, _failing(f"Task failed due to Internal Error: {error}"))
        else:
            _end(call, image, task, lambda: written)

    _turn(call, task, "processing")
    call.world.turn_image(image, "importing")
    running = asyncio.get_running_loop().create_task(fetch())
    _FETCHING.add(running)
    running.add_done_callback(_FETCHING.discard)


def _failing(why: str) -> Callable[[], Writing]:
    def fail() -> Writing:
        raise Refusal(500, why)

    return fail


def _end(call: Call, image: Image, task: Task, written: Callable[[], Writing]) -> None:
    """The bytes are there, or are not."""
    if image.id not in call.world.images or image.status != "importing":
        _turn(call, task, "failure", f"No image found with ID {image.id}")
        return
    try:
        fill(image, written())
    except Refusal as why:
        _turn(call, task, "failure", why.message)
        give_up(call, image)
        return
    _turn(call, task, "success")
    call.world.turn_image(image, "active")


def _turn(call: Call, task: Task, status: str, message: str = "") -> None:
    task.status, task.message, task.updated_at = status, message, call.world.now()


def _task_view(call: Call, task: Task) -> Json:
    return {
        "id": task.id,
        "type": "api_image_import",
        "status": task.status,
        "message": task.message,
        "owner": call.project_id,
        "created_at": whole_seconds(task.created_at),
        "updated_at": whole_seconds(task.updated_at),
        "image_id": call.path("image"),
        "input": None,
        "result": None,
        "expires_at": None,
    }


def _may_be_fetched(url: str) -> bool:
    """Only what this machine serves by HTTP: a demonstration reaches no network."""
    with contextlib.suppress(ValueError):
        parts = urlsplit(url)
        host = parts.hostname or ""
        return parts.scheme == "http" and (host == "localhost" or ipaddress.ip_address(host).is_loopback)
    return False


def _fetched(url: str) -> Writing:
    written = Writing()
    with _DIRECT.open(url, timeout=_ANSWER_SECONDS) as source:
        while piece := source.read(_PIECE):
            written.write(piece)
        if source.length:
            raise OSError(f"the connection was closed {source.length} bytes before the end")
    return written
