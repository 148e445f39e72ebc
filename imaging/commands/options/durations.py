"""Lengths of time on the command line."""

from __future__ import annotations

from typing import Any

import click

from models.run.time_limit import duration_refusal, seconds_of


class Duration(click.ParamType[int]):
    """A length of time: `90s`, `30m`, `2h`, `1h30m`, or seconds alone. Gives seconds."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read it."""
        if isinstance(value, int):
            return value
        seconds = seconds_of(str(value))
        if seconds is None:
            self.fail(duration_refusal(str(value)), param, ctx)
        return seconds
