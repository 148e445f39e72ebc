"""The sentence in an HTML page or a plain text that came instead of JSON, in time that grows with its length alone."""

from __future__ import annotations

import html
import re
from bisect import bisect_left
from http import HTTPStatus

LONGEST_PAGE = 65_536
"""Characters of a page that are read: what an error says stands at its beginning."""
_STATUS_PREFIX = re.compile(
    rf"^\d{{3}} (?:{'|'.join(re.escape(status.phrase) for status in HTTPStatus)})\s+(?=\S)", re.IGNORECASE
)
_UNSHOWN = ("title", "h1", "head", "style", "script", "address")
"""What holds nothing but a heading or the server's name, or nothing that is read by people."""
_BEGINNING = re.compile(rf"(?i)<({'|'.join(_UNSHOWN)})\b")
_ENDING = re.compile(rf"(?i)</({'|'.join(_UNSHOWN)})>")
_SIGNATURE = re.compile(
    r"(?i)^(?:nginx|openresty|tengine|apache|lighttpd|cloudflare|microsoft-iis|haproxy|varnish|caddy|envoy|traefik|squid"
    r"|awselb|gunicorn|generated )[^\n]{0,160}$"
)
"""What is left of a proxy's page without its heading: the name of the server, its system, its port, the time."""
_HEADINGS = tuple(
    (re.compile(rf"(?i)<{name}(?:\s[^<>]{{0,400}})?>"), re.compile(rf"(?i)</{name}>")) for name in ("h1", "title")
)
_TAG = re.compile(r"<[^<>]{0,400}>")
_LONG_NUMBER = re.compile(r"&#[xX]?[0-9a-fA-F]{9,}+;?")
"""No character has so large a number, and Python refuses to read one of thousands of digits."""


def page_text(text: str) -> str:
    """What a page says, without tags, headings and scripts; of an endless one what its beginning says."""
    # Cut first: everything below takes time with the length of what a stranger sent.
    text = text[:LONGEST_PAGE].strip()
    if "<" not in text:
        return _STATUS_PREFIX.sub("", text)
    # webob puts "404 Not Found" into title and h1, and the sentence that matters below.
    inner = _TAG.sub(" ", _without_headings(text))
    # A page of a proxy says what it has to say in its heading, and signs.
    if not inner.strip() or _SIGNATURE.match(" ".join(inner.split())):
        return _characters(_heading(text) or _TAG.sub(" ", text))
    return _STATUS_PREFIX.sub("", _characters(inner))


def _characters(text: str) -> str:
    return html.unescape(_LONG_NUMBER.sub("\N{REPLACEMENT CHARACTER}", text)).strip()


def _heading(text: str) -> str:
    """What the first heading says, else the title; empty where neither is closed."""
    for beginning, ending in _HEADINGS:
        begun = beginning.search(text)
        ended = ending.search(text, begun.end()) if begun else None
        if begun and ended and (said := _TAG.sub(" ", text[begun.end() : ended.start()]).strip()):
            return said
    return ""


def _without_headings(text: str) -> str:
    """Each such element up to its own end; one that is not closed stays, and is not searched for again."""
    outcomes: dict[str, list[tuple[int, int]]] = {}
    for ending in _ENDING.finditer(text):
        outcomes.setdefault(ending[1].lower(), []).append(ending.span())
    kept, at = [], 0
    for begun in _BEGINNING.finditer(text):
        spans = outcomes.get(begun[1].lower(), [])
        place = bisect_left(spans, (begun.end(), 0))
        if begun.start() >= at and place < len(spans):
            kept.append(text[at : begun.start()])
            at = spans[place][1]
    return " ".join([*kept, text[at:]])
