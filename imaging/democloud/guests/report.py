"""The report of the probe on a guest as it is now: the recorded one, with what has changed since."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from imaging.democloud.guests.client_requests import Probe
from imaging.democloud.guests.present import Present, fixed_line, present
from imaging.democloud.guests.recording import WITHOUT_SUDO, Recording, Rows, load
from imaging.democloud.host_names import host_name
from imaging.democloud.records.disk import Fixed
from imaging.democloud.records.server import Attachment, Server
from imaging.democloud.records.volume import Volume

_MOMENT = re.compile(r"1[5-9]\d{8}")
_WRITTEN_MOMENT = re.compile(r"(20\d\d-\d\d-\d\d)([ T]+)(\d\d:\d\d:\d\d)")
"""A moment as the logs of package managers write it."""
_TOO_LONG = "the report was too long for a console: needs SSH"
_GIB = 1024**3
_USER = 1000

Change = Callable[[Rows], Iterator[Sequence[str]]]


def report(
    server: Server,
    probe: Probe,
    now: float,
    *,
    user: str,
    volumes: Mapping[str, Volume],
    without: Collection[str] = (),
    as_root: bool = True,
) -> bytes:
    """What the probe would print.

    Args:
        server: the instance.
        probe: what was asked.
        now: the time, in seconds since 1970.
        user: who asks.
        volumes: those of the cloud, for what the recording does not know.
        without: parts whose rows are left out.
        as_root: whether the user may become root.
    """
    recording = load(server.disk.recording if as_root else f"{server.disk.recording}{WITHOUT_SUDO}")
    later = int(now) - recording.recorded_at
    changes = _changes(recording, server, volumes)
    parts = []
    for name in probe.parts:
        part = recording.report["parts"].get(name)
        if part is None:
            continue
        if name in without:
            shown: dict[str, Any] = {"rows": [], "state": "unknown", "why": _TOO_LONG, "incomplete": ""}
        else:
            rows = list(changes.get(name, iter)(part["rows"]))
            shown = {**part, "rows": [[_now(field, later, recording, server) for field in row] for row in rows]}
        parts.append(f"{json.dumps(name)}:{json.dumps(shown, separators=(',', ':'))}")
    head = {"schema": "imaging-probe", "version": 1, "nonce": probe.nonce, "user": user}
    head |= {"uid": 0 if as_root else _USER, "started": int(now)}
    body = f'{json.dumps(head, separators=(",", ":"))[:-1]},"parts":{{\n' + "\n,".join(parts)
    framed = f'{body}\n}},"ended":{int(now)}}}'
    return f"\n@@imaging-probe-begin {probe.nonce}\n{framed}\n@@imaging-probe-end {probe.nonce} 0\n".encode("ascii")


def _now(field: str, later: int, recording: Recording, server: Server) -> str:
    """A recorded field with the times, the name and the id of now."""
    if _MOMENT.fullmatch(field):
        return str(int(field) + later)
    written = _WRITTEN_MOMENT.fullmatch(field)
    if written is not None:
        then = datetime.fromisoformat(f"{written[1]}T{written[3]}") + timedelta(seconds=later)
        return f"{then:%Y-%m-%d}{written[2]}{then:%H:%M:%S}"
    if field == recording.host:
        return host_name(server.name)
    return field.replace(recording.instance, server.id) if recording.instance else field


def _changes(recording: Recording, server: Server, volumes: Mapping[str, Volume]) -> dict[str, Change]:
    """By part: what becomes of its rows."""
    there = present(recording, server)
    return {
        "disks": lambda rows: _disks(rows, there, volumes),
        "mounts": lambda rows: _mounts(rows, there),
        "boot_mounts": lambda rows: _boot_mounts(rows, server.disk.fixed),
        "updates": lambda rows: _updates(rows, updated=server.disk.updated),
    }


def _disks(rows: Rows, there: Present, volumes: Mapping[str, Volume]) -> Iterator[Sequence[str]]:
    for row in rows:
        if there.names_gone(" ".join(row[1:])) or _point_of_use(row) in there.unmounted:
            continue
        if row[0] == "mounted" and row[-1] in there.unmounted:
            continue
        text = there.renamed(row[1])
        if row[0] == "device":
            text = re.sub(r'MOUNTPOINT="([^"]*)"', lambda found: _still(found, there), text)
        yield [row[0], text, *(there.renamed(field) for field in row[2:])]
    for attachment in there.further:
        yield ["device", _lsblk(attachment, volumes.get(attachment.volume_id))]


def _point_of_use(row: Sequence[str]) -> str:
    """The mount point at the end of a line of df; empty for other rows."""
    return row[-1].rpartition(" ")[2] if row[0] in {"use", "inodes"} else ""


def _still(found: re.Match[str], there: Present) -> str:
    return 'MOUNTPOINT=""' if found[1] in there.unmounted else found[0]


def _lsblk(attachment: Attachment, volume: Volume | None) -> str:
    name = attachment.device
    words = {
        "NAME": name, "KNAME": name, "MAJ:MIN": f"252:{(ord(name[-1]) - ord('a')) * 16}", "TYPE": "disk", "FSTYPE": "",
        "UUID": "", "LABEL": "", "SIZE": str((volume.size if volume else 1) * _GIB), "MOUNTPOINT": "", "PKNAME": "",
        "SERIAL": attachment.volume_id[:20], "PARTUUID": "", "PARTLABEL": "", "PARTTYPE": "",
    }  # fmt: skip
    return " ".join(f'{key}="{value}"' for key, value in words.items())


def _mounts(rows: Rows, there: Present) -> Iterator[Sequence[str]]:
    for row in rows:
        if row[0] in {"mount", "user"} and row[-1] in there.unmounted:
            continue
        yield [there.renamed(field) if place in {1, 2} else field for place, field in enumerate(row)]


def _boot_mounts(rows: Rows, fixed: tuple[Fixed, ...]) -> Iterator[Sequence[str]]:
    changed = {(one.file, one.line): one.how for one in fixed}
    for row in rows:
        how = changed.get((f"/etc/{row[0]}", int(row[1]))) if row[0] == "fstab" else None
        if how is None:
            yield row
        elif how != "comment":
            yield [*row[:2], *fixed_line("\t".join(row[2:]), how).split("\t")]


def _updates(rows: Rows, *, updated: bool) -> Iterator[Sequence[str]]:
    for row in rows:
        if not (updated and row[0] == "pending"):
            yield row
