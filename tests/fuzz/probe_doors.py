"""What a guest reports: each part of what real guests told, what the rules make of it, and lists of its disks."""

from __future__ import annotations

import json
from functools import cache, partial
from pathlib import Path
from typing import Any

import imaging.democloud.guests as demonstration_guests
from imaging.commands.documents.guest import guest_document
from imaging.commands.documents.inspect import inspect_document
from imaging.commands.flow.machine import identity_notices
from imaging.commands.output.checklist_text import inspection_line
from imaging.guest.brought_report import report_notices
from imaging.guest.host_keys.known_hosts import known_keys
from imaging.guest.host_keys.names import KnownName
from imaging.guest.remedies.current_mounts import read_mount, read_swaps
from imaging.guest.remedies.disk_use import read_devices
from imaging.guest.report import read_report
from imaging.guidelines.checklist import judge
from imaging.guidelines.machine import judge_machine
from models.findings import Source
from models.guest.facts import GuestFacts, InspectionMethod
from models.guidelines.facts import Fact
from tests.fuzz.door import Door
from tests.fuzz.hostile import as_json
from tests.guest.probe.running import NOW
from tests.guidelines.building import SOURCE, facts, profile

_NONCE = "abc"
_RECORDINGS = Path(demonstration_guests.__file__).parent / "recordings"


@cache
def _recorded() -> dict[str, dict[str, Any]]:
    """By guest: the report that the real probe gave of it."""
    return {file.stem: json.loads(file.read_text())["report"] for file in sorted(_RECORDINGS.glob("*.json"))}


def _whole(parts: dict[str, Any]) -> dict[str, Any]:
    return {"schema": "imaging-probe", "version": 1, "nonce": _NONCE, "user": "ubuntu", "uid": 0,
            "started": int(NOW.timestamp()) - 9, "ended": int(NOW.timestamp()), "parts": parts}  # fmt: skip


def _framed(document: Any) -> bytes:
    text = as_json(document).encode("utf-8", "surrogatepass")
    return b"\n@@imaging-probe-begin abc\n" + text + b"\n@@imaging-probe-end abc 0\n"


def _read(output: bytes) -> GuestFacts:
    found = read_report(output, nonce=_NONCE, method=InspectionMethod.SSH, now=NOW)
    guest_document(SOURCE, found).model_dump_json()
    return found


def _brought(envelope: Any) -> None:
    found = read_report(_framed(envelope), nonce=_NONCE, method=InspectionMethod.BROUGHT, now=NOW, asked="asked")
    notices = (*report_notices(found, NOW), *identity_notices(found, "id"))
    inspect_document(found, judge_machine(found, profile(), NOW), notices).model_dump_json()
    assert inspection_line(found).isprintable()


def _part(name: str, part: Any) -> None:
    _judged(_read(_framed(_whole({name: part}))))


def _judged(found: GuestFacts) -> None:
    judge(facts(guest=Fact(value=found, source=Source.GUEST, read_at=NOW)), profile())


def _mounts(lines: bytes) -> None:
    read_devices(lines)
    for line in lines.splitlines():
        read_mount(line)
    read_swaps(lines.splitlines())


def _known_hosts(text: bytes) -> None:
    file = Path("known_hosts")
    file.write_bytes(text)
    known_keys([file], KnownName("10.0.0.7"))


def _doors() -> tuple[Door, ...]:
    by_part: dict[str, list[Any]] = {}
    for report in _recorded().values():
        for name, part in report["parts"].items():
            by_part.setdefault(name, []).append({**part, "rows": part["rows"][:40]})
    whole = _framed(_whole(_recorded()["db-07"]["parts"]))
    return (
        *(
            Door("probe report", f"the part {name}", partial(_part, name), documents=parts)
            for name, parts in by_part.items()
        ),
        Door("probe report", "an envelope", lambda document: _read(_framed(document)), documents=[_whole({})]),
        Door("probe report", "an envelope that is brought", _brought, documents=[_whole({}) | {"asked": "other"}]),
        Door("probe report", "bytes", _read, data=[whole]),
        Door("probe report", "mounts and disks", _mounts, data=[
            b"disk\t/dev/vdb\tb7a9d7e7\ndevice\t/dev/vdb1\t252:17\t/dev/vdb\tDATA\nholder\t252:17\tdm-0\n"
            b"swap\t/dev/vdb2 partition 1048572 0 -2\nmount\t1\t36 25 252:17 / /data rw,noatime - ext4 /dev/vdb1 rw\n",
            b"36 25 252:17 / /mnt/my\\040data rw,noatime shared:1 - ext4 /dev/vdb1 rw,errors=remount-ro\n",
        ]),
        Door("files", "known_hosts", _known_hosts, data=[
            b"10.0.0.7 ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ7zqJ0pQ0x3xv0cQ3qv1i7o8oHc5u6tC4j3L0n1bq2K a@b\n"
            b"@revoked * ssh-rsa AAAA\n|1|c2FsdA==|aGFzaA== ssh-ed25519 AAAA\n",
        ]),
    )  # fmt: skip


DOORS = _doors()
