"""Puts the probe's script together from its files."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path

from imaging.guest.probe.questions import asked, digest_of
from imaging.guest.report.readers.parts import PARTS
from models.guest.files import Questions

VERSION = 1
"""Of the report; a reader refuses another one."""

_SHARED = ("shared", "places", "contents", "packaging", "masking", "yaml", "devices", "units")
"""Files with functions that several parts need."""
_HERE = Path(__file__).parent
BY_HAND = "0"
"""The nonce of a script that is printed to be run by hand: nobody waits for its answer."""
_NONCE = re.compile(r"[A-Za-z0-9]{1,64}")


def script(questions: Questions, parts: Collection[str] | None = None, *, nonce: str) -> str:
    """The whole script, to be sent to `sh -s` on its standard input.

    Args:
        questions: what the guidelines want to have searched for.
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
    seconds = " ".join(f"{name}:{PARTS[name].seconds}" for name in wanted)
    settings = f"nonce={nonce}\nasked={digest_of(questions)}\nparts='{seconds}'\n"
    files = [*_SHARED, *(f"part_{name}" for name in wanted), "framing"]
    pieces = [_file("head"), settings, asked(questions), *(_file(name) for name in files)]
    return "\n".join([*pieces, "imaging_probe </dev/null\n"])


def _file(name: str) -> str:
    return (_HERE / f"{name}.sh").read_text(encoding="ascii")
