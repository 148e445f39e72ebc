"""Puts the guidelines' questions into shell words."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from imaging.guest.probe.quoting import quoted
from imaging.guest.probe.searches import search_functions
from models.guest.files import Questions


def asked(questions: Questions) -> str:
    """Shell functions that print what was asked for, one line each.

    Raises:
        ValueError: a question that no honest table holds: control characters, relative paths.
    """
    return "\n".join(
        [
            "# What the guidelines want to know.",
            _printer("asked_roots", questions.search_roots),
            _printer("asked_system_files", questions.system_files),
            search_functions(questions.searches),
        ]
    )


def digest_of(questions: Questions) -> str:
    """A word for what is asked, which the report repeats: one made for other guidelines may have searched for less."""
    return hashlib.sha256(questions.model_dump_json().encode("utf-8")).hexdigest()[:16]


def _printer(name: str, lines: Iterable[str]) -> str:
    words = " \\\n        ".join(quoted(line) for line in lines)
    body = f"printf '%s\\n' \\\n        {words}" if words else ":"
    return f"{name}() {{\n    {body}\n}}\n"
