"""From the console's text of a test instance of a sealed image to what it found on its own disk, and who it is."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from imaging.guest.deep_check.chunks import Listener, hear, unpack
from imaging.guest.seal_proof.needles import NeedleKind, Needles
from imaging.guest.seal_proof.user_data import WORD
from models import foreign
from models.errors import BadProbeError
from models.seal.report import BootSeen, CanaryClass, CanaryCount, NeedleSighting, SealedImageReport
from models.text import one_line

_LARGEST = 400_000
"""Bytes of a report; a real one has some kilobytes."""
_MOST_LINES = 4_000
_MOST_BOOTS = 5
_LONGEST = 400
_HIGHEST = 999_999_999
_NUMBER = re.compile(r"\d{1,9}", re.ASCII)
_KINDS = {each.value.replace(" ", "-"): each.value for each in NeedleKind}
_CLASSES = {each.value: each for each in CanaryClass}
_HELD = "a word of the base system"
_LEFT = {
    "archive": "archives, which are not unpacked",
    "broken": "packed files, which could not be unpacked",
}
"""Of packed files by the script's word for why they were not searched; else the program that the image lacks."""
_PACKER = re.compile(r"[a-z0-9]{1,12}")


def proof_listener(nonce: str) -> Listener:
    """Finds the pieces of the report in a console that grows; `nonce` is that of the test instance's user data."""
    return Listener(nonce, WORD)


def proof_word(line: str, nonce: str) -> str:
    """The word that a line of a console says about this proof: `began`, `restarts`, ...; empty if there is none."""
    _, found, rest = line.partition(f"{WORD} {nonce} ")
    return one_line(rest, _LONGEST).partition(" ")[0] if found else ""


def read_proof_report(text: str, *, nonce: str) -> SealedImageReport:
    """Read the report that a test instance has printed on its console.

    Args:
        text: the console's raw text, untrusted.
        nonce: that of the test instance's user data.

    Raises:
        BadProbeError: pieces are missing, which are named; or what came is not such a report.
    """
    return _read(unpack(hear(text, nonce, WORD)), nonce)


def of_names(report: SealedImageReport, names: Needles) -> SealedImageReport:
    """The report with all names that were not searched for; unknown where it searched for other names than these."""
    told = report.model_copy(update={"not_searched": (*names.not_searched, *report.not_searched)})
    if report.needles_searched is None or report.needles_searched + len(report.not_searched) == len(names.searched):
        return told
    why = f"it searched for {report.needles_searched} names of {len(names.searched)}"
    trouble = one_line("; ".join(part for part in (report.trouble, why) if part), _LONGEST)
    return told.model_copy(update={"needles_searched": None, "trouble": trouble})


def _read(report: bytes, nonce: str) -> SealedImageReport:
    lines = report[: _LARGEST + 1].decode("ascii", "replace").rstrip("\n").split("\n")
    if len(report) > _LARGEST or len(lines) > _MOST_LINES:
        raise _bad("it is far too long")
    if lines[0] != f"imaging-proof 1 {nonce}":
        raise _bad("it does not begin as one")
    if lines[-1] != "end":
        raise _bad("its end is missing")
    read = _Reading()
    for line in lines[1:-1]:
        word, _, rest = line.partition(" ")
        take = _ROWS.get(word)
        if take is not None:
            take(read, rest)
    return read.report()


def _bad(why: str) -> BadProbeError:
    return BadProbeError(
        f"The test instance's report of its disk cannot be read: {why}.",
        meaning="Nothing proves that the image is sealed.",
    )


def _number(text: str) -> int | None:
    return foreign.whole(text, low=0, high=_HIGHEST, name="A number") if _NUMBER.fullmatch(text) else None


