"""What a colleague may write into the metadata of an instance and the properties of an image."""

from __future__ import annotations

import json
from typing import Any

from imaging.runs.source.claim_keys import claim_keys, claim_of, decode_claims, other_claims
from tests.fuzz.door import Door
from tests.fuzz.hostile import as_json

_RUN = "20261101a"
_ID = "0b9f3f33-3d1c-4f3e-9f55-8d3a7f1b2c4d"
_HEAD = {
    "host": "login1",
    "at": "2026-11-01T14:00:00+00:00",
    "ran": True,
    "locked": True,
    "volumes": 2,
    "instance": _ID,
}
_VOLUME = {"id": "8a6b0f6e", "n": 0, "dev": "/dev/vdb", "del": False, "tag": "data"}


def _claims(metadata: Any) -> None:
    """Nova hands out texts alone; the reader of instances has seen to that."""
    if not isinstance(metadata, dict):
        return
    texts = {str(key): value if isinstance(value, str) else as_json(value) for key, value in metadata.items()}
    for claim in decode_claims(texts, _ID):
        claim.model_dump_json()
    claim_of(texts, _ID, _RUN)
    claim_keys(texts, _RUN)
    other_claims(texts, _RUN)


def _in_json(fields: Any) -> None:
    for key in ("", ".0", ".why.0"):
        _claims({f"imaging.claim.{_RUN}": json.dumps(_HEAD), f"imaging.claim.{_RUN}{key}": as_json(fields)})


DOORS = (
    Door("metadata", "a claim's keys", _claims, documents=[{
        f"imaging.claim.{_RUN}": json.dumps(_HEAD), f"imaging.claim.{_RUN}.0": json.dumps(_VOLUME),
        f"imaging.claim.{_RUN}.1": json.dumps(_VOLUME), f"imaging.claim.{_RUN}.why.0": '"a tape transfer"',
        "imaging.role": "test", "imaging.run": _RUN}]),
    Door("metadata", "a claim's values", _in_json, documents=[_HEAD, _VOLUME, "why"]),
)  # fmt: skip
