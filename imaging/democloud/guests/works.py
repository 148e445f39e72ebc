"""What a test instance prints that was asked whether it works: its two boots, what it found in each, and its tests.

The script is never run: its name, its tests and what it says about time and keys are read from the user data. What it
finds is what was recorded of the disk, spoilt in the one way that the disk says (`Disk.spoilt`).
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from imaging.democloud.guests.deep_check import Manner, inflated, packed_pieces
from imaging.democloud.guests.home_files import OWNERS_PUBLIC_KEY
from imaging.democloud.guests.inventory import inventory_lines
from imaging.democloud.guests.pretended_tests import EndedTest, GivenTest, ended
from imaging.democloud.guests.recording import load
from imaging.democloud.guests.roles import role_of
from imaging.democloud.guests.seal_proof import identity_rows
from imaging.democloud.guests.user_data_parts import parts_of
from imaging.democloud.host_names import host_name
from imaging.democloud.records.server import Server

WORD = "@@imaging-works"
SPOILT = ("first-boot-alone", "lost-unit", "dead-name-server", "second-boot", "no-growth")
"""In which ways a disk can be spoilt so that only the checks find it."""
_BEGAN, _LOOKS = 3.2, 7.0
_EACH_TEST = 0.5
_HANGS = 3.0
"""Seconds that a test takes which hangs: nobody wants to watch its real limit."""
_BETWEEN = 2.0
_RESTARTS, _SECOND_BOOT = 3.0, 4.0
"""Seconds behind the first report."""
_GOING_DOWN = (
    "         Stopping ssh.service - OpenBSD Secure Shell server...",
    "[  OK  ] Stopped target multi-user.target - Multi-User System.",
    "[  OK  ] Stopped target network.target - Network.",
    "[  OK  ] Reached target reboot.target - System Reboot.",
    "[   42.131335] reboot: Restarting system",
)
"""What systemd and the kernel print before the second boot."""
_EVERY = 20.0
_REPEATS = 90
_GIB = 1024**3
_HEADING = re.compile(r"^# imaging works ([A-Za-z0-9]{1,32})$", re.MULTILINE)
_TESTS = re.compile(r"printf %s '([A-Za-z0-9+/=]*)' \| base64 -d \| gzip -dc >\"\$work/packed\"")
_TEST = re.compile(r"^put '([A-Za-z0-9._-]+)' <<'([A-Za-z0-9-]+)'\n(.*?)^\2$", re.MULTILINE | re.DOTALL)
_KEY = re.compile(r"\[ \"\$blob\" != '([A-Za-z0-9+/=]+)' \]")
_OUTSIDE = re.compile(r"^ *outside='([^']*)'$", re.MULTILINE)
_SECONDS = re.compile(r"^file_seconds=(\d{1,5})$", re.MULTILINE)
_MANNER = Manner(limit=65_536, dropped_first=())
_SERVICES = ("cron.service", "ssh.service", "systemd-networkd.service", "systemd-timesyncd.service")
"""Of a disk of which nothing was recorded."""
_NO_OWN = ("cloud-", "getty@", "systemd-", "ssh", "cron")
"""Services that every system has: what is spoilt is another one, where there is one."""


@dataclass(frozen=True)
class Order:
    """What the script is to do."""

    nonce: str
    key: str
    """The login key, as base64."""
    outside: tuple[str, ...]
    tests: tuple[GivenTest, ...]
    seconds: int
    """How many one test may take."""


def works_order(server: Server) -> Order | None:
    """What the user data of a server ask for; None for all others, and where cloud-init does not run them."""
    if server.user_data is None or not server.disk.cloud_init:
        return None
    return _order(server.user_data)


@lru_cache(maxsize=64)
def _order(user_data: str) -> Order | None:
    script = parts_of(user_data).get("cloud-boothook", "")
    heading, key, seconds = _HEADING.search(script), _KEY.search(script), _SECONDS.search(script)
    if heading is None or key is None:
        return None
    packed, outside = _TESTS.search(script), _OUTSIDE.search(script)
    text = inflated(base64.b64decode(packed[1])).decode("utf-8", "replace") if packed else ""
    return Order(
        nonce=heading[1],
        key=key[1],
        outside=tuple(outside[1].split()) if outside else (),
        tests=tuple(GivenTest("given", found[1], found[3]) for found in _TEST.finditer(text)),
        seconds=int(seconds[1]) if seconds else 60,
    )


def second_boot_at(server: Server) -> float | None:
    """The second after power-on at which it restarts by itself; None where it does not."""
    order = works_order(server)
    if order is None or not server.saw_fstab_volumes:
        return None
    return _told_at(server, order, 1) + _SECOND_BOOT


def works_lines(server: Server, up: float) -> list[tuple[float, str]]:
    """What it has printed `up` seconds after power-on, each line with its second."""
    order, restarts = works_order(server), second_boot_at(server)
    if order is None:
        return []
    lines = [(_BEGAN, f"{WORD} {order.nonce} began")]
    if restarts is None:  # in emergency mode nothing is started after the boot
        return lines
    first = _told_at(server, order, 1)
    lines += _progress(server, order, 1, 0.0)
    lines += [(first + again, line) for again in (0.0, _BETWEEN) for line in _pieces(server, order, 1)]
    lines.append((first + _RESTARTS, f"{WORD} {order.nonce} restarts"))
    lines += [(first + _RESTARTS + 0.5, text) for text in _GOING_DOWN]
    lines.append((restarts + _BEGAN, f"{WORD} {order.nonce} began"))
    second = restarts + _told_at(server, order, 2)
    if breaks_at_second_boot(server):
        return lines
    lines += _progress(server, order, 2, restarts)
    if up < second:
        return lines
    both = [*_pieces(server, order, 2), f"{WORD} {order.nonce} ended", *inventory_lines(server, order.nonce)]
    times = min(_REPEATS, int((up - second) // _EVERY) + 1)
    return [*lines, *((second + _EVERY * turn, line) for turn in range(times) for line in both)]


def breaks_at_second_boot(server: Server) -> bool:
    """Whether its second boot ends in emergency mode: the first one wrote a line of fstab that waits for nothing."""
    return server.disk.spoilt == "second-boot"


def _progress(server: Server, order: Order, boot: int, since: float) -> Iterator[tuple[float, str]]:
    yield since + _LOOKS - 0.5, f"{WORD} {order.nonce} progress looking at the system"
    at = since + _LOOKS
    for number, each in enumerate(_ended(server, order, boot), start=1):
        yield at, f"{WORD} {order.nonce} progress running test {number}: {each.test.name}"
        at += _HANGS if each.timed_out else _EACH_TEST


def _told_at(server: Server, order: Order, boot: int) -> float:
    """Seconds from the power-on of a boot to its report."""
    return _LOOKS + 0.5 + sum(_HANGS if each.timed_out else _EACH_TEST for each in _ended(server, order, boot))


def _ended(server: Server, order: Order, boot: int) -> list[EndedTest]:
    own = tuple(GivenTest("image", name, text) for name, text in server.disk.tests)
    return [ended(each, server, boot, order.seconds) for each in (*order.tests, *own)]


def _pieces(server: Server, order: Order, boots: int) -> list[str]:
    rows = [f"imaging-works 1 {order.nonce}"]
    for boot in range(1, boots + 1):
        rows += _facts(server, order, boot)
    for boot in range(1, boots + 1):
        for number, each in enumerate(_ended(server, order, boot), start=1):
            rows += each.output(boot, number)
    said = "\n".join([*rows, "end"]) + "\n"
    return packed_pieces(WORD, order.nonce, _MANNER, lambda _without: said.encode("utf-8"))


def _facts(server: Server, order: Order, boot: int) -> Iterator[str]:
    """What it found in one boot, a row for each thing."""
    yield from (f"boot {boot}", "settled yes", f"prompt-ms {4_600 if boot == 1 else 4_100}")
    yield from ("fstab", "mount yes needed / LABEL=cloudimg-rootfs")
    yield f"machine-id-word {'own' if server.disk.machine_id == server.id.replace('-', '') else 'kept'}"
    yield from ("host-keys-kept no", "host-keys", *identity_rows(server))
    source = {"v1": {"datasource": "DataSourceOpenStackLocal [net,ver=2]", "errors": [], "recoverable_errors": {}}}
    yield f"cloud-init-result {json.dumps(source)}"
    yield from _units(server, boot)
    yield from _root(server)
    name = host_name(server.name)
    yield from (f"host-name {name}", f"metadata-host-name {name}")
    yield from ("sockets", "socket tcp 0.0.0.0:22 sshd", "socket udp 0.0.0.0:68 systemd-network")
    yield from _network(server, order)
    digest = hashlib.sha256(base64.b64decode(order.key)).hexdigest()
    account = role.user if (role := role_of(server)) is not None else "ubuntu"
    yield from ("keys", f"key {account} {digest} ours login ", f"key root {digest} ours stub ")
    if server.disk.owners_key:  # it came with the disk of the instance, or by the key pair of this launch
        blob = base64.b64decode(OWNERS_PUBLIC_KEY.split()[1])
        yield f"key {account} {hashlib.sha256(blob).hexdigest()} other login ada@laptop"
    yield from ("clock yes", "checked")
    for each in _ended(server, order, boot):
        yield from each.rows()
    yield "tests-ended"


def _units(server: Server, boot: int) -> Iterator[str]:
    rows = load(server.disk.recording).rows("services") if server.disk.recording else ()
    enabled = [row[2] for row in rows if row[:2] == ["file", "enabled"]] or list(_SERVICES)
    active = {row[2] for row in rows if row[:2] == ["unit", "active"]} or set(_SERVICES)
    running = [each for each in enabled if each in active and each.endswith(".service") and "cloud-" not in each]
    own = next((each for each in running if not each.startswith(_NO_OWN)), running[0])
    if server.disk.spoilt == "lost-unit":
        enabled = [each for each in enabled if each != own]
    if own not in enabled or (server.disk.spoilt == "first-boot-alone" and boot > 1):
        running = [each for each in running if each != own]
    yield "units"
    yield from (f"enabled-unit {each}" for each in enabled)
    yield "running-units"
    yield from (f"running-unit {each}" for each in running)


def _root(server: Server) -> Iterator[str]:
    disk = max(server.flavor.disk, 1) * _GIB
    grown = disk * 97 // 100
    yield f"root-bytes {min(grown, 8 * _GIB * 97 // 100) if server.disk.spoilt == 'no-growth' else grown}"
    yield from (f"root-disk {disk}", f"root-taken {112 * 1024**2}")


def _network(server: Server, order: Order) -> Iterator[str]:
    connected = "yes" if server.port_ids else "no"
    yield from (f"route {connected}", "name-servers", f"name-server 10.20.0.2 network {connected}")
    if server.disk.spoilt == "dead-name-server":
        yield "name-server 192.0.2.53 image no"
    if server.port_ids:
        yield from (f"outside yes {each}" for each in order.outside)
