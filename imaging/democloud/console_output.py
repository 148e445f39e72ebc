"""The guest inside a server, as far as anybody can see it from outside: what its console has printed by now."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from importlib.resources import files

from imaging.democloud.clock import http_date
from imaging.democloud.guests.host_keys import console_lines
from imaging.democloud.guests.listing import listing_lines
from imaging.democloud.guests.seal_proof import SECOND_BOOT, identity_lines, proof_lines
from imaging.democloud.guests.sealing import seal_lines
from imaging.democloud.guests.temporary_instance import deep_check_lines
from imaging.democloud.guests.works import breaks_at_second_boot, second_boot_at, works_lines
from imaging.democloud.host_names import host_name
from imaging.democloud.records.server import Server
from imaging.democloud.user_data import printed_lines

OWNERS_KEY = "ada-laptop"
"""The key pair whose private half lies beside clouds.yaml."""
_UUID = "5a1e7c20-93d4-4b8e-8f61-0c2d9e7ab314"
_DEVICE = f"dev-disk-by\\x2duuid-{_UUID[:8]}"
"""Of a line of fstab that its first boot wrote."""
_ELLIPSIS = "\ufffd" * 3
"""What Nova makes of the three bytes of systemd's ellipsis."""


def switch_on(server: Server, now: float) -> None:
    """The machine starts to boot. What its fstab asks for must be there now, not later.

    systemd makes the machine-id of the server's id, as it does on KVM, unless the disk brings one along.
    """
    attached = {one.volume_id for one in server.attachments}
    server.booted_at = now
    server.shows_host_keys = False
    server.attached_at_boot = frozenset(one.attachment_id for one in server.attachments)
    server.fixed_at_boot = server.disk.fixed
    server.unmounted = frozenset()
    server.saw_fstab_volumes = attached.issuperset(server.disk.fstab)
    if server.key_name == OWNERS_KEY:
        server.disk = replace(server.disk, owners_key=True)
    if not server.disk.machine_id:
        server.disk = replace(server.disk, machine_id=server.id.replace("-", ""))


def console_text(server: Server, now: float) -> str:
    """All that the console has shown since the machine was last switched on."""
    if server.booted_at is None or server.disk.silent:
        return ""
    up = now - server.booted_at
    lines = _emergency(server) if not server.saw_fstab_volumes else _good_boot(server)
    more = [*seal_lines(server, up), *_second_boot(server, up), *_checked_boots(server, up), *listing_lines(server, up)]
    lines = sorted([*lines, *more], key=lambda line: line[0]) if more else lines
    shown = [text for at, text in lines if at <= up]
    return "\n".join(shown) + ("\n" if shown and len(shown) < len(lines) else "")


def _good_boot(server: Server) -> list[tuple[float, str]]:
    lines = list(_script("boot.txt"))
    if server.disk.cloud_init:
        lines += _script("cloud-init.txt")
    lines += [(6.0, text) for text in printed_lines(server)] + deep_check_lines(server) + identity_lines(server)
    if server.shows_host_keys and server.disk.cloud_init and server.disk.guest:
        lines += [(6.1, text) for text in console_lines(server.secret, host_name(server.name), server.booted_at or 0)]
    lines = sorted(lines, key=lambda line: line[0])
    words = {
        "HOST": host_name(server.name),
        "SYSTEM": server.disk.system,
        "DATE": http_date((server.booted_at or 0) + 6).replace(" GMT", " +0000"),
    }
    return [(at, _fill(text, words)) for at, text in lines]


def _second_boot(server: Server, up: float) -> list[tuple[float, str]]:
    """Of a test instance that restarts itself, once."""
    proof = proof_lines(server, up)
    if not proof:
        return []
    words = {"HOST": host_name(server.name), "SYSTEM": server.disk.system}
    return [*proof, *((SECOND_BOOT + at, _fill(text, words)) for at, text in _script("boot.txt"))]


def _checked_boots(server: Server, up: float) -> list[tuple[float, str]]:
    """Of a test instance that is asked whether it works: its second boot with what it says about both."""
    lines, restarts = works_lines(server, up), second_boot_at(server)
    if restarts is None:
        return lines
    name = "emergency.txt" if breaks_at_second_boot(server) else "boot.txt"
    words = {"HOST": host_name(server.name), "SYSTEM": server.disk.system, "DEVICE": _DEVICE, "UUID": _UUID}
    return [*lines, *((restarts + at, _fill(text, words)) for at, text in _script(name))]


def _emergency(server: Server) -> list[tuple[float, str]]:
    volume = server.disk.fstab[0]
    words = {"DEVICE": f"dev-disk-by\\x2duuid-{volume[:8]}", "UUID": volume}
    lines = [(at, _fill(text, words)) for at, text in _script("emergency.txt")]
    return sorted([*lines, *deep_check_lines(server)], key=lambda line: line[0])


def _fill(text: str, words: dict[str, str]) -> str:
    for name, word in words.items():
        text = text.replace("{" + name + "}", word)
    return text


@cache
def _script(name: str) -> tuple[tuple[float, str], ...]:
    """The lines of a console text, each with the second after power-on at which it appears."""
    text = files("imaging.democloud").joinpath("texts", name).read_text(encoding="utf-8")
    rows = (line.partition("|") for line in text.splitlines() if line)
    return tuple((float(at), said.replace("\\e", "\x1b").replace("…", _ELLIPSIS)) for at, _, said in rows)
