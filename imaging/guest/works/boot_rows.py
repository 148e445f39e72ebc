"""What a test instance told about one boot, row by row: the guest's word, bounded, and cleaned by the models."""

from __future__ import annotations

import base64
import ipaddress
import re
from collections.abc import Callable
from typing import Any

from imaging.guest.works.cloud_init_result import cloud_init_facts
from imaging.guest.works.told_tests import ToldTests
from models import foreign
from models.errors import ForeignValueError
from models.text import one_line
from models.works.report import KeySeen, MountSeen, NameServerSeen, SocketSeen, WorksBoot

_LONGEST = 400
_MOST = 400
"""Rows of one kind that are kept."""
_HIGHEST = 2**62
_ESCAPED = re.compile(r"\\([0-3][0-7]{2})")
"""A blank in a path of fstab and the like."""
_DIGEST = re.compile(r"[0-9a-f]{64}")
_WORDS = {"yes": True, "no": False}


class BootRows:
    """The rows of one boot so far."""

    def __init__(self, number: int) -> None:
        self._facts: dict[str, Any] = {"number": number}
        self._lists: dict[str, list[Any]] = {}
        self._cloud_init: dict[str, list[str]] = {}
        self.tests = ToldTests()

    def output_of(self, number: int, *, is_cut: bool) -> Callable[[str], None] | None:
        """Where the lines of the output of that test belong; None where there is no such test."""
        return self.tests.output_of(number, is_cut=is_cut)

    def boot(self) -> WorksBoot:
        """All that was told."""
        lists = {name: tuple(values) for name, values in self._lists.items()}
        said = cloud_init_facts(self._cloud_init)
        return WorksBoot(**self._facts, **lists, **said, tests=self.tests.tests(), tests_ended=self.tests.ended)

    def set(self, name: str, value: object) -> None:
        """A fact; the last word about it counts."""
        if value is not None:
            self._facts[name] = value

    def begin(self, name: str) -> None:
        """A list that was told, though it may be empty."""
        self._lists.setdefault(name, [])

    def add(self, name: str, value: object) -> None:
        """One of a list."""
        found = self._lists.setdefault(name, [])
        if value is not None and len(found) < _MOST:
            found.append(value)

    def units(self, _rest: str) -> None:
        """Both lists of units follow."""
        self.begin("failed_units")
        self.begin("enabled_units")

    def cloud_init_line(self, file: str, line: str) -> None:
        """A line of one of its files."""
        found = self._cloud_init.setdefault(file, [])
        if len(found) < _MOST:
            found.append(line)

    def mount(self, rest: str) -> None:
        """`yes|no needed|optional TARGET SOURCE`, both as fstab writes them."""
        words = rest.split(" ", 3)
        if len(words) == 4:  # noqa: PLR2004  # the columns of the row
            is_there, need, target, source = words
            self.add(
                "mounts",
                MountSeen(
                    source=_unescaped(source),
                    target=_unescaped(target),
                    mounted=is_there == "yes",
                    optional=need == "optional",
                ),
            )

    def name_server(self, rest: str) -> None:
        """`ADDRESS image|network yes|no|unknown`."""
        address, _, said = rest.partition(" ")
        by, _, answers = said.partition(" ")
        seen = NameServerSeen(address=address, by_image=by == "image", answers=_WORDS.get(answers))
        self.add("name_servers", seen)

    def key(self, rest: str) -> None:
        """`ACCOUNT DIGEST ours|other stub|login COMMENT`."""
        account, digest, whose, kind, comment = [*rest.split(" ", 4), "", "", "", ""][:5]
        if _DIGEST.fullmatch(digest):
            seen = KeySeen(
                account=account,
                fingerprint=_fingerprint(digest),
                comment=comment.strip(),
                is_run_key=whose == "ours",
                is_stub=kind == "stub",
            )
            self.add("keys", seen)

    def outside(self, rest: str) -> None:
        """`yes|no NAME WHY`; one that answers is enough."""
        answered, _, said = rest.partition(" ")
        name, _, why = said.partition(" ")
        if answered == "yes":
            self.add("outside", f"{name} answered")
            self.set("outside_answered", value=True)
        else:
            self.add("outside", f"{name} did not answer: {one_line(why, _LONGEST)}")
            self._facts.setdefault("outside_answered", False)

    def socket(self, rest: str) -> None:
        """`PROTOCOL ADDRESS:PORT PROCESS`."""
        protocol, _, said = rest.partition(" ")
        place, _, process = said.partition(" ")
        address, _, port = place.rpartition(":")
        self._add_socket(protocol, address.strip("[]"), _number(port), process)

    def socket_in_hexadecimal(self, rest: str) -> None:
        """`PROTOCOL ADDRESS:PORT` as in /proc/net."""
        protocol, _, place = rest.partition(" ")
        address, _, port = place.partition(":")
        try:
            number = foreign.in_base(port, 16, high=65_535)
            found = _address(address)
        except ValueError:
            return
        if not found.is_loopback:
            self._add_socket(protocol, str(found), number, "")

    def _add_socket(self, protocol: str, address: str, port: int | None, process: str) -> None:
        if port is not None and port <= 65_535:  # noqa: PLR2004  # the highest port
            self.add("sockets", SocketSeen(protocol=protocol, address=address, port=port, process=process))


