"""Any number of further instances, to see long lists."""

from __future__ import annotations

from imaging.democloud.console_output import switch_on
from imaging.democloud.ids import seed_id
from imaging.democloud.records.disk import Disk
from imaging.democloud.records.server import Server
from imaging.democloud.seed.names import (
    DAY,
    MEMBER,
    OWNER,
    PROJECT,
    group_id,
    image_id,
    network_id,
    project_id,
    user_id,
)
from imaging.democloud.seed.servers import add_seeded_port
from imaging.democloud.world import World

_STATES = ("active", "active", "active", "stopped", "active", "active", "suspended", "active")
_FLAVORS = ("m3.tiny", "m3.small", "m3.quad", "m3.tiny", "m3.medium")
_PURPOSES = ("reduce", "stack", "fit", "plot", "serve")
_SPARE = 25


def add_crowd(world: World, count: int) -> None:
    """So many further instances, older than all the others, and quotas in which they have room."""
    if count <= 0:
        return
    flavors = {one.name: one for one in world.flavors.values()}
    image = world.images[image_id("Featured-Ubuntu24")]
    network = world.networks[network_id("astro-net")]
    for place in range(count):
        made = world.now() - 500 * DAY - place * 60
        state = _STATES[place % len(_STATES)]
        server = Server(
            id=seed_id("server", f"crowd/{place}"),
            name=f"{_PURPOSES[place % len(_PURPOSES)]}-{place:05d}",
            project_id=project_id(),
            user_id=user_id(MEMBER if place % 7 == 0 else OWNER),
            flavor=flavors[_FLAVORS[place % len(_FLAVORS)]],
            created_at=made,
            updated_at=made + 300,
            disk=Disk(),
            image_id=image.id,
            image_properties=image.properties,
            vm_state=state,
            power_state={"active": 1, "stopped": 4, "suspended": 7}[state],
            launched_at=made + 20,
            security_groups=[group_id(PROJECT, "default")],
            serial=-place,
        )
        world.servers[server.id] = server
        add_seeded_port(world, server, network, place + 200)
        if state != "stopped":
            switch_on(server, made + 20)
    quotas = world.quotas[project_id()]
    quotas.instances, quotas.cores, quotas.ram = count + _SPARE, -1, -1
