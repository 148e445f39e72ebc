"""The formats of disk images, under their own names, Glance's and qemu-img's."""

from __future__ import annotations

from enum import StrEnum


class ImageFormat(StrEnum):
    """What the content of a file says that it is; the names are Glance's (`disk_format`) where Glance knows it."""

    RAW = "raw"
    QCOW2 = "qcow2"
    VMDK = "vmdk"
    VDI = "vdi"
    VHD = "vhd"
    VHDX = "vhdx"
    QED = "qed"
    ISO = "iso"
    LUKS = "luks"

    @property
    def qemu_name(self) -> str:
        """What `qemu-img -f` calls it."""
        return "vpc" if self is ImageFormat.VHD else self.value

    @property
    def in_words(self) -> str:
        """As people write it."""
        return self.value.upper()
