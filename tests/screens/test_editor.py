"""The description in the user's own editor: a real program that writes a real file."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import pytest

from screens.dialogs.error import ErrorScreen
from screens.programs.editor import MOST_BYTES
from screens.widgets.entry import Draft
from tests.screens.driving import Driver, console
from tests.screens.test_wizard import open_wizard


@pytest.fixture
def editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Makes a script the user's editor; it notes what it was given, and how the file was closed to others."""

    def make(body: str) -> Path:
        script, seen = tmp_path / "edit it", tmp_path / "seen"
        noted = f'cp "$file" "{seen}"\nls -ld "$file" "$(dirname "$file")" >"{seen}.modes"'
        script.write_text(f"#!/bin/sh\nfor file; do :; done\n{noted}\n{body}\n")
        script.chmod(0o700)
        monkeypatch.setenv("EDITOR", f"'{script}' -w")
        return seen

    monkeypatch.delenv("VISUAL", raising=False)
    return make


async def described(driver: Driver, monkeypatch: pytest.MonkeyPatch) -> Draft:
    """The wizard with the cursor in the description; a headless application has no terminal to hand over."""
    monkeypatch.setattr(driver.app, "suspend", nullcontext)
    screen = await open_wizard(driver)
    await driver.press("enter")
    draft = screen.query_one("#description", Draft)
    await driver.until(lambda: draft.has_focus)
    return draft


def left_behind(tmp_path: Path) -> list[Path]:
    return list((tmp_path / "state" / "editor").iterdir())


async def test_what_the_editor_wrote_is_the_description_and_no_file_is_left(demo, tmp_path, monkeypatch, editor):
    seen = editor('printf "Ours, \\303\\251dit\\303\\251.\\r\\nSecond line.\\n" >"$file"; cp "$file" "$file~"')
    async with console(tmp_path) as driver:
        draft = await described(driver, monkeypatch)
        await driver.sees("Your editor")
        before = draft.text
        await driver.press("ctrl+o")
        await driver.until(lambda: draft.text == "Ours, édité.\nSecond line.")
        assert seen.read_text() == before + "\n"
        modes = seen.with_suffix(".modes").read_text().splitlines()
        assert {line.split()[0][:10] for line in modes} == {"-rw-------", "drwx------"}
        await driver.until(lambda: left_behind(tmp_path) == [])
        await driver.press("ctrl+z")
        await driver.until(lambda: draft.text == before)
        await driver.press("ctrl+y")
        await driver.until(lambda: draft.text == "Ours, édité.\nSecond line.")


WRONG = (
    ("exit 3", "ended with status 3"),
    ("kill -9 $$", "ended with status -9"),
    ('printf "\\377\\376" >"$file"', "not in UTF-8"),
    (f'head -c {MOST_BYTES + 1} /dev/zero >"$file"', "longer than 64 KiB"),
    ('rm "$file"', "No such file"),
    ('rm "$file"; ln -s /etc/hostname "$file"', "The file for the editor"),
)
"""What an editor does, and what is said of it."""


async def test_what_goes_wrong_is_said_and_the_text_stays(demo, tmp_path, monkeypatch, editor):
    async with console(tmp_path) as driver:
        draft = await described(driver, monkeypatch)
        before = draft.text
        for body, said in WRONG:
            editor(f'printf "half" >"$file"\n{body}')
            await driver.press("ctrl+o")
            await driver.until(lambda: isinstance(driver.app.screen, ErrorScreen))
            await driver.sees(said, "The text is unchanged.")
            assert draft.text == before
            assert left_behind(tmp_path) == []
            await driver.press("escape")
            await driver.until(lambda: draft.has_focus)


@pytest.mark.parametrize(
    "value, said",
    [
        (None, "No editor is set."),
        ("", "No editor is set."),
        ("no-such-editor -f", "There is no editor"),
        ("'", "no editor '"),
    ],
)
async def test_without_an_editor_that_is_said(demo, tmp_path, monkeypatch, value, said):
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.delenv("EDITOR", raising=False)
    if value is not None:
        monkeypatch.setenv("EDITOR", value)
    async with console(tmp_path) as driver:
        draft = await described(driver, monkeypatch)
        before = draft.text
        await driver.press("ctrl+o")
        await driver.until(lambda: isinstance(driver.app.screen, ErrorScreen))
        await driver.sees(said, "The text is unchanged.")
        assert draft.text == before


async def test_where_the_terminal_cannot_be_handed_over_that_is_said(demo, tmp_path, monkeypatch, editor):
    editor("")
    async with console(tmp_path) as driver:
        suspend = driver.app.suspend
        await described(driver, monkeypatch)
        monkeypatch.setattr(driver.app, "suspend", suspend)
        await driver.press("ctrl+o")
        await driver.sees("could not be started here")
        assert left_behind(tmp_path) == []


async def test_visual_goes_first_and_the_key_is_offered_in_that_field_alone(demo, tmp_path, monkeypatch, editor):
    editor('printf "by VISUAL" >"$file"')
    monkeypatch.setenv("VISUAL", os.environ["EDITOR"])
    monkeypatch.setenv("EDITOR", "no-such-editor")
    async with console(tmp_path) as driver:
        draft = await described(driver, monkeypatch)
        await driver.sees("Your editor")
        await driver.press("ctrl+o")
        await driver.until(lambda: draft.text == "by VISUAL")
        await driver.press("shift+tab")
        await driver.until(lambda: not draft.has_focus)
        await driver.pilot.pause()
        assert "Your editor" not in driver.text
