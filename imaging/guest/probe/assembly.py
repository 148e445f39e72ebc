"""Puts the probe's script together from its files."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from pathlib import Path

from imaging.guest.probe.asking import asked
from models.guest.files import Questions

VERSION = 1
"""Of the report; a reader refuses another one."""

PARTS: Mapping[str, int] = {
    "system": 5,
    "disks": 10,
    "mounts": 10,
    "boot_mounts": 6,
    "services": 10,
    "identity": 4,
    "boot": 8,
    "cloud_init": 8,
    "network": 6,
    "sshd": 10,
    "firewall": 10,
    "path_uses": 10,
    "accounts": 10,
    "packages": 12,
    "system_files": 10,
    "updates": 20,
    "directories": 20,
    "sightings": 25,
}
"""The parts in the order in which they run, quick ones first, each with the seconds that it may take."""

_SHARED = ("shared", "places", "packaging", "masking", "devices", "units")
"""Files with functions that several parts need."""
_HERE = Path(__file__).parent
_NONCE = re.compile(r"[A-Za-z0-9]{1,64}")


def script(questions: Questions, parts: Collection[str] | None = None, *, nonce: str) -> str:
    """The whole script, to be sent to `sh -s` on its standard input.

    Args:
        questions: what the guidelines want to have looked for.
        parts: names of the parts to read; all of them by default.
        nonce: letters and digits that the report's frame repeats, so that no other text is taken for it.

    Raises:
        ValueError: no such part, or a nonce or question that could break out of its quotes.
    """
    if _NONCE.fullmatch(nonce) is None:
        raise ValueError("a nonce is made of letters and digits")
    wanted = [name for name in PARTS if parts is None or name in parts]
    if unknown := set(parts or ()) - set(PARTS):
        raise ValueError(f"no such part of the probe: {', '.join(sorted(unknown))}")
    seconds = " ".join(f"{name}:{PARTS[name]}" for name in wanted)
    settings = f"nonce={nonce}\nparts='{seconds}'\n"
    files = [*_SHARED, *(f"part_{name}" for name in wanted), "framing"]
    pieces = [_file("head"), settings, asked(questions), *(_file(name) for name in files)]
    return "\n".join([*pieces, "imaging_probe </dev/null\n"])


def _file(name: str) -> str:
    return (_HERE / f"{name}.sh").read_text(encoding="ascii")
