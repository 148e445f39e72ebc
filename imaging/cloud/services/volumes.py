"""Cinder, which a cloud may lack or forbid."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from imaging.cloud.http.answers import Answer
from imaging.cloud.http.call import Call, path
from imaging.cloud.http.transport import Transport
from imaging.cloud.readers.values import mapping
from imaging.cloud.readers.volume import read_snapshot, read_volume
from imaging.cloud.services.paging import pages
from imaging.cloud.services.protected_ids import Protected
from models.cloud.volume import IMAGE_SNAPSHOT_PREFIX, Volume, VolumeSnapshot
from models.errors import ForbiddenError, NotFoundError, NotOwnedError, QuotaExceededError, ServiceMissingError

T = TypeVar("T")


class CinderVolumes:
    """Cinder at its oldest version 3.0: the console needs nothing newer."""

    def __init__(self, transport: Transport, protected: Protected) -> None:
        """Keep the way to the cloud, and the ids of what is never deleted."""
        self._transport = transport
        self._protected = protected

    async def unavailable_because(self) -> str | None:
        """Why volumes cannot be asked about here; None when they can. Passing troubles are raised instead."""
        try:
            # The cheapest call that needs the service, a version and a right to it.
            await self.limits()
        except ServiceMissingError:
            return "this cloud has no volume service"
        # Cinder answered, so it is there.
        except QuotaExceededError:
            return None
        except ForbiddenError:
            return "this login may not use the volume service"
        except NotFoundError:
            return "the volume service is named in the catalogue but is not there"
        return None

    async def volumes(self) -> tuple[Volume, ...]:
        """All volumes of the project."""
        return await self._list("/volumes/detail", "volumes", "list volumes", read_volume)

    async def volume(self, volume_id: str) -> Volume:
        """One volume."""
        return await self._one("volumes", "volume", volume_id, read_volume)

    async def snapshots(self) -> tuple[VolumeSnapshot, ...]:
        """All volume snapshots of the project."""
        return await self._list("/snapshots/detail", "snapshots", "list volume snapshots", read_snapshot)

    async def snapshot(self, snapshot_id: str) -> VolumeSnapshot:
        """One volume snapshot."""
        return await self._one("snapshots", "snapshot", snapshot_id, read_snapshot)

    async def delete_volume(self, volume_id: str) -> None:
        """Delete a volume that a test instance brought. Callers prove beforehand that it is theirs.

        Raises:
            NotOwnedError: it is protected, or attached to an instance.
        """
        self._protected.refuse("volume", volume_id)
        found = await self.volume(volume_id)
        if found.uses:
            users = ", ".join(use.server_id for use in found.uses)
            raise NotOwnedError(f"The volume {volume_id} is not deleted: it is attached to {users}.")
        await self._transport.tell(
            Call("block_storage", "DELETE", path("volumes", volume_id), f"delete the volume {volume_id}")
        )

    async def delete_snapshot(self, snapshot_id: str) -> None:
        """Delete a volume snapshot of an unfinished image. Callers prove beforehand that it is theirs.

        Raises:
            NotOwnedError: it is protected, or its name is not the one that Nova gives the snapshots of an image.
        """
        self._protected.refuse("volume snapshot", snapshot_id)
        found = await self.snapshot(snapshot_id)
        # C3: Nova's own name for the snapshots behind an image; a user's snapshot has another.
        if not found.name.startswith(IMAGE_SNAPSHOT_PREFIX):
            raise NotOwnedError(f"The volume snapshot {snapshot_id} is not deleted: it is called {found.name}.")
        url, doing = path("snapshots", snapshot_id), f"delete the volume snapshot {snapshot_id}"
        await self._transport.tell(Call("block_storage", "DELETE", url, doing))

    async def limits(self) -> Mapping[str, Any]:
        """The answer of `GET /limits`: quotas and what of them is used."""
        call = Call("block_storage", "GET", "/limits", "read the quotas of volumes")
        return await self._transport.ask(call, lambda answer: answer.body)

    async def _list(
        self, url: str, key: str, doing: str, read: Callable[[Mapping[str, Any]], T | None]
    ) -> tuple[T, ...]:
        found: list[T] = []
        async for page in pages(self._transport, Call("block_storage", "GET", url, doing), key, read):
            found.extend(page.items)
        return tuple(found)

    async def _one(self, kind: str, key: str, thing_id: str, read: Callable[[Mapping[str, Any]], T | None]) -> T:
        def read_one(answer: Answer) -> T:
            found = read(mapping(answer.body.get(key)))
            if found is None:
                msg = f"no {key} id"
                raise ValueError(msg)
            return found

        call = Call("block_storage", "GET", path(kind, thing_id), f"read the {key} {thing_id}")
        return await self._transport.ask(call, read_one)
