"""What is sent shows the same as what Textual writes, and is less."""

from __future__ import annotations

import pytest

from tests.support.terminal_cells import Cells
from tests.tui.terminal.drawing import ALL_POWERS, Sender, frames
from tui.terminal.canvas import Canvas
from tui.terminal.powers import Powers, powers_of

SIZE = (40, 8)
POWERS = {"all": ALL_POWERS, "none": Powers(), "no coloured erasing": Powers(erases_cells=True)}


def terminal() -> Cells:
    cells = Cells(*SIZE)
    cells.show(b"\x1b[?7l")  # as Textual has it
    return cells


@pytest.mark.parametrize("powers", POWERS.values(), ids=POWERS)
@pytest.mark.parametrize("seed", range(8))
def test_every_frame_shows_the_same_with_and_without(seed, powers):
    sender, plain, sent = Sender(*SIZE, powers), terminal(), terminal()
    for number, frame in enumerate(frames(seed, *SIZE, 12)):
        plain.show(frame.encode())
        sent.show(sender.send(frame))
        assert sent.lines == plain.lines, number
        assert sent.seen == plain.seen, number


def test_a_frame_that_changes_nothing_sends_nothing():
    sender = Sender(*SIZE)
    (frame,) = frames(1, *SIZE, 1)
    assert sender.send(frame)
    assert sender.send(frame) == b""


def test_one_changed_letter_sends_one_letter_and_its_place():
    sender = Sender(*SIZE)
    sender.send("\x1b[3;1Hready\x1b[1;1H")
    assert sender.send("\x1b[3;1Hready!\x1b[1;1H") == b"\x1b[3;6H!\x1b[1H"


def test_a_row_with_a_wide_letter_is_sent_whole():
    sender = Sender(*SIZE)
    sender.send("\x1b[3;1H星 one\x1b[1;1H")
    sent = sender.send("\x1b[3;8Htwo\x1b[1;1H").decode()
    assert "星" in sent
    assert " one two" in sent


@pytest.mark.parametrize(
    "letters, place",
    [("星星", 5), ("\U0001f469\u200d\U0001f680", 3), ("\u2764\ufe0f", 3), ("e\u0301", 2), ("星" * 19, 39)],
)
def test_after_letters_on_whose_width_terminals_do_not_agree_the_place_is_said_again(letters, place):
    assert f"{letters}\x1b[1;{place}Hok".encode() in Sender(*SIZE).send(f"\x1b[1;1H{letters}ok")


def test_all_is_sent_again_after_the_screen_was_forgotten():
    sender = Sender(*SIZE)
    first = sender.send("\x1b[3;1Hready\x1b[1;1H")
    sender.painter.forget()
    assert sender.send("") == first


def test_the_lines_that_changed_last_go_first():
    sender = Sender(*SIZE)
    sender.send("\x1b[1;1H")
    sender.canvas.feed("\x1b[2;1Hthe checklist\x1b[1;1H")
    sender.canvas.feed("\x1b[7;1Hthe cursor\x1b[1;1H")
    sent = sender.painter.paint(1)
    assert "the cursor" in sent
    assert "the checklist" not in sent
    assert "the checklist" in sender.painter.paint(1)


def test_sequences_that_draw_nothing_are_handed_on_in_their_order():
    written = "\x1b]0;title\x07\x1b[1;1Ha\x1b[?1000h\x1b]52;c;YQ==\x07\x07\x1b[>25u\x1b[?2026$p"
    assert Canvas(*SIZE).feed(written) == [
        "\x1b]0;title\x07", "\x1b[?1000h", "\x1b]52;c;YQ==\x07", "\x07", "\x1b[>25u", "\x1b[?2026$p",
    ]  # fmt: skip


@pytest.mark.parametrize("character", ["\x08", "\x0e", "\x1b", "\x9b"])
def test_a_control_character_in_a_name_is_not_obeyed(character):
    canvas = Canvas(*SIZE)
    assert canvas.feed(f"\x1b[1;1Hweb{character}\u00e4\x1b[2;1H") == []
    assert "".join(canvas.rows[0].texts).startswith("web\u00e4")


def test_a_console_of_linux_is_not_sent_what_it_would_show_as_letters():
    old, new = powers_of("linux"), powers_of("xterm-256color")
    for control in ("\x1b[?2026$p", "\x1b[>25u", "\x1b[<u"):
        assert not old.understands(control)
        assert new.understands(control)
    assert old.understands("\x1b[?1049h")


def test_a_terminal_that_does_not_colour_what_it_erases_is_sent_blanks():
    frame = f"\x1b[2;1H\x1b[48;5;24m{' ' * 40}\x1b[0m\x1b[1;1H"
    assert b"48;5;24m\x1b[K" in Sender(*SIZE).send(frame)
    assert b" " * 40 in Sender(*SIZE, Powers(erases_cells=True)).send(frame)
