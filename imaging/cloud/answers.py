"""What a cloud answered, freed of the HTTP library; and the sentence hidden in an error's body, whatever its form."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from imaging.cloud.readers.values import rows
from models.text import one_line

_SENTENCE_LIMIT = 600
_REQUEST_ID_HEADERS = ("x-openstack-request-id", "x-compute-request-id", "openstack-request-id")
_HEADING = re.compile(r"(?is)<(title|h1|head|style|script)\b.*?</\1>")
_TAG = re.compile(r"(?s)<[^>]{0,400}>")
_STATUS_PREFIX = re.compile(r"^\d{3} [A-Z][A-Za-z -]{2,40}\s+(?=\S)")


@dataclass(frozen=True)
class Answer:
    """One HTTP answer."""

    status: int
    headers: Mapping[str, str]
    """By name in small letters."""
    text: str

    @property
    def body(self) -> Mapping[str, Any]:
        """The JSON object in it.

        Raises:
            ValueError: it is no JSON object.
        """
        read = json.loads(self.text)
        if not isinstance(read, Mapping):
            msg = "the answer is no JSON object"
            raise ValueError(msg)  # noqa: TRY004  # one exception for all that is not a JSON object
        return read

    @property
    def request_id(self) -> str | None:
        """The cloud's own id of the call, for its operators."""
        found = next((self.headers[name] for name in _REQUEST_ID_HEADERS if self.headers.get(name)), None)
        return one_line(found, 80) if found else None

    @property
    def server_time(self) -> datetime | None:
        """The `Date` of the answer: the cloud's clock, not ours."""
        return _http_date(self.headers.get("date", ""))

    def retry_after_seconds(self) -> float | None:
        """What `Retry-After` asks for, in seconds: a number, or a date measured against the answer's own."""
        asked = self.headers.get("retry-after", "").strip()
        if asked.isdecimal():
            return float(asked)
        until, now = _http_date(asked), self.server_time
        return max(0.0, (until - now).total_seconds()) if until and now else None

    @property
    def sentence(self) -> str:
        """What the error says, in one cleaned line; empty if it says nothing.

        Nova, Cinder and Keystone wrap it in one JSON object with a `message`, Neutron in `NeutronError`, the
        microversion layer in a list of `errors`; Glance and proxies answer HTML or plain text.
        """
        try:
            return _clean(_from_json(json.loads(self.text)))
        except ValueError:
            return _clean(_from_html(self.text))


def _http_date(text: str) -> datetime | None:
    try:
        read = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)


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


def _from_html(text: str) -> str:
    if "<" not in text:
        return _STATUS_PREFIX.sub("", text.strip())
    inner = _TAG.sub(" ", _HEADING.sub(" ", text))
    if not inner.strip():
        inner = _TAG.sub(" ", text)
    return _STATUS_PREFIX.sub("", html.unescape(inner).strip())


def _clean(text: str) -> str:
    return one_line(" ".join(text.split()), _SENTENCE_LIMIT)
