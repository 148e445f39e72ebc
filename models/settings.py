"""The user's settings: what may stand in `settings.toml` or in `IMAGING_*` variables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from models.base import Frozen

LogLevel = Literal["debug", "info", "warning", "error"]


class Settings(Frozen):
    """Every setting with its default. An unknown name is an error, so that a slip of the pen is noticed."""

    cloud: str | None = None
    """The cloud of clouds.yaml that is used when neither `--os-cloud` nor OS_CLOUD names one."""
    profile: str = Field(default="jetstream", min_length=1)
    """The profile of the guidelines that instances are judged by."""
    read_only: bool = False
    """Only read: nothing in the cloud is ever changed."""
    theme: str | None = None
    """A theme of the console; None for its own."""
    link: Literal["auto", "local", "slow"] = "auto"
    """How fast the terminal is; `auto` takes an SSH session for a slow one."""
    mouse: Literal["auto", "on", "off"] = "auto"
    """Whether the console takes the mouse; `auto` leaves it to the terminal over SSH, so that text can be selected."""
    glyphs: Literal["auto", "unicode", "ascii"] = "auto"
    """Which signs stand beside the words; `auto` asks the locale."""
    bell: bool = True
    """Whether the end of a run that was on show rings the bell and stands in the terminal's title."""
    keymap: Mapping[str, str] = Field(default_factory=dict)
    """Keys of the user's own, by the binding's id, such as `"instances.image" = "i,ctrl+t"`."""
    log_level: LogLevel = "info"
    """How much goes to the log file."""
