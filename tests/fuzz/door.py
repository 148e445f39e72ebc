"""A door: one place where what strangers write comes in, with good inputs and what reads them."""

from __future__ import annotations

import random
import reprlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from models.errors import ImagingError
from tests.fuzz.hostile import Spoiler, places, values, with_value


@dataclass(frozen=True)
class Door:
    """What comes in, and where it is read to its end: shown, judged, or written down."""

    kind: str
    """cloud answers, console, probe report, metadata, files, disks or configuration."""
    name: str
    read: Callable[[Any], object]
    """Takes one input; only an `ImagingError` may come out."""
    documents: Sequence[Any] = ()
    """Good inputs that are JSON values."""
    texts: Sequence[str] = ()
    data: Sequence[bytes] = ()

    def inputs(self, count: int, seed: int = 0) -> list[Any]:
        """So many bad inputs, the same for the same seed: each value in each place in turn, then random ones."""
        spoiler, chooser = Spoiler(seed), random.Random(seed)
        found = list(islice(self._each_value_in_each_place(seed), count // 2))
        goods = [(spoiler.document, good) for good in self.documents]
        goods += [(spoiler.text, good) for good in self.texts]
        goods += [(spoiler.data, good) for good in self.data]
        while len(found) < count:
            spoil, good = chooser.choice(goods)
            found.append(spoil(good))
        return found

    def _each_value_in_each_place(self, seed: int) -> Iterator[Any]:
        """Goes round all places; at each of them the next value comes at the next round."""
        spots = [(good, place) for good in self.documents for place in places(good)]
        hostile = values()
        for number in range(len(spots) * len(hostile)):
            good, place = spots[number % len(spots)]
            yield with_value(good, place, hostile[(number * 7 + number // len(spots) + seed) % len(hostile)])

    def attack(self, bad: Any) -> BaseException | None:
        """Let one input in; what escaped that is no `ImagingError`."""
        try:
            self.read(bad)
        except ImagingError as error:
            return _unfit(error)
        except Exception as error:  # noqa: BLE001  # this is what is searched for
            return error
        return None


def _unfit(error: ImagingError) -> BaseException | None:
    """An `ImagingError` is shown and written down, so its text must be short, printable and encodable."""
    text = str(error)
    if len(text) > 6_200 or not text.replace("\n", "").isprintable():
        return AssertionError(f"an error's text is unfit to be shown: {text[:200]!r}")
    return None


def shown(bad: Any) -> str:
    """An input as a message may show it, however deep or large it is."""
    short = reprlib.Repr()
    short.maxlevel, short.maxstring, short.maxother, short.maxlong = 7, 200, 200, 60
    short.maxdict = short.maxlist = short.maxtuple = 40
    return short.repr(bad)
