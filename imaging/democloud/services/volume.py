"""Cinder: volumes, their snapshots, and limits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from imaging.democloud.machines import volumes
from imaging.democloud.machines.quotas import volume_use
from imaging.democloud.records.volume import Snapshot, Volume
from imaging.democloud.services.volume_views import (
    attachment_view,
    snapshot_brief,
    snapshot_view,
    volume_brief,
    volume_view,
)
from imaging.democloud.web.call import Call, Cloud, Handler, Json, Service, Versions, answer, nothing
from imaging.democloud.web.errors import Refusal, as_nova
from imaging.democloud.web.paging import next_query, page, sort

_VERSIONS = Versions("volume", (3, 0), lambda _world: (3, 71))
_PAGE_LIMIT = 1000
_HTML = "text/html; charset=UTF-8"
_NOT_DELETABLE = (
    "Invalid volume: Volume status must be available or error or error_restoring or error_extending or "
    "error_managing and must not be migrating, attached, belong to a group, have snapshots, awaiting a transfer, or "
    "be disassociated from snapshots after volume transfer."
)
_MALFORMED = "The server could not comply with the request since it is either malformed or otherwise incorrect."


def volume_app(cloud: Cloud) -> Starlette:
    """Cinder's routes, each with and without the project in the path."""
    service = Service(cloud, as_nova, _VERSIONS)
    routes = [Route("/", _version), Route("/v3", _version), Route("/v3/", _version)]
    for path, handler, method in _ROUTES:
        endpoint = service.endpoint(handler)
        routes += [Route(base + path, endpoint, methods=[method]) for base in ("/v3", "/v3/{project}")]
    return Starlette(routes=routes, exception_handlers={HTTPException: service.wrong_path})


async def _version(request: Request) -> Response:
    base = f"{request.url.scheme}://{request.url.netloc}/volume/v3/"
    view = {
        "id": "v3.0",
        "status": "CURRENT",
        "version": "3.71",
        "min_version": "3.0",
        "updated": "2023-08-31T00:00:00Z",
        "links": [
            {"rel": "describedby", "type": "text/html", "href": "https://docs.openstack.org/"},
            {"rel": "self", "href": base},
        ],
        "media-types": [{"base": "application/json", "type": "application/vnd.openstack.volume+json;version=3"}],
    }
    # 300 Multiple Choices at the root, which clients must read all the same.
    is_root = request.url.path.rstrip("/") == "/volume"
    return JSONResponse({"versions": [view]}, 300 if is_root else 200)


def _list(call: Call, kind: str, path: str, items: Sequence[Any], view: Callable[[Call, Any], Json]) -> Response:
    for name in ("name", "status", "volume_id", "snapshot_id"):
        wanted = call.query(name)
        if wanted is not None:
            items = [one for one in items if getattr(one, name, None) == wanted]
    limit, marker = min(int(call.query("limit") or _PAGE_LIMIT), _PAGE_LIMIT), call.query("marker")
    ordered = sort(items, [("created_at", "desc"), ("serial", "desc")], getattr)
    missing = f"marker [{marker}] not found"
    shown = page(ordered, limit, marker, lambda one: str(one.id), missing)
    body: Json = {kind: [view(call, one) for one in shown]}
    if shown and len(shown) == limit:
        href = f"{call.base}/volume/v3/{path}?{next_query(call.request, shown[-1].id)}"
        body[f"{kind}_links"] = [{"rel": "next", "href": href}]
    return answer(body)


def _volumes(call: Call) -> list[Volume]:
    return [one for one in call.world.volumes.values() if one.project_id == call.project_id]


def _snapshots(call: Call) -> list[Snapshot]:
    return [one for one in call.world.snapshots.values() if one.project_id == call.project_id]


async def _list_volumes(call: Call) -> Response:
    return _list(call, "volumes", "volumes", _volumes(call), volume_brief)


async def _list_volume_details(call: Call) -> Response:
    return _list(call, "volumes", "volumes/detail", _volumes(call), volume_view)


async def _list_snapshots(call: Call) -> Response:
    return _list(call, "snapshots", "snapshots", _snapshots(call), snapshot_brief)


async def _list_snapshot_details(call: Call) -> Response:
    return _list(call, "snapshots", "snapshots/detail", _snapshots(call), snapshot_view)


