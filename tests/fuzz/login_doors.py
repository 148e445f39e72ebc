"""Logging in to a guest: addresses, jump hosts and users that somebody wrote, and by which ids a machine goes."""

from __future__ import annotations

import re

from imaging.guest.host_keys.names import is_host, is_user
from imaging.guest.interface import GuestAccess
from imaging.guest.machine.read_ids import ids_in
from imaging.guest.ssh.addresses import addresses_to_try
from imaging.guest.ssh.jump_hosts import read_hops
from imaging.guest.ssh.users import guesses
from models.cloud.image import Image
from models.cloud.instance import Address, Instance
from tests.fuzz.door import Door

_ID = "6b1f2d0e-3c4a-4d5e-8f60-718293a4b5c6"
_SAID = "".join(f"@@imaging-machine abc {said}\n" for said in (f"cloud-init {_ID}", f"dmi {_ID.upper()}", "unread dmi"))
_HARMLESS = re.compile(r"[A-Za-z0-9_.:@-]+", re.ASCII)
"""What means nothing to a shell, an ssh config, a path or a line of known_hosts."""


def _address(text: str) -> None:
    listed = Address(network_name="lab", address=text, kind="fixed")
    found = addresses_to_try(Instance(id=_ID, name="db-07", status="ACTIVE", addresses=(listed,)), GuestAccess())
    assert all(_HARMLESS.fullmatch(each) and "@" not in each for each in found)


def _names(text: str) -> None:
    assert not is_host(text) or (_HARMLESS.fullmatch(text) and text[0] != "-" and "@" not in text)
    assert not is_user(text) or (_HARMLESS.fullmatch(text) and text[0] not in "-.")
    image = Image(id=_ID, name=text, status="active", properties={"os_admin_user": text, "os_distro": text})
    assert all(map(is_user, guesses(Instance(id=_ID, name=text, status="ACTIVE"), image)))


def _hops(text: str) -> None:
    for hop in read_hops(text):
        assert is_host(hop.host)
        assert hop.user is None or is_user(hop.user)
        assert hop.port is None or 1 <= hop.port <= 65_535  # all ports there are


def _machine(text: str) -> None:
    said = ids_in(text, "abc")
    said.verdict(_ID)
    assert said.sentence.isprintable()
    assert len(said.sentence) < 4_000  # twenty ids at most


DOORS = (
    Door("cloud answers", "an address", _address, texts=["10.0.0.7", "2001:db8::1", "::ffff:149.165.150.7"]),
    Door("configuration", "hosts and users", _names, texts=["db-07.example.org", "2001:db8::1", "ada@example.org"]),
    Door("configuration", "jump hosts", _hops, texts=["ada@[2001:db8::1]:2222,gw.example.org:22", "ssh://ada@gw"]),
    Door("probe report", "by which ids a machine goes", _machine, texts=[_SAID]),
)
