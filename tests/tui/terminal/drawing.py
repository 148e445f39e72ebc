"""Frames for the tests: of the real application, and made by chance; and what the driver sends for them."""

from __future__ import annotations

from random import Random

from rich.color import ColorSystem
from textual.app import App
from textual.strip import Strip

from tui.terminal.canvas import Canvas
from tui.terminal.painter import Painter
from tui.terminal.powers import Powers

ALL_POWERS = Powers(colours_erased=True, erases_cells=True)
_ENTER = "\x1b[?1049h"
_WORDS = ("web-01", "─│╭╮", "✓ ✗ … ·", "星星の雲", "e\u0301a\u0308", "👩x", "한국어", "a" * 30, " " * 25, "é")
"""Without letters of several signs (a family, a flag): terminals do not agree on their width, nor does pyte."""
_STYLES = (
    "",
    "1",
    "7",
    "4",
    "38;5;253;48;5;233",
    "1;38;5;24",
    "31;47",
    "97;104",
    "38;2;1;2;3;48;2;200;0;9",
    "2;9;48;5;24",
)


class Sender:
    """A canvas with its painter: what comes out of it for what Textual writes."""

    def __init__(self, columns: int, lines: int, powers: Powers = ALL_POWERS) -> None:
        self.canvas = Canvas(columns, lines)
        self.painter = Painter(self.canvas, powers)
        self.canvas.feed(_ENTER)

    def send(self, frame: str) -> bytes:
        """The bytes for one frame."""
        self.canvas.feed(frame)
        return self.painter.paint(1_000_000).encode()


def frame_of(app: App[None], colours: ColorSystem) -> str:
    """What Textual would write to draw the whole screen of the application now, with so many colours.

    Textual and Rich keep the codes of a style once they were made, for the number of colours of that moment; here they
    are made each time.
    """
    lines = []
    for y, strip in enumerate(app.screen._compositor.render_strips(), 1):
        lines.append(f"\x1b[{y};1H")
        for text, style, _control in strip:
            codes = Strip.render_ansi(style, colours) if style is not None else ""
            lines.append(f"\x1b[{codes}m{text}\x1b[0m" if codes else text)
    return "".join(lines)


def frames(seed: int, columns: int, lines: int, count: int) -> list[str]:
    """Frames like those of Textual, made by chance: pieces of lines, at any place, in any style."""
    chance = Random(seed)
    return ["".join(_piece(chance, columns, lines) for _ in range(chance.randint(1, 25))) for _ in range(count)]


def _piece(chance: Random, columns: int, lines: int) -> str:
    from rich.cells import cell_len, set_cell_size  # its names are wanted here alone

    x, y = chance.randrange(columns), chance.randrange(lines)
    text = "".join(chance.choice(_WORDS) for _ in range(chance.randint(1, 4)))
    text = set_cell_size(text, min(columns - x, cell_len(text)))
    style = chance.choice(_STYLES)
    return f"\x1b[{y + 1};{x + 1}H" + (f"\x1b[{style}m{text}\x1b[0m" if style else text)
