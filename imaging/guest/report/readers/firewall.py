"""Reads the packet filter: whether a new connection to port 22 gets through, and why.

What counts for a new instance is what is loaded at its boot. So where a tool starts by itself and its saved rules could
be read, those decide together with the rules that are loaded now; they must agree, else nothing is claimed.
"""

from __future__ import annotations

from collections.abc import Iterable

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
    now = _live(rows, lines)
    decision = _agreed(now, _saved(rows, lines, tools))
    return Firewall(
        tools=tools,
        rules=now.rules if now is not None else None,
        ssh_open=decision.open,
        why=decision.why,
    )


def _lines(rows: Rows) -> dict[tuple[str, str], list[str]]:
    """The rules by where they are from (live, saved) and whose they are."""
    found: dict[tuple[str, str], list[str]] = {}
    for origin in ("live", "saved"):
        for kind, line in rows.read(origin, lambda kind, line: (kind, line), fields=2):
            found.setdefault((origin, kind), []).append(line)
    return found


def _live(rows: Rows, lines: dict[tuple[str, str], list[str]]) -> Decision | None:
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


def _saved(rows: Rows, lines: dict[tuple[str, str], list[str]], tools: Iterable[str]) -> Decision | None:
    """What the tools that start by themselves will load; None if that is nothing, or could not be read."""
    decisions = []
    for tool in tools:
        if tool in {"iptables", "netfilter-persistent"}:
            decisions.append(decide_iptables(lines.get(("saved", "iptables"), ())))
        elif tool == "nftables":
            saved = lines.get(("saved", "nft"), ())
            if not any(line.strip().startswith("include") for line in saved):
                decisions.append(decide_nft(saved))
        elif tool == "ufw":
            policy = rows.text("ufw") or "DROP"
            decisions.append(
                decide_iptables(
                    ["-N ufw-user-input", *lines.get(("saved", "ufw"), ())], "ufw-user-input", policy=policy
                )
            )
        elif tool == "firewalld":
            decisions.append(_zone(rows))
    return together([decision for decision in decisions if decision is not None])


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
