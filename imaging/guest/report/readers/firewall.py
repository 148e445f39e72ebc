"""Reads the packet filter: whether a new connection to port 22 gets through, and why.

What counts for a new instance is what is loaded at its boot. So where a tool starts by itself and its saved rules could
be read, those decide together with the rules that are loaded now; they must agree, else nothing is claimed. On a disk
that no machine runs, the tools and their saved rules are all that decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from imaging.guest.report.packet_filter.chains import Decision
from imaging.guest.report.packet_filter.iptables import decide_iptables
from imaging.guest.report.packet_filter.nft import decide_nft, together
from imaging.guest.report.rows import Rows
from models.guest.network import Firewall

_OF_IPTABLES = frozenset({"ip filter", "ip6 filter"})


def read_firewall(rows: Rows) -> Firewall:
    """Which tools are in force and whether SSH gets through all of them."""
    tools = tuple(dict.fromkeys(rows.texts("tool")))
    lines = _lines(rows)
    saved = _saved(rows, lines, tools)
    if rows.text("runs") == "no":
        decision = _at_its_start(saved, lines)
        return Firewall(tools=tools, ssh_open=decision.open, why=decision.why)
    now = _live(rows, lines)
    decision = _agreed(now, together([each for each in saved.values() if each is not None]))
    return Firewall(
        tools=tools,
        rules=now.rules if now is not None else None,
        ssh_open=decision.open,
        why=decision.why,
    )


_Lines = Mapping[tuple[str, str], list[str]]


def _lines(rows: Rows) -> _Lines:
    """The rules by where they are from (live, saved) and whose they are."""
    found: dict[tuple[str, str], list[str]] = {}
    for origin in ("live", "saved"):
        for kind, line in rows.read(origin, lambda kind, line: (kind, line), fields=2):
            found.setdefault((origin, kind), []).append(line)
    return found


def _live(rows: Rows, lines: _Lines) -> Decision | None:
    """What the loaded rules do; None if they could not be read."""
    loaded = set(rows.texts("loaded"))
    if not loaded & {"nft", "iptables"} and "known" in loaded:
        return Decision(open=True, why="no packet filter is loaded")
    if rows.has("unreadable"):
        return None
    by_iptables = decide_iptables(lines.get(("live", "iptables"), ()))
    by_nft = decide_nft(lines.get(("live", "nft"), ()), leave_out=_OF_IPTABLES if by_iptables else frozenset())
    if by_iptables is None and not rows.has("asked"):
        return None
    decisions = [decision for decision in (by_iptables, by_nft) if decision is not None]
    return together(decisions) or Decision(open=True, why="no rule filters what comes in")


def _saved(rows: Rows, lines: _Lines, tools: Iterable[str]) -> dict[str, Decision | None]:
    """What each tool that starts by itself will load; None if that is nothing, or could not be read."""
    return {tool: _saved_by(tool, rows, lines) for tool in tools}


def _saved_by(tool: str, rows: Rows, lines: _Lines) -> Decision | None:
    match tool:
        case "iptables" | "netfilter-persistent":
            return decide_iptables(lines.get(("saved", "iptables"), ()))
        case "nftables":
            return None if _takes_in(lines) else decide_nft(lines.get(("saved", "nft"), ()))
        case "ufw":
            rules = ["-N ufw-user-input", *lines.get(("saved", "ufw"), ())]
            return decide_iptables(rules, "ufw-user-input", policy=rows.text("ufw") or "DROP")
        case "firewalld":
            return _zone(rows)
    return None


def _takes_in(lines: _Lines) -> bool:
    """Whether the saved rules of nft take in files that were not read."""
    return any(line.strip().startswith("include") for line in lines.get(("saved", "nft"), ()))


def _at_its_start(saved: Mapping[str, Decision | None], lines: _Lines) -> Decision:
    """What the saved rules of all tools do when the machine starts, with no others to compare them with."""
    if not saved:
        return Decision(open=True, why="no packet filter starts by itself")
    unread = [tool for tool, decision in saved.items() if decision is None and not _loads_nothing(tool, lines)]
    decision = together([each for each in saved.values() if each is not None])
    if decision is not None and (decision.open is False or not unread):
        return decision
    if unread:
        return Decision(open=None, why=f"the rules of {' and '.join(unread)} are not known")
    return Decision(open=True, why="no saved rule filters what comes in")


def _loads_nothing(tool: str, lines: _Lines) -> bool:
    """Whether a tool without a decision has none because its saved rules, all of them read, filter nothing."""
    return tool in {"iptables", "netfilter-persistent"} or (tool == "nftables" and not _takes_in(lines))


def _zone(rows: Rows) -> Decision | None:
    """The default zone of firewalld: every interface is in it that nobody put elsewhere."""
    for name, listed in rows.read("zone", lambda name, listed: (name, set(listed.split(","))), fields=2):
        if listed & {"ssh", "port 22", "port ssh", "target ACCEPT"}:
            return Decision(open=True, why=f"zone {name} of firewalld lets ssh in")
        if "rule" in listed:
            return Decision(open=None, why=f"it depends on rich rules of firewalld's zone {name}")
        return Decision(open=False, why=f"zone {name} of firewalld names no ssh")
    return None


def _agreed(now: Decision | None, saved: Decision | None) -> Decision:
    if now is None and saved is None:
        return Decision(open=None, why="only root may read the rules")
    if now is None or saved is None:
        return now or saved or Decision(open=None, why="")
    if now.open == saved.open:
        return saved
    if now.open is None or saved.open is None:
        return (
            saved
            if now.open is None and saved.open is False
            else Decision(open=None, why=(now if now.open is None else saved).why)
        )
    words = {True: "open", False: "closed"}
    return Decision(
        open=None, why=f"{words[now.open]} now ({now.why}), {words[saved.open]} after the next start ({saved.why})"
    )
