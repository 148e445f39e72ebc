"""Chains of rules, and what they do with the packet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

SSH_PORT = 22


class Fits(Enum):
    """Whether a rule is about our packet; the worse of two wins by its order here."""

    YES = 0
    SOME = 1
    """Only for some senders, or at some rates: not for everybody."""
    UNSURE = 2
    """It asks for something that cannot be told from here."""
    NO = 3


class Verdict(Enum):
    """What a rule does."""

    ACCEPT = "accept"
    DROP = "drop"
    RETURN = "return"
    JUMP = "jump"
    GOTO = "goto"
    ANY = "any"
    """It depends: a map of verdicts."""
    NONE = "none"
    """It counts, logs or marks, and the next rule follows."""


@dataclass(frozen=True)
class Rule:
    """A rule as far as it matters here."""

    fits: Fits
    verdict: Verdict
    target: str = ""
    """The chain of a jump."""
    text: str = ""


MOST_STEPS = 20_000

Chains = Mapping[str, Sequence[Rule]]


@dataclass(frozen=True)
class Decision:
    """What happens to the packet, and the rule or policy that decides."""

    open: bool | None
    why: str
    rules: int = 0
    """How many rules were gone through."""


@dataclass
class _Walk:
    chains: Chains
    most_steps: int
    steps: int = 0
    for_some: list[Rule] = field(default_factory=list)
    unsure: list[tuple[Verdict, Rule]] = field(default_factory=list)


_DEEPEST = 20


def too_many(rules: int) -> Decision:
    """The answer where it would take too long to find one."""
    return Decision(None, "more rules than could be followed", rules)


def decide(chains: Chains, chain: str, *, accepts: bool, policy: str, most_steps: int = MOST_STEPS) -> Decision:
    """What becomes of the packet in a base chain.

    Args:
        chains: all chains of the table.
        chain: the base chain.
        accepts: whether its policy lets through what no rule decides.
        policy: that policy in words.
        most_steps: how many rules may be gone through, those of chains that are jumped to each time again.
    """
    walk = _Walk(chains, most_steps)
    found = _walk(walk, chain, 0)
    open_ = accepts if found is None else found[0] is Verdict.ACCEPT
    why = policy if found is None else found[1].text
    wanted = Verdict.ACCEPT if open_ else Verdict.DROP
    doubts = [rule for verdict, rule in walk.unsure if verdict is not wanted]
    if walk.steps >= most_steps:
        return too_many(walk.steps)
    if doubts:
        return Decision(None, f"it depends on: {doubts[0].text}", walk.steps)
    if walk.for_some and not open_:
        return Decision(None, f"for some only: {walk.for_some[0].text}", walk.steps)
    return Decision(open_, why, walk.steps)


def _walk(walk: _Walk, chain: str, depth: int) -> tuple[Verdict, Rule] | None:
    """The rule that decides for sure; None where the packet falls out of the chain's end."""
    for rule in walk.chains.get(chain, ()) if depth < _DEEPEST else ():
        walk.steps += 1
        if walk.steps >= walk.most_steps:
            return None
        if rule.fits is Fits.NO or rule.verdict is Verdict.NONE:
            continue
        ending = _ending(walk, rule, depth)
        if rule.fits is Fits.YES:
            if ending is not None or rule.verdict in {Verdict.RETURN, Verdict.GOTO}:
                return ending
        elif ending is not None:
            _doubt(walk, rule, ending)
        elif rule.fits is Fits.UNSURE and rule.verdict is Verdict.RETURN:
            walk.unsure.append((Verdict.ANY, rule))
    return None


def _ending(walk: _Walk, rule: Rule, depth: int) -> tuple[Verdict, Rule] | None:
    """What the rule comes to, were it to fit."""
    if rule.verdict in {Verdict.JUMP, Verdict.GOTO}:
        return _walk(walk, rule.target, depth + 1)
    if rule.verdict is Verdict.ANY:
        walk.unsure.append((Verdict.ANY, rule))
        return None
    return (rule.verdict, rule) if rule.verdict in {Verdict.ACCEPT, Verdict.DROP} else None


def _doubt(walk: _Walk, rule: Rule, ending: tuple[Verdict, Rule]) -> None:
    """A rule for some senders that drops leaves everybody else alone; one that accepts lets not everybody in."""
    if rule.fits is Fits.UNSURE:
        walk.unsure.append((ending[0], rule))
    elif ending[0] is Verdict.ACCEPT:
        walk.for_some.append(rule)
