"""What a cloud answered, freed of the HTTP library; and the sentence hidden in an error's body of any form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from imaging.cloud.http.error_page import LONGEST_PAGE, page_text
from imaging.cloud.readers.values import rows
from imaging.runtime.redaction import redactor
from models import foreign
from models.errors import ForeignValueError
from models.text import one_line

_SENTENCE_LIMIT = 600
_LONGEST_ID = 4096
"""Of a request id, before it is checked."""
_LARGEST_BODY = 256 * 1024**2
"""Characters; how much is received at all is for the link to say. A list of ten thousand instances has 20 million."""
_LONGEST_ASKED_SECONDS = 3600.0
"""Nobody waits longer because of a `Retry-After`."""
_REQUEST_ID_HEADERS = ("x-openstack-request-id", "x-compute-request-id", "openstack-request-id")


@dataclass(frozen=True)
class Answer:
    """One HTTP answer."""

    status: int
    headers: Mapping[str, str]
    """By name in small letters."""
    text: str
    content: bytes = b""
    """Where bytes were asked for, which are no text."""

    @property
    def body(self) -> Mapping[str, Any]:
        """The JSON object in it.

        Raises:
            ForeignValueError: it is no JSON object.
        """
        return foreign.fields(self.text, max_bytes=_LARGEST_BODY, name="The answer")

    @cached_property
    def request_id(self) -> str | None:
        """The cloud's own id of the call, for its operators."""
        found = next((self.headers[name] for name in _REQUEST_ID_HEADERS if self.headers.get(name)), None)
        return one_line(redactor.clean(found[:_LONGEST_ID]), 80) if found else None

    @property
    def server_time(self) -> datetime | None:
        """The `Date` of the answer: the cloud's clock, not this machine's."""
        return _http_date(self.headers.get("date", ""))

    def retry_after_seconds(self) -> float | None:
        """What `Retry-After` asks for, in seconds: a number, or a date measured against the answer's own."""
        asked = self.headers.get("retry-after", "").strip()
        if asked.isdecimal():
            return _seconds(asked)
        until, now = _http_date(asked), self.server_time
        return min(_LONGEST_ASKED_SECONDS, max(0.0, (until - now).total_seconds())) if until and now else None

    @property
    def sentence(self) -> str:
        """What the error says, in one cleaned line; empty if it says nothing.

        Nova, Cinder and Keystone wrap it in one JSON object with a `message`, Neutron in `NeutronError`, the
        microversion layer in a list of `errors`; Glance and proxies answer HTML or plain text.
        """
        try:
            return _clean(_from_json(foreign.document(self.text, max_bytes=_LARGEST_BODY)))
        except ForeignValueError:
            return _clean(page_text(self.text))


def _http_date(text: str) -> datetime | None:
    try:
        return foreign.http_moment(text)
    except ForeignValueError:
        return None


def _seconds(digits: str) -> float | None:
    try:
        return min(_LONGEST_ASKED_SECONDS, foreign.number(digits, low=0))
    except ForeignValueError:
        return None


def _from_json(read: Any) -> str:
    if not isinstance(read, Mapping):
        return read if isinstance(read, str) else ""
    for listed in rows(read.get("errors")):
        detail = listed.get("detail") or listed.get("title")
        if isinstance(detail, str):
            return detail
    for inner in (*read.values(), read):
        for key in ("message", "detail", "faultstring", "error_message"):
            said = inner.get(key) if isinstance(inner, Mapping) else None
            if isinstance(said, str) and said:
                return said
    return next((value for value in read.values() if isinstance(value, str)), "")


def _clean(text: str) -> str:
    return one_line(" ".join(redactor.clean(text[:LONGEST_PAGE]).split()), _SENTENCE_LIMIT)
