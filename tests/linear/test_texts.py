"""Texts of a cloud and of a console: four times as much of any text takes little more than four times as long."""

from __future__ import annotations

import base64
import gzip
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from imaging.cloud.http.answers import Answer
from imaging.guest.deep_check.chunks import WIDTH, Listener, checksum, hear, unpack
from imaging.guest.host_keys.console_keys import read_console_keys
from imaging.guest.inventory import read_inventory
from imaging.guest.report.envelope import read_envelope
from imaging.guest.report.masking import masked
from imaging.guest.report.packet_filter.iptables import decide_iptables
from imaging.guest.report.packet_filter.nft import decide_nft
from imaging.guest.works import WORKS_WORD, read_works_report
from imaging.runs.test_instance.boot_verdict.boot_marker import find_marker
from imaging.runs.test_instance.boot_verdict.console_reader import ConsoleReader, read_console
from imaging.runs.test_instance.boot_verdict.console_text import GrowingConsole
from imaging.runtime.redaction import Redactor
from models.errors import ImagingError
from models.text import many_lines, one_line
from tests.guest.inventory import telling
from tests.guest.inventory.test_reading import pieces as inventory_pieces
from tests.linear.timing import growth

NONCE = "n0nce"
TOKEN = "t0ken"
NOW = datetime(2026, 11, 1, tzinfo=UTC)


def piece(number: int, total: int, text: str, word: str = "@@imaging-deep") -> str:
    return f"{word} {NONCE} {number}/{total} {checksum(f'{number}/{total} {text}')} {text}\n"


def put_together(text: str) -> object:
    try:
        return unpack(hear(text, NONCE))
    except ImagingError as error:
        return error


def list_of_packages(text: str) -> object:
    """The text stands inside of pieces, which are whole."""
    rows = f"imaging-inventory 1 {telling.NONCE}\n@dpkg\n{text}\n@conda /opt\n{text}\n@python /opt\n{text}\nend\n"
    try:
        return read_inventory("\n".join(inventory_pieces(rows)), nonce=telling.NONCE, now=telling.NOW)
    except ImagingError as error:
        return error


def checks(text: str) -> object:
    try:
        return read_works_report(text, nonce=NONCE, now=NOW)
    except ImagingError as error:
        return error


def rows_of_checks(text: str) -> object:
    """The text as what a test has printed, and as what its test instance tells."""
    rows = text.split("\n")
    told = ["boot 1", *rows, "test given 0 - 0 0 x", "output 1 1 -", *(f"|{row}" for row in rows)]
    whole = "\n".join((f"imaging-works 1 {NONCE}", *told, "end")).encode("utf-8", "replace")
    packed = base64.b64encode(gzip.compress(whole, 1)).decode()
    pieces = [packed[at : at + WIDTH] for at in range(0, len(packed), WIDTH)]
    lines = (piece(number, len(pieces), each, WORKS_WORD) for number, each in enumerate(pieces, 1))
    return checks("".join(lines))


def said(text: str) -> object:
    try:
        return read_envelope(text.encode(), NONCE)
    except ImagingError as error:
        return error


