"""Asking a machine by which ids it goes; what it prints is untrusted."""

from __future__ import annotations

import re
import secrets
from importlib.resources import files

from imaging.guest.inspection import START
from imaging.guest.interface import GuestShell
from imaging.guest.machine.ids import IdSource, MachineId, MachineIds

_SECONDS = 40.0
"""It takes a fraction of one; a slow start of sudo takes the rest."""
_LIMIT_BYTES = 200_000
"""A noisy login prints much; what is asked for takes some hundred bytes."""
_LINE = re.compile(
    r"@@imaging-machine (?P<nonce>[0-9a-zA-Z]{1,64}) (?P<word>[a-z-]{1,20}) (?P<text>[0-9A-Za-z._-]{1,80})", re.ASCII
)
_MOST = 20


def identify_script(nonce: str) -> bytes:
    """The script, for `sh -s`; `nonce` is a word of letters and digits that each line of its output repeats."""
    text = files(__package__).joinpath("identify.sh").read_text(encoding="ascii")
    return f"{text}\nimaging_machine {nonce} </dev/null\n".encode("ascii")


async def read_machine_ids(shell: GuestShell) -> MachineIds:
    """Ask a machine by which ids it goes; one that answers something else has told nothing.

    Raises:
        GuestUnreachableError: the connection was cut, or time was up.
        BadProbeError: it floods the session.
    """
    nonce = secrets.token_hex(8)
    result = await shell.run(START, stdin=identify_script(nonce), seconds=_SECONDS, limit_bytes=_LIMIT_BYTES)
    return ids_in(result.output.decode("utf-8", "replace"), nonce)


def ids_in(output: str, nonce: str) -> MachineIds:
    """The ids in what the script printed; lines of another form, and all after the first twenty, are passed over."""
    lines = (_LINE.fullmatch(text.rstrip("\r")) for text in output.split("\n"))
    found = [each for each in lines if each is not None and each["nonce"] == nonce][:_MOST]
    return MachineIds(
        ids=tuple(
            MachineId(source=IdSource(each["word"]), text=each["text"])
            for each in found
            if each["word"] in set(IdSource)
        ),
        unread=tuple(each["text"] for each in found if each["word"] == "unread"),
    )
