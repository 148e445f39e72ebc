"""Handing a command to the guest's `sh` through any login shell.

The server gives the text to the login shell, which may be csh or fish. What all of them read alike are single quotes
around plain characters: csh expands `!` and ends a quote at a newline, fish reads backslashes before quotes.
"""

from __future__ import annotations

import re

_PLAIN = re.compile(r"[A-Za-z0-9 _@%+=:,./~#*?<>|&;()\[\]{}\"$-]*")
"""Characters that mean nothing inside single quotes to any shell."""
_SAFE = re.compile(r"[A-Za-z0-9 _@+=:,./-]")
"""Characters that mean nothing to `sh` inside double quotes, nor to printf."""


def for_any_shell(command: str) -> str:
    """A text that runs `command` by `sh -c` from every login shell.

    What holds more than plain characters travels as octal numbers, which printf turns back.

    Raises:
        ValueError: the command holds a NUL, which no shell can carry.
    """
    if "\0" in command:
        msg = "a command cannot hold a NUL"
        raise ValueError(msg)
    if _PLAIN.fullmatch(command):
        # The usual case stays readable in the guest's own logs.
        return f"sh -c '{command}'"
    return f"""sh -c 'eval "$(printf %b "{_octal(command)}")"'"""


def _octal(text: str) -> str:
    letters = (chr(byte) for byte in text.encode())
    return "".join(letter if _SAFE.fullmatch(letter) else rf"\0{ord(letter):03o}" for letter in letters)
