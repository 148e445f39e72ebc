"""Logs in, and puts the services of one cloud together."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from imaging.cloud.compute import NovaCompute
from imaging.cloud.images import GlanceImages
from imaging.cloud.interface import Cloud, Compute, Images, Networking, Volumes
from imaging.cloud.login import read_login, with_credential_end
from imaging.cloud.networking import NeutronNetworking
from imaging.cloud.pool import Pool
from imaging.cloud.readers.quota import read_compute_limits, read_image_usage, read_volume_limits
from imaging.cloud.resolution import ResolvedCloud
from imaging.cloud.threads import in_thread
from imaging.cloud.transport import CloudLink, Transport
from imaging.cloud.volumes import CinderVolumes
from imaging.runtime.clock import Clock
from models.errors import ImagingError
from models.login import Login
from models.quota import Quota


class OpenStackCloud:
    """A cloud, logged in to one project: the `Cloud` of `imaging.cloud.interface`."""

    compute: Compute
    images: Images
    volumes: Volumes
    networking: Networking

    def __init__(self, transport: Transport, login: Login, credential_id: str | None) -> None:
        """Put the services together. Use `connect` to make one."""
        project_id = login.identity.project_id
        self._transport = transport
        self._compute = NovaCompute(transport)
        self._images = GlanceImages(transport, project_id)
        self._volumes = CinderVolumes(transport)
        self.compute = self._compute
        self.images = self._images
        self.volumes = self._volumes
        self.networking = NeutronNetworking(transport, project_id)
        self._login = login
        self._credential_id = credential_id
        self._asking_login = asyncio.Lock()

    async def login(self) -> Login:
        """Who is logged in, asked of Keystone once and then remembered."""
        async with self._asking_login:
            self._login = await with_credential_end(self._login, self._credential_id, self._transport)
            self._credential_id = None
        return self._login

    async def quota(self) -> Quota:
        """The quotas of all services, asked side by side; None for what cannot be read."""
        compute, volumes, images = await asyncio.gather(
            _or_nothing(self._compute.limits), _or_nothing(self._volumes.limits), _or_nothing(self._images.usage)
        )
        return read_image_usage(images, read_volume_limits(volumes, read_compute_limits(compute, Quota())))

    def protect(self, instance_id: str) -> None:
        """From now on refuse to delete this instance, whatever the caller says."""
        self._compute.protect(instance_id)

    async def close(self) -> None:
        """Let go within two seconds, whatever the network does."""
        await self._transport.close()


async def connect(resolved: ResolvedCloud, clock: Clock) -> Cloud:
    """Log in to a cloud.

    openstacksdk is imported here, in a thread: it takes a quarter of a second that the first screen need not wait for.

    Args:
        resolved: the cloud with its secrets.
        clock: for the pauses between attempts.

    Raises:
        ConfigError: the configuration does not make a login, or it belongs to no project.
        UnauthorizedError: Keystone refuses it.
        UnreachableError: Keystone cannot be reached.
    """
    shared = await in_thread(lambda: _shared_login(resolved))
    pool: Pool[CloudLink] = Pool(shared.new_link)
    transport = Transport(pool, clock, read_seconds=_api_timeout(resolved.config))
    try:
        access = await transport.run(lambda link: link.access())
        return OpenStackCloud(transport, read_login(access, resolved), _credential_id(access))
    except BaseException:
        await transport.close()
        raise


def _shared_login(resolved: ResolvedCloud) -> Any:
    from imaging.cloud.link import SharedLogin  # noqa: PLC0415  # it imports openstacksdk, see `connect`

    return SharedLogin(resolved)


def _credential_id(access: Any) -> str | None:
    found = getattr(access, "application_credential_id", None)
    return found if isinstance(found, str) else None


def _api_timeout(config: Mapping[str, Any]) -> float | None:
    """`api_timeout` of clouds.yaml in seconds, where it is a sensible number."""
    try:
        seconds = float(config.get("api_timeout") or 0)
    except (TypeError, ValueError):
        return None
    return seconds if seconds > 0 else None


async def _or_nothing(ask: Callable[[], Awaitable[Mapping[str, Any]]]) -> Mapping[str, Any]:
    try:
        return await ask()
    except ImagingError:
        return {}
