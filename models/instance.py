"""Instances (Nova servers) and what hangs on them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from pydantic import Field

from models.base import Frozen


class Address(Frozen):
    """One address of an instance, as Nova lists it below the *name* of a network."""

    network_name: str
    address: str
    kind: str = "fixed"
    """`fixed` or `floating`."""


class InstanceFlavor(Frozen):
    """The sizes that the instance was made with.

    From microversion 2.47 on Nova embeds them and gives the name but no id; before, it gives only the id.
    """

    id: str | None = None
    name: str | None = None
    vcpus: int | None = None
    ram_mib: int | None = None
    disk_gib: int | None = None
    ephemeral_gib: int | None = None
    swap_mib: int | None = None


class Instance(Frozen):
    """A Nova server. Texts are cleaned of control characters, but never safe as markup, path or code."""

    id: str
    name: str
    status: str
    """The API's word in capitals (ACTIVE, SHUTOFF, ...); `UNKNOWN` where the cloud sent none."""
    task_state: str | None = None
    vm_state: str | None = None
    power_state: str | None = None
    locked: bool | None = None
    """None: the cloud is older than microversion 2.9 and does not say."""
    locked_reason: str | None = None
    image_id: str | None = None
    """The image that it was launched from; None for a volume-backed instance."""
    volume_backed: bool = False
    flavor: InstanceFlavor = Field(default_factory=InstanceFlavor)
    addresses: tuple[Address, ...] = ()
    attached_volume_ids: tuple[str, ...] = ()
    """As the list shows them: without order, the root volume included."""
    key_name: str | None = None
    user_id: str | None = None
    project_id: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    launched_at: datetime | None = None
    metadata: Mapping[str, str] = Field(default_factory=dict)
    tags: tuple[str, ...] = ()
    security_group_names: tuple[str, ...] = ()
    root_device: str | None = None
    """`/dev/vda`; only where policy shows it to users."""
    fault: str | None = None

    @property
    def is_running(self) -> bool:
        """Whether a machine is running that a stop would have to stop."""
        return self.status in {"ACTIVE", "PASSWORD", "REBOOT", "HARD_REBOOT"}


class VolumeAttachment(Frozen):
    """One row of a server's `os-volume_attachments`, which Nova lists in no order."""

    volume_id: str
    device: str | None = None
    delete_on_termination: bool | None = None
    """None below microversion 2.79, which does not say."""
    tag: str | None = None
    """None without a tag, or below microversion 2.70."""


class InstanceAction(Frozen):
    """One entry of a server's `os-instance-actions`: who asked what, and Nova's message if it failed."""

    request_id: str
    action: str
    started_at: datetime | None = None
    message: str | None = None
