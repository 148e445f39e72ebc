"""Letters for terminals that show ASCII alone: each has as many cells as before, so that nothing moves."""

from __future__ import annotations

from collections.abc import Callable

from screens.style.glyphs import Glyphs, terminal_is_unicode

_SIGNS = {
    **dict.fromkeys("─━═╌╍┄┅┈┉╴╶╸╺‐‑‒–—―−╼╾▔▁", "-"),
    **dict.fromkeys("│┃║╎╏┆┇┊┋╵╷╹╻▏▕▎▌▐▍", "|"),
    **dict.fromkeys("┌┐└┘├┤┬┴┼╭╮╰╯╔╗╚╝╠╣╦╩╬┏┓┗┛┣┫┳┻╋╒╓╕╖╘╙╛╜╞╟╡╢╤╥╧╨╪╫", "+"),
    **dict.fromkeys("█▇▆▅▄▃▂▀▉▊▋", "#"),
    **dict.fromkeys("…~", "~"),
    **dict.fromkeys("·•∙◦", "."),
    **dict.fromkeys("›→▸▶»❯", ">"),
    **dict.fromkeys("‹←◂◀«", "<"),
    **dict.fromkeys("↑▴▲", "^"),
    **dict.fromkeys("↓▾▼", "v"),
    **dict.fromkeys("“”„", '"'),
    **dict.fromkeys("‘’‚", "'"),
    **dict.fromkeys("✓✔", "+"),
    **dict.fromkeys("✗✘×", "x"),
    **dict.fromkeys("↻●", "*"),
    **dict.fromkeys("▫○", "o"),
    **dict.fromkeys("\xa0\u2002\u2003\u2009\u202f", " "),
}
_UNKNOWN = "?"


def stand_in(glyphs: Glyphs) -> Callable[[str, int], str] | None:
    """What replaces the letters that the terminal cannot show; None where it shows all.

    Args:
        glyphs: the user's set. With the ASCII one our own signs are replaced; foreign letters only where the locale
            has no Unicode, for the terminal may well show them.
    """
    if not glyphs.ascii:
        return None
    return _sign_alone if terminal_is_unicode() else _ascii


def _sign_alone(letter: str, _width: int) -> str:
    return _SIGNS.get(letter, letter)


def _ascii(letter: str, width: int) -> str:
    return _SIGNS.get(letter, _UNKNOWN) * width
