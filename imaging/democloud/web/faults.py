"""Troubles with calls that a test has ordered."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

_LONGEST_DELAY = 3600.0
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")


@dataclass
class Fault:
    """A trouble with calls that a test has ordered."""

    method: str = "*"
    path: str = ""
    """A regular expression, searched in the path with its query."""
    sends: str = ""
    """A regular expression, searched in the body: Nova has one path for most of what a server can be asked."""
    skip: int = 0
    """How many such calls go through first."""
    times: int = 1
    """How many calls it meets; -1 for all."""
    status: int | None = None
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    drop: bool = False
    """Close the connection without an answer."""
    when: str = "before"
    """`before` or `after` the call was carried out."""
    delay: float = 0.0
    """Real seconds."""
    cut_up: int | None = None
    """Close the connection when so many bytes of the request's body have come."""
    cut_down: int | None = None
    """Close it when so many bytes of the answer's body have been sent."""
    pause: float = 0.0
    """Real seconds before each piece of a body, up or down."""
    ranges: str = ""
    """Of the bytes of an image: `ignore` sends everything as 200, `ignore-206` calls everything the part."""
    flip: int | None = None
    """The place of a byte of an image that is sent, or taken in, otherwise than it is."""

    @property
    def is_about_bytes(self) -> bool:
        """Whether the call is carried out, with trouble on its way."""
        numbers = (self.cut_up, self.cut_down, self.flip)
        return bool(self.pause or self.ranges) or any(one is not None for one in numbers)

    def refuse_impossible(self) -> None:
        """Raise ValueError, TypeError or re.error for what could not be carried out when a call meets it."""
        re.compile(self.path)
        re.compile(self.sends)
        if self.status is not None and not 100 <= self.status < 600:  # noqa: PLR2004  # what HTTP has
            raise ValueError("status: 100 to 599 are wanted")
        if not 0 <= self.delay <= _LONGEST_DELAY or not all(isinstance(one, int) for one in (self.times, self.skip)):
            raise ValueError(f"delay: 0 to {_LONGEST_DELAY} seconds are wanted; times, skip: whole numbers")
        if not 0 <= self.pause <= _LONGEST_DELAY or self.ranges not in {"", "ignore", "ignore-206"}:
            raise ValueError(f"pause: 0 to {_LONGEST_DELAY} seconds; ranges: ignore, ignore-206")
        if not all(one is None or one >= 0 for one in (self.cut_up, self.cut_down, self.flip)):
            raise ValueError("cut_up, cut_down, flip: whole numbers are wanted")
        for name, value in self.headers.items():
            if not _HEADER_NAME.fullmatch(name) or not value.isascii() or not value.isprintable():
                raise ValueError(f"no header of HTTP: {name!r}")

    def meets(self, method: str, target: str, body: str) -> bool:
        """Whether the trouble is for this call; those that go through first are counted."""
        if self.times == 0 or self.method not in {"*", method} or not re.search(self.path, target):
            return False
        if self.sends and not re.search(self.sends, body):
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        return True
