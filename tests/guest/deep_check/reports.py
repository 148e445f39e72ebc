"""Reports of a probe as the temporary instance of a deep check would show them, and consoles that treat them badly."""

from __future__ import annotations

import base64
import gzip
import json
import random
from collections.abc import Iterable, Mapping

from imaging.guest.deep_check.chunks import WIDTH, WORD, checksum

NONCE = "a1b2c3d4e5f60718"
OWN_ID = "666f91fc-c68c-4180-ae99-9bc2ab319c77"
SOURCE = "dd5d1002-b0ca-4aed-86fc-5cf7f71760f7"
BOOT = (
    "[    0.000000] Linux version 6.1.0-56-cloud-amd64",
    "[\x1b[0;32m  OK  \x1b[0m] Reached target \x1b[0;1;39mnetwork-online.target\x1b[0m - Network is Online.",
    "M\r[K[ [0;31m*[0;1;31m*[0m] Job dev-disk-by\\x2duuid-8183\ufffd\ufffd\ufffdice/start running (43s / 1min 30s)",
    "guest login: [   46.801423] cloud-init[368]: Cloud-init v. 22.4.2 running 'modules:final'",
)


def part(*rows: list[str], state: str = "ok", why: str = "", incomplete: str = "") -> dict[str, object]:
    return {"rows": list(rows), "state": state, "why": why, "incomplete": incomplete}


def document(parts: Mapping[str, object], nonce: str = NONCE, **envelope: object) -> str:
    whole = {
        "schema": "imaging-probe", "version": 1, "nonce": nonce, "user": "root", "uid": 0,
        "started": 1_795_400_000, "parts": parts, "ended": 1_795_400_012, **envelope,
    }  # fmt: skip
    return json.dumps(whole)


def report(parts: Mapping[str, object], *, machine_id: str = "kept", own_id: str = OWN_ID, nonce: str = NONCE) -> bytes:
    said = f"@@imaging-self {nonce} instance {own_id}\n@@imaging-self {nonce} machine-id {machine_id}\n"
    return f"{said}\n@@imaging-probe-begin {nonce}\n{document(parts, nonce)}\n@@imaging-probe-end {nonce} 0\n".encode()


def pieces(content: bytes, nonce: str = NONCE) -> list[str]:
    """The lines of one saying, as awk makes them."""
    return cut(base64.b64encode(gzip.compress(content, mtime=0)).decode(), nonce)


def cut(text: str, nonce: str = NONCE) -> list[str]:
    """A text in numbered pieces."""
    parts = [text[at : at + WIDTH] for at in range(0, len(text), WIDTH)]
    placed = [(f"{number}/{len(parts)}", piece) for number, piece in enumerate(parts, 1)]
    return [f"{WORD} {nonce} {place} {checksum(f'{place} {piece}')} {piece}" for place, piece in placed]


def console(*lines: str, nonce: str = NONCE, boot: Iterable[str] = BOOT) -> str:
    """A whole console: the boot, and in it what our script says."""
    said = [f"{WORD} {nonce} began", *lines, f"{WORD} {nonce} ended"]
    return "\r\n".join([*boot, *said, *boot]) + "\r\n"


def noise(size: int, seed: int = 1) -> str:
    """Text that does not get much smaller by packing."""
    return base64.b64encode(random.Random(seed).randbytes(size)).decode()
