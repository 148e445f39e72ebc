"""Nova: servers listed, with filters, order and pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from starlette.responses import Response

from imaging.democloud.clock import read_time
from imaging.democloud.records.server import Server
from imaging.democloud.services.server_views import brief_view, full_view, status_of
from imaging.democloud.web.call import Call, Json, answer
from imaging.democloud.web.errors import Refusal
from imaging.democloud.web.paging import next_query, page, sort

_PAGE_LIMIT = 1000


async def list_servers(call: Call) -> Response:
    """GET /servers: ids and names."""
    return _list(call, "servers", brief_view)


async def list_server_details(call: Call) -> Response:
    """GET /servers/detail."""
    return _list(call, "servers/detail", lambda call, server: full_view(call, server, listed=True))


def _list(call: Call, path: str, view: Callable[[Call, Server], Json]) -> Response:
    limit = _limit(call)
    found = sort(_matching(call), _order(call), _sort_value)
    marker = call.query("marker")
    shown = page(found, limit, marker, lambda one: one.id, f"marker [{marker}] not found")
    body: Json = {"servers": [view(call, one) for one in shown]}
    if shown and len(shown) == limit:
        href = f"{call.base}/compute/v2.1/{path}?{next_query(call.request, shown[-1].id)}"
        body["servers_links"] = [{"rel": "next", "href": href}]
    return answer(body)


def _limit(call: Call) -> int:
    text = call.query("limit")
    if text is None:
        return _PAGE_LIMIT
    if not re.fullmatch(r"[0-9]*", text):
        raise Refusal(
            400, f"Invalid input for query parameters limit. Value: {text}. '{text}' does not match '^[0-9]*$'"
        )
    return min(int(text or 0), _PAGE_LIMIT) or _PAGE_LIMIT


def _order(call: Call) -> list[tuple[str, str]]:
    keys = call.request.query_params.getlist("sort_key") or ["created_at"]
    directions = call.request.query_params.getlist("sort_dir")
    pairs = [(key, directions[place] if place < len(directions) else "desc") for place, key in enumerate(keys)]
    # Servers made in the same second need an order, or pages would overlap.
    return [*pairs, ("id", "desc")]


def _sort_value(server: Server, key: str) -> Any:
    if key == "id":
        return server.serial
    return getattr(server, {"display_name": "name", "uuid": "id"}.get(key, key), None)


def _matching(call: Call) -> list[Server]:
    since = _time(call, "changes-since")
    # V28: with `changes-since` deleted servers are listed, without it they are not.
    servers = [
        one
        for one in call.world.servers.values()
        if (one.project_id == call.project_id or _all_projects(call))
        and (one.updated_at >= since if since is not None else one.vm_state != "deleted")
    ]
    for wanted in _filters(call):
        servers = [one for one in servers if wanted(one)]
    return servers


def _all_projects(call: Call) -> bool:
    asked = (call.query("all_tenants") or "0").lower() not in {"0", "false", "f", "no", "n", "off"}
    if asked and not call.caller.is_admin:
        raise Refusal(403, "Policy doesn't allow os_compute_api:servers:index:get_all_tenants to be performed.")
    return asked


def _time(call: Call, name: str) -> float | None:
    text = call.query(name)
    if text is None:
        return None
    try:
        # Nova's times have whole seconds.
        return float(int(read_time(text)))
    except ValueError:
        raise Refusal(
            400, f"Invalid input for query parameters {name}. Value: {text}. '{text}' is not a 'date-time'"
        ) from None


def _filters(call: Call) -> list[Callable[[Server], bool]]:
    found: list[Callable[[Server], bool]] = []
    name, status = call.query("name"), call.query("status")
    if name is not None:
        pattern = _pattern(name)
        found.append(lambda one: bool(pattern.search(one.name)))
    if status is not None:
        found.append(lambda one: status_of(one) == status.upper())
    if image := call.query("image"):
        found.append(lambda one: one.image_id == image)
    if flavor := call.query("flavor"):
        found.append(lambda one: flavor in {one.flavor.id, one.flavor.name})
    if tags := call.query("tags"):
        found.append(lambda one: set(tags.split(",")) <= set(one.tags))
    if call.version >= (2, 73) and (locked := call.query("locked")):
        found.append(lambda one: (one.locked_by is not None) == (locked.lower() in {"true", "1", "yes"}))
    if server_id := call.query("uuid"):
        found.append(lambda one: one.id == server_id)
    return found


def _pattern(text: str) -> re.Pattern[str]:
    try:
        return re.compile(text, re.IGNORECASE)
    except re.error:
        # Nova filters names by a regular expression of its database, which forgives more than Python's.
        return re.compile(re.escape(text))
