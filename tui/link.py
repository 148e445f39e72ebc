"""The link to the terminal: what is decided from the environment before Textual is imported."""

from __future__ import annotations

import os
from collections.abc import MutableMapping
from dataclasses import dataclass

from models.settings import Settings
from screens.glyphs import ASCII, UNICODE, Glyphs, glyphs_for

_SLOW_FRAMES_PER_SECOND = "15"


@dataclass(frozen=True)
class Link:
    """How the console treats the terminal."""

    slow: bool
    mouse: bool
    glyphs: Glyphs


def link_of(settings: Settings, environ: MutableMapping[str, str] | None = None) -> Link:
    """Decide from the settings, and where they leave it open from the environment."""
    environ = os.environ if environ is None else environ
    remote = bool(environ.get("SSH_CONNECTION") or environ.get("SSH_TTY"))
    slow = settings.link == "slow" or (settings.link == "auto" and remote)
    mouse = settings.mouse == "on" or (settings.mouse == "auto" and not remote)
    glyphs = {"unicode": UNICODE, "ascii": ASCII}.get(settings.glyphs) or glyphs_for()
    return Link(slow, mouse, glyphs)


def prepare(link: Link, environ: MutableMapping[str, str] | None = None) -> None:
    """Tell Textual, which reads these once when it is imported; what the user has set stays."""
    environ = os.environ if environ is None else environ
    environ.setdefault("TEXTUAL_ANIMATIONS", "none")
    if link.slow:
        environ.setdefault("TEXTUAL_FPS", _SLOW_FRAMES_PER_SECOND)
