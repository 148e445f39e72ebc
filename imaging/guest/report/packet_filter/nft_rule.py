"""Reads one rule of nftables."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from imaging.guest.report.packet_filter.chains import SSH_PORT, Fits, Rule, Verdict
from models import foreign

_PORT = re.compile(r"[0-9]{1,5}")
_VERDICTS: Mapping[str, Verdict] = {
    "accept": Verdict.ACCEPT,
    "drop": Verdict.DROP,
    "reject": Verdict.DROP,
    "return": Verdict.RETURN,
    "jump": Verdict.JUMP,
    "goto": Verdict.GOTO,
    "queue": Verdict.ANY,
}
_OTHER_PROTOCOLS = frozenset(
    {"udp", "udplite", "icmp", "icmpv6", "sctp", "dccp", "igmp", "esp", "ah", "ip6", "arp", "gre"}
)
_OTHER_STATES = frozenset({"established", "related", "invalid"})
_RATES = frozenset({"limit", "meter", "quota", "add", "update"})


def read_rule(words: Sequence[str]) -> Rule:
    """A rule, from its words; what it asks for beyond what we know makes it unsure."""
    return _Rule(list(words)).read()


class _Rule:
    def __init__(self, words: list[str]) -> None:
        self._words = words
        self._at = 0
        self._fits = Fits.YES
        self._mapped: tuple[Verdict, str] | None = None

    def read(self) -> Rule:
        text = " ".join(self._words)[:300]
        while self._at < len(self._words):
            word = self._next()
            if word in _VERDICTS:
                return Rule(self._fits, _VERDICTS[word], self._next() if word in {"jump", "goto"} else "", text)
            if word == "vmap":
                return Rule(self._fits, Verdict.ANY, "", text)
            self._read_word(word)
            if self._mapped is not None:
                return Rule(self._fits, *self._mapped, text)
        return Rule(self._fits, Verdict.NONE, "", text)

    def _next(self) -> str:
        self._at += 1
        return self._words[self._at - 1] if self._at <= len(self._words) else ""

    def _peek(self) -> str:
        return self._words[self._at] if self._at < len(self._words) else ""

    def _worsen(self, fits: Fits) -> None:
        self._fits = max(self._fits, fits, key=lambda one: one.value)

    def _read_word(self, word: str) -> None:
        if word == "counter":
            self._skip_pairs(("packets", "bytes"))
        elif word == "log":
            self._skip_pairs(("prefix", "level", "group", "flags", "snaplen", "queue-threshold"))
        elif word == "comment":
            self._next()
        elif word in {"meta", "th", "tcp", "ct", "ip"}:
            self._read_field(word, self._next())
        elif word in {"iif", "iifname"}:
            self._compare(_not_loopback)
        elif word in _OTHER_PROTOCOLS:
            self._worsen(Fits.NO)
        elif word in _RATES:
            self._worsen(Fits.SOME)
            self._skip_to_verdict()
        else:
            self._worsen(Fits.UNSURE)
            self._skip_to_verdict()

    def _read_field(self, of: str, name: str) -> None:
        if of == "tcp":
            self._worsen(Fits.YES)
        readers: Mapping[tuple[str, str], Callable[[frozenset[str]], Fits]] = {
            ("tcp", "dport"): _port_fits,
            ("th", "dport"): _port_fits,
            ("tcp", "sport"): lambda _: Fits.SOME,
            ("ip", "saddr"): lambda values: Fits.YES if values == {"0.0.0.0/0"} else Fits.SOME,
            ("ip", "protocol"): _is_tcp,
            ("meta", "l4proto"): _is_tcp,
            ("meta", "nfproto"): lambda values: Fits.YES if values & {"ipv4", "2"} else Fits.NO,
            ("meta", "iif"): _not_loopback,
            ("meta", "iifname"): _not_loopback,
            ("ct", "state"): _is_new,
            ("ct", "status"): lambda values: Fits.NO if values & {"dnat", "snat", "32"} else Fits.UNSURE,
        }
        reader = readers.get((of, name))
        if reader is not None:
            self._compare(reader)
        else:
            self._worsen(Fits.UNSURE)
            self._skip_to_verdict()

    def _compare(self, fits: Callable[[frozenset[str]], Fits]) -> None:
        """Takes `VALUE`, `== VALUE`, `!= VALUE` or a set; a map of verdicts is left to the caller."""
        negated = self._peek() == "!="
        if self._peek() in {"!=", "=="}:
            self._next()
        if self._peek() == "vmap":
            self._mapped = self._from_map(fits)
            return
        found = fits(self._values())
        turned = {Fits.YES: Fits.NO, Fits.NO: Fits.YES, Fits.SOME: Fits.YES}
        self._worsen(turned.get(found, found) if negated else found)

    def _values(self) -> frozenset[str]:
        """The words of a value: one, a list with commas, or a set in braces."""
        if self._peek() != "{":
            values = [self._next()]
            while self._peek() == ",":
                self._next()
                values.append(self._next())
            return frozenset(value.strip('"') for value in values)
        self._next()
        inside: list[str] = []
        while self._peek() not in {"}", ""}:
            inside.append(self._next())
        self._next()
        return frozenset(value.strip().strip('"') for value in " ".join(inside).split(",") if value.strip())

    def _from_map(self, fits: Callable[[frozenset[str]], Fits]) -> tuple[Verdict, str]:
        """What a map (`{ established : accept, new : jump x }`) gives to our packet."""
        inside = " ".join(self._words[self._at + 1 :]).strip("{} ")
        unsure = False
        for entry in inside.split(","):
            key, _, action = entry.rpartition(" : ")
            words = action.split()
            found = fits(frozenset({key.strip().strip('"')}))
            if found is Fits.YES and words and words[0] in _VERDICTS:
                return _VERDICTS[words[0]], words[1] if len(words) > 1 else ""
            unsure = unsure or found in {Fits.SOME, Fits.UNSURE}
        return (Verdict.ANY if unsure else Verdict.NONE), ""

    def _skip_pairs(self, names: tuple[str, ...]) -> None:
        while self._peek() in names:
            self._at += 2

    def _skip_to_verdict(self) -> None:
        while self._at < len(self._words) and self._peek() not in _VERDICTS and self._peek() != "vmap":
            self._at += 1


def _not_loopback(values: frozenset[str]) -> Fits:
    return Fits.NO if values in ({"lo"}, {"1"}) else Fits.UNSURE


def _is_tcp(values: frozenset[str]) -> Fits:
    return Fits.YES if values & {"tcp", "6"} else Fits.NO


def _is_new(values: frozenset[str]) -> Fits:
    if values & {"new", "0x8"}:
        return Fits.YES
    return Fits.NO if values <= _OTHER_STATES | {"untracked", "0x1", "0x2", "0x4", "0x40"} else Fits.UNSURE


def _port_fits(values: frozenset[str]) -> Fits:
    if any(value.startswith("@") for value in values):
        return Fits.UNSURE
    return Fits.YES if any(_in_range(value) for value in values) else Fits.NO


def _in_range(value: str) -> bool:
    low, _, high = value.partition("-")
    if value == "ssh":
        return True
    ends = [foreign.whole(end) for end in (low.strip(), high.strip() or low.strip()) if _PORT.fullmatch(end)]
    return len(ends) == 2 and ends[0] <= SSH_PORT <= ends[1]  # noqa: PLR2004  # both ends of a range
