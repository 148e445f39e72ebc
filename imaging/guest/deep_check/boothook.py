"""The user data of a deep check: a boothook of cloud-init that prints the probe's report on the console.

cloud-init runs a boothook at once when it has read its user data, before most of what it changes on the disk, and on
the way to emergency mode too, where the scripts of later stages are never run.
"""

from __future__ import annotations

import base64
import re
import secrets
import zlib
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files

from imaging.guest.deep_check.chunks import LIMIT, WIDTH, WORD
from imaging.guest.deep_check.source_facts import HIDDEN
from imaging.guest.probe import PARTS
from imaging.guest.probe import script as probe_script
from models.errors import UsageError
from models.guest.files import Questions

NONCE = re.compile(r"[A-Za-z0-9]{1,32}")
_PLACE = re.compile(r"@([A-Z_]+)@")
FIRST_LINE = "#cloud-boothook"
"""By which cloud-init knows what it is; it takes this line away, so that `#!/bin/sh` comes first."""
LARGEST = 65_535 // 4 * 3
"""Bytes of user data: Nova takes 65,535 characters of base64."""
_SLOWNESS = 6
"""How many times as long as on a running machine everything may take beside a boot, without help by the processor."""
_HOLD_SECONDS = 90
"""How long the boot is held up at most, for the probe to read before cloud-init changes the disk: so long a boot waits
for a missing disk, too, and a machine with help by the processor is done within ten seconds."""
SECONDS = 360
"""How long the report may take: what the probe takes then at most, and what it takes to show it."""

_LAST_SCRIPTS = 16
"""Compressed scripts that are remembered; each is some ten thousand bytes."""


def new_nonce() -> str:
    """A word that no other deep check ever had; short, for it stands in each line."""
    return secrets.token_hex(8)


def user_data(questions: Questions, nonce: str) -> bytes:
    """The user data of one deep check.

    Args:
        questions: what the guidelines want to know.
        nonce: letters and digits (`new_nonce`); the report bears it.

    Raises:
        UsageError: a profile asks for so much that Nova would not take the script.
        ValueError: the nonce is not valid.
    """
    return boothook(_probe(questions, nonce), nonce)


def user_data_script(questions: Questions, nonce: str) -> str:
    """The script of `user_data` as text, for user data of several parts, which are compressed as a whole.

    Raises:
        ValueError: the nonce is not valid.
    """
    return _script(_probe(questions, nonce), nonce)


def _probe(questions: Questions, nonce: str) -> str:
    return unhurried(probe_script(questions, PARTS.keys() - HIDDEN, nonce=nonce))


def unhurried(probe: str) -> str:
    """A probe with more time: functions in place of the tools by which it hurries, before its last line starts it."""
    values = {"SLOWNESS": _SLOWNESS, "EARLY": " | ".join(f"{part.name}:*" for part in PARTS.values() if part.early)}
    functions, newline, start = probe.rstrip("\n").rpartition("\n")
    return f"{functions}{newline}{_filled('unhurried.sh', values)}{start}\n"


def boothook(probe: str, nonce: str) -> bytes:
    """The boothook that runs a probe and shows its report, as text, or compressed if it is long; see `user_data`."""
    made = f"{FIRST_LINE}\n{_script(probe, nonce)}".encode("ascii")
    if len(made) > LARGEST:
        made = compressed(made, most=LARGEST)  # which cloud-init undoes by itself
    if len(made) > LARGEST:
        raise UsageError(
            f"The deep check's script takes {len(made)} bytes; a cloud takes at most {LARGEST}.",
            remedy="Let the profile search for less, or inspect the instance by SSH.",
        )
    return made


def _script(probe: str, nonce: str) -> str:
    if NONCE.fullmatch(nonce) is None:
        msg = f"not a nonce: {nonce!r}"
        raise ValueError(msg)
    packed = base64.b64encode(compressed(squeezed(probe).encode("ascii"))).decode("ascii")
    values = {
        "NONCE": nonce,
        "CONSOLE": console_functions(WORD),
        "SHORTER": shorter_function(),
        "WORD": WORD,
        "SECONDS": SECONDS,
        "HOLD": _HOLD_SECONDS,
        "PROBE": packed,
    }
    heading, _, work = _filled("boothook.sh", values).partition("\n\n")
    return f"{heading}\n\n{squeezed(work)}"


def console_functions(word: str) -> str:
    """Functions of a shell that show a report on the console, in lines that begin with this word.

    A script that uses them sets `nonce`, and `console` to a file or to what `serial_console` finds: `say LINE`,
    `packed TEXT`, `in_pieces PACKED`, and `show`, which says the `lines`.
    """
    return _filled("console.sh", {"WORD": word, "WIDTH": WIDTH, "LIMIT": LIMIT})


def shorter_function() -> str:
    """A function of a shell, `shorten`, that makes `lines` of the probe's `report`, for `show` of the console.

    What a console cannot hold is left out by parts.
    """
    return _filled("shorter.sh", {"DROPPED_FIRST": " ".join(_dropped_first())})


@lru_cache(maxsize=_LAST_SCRIPTS)
def compressed(script: bytes, *, most: int = 0) -> bytes:
    """In the form of gzip.

    How much zlib keeps in mind changes some hundred bytes. All that it can keep is tried until one is short enough.
    The last ones are remembered: the plan of a seal measures the same scripts several times.

    Args:
        script: what is to be compressed.
        most: bytes that are short enough; by default none is.
    """
    found: list[bytes] = []
    for memory in range(6, 10):
        packer = zlib.compressobj(9, zlib.DEFLATED, 16 + zlib.MAX_WBITS, memory)
        found.append(packer.compress(script) + packer.flush())
        if len(found[-1]) <= most:
            break
    return min(found, key=len)


def _dropped_first() -> list[str]:
    """The parts that a report does without when it is too long for a console, the least important first."""
    return [part.name for part in sorted(PARTS.values(), key=lambda part: part.dropped) if part.dropped]


def squeezed(script: str) -> str:
    """A script without comments and indentation, which the temporary instance does not need and Nova's limit counts.

    Our scripts keep no text in quotes that begins a line with blanks or `#`.
    """
    lines = (line.strip() for line in script.split("\n"))
    return "\n".join(line for line in lines if line and not line.startswith("#")) + "\n"


def _filled(name: str, values: Mapping[str, object]) -> str:
    """A file of this folder with its places filled in."""
    text = files("imaging.guest.deep_check").joinpath(name).read_text(encoding="ascii")
    return _PLACE.sub(lambda found: str(values[found[1]]), text)
