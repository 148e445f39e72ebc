"""Every reader of a stranger's text takes time in proportion to the text, with any content.

A report of four times as many rows, or with a field four times as long, takes not much more than four times as long.
The rows are those of real guests, so that they get as far into a reader as any.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from imaging.guest.report.readers.parts import PARTS
from imaging.guest.report.rows import Rows
from tests.linear import reports
from tests.linear.timing import growth

ROWS = 100
LENGTH = 1_000
MOST = 7.0


def reading(part: str, rows: list[list[str]]) -> Callable[[], object]:
    def work():
        try:
            return PARTS[part].read(Rows(rows))
        except ValueError:
            return None

    return work


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("made", [reports.many_rows, reports.many_different_rows])
def test_many_rows_of_a_report_take_time_in_proportion(part, made):
    assert growth(lambda number: reading(part, made(part, number)), ROWS) <= MOST


@pytest.mark.parametrize("part", PARTS)
def test_a_long_field_of_a_report_takes_time_in_proportion(part):
    for row, place in reports.long_fields(part):
        for pump in reports.PUMPS:

            def work_on(length: int, row=row, place=place, pump=pump):
                return reading(part, [reports.with_long_field(row, place, pump, length)])

            assert growth(work_on, LENGTH) <= MOST, (row[0], place, pump)
