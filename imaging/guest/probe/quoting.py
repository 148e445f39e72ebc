"""Words for the shell."""

from __future__ import annotations

import re

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def quoted(text: str) -> str:
    """A text as one word for the shell.

    Raises:
        ValueError: a control character, which no honest question holds.
    """
    if _CONTROL.search(text):
        raise ValueError(f"a question with a control character: {text!r}")
    return "'" + text.replace("'", "'\\''") + "'"
