"""Nova: its routes, and the small things beside servers: versions, flavors, limits, quotas, key pairs."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from imaging.democloud.machines.quotas import compute_use
from imaging.democloud.records.server import Flavor
from imaging.democloud.services import server_actions, server_lists, server_parts, servers
from imaging.democloud.services.server_views import links
from imaging.democloud.web.call import Call, Cloud, Json, Service, Versions, answer
from imaging.democloud.web.errors import Refusal, as_nova
from imaging.democloud.web.paging import next_query, page

_VERSIONS = Versions("compute", (2, 1), lambda world: world.options.compute_max, "X-OpenStack-Nova-API-Version")
_PAGE_LIMIT = 1000


def compute_app(cloud: Cloud) -> Starlette:
    """Nova's routes."""
    service = Service(cloud, as_nova, _VERSIONS)
    get, one = service.endpoint, "/v2.1/servers/{server}"

    async def all_versions(request: Request) -> Response:
        return JSONResponse({"versions": [_old_version(request), _version(cloud, request)]})

    async def version(request: Request) -> Response:
        view = _version(cloud, request)
        view["links"].append({"rel": "describedby", "type": "text/html", "href": "http://docs.openstack.org/"})
        media = {"base": "application/json", "type": "application/vnd.openstack.compute+json;version=2.1"}
        return JSONResponse({"version": {**view, "media-types": [media]}})

    return Starlette(
        routes=[
            Route("/", all_versions),
            Route("/v2.1", version),
            Route("/v2.1/", version),
            Route("/v2.1/servers", get(server_lists.list_servers)),
            Route("/v2.1/servers", get(servers.make_server), methods=["POST"]),
            Route("/v2.1/servers/detail", get(server_lists.list_server_details)),
            Route(one, get(servers.show_server)),
            Route(one, get(servers.rename_server), methods=["PUT"]),
            Route(one, get(servers.delete_server), methods=["DELETE"]),
            Route(one + "/action", get(server_actions.act), methods=["POST"]),
            Route(one + "/metadata", get(server_parts.list_metadata)),
            Route(one + "/metadata", get(server_parts.add_metadata), methods=["POST"]),
            Route(one + "/metadata", get(server_parts.replace_metadata), methods=["PUT"]),
            Route(one + "/metadata/{key}", get(server_parts.show_metadata)),
            Route(one + "/metadata/{key}", get(server_parts.put_metadata), methods=["PUT"]),
            Route(one + "/metadata/{key}", get(server_parts.delete_metadata), methods=["DELETE"]),
            Route(one + "/tags", get(server_parts.list_tags)),
            Route(one + "/tags", get(server_parts.replace_tags), methods=["PUT"]),
            Route(one + "/ips", get(server_parts.list_addresses)),
            Route(one + "/os-interface", get(server_parts.list_interfaces)),
            Route(one + "/os-security-groups", get(server_parts.list_groups)),
            Route(one + "/os-instance-actions", get(server_parts.list_actions)),
            Route(one + "/os-instance-actions/{request}", get(server_parts.show_action)),
            Route(one + "/os-volume_attachments", get(server_parts.list_attachments)),
            Route(one + "/os-volume_attachments", get(server_parts.attach_volume), methods=["POST"]),
            Route(one + "/os-volume_attachments/{volume}", get(server_parts.show_attachment)),
            Route(one + "/os-volume_attachments/{volume}", get(server_parts.update_attachment), methods=["PUT"]),
            Route(one + "/os-volume_attachments/{volume}", get(server_parts.detach_volume), methods=["DELETE"]),
            Route("/v2.1/flavors", get(_list_flavors)),
            Route("/v2.1/flavors/detail", get(_list_flavor_details)),
            Route("/v2.1/flavors/{flavor}", get(_show_flavor)),
            Route("/v2.1/flavors/{flavor}/os-extra_specs", get(_extra_specs)),
            Route("/v2.1/limits", get(_limits)),
            Route("/v2.1/os-quota-sets/{project}", get(_quotas)),
            Route("/v2.1/os-quota-sets/{project}/detail", get(_quota_details)),
            Route("/v2.1/os-keypairs", get(_keypairs)),
            Route("/v2.1/os-availability-zone", get(_zones)),
            Route("/v2.1/os-availability-zone/detail", get(_no_zone_details)),
            Route("/v2.1/os-server-groups", get(_no_server_groups)),
            Route("/v2.1/extensions", get(_extensions)),
        ],
        exception_handlers={HTTPException: service.wrong_path},
    )


def _base(request: Request) -> str:
    return f"{request.url.scheme}://{request.url.netloc}/compute"


def _version(cloud: Cloud, request: Request) -> Json:
    major, minor = cloud.world.options.compute_max
    return {
        "id": "v2.1",
        "status": "CURRENT",
        "version": f"{major}.{minor}",
        "min_version": "2.1",
        "updated": "2013-07-23T11:33:21Z",
        "links": [{"rel": "self", "href": f"{_base(request)}/v2.1/"}],
    }


def _old_version(request: Request) -> Json:
    return {
        "id": "v2.0",
        "status": "DEPRECATED",
        "version": "",
        "min_version": "",
        "updated": "2011-01-21T11:33:21Z",
        "links": [{"rel": "self", "href": f"{_base(request)}/v2/"}],
    }


