"""Reads a claim in an instance's metadata, which anybody in the project may have changed: as far as it can be read.

Only a head that names this very instance makes a claim. What else is damaged costs what it says and nothing more: the
rest can still be restored, and `Claim.damage` says what cannot.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from models import foreign
from models.errors import ForeignValueError
from models.run.claim import CLAIM_PREFIX, Claim, ClaimedVolume
from models.text import one_line

KEY = re.compile(re.escape(CLAIM_PREFIX) + r"(?P<run>[a-z0-9]{1,64})(?:\.(?P<why>why\.)?(?P<number>[0-9]{1,4}))?")
"""Of one claim; digits of other scripts make no number."""
UNKNOWN_HOST = "unknown"
"""Stands for a machine that the claim does not name any more; it is confirmed like any other."""
_VALUE_BYTES = 65_536
_REASON_BYTES = 65_536
_MOST_VOLUMES = 10_000


def read_claim(metadata: Mapping[str, str], instance_id: str, run_id: str) -> Claim | None:
    """One run's claim on this instance; None where its head is gone, cannot be read, or names another instance."""
    head = head_fields(metadata, run_id)
    # A copy of the metadata on another instance must never move that one's volumes.
    if head is None or head.get("instance") != instance_id:
        return None
    damage: list[str] = []
    number = _number(head, damage)
    volumes, broken = _volumes(metadata, run_id, damage, number)
    was_locked = _flag(head, "locked", "whether it was locked", damage)
    return Claim(
        run_id=run_id,
        instance_id=instance_id,
        host=_host(head, damage),
        claimed_at=_moment(head, damage),
        was_running=_flag(head, "ran", "whether it was running", damage),
        was_locked=was_locked,
        lock_reason=_reason(metadata, run_id, damage) if was_locked else None,
        volumes=volumes,
        # Keys that are gone altogether are noticed by the head's number alone.
        missing=max(broken, (number or 0) - len(volumes)),
        damage=tuple(damage),
    )


def head_fields(metadata: Mapping[str, str], run_id: str) -> dict[str, Any] | None:
    """What the head of a claim holds; None where there is none or it cannot be read."""
    try:
        return _fields(metadata.get(f"{CLAIM_PREFIX}{run_id}", ""))
    except ForeignValueError:
        return None


def readable_volumes(metadata: Mapping[str, str], run_id: str) -> tuple[ClaimedVolume, ...]:
    """The volumes of a claim whose head cannot be read, for somebody who restores them by hand."""
    return _volumes(metadata, run_id, [], None)[0]


def _volumes(
    metadata: Mapping[str, str], run_id: str, damage: list[str], counted: int | None
) -> tuple[tuple[ClaimedVolume, ...], int]:
    """The volumes in their old order, each once, and how many keys could not be read.

    A key beyond the number that the head counts is not attached: somebody may have added it, and with it a volume
    that the instance never had. As the number may also be what was changed, it counts as one that is missing.
    """
    found: dict[str, ClaimedVolume] = {}
    broken = 0
    for number, value in _numbered(metadata, run_id, why=False):
        volume = _volume(value, number, damage)
        if counted is not None and number >= counted:
            broken += 1
            damage.append(f"whether volume {volume.id if volume else number + 1}, one more than it counts, is its own")
            continue
        if volume is None or volume.id in found:
            broken += 1
            damage.append(f"volume {number + 1}" + (f", which is {volume.id} a second time" if volume else ""))
        else:
            found[volume.id] = volume
    orders = [volume.order for volume in found.values()]
    if len(set(orders)) < len(orders):
        damage.append("the order of the volumes")
    return tuple(sorted(found.values(), key=lambda volume: volume.order)), broken


def _volume(value: str, number: int, damage: list[str]) -> ClaimedVolume | None:
    """One volume; None without an id. What else is broken of it is left open."""
    try:
        fields = _fields(value)
    except ForeignValueError:
        return None
    volume_id = _text(fields.get("id"))
    if not volume_id:
        return None
    order, delete = fields.get("n"), fields.get("del")
    # Not isinstance: in Python True is an int as well.
    if type(order) is not int or not 0 <= order < _MOST_VOLUMES:
        damage.append(f"the place of volume {volume_id}")
        order = number
    if delete is not None and not isinstance(delete, bool):
        damage.append(f"whether volume {volume_id} is deleted with the instance")
        delete = None
    return ClaimedVolume(
        id=volume_id,
        order=order,
        device=_text(fields.get("dev")),
        delete_on_termination=delete,
        tag=_text(fields.get("tag")),
    )


def _numbered(metadata: Mapping[str, str], run_id: str, *, why: bool) -> Iterator[tuple[int, str]]:
    """The values of the numbered keys by number; `.7` and `.07` are one number, of which the plain key counts."""
    found: dict[int, tuple[int, str]] = {}
    for key, value in metadata.items():
        match = KEY.fullmatch(key)
        if match and match["run"] == run_id and match["number"] and bool(match["why"]) is why:
            number, length = foreign.whole(match["number"]), len(match["number"])
            if number not in found or length < found[number][0]:
                found[number] = (length, value)
    for number in sorted(found):
        yield number, found[number][1]


def _reason(metadata: Mapping[str, str], run_id: str, damage: list[str]) -> str | None:
    """Why it was locked: a JSON text, cut in parts."""
    written = "".join(value for _number, value in _numbered(metadata, run_id, why=True))
    if not written:
        return None
    try:
        reason = _text(foreign.document(written, max_bytes=_REASON_BYTES))
    except ForeignValueError:
        reason = None
    if reason is None:
        damage.append("the reason of its lock")
    return reason


def _host(head: Mapping[str, Any], damage: list[str]) -> str:
    host = _text(head.get("host"))
    if host is None:
        damage.append("which machine claimed it")
    return host or UNKNOWN_HOST


def _number(head: Mapping[str, Any], damage: list[str]) -> int | None:
    """How many volumes there were; None where that cannot be read."""
    number = head.get("volumes")
    # Not isinstance: in Python True is an int as well.
    if type(number) is int and 0 <= number <= _MOST_VOLUMES:
        return number
    damage.append("how many volumes it had")
    return None


def _moment(head: Mapping[str, Any], damage: list[str]) -> datetime | None:
    try:
        return foreign.moment(head.get("at"))
    except ForeignValueError:
        damage.append("when it was claimed")
        return None


def _flag(head: Mapping[str, Any], name: str, words: str, damage: list[str]) -> bool:
    """A truth value and nothing that could be taken for one; False where it cannot be read."""
    value = head.get(name)
    if isinstance(value, bool):
        return value
    damage.append(words)
    return False


def _text(value: object) -> str | None:
    """A text out of the JSON, whose escapes could hold control codes that the metadata themselves could not."""
    return one_line(value) if isinstance(value, str) and value else None


def _fields(value: str) -> dict[str, Any]:
    return foreign.fields(value, max_bytes=_VALUE_BYTES)
