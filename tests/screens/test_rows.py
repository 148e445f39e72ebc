"""The list builds only what can be seen, keeps its cursor on its item, and shows any text as it is."""

from __future__ import annotations

import time
from dataclasses import dataclass

from textual.app import App, ComposeResult

from screens.style.tones import Tone
from screens.widgets.columns import Cell, Column
from screens.widgets.rows import RowList
from tests.screens.samples import HOSTILE


@dataclass(frozen=True)
class Thing:
    key: str
    word: str = "idle"


class Listing(App[None]):
    """A list alone on the screen; it counts for which things cells were asked."""

    def __init__(self) -> None:
        super().__init__()
        self.built: list[str] = []
        self.opened: list[str] = []

    def compose(self) -> ComposeResult:
        yield RowList(
            (Column("Thing", 10, grow=1), Column("State", 8)),
            key_of=lambda one: one.key,
            cells_of=self._cells,
            empty="none",
        )

    def _cells(self, thing: Thing):
        self.built.append(thing.key)
        return Cell(thing.key), Cell(thing.word, Tone.GOOD)

    @property
    def rows(self) -> RowList[Thing]:
        return self.query_one(RowList)

    @property
    def lines(self) -> list[str]:
        return ["".join(segment.text for segment in self.rows.render_line(y)) for y in range(self.rows.size.height)]

    def on_row_list_opened(self, event: RowList.Opened) -> None:
        self.opened.append(event.key)


def things(count: int) -> list[Thing]:
    return [Thing(f"thing-{number:05}") for number in range(count)]


async def test_of_ten_thousand_items_only_those_on_the_screen_are_built():
    app = Listing()
    async with app.run_test(size=(40, 12)) as pilot:
        app.rows.show(things(10_000))
        await pilot.pause()
        assert len(set(app.built)) <= 12
        assert len(app.rows.items) == 10_000


async def test_a_key_press_in_ten_thousand_items_changes_the_screen_at_once():
    app = Listing()
    async with app.run_test(size=(40, 12)) as pilot:
        app.rows.show(things(10_000))
        await pilot.press("end")
        assert app.lines[-1].startswith("thing-09999")
        app.rows.show([*things(9_999), Thing("thing-09999", "busy")])
        assert "busy" in app.lines[-1]


async def test_ten_times_the_items_cost_ten_times_the_work_and_not_a_hundred_times():
    app = Listing()
    async with app.run_test(size=(40, 12)):
        few, many = (min(_work(app, count) for _ in range(3)) for count in (1_000, 10_000))
    assert many < 40 * few


def _work(app: Listing, count: int) -> float:
    """Seconds of the processor's time, which other programs do not lengthen."""
    one, other = things(count), [*things(count - 1), Thing("the last", "busy")]
    app.rows.show(one)
    began = time.process_time()
    app.rows.show(other)
    app.rows.show(one)
    return time.process_time() - began


async def test_the_cursor_stays_on_its_item_when_others_come_before_it():
    app = Listing()
    async with app.run_test(size=(40, 12)) as pilot:
        app.rows.show([Thing("b"), Thing("c")])
        await pilot.press("down")
        app.rows.show([Thing("a"), Thing("b"), Thing("c")])
        assert app.rows.selected_key == "c"


async def test_when_the_item_under_the_cursor_goes_the_cursor_stays_where_it_was():
    app = Listing()
    async with app.run_test(size=(40, 12)) as pilot:
        app.rows.show([Thing("a"), Thing("b"), Thing("c")])
        await pilot.press("j")
        app.rows.show([Thing("a"), Thing("c")])
        assert app.rows.selected_key == "c"


async def test_only_rows_that_differ_are_drawn_again():
    app = Listing()
    async with app.run_test(size=(40, 12)) as pilot:
        app.rows.show([Thing("a"), Thing("b"), Thing("c")])
        await pilot.pause()
        app.built.clear()
        app.rows.show([Thing("a"), Thing("b", "busy"), Thing("c")])
        await pilot.pause()
        assert set(app.built) == {"b"}


async def test_nothing_is_drawn_again_when_nothing_differs():
    app = Listing()
    async with app.run_test(size=(40, 12)) as pilot:
        app.rows.show(things(3))
        await pilot.pause()
        app.built.clear()
        app.rows.show(things(3))
        await pilot.pause()
        assert app.built == []


async def test_vi_keys_and_arrows_move_the_cursor():
    app = Listing()
    async with app.run_test(size=(40, 12)) as pilot:
        app.rows.show(things(100))
        await pilot.press("j", "j", "k", "down")
        assert app.rows.selected_key == "thing-00002"
        await pilot.press("G")
        assert app.rows.selected_key == "thing-00099"
        await pilot.press("g", "ctrl+d")
        assert app.rows.selected_key == "thing-00010"


async def test_enter_opens_the_row_under_the_cursor():
    app = Listing()
    async with app.run_test(size=(40, 12)) as pilot:
        app.rows.show(things(3))
        await pilot.press("down", "enter")
        await pilot.pause()
        assert app.opened == ["thing-00001"]


async def test_a_hostile_name_is_neither_markup_nor_a_control_code():
    app = Listing()
    async with app.run_test(size=(60, 12)) as pilot:
        app.rows.show([Thing(HOSTILE)])
        await pilot.pause()
        assert "[/red][bold]gone[/bold]" in app.lines[1]
        assert "\x1b" not in "".join(app.lines)


async def test_a_name_of_255_wide_characters_keeps_the_columns_in_line():
    app = Listing()
    async with app.run_test(size=(40, 12)) as pilot:
        app.rows.show([Thing("宇" * 255), Thing("a")])
        await pilot.pause()
        assert app.rows.render_line(1).cell_length == app.rows.render_line(2).cell_length
        assert "idle" in app.lines[1]


async def test_an_empty_list_says_so():
    app = Listing()
    async with app.run_test(size=(40, 12)):
        assert app.lines[1].strip() == "none"


async def test_without_a_cursor_in_sight_the_list_scrolls_to_it():
    app = Listing()
    async with app.run_test(size=(40, 12)) as pilot:
        app.rows.show(things(100))
        app.rows.select("thing-00050")
        await pilot.pause()
        assert any(line.startswith("thing-00050") for line in app.lines)
