"""The claim in an instance's own metadata: how it is written as keys, and read back by any machine.

A Nova metadata value holds at most 255 characters, so a claim is spread over keys that begin with
`imaging.claim.<run>`: the head (host, time, power and lock), `.<n>` for the n-th volume, `.why.<n>` for the parts
of the earlier lock's reason. A claim counts from its head on: the head is therefore deleted last.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from models.claim import CLAIM_PREFIX, Claim, ClaimedVolume
from models.text import one_line

VALUE_LIMIT = 255
"""Characters that Nova allows in one metadata value."""
_HOST_LIMIT = 120
"""Characters of the host's name that are kept, so that the head always fits."""
_KEY = re.compile(re.escape(CLAIM_PREFIX) + r"(?P<run>[a-z0-9]+)(?:\.(?P<why>why\.)?(?P<number>\d+))?")


def encode_claim(claim: Claim) -> dict[str, str]:
    """The metadata keys and values of a claim, the head first."""
    head = f"{CLAIM_PREFIX}{claim.run_id}"
    items = {head: _head(claim)}
    for number, volume in enumerate(claim.volumes):
        items[f"{head}.{number}"] = _volume(volume)
    if claim.was_locked and claim.lock_reason:
        reason = json.dumps(claim.lock_reason)  # plain ASCII, whatever the reason was written in
        for number, start in enumerate(range(0, len(reason), VALUE_LIMIT)):
            items[f"{head}.why.{number}"] = reason[start : start + VALUE_LIMIT]
    return items


def decode_claims(metadata: Mapping[str, str], instance_id: str) -> tuple[Claim, ...]:
    """Every readable claim in an instance's metadata, the smallest run id first; broken keys are passed over."""
    claims = []
    for run_id in sorted({match["run"] for key in metadata if (match := _KEY.fullmatch(key))}):
        claim = _claim(metadata, instance_id, run_id)
        if claim is not None:
            claims.append(claim)
    return tuple(claims)


def claim_keys(metadata: Mapping[str, str], run_id: str) -> tuple[str, ...]:
    """The keys of one run's claim that are there, in the order in which they are to be deleted: the head last."""
    keys = [key for key in metadata if (match := _KEY.fullmatch(key)) and match["run"] == run_id]
    return tuple(sorted(keys, key=lambda key: (-len(key), key)))


def claim_of(metadata: Mapping[str, str], instance_id: str, run_id: str) -> Claim | None:
    """One run's claim, if it can be read."""
    return next((claim for claim in decode_claims(metadata, instance_id) if claim.run_id == run_id), None)


def other_claims(metadata: Mapping[str, str], run_id: str) -> tuple[str, ...]:
    """The ids of other runs that hold a key here, readable or not: they are never overruled."""
    found = {match["run"] for key in metadata if (match := _KEY.fullmatch(key))}
    return tuple(sorted(found - {run_id}))


def _head(claim: Claim) -> str:
    return _compact(
        {
            "host": claim.host[:_HOST_LIMIT],
            "at": claim.claimed_at.isoformat(timespec="seconds"),
            "ran": claim.was_running,
            "locked": claim.was_locked,
            "volumes": len(claim.volumes) + claim.missing,
        }
    )


def _volume(volume: ClaimedVolume) -> str:
    fields = {
        "id": volume.id,
        "n": volume.order,
        "dev": volume.device,
        "del": volume.delete_on_termination,
        "tag": volume.tag,
    }
    value = _compact(fields)
    return value if len(value) <= VALUE_LIMIT else _compact({**fields, "dev": None, "tag": None})


def _compact(fields: Mapping[str, Any]) -> str:
    present = {name: value for name, value in fields.items() if value is not None}
    return json.dumps(present, separators=(",", ":"), ensure_ascii=False)


def _claim(metadata: Mapping[str, str], instance_id: str, run_id: str) -> Claim | None:
    head = f"{CLAIM_PREFIX}{run_id}"
    try:
        fields = _fields(metadata[head])
        volumes = [_read_volume(metadata[key]) for key in _numbered(metadata, f"{head}.")]
        reason = "".join(metadata[key] for key in _numbered(metadata, f"{head}.why."))
        return Claim(
            run_id=run_id,
            instance_id=instance_id,
            host=one_line(fields.get("host", "")),
            claimed_at=datetime.fromisoformat(str(fields["at"])),
            was_running=bool(fields["ran"]),
            was_locked=bool(fields["locked"]),
            lock_reason=one_line(json.loads(reason)) if reason else None,
            volumes=tuple(sorted(volumes, key=lambda volume: volume.order)),
            missing=max(0, int(fields.get("volumes", 0)) - len(volumes)),
        )
    except (KeyError, TypeError, ValueError):
        return None


def _fields(value: str) -> dict[str, Any]:
    fields = json.loads(value)
    if not isinstance(fields, dict):
        raise TypeError("not an object")
    return fields


def _read_volume(value: str) -> ClaimedVolume:
    fields = _fields(value)
    return ClaimedVolume(
        id=one_line(fields["id"]),
        order=int(fields["n"]),
        device=_text(fields.get("dev")),
        delete_on_termination=fields.get("del"),
        tag=_text(fields.get("tag")),
    )


def _text(value: object) -> str | None:
    """A text out of the JSON, whose escapes could hold control codes that the metadata themselves could not."""
    return None if value is None else one_line(value)


def _numbered(metadata: Mapping[str, str], prefix: str) -> list[str]:
    keys = [key for key in metadata if key.startswith(prefix) and key.removeprefix(prefix).isdecimal()]
    return sorted(keys, key=lambda key: int(key.removeprefix(prefix)))
