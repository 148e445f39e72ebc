"""The user's settings: what may stand in `settings.toml` or in `IMAGING_*` variables."""

from __future__ import annotations

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
    """Only look: nothing in the cloud is ever changed."""
    theme: str | None = None
    """A theme of the console; None for its own."""
    log_level: LogLevel = "info"
    """How much goes to the log file."""
