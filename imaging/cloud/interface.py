"""What the rest of the program may ask of a cloud: six small async interfaces.

Every call is bounded in time, raises only `models.errors`, returns frozen models with cleaned texts, and reads
nulls, missing fields and unknown states without complaint. What only reads is asked again by the adapter when the
way there fails; what changes something is sent again only where the cloud itself answered "not now" (429).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from imaging.cloud.image_bytes import ImageBytes
from models.cloud.flavor import Flavor
from models.cloud.image import Image
from models.cloud.instance import Instance, InstanceAction, VolumeAttachment
from models.cloud.key_pair import KeyPair
from models.cloud.launch import AttachRequest, LaunchRequest
from models.cloud.login import Login
from models.cloud.network import GroupPort, Network, Port, SecurityGroup
from models.cloud.quota import Quota
from models.cloud.volume import Volume, VolumeSnapshot
from models.run.request import Visibility

Microversion = tuple[int, int]


@dataclass(frozen=True)
class InstanceChanges:
    """What `changes-since` answered: deleted instances have status DELETED."""

    instances: tuple[Instance, ...]
    server_time: datetime | None
    """The `Date` of the answer: the start of the next question, never our own clock."""


@dataclass(frozen=True)
class InstanceActions:
    """What was asked of an instance, newest first."""

    actions: tuple[InstanceAction, ...]
    server_time: datetime | None
    """The `Date` of the answer: the clock by which the actions tell their time."""


class Compute(Protocol):
    """Nova."""

    async def microversion(self) -> Microversion:
        """The highest microversion that both the cloud and the console know; (2, 1) at least."""

    def instances(self) -> AsyncIterator[tuple[Instance, ...]]:
        """All instances of the project, page by page, newest first."""

    async def changed_instances(self, since: datetime) -> InstanceChanges:
        """What changed since a time *of the server*. It misses volume changes."""

    async def server_time(self) -> datetime | None:
        """What time it is by the cloud's clock: the `Date` of an answer; None where it has none."""

    async def instance(self, instance_id: str) -> Instance:
        """One instance. Raises NotFoundError when it is gone."""

    async def attachments(self, instance_id: str) -> tuple[VolumeAttachment, ...]:
        """Its volume attachments, in no order, the root volume of a volume-backed one included."""

    async def ports(self, instance_id: str) -> tuple[Port, ...]:
        """Where it meets which networks, by id."""

    async def actions(self, instance_id: str) -> InstanceActions:
        """What was asked of it, newest first; Nova shows it also of an instance that is gone."""

    async def console_log(self, instance_id: str) -> str:
        """The raw text of its console, which is guest-controlled: clean it before use (`models.text.many_lines`).

        Raises NotFoundError or ConflictError when there is none (stopped, shelved, in error).
        """

    async def key_pairs(self) -> tuple[KeyPair, ...]:
        """The key pairs of the user who is logged in."""

    async def flavors(self) -> tuple[Flavor, ...]:
        """All flavors that the project can use, with extra specs where shown."""

    async def stop(self, instance_id: str) -> None:
        """Ask it to stop; raises ConflictError when its state does not allow it."""

    async def start(self, instance_id: str) -> None:
        """Ask it to start."""

    async def resume(self, instance_id: str) -> None:
        """Ask a suspended one to continue."""

    async def unpause(self, instance_id: str) -> None:
        """Ask a paused one to continue."""

    async def unshelve(self, instance_id: str) -> None:
        """Ask a shelved one to come back; it may be placed on another host."""

    async def confirm_resize(self, instance_id: str) -> None:
        """Give up the old size of one that was resized."""

    async def lock(self, instance_id: str, reason: str | None) -> None:
        """Lock it; below 2.73 the reason is dropped, and a locked one keeps its old reason."""

    async def unlock(self, instance_id: str) -> None:
        """Unlock it; raises ForbiddenError when an administrator locked it."""

    async def set_metadata(self, instance_id: str, items: Mapping[str, str]) -> None:
        """Add or replace metadata keys; other keys stay."""

    async def delete_metadata(self, instance_id: str, key: str) -> None:
        """Delete one key; raises NotFoundError when it is not there."""

    async def attach_volume(self, instance_id: str, request: AttachRequest) -> None:
        """Ask for an attachment; what the cloud is too old for is left out."""

    async def keep_volume(self, instance_id: str, volume_id: str) -> None:
        """Have an attached volume outlive its instance; raises RejectedError where the cloud is too old (2.85)."""

    async def detach_volume(self, instance_id: str, volume_id: str) -> None:
        """Ask for a detach, which continues after the answer, and may fail then without a word."""

    async def create_image(self, instance_id: str, name: str, properties: Mapping[str, str]) -> str:
        """createImage; returns the image's id, from body (2.45) or Location."""

    async def launch(self, request: LaunchRequest) -> str:
        """POST /servers; returns the id alone, for the answer holds adminPass."""

    async def delete_instance(self, instance_id: str) -> None:
        """Delete a test or clone instance.

        Raises:
            NotOwnedError: it is protected (`Cloud.protect`), carries a claim, or its metadata `imaging.role`
                is neither `test` nor `clone`; nothing was asked of the cloud then.
        """


