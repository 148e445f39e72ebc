"""The endpoints of a catalogue of any shape: a server wrote it, and no tolerant reader has read it yet."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from imaging.cloud.bounded_http.destinations import Endpoints

_MOST_ENDPOINTS = 5000
"""A hundred services in a dozen regions with three interfaces each."""


def catalogue_of(plugin: Any) -> Callable[[], Endpoints]:
    """Looks up the endpoints of the login that a plugin of keystoneauth holds just now; none before the first."""
    known: list[tuple[Any, tuple[tuple[str, str], ...]]] = [(None, ())]

    def look_up() -> Endpoints:
        access = getattr(plugin, "auth_ref", None)
        # The plugin makes a new object at each login; compared by identity, the catalogue is read once for each.
        if access is not known[0][0]:
            known[0] = (access, tuple(_endpoints(access)))
        return known[0][1]

    return look_up


def _endpoints(access: Any) -> Iterator[tuple[str, str]]:
    catalogue = getattr(getattr(access, "service_catalog", None), "catalog", None)
    left = _MOST_ENDPOINTS
    for service in _mappings(catalogue):
        for endpoint in _mappings(service.get("endpoints")):
            for value in endpoint.values():  # `url` with Keystone v3; `publicURL` and its like before
                if isinstance(value, str) and value.lower().startswith("http") and left > 0:
                    left -= 1
                    yield str(service.get("type")), value


def _mappings(value: Any) -> Iterator[Mapping[str, Any]]:
    yield from (one for one in value if isinstance(one, Mapping)) if isinstance(value, list | tuple) else ()
