"""The services that the console talks to, and the names that people and catalogues have for them."""

from __future__ import annotations

_NAMES: dict[str, frozenset[str]] = {
    "identity": frozenset({"keystone", "identityv3"}),
    "compute": frozenset({"nova", "computev21"}),
    "image": frozenset({"glance", "imagev2"}),
    "block-storage": frozenset({"cinder", "volume", "volumev2", "volumev3", "block-store", "blockstorage"}),
    "network": frozenset({"neutron"}),
}
SERVICES = tuple(_NAMES)


def service_named(name: str) -> str | None:
    """The service that is meant by a name, in any of its spellings; None if the program knows no such service."""
    plain = name.strip().lower().replace("_", "-")
    return next((service for service, others in _NAMES.items() if plain == service or plain in others), None)
