"""What untrusted texts lose before they are shown: all that an eye does not see, and all that a terminal obeys."""

from __future__ import annotations

import json
import random
import sys
import time
import unicodedata

import pytest

from models.text import MAX_MARKS, many_lines, one_line

ODD = "\N{REPLACEMENT CHARACTER}"
FILLERS = "\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0"
SHOWN_ALTHOUGH_FORMAT = frozenset("\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd") | set(
    map(chr, (*range(0x600, 0x606), *range(0x13430, 0x13440)))
)
"""Signs of Arabic, Syriac, Kaithi and hieroglyphs that stand before numbers or around them: all are drawn."""


def test_no_character_without_a_picture_comes_through():
    categories = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    unseen = {c for c in map(chr, range(sys.maxunicode + 1)) if unicodedata.category(c) in categories}
    unseen |= {*FILLERS, *map(chr, range(0xE0000, 0xE1000)), *map(chr, range(0xFE00, 0xFE10))}
    for one in unseen - SHOWN_ALTHOUGH_FORMAT:
        assert one_line(f"a{one}é") == f"a{ODD}é", hex(ord(one))
        assert one in {"\n", "\r"} or many_lines(f"a{one}é") == f"a{ODD}é", hex(ord(one))


def test_what_is_no_character_becomes_one_that_every_stream_takes():
    noncharacters = [*range(0xFDD0, 0xFDF0), *(plane << 16 | low for plane in range(17) for low in (0xFFFE, 0xFFFF))]
    for code in (*noncharacters, 0xD800, 0xDBFF, 0xDC00, 0xDFFF):
        assert one_line(chr(code)) == ODD
    foreign = json.loads(r'"web\ud800-01"')
    assert one_line(foreign).encode() == f"web{ODD}-01".encode()


@pytest.mark.parametrize(
    "text", ["web-01", "café", "Ångström", "研究", "השם", "กำลัง", "นี้", "❤️ ok", "☀︎", "© 2026", "\ue0b0", "naïve", "🇦🇹"]
)
def test_what_people_write_stays(text):
    assert one_line(text) == many_lines(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "web\ufe0f",
        "1\ufe0f",
        "\u2060\ufe0f",
        "\u3164\ufe0f",
        "\u3000\ufe0f",
        "❤\ufe0f\ufe0f",
        "ab\U000e0061\U000e007f",
        "a\u00adb",
    ],
)
def test_two_names_that_look_alike_are_told_apart(text):
    assert ODD in one_line(text)


def test_no_letter_carries_a_flood_of_accents():
    for mark in ("\u0301", "\u0e47", "\u0489", "\u20dd", "\ufe20", "\U0001e8d0"):
        flooded = one_line(f"a{mark * 500}b", limit=10_000)
        assert flooded == f"a{mark * MAX_MARKS}{ODD}b"
        assert many_lines(f"a{mark * MAX_MARKS}b") == f"a{mark * MAX_MARKS}b"


@pytest.mark.parametrize(
    "text, shown",
    [
        ("\x1b\x1b[m[2J", f"{ODD}[2J"),
        ("\x1b[\x1b[m2J", "2J"),
        ("\x1b\x1b]0;x\x07[2J", f"{ODD}[2J"),
        ("\x1b]0;title\x9cseen", "seen"),
        ("\x1bPq\x07seen", "seen"),
        ("\x9b\x1b[m31m", f"{ODD}31m"),
        ("seen\x1b", f"seen{ODD}"),
        ("seen\x1b[", "seen"),
        ("\x9d0;title\x07", f"{ODD}0;title{ODD}"),
    ],
)
def test_a_sequence_within_a_sequence_leaves_none(text, shown):
    assert one_line(text) == many_lines(text) == shown


def test_a_sequence_that_is_not_closed_hides_no_lines():
    for opening in ("\x1b]0;", "\x1bP", "\x1b_", "\x1b^", "\x1bX"):
        assert many_lines(f"{opening}hidden\nmalice")[-6:] == "malice"
        assert "hidden" in many_lines(f"{opening}hidden\nmalice\x07").split("\n")[0]


def test_of_a_line_that_was_overwritten_the_last_stays():
    assert many_lines("10 %\r90 %\r\nnext\r") == "90 %\nnext"
    assert one_line("10 %\r90 %") == f"10 %{ODD}90 %"


def test_no_mixture_of_pieces_yields_what_a_terminal_obeys():
    chance = random.Random(6)
    pieces = [
        "\x1b",
        "[",
        "]",
        "P",
        "\\",
        "\x07",
        "\x9b",
        "\x9c",
        "2J",
        "0;",
        "m",
        "\n",
        "\r",
        "a",
        "é",
        "\ud800",
        "\u202e",
    ]
    for _ in range(6_000):
        text = "".join(chance.choices(pieces, k=chance.randint(1, 12)))
        for cleaned in (one_line(text), many_lines(text)):
            assert all(unicodedata.category(c) not in {"Cc", "Cf", "Cs"} or c == "\n" for c in cleaned), ascii(text)
            cleaned.encode()
        assert many_lines(many_lines(text)) == many_lines(text)
        assert one_line(one_line(text)) == one_line(text)


@pytest.mark.parametrize(
    "piece", ["a", "é", "\u0301", "\x1b]", "\x1b[0", "\x1bP", "\x1b  ", "\r", "\x1b[m", "ก็", "0\ufe0f", "\x1b]a\n"]
)
def test_twice_the_text_takes_about_twice_the_work(piece):
    def seconds(count: int) -> float:
        text = piece * count
        best = float("inf")
        for _ in range(3):
            begun = time.process_time()
            one_line(text)
            many_lines(text)
            best = min(best, time.process_time() - begun)
        return best

    assert seconds(16_000) < 8 * max(seconds(4_000), 0.001)


def test_what_arranges_hieroglyphs_and_is_not_seen_is_shown_as_odd():
    assert one_line("a\U00013430b\U0001343fc") == f"a{ODD}b{ODD}c"
