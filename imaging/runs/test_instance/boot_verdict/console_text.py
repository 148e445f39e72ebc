"""A console's text as it grows from one reading to the next: what is new is told, and so much is kept.

A cloud gives the whole log or its last part, about 100 KiB: libvirt keeps a ring, so that the beginning is gone from
one reading to the next. The guest writes it all, so joining takes time in proportion to any text.
"""

from __future__ import annotations

from imaging.runs.test_instance.boot_verdict.console_patterns import CUT

KEPT = 1_000_000
"""Characters of a console that are kept, the last ones: ten times what a cloud gives, and a bound for a busy guest."""
_CUT_FROM = 25_000
"""Characters from which on a reading may be the last part of a log: 100 KiB of the longest characters."""
_LONGEST_MARK = len(CUT) + 1
_HALF_CHARACTER = "\N{REPLACEMENT CHARACTER}"
"""What becomes of a character that a cloud cuts in its middle; whole, it is in the reading before or in the next."""
_OVERLAP = 64
"""Characters that must agree before two readings are taken for overlapping."""


class GrowingConsole:
    """The joined readings of one console."""

    def __init__(self) -> None:
        self.text = ""
        """The last `KEPT` characters: raw, from the guest."""
        self.length = 0
        """Characters so far, those that are no longer kept included."""

    @property
    def left_out(self) -> int:
        """How many characters of the beginning are no longer kept."""
        return self.length - len(self.text)

    def take(self, later: str) -> bool:
        """Join another reading; whether it brought anything new.

        Where it does not continue what was there (a restart, or a gap), it is put behind it as a line of its own. A
        long one is then marked, for it may begin in the middle of a line.
        """
        # Room for the mark, which would else be what is cut off.
        new = added(self.text, later.strip(_HALF_CHARACTER)[-(KEPT - _LONGEST_MARK) :])
        self.text = f"{self.text}{new}"[-KEPT:]
        self.length += len(new)
        return bool(new)

    def since(self, length: int) -> str:
        """What came after the console had that length, as far as it is kept."""
        return self.text[max(0, length - self.left_out) :]


def added(earlier: str, later: str) -> str:
    """What a later reading adds to an earlier one."""
    # V15: an empty log is no restart; Nova gives one before the guest has printed anything.
    if not later or earlier.endswith(later):
        return ""
    mark = CUT if len(later) >= _CUT_FROM else ""
    if not earlier:
        return f"{mark}{later}"
    # The usual case by far, and the cheap one: the log only grew.
    if later.startswith(earlier):
        return later[len(earlier) :]
    agreeing = _overlap(earlier, later)
    # A few agreeing characters are chance: a line end or a blank agrees with anything.
    return later[agreeing:] if agreeing >= min(_OVERLAP, len(later)) else f"\n{mark}{later}"


def _overlap(earlier: str, later: str) -> int:
    """How many characters at the end of the earlier text are the beginning of the later one."""
    found = earlier.find(later[:_OVERLAP])
    if found < 0:
        return 0
    if later.startswith(earlier[found:]):
        return len(earlier) - found
    return _longest_overlap(earlier[-len(later) :], later)


def _longest_overlap(earlier: str, later: str) -> int:
    """The same where the guest repeats itself: by Knuth, Morris and Pratt, who read each character twice at most."""
    shorter = [0] * len(later)
    agreeing = 0
    for place in range(1, len(later)):
        agreeing = _agreeing(later[place], agreeing, later, shorter)
        shorter[place] = agreeing
    agreeing = 0
    for letter in earlier:
        agreeing = _agreeing(letter, agreeing, later, shorter)
    return agreeing


def _agreeing(letter: str, agreeing: int, later: str, shorter: list[int]) -> int:
    """How much of the later text's beginning ends with this letter, when so much ended with the one before."""
    while agreeing and (agreeing == len(later) or letter != later[agreeing]):
        agreeing = shorter[agreeing - 1]
    return agreeing + (letter == later[agreeing])
