"""Neutron: networks, subnets, ports, security groups, quotas."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from imaging.democloud.machines.quotas import living_servers
from imaging.democloud.records.network import Network, Rule, SecurityGroup
from imaging.democloud.services.network_views import group_view, network_view, port_view, rule_view, subnet_view
from imaging.democloud.web.call import Call, Cloud, Handler, Json, Service, answer
from imaging.democloud.web.errors import Refusal, as_neutron
from imaging.democloud.web.paging import next_query

_NO_FILTERS = {"limit", "marker", "fields", "sort_key", "sort_dir", "page_reverse"}
_NETWORK_QUOTAS = {
    "network": 100, "subnet": 100, "subnetpool": -1, "port": 500, "router": 10, "floatingip": 50, "rbac_policy": 10,
    "security_group_rule": 100,
}  # fmt: skip
_GROUP_FIELDS = {"name", "description", "stateful", "tenant_id", "project_id"}


def network_app(cloud: Cloud) -> Starlette:
    """Neutron's routes, each with and without `.json` at its end."""
    service = Service(cloud, as_neutron)
    routes = [Route("/", _versions), Route("/v2.0/", _resources)]
    for path, handler, method in _ROUTES:
        routes += [Route(f"/v2.0/{path}{end}", service.endpoint(handler), methods=[method]) for end in (".json", "")]
    return Starlette(routes=routes, exception_handlers={HTTPException: service.wrong_path})


async def _versions(request: Request) -> Response:
    href = f"{request.url.scheme}://{request.url.netloc}/network/v2.0/"
    return JSONResponse({"versions": [{"id": "v2.0", "status": "CURRENT", "links": [{"rel": "self", "href": href}]}]})


async def _resources(_request: Request) -> Response:
    names = ("network", "subnet", "subnetpool", "port")
    return JSONResponse({"resources": [{"name": one, "collection": f"{one}s", "links": []} for one in names]})


def _list(call: Call, kind: str, views: Iterable[Json]) -> Response:
    """Filters by any field; a parameter given twice means one or the other."""
    params = call.request.query_params
    rows = list(views)
    for name in set(params) - _NO_FILTERS:
        wanted = {one.lower() for one in params.getlist(name)}
        rows = [one for one in rows if _words(one.get(name)) & wanted]
    body: Json = {}
    marker, limit = params.get("marker"), int(params.get("limit") or 0)
    if marker:
        place = next((place for place, one in enumerate(rows, 1) if one["id"] == marker), 0)
        rows = rows[place:]
    if limit and len(rows) >= limit:
        rows = rows[:limit]
        href = f"{call.base}/network/v2.0/{kind.replace('_', '-')}?{next_query(call.request, rows[-1]['id'])}"
        body[f"{kind}_links"] = [{"rel": "next", "href": href}]
    fields = params.getlist("fields")
    return answer({kind: [{key: one[key] for key in fields if key in one} if fields else one for one in rows], **body})


def _words(value: Any) -> set[str]:
    return {str(one).lower() for one in value} if isinstance(value, list) else {str(value).lower()}


def _visible(call: Call, network: Network) -> bool:
    return network.project_id == call.project_id or network.shared or network.external or call.caller.is_admin


async def _list_networks(call: Call) -> Response:
    return _list(call, "networks", (network_view(one) for one in call.world.networks.values() if _visible(call, one)))


async def _show_network(call: Call) -> Response:
    network = call.world.networks.get(call.path("network"))
    if network is None or not _visible(call, network):
        raise Refusal(404, f"Network {call.path('network')} could not be found.", kind="NetworkNotFound")
    return answer({"network": network_view(network)})


async def _list_subnets(call: Call) -> Response:
    networks = [one for one in call.world.networks.values() if _visible(call, one)]
    return _list(call, "subnets", (subnet_view(net, one) for net in networks for one in net.subnets))


async def _show_subnet(call: Call) -> Response:
    subnet = call.world.subnet(call.path("subnet"))
    if subnet is None:
        raise Refusal(404, f"Subnet {call.path('subnet')} could not be found.", kind="SubnetNotFound")
    return answer({"subnet": subnet_view(call.world.networks[subnet.network_id], subnet)})


async def _list_ports(call: Call) -> Response:
    mine = [one for one in call.world.ports.values() if one.project_id == call.project_id]
    return _list(call, "ports", (port_view(call.world, one) for one in mine))


async def _show_port(call: Call) -> Response:
    port = call.world.ports.get(call.path("port"))
    if port is None or port.project_id != call.project_id:
        raise Refusal(404, f"Port {call.path('port')} could not be found.", kind="PortNotFound")
    return answer({"port": port_view(call.world, port)})


def _groups(call: Call) -> list[SecurityGroup]:
    return [one for one in call.world.security_groups.values() if one.project_id == call.project_id]


async def _list_groups(call: Call) -> Response:
    return _list(call, "security_groups", (group_view(one) for one in _groups(call)))


def _group(call: Call) -> SecurityGroup:
    group = call.world.security_groups.get(call.path("group"))
    if group is None or group.project_id != call.project_id:
        raise Refusal(404, f"Security group {call.path('group')} does not exist", kind="SecurityGroupNotFound")
    return group


async def _show_group(call: Call) -> Response:
    return answer({"security_group": group_view(_group(call))})


