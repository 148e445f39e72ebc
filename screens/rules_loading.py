"""The guidelines' rules, loaded when something is first judged: no paint waits for them and their tables."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from importlib import import_module

from imaging.runtime.threads import in_thread
from models.findings import Checklist
from models.guidelines.facts import InstanceFacts
from models.guidelines.profile import Profile


async def load_rules() -> None:
    """Load the rules beside the screen, so that the first checklist does not hold it up."""
    await in_thread(lambda: import_module("imaging.guidelines.checklist"))


def judged(facts: InstanceFacts, profile: Profile) -> Checklist:
    """What the rules say of these facts; up to 50 ms after an inspection, so to be asked only when facts are new."""
    from imaging.guidelines.checklist import judge  # noqa: PLC0415  # not for the first paint

    return judge(facts, profile)


def evidence_of(rules: Collection[str], facts: InstanceFacts, profile: Profile) -> Mapping[str, str]:
    """What those of these rules find that fail now, as if nothing were waived."""
    from imaging.guidelines import checklist  # noqa: PLC0415  # not for the first paint

    return checklist.evidence_of(rules, facts, profile)
