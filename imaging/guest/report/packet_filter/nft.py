"""Reads rules as `nft list ruleset` prints them and as nftables.conf holds them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice

from imaging.guest.report.packet_filter.chains import MOST_STEPS, Decision, Rule, decide, too_many
from imaging.guest.report.packet_filter.nft_rule import read_rule

_TOKEN = re.compile(r'"[^"\n]*"|[{};,\n]|#[^\n]*|[^\s{};,#"]+|"')
_BLOCKS = {"table": 3, "chain": 2, "set": 2, "map": 2, "flowtable": 2, "counter": 2, "quota": 2, "limit": 2}
"""What opens a block, with the most words that stand before its brace: a rule may begin with `counter`, too."""
_FAMILIES = frozenset({"ip", "inet"})
"""Those that see packets of IPv4 for this machine."""
_MOST_TOKENS = 400_000


@dataclass
class _Table:
    family: str
    name: str
    chains: dict[str, list[Rule]] = field(default_factory=dict)
    entries: dict[str, str] = field(default_factory=dict)
    """Base chains of the hook `input`, with their policies."""


def decide_nft(lines: Iterable[str], *, leave_out: frozenset[str] = frozenset()) -> Decision | None:
    """What all tables together do with a new connection to the SSH port; None if no chain of theirs sees it.

    Args:
        lines: the ruleset.
        leave_out: tables such as `ip filter` that were judged by another tool already.
    """
    try:
        tables = _Reader(_tokens(lines)).tables()
    except _TooMuchError:
        return too_many(0)
    decisions: list[Decision] = []
    steps_left = MOST_STEPS  # for all tables together: a guest can make up thousands
    for table in tables:
        if table.family not in _FAMILIES or f"{table.family} {table.name}" in leave_out:
            continue
        for chain, policy in table.entries.items():
            why = f"policy {policy} of {table.name} {chain}"
            decisions.append(
                decide(table.chains, chain, accepts=policy != "drop", policy=why, most_steps=max(1, steps_left))
            )
            steps_left -= decisions[-1].rules + 1
    return together(decisions)


class _TooMuchError(Exception):
    """More words than a ruleset has."""


def _tokens(lines: Iterable[str]) -> list[str]:
    tokens = list(islice((found[0] for found in _TOKEN.finditer("\n".join(lines))), _MOST_TOKENS + 1))
    if len(tokens) > _MOST_TOKENS:
        raise _TooMuchError
    return tokens


def together(decisions: Sequence[Decision]) -> Decision | None:
    """What passes every chain gets through; one that drops it is enough to stop it."""
    if not decisions:
        return None
    rules = sum(decision.rules for decision in decisions)
    order = {False: 0, None: 1, True: 2}
    worst = min(decisions, key=lambda decision: order[decision.open])
    return Decision(worst.open, worst.why, rules)


class _Reader:
    """Takes the words of a ruleset apart: blocks, and statements that end with their line or a semicolon."""

    def __init__(self, tokens: Sequence[str]) -> None:
        self._tokens = [token for token in tokens if not token.startswith("#")]
        self._at = 0
        self._defined: dict[str, list[str]] = {}
        self._words_left = 2 * _MOST_TOKENS

    def tables(self) -> tuple[_Table, ...]:
        found: dict[tuple[str, str], _Table] = {}
        while self._at < len(self._tokens):
            words, opens = self._statement()
            if opens and words[:1] == ["table"] and len(words) > 1:
                family, name = (words[1], words[2]) if len(words) > 2 else ("ip", words[1])  # noqa: PLR2004  # family left out
                self._table(found.setdefault((family, name), _Table(family, name)))
            elif opens:
                self._skip()
            elif words[:1] == ["define"] and len(words) > 3:  # noqa: PLR2004  # define NAME = VALUE
                self._defined["$" + words[1]] = words[3:]
        return tuple(found.values())

    def _table(self, table: _Table) -> None:
        while (step := self._statement()) != (["}"], False):
            words, opens = step
            if opens and words[:1] == ["chain"] and len(words) > 1:
                self._chain(table, words[1])
            elif opens:
                self._skip()
            if self._at >= len(self._tokens):
                return

    def _chain(self, table: _Table, name: str) -> None:
        rules = table.chains.setdefault(name, [])
        while (step := self._statement()) != (["}"], False):
            words = step[0]
            if (
                words[:2] == ["type", "filter"]
                and "hook" in words
                and words[words.index("hook") + 1 :][:1] == ["input"]
            ):
                table.entries.setdefault(name, "accept")
            elif words[:1] == ["policy"] and name in table.entries:
                table.entries[name] = "".join(words[1:2])
            elif words and words[0] not in {"type", "policy", "comment"}:
                rules.append(read_rule(words))
            if self._at >= len(self._tokens):
                return

    def _statement(self) -> tuple[list[str], bool]:
        """The words up to the end of a statement, and whether a block opens there; `}` alone ends a block."""
        words: list[str] = []
        depth = 0
        while self._at < len(self._tokens):
            word = self._tokens[self._at]
            self._at += 1
            if word == "{" and depth == 0 and words and len(words) <= _BLOCKS.get(words[0], 0):
                return words, True
            if word == "}" and depth == 0:
                if words:
                    self._at -= 1
                    return words, False
                return ["}"], False
            depth += (word == "{") - (word == "}")
            if word in {"\n", ";"}:
                if depth == 0 and words:
                    return words, False
                continue
            words.extend(self._meant(word))
        return words, False

    def _meant(self, word: str) -> list[str]:
        """The words that a name stands for, which may stand for others: so their number can double with each line."""
        meant = self._defined.get(word, [word])
        self._words_left -= len(meant)
        if self._words_left < 0:
            raise _TooMuchError
        return meant

    def _skip(self) -> None:
        depth = 1
        while depth and self._at < len(self._tokens):
            depth += (self._tokens[self._at] == "{") - (self._tokens[self._at] == "}")
            self._at += 1
