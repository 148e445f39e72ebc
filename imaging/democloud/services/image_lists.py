"""Glance: the list of images, with its filters."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from imaging.democloud.clock import read_time
from imaging.democloud.records.image import Image
from imaging.democloud.services.image_views import image_view
from imaging.democloud.web.call import Call, Json, answer
from imaging.democloud.web.errors import Refusal
from imaging.democloud.web.paging import next_query, page, sort

_PAGE_LIMIT, _PAGE_USUAL = 1000, 25
_SORT_KEYS = ("name", "status", "container_format", "disk_format", "size", "id", "created_at", "updated_at")
_VISIBILITIES = {"public", "private", "shared", "community", "all"}
_NO_FILTERS = {"limit", "marker", "sort", "sort_key", "sort_dir", "visibility", "os_hidden", "member_status"}
_OPERATORS: dict[str, Callable[[int, int], bool]] = {
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
    "eq": operator.eq,
    "neq": operator.ne,
}


async def list_images(call: Call) -> Response:
    """GET /v2/images."""
    limit, marker = _limit(call), call.query("marker")
    found = sort([one for one in call.world.images.values() if _listed(call, one)], _order(call), _sort_value)
    for name, value in call.request.query_params.multi_items():
        if name not in _NO_FILTERS:
            found = [one for one in found if _fits(one, name, value)]
    shown = page(found, limit, marker, lambda one: one.id, f"No image found with ID {marker}")
    first = urlencode([(key, value) for key, value in call.request.query_params.multi_items() if key != "marker"])
    body: Json = {
        "images": [image_view(one) for one in shown],
        "first": "/v2/images" + (f"?{first}" if first else ""),
        "schema": "/v2/schemas/images",
    }
    if shown and len(shown) == limit:
        body["next"] = f"/v2/images?{next_query(call.request, shown[-1].id)}"
    return answer(body)


def _limit(call: Call) -> int:
    text = call.query("limit")
    if text is None:
        # G3: 25, not everything: a client that does not follow `next` misses the rest.
        return _PAGE_USUAL
    try:
        return min(int(text), _PAGE_LIMIT)
    except ValueError:
        raise Refusal(400, "limit param must be an integer") from None


def _order(call: Call) -> list[tuple[str, str]]:
    combined = call.query("sort")
    if combined:
        pairs = [(key, way or "desc") for key, _, way in (one.partition(":") for one in combined.split(","))]
    else:
        keys = call.request.query_params.getlist("sort_key") or ["created_at"]
        pairs = [(key, call.query("sort_dir") or "desc") for key in keys]
    for key, _ in pairs:
        if key not in _SORT_KEYS:
            known = ", ".join(_SORT_KEYS)
            raise Refusal(400, f"Invalid sort key: {key}. It must be one of the following: {known}.")
    # G2: names and times repeat, so pages need one more key.
    return [*pairs, ("serial", "desc")]


def _sort_value(image: Image, key: str) -> Any:
    return getattr(image, key)


def _listed(call: Call, image: Image) -> bool:
    """Without a filter: public ones, one's own, and shared ones once accepted; no hidden ones."""
    visibility = call.query("visibility")
    if visibility is not None and visibility not in _VISIBILITIES:
        raise Refusal(400, f"Invalid visibility value: {visibility}")
    if image.hidden != ((call.query("os_hidden") or "false").lower() == "true"):
        return False
    mine = image.owner == call.project_id
    accepted = _membership(call, image)
    if visibility is None:
        # G3: community images are left out.
        return mine or accepted or image.visibility == "public"
    if visibility == "all":
        return mine or accepted or image.visibility in {"public", "community"}
    if image.visibility != visibility:
        return False
    return {"public": True, "community": True, "private": mine, "shared": mine or accepted}[visibility]


def _membership(call: Call, image: Image) -> bool:
    member = image.members.get(call.project_id)
    wanted = call.query("member_status") or "accepted"
    return image.visibility == "shared" and member is not None and wanted in {"all", member.status}


def _compares(have: int, name: str, asked: str) -> bool:
    """`gte:2026-11-01T00:00:00Z`; without an operator the very time is meant."""
    word, _, moment = asked.partition(":")
    compare, text = (_OPERATORS[word], moment) if word in _OPERATORS else (_OPERATORS["eq"], asked)
    try:
        return compare(have, int(read_time(text)))
    except ValueError:
        raise Refusal(400, f"Unable to filter on the specified time: {name}") from None


def _fits(image: Image, name: str, value: str) -> bool:
    if name == "tag":
        return value in image.tags
    if name in {"size_min", "size_max"}:
        size = image.size or 0
        return size >= int(value) if name == "size_min" else size <= int(value)
    if name in {"created_at", "updated_at"}:
        return _compares(int(image.created_at if name == "created_at" else image.updated_at), name, value)
    have = image_view(image).get(name)
    if value.startswith("in:"):
        return have in [one.strip('"') for one in value[3:].split(",")]
    return str(have).lower() == value.lower() if isinstance(have, bool) else str(have) == value