async def _make_group(call: Call) -> Response:
    """A new group lets everything out and nothing in."""
    asked = await call.part("security_group")
    strange = [name for name in asked if name not in _GROUP_FIELDS]
    if strange:
        named = ", ".join(repr(one) for one in strange)
        raise Refusal(400, f"Unrecognized attribute(s) {named}", kind="HTTPBadRequest")
    limit = call.world.quotas[call.project_id].security_groups
    if 0 <= limit <= len(_groups(call)):
        # Neutron's quotas are a 409, where Nova has 403 and Cinder 413.
        raise Refusal(409, "Quota exceeded for resources: ['security_group'].", kind="OverQuota")
    ids = call.world.ids
    group = SecurityGroup(
        ids.fresh(), str(asked.get("name", "")), call.project_id, call.world.now(), str(asked.get("description") or "")
    )
    # Neutron's own default; a run's group stays like this.
    group.rules = [Rule(ids.fresh(), "egress", "IPv4"), Rule(ids.fresh(), "egress", "IPv6")]
    call.world.security_groups[group.id] = group
    return answer({"security_group": group_view(group)}, 201)


async def _delete_group(call: Call) -> Response:
    group = _group(call)
    # The port and not the server holds a group, for a moment longer than the server is there.
    in_use = any(group.id in port.security_groups for port in call.world.ports.values())
    if in_use or any(group.id in one.security_groups for one in living_servers(call.world, call.project_id)):
        raise Refusal(409, f"Security Group {group.id} in use.", kind="SecurityGroupInUse")
    if group.name == "default":
        raise Refusal(
            409, "Insufficient rights for removing default security group.", kind="SecurityGroupCannotRemoveDefault"
        )
    del call.world.security_groups[group.id]
    return Response(status_code=204)


async def _list_rules(call: Call) -> Response:
    return _list(
        call, "security_group_rules", (rule_view(group, one) for group in _groups(call) for one in group.rules)
    )


async def _make_rule(call: Call) -> Response:
    asked = await call.part("security_group_rule")
    group = call.world.security_groups.get(str(asked.get("security_group_id")))
    if group is None or group.project_id != call.project_id:
        raise Refusal(
            404, f"Security group {asked.get('security_group_id')} does not exist", kind="SecurityGroupNotFound"
        )
    rule = Rule(
        call.world.ids.fresh(),
        str(asked.get("direction")),
        str(asked.get("ethertype") or "IPv4"),
        asked.get("protocol"),
        asked.get("port_range_min"),
        asked.get("port_range_max"),
        asked.get("remote_ip_prefix"),
        asked.get("remote_group_id"),
        asked.get("description"),
    )
    group.rules.append(rule)
    return answer({"security_group_rule": rule_view(group, rule)}, 201)


async def _delete_rule(call: Call) -> Response:
    rule_id = call.path("rule")
    for group in _groups(call):
        for rule in group.rules:
            if rule.id == rule_id:
                group.rules.remove(rule)
                return Response(status_code=204)
    raise Refusal(404, f"Security group rule {rule_id} does not exist", kind="SecurityGroupRuleNotFound")


async def _quotas(call: Call) -> Response:
    limits = {**_NETWORK_QUOTAS, "security_group": call.world.quotas[call.project_id].security_groups}
    return answer({"quota": limits})


async def _quota_details(call: Call) -> Response:
    limits = {**_NETWORK_QUOTAS, "security_group": call.world.quotas[call.project_id].security_groups}
    used = {
        "security_group": len(_groups(call)),
        "port": sum(one.project_id == call.project_id for one in call.world.ports.values()),
    }
    details = {key: {"limit": limit, "used": used.get(key, 0), "reserved": 0} for key, limit in limits.items()}
    return answer({"quota": details})


async def _no_quota_list(_call: Call) -> Response:
    raise Refusal(403, "rule:get_quota is disallowed by policy", kind="PolicyNotAuthorized")


def _empty(kind: str) -> Handler:
    async def empty(_call: Call) -> Response:
        return answer({kind: []})

    return empty


async def _extensions(_call: Call) -> Response:
    names = ("port-security", "security-group", "router", "external-net", "quota_details", "project-id")
    views = [
        {"name": one, "alias": one, "description": "", "updated": "2012-10-05T10:00:00-00:00", "links": []}
        for one in names
    ]
    return answer({"extensions": views})


_ROUTES: tuple[tuple[str, Handler, str], ...] = (
    ("networks", _list_networks, "GET"),
    ("networks/{network}", _show_network, "GET"),
    ("subnets", _list_subnets, "GET"),
    ("subnets/{subnet}", _show_subnet, "GET"),
    ("ports", _list_ports, "GET"),
    ("ports/{port}", _show_port, "GET"),
    ("security-groups", _list_groups, "GET"),
    ("security-groups", _make_group, "POST"),
    ("security-groups/{group}", _show_group, "GET"),
    ("security-groups/{group}", _delete_group, "DELETE"),
    ("security-group-rules", _list_rules, "GET"),
    ("security-group-rules", _make_rule, "POST"),
    ("security-group-rules/{rule}", _delete_rule, "DELETE"),
    ("quotas", _no_quota_list, "GET"),
    ("quotas/{project}/details", _quota_details, "GET"),
    ("quotas/{project}", _quotas, "GET"),
    ("routers", _empty("routers"), "GET"),
    ("floatingips", _empty("floatingips"), "GET"),
    ("extensions", _extensions, "GET"),
)