@dataclass
class _Reading:
    """What the lines so far come to."""

    counts: dict[CanaryClass, int | None] = field(default_factory=dict)
    control: bool | None = None
    needles: list[NeedleSighting] = field(default_factory=list)
    searched: int | None = None
    is_unsearched: bool = False
    held: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    boots: list[BootSeen] = field(default_factory=list)
    trouble: list[str] = field(default_factory=list)

    def report(self) -> SealedImageReport:
        return SealedImageReport(
            canaries=tuple(CanaryCount(kind=kind, count=count) for kind, count in self.counts.items()),
            control_seen=self.control,
            needles=tuple(dict.fromkeys(self.needles)),
            needles_searched=None if self.is_unsearched else self.searched,
            not_searched=tuple(f"{each} ({_HELD})" for each in dict.fromkeys(self.held)),
            packed_left=tuple(self.left),
            boots=tuple(self.boots[:_MOST_BOOTS]),
            trouble=one_line("; ".join(self.trouble), _LONGEST),
        )

    def canary(self, rest: str) -> None:
        """A second line about a class counts only if it says more."""
        name, _, said = rest.partition(" ")
        kind = _CLASSES.get(name)
        if kind is None:
            return
        count = _number(said)
        known = self.counts.get(kind, 0)
        self.counts[kind] = None if count is None or known is None else max(count, known)

    def take_control(self, rest: str) -> None:
        seen = {"yes": True, "no": False}.get(rest)
        self.control = seen if self.control is None else self.control and bool(seen)

    def needle(self, rest: str) -> None:
        slug, _, path = rest.partition(" ")
        self.needles.append(NeedleSighting(kind=_KINDS.get(slug, "name"), path=one_line(path, _LONGEST)))

    def take_searched(self, rest: str) -> None:
        self.searched = _number(rest)

    def unsearched(self, rest: str) -> None:
        self.is_unsearched = True
        self.trouble.append(f"the search for names: {one_line(rest, _LONGEST)}")

    def uncounted(self, rest: str) -> None:
        self.trouble.append(f"the raw disk: {one_line(rest, _LONGEST)}")

    def take_trouble(self, rest: str) -> None:
        self.trouble.append(one_line(rest, _LONGEST))

    def take_held(self, rest: str) -> None:
        self.held.append(one_line(rest, _LONGEST))

    def take_left(self, rest: str) -> None:
        packer, _, said = rest.partition(" ")
        count, _, path = said.partition(" ")
        number = _number(count)
        if number and _PACKER.fullmatch(packer):
            why = _LEFT.get(packer, f"files that only {packer} unpacks, which the image lacks")
            self.left.append(one_line(f"{number} {why} ({path})", _LONGEST))

    def boot(self, rest: str) -> None:
        number = _number(rest)
        if number is not None:
            self.boots.append(BootSeen(number=number))

    def of_boot(self, name: str, rest: str) -> None:
        """What is said about the boot that was named last."""
        if not self.boots:
            return
        last = self.boots[-1]
        said = one_line(rest, _LONGEST)
        value: object = said if name == "machine_id_digest" else (*getattr(last, name), said)
        self.boots[-1] = last.model_copy(update={name: value})


def _of_boot(name: str) -> Callable[[_Reading, str], None]:
    return lambda read, rest: read.of_boot(name, rest)


_ROWS: dict[str, Callable[[_Reading, str], None]] = {
    "canary": _Reading.canary,
    "control": _Reading.take_control,
    "needle": _Reading.needle,
    "searched": _Reading.take_searched,
    "unsearched": _Reading.unsearched,
    "uncounted": _Reading.uncounted,
    "held": _Reading.take_held,
    "left": _Reading.take_left,
    "trouble": _Reading.take_trouble,
    "boot": _Reading.boot,
    "machine-id": _of_boot("machine_id_digest"),
    "host-key": _of_boot("host_key_digests"),
    "dhcp-id": _of_boot("dhcp_ids"),
    "failed-unit": _of_boot("failed_units"),
    "enabled-unit": _of_boot("enabled_units"),
}
