"""A secret that is echoed in another encoding is found as well, and other text is left."""

from __future__ import annotations

import json
import random
import time
import tracemalloc

import pytest

from imaging.runtime.redaction import BLOT, Redactor
from models.text import one_line
from tests.support.writings import WRITINGS

SECRETS = (
    "hunter2-very-Secret",
    "correct horse battery",
    "pässwörd-€-研究",
    'q"uo\\te<d>&%41',
    "gAAAAABn" + "x9_-" * 40,
)


def _redactor(*secrets: str) -> Redactor:
    redactor = Redactor()
    redactor.hide(*secrets)
    return redactor


@pytest.mark.parametrize("name", WRITINGS)
def test_it_is_found_in_every_writing(name: str):
    for secret in SECRETS:
        echoed = WRITINGS[name](secret)
        text = f"The cloud said [{echoed}] and no more."
        cleaned = _redactor(secret).clean(text)
        assert cleaned.startswith("The cloud said ["), (secret, cleaned)
        assert cleaned.endswith("] and no more."), (secret, cleaned)
        assert BLOT in cleaned, (secret, cleaned)
        left = cleaned.removeprefix("The cloud said [").removesuffix("] and no more.").replace(BLOT, "")
        assert len(left) <= len(echoed) - len(secret), (secret, cleaned)


@pytest.mark.parametrize("name", WRITINGS)
def test_a_text_of_other_words_is_left_as_it_is(name: str):
    text = f"Volume 7 is {WRITINGS[name]('attached to the instance')}, in 95 % of all cases \\o/ &c."
    assert _redactor(*SECRETS, "abcd").clean(text) == text


def test_of_a_secret_that_is_cut_off_at_the_end_the_beginning_goes():
    redactor = _redactor("hunter2-very-Secret")
    for length in range(6, 19):
        assert redactor.clean("refused: " + "hunter2-very-Secret"[:length] + "…") == f"refused: {BLOT}…"
    assert redactor.clean("refused: hunt") == "refused: hunt"
    assert redactor.clean("the hunter2-v was seen") == "the hunter2-v was seen"


def test_a_short_secret_is_found_where_it_stands_and_not_by_chance():
    redactor = _redactor("hush4", "abc", "")
    assert redactor.clean("said hush4, hu\u200bsh4 or %68ush4") == f"said {BLOT}, {BLOT} or {BLOT}"
    assert redactor.clean("hu sh4, HUSH4, abc") == "hu sh4, HUSH4, abc"


def test_that_a_secret_is_too_short_to_be_found_is_said(caplog):
    _redactor("abc")
    assert "fewer than 4 characters" in caplog.text
    assert "abc" not in caplog.text


def test_json_stays_json():
    document = json.dumps({"name": "hunter2-very-Secret", "lines": ["a\nhunter2-\nvery-Secret", 'b"c']})
    cleaned = json.loads(_redactor("hunter2-very-Secret").clean_known(document))
    assert cleaned == {"name": BLOT, "lines": [f"a\n{BLOT}", 'b"c']}


def test_whatever_the_text_nothing_is_raised():
    chance = random.Random(6)
    pieces = [
        "%",
        "%4",
        "%41",
        "\\u00",
        "\\u0041",
        "\\ud83d",
        "\\x",
        "\\x41",
        "\\U0011ffff",
        "\\",
        "\\777",
        "&#99999999;",
    ]
    pieces += [
        "&#x110000;",
        "&amp;",
        "&",
        "<",
        "<b>",
        "=\n",
        "\x1b[",
        "\ud800",
        "hunter2",
        "-very-",
        "Secret",
        " ",
        "\u200b",
    ]
    redactor = _redactor("hunter2-very-Secret", "\ud800abc", "日本語")
    for _ in range(1500):
        redactor.clean("".join(chance.choices(pieces, k=chance.randint(1, 30))))


@pytest.mark.parametrize(
    "piece",
    [
        "a",
        " ",
        "%25",
        "%",
        "\\",
        "\\u0041",
        "&#65;",
        "<b",
        "hunter2-",
        "hunter2-very-Secret",
        "aHVudGVyMi12ZXJ5LVNlY3JldA",
    ],
)
def test_twice_the_text_takes_about_twice_the_work(piece: str):
    redactor = _redactor("hunter2-very-Secret")

    def seconds(count: int) -> float:
        best = float("inf")
        for _ in range(3):
            begun = time.process_time()
            redactor.clean_known(piece * count)
            best = min(best, time.process_time() - begun)
        return best

    assert seconds(2_000) < 8 * max(seconds(500), 0.001)


def test_whatever_is_shown_as_odd_hides_no_secret_that_it_stands_in():
    secret = "hunter2-very-Secret"
    ends = (plane + end for plane in range(0, 0x110000, 0x10000) for end in (0xFFFE, 0xFFFF))
    planes = [*range(0x20000), *range(0xE0000, 0xE1000), *ends]
    letters = "".join(f"a{chr(code)}" for code in planes if chr(code) not in "\x1b\x9b\r\n")
    odd = [was for was, is_ in zip(letters[1::2], one_line(letters, len(letters) * 2)[1::2], strict=True) if was != is_]
    assert len(odd) > 6_000
    redactor, missed = _redactor(secret), []
    for begin in range(0, len(odd), len(secret) - 1):
        between = odd[begin : begin + len(secret) - 1]
        echoed = "".join(letter + gap for letter, gap in zip(secret, [*between, *" " * len(secret)], strict=False))
        missed += [ascii(between)] if "S" in redactor.clean_known(echoed) else []
    assert missed == []


def test_a_secret_in_a_long_report_is_blotted_out_with_little_memory():
    secret, redactor = SECRETS[0], _redactor(SECRETS[0])
    report = '{"a": "some words here",\n  "b": [1, 2, 3]}\n' * 4000 + secret + "words and words\n" * 500
    redactor.clean_known(secret)  # what is made once is not counted
    tracemalloc.start()
    cleaned = redactor.clean_known(report)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert cleaned == report.replace(secret, BLOT)
    assert peak_bytes < 80 * len(report)  # a list with a tuple for each character took 160