def _volume(call: Call, volume_id: str) -> Volume:
    volume = call.world.volumes.get(volume_id)
    if volume is None or (volume.project_id != call.project_id and not call.caller.is_admin):
        raise Refusal(404, f"Volume {volume_id} could not be found.")
    return volume


def _snapshot(call: Call) -> Snapshot:
    snapshot = call.world.snapshots.get(call.path("snapshot"))
    if snapshot is None or (snapshot.project_id != call.project_id and not call.caller.is_admin):
        raise Refusal(404, f"Snapshot {call.path('snapshot')} could not be found.")
    return snapshot


async def _show_volume(call: Call) -> Response:
    return answer({"volume": volume_view(call, _volume(call, call.path("volume")))})


async def _make_volume(call: Call) -> Response:
    asked = await call.part("volume")
    snapshot = call.world.snapshots.get(str(asked.get("snapshot_id")))
    image = call.world.images.get(str(asked.get("imageRef")))
    size = asked.get("size") or (snapshot.size if snapshot else None)
    if size is None:
        raise Refusal(400, _MALFORMED)
    _check_room(call, int(size))
    volume = volumes.make_volume(
        call.world,
        name=str(asked.get("name") or ""),
        size=int(size),
        project_id=call.project_id,
        user_id=call.caller.user.id,
        snapshot_id=snapshot.id if snapshot else None,
        disk=snapshot.disk if snapshot else None,
        image=image,
    )
    volume.description = asked.get("description")
    volume.metadata = dict(asked.get("metadata") or {})
    return answer({"volume": volume_view(call, volume, made=True)}, 202)


def _check_room(call: Call, size: int) -> None:
    quotas, used = call.world.quotas[call.project_id], volume_use(call.world, call.project_id)
    if 0 <= quotas.gigabytes < used["gigabytes"] + size:
        raise Refusal(
            413,
            "VolumeSizeExceedsAvailableQuota: Requested volume or snapshot exceeds allowed gigabytes quota. Requested "
            f"{size}G, quota is {quotas.gigabytes}G and {used['gigabytes']}G has been consumed.",
            headers={"Retry-After": "0"},
        )
    if 0 <= quotas.volumes <= used["volumes"]:
        raise Refusal(
            413,
            f"VolumeLimitExceeded: Maximum number of volumes allowed ({quotas.volumes}) exceeded for quota 'volumes'.",
            headers={"Retry-After": "0"},
        )


async def _delete_volume(call: Call) -> Response:
    volume = _volume(call, call.path("volume"))
    # C3: and one sentence for all the reasons, so that clients cannot tell which it was.
    has_snapshots = any(one.volume_id == volume.id for one in call.world.snapshots.values())
    if volume.status not in {"available", "error"} or volume.uses or has_snapshots:
        raise Refusal(400, _NOT_DELETABLE)
    volumes.delete_volume(call.world, volume)
    return nothing(202, content_type=_HTML)


async def _update_volume(call: Call) -> Response:
    volume = _volume(call, call.path("volume"))
    asked = await call.part("volume")
    volume.name = str(asked.get("name", volume.name))
    volume.description = asked.get("description", volume.description)
    return answer({"volume": volume_view(call, volume)})


async def _act_on_volume(call: Call) -> Response:
    volume = _volume(call, call.path("volume"))
    body = await call.json()
    # V12: only Nova may take a volume from an instance.
    if "os-detach" in body and volume.uses:
        raise Refusal(
            409,
            f"ConflictNovaUsingAttachment: Detach volume from instance {volume.uses[0].server_id} "
            "using the Compute API",
        )
    if "os-set_bootable" in body:
        volume.bootable = bool(body["os-set_bootable"].get("bootable"))
        return nothing(200)
    raise Refusal(400, f"There is no such action: {next(iter(body), '')}")


async def _summary(call: Call) -> Response:
    found = _volumes(call)
    total = {"total_count": len(found), "total_size": sum(one.size for one in found), "metadata": {}}
    return answer({"volume-summary": total})


async def _show_snapshot(call: Call) -> Response:
    return answer({"snapshot": snapshot_view(call, _snapshot(call))})


