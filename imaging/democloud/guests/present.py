"""What has changed in a guest since it was recorded: volumes that came and went, mounts, lines of fstab."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from imaging.democloud.guests.recording import Recording
from imaging.democloud.records.disk import Fixed
from imaging.democloud.records.server import Attachment, Server

_FIELDS = re.compile(r"\S+")
_OPTIONS = 4
"""The place of the options among the fields of a line of fstab."""
_DISK = re.compile(r"\bvd[b-z](?=\d{0,2}\b)")


@dataclass(frozen=True)
class Present:
    """A guest as it is now, beside its recording."""

    gone: frozenset[str]
    """Disks of the recording whose volume is not attached."""
    unmounted: frozenset[str]
    """Mount points of the recording at which nothing is mounted."""
    names: dict[str, str]
    """Disks of the recording, and the names that they have now."""
    further: tuple[Attachment, ...]
    """Volumes that the recording knows nothing of: as disks they are there, nothing is mounted from them."""

    def renamed(self, text: str) -> str:
        """A text of the recording with the disks' names of now."""
        return _DISK.sub(lambda found: self.names.get(found[0], found[0]), text)

    def names_gone(self, text: str) -> bool:
        """Whether a text of the recording names a disk that is not there."""
        return any(found[0] in self.gone for found in _DISK.finditer(text))


def present(recording: Recording, server: Server) -> Present:
    """Compare the recording with the instance."""
    gone, unmounted, names, known = set(), set(server.unmounted), {}, set()
    commented = set(_points(recording, server.fixed_at_boot))
    for disk in recording.disks:
        attachment = next((one for one in server.attachments if disk.holds(one.volume_id)), None)
        if attachment is None:
            gone.add(disk.name)
            unmounted.update(disk.points)
            continue
        known.add(attachment.attachment_id)
        names[disk.name] = attachment.device.removeprefix("/dev/")
        if attachment.attachment_id not in server.attached_at_boot:
            unmounted.update(disk.points)
    further = tuple(one for one in server.attachments if one.boot_index is None and one.attachment_id not in known)
    return Present(frozenset(gone), frozenset(unmounted | commented), names, further)


def fixed_line(text: str, how: str) -> str:
    """A line of fstab after a remedy."""
    if how == "comment":
        return f"# {text}"
    fields = list(_FIELDS.finditer(text))
    if len(fields) < _OPTIONS:
        return f"{text} defaults,nofail"
    options = fields[_OPTIONS - 1]
    return f"{text[: options.end()]},nofail{text[options.end() :]}"


def fstab_now(recording: Recording, fixed: tuple[Fixed, ...]) -> list[str]:
    """The lines of fstab."""
    lines = list(recording.fstab)
    for one in fixed:
        if one.line <= len(lines):
            lines[one.line - 1] = fixed_line(lines[one.line - 1], one.how)
    return lines


def _points(recording: Recording, fixed: tuple[Fixed, ...]) -> Iterator[str]:
    for one in fixed:
        fields = recording.fstab[one.line - 1].split() if one.line <= len(recording.fstab) else []
        if one.how == "comment" and len(fields) > 1:
            yield fields[1]
