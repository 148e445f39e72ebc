"""Converts disks with qemu-img: only what was inspected, never by a name, never with a format guessed."""
