"""Words for the shell."""

from __future__ import annotations


def quoted(text: str) -> str:
    """A word for the shell, whatever it holds.

    Raises:
        ValueError: a control character, which no honest question holds.
    """
    if any(ord(character) < 0x20 or ord(character) == 0x7F for character in text):  # noqa: PLR2004  # control characters
        raise ValueError(f"a question with a control character: {text!r}")
    return "'" + text.replace("'", "'\\''") + "'"
