"""How the terminal is treated: what is decided from the environment before Textual is imported."""

from __future__ import annotations

import os
from collections.abc import MutableMapping
from dataclasses import dataclass

from models.settings import Settings
from screens.style.glyphs import ASCII, UNICODE, Glyphs, glyphs_for

_SLOW_FRAMES_PER_SECOND = "15"


@dataclass(frozen=True)
class TerminalSettings:
    """How the console treats the terminal."""

    slow: bool
    mouse: bool
    glyphs: Glyphs


def terminal_settings(settings: Settings, environ: MutableMapping[str, str] | None = None) -> TerminalSettings:
    """Decide from the settings, and where they leave it open from the environment."""
    environ = os.environ if environ is None else environ
    remote = bool(environ.get("SSH_CONNECTION") or environ.get("SSH_TTY"))
    slow = settings.link == "slow" or (settings.link == "auto" and remote)
    mouse = settings.mouse == "on" or (settings.mouse == "auto" and not remote)
    glyphs = {"unicode": UNICODE, "ascii": ASCII}.get(settings.glyphs) or glyphs_for()
    return TerminalSettings(slow, mouse, glyphs)


def prepare(terminal: TerminalSettings, environ: MutableMapping[str, str] | None = None) -> None:
    """Tell Textual, which reads these once when it is imported; what the user has set stays."""
    environ = os.environ if environ is None else environ
    environ.setdefault("TEXTUAL_ANIMATIONS", "none")
    if terminal.slow:
        environ.setdefault("TEXTUAL_FPS", _SLOW_FRAMES_PER_SECOND)