async def _make_snapshot(call: Call) -> Response:
    asked = await call.part("snapshot")
    volume = _volume(call, str(asked.get("volume_id")))
    forced = call.version >= (3, 66) or str(asked.get("force", "")).lower() == "true"
    if volume.status != "available" and not (forced and volume.status == "in-use"):
        raise Refusal(
            400,
            f"Invalid volume: Volume {volume.id} status must be available, but current status is: {volume.status}.",
        )
    quota, used = call.world.quotas[call.project_id].snapshots, volume_use(call.world, call.project_id)["snapshots"]
    if 0 <= quota <= used:
        raise Refusal(
            413,
            f"SnapshotLimitExceeded: Maximum number of snapshots allowed ({quota}) exceeded",
            headers={"Retry-After": "0"},
        )
    snapshot = volumes.make_snapshot(call.world, volume, str(asked.get("name") or ""), asked.get("description"))
    return answer({"snapshot": snapshot_view(call, snapshot, made=True)}, 202)


async def _delete_snapshot(call: Call) -> Response:
    snapshot = _snapshot(call)
    if snapshot.status not in {"available", "error"}:
        raise Refusal(400, "Invalid snapshot: Snapshot status must be available or error")
    volumes.delete_snapshot(call.world, snapshot)
    return nothing(202, content_type=_HTML)


async def _list_attachments(call: Call) -> Response:
    rows = [attachment_view(volume, use) for volume in _volumes(call) for use in volume.uses]
    return answer({"attachments": rows})


async def _delete_attachment(call: Call) -> Response:
    for volume in _volumes(call):
        for use in volume.uses:
            if use.attachment_id == call.path("attachment"):
                raise Refusal(
                    409,
                    f"ConflictNovaUsingAttachment: Detach volume from instance {use.server_id} using the Compute API",
                )
    raise Refusal(404, f"Volume attachment could not be found with filter: attachment_id = {call.path('attachment')}.")


async def _limits(call: Call) -> Response:
    quotas, used = call.world.quotas[call.project_id], volume_use(call.world, call.project_id)
    absolute = {
        "maxTotalVolumes": quotas.volumes,
        "maxTotalSnapshots": quotas.snapshots,
        "maxTotalVolumeGigabytes": quotas.gigabytes,
        "maxTotalBackups": 10,
        "maxTotalBackupGigabytes": 1000,
        "totalVolumesUsed": used["volumes"],
        "totalGigabytesUsed": used["gigabytes"],
        "totalSnapshotsUsed": used["snapshots"],
        "totalBackupsUsed": 0,
        "totalBackupGigabytesUsed": 0,
    }
    return answer({"limits": {"rate": [], "absolute": absolute}})


async def _quotas(call: Call) -> Response:
    quotas, used = call.world.quotas[call.project_id], volume_use(call.world, call.project_id)
    limits = {"volumes": quotas.volumes, "snapshots": quotas.snapshots, "gigabytes": quotas.gigabytes}
    with_use = (call.query("usage") or "").lower() == "true"
    shown = {
        key: {"limit": limit, "in_use": used[key], "reserved": 0} if with_use else limit
        for key, limit in limits.items()
    }
    return answer({"quota_set": {**shown, "id": call.path("of")}})


async def _types(_call: Call) -> Response:
    view = {
        "id": "f8ec47f1-848d-471e-8350-7adbaa8776c1",
        "name": "__DEFAULT__",
        "is_public": True,
        "description": "Default Volume Type",
        "extra_specs": {},
        "os-volume-type-access:is_public": True,
    }
    return answer({"volume_types": [view]})


_ROUTES: tuple[tuple[str, Handler, str], ...] = (
    ("/volumes", _list_volumes, "GET"),
    ("/volumes", _make_volume, "POST"),
    ("/volumes/detail", _list_volume_details, "GET"),
    ("/volumes/summary", _summary, "GET"),
    ("/volumes/{volume}", _show_volume, "GET"),
    ("/volumes/{volume}", _update_volume, "PUT"),
    ("/volumes/{volume}", _delete_volume, "DELETE"),
    ("/volumes/{volume}/action", _act_on_volume, "POST"),
    ("/snapshots", _list_snapshots, "GET"),
    ("/snapshots", _make_snapshot, "POST"),
    ("/snapshots/detail", _list_snapshot_details, "GET"),
    ("/snapshots/{snapshot}", _show_snapshot, "GET"),
    ("/snapshots/{snapshot}", _delete_snapshot, "DELETE"),
    ("/attachments", _list_attachments, "GET"),
    ("/attachments/detail", _list_attachments, "GET"),
    ("/attachments/{attachment}", _delete_attachment, "DELETE"),
    ("/limits", _limits, "GET"),
    ("/os-quota-sets/{of}", _quotas, "GET"),
    ("/types", _types, "GET"),
)
