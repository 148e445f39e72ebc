"""A wider terminal shows more: columns come, and none goes."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from screens.images.rows import COLUMNS as IMAGES
from screens.instances.table.rows import COLUMNS as INSTANCES
from screens.runs.texts.run_rows import COLUMNS as RUNS
from screens.widgets.columns import Column, widths
from screens.widgets.rows import RowList
from tests.screens.driving import FrozenRuns, console
from tests.screens.samples import run

SIZES = ((60, 16), (80, 24), (100, 30), (120, 36), (160, 40), (169, 40), (170, 40), (200, 60))


@pytest.mark.parametrize(
    "key, rows, columns", [("1", "#instances", INSTANCES), ("2", "#images", IMAGES), ("3", "#runs", RUNS)]
)
async def test_each_list_keeps_its_columns_and_their_room_in_a_wider_terminal(demo, tmp_path, key, rows, columns):
    async with console(tmp_path, runs=FrozenRuns(run())) as driver:
        await driver.sees("db-07")
        await driver.press(key)
        await driver.until(lambda: bool(driver.app.screen.query(rows)))
        before: Sequence[int] = [0] * len(columns)
        for size in SIZES:
            await driver.pilot.resize_terminal(*size)
            shown = _widths(driver.app.screen.query_one(rows, RowList), columns)
            lost = [
                one.title for one, was, now in zip(columns, before, shown, strict=True) if now < min(was, one.width)
            ]
            assert not lost, f"{size}: {lost}"
            before = shown


def _widths(rows: RowList[object], columns: Sequence[Column]) -> Sequence[int]:
    """The cells that each column has, 0 for one that is not shown."""
    return widths(columns, rows.scrollable_content_region.width)