def _brief(call: Call, flavor: Flavor) -> Json:
    return {"id": flavor.id, "name": flavor.name, "links": links(call, "flavors", flavor.id)}


def _full(call: Call, flavor: Flavor) -> Json:
    view = {
        **_brief(call, flavor),
        "ram": flavor.ram,
        "disk": flavor.disk,
        # Below 2.75 no swap is an empty text, which readers take for a missing number.
        "swap": flavor.swap or (0 if call.version >= (2, 75) else ""),
        "OS-FLV-EXT-DATA:ephemeral": flavor.ephemeral,
        "OS-FLV-DISABLED:disabled": False,
        "vcpus": flavor.vcpus,
        "os-flavor-access:is_public": True,
        "rxtx_factor": 1.0,
    }
    if call.version >= (2, 55):
        view["description"] = flavor.description
    if call.version >= (2, 61):
        view["extra_specs"] = dict(flavor.extra_specs)
    return view


async def _list_flavors(call: Call) -> Response:
    return _flavor_page(call, "flavors", [_brief(call, one) for one in _flavors(call)])


async def _list_flavor_details(call: Call) -> Response:
    return _flavor_page(call, "flavors/detail", [_full(call, one) for one in _flavors(call)])


def _flavors(call: Call) -> list[Flavor]:
    return sorted(call.world.flavors.values(), key=lambda one: one.id)


def _flavor_page(call: Call, path: str, views: list[Json]) -> Response:
    limit, marker = min(int(call.query("limit") or _PAGE_LIMIT), _PAGE_LIMIT), call.query("marker")
    shown = page(views, limit, marker, lambda one: str(one["id"]), f"marker [{marker}] not found")
    body: Json = {"flavors": shown}
    if shown and len(shown) == limit:
        href = f"{call.base}/compute/v2.1/{path}?{next_query(call.request, shown[-1]['id'])}"
        body["flavors_links"] = [{"rel": "next", "href": href}]
    return answer(body)


def _flavor(call: Call) -> Flavor:
    flavor = call.world.flavors.get(call.path("flavor"))
    if flavor is None:
        raise Refusal(404, f"Flavor {call.path('flavor')} could not be found.")
    return flavor


async def _show_flavor(call: Call) -> Response:
    return answer({"flavor": _full(call, _flavor(call))})


async def _extra_specs(call: Call) -> Response:
    return answer({"extra_specs": dict(_flavor(call).extra_specs)})


async def _limits(call: Call) -> Response:
    quotas, used = call.world.quotas[call.project_id], compute_use(call.world, call.project_id)
    absolute = {
        "maxTotalInstances": quotas.instances,
        "maxTotalCores": quotas.cores,
        "maxTotalRAMSize": quotas.ram,
        "maxTotalKeypairs": 100,
        "maxServerMeta": quotas.metadata_items,
        "maxServerGroups": 10,
        "maxServerGroupMembers": 10,
        "totalInstancesUsed": used["instances"],
        "totalCoresUsed": used["cores"],
        "totalRAMUsed": used["ram"],
        "totalServerGroupsUsed": 0,
    }
    # Later versions leave these out; clients must bear both.
    if call.version < (2, 57):
        absolute |= {"maxPersonality": 5, "maxPersonalitySize": 10240}
    if call.version < (2, 39):
        absolute["maxImageMeta"] = 128
    return answer({"limits": {"rate": [], "absolute": absolute}})


def _quota_set(call: Call) -> dict[str, tuple[int, int]]:
    if call.path("project") not in {call.project_id, call.caller.project.name} and not call.caller.is_admin:
        raise Refusal(403, "Policy doesn't allow os_compute_api:os-quota-sets:show to be performed.")
    quotas, used = call.world.quotas[call.project_id], compute_use(call.world, call.project_id)
    return {
        "cores": (quotas.cores, used["cores"]),
        "instances": (quotas.instances, used["instances"]),
        "key_pairs": (100, 0),
        "metadata_items": (quotas.metadata_items, 0),
        "ram": (quotas.ram, used["ram"]),
        "server_group_members": (10, 0),
        "server_groups": (10, 0),
    }


async def _quotas(call: Call) -> Response:
    return answer({"quota_set": {"id": call.path("project"), **{key: one[0] for key, one in _quota_set(call).items()}}})


async def _quota_details(call: Call) -> Response:
    details = {key: {"limit": one[0], "in_use": one[1], "reserved": 0} for key, one in _quota_set(call).items()}
    return answer({"quota_set": {"id": call.path("project"), **details}})


async def _keypairs(call: Call) -> Response:
    mine = [one for one in call.world.keypairs if one.user_id == call.caller.user.id]
    views = [
        {"keypair": {"name": one.name, "public_key": one.public_key, "fingerprint": one.fingerprint, "type": "ssh"}}
        for one in mine
    ]
    return answer({"keypairs": views})


async def _zones(_call: Call) -> Response:
    return answer({"availabilityZoneInfo": [{"zoneName": "nova", "zoneState": {"available": True}, "hosts": None}]})


async def _no_zone_details(_call: Call) -> Response:
    # As for every user of a real cloud: some clients ask all the same.
    raise Refusal(403, "Policy doesn't allow os_compute_api:os-availability-zone:detail to be performed.")


async def _no_server_groups(_call: Call) -> Response:
    return answer({"server_groups": []})


async def _extensions(_call: Call) -> Response:
    return answer({"extensions": []})
