"""What a client asks a guest, told by the text that it sends; nothing of it is executed.

A command comes wrapped for any login shell: `sh -c '…'`, or as octal numbers for printf, around a choice
between root, sudo and neither. The scripts come on standard input, and their last line calls one function of theirs.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass

_OCTAL = re.compile(r'"\$\(printf %b "((?:[^"\\]|\\0[0-7]{3})*)"\)"')
_PLAIN = re.compile(r"sh -c '([^']*)'")
_LETTER = re.compile(rb"\\0([0-7]{3})")
_AS_ROOT = re.compile(r"exec sh -c ('(?:[^']|'\\''|'\"'\"')*'|[\w@%+=:,./-]+); fi;")
_FROM_INPUT = re.compile(r"\bsh -s\b|\bxargs -0\b")
_NONCE = re.compile(rb"^nonce=([A-Za-z0-9]{1,64})$", re.MULTILINE)
_PARTS = re.compile(rb"^parts='([a-z_:0-9 ]*)'$", re.MULTILINE)
_CALL = re.compile(
    rb"^(imaging_probe|imaging_machine|tables|inspect|let_go|edit)( .*)? </dev/null\s*\Z", re.MULTILINE | re.DOTALL
)
"""The last line of a script, which may hold line ends inside quotes."""


@dataclass(frozen=True)
class Probe:
    """The probe, and what its report is to hold."""

    nonce: str
    parts: tuple[str, ...]


@dataclass(frozen=True)
class Call:
    """A script that calls a function."""

    function: str
    arguments: tuple[str, ...]


def unwrapped(command: str) -> str:
    """The command itself, out of what it was wrapped in."""
    found = _OCTAL.search(command)
    if found is not None:
        command = _LETTER.sub(lambda letter: bytes([int(letter[1], 8) & 0xFF]), found[1].encode()).decode(
            "utf-8", "replace"
        )
    else:
        plain = _PLAIN.fullmatch(command)
        command = plain[1] if plain is not None else command
    inner = _AS_ROOT.search(command)
    if inner is not None:
        return "".join(shlex.split(inner[1]))
    return command


def reads_input(command: str) -> bool:
    """Whether an unwrapped command reads its standard input, which is a script or a list of names."""
    return _FROM_INPUT.search(command) is not None


def asked(script: bytes) -> Probe | Call | None:
    """What a script would do; None for one that is not known here."""
    last = _CALL.search(script[-20_000:])
    if last is None:
        return None
    if last[1] == b"imaging_probe":
        return probe_of(script)
    try:
        return Call(last[1].decode(), tuple(shlex.split((last[2] or b"").decode("utf-8", "replace"))))
    except ValueError:
        return None


def probe_of(script: bytes) -> Probe | None:
    """The probe's settings; None if they are not where they belong."""
    nonce, parts = _NONCE.search(script), _PARTS.search(script)
    if nonce is None or parts is None:
        return None
    return Probe(nonce[1].decode(), tuple(part.partition(":")[0] for part in parts[1].decode().split()))
