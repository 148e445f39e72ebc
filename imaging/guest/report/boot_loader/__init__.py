"""Which kernel a boot loader starts next: its configuration is read as it reads it, or said not to be understood."""

from imaging.guest.report.boot_loader.next_boot import NextEntry, next_entry

__all__ = ["NextEntry", "next_entry"]
