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
_COMMENT = re.compile(r"(?s)<!--.*?(?:-->|\Z)")
_IS_PAGE = re.compile(
    r"(?i)<(?:!doctype|\?xml|html|head|body|title|div|span|center|table|pre|h[1-6])\b|<(?:p|br|hr)\s{0,2}/?>|</[a-z]{1,20}>"
)
"""What only a page has; a plain text may well say `Value <none>` or `5 < 6`."""
_TAG_BEGINNING = re.compile(r"<(?=[A-Za-z/!?])")
_TAG_MARK = re.compile(r"[\"'>]")
_LONG_NUMBER = re.compile(r"&#[xX]?[0-9a-fA-F]{9,}+;?")
"""No character has so large a number, and Python refuses to read one of thousands of digits."""


def page_text(text: str) -> str:
    """What a page says, without tags, headings and scripts; of an endless one what its beginning says."""
    # Cut first: everything below takes time with the length of what a stranger sent.
    text = text[:LONGEST_PAGE].strip()
    page = _COMMENT.sub(" ", text)
    if not _IS_PAGE.search(page):
        return _STATUS_PREFIX.sub("", text)
    # webob puts "404 Not Found" into title and h1, and the sentence that matters below.
    inner = _without_tags(_without_headings(page))
    # A page of a proxy says what it has to say in its heading, and signs.
    if not inner.strip() or _SIGNATURE.match(" ".join(inner.split())):
        return _characters(_heading(page) or _without_tags(page))
    return _STATUS_PREFIX.sub("", _characters(inner))


def _characters(text: str) -> str:
    return html.unescape(_LONG_NUMBER.sub("\N{REPLACEMENT CHARACTER}", text)).strip()


def _heading(text: str) -> str:
    """What the first heading says, else the title; empty where neither is closed."""
    for beginning, ending in _HEADINGS:
        begun = beginning.search(text)
        ended = ending.search(text, begun.end()) if begun else None
        if begun and ended and (said := _without_tags(text[begun.end() : ended.start()]).strip()):
            return said
    return ""


def _without_tags(text: str) -> str:
    """The text between the tags; one that is never closed is text."""
    kept, at = [], 0
    unclosed: set[str] = set()
    for beginning in _TAG_BEGINNING.finditer(text):
        if beginning.start() < at:
            continue  # within a quoted value
        end = _end_of_tag(text, beginning.end(), unclosed)
        if end is None:
            break
        kept.append(text[at : beginning.start()])
        at = end
    return " ".join([*kept, text[at:]])


def _end_of_tag(text: str, at: int, unclosed: set[str]) -> int | None:
    """Where a tag ends; a `>` in a quoted value does not end it. None where no end follows.

    Args:
        text: the page.
        at: behind the beginning of the tag.
        unclosed: quotation marks of which no further one follows, so that they are not searched for again.
    """
    while mark := _TAG_MARK.search(text, at):
        at = mark.end()
        quote = mark[0]
        if quote == ">":
            return at
        if quote not in unclosed:
            closed = text.find(quote, at)
            if closed < 0:
                unclosed.add(quote)
            else:
                at = closed + 1
    return None


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
