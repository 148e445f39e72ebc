"""What is asked of a service in one call, and paths that no id can lead out of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote

from imaging.cloud.bounded_http.exchange import Check
from imaging.cloud.bounded_http.limits import AnswerLimit
from models.errors import ForeignValueError

Microversion = tuple[int, int]
_DOT = "%252E"


@dataclass(frozen=True)
class Call:
    """What is asked of a service."""

    service: str
    """The attribute of an openstack connection: compute, image, block_storage, network or identity."""
    method: str
    url: str
    """Below the service's endpoint; made with `path`, so that no id can lead elsewhere."""
    doing: str
    """The end of the sentence "The cloud refused to …"."""
    json: Any = None
    params: Mapping[str, str | int] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    microversion: Microversion | None = None
    harmless: bool = False
    """It changes nothing although it is no GET (Nova's console log is a POST)."""
    most: int | None = None
    """How much of the answer is read, in bytes, where not as usual."""
    check: Check | None = None
    """What is said to the answer before its body is read, where it is no refusal."""
    as_bytes: bool = False
    """The answer is no text: it is kept as it came, in `Answer.content`."""

    @property
    def limit(self) -> int:
        """How much of the answer is read."""
        if self.most is not None:
            return self.most
        return AnswerLimit.CHANGE if self.changes else AnswerLimit.CONSOLE if self.harmless else AnswerLimit.ONE

    @property
    def changes(self) -> bool:
        """Whether it changes something in the cloud, so that it is never sent twice unasked."""
        return self.method != "GET" and not self.harmless


def path(*parts: str) -> str:
    """A path below an endpoint; a part stays one part, with any characters in it.

    Raises:
        ForeignValueError: a part is empty: the path would name the list instead of the thing.
    """
    return "/" + "/".join(_segment(part) for part in parts)


def _segment(part: str) -> str:
    if not part:
        raise ForeignValueError("The cloud named something by an empty id.")
    if part in {".", ".."}:
        # requests takes %2E for a dot and sends it as one, so that the percent sign needs an escape of its own.
        return _DOT * len(part)
    return quote(part, safe="", errors="replace")


def parts_of(url: str) -> tuple[str, ...]:
    """The parts that a path was made of."""
    dots = {_DOT: ".", _DOT * 2: ".."}
    return tuple(dots.get(part) or unquote(part) for part in url.strip("/").split("/"))