def _number(text: str) -> int | None:
    try:
        return foreign.whole(text, low=0, high=_HIGHEST, name="A number")
    except ForeignValueError:
        return None


def _milliseconds(text: str) -> float | None:
    number = _number(text)
    return None if number is None else number / 1000


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda found: chr(int(found[1], 8)), text)


def _fingerprint(digest: str) -> str:
    """Hexadecimal digits as ssh-keygen prints them."""
    return f"SHA256:{base64.b64encode(bytes.fromhex(digest)).decode('ascii').rstrip('=')}"


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """As /proc/net writes it: words of four bytes, each in the order of the processor.

    Raises:
        ValueError: it is not an address.
    """
    raw = bytes.fromhex(text)
    return ipaddress.ip_address(b"".join(raw[at : at + 4][::-1] for at in range(0, len(raw), 4)))


def _set(name: str, read: Callable[[str], object]) -> Callable[[BootRows, str], None]:
    return lambda boot, rest: boot.set(name, read(rest))


def _add(name: str) -> Callable[[BootRows, str], None]:
    return lambda boot, rest: boot.add(name, one_line(rest, _LONGEST))


def _begin(name: str) -> Callable[[BootRows, str], None]:
    return lambda boot, _rest: boot.begin(name)


def _true(_rest: str) -> bool:
    return True


BOOT_ROWS: dict[str, Callable[[BootRows, str], None]] = {
    "settled": _set("settled", _WORDS.get),
    "checked": _set("checked", _true),
    "prompt-ms": _set("power_on_to_prompt_seconds", _milliseconds),
    "fstab": _begin("mounts"),
    "mount": BootRows.mount,
    "machine-id-word": _set("machine_id_own", {"own": True, "kept": False}.get),
    "host-keys-kept": _set("host_keys_own", {"yes": False, "no": True}.get),
    "machine-id": _set("machine_id_digest", str),
    "no-machine-id": _set("machine_id_digest", lambda _rest: ""),
    "host-keys": _begin("host_key_digests"),
    "host-key": _add("host_key_digests"),
    "dhcp-id": _add("dhcp_ids"),
    "cloud-init-result": lambda boot, rest: boot.cloud_init_line("result", rest),
    "cloud-init-status": lambda boot, rest: boot.cloud_init_line("status", rest),
    "units": BootRows.units,
    "failed-unit": _add("failed_units"),
    "enabled-unit": _add("enabled_units"),
    "running-units": _begin("running_units"),
    "running-unit": _add("running_units"),
    "failed-by-mount": _add("failed_because_of_mount"),
    "root-bytes": _set("root_bytes", _number),
    "root-disk": _set("root_disk_bytes", _number),
    "root-taken": _set("root_taken_bytes", _number),
    "root-lvm": _set("root_on_lvm", _true),
    "host-name": _set("host_name", lambda rest: one_line(rest, _LONGEST)),
    "metadata-host-name": _set("metadata_host_name", lambda rest: one_line(rest, _LONGEST)),
    "sockets": _begin("sockets"),
    "socket": BootRows.socket,
    "socket-hex": BootRows.socket_in_hexadecimal,
    "route": _set("has_default_route", _WORDS.get),
    "name-servers": _begin("name_servers"),
    "name-server": BootRows.name_server,
    "outside": BootRows.outside,
    "keys": _begin("keys"),
    "key": BootRows.key,
    "clock": _set("clock_synchronised", _WORDS.get),
    "test": lambda boot, rest: boot.tests.begin(rest),
    "because": lambda boot, rest: boot.tests.because(rest),
    "tests-ended": lambda boot, _rest: boot.tests.end(),
}
"""By the word with which a row begins, what is done with the rest of it."""
