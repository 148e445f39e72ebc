"""The claim in an instance's own metadata: how it is written as keys, and read back by any machine.

A Nova metadata value holds at most 255 characters, so a claim is spread over keys that begin with
`imaging.claim.<run>`: the head (instance, host, time, power and lock), `.<n>` for the n-th volume, `.why.<n>` for the
parts of the earlier lock's reason. A claim counts from its head on: the head is therefore deleted last.

The head names its own instance, for metadata can be copied to another one by anybody in the project: there the claim
does not count (`misplaced_claims`), and nothing is restored by it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from imaging.runs.source.claim_reader import KEY, head_fields, read_claim
from models.run.claim import CLAIM_PREFIX, Claim, ClaimedVolume

VALUE_LIMIT = 255
"""Characters that Nova allows in one metadata value."""
_HOST_LIMIT = 64
"""Characters of the host's name that are kept: the longest that Linux allows."""


def encode_claim(claim: Claim) -> dict[str, str]:
    """The metadata keys and values of a claim, the head first."""
    head = f"{CLAIM_PREFIX}{claim.run_id}"
    items = {head: _head(claim)}
    # One key for each volume: a damaged value then costs one volume and not the whole list.
    for number, volume in enumerate(claim.volumes):
        items[f"{head}.{number}"] = _volume(volume)
    if claim.was_locked and claim.lock_reason:
        reason = json.dumps(claim.lock_reason)  # plain ASCII, for a reason in any script
        for number, start in enumerate(range(0, len(reason), VALUE_LIMIT)):
            items[f"{head}.why.{number}"] = reason[start : start + VALUE_LIMIT]
    return items


def decode_claims(metadata: Mapping[str, str], instance_id: str) -> tuple[Claim, ...]:
    """Every claim on this very instance whose head can be read, the smallest run id first.

    One that is damaged is read as far as it can be, and says so (`Claim.damage`). A claim whose head cannot be read, or
    names another instance or none, is passed over.
    """
    claims = []
    # Sorted, so that two machines that read the same metadata put the same run first.
    for run_id in sorted({match["run"] for key in metadata if (match := KEY.fullmatch(key))}):
        claim = read_claim(metadata, instance_id, run_id)
        if claim is not None:
            claims.append(claim)
    return tuple(claims)


def claim_keys(metadata: Mapping[str, str], run_id: str) -> tuple[str, ...]:
    """The keys of one run's claim that are there, in the order in which they are to be deleted: the head last."""
    keys = [key for key in metadata if (match := KEY.fullmatch(key)) and match["run"] == run_id]
    # The head has the shortest key of all, so it goes last.
    return tuple(sorted(keys, key=lambda key: (-len(key), key)))


def claim_of(metadata: Mapping[str, str], instance_id: str, run_id: str) -> Claim | None:
    """One run's claim, if it can be read."""
    return next((claim for claim in decode_claims(metadata, instance_id) if claim.run_id == run_id), None)


def other_claims(metadata: Mapping[str, str], run_id: str) -> tuple[str, ...]:
    """The ids of other runs that hold a key here, readable or not: they are never overruled."""
    found = {match["run"] for key in metadata if (match := KEY.fullmatch(key))}
    return tuple(sorted(found - {run_id}))


def misplaced_claims(metadata: Mapping[str, str], instance_id: str) -> tuple[str, ...]:
    """The ids of runs whose claims lie here but are not about this instance, the smallest first.

    Somebody copied the keys from another instance, or a program that named no instance wrote them.
    """
    return tuple(run_id for run_id in other_claims(metadata, "") if _is_misplaced(metadata, instance_id, run_id))


def _is_misplaced(metadata: Mapping[str, str], instance_id: str, run_id: str) -> bool:
    fields = head_fields(metadata, run_id)
    if fields is None:
        return False  # broken: whose it is cannot be told
    # Without a time it is not the head of a claim but something damaged.
    return "at" in fields and fields.get("instance") != instance_id


def unreadable_claims(metadata: Mapping[str, str], instance_id: str) -> tuple[str, ...]:
    """The ids of runs whose claims lie here and cannot be read, so that nobody can tell what they are about."""
    unknown = set(other_claims(metadata, "")) - set(misplaced_claims(metadata, instance_id))
    return tuple(sorted(unknown - {claim.run_id for claim in decode_claims(metadata, instance_id)}))


def is_same_claim(one: Claim, other: Claim) -> bool:
    """Whether two readings are of one claim; volumes whose keys are gone from one of them are passed over.

    A run that has claimed again, or keys that somebody has changed, give another time, state, number or volume.
    """
    # A kill while the keys were deleted leaves fewer volumes: still the same claim.
    few, many = sorted((one.volumes, other.volumes), key=len)
    return _identity(one) == _identity(other) and {each.id for each in few} <= {each.id for each in many}


def _identity(claim: Claim) -> tuple[object, ...]:
    # The metadata has whole seconds, the journal microseconds.
    at = claim.claimed_at.replace(microsecond=0) if claim.claimed_at else None
    number = len(claim.volumes) + claim.missing
    return claim.run_id, claim.instance_id, at, claim.was_running, claim.was_locked, number


def _head(claim: Claim) -> str:
    """The value of the first key; where it would be too long, as much of the host's name as fits."""
    host = claim.host[:_HOST_LIMIT]
    # Cut the host and not the JSON: quotes and backslashes in it grow when they are escaped.
    while len(value := _head_with(claim, host)) > VALUE_LIMIT and host:
        host = host[:-1]
    return value


def _head_with(claim: Claim, host: str) -> str:
    return _compact(
        {
            "instance": claim.instance_id,
            "host": host,
            "at": claim.claimed_at.isoformat(timespec="seconds") if claim.claimed_at else None,
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
    # The id is what restores the volume; V27: the device name is a request that libvirt ignores anyway.
    return value if len(value) <= VALUE_LIMIT else _compact({**fields, "dev": None, "tag": None})


def _compact(fields: Mapping[str, Any]) -> str:
    present = {name: value for name, value in fields.items() if value is not None}
    # Nova counts characters and not bytes, so letters beyond ASCII are shorter unescaped.
    return json.dumps(present, separators=(",", ":"), ensure_ascii=False)
