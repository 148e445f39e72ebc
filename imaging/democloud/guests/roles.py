"""Which guests there are, and who their user is."""

from __future__ import annotations

from dataclasses import dataclass

from imaging.democloud.ids import seed_id
from imaging.democloud.records.server import Server


@dataclass(frozen=True)
class Role:
    """What the instances with one kind of disk have in common."""

    recording: str
    user: str
    """The account that cloud-init made."""


ROLES = {
    role.recording: role
    for role in (
        Role("db-07", "ubuntu"),
        Role("gis-lab", "ubuntu"),
        Role("web-01", "debian"),
        Role("hostile", "ubuntu"),
        Role("ubuntu-24", "ubuntu"),
        Role("rocky-9", "rocky"),
    )
}

_KNOWN_WRONGLY = seed_id("server", "quarantine-01")
_WITHOUT_SUDO = {seed_id("server", "bfv-01")}
"""Whose user was taken out of the group sudo."""
_NOT_KNOWN = {seed_id("server", "gis-lab"), seed_id("server", "web-01")}
"""gis-lab is not known by anything; the console log of web-01 still has its key's fingerprint."""


def role_of(server: Server) -> Role | None:
    """What lies inside; None: there is no SSH server in it."""
    return ROLES.get(server.disk.guest)


def has_sudo(server: Server) -> bool:
    """Whether its user may become root; else an inspection by SSH leaves much unknown."""
    return server.id not in _WITHOUT_SUDO


def is_known(server: Server) -> bool:
    """Whether known_hosts names a key of it at the start; instances that are launched later nobody has seen yet."""
    return server.id not in _NOT_KNOWN


def is_known_wrongly(server: Server) -> bool:
    """Whether known_hosts names another key than it has: somebody reinstalled it, or stands in between."""
    return server.id == _KNOWN_WRONGLY
