"""Numbers, moments and JSON of strangers are read within bounds, or refused with one kind of error."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import foreign
from models.errors import ForeignValueError, ImagingError

BAD_WHOLES: list[object] = [
    *(
        "",
        "-",
        "x",
        "1e3",
        "0x10",
        "1_000",
        "٣",
        "1.5",
        "1\n2",
        "9" * 21,
        "9" * 5000,
        " " * 100_000 + "1",
    ),  # an Arabic digit
    *(0.9, 1e999, float("nan"), 10**40, True, None, [], {}, b"1"),
]
BAD_MOMENTS: list[object] = [
    *("", "x", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-23:00", "1969-12-31", "2026-13-01", "2" * 100_000),
    *(None, 0, 1e999, [], b"2026-01-01"),
]
ANYTHING = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.lists(st.integers())


@pytest.mark.parametrize("value", BAD_WHOLES, ids=lambda value: repr(value)[:20])
def test_what_is_no_whole_number_is_refused(value):
    with pytest.raises(ForeignValueError):
        foreign.whole(value)


@pytest.mark.parametrize("value, read", [("7", 7), (" 7 ", 7), ("-7", -7), (7.0, 7), (2**64 - 1, 2**64 - 1)])
def test_a_whole_number_is_read_however_it_came(value, read):
    assert foreign.whole(value) == read


def test_a_number_out_of_range_is_refused():
    with pytest.raises(ForeignValueError, match="from 0 to 9"):
        foreign.whole(10, low=0, high=9)


@pytest.mark.parametrize("value", ["", "nan", "inf", "1e999", "9" * 400, 10**400, float("inf"), None, True])
def test_what_is_no_finite_number_is_refused(value):
    with pytest.raises(ForeignValueError):
        foreign.number(value)


@pytest.mark.parametrize("value", BAD_MOMENTS, ids=lambda value: repr(value)[:20])
def test_what_is_no_moment_of_our_age_is_refused(value):
    with pytest.raises(ForeignValueError):
        foreign.moment(value)


@pytest.mark.parametrize("value", ["2026-11-01T12:00:00Z", "2026-11-01T12:00:00", "2026-11-01T14:00:00.000000+02:00"])
def test_a_moment_without_a_zone_means_utc(value):
    assert foreign.moment(value) == datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize("value", ["-1", "1e30", 10**30, None, "x"])
def test_seconds_that_are_no_moment_are_refused(value):
    with pytest.raises(ForeignValueError):
        foreign.moment_of_seconds(value)


@pytest.mark.parametrize(
    "text", ["", "{", "[" * 100_000, "[" * 70 + "]" * 70, '{"a":' * 70 + "1" + "}" * 70, "\x00", '"' * 3]
)
def test_what_is_not_json_or_too_deep_is_refused(text):
    with pytest.raises(ForeignValueError):
        foreign.document(text, max_bytes=1_000_000)


def test_a_document_beyond_its_size_is_refused_unparsed():
    with pytest.raises(ForeignValueError, match="larger than 10 bytes"):
        foreign.document("[" + "0," * 10 + "0]", max_bytes=10)


@pytest.mark.parametrize("text", ["1e999", "-1e999", "NaN", "Infinity", "9" * 5000])
def test_a_number_that_no_computer_holds_is_null_and_hides_nothing_else(text):
    assert foreign.fields(f'{{"bad": {text}, "good": 7}}', max_bytes=10_000) == {"bad": None, "good": 7}


def test_bytes_that_are_not_utf_8_do_not_end_the_reading():
    assert foreign.document(b'["\xff"]', max_bytes=10) == ["\N{REPLACEMENT CHARACTER}"]


def test_an_outermost_value_that_is_no_object_has_no_fields():
    with pytest.raises(ForeignValueError, match="not a JSON object"):
        foreign.fields("[]", max_bytes=10)


@given(ANYTHING)
def test_any_value_is_read_or_refused_with_one_error(value):
    for read in (foreign.whole, foreign.number, foreign.moment, foreign.moment_of_seconds):
        try:
            read(value)
        except ForeignValueError as error:
            assert isinstance(error, ImagingError)  # noqa: PT017  # either ending is right
