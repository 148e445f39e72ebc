"""Puts the guidelines' questions into shell words."""

from __future__ import annotations

from collections.abc import Iterable

from models.guest.files import Questions


def asked(questions: Questions) -> str:
    """Shell functions that print what was asked for, one line each.

    Raises:
        ValueError: a control character in a question.
    """
    return "\n".join(
        [
            "# What the guidelines want to know.",
            _printer("asked_roots", questions.search_roots),
            _printer("asked_system_files", questions.system_files),
        ]
    )


def quoted(text: str) -> str:
    """A word for the shell, whatever it holds.

    Raises:
        ValueError: a control character, which no honest question holds.
    """
    if any(ord(character) < 0x20 or ord(character) == 0x7F for character in text):  # noqa: PLR2004  # control characters
        raise ValueError(f"a question with a control character: {text!r}")
    return "'" + text.replace("'", "'\\''") + "'"


def _printer(name: str, lines: Iterable[str]) -> str:
    words = " \\\n        ".join(quoted(line) for line in lines)
    body = f"printf '%s\\n' \\\n        {words}" if words else ":"
    return f"{name}() {{\n    {body}\n}}\n"
