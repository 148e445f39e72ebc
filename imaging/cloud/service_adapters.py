"""What the threads of one login need to know about its services, found out once."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import os_service_types

from imaging.cloud.sdk import Service


class QuickTypes(os_service_types.ServiceTypes):
    """The names of services, which the SDK asks for thirty times per service and thread, each time copying them all."""

    def get_all_types(self, service_type: str) -> list[str]:
        """See `os_service_types.ServiceTypes`."""
        return list(_all_types(service_type))


@cache
def _all_types(service_type: str) -> tuple[str, ...]:
    return tuple(os_service_types.ServiceTypes().get_all_types(service_type))


@dataclass
class FoundServices:
    """What the first thread of a login has found out about its services.

    Each thread would go through the whole catalogue several times else, and copy it: milliseconds for each service.
    """

    adapters: dict[str, Service] = field(default_factory=dict)
    """With their version discovered; each belongs to the thread that was first."""
    endpoints: dict[str, tuple[Any, str | None]] = field(default_factory=dict)
    """For which login, and where."""

    def own_adapter(self, connection: Any, service: str) -> Any:
        """The adapter of a service over the session of this connection.

        Args:
            connection: what one thread uses of the SDK, see `imaging.cloud.sdk.Services`; it is logged in.
            service: its attribute there.

        Raises what the libraries raise where the discovery fails.
        """
        known = self.adapters.get(service)
        if known is None:
            made = getattr(connection, service)
            # Neither the stand-in for a service that the catalogue lacks nor what has found no version.
            if isinstance(made, Service):
                self.adapters[service] = made
            return made
        own: Any = copy.copy(known)
        own.session, own._connection = connection.session, connection  # noqa: SLF001  # as the SDK itself sets it
        return own
