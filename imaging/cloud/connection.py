"""Logs in, and puts the services of one cloud together."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from imaging.cloud.bounded_http.exchange import Monotonic
from imaging.cloud.http.command_recorder import CommandRecorder
from imaging.cloud.http.pool import Pool
from imaging.cloud.http.transfers import IDLE_SECONDS, Transfers
from imaging.cloud.http.transport import CloudConnection, Transport
from imaging.cloud.image_bytes import ImageBytes
from imaging.cloud.interface import Cloud, Compute, Images, Networking, Volumes
from imaging.cloud.listed_names import Listed, ListedCompute, ListedImages
from imaging.cloud.login.resolution import ResolvedCloud
from imaging.cloud.readers.quota import read_compute_limits, read_image_usage, read_volume_limits
from imaging.cloud.services.compute import NovaCompute
from imaging.cloud.services.identity import read_login, with_credential_end
from imaging.cloud.services.image_bytes import GlanceBytes
from imaging.cloud.services.images import GlanceImages
from imaging.cloud.services.networking import NeutronNetworking
from imaging.cloud.services.protected_ids import Protected
from imaging.cloud.services.volumes import CinderVolumes
from imaging.runtime.clock import Clock
from imaging.runtime.threads import in_thread
from models import foreign
from models.cloud.login import Login
from models.cloud.quota import Quota
from models.errors import ForeignValueError, ImagingError, UnauthorizedError
from models.text import one_line

_LONGEST_API_TIMEOUT = 86_400.0


class OpenStackCloud:
    """A cloud, logged in to one project: the `Cloud` of `imaging.cloud.interface`."""

    compute: Compute
    images: Images
    image_bytes: ImageBytes
    volumes: Volumes
    networking: Networking

    def __init__(
        self,
        transport: Transport,
        transfers: Transfers,
        login: Login,
        credential_id: str | None,
        *,
        listed: Listed | None = None,
    ) -> None:
        """Put the services together. Use `connect` to make one."""
        project_id = login.identity.project_id
        self._transport, self._transfers = transport, transfers
        self._protected = Protected()
        if listed is None:
            self._compute = NovaCompute(transport, self._protected)
            self._images = GlanceImages(transport, project_id, self._protected)
        else:
            self._compute = ListedCompute(transport, self._protected, project_id, listed)
            self._images = ListedImages(transport, project_id, self._protected, listed)
        self._volumes = CinderVolumes(transport, self._protected)
        self.compute = self._compute
        self.images = self._images
        self.image_bytes = GlanceBytes(transport, transfers)
        self.volumes = self._volumes
        self.networking = NeutronNetworking(transport, project_id)
        self._login = login
        self._credential_id = credential_id
        self._asking_login = asyncio.Lock()

    async def login(self) -> Login:
        """Who is logged in, asked of Keystone once and then remembered."""
        async with self._asking_login:
            # Asked late and once: the first screen does not need it, and K3 lets the cloud refuse it.
            self._login = await with_credential_end(self._login, self._credential_id, self._transport)
            self._credential_id = None
        return self._login

    async def quota(self) -> Quota:
        """The quotas of all services, asked side by side; None for what cannot be read."""
        compute, volumes, images = await asyncio.gather(
            _or_nothing(self._compute.limits), _or_nothing(self._volumes.limits), _or_nothing(self._images.usage)
        )
        return read_image_usage(images, read_volume_limits(volumes, read_compute_limits(compute, Quota())))

    def protect(self, thing_id: str) -> None:
        """From now on refuse to delete this instance, volume or image for any caller."""
        self._protected.add(thing_id)

    async def close(self) -> None:
        """Close the connections within two seconds, even if the network hangs."""
        await asyncio.gather(self._transfers.close(), self._transport.close())


async def connect(
    resolved: ResolvedCloud,
    clock: Clock,
    *,
    monotonic: Monotonic = time.monotonic,
    listed: Listed | None = None,
    recorder: CommandRecorder | None = None,
) -> Cloud:
    """Log in to a cloud.

    openstacksdk is imported here, in a thread: it takes a quarter of a second that the first screen need not wait for.

    Args:
        resolved: the cloud with its secrets.
        clock: for the pauses between attempts.
        monotonic: for the deadlines of answers. Not that of `clock`: other tasks may turn it while a call is under way.
        listed: is told what is in a list of instances or images that was read to its end.
        recorder: is told about each call that is sent, but for the login itself.

    Raises:
        ConfigError: the configuration does not make a login, or it belongs to no project.
        UnauthorizedError: Keystone refuses it.
        UnreachableError: Keystone cannot be reached.
    """
    shared = await in_thread(lambda: _shared_login(resolved, monotonic))
    pool: Pool[CloudConnection] = Pool(shared.new_connection)
    patience = _api_timeout(resolved.config)
    transport = Transport(pool, clock, read_seconds=patience, recorder=recorder)
    idle_seconds = max(IDLE_SECONDS, patience or 0)
    transfers = Transfers(shared.new_connection, clock, recorder=recorder, idle_seconds=idle_seconds)
    try:
        # Log in now, although the SDK would do so by itself at the first call: a wrong secret is told at once.
        access = await transport.run(lambda connection: connection.access())
        login = read_login(access, resolved)
        return OpenStackCloud(transport, transfers, login, _credential_id(access), listed=listed)
    except UnauthorizedError as error:
        await transport.close()
        # V19: a 401 never says what is wrong, so the place where the login is written is the best help there is.
        remedy = f"{error.remedy} The login is that of {one_line(resolved.name, 80)}, {resolved.origin}."
        raise UnauthorizedError(error.what, meaning=error.meaning, remedy=remedy, request_id=error.request_id) from None
    except BaseException:
        await transport.close()
        raise


def _shared_login(resolved: ResolvedCloud, monotonic: Monotonic) -> Any:
    from imaging.cloud.http.thread_connection import SharedLogin  # noqa: PLC0415  # it imports openstacksdk, see `connect`

    return SharedLogin(resolved, monotonic)


def _credential_id(access: Any) -> str | None:
    found = getattr(access, "application_credential_id", None)
    return found if isinstance(found, str) else None


def _api_timeout(config: Mapping[str, Any]) -> float | None:
    """`api_timeout` of clouds.yaml in seconds, where it is a sensible number."""
    try:
        seconds = foreign.number(config.get("api_timeout"), low=0, high=_LONGEST_API_TIMEOUT)
    except ForeignValueError:
        return None
    return seconds if seconds > 0 else None


async def _or_nothing(ask: Callable[[], Awaitable[Mapping[str, Any]]]) -> Mapping[str, Any]:
    try:
        return await ask()
    except ImagingError:
        return {}
