"""The marker: a small script given to the test instance as user data, and what it prints on the console.

It prints one line: `imaging-marker TOKEN {"status":0,…}`. The token is random and new for every launch, so a
script that the image itself brings along from an earlier launch cannot be taken for it. Everybody inside the
instance can read user data: there is nothing secret in it. An image without cloud-init never runs it, so its
absence proves nothing.
"""

from __future__ import annotations

import re
import secrets

from models import foreign
from models.base import Frozen
from models.errors import ForeignValueError

_WORD = "imaging-marker"
# No braces inside: other lines on the console may follow without a line end.
_PRINTED = re.compile(rf"{_WORD} (\S{{1,64}}) (\{{[^{{}}]*\}})")
_SCRIPT = r"""#!/bin/sh
# Given by the Imaging Console to a test instance: it says on the console that the instance came up.
token=@TOKEN@
address=no
route=no
machine=
own=unknown
if command -v ip >/dev/null 2>&1; then
  for try in 1 2 3 4 5; do
    ip -o addr show scope global 2>/dev/null | grep inet >/dev/null && address=yes
    { ip -4 route show default; ip -6 route show default; } 2>/dev/null | grep default >/dev/null && route=yes
    [ $address = yes ] && [ $route = yes ] && break
    sleep 1
  done
else
  while read -r _ destination _; do [ "$destination" = 00000000 ] && route=yes; done </proc/net/route
  [ $route = yes ] && address=yes
fi
if [ -s /etc/machine-id ]; then
  id=$(cat /etc/machine-id)
  machine=$(printf %s "$id" | sha256sum 2>/dev/null | cut -c1-16)
  board=$(tr -d - </sys/class/dmi/id/product_uuid 2>/dev/null | tr A-F a-f)
  source=@SOURCE@
  digest=$(printf 'imaging-probe %s' "$id" | sha256sum 2>/dev/null | cut -c1-8)
  if [ -n "$source" ] && [ -n "$digest" ]; then
    if [ "$digest" = "$source" ]; then own=no; else own=yes; fi
  elif [ "$id" = "$board" ]; then own=yes
  fi
else
  own=no
fi
status=1
[ $address = yes ] && [ $route = yes ] && status=0
dmesg -n 1 2>/dev/null
sleep 1
printf '\n@WORD@ %s {"status":%s,"address":"%s","route":"%s","machine":"%s","own":"%s"}\n' \
  "$token" "$status" "$address" "$route" "$machine" "$own" >/dev/console
"""
_DIGEST = re.compile(r"[0-9a-f]{8}")
_SAID = {"yes": True, "no": False}
_LONGEST_REPORT = 1024
_HIGHEST_STATUS = 255


class MarkerReport(Frozen):
    """What the test instance said about itself."""

    status: int
    """0: it has an address and a default route."""
    has_address: bool | None = None
    has_default_route: bool | None = None
    has_own_machine_id: bool | None = None
    """False: it kept the machine-id of its source, or has none."""

    @property
    def hints(self) -> tuple[str, ...]:
        """What is wrong with it although it came up."""
        wrong = (
            (self.has_address, "it has no network address"),
            (self.has_default_route, "it has no default route"),
            (self.has_own_machine_id, "it has no machine-id of its own, so its siblings may get the same address"),
        )
        return tuple(hint for value, hint in wrong if value is False)


def new_token() -> str:
    """A token that no other launch ever had."""
    return secrets.token_hex(16)


def user_data(token: str, source_digest: str = "") -> str:
    """The script for one launch; it runs on any POSIX shell, BusyBox's too.

    Args:
        token: what its answer is known by.
        source_digest: that of the source's machine-id, as an inspection tells it; what is no such digest is left out,
            and then only an id that is the board's is known to be the instance's own.
    """
    known = source_digest if _DIGEST.fullmatch(source_digest) else ""
    return _SCRIPT.replace("@TOKEN@", token).replace("@WORD@", _WORD).replace("@SOURCE@", known)


def find_marker(line: str, token: str | None) -> MarkerReport | None:
    """The marker in a console line, if it is whole and bears our token."""
    if token is None:
        return None
    # The disk may still print the marker of an earlier test launch.
    found = next((each for each in _PRINTED.finditer(line) if each[1] == token), None)
    if found is None:
        return None
    try:
        said = foreign.fields(found[2], max_bytes=_LONGEST_REPORT)
        return MarkerReport(
            status=_status(said.get("status")),
            has_address=_yes_or_no(said.get("address")),
            has_default_route=_yes_or_no(said.get("route")),
            has_own_machine_id=_yes_or_no(said.get("own")),
        )
    except ForeignValueError:
        return None


def _status(value: object) -> int:
    """A whole number as our script prints it: 0.9 is not 0, and neither is -0, 0.0 or a text.

    Raises:
        ForeignValueError: it is not a whole number.
    """
    # Not isinstance: JSON's true would be read as 1.
    if type(value) is not int:
        raise ForeignValueError("The status of the marker is not a whole number.")
    return foreign.whole(value, low=0, high=_HIGHEST_STATUS, name="The status of the marker")


def _yes_or_no(value: object) -> bool | None:
    return _SAID.get(value) if isinstance(value, str) else None
