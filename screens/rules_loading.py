"""The guidelines' rules, loaded when something is first judged: no paint waits for them and their tables."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from importlib import import_module
from typing import TYPE_CHECKING

from imaging.runtime.threads import in_thread
from models.findings import Checklist
from models.guidelines.facts import InstanceFacts
from models.guidelines.profile import Profile
from models.run.request import Mode, RunRequest
from models.seal.plan import SealPlan

if TYPE_CHECKING:
    from imaging.guidelines.sealing.homes import Home


async def load_rules() -> None:
    """Load the rules beside the screen, so that the first checklist does not hold it up."""
    await in_thread(lambda: import_module("imaging.guidelines.checklist"))


def judged(facts: InstanceFacts, profile: Profile) -> Checklist:
    """What the rules say about these facts; up to 50 ms after an inspection, so to be asked only when facts are new."""
    from imaging.guidelines.checklist import judge  # noqa: PLC0415  # not for the first paint

    return judge(facts, profile)


def evidence_of(rules: Collection[str], facts: InstanceFacts, profile: Profile) -> Mapping[str, str]:
    """What those of these rules find that fail now, as if nothing were waived."""
    from imaging.guidelines import checklist  # noqa: PLC0415  # not for the first paint

    return checklist.evidence_of(rules, facts, profile)


def planned_seal(facts: InstanceFacts, profile: Profile, request: RunRequest) -> SealPlan:
    """What a seal takes away; of a plain image what one would, and so what the image will hold."""
    from imaging.guidelines.sealing.keeping import keeping_nothing  # noqa: PLC0415  # not for the first paint
    from imaging.guidelines.sealing.planning import plan_seal  # noqa: PLC0415  # the same

    return plan_seal(facts, profile, request if request.mode is Mode.SEALED else keeping_nothing(request))


def homes_of(facts: InstanceFacts) -> tuple[Home, ...]:
    """The homes of an inspected guest, each with its account."""
    from imaging.guidelines.sealing import homes  # noqa: PLC0415  # not for the first paint

    return homes.homes_of(facts)
