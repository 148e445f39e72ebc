"""Keys that arrive in one burst over a slow line do what they would do one by one."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.widgets import Input, Static

from tests.support.known import present
from tui.typeahead import KeysInOrder


class Desk(KeysInOrder, inherit_bindings=False):
    """`/` opens a field, `q` is bound to the application, `x` takes the focused widget away."""

    BINDINGS: ClassVar = [
        Binding("slash", "find", "Find"),
        Binding("q", "note('q')", "Note"),
        Binding("x", "vanish", "Vanish"),
    ]
    AUTO_FOCUS = "#list"

    def __init__(self) -> None:
        super().__init__()
        self.noted: list[str] = []

    def compose(self) -> ComposeResult:
        focusable = Static("rows", id="list")
        focusable.can_focus = True
        yield focusable
        yield Input(id="field")

    def action_find(self) -> None:
        self.query_one(Input).focus()

    def action_note(self, what: str) -> None:
        self.noted.append(what)

    async def action_vanish(self) -> None:
        await self.query_one("#list").remove()


def type_at_once(app: App[None], *keys: str) -> None:
    """As a terminal hands over one packet: every key before any of them has been carried out."""
    for key in keys:
        name = {"/": "slash"}.get(key, key)
        present(app._driver).send_message(events.Key(name, key))


async def test_letters_after_a_key_that_opens_a_field_go_into_the_field():
    app = Desk()
    async with app.run_test() as pilot:
        type_at_once(app, *"/quad")
        await pilot.pause()
        await pilot.pause()
        assert app.query_one(Input).value == "quad"
        assert app.noted == []


async def test_a_bound_key_before_a_field_is_opened_is_carried_out_first():
    app = Desk()
    async with app.run_test() as pilot:
        type_at_once(app, *"qq/q")
        await pilot.pause()
        await pilot.pause()
        assert (app.noted, app.query_one(Input).value) == (["q", "q"], "q")


async def test_keys_after_one_that_takes_the_focused_widget_away_go_to_what_has_the_focus_then():
    app = Desk()
    async with app.run_test() as pilot:
        type_at_once(app, *"xqq")
        await pilot.pause()
        await pilot.pause()
        assert app.query_one(Input).value == "qq"


async def test_a_key_whose_end_is_never_seen_does_not_hold_the_others_for_ever(monkeypatch):
    monkeypatch.setattr("tui.typeahead.PATIENCE_SECONDS", 0.05)
    app = Desk()
    async with app.run_test() as pilot:
        monkeypatch.setattr(app, "on_key_settled", lambda _message: None)
        type_at_once(app, *"qqq")
        await pilot.pause(0.4)
        assert app.noted == ["q", "q", "q"]