READERS: dict[str, Callable[[str], object]] = {
    "error page": lambda text: Answer(status=500, headers={"date": text}, text=text).sentence,
    "error in JSON": lambda text: Answer(status=500, headers={}, text=f'{{"message": "{text}"}}').sentence,
    "one line": one_line,
    "many lines": many_lines,
    "redaction": Redactor().clean,
    "masking": masked,
    "host keys on a console": read_console_keys,
    "a boot on a console": lambda text: read_console(text, TOKEN).verdict(),
    "a marker on a console": lambda text: find_marker(text, TOKEN),
    "a deep check on a console": put_together,
    "a list of packages on a console": list_of_packages,
    "checks of a test instance on a console": checks,
    "rows of checks": rows_of_checks,
    "envelope of a report": said,
    "rules of nft": lambda text: decide_nft([text]),
    "rules of iptables": lambda text: decide_iptables(text.split("\n")),
}
PUMPS = (
    *("a", " ", "\n", "\r", "a\r", "\x1b]", "\x1b[", "\x1bP0", "\x9b0", "\u0301", "\udc80", "{", '"', "'", "\\"),
    *("<title>", "<", "<a ", "&#1", "</h1><h1>", "password=", "token='", "eyJaaaaaaaa.", "eyJ-"),
    *("//a:", "a:a;", "user=", "https://", "Cloud-init v. ", "finished at ", "Dependency failed for ", "OpenRC "),
    *("-----BEGIN SSH HOST KEY KEYS-----\n", "-----BEGIN SSH HOST KEY FINGERPRINTS-----\n", "256 SHA256:"),
    *("a-", "a-1-0\n", "a-py3", "/lib/python3", "@python /lib/python3/site-packages\n", "@unread conda a\n", "_."),
    *(f"imaging-marker {TOKEN} {{", f"@@imaging-deep {NONCE} ", f"@@imaging-deep {NONCE} 1/9 1 a\n"),
    *(
        f"@@imaging-works {NONCE} 1/9 1 a\n",
        "mount yes needed \\040",
        "~ok 1 999\n",
        "cloud-init-result {\n",
        "output 1 1 -\n",
    ),
    *(f"@@imaging-probe-begin {NONCE}\n", "table ip a {\n", "chain a {\n", "-A INPUT -j INPUT\n"),
)
"""Beginnings of what is searched for, and what may stand between them."""


@pytest.mark.parametrize("reader", READERS)
def test_a_long_text_takes_time_in_proportion(reader):
    read = READERS[reader]
    for pump in PUMPS:

        def work_on(length: int, pump=pump):
            text = pump * (length // len(pump))
            if reader in {"rows of checks", "envelope of a report", "error in JSON", "a list of packages on a console"}:
                text = text.replace("\udc80", "x")
            return lambda: read(text)

        assert growth(work_on, 1_500) <= 7, pump


def test_good_pieces_of_many_reports_are_put_together_in_time_in_proportion():
    def work_on(number: int):
        text = "".join(piece(1 + at % 9, 10 + at % 200, f"{at:08}") for at in range(number))
        return lambda: put_together(text)

    assert growth(work_on, 250) <= 7


@pytest.mark.parametrize("ring", [6_000, 1_000_000])
def test_a_console_that_is_polled_is_read_once(ring):
    """Four times as many polls of a growing console are four times the work, not sixteen times."""

    def work_on(polls: int):
        log = "".join(f"[{at:8}] systemd: Dependency failed for x {at}\n" for at in range(polls * 8))
        step = len(log) // polls
        readings = [log[max(0, end - ring) : end] for end in range(step, len(log) + 1, step)]

        def work():
            console, reader, listener = GrowingConsole(), ConsoleReader(TOKEN), Listener(NONCE)
            for reading in readings:
                length = console.length
                console.take(reading)
                reader.take(console.since(length))
                listener.take(console.since(length))
                assert reader.reading.evidence
                assert not listener.heard.copies

        return work

    assert growth(work_on, 30) <= 7


def test_names_of_nft_that_stand_for_ever_more_words_are_given_up():
    lines = ["define a0 = x x", *(f"define a{at + 1} = $a{at} $a{at}" for at in range(40))]
    decision = decide_nft(lines)
    assert decision is not None
    assert (decision.open, decision.why) == (None, "more rules than could be followed")


def test_thousands_of_tables_of_nft_share_what_may_be_followed():
    chain = "chain in {\ntype filter hook input priority 0\njump deep\n}\nchain deep {\n" + "counter\n" * 200 + "}\n"

    def work_on(tables: int):
        lines = [f"table ip t{at} {{\n{chain}}}" for at in range(tables)]
        return lambda: decide_nft(lines)

    assert growth(work_on, 10) <= 7


def test_an_entity_of_endless_digits_is_no_error():
    page = f"<p>Sorry &#{'9' * 5_000}; &#x{'f' * 5_000}; Bad Gateway</p>"
    assert "Bad Gateway" in Answer(status=502, headers={}, text=page).sentence


def test_a_date_of_endless_length_is_no_date():
    assert Answer(status=200, headers={"date": "Mon, " * 100_000}, text="").server_time is None
    good = Answer(status=200, headers={"date": "Sun, 06 Nov 2026 08:49:37 GMT"}, text="")
    assert good.server_time == datetime(2026, 11, 6, 8, 49, 37, tzinfo=UTC)
