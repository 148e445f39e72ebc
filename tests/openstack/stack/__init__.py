"""A whole OpenStack API of released packages, as ordinary processes on loopback, without root.

`tests/openstack/README.md` says what is real about it and what is not. The rooms, from the outside in:
`launcher` (options, order, end), `configuration` (the services' files), `processes` (the six children),
`seeding` (users, images, networks), `service` (what runs in a child), `services` (each one's own start) and
`drivers` (the only code in it that is not OpenStack's).
"""

from __future__ import annotations

from dataclasses import dataclass

HOST = "127.0.0.1"
REGION = "RegionOne"


@dataclass(frozen=True)
class Service:
    """One OpenStack service: one process, one port."""

    name: str
    port: int
    """Counted from the base port."""
    kind: str
    """Its type in the catalogue."""
    path: str
    """What follows the port in its address in the catalogue."""
    config: str
    """The name of its configuration file."""


SERVICES = {
    service.name: service
    for service in (
        Service("keystone", 0, "identity", "/v3", "keystone.conf"),
        Service("glance", 1, "image", "", "glance-api.conf"),
        Service("placement", 2, "placement", "", "placement.conf"),
        Service("nova", 3, "compute", "/v2.1", "nova.conf"),
        Service("cinder", 4, "volumev3", "/v3", "cinder.conf"),
        Service("neutron", 5, "network", "", "neutron.conf"),
    )
}
START_ORDER = ("keystone", "nova", "neutron", "cinder", "glance", "placement")
"""Those that take longest come first."""
DATABASES = ("keystone", "glance", "placement", "nova_api", "nova_cell0", "nova_cell1", "cinder", "neutron")
USERS = ("alice", "bob")
"""Each is a member of a project of its own, `alice-project` and `bob-project`."""


@dataclass(frozen=True)
class Options:
    """What the launcher was told."""

    base_port: int = 15000
    password: str = "secret"
    """Of alice, bob and admin."""
    token_expiration: int = 3600
    """Seconds that a token lives. keystoneauth renews 30 s before the end."""
    token_cache_time: int = 5
    """Seconds for which a revoked token may still pass."""
    shelved_offload_time: int = 0
    """As in nova.conf: -1 leaves a shelved server SHELVED, 0 offloads it at once."""
    debug: bool = False

    def url(self, name: str) -> str:
        """Where a service listens."""
        return f"http://{HOST}:{self.base_port + SERVICES[name].port}"
