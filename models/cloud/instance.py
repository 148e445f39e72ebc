"""Instances (Nova servers) and what hangs on them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from pydantic import Field

from models.base import Frozen
from models.foreign import Moment
from models.text import CleanText


class Address(Frozen):
    """One address of an instance, as Nova lists it below the *name* of a network."""

    network_name: CleanText
    address: CleanText
    kind: CleanText = "fixed"
    """`fixed` or `floating`."""


class InstanceFlavor(Frozen):
    """The sizes that the instance was made with.

    From microversion 2.47 on Nova embeds them and gives the name but no id; before, it gives only the id.
    """

    id: CleanText | None = None
    name: CleanText | None = None
    vcpus: int | None = None
    ram_mib: int | None = None
    disk_gib: int | None = None
    ephemeral_gib: int | None = None
    swap_mib: int | None = None


class Instance(Frozen):
    """A Nova server. Texts are cleaned of control characters, but never safe as markup, path or code."""

    id: CleanText
    name: CleanText
    status: CleanText
    """The API's word in capitals (ACTIVE, SHUTOFF, ...); `UNKNOWN` where the cloud sent none."""
    task_state: CleanText | None = None
    vm_state: CleanText | None = None
    power_state: CleanText | None = None
    locked: bool | None = None
    """None: the cloud is older than microversion 2.9 and does not say."""
    locked_reason: CleanText | None = None
    image_id: CleanText | None = None
    """The image that it was launched from; None for a volume-backed instance, or where the cloud does not say."""
    volume_backed: bool = False
    """Whether the cloud says that its root disk is a volume; see `root_disk_unknown` where it is False."""
    flavor: InstanceFlavor = Field(default_factory=InstanceFlavor)
    addresses: tuple[Address, ...] = ()
    attached_volume_ids: tuple[CleanText, ...] = ()
    """As the list shows them: without order, the root volume included."""
    key_name: CleanText | None = None
    user_id: CleanText | None = None
    project_id: CleanText | None = None
    created_at: Moment | None = None
    updated_at: Moment | None = None
    launched_at: Moment | None = None
    metadata: Mapping[CleanText, CleanText] = Field(default_factory=dict)
    tags: tuple[CleanText, ...] = ()
    security_group_names: tuple[CleanText, ...] = ()
    root_device: CleanText | None = None
    """`/dev/vda`; only where policy shows it to users."""
    fault: CleanText | None = None

    @property
    def root_disk_unknown(self) -> bool:
        """Whether the cloud names no image, and does not say either that the root disk is a volume.

        Such an instance may be of any image, and any volume of it may be its root disk.
        """
        return self.image_id is None and not self.volume_backed

    @property
    def is_running(self) -> bool:
        """Whether a machine is running that a stop would have to stop."""
        return self.status in {"ACTIVE", "PASSWORD", "REBOOT", "HARD_REBOOT"}


class VolumeAttachment(Frozen):
    """One row of a server's `os-volume_attachments`, which Nova lists in no order."""

    volume_id: CleanText
    device: CleanText | None = None
    delete_on_termination: bool | None = None
    """None below microversion 2.79, which does not say."""
    tag: CleanText | None = None
    """None without a tag, or below microversion 2.70."""


class InstanceAction(Frozen):
    """One entry of a server's `os-instance-actions`: who asked what, and Nova's message if it failed."""

    request_id: CleanText
    action: CleanText
    started_at: Moment | None = None
    message: CleanText | None = None
    user_id: CleanText | None = None
    """Who asked it."""


_STARTS = frozenset(
    {
        "create",
        "start",
        "reboot",
        "rebuild",
        "unshelve",
        "resize",
        "revertResize",
        "migrate",
        "rescue",
        "unrescue",
        "evacuate",
        "restore",
        "trigger_crash_dump",
    }
)
"""The actions after which a guest has booted."""


class InstanceHistory(Frozen):
    """What was asked of an instance, newest first, and how far the cloud's clock is ahead."""

    actions: tuple[InstanceAction, ...] = ()
    cloud_ahead_seconds: float = 0.0
    """How far the cloud's clock is ahead of this machine's."""

    @property
    def last_start(self) -> datetime | None:
        """When the guest was last started, by our clock; None if the cloud does not tell."""
        started = [each.started_at for each in self.actions if each.action in _STARTS and each.started_at]
        return max(started) - timedelta(seconds=self.cloud_ahead_seconds) if started else None

    @property
    def locked_by(self) -> str | None:
        """The id of the user whose lock was the last that did not fail; None if the cloud does not tell."""
        return next((each.user_id for each in self.actions if each.action == "lock" and not each.message), None)
