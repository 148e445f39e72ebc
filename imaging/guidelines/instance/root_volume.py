"""Which of an instance's volumes is its root disk: that one is never detached."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from models.cloud.instance import Instance, VolumeAttachment
from models.cloud.volume import Volume


def root_attachment(
    instance: Instance, attachments: Sequence[VolumeAttachment], volumes: Iterable[Volume] | None = None
) -> VolumeAttachment | None:
    """The attachment that holds the root disk of a volume-backed instance; None for an image-backed one.

    Nova lists the root volume among the others, in no order, and does not mark it. Told by, in this order: the server's
    root device name (policy often hides it from users), the bootable flag of the volume, the first device name. Should
    that be wrong, Nova refuses to detach a root volume.
    """
    if not instance.volume_backed or not attachments:
        return None
    if instance.root_device:
        root_device = _bare(instance.root_device)
        for attachment in attachments:
            if attachment.device and _bare(attachment.device) == root_device:
                return attachment
    bootable = {volume.id for volume in volumes or () if volume.bootable}
    return min(attachments, key=lambda attachment: (attachment.volume_id not in bootable, _place(attachment.device)))


def data_attachments(
    instance: Instance, attachments: Sequence[VolumeAttachment], volumes: Iterable[Volume] | None = None
) -> tuple[VolumeAttachment, ...]:
    """Every attachment but the root one, by device: what must be detached before imaging."""
    root = root_attachment(instance, attachments, volumes)
    found = (attachment for attachment in attachments if attachment is not root)
    return tuple(sorted(found, key=lambda attachment: _place(attachment.device)))


def _place(device: str | None) -> tuple[bool, int, str]:
    """Sorts vda before vdb before vdaa, and what has no device last."""
    name = _bare(device or "")
    return (not name, len(name), name)


def _bare(device: str) -> str:
    """`/dev/vda` and `vda` are the same device."""
    return device.removeprefix("/dev/")