class Images(Protocol):
    """Glance."""

    def images(self) -> AsyncIterator[tuple[Image, ...]]:
        """Every image that the project can see, page by page; own hidden and community ones included."""

    async def image(self, image_id: str) -> Image:
        """One image; raises NotFoundError when it is gone, which while imaging means that imaging failed."""

    async def update_image(
        self,
        image_id: str,
        *,
        name: str | None = None,
        min_disk_gib: int | None = None,
        min_ram_mib: int | None = None,
        visibility: Visibility | None = None,
        hidden: bool | None = None,
        properties: Mapping[str, str] | None = None,
        remove_properties: tuple[str, ...] = (),
    ) -> Image:
        """Change exactly what is given, by a JSON patch of our own; other properties stay.

        A property that is to be removed and is not there, or is set by the same call, is passed over.
        """

    async def members(self, image_id: str) -> Mapping[str, str]:
        """The projects that a shared image is shared with, and each one's status."""

    async def add_member(self, image_id: str, project_id: str) -> None:
        """Share with one project, which must still accept."""

    async def delete_image(self, image_id: str) -> None:
        """Delete an image. Callers prove beforehand that it is theirs (`imaging.runs.ownership.images_and_servers`).

        Raises:
            NotOwnedError: it is protected, another project's, or published.
        """

    async def delete_older_image(self, image_id: str, typed_name: str) -> None:
        """Delete an image that another one follows, which a user wants gone. It need not be of a run.

        Callers show beforehand that nothing forbids it (`imaging.guidelines.lineage.succession`); here it is read once
        more, as the last thing before it goes.

        Args:
            image_id: which.
            typed_name: its name, as the user typed it.

        Raises:
            NotOwnedError: it is not surely this project's own, protected, visible beyond it or once shared, of another
                name, or no image follows it by a note on it.
        """


class Volumes(Protocol):
    """Cinder, which a cloud may lack or forbid: then every call raises ServiceMissingError or ForbiddenError."""

    async def unavailable_because(self) -> str | None:
        """Why volumes cannot be asked about here; None when they can."""

    async def volumes(self) -> tuple[Volume, ...]:
        """All volumes of the project."""

    async def volume(self, volume_id: str) -> Volume:
        """One volume."""

    async def snapshots(self) -> tuple[VolumeSnapshot, ...]:
        """All volume snapshots of the project."""

    async def snapshot(self, snapshot_id: str) -> VolumeSnapshot:
        """One volume snapshot."""

    async def delete_volume(self, volume_id: str) -> None:
        """Delete a volume that a test instance brought. Callers prove beforehand that it is theirs.

        Raises:
            NotOwnedError: it is protected, or attached to an instance.
        """

    async def delete_snapshot(self, snapshot_id: str) -> None:
        """Delete a volume snapshot of an unfinished image. Callers prove beforehand that it is theirs.

        Raises:
            NotOwnedError: it is protected, or its name is not one that Nova gives the snapshots of an image.
        """


class Networking(Protocol):
    """Neutron."""

    async def networks(self) -> tuple[Network, ...]:
        """The networks that an instance of this project can be launched on."""

    async def network(self, network_id: str) -> Network:
        """One network."""

    async def security_groups(self) -> tuple[SecurityGroup, ...]:
        """The project's security groups."""

    async def ports_with_group(self, group_id: str) -> tuple[GroupPort, ...]:
        """The project's ports that use a security group."""

    async def create_security_group(self, name: str, description: str) -> SecurityGroup:
        """A new group without ingress rules."""

    async def close_security_group(self, group_id: str) -> SecurityGroup:
        """Delete every rule of a group, those that let out among them, and read the group again.

        Raises:
            NotOwnedError: its name is not one that a run gives, or it is another project's.
        """

    async def open_ssh_port(self, group_id: str, address: str) -> None:
        """Let one address in to port 22; that it may come in already is no error.

        Raises:
            NotOwnedError: its name is not one that a run gives, or it is another project's.
        """

    async def delete_security_group(self, group_id: str) -> None:
        """Delete a group; ConflictError while a port still uses it.

        Raises:
            NotOwnedError: its name is not one that a run gives, or it is another project's.
        """


class Cloud(Protocol):
    """A cloud, logged in to one project."""

    compute: Compute
    images: Images
    image_bytes: ImageBytes
    volumes: Volumes
    networking: Networking

    async def login(self) -> Login:
        """Who is logged in, asked of Keystone once and then remembered."""

    async def quota(self) -> Quota:
        """The quotas of all services; None for what cannot be read."""

    def protect(self, thing_id: str) -> None:
        """From now on refuse to delete this instance, volume or image for any caller."""

    async def close(self) -> None:
        """Close the connections within two seconds, even if the network hangs."""
