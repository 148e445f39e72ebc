"""What Nova checks before it does anything with a server, in Nova's words."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from typing import Any

from imaging.democloud.records.server import Server
from imaging.democloud.web.call import Call
from imaging.democloud.web.errors import Refusal

_NAME_LIMIT = 255
_DELETED_BUT_SHOWN_SECONDS = 0.5


def find_server(call: Call, *, name: str = "server") -> Server:
    """The server of the path. Raises a 404 for one that is gone or another project's."""
    server_id = call.path(name)
    server = call.world.servers.get(server_id)
    if server is None or not _visible(call, server):
        raise Refusal(404, f"Instance {server_id} could not be found.")
    return server


def _visible(call: Call, server: Server) -> bool:
    if server.project_id != call.project_id and not call.caller.is_admin:
        return False
    gone_at = server.terminated_at
    return gone_at is None or call.world.now() - gone_at < _DELETED_BUT_SHOWN_SECONDS


def require_unlocked(call: Call, server: Server) -> None:
    """Raises a 409 if the server is locked; an administrator may continue."""
    if server.locked_by is not None and not call.caller.is_admin:
        raise Refusal(409, f"Instance {server.id} is locked")


def require_host(server: Server) -> None:
    """Raises a 409 if the server is on no host."""
    if server.vm_state in {"building", "shelved_offloaded"} or (server.vm_state == "error" and not server.launched_at):
        raise Refusal(409, f"Instance {server.id} is not ready")


def require_state(server: Server, action: str, allowed: Collection[str], *, tasks: bool = False) -> None:
    """Raises a 409 that names the state which does not allow the action; `tasks`: a task does no harm."""
    if server.vm_state not in allowed:
        raise Refusal(409, f"Cannot '{action}' instance {server.id} while it is in vm_state {server.vm_state}")
    if server.task_state is not None and not tasks:
        raise Refusal(409, f"Cannot '{action}' instance {server.id} while it is in task_state {server.task_state}")


def check_name(name: Any) -> str:
    """The name, if it is one for a server or an image. Raises a 400."""
    if not isinstance(name, str):
        raise Refusal(400, f"Invalid input for field/attribute name. Value: {name}. {name!r} is not of type 'string'")
    if not name:
        raise Refusal(400, "Invalid input for field/attribute name. Value: . '' should be non-empty")
    if len(name) > _NAME_LIMIT:
        raise Refusal(400, f"Invalid input for field/attribute name. Value: {name}. '{name}' is too long")
    if name != name.strip() or not all(_printable(letter) for letter in name):
        raise Refusal(
            400,
            "An invalid 'name' value was provided. The name must be: printable characters. Can not start or end with "
            "whitespace.",
        )
    return name


def _printable(letter: str) -> bool:
    """As Nova judges: neither controls nor what lies beyond the basic plane."""
    category = unicodedata.category(letter)
    return category == "Zs" or (category[0] not in "CZ" and ord(letter) <= 0xFFFF)  # noqa: PLR2004


def check_metadata(items: Any, field: str = "metadata") -> dict[str, str]:
    """Metadata, if keys and values are as Nova wants them. Raises a 400."""
    if not isinstance(items, dict):
        raise Refusal(
            400, f"Invalid input for field/attribute {field}. Value: {items}. {items!r} is not of type 'object'"
        )
    for key, value in items.items():
        if not 0 < len(key) <= _NAME_LIMIT or not all(
            one.isascii() and (one.isalnum() or one in "-_:. ") for one in key
        ):
            raise Refusal(
                400,
                f"Invalid input for field/attribute {field}. Value: {items}. {key!r} does not match any of the "
                "regexes: '^[a-zA-Z0-9-_:. ]{1,255}$'",
            )
        if not isinstance(value, str):
            raise Refusal(
                400, f"Invalid input for field/attribute {key}. Value: {value}. {value!r} is not of type 'string'"
            )
        if len(value) > _NAME_LIMIT:
            raise Refusal(400, f"Invalid input for field/attribute {key}. Value: {value}. {value!r} is too long")
    return dict(items)


def check_metadata_quota(call: Call, count: int) -> None:
    """Raises a 403 if a server would have more metadata keys than its quota says."""
    limit = call.world.quotas[call.project_id].metadata_items
    if 0 <= limit < count:
        raise Refusal(403, f"Maximum number of metadata items exceeds {limit}")
