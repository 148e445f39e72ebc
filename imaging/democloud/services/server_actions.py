"""Nova: POST /servers/ID/action."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.responses import Response

from imaging.democloud.console_output import console_text
from imaging.democloud.machines.image_creation import create_image
from imaging.democloud.machines.phases import note_action
from imaging.democloud.machines.power import POWERS, change_power
from imaging.democloud.machines.quotas import volume_use
from imaging.democloud.records.server import Server
from imaging.democloud.services.server_rules import (
    check_metadata,
    check_name,
    find_server,
    require_host,
    require_state,
    require_unlocked,
)
from imaging.democloud.web.call import Call, Json, answer, nothing
from imaging.democloud.web.errors import Refusal

_IMAGE_PROPERTIES = 128
_REASON_LIMIT = 255
_NOT_IN_XML = re.compile("[^\t\n -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What Nova takes out of a console log: escape and carriage return among others."""


async def act(call: Call) -> Response:
    """One action, named by the only key of the body."""
    server = find_server(call)
    body = await call.json()
    if len(body) != 1:
        raise Refusal(400, "Malformed request body")
    name, asked = next(iter(body.items()))
    if name in POWERS:
        return _power(call, server, name)
    handler = _ACTIONS.get(name)
    if handler is None:
        raise Refusal(400, f"There is no such action: {name}")
    return await handler(call, server, asked)


def _power(call: Call, server: Server, name: str) -> Response:
    power = POWERS[name]
    # V13: the lock is checked before the state, so a locked server never tells that it is stopped already.
    require_unlocked(call, server)
    if power.needs_host:
        require_host(server)
    require_state(server, power.name, power.allowed)
    change_power(call.world, server, power, call.request_id, call.caller.user.id)
    if name == "rescue":
        return answer({"adminPass": call.world.ids.password()})
    return nothing()


async def _lock(call: Call, server: Server, asked: Any) -> Response:
    """Locking a locked server is accepted, and keeps the old reason."""
    if isinstance(asked, dict):
        for key in asked:
            if key != "locked_reason":
                raise Refusal(
                    400,
                    f"Invalid input for field/attribute lock. Value: {asked}. Additional properties are not allowed "
                    f"({key!r} was unexpected)",
                )
        _check_reason(asked.get("locked_reason"))
    # V26: a second lock is a 202 that changes nothing.
    if server.locked_by is None:
        server.locked_by = "admin" if call.caller.is_admin else "owner"
        # V26: dropped in silence below that version.
        if call.version >= (2, 73) and isinstance(asked, dict):
            server.locked_reason = asked.get("locked_reason")
        call.world.turn_server(server)
        _noted(call, server, "lock")
    return nothing()


def _check_reason(reason: Any) -> None:
    if isinstance(reason, str) and len(reason) > _REASON_LIMIT:
        raise Refusal(400, f"Invalid input for field/attribute locked_reason. Value: {reason}. {reason!r} is too long")


async def _unlock(call: Call, server: Server, _asked: Any) -> Response:
    # V26: the only place where a user meets the difference.
    if server.locked_by == "admin" and not call.caller.is_admin:
        raise Refusal(403, "Policy doesn't allow os_compute_api:os-lock-server:unlock:unlock_override to be performed.")
    server.locked_by = server.locked_reason = None
    call.world.turn_server(server)
    _noted(call, server, "unlock")
    return nothing()


def _noted(call: Call, server: Server, name: str) -> None:
    note_action(call.world, server, name, call.request_id, call.caller.user.id, f"compute_{name}_instance")


async def _console(call: Call, server: Server, asked: Any) -> Response:
    if server.vm_state in {"building", "error", "shelved_offloaded", "shelved"}:
        raise Refusal(409, f"Instance {server.id} is not ready")
    if server.booted_at is None:
        # V15, V35: although the server itself is there.
        raise Refusal(404, "Guest does not have a console available.")
    text = call.world.hook("console", server.name).text
    if text is None:
        text = console_text(server, call.world.now())
    # V38: so half a colour code is left behind.
    text = _NOT_IN_XML.sub("", text)
    length = (asked or {}).get("length")
    if length is not None and int(length) >= 0:
        text = "\n".join(text.split("\n")[-int(length) :] if int(length) else [])
    return answer({"output": text})


async def _create_image(call: Call, server: Server, asked: Any) -> Response:
    """The lock does not keep an image from being made."""
    wanted: Json = asked if isinstance(asked, dict) else {}
    name = check_name(wanted.get("name"))
    properties = check_metadata(wanted.get("metadata") or {})
    if len(properties) > _IMAGE_PROPERTIES:
        raise Refusal(403, "Image property count exceeded")
    # N1, V2: and no `require_unlocked` before it (N2).
    require_state(server, "createImage", {"active", "stopped", "paused", "suspended"})
    _check_snapshot_quota(call, server)
    image = create_image(call.world, server, name, properties, request_id=call.request_id, user_id=call.caller.user.id)
    if call.version >= (2, 45):
        # N14, V1: either the body or the Location header, never both.
        return answer({"image_id": image.id}, 202)
    response = nothing()
    response.headers["location"] = f"{call.base}/image/images/{image.id}"
    return response


def _check_snapshot_quota(call: Call, server: Server) -> None:
    """For a volume-backed server Nova asks beforehand for as many volume snapshots as it has volumes."""
    if server.root_attachment is None:
        return
    used, limit = volume_use(call.world, server.project_id)["snapshots"], call.world.quotas[server.project_id].snapshots
    needed = len(server.attachments)
    if 0 <= limit < used + needed:
        raise Refusal(
            403, f"Quota exceeded for snapshots: Requested {needed}, but already used {used} of {limit} snapshots"
        )


_ACTIONS: dict[str, Callable[[Call, Server, Any], Awaitable[Response]]] = {
    "lock": _lock,
    "unlock": _unlock,
    "os-getConsoleOutput": _console,
    "createImage": _create_image,
}
