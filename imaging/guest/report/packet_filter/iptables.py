"""Reads rules as `iptables -S` and iptables-save print them."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable

from imaging.guest.report.packet_filter.chains import SSH_PORT, Decision, Fits, Rule, Verdict, decide
from models import foreign

_PORT = re.compile(r"[0-9]{1,5}")
_VERDICTS = {"ACCEPT": Verdict.ACCEPT, "DROP": Verdict.DROP, "REJECT": Verdict.DROP, "RETURN": Verdict.RETURN}
_PLAIN_MODULES = frozenset({"tcp", "comment", "state", "conntrack", "multiport", "addrtype"})
_RATE_MODULES = frozenset({"recent", "limit", "hashlimit", "set", "mac", "connlimit", "geoip", "time", "iprange"})
_FLAGS = frozenset({"SYN", "ACK", "FIN", "RST", "URG", "PSH"})
_FLAG_ARGUMENTS = 2
_NO_ARGUMENT = frozenset({"--syn", "-f", "--fragment", "--set", "--update", "--rcheck", "--remove", "--rsource"})


def decide_iptables(lines: Iterable[str], chain: str = "INPUT", *, policy: str | None = None) -> Decision | None:
    """What these rules do with a new connection to the SSH port; None if they have no such chain.

    Args:
        lines: of `iptables -S`, or of a saved file (of which only the table `filter` counts).
        chain: where the packet comes in.
        policy: what happens to what no rule decides, where the lines do not say.
    """
    chains: dict[str, list[Rule]] = {}
    policies = {chain: policy} if policy else {}
    in_filter = True
    parsed: list[tuple[str, list[str], str]] = []
    for line in lines:
        if line.startswith("*"):
            in_filter = line.strip() == "*filter"
        words = _words(line) if in_filter else []
        if len(words) > 1 and (words[0] == "-P" or words[0].startswith(":")):
            name, action = (words[1], words[2:3]) if words[0] == "-P" else (words[0][1:], words[1:2])
            chains.setdefault(name, [])
            policies.setdefault(name, (action or ["-"])[0])
        elif len(words) > 1 and words[0] in {"-N", "-A"}:
            chains.setdefault(words[1], [])
            parsed.append((words[1], words[2:], line))
    for name, words, line in parsed:
        if words:
            chains[name].append(_rule(words, line, chains))
    if chain not in chains:
        return None
    kept = policies.get(chain) or "ACCEPT"
    return decide(chains, chain, accepts=kept == "ACCEPT", policy=f"policy {kept} of {chain}")


def _words(line: str) -> list[str]:
    try:
        return shlex.split(line)
    except ValueError:
        return []


def _rule(words: list[str], line: str, chains: Iterable[str]) -> Rule:
    fits, verdict, target, at = Fits.YES, Verdict.NONE, "", 0
    while at < len(words):
        negated = words[at] == "!"
        at += negated
        option = words[at] if at < len(words) else ""
        value = words[at + 1] if at + 1 < len(words) else ""
        if option in {"-j", "-g", "--jump", "--goto"}:
            verdict, target = _target(option, value, chains)
            break
        if option == "--tcp-flags":
            wanted = words[at + 2] if at + _FLAG_ARGUMENTS < len(words) else ""
            fits = _worse(fits, _turned(_flags_fit(value, wanted), negated=negated))
            at += 3
            continue
        fits = _worse(fits, _turned(_option_fits(option, value), negated=negated))
        at += 1 if option in _NO_ARGUMENT else 2
    return Rule(fits, verdict, target, line.strip())


def _target(option: str, value: str, chains: Iterable[str]) -> tuple[Verdict, str]:
    if value in _VERDICTS:
        return _VERDICTS[value], ""
    if value in chains:
        return (Verdict.GOTO if option in {"-g", "--goto"} else Verdict.JUMP), value
    return (Verdict.ANY if value in {"NFQUEUE", "QUEUE", "TARPIT"} else Verdict.NONE), ""


def _worse(one: Fits, other: Fits) -> Fits:
    return max(one, other, key=lambda fits: fits.value)


def _turned(fits: Fits, *, negated: bool) -> Fits:
    """What `!` makes of it; "not this address" is nearly everybody."""
    if not negated:
        return fits
    return {Fits.YES: Fits.NO, Fits.NO: Fits.YES, Fits.SOME: Fits.YES}.get(fits, fits)


def _option_fits(option: str, value: str) -> Fits:  # noqa: PLR0911  # one answer for each kind of option
    match option:
        case "-p" | "--protocol":
            return Fits.YES if value in {"tcp", "6", "all", "0"} else Fits.NO
        case "-i" | "--in-interface":
            return Fits.NO if value == "lo" else Fits.UNSURE
        case "-s" | "--source" | "--src":
            return Fits.YES if value in {"0.0.0.0/0", "::/0"} else Fits.SOME
        case "--dport" | "--dports" | "--destination-port" | "--destination-ports":
            return Fits.YES if _has_port(value) else Fits.NO
        case "--state" | "--ctstate":
            return Fits.YES if "NEW" in value.split(",") else Fits.NO
        case "--dst-type":
            return Fits.YES if value == "LOCAL" else Fits.NO
        case "--syn" | "--comment":
            return Fits.YES
        case "-m" | "--match":
            return Fits.YES if value in _PLAIN_MODULES else Fits.SOME if value in _RATE_MODULES else Fits.UNSURE
        case "--sport" | "--sports" | "--source-port" | "--source-ports":
            return Fits.SOME
        case _:
            return Fits.UNSURE if option.startswith("-") and not _of_rate_module(option) else Fits.YES


def _of_rate_module(option: str) -> bool:
    """Options of modules that were judged by their name already."""
    words = ("--limit", "--hashlimit", "--seconds", "--hitcount", "--name", "--match-set", "--connlimit", "--mask")
    more = ("--mac-source", "--src-range", "--set", "--update", "--rcheck", "--remove", "--rsource", "--time", "--days")
    return option.startswith((*words, *more))


def _has_port(text: str) -> bool:
    """Whether `22`, `ssh`, `20:30` or a list of those holds the SSH port."""
    return any(_in_range(part) for part in text.split(","))


def _in_range(part: str) -> bool:
    low, colon, high = part.partition(":")
    first, last = _port(low, 0), _port(high, 65_535) if colon else _port(low, 65_535)
    return part == "ssh" or (bool(part) and first is not None and last is not None and first <= SSH_PORT <= last)


def _port(text: str, otherwise: int) -> int | None:
    if not text:
        return otherwise
    return foreign.whole(text) if _PORT.fullmatch(text) else None


def _flags_fit(mask: str, wanted: str) -> Fits:
    """The first packet of a connection has SYN alone."""
    compared = _FLAGS if mask == "ALL" else frozenset(mask.split(","))
    set_ = _FLAGS if wanted == "ALL" else frozenset() if wanted == "NONE" else frozenset(wanted.split(","))
    return Fits.YES if compared & {"SYN"} == set_ else Fits.NO
