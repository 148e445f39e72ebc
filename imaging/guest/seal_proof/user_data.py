"""The user data of the test instances of a sealed image.

The first one searches its disk, restarts once, and shows the marker of its boot; the second one prints what lies on
its disk, as in a deep check, and by what others know it. cloud-init undoes the gzip by itself, runs the boothook
before it makes anything new, at every boot, and the other script late, once. Everybody inside can read it, and
cloud-init stores it on the disk that is searched: so names stand in it encoded, and tokens not at all.
"""

from __future__ import annotations

import base64
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

from imaging.guest.console_script import filled, fragment
from imaging.guest.deep_check.boothook import (
    FIRST_LINE,
    LARGEST,
    NONCE,
    compressed,
    console_functions,
    squeezed,
    user_data_script,
)
from imaging.guest.seal.raw_disk import raw_disk_functions
from imaging.guest.seal_proof.needles import Needles
from models.errors import UsageError
from models.guest.files import Questions
from models.seal.report import CanaryClass

WORD = "@@imaging-proof"
"""With which the lines of this report begin."""
SEARCH_SECONDS = 900
"""How long the search for names may take; beyond it the proof is unknown."""
REPEATS = 90
"""How often the report is shown, every 20 seconds: for 30 minutes."""
_HOLD_SECONDS = 120
"""How long the boot is held up for the search at most."""
_BOOT_SECONDS = 900
"""What two boots and what is shown of them may take beside the work, without help by the processor."""
_READ_SECONDS = 300
_SECONDS_PER_GIB = 60
"""How long reading a disk may take: some 17 MiB each second, on storage that is far slower than usual."""
_FOLDER = "imaging.guest.seal_proof"
_PARTS = ("search", "canaries", "second_boot")
_UNIT = {"NAME": "proof", "TITLE": "Proof of a sealed image", "WORD": WORD, "RESTART": "no"}


def seconds_for(disk_gib: int) -> int:
    """How long the whole proof may take on a root disk of that size."""
    return SEARCH_SECONDS + _READ_SECONDS + _SECONDS_PER_GIB * disk_gib + _BOOT_SECONDS


def proof_user_data(needles: Needles, *, seal_nonce: str, nonce: str, marker: str) -> bytes:
    """The user data of one test instance.

    Args:
        needles: the names that must not be found.
        seal_nonce: that of the clone's user data; the tokens of its canaries are computed from it.
        nonce: letters and digits, of this test instance alone; its report bears it.
        marker: the script that prints the marker of the boot.

    Raises:
        UsageError: there are so many names that Nova would not take the script.
        ValueError: a nonce is not valid.
    """
    for each in (seal_nonce, nonce):
        _refuse_odd_nonce(each)
    made = _in_parts(_boothook(needles, seal_nonce, nonce), marker, nonce)
    if len(made) > LARGEST:
        raise UsageError(
            f"The proof's script takes {len(made)} bytes; a cloud takes at most {LARGEST}.",
            remedy="Keep the directory above in place of many paths in it; or remove accounts that nobody needs, and "
            "inspect again.",
        )
    return made


def second_user_data(questions: Questions, nonce: str) -> bytes:
    """The user data of the second test instance: a deep check of its disk, and by what others know it.

    Args:
        questions: what the guidelines want to know.
        nonce: letters and digits, of this test instance alone; both reports bear it.

    Raises:
        UsageError: a profile asks for so much that Nova would not take the script.
        ValueError: the nonce is not valid.
    """
    _refuse_odd_nonce(nonce)
    values: dict[str, object] = {
        "NONCE": nonce,
        "CONSOLE": console_functions(WORD),
        "IDENTITY": fragment("identity"),
    }
    heading, _, work = filled(_FOLDER, "second_instance.sh", values).partition("\n\n")
    boothook = f"{FIRST_LINE}\n{user_data_script(questions, nonce)}"
    made = _in_parts(boothook, f"{heading}\n\n{squeezed(work)}", nonce)
    if len(made) > LARGEST:
        raise UsageError(
            f"The script of the second test instance takes {len(made)} bytes; a cloud takes at most {LARGEST}.",
            remedy="Let the profile search for less.",
        )
    return made


def _refuse_odd_nonce(nonce: str) -> None:
    if NONCE.fullmatch(nonce) is None:
        msg = f"not a nonce: {nonce!r}"
        raise ValueError(msg)


def _in_parts(boothook: str, script: str, nonce: str) -> bytes:
    parts = MIMEMultipart(boundary=f"imaging-{nonce}")
    parts.attach(MIMEText(boothook, "cloud-boothook", "us-ascii"))
    parts.attach(MIMEText(script, "x-shellscript", "us-ascii"))
    return compressed(parts.as_bytes(), most=LARGEST)


def needle_lines(needles: Needles) -> str:
    """What the script reads: kind, whether people chose it, and the name, with tabs between."""
    lines = [
        f"{each.kind.value.replace(' ', '-')}\t{'word' if each.kind.is_word else 'exact'}\t{each.text}"
        for each in needles.searched
        if "\t" not in each.text
    ]
    return "".join(f"{line}\n" for line in (*lines, *(f"kept\tpath\t{path}" for path in needles.kept)))


def _boothook(needles: Needles, seal_nonce: str, nonce: str) -> str:
    values: dict[str, object] = {
        "NONCE": nonce,
        "SEAL_NONCE": seal_nonce,
        "SEARCH_SECONDS": SEARCH_SECONDS,
        "REPEATS": REPEATS,
        "HOLD": _HOLD_SECONDS,
        "READ_SECONDS": _READ_SECONDS,
        "SECONDS_PER_GIB": _SECONDS_PER_GIB,
        "CLASSES": " ".join(each.value for each in CanaryClass),
        "NEEDLES": base64.b64encode(compressed(needle_lines(needles).encode())).decode("ascii"),
        "CONSOLE": console_functions(WORD),
        "RAW_DISK": raw_disk_functions(),
        "IDENTITY": fragment("identity"),
        "UNITS": fragment("units"),
        "UNIT": fragment("unit", _UNIT),
    }
    values |= {name.upper(): filled(_FOLDER, f"{name}.sh", values) for name in _PARTS}
    heading, _, work = filled(_FOLDER, "proof.sh", values).partition("\n\n")
    return f"{FIRST_LINE}\n{heading}\n\n{squeezed(work)}"
