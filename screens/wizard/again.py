"""The wizard for an instance of which a run has made an image before: nothing starts by itself."""

from __future__ import annotations

from imaging.cloud.interface import Cloud
from models.errors import NotFoundError
from models.guidelines.facts import InstanceFacts
from models.run.record import RunRecord
from screens.wizard.beginning import beginning_of
from screens.wizard.wizard import WizardScreen


async def wizard_again(cloud: Cloud, run: RunRecord, facts: InstanceFacts | None = None) -> WizardScreen:
    """The wizard for the instance of a run, as the instance is now.

    Args:
        cloud: the cloud.
        run: what the wizard is filled in for.
        facts: what was read of the instance a moment ago, its inspection included; None where nothing was.

    Raises:
        NotFoundError: it is gone.
        CloudError: the cloud cannot be asked.
    """
    if run.instance_id is None:
        raise NotFoundError(f"Run {run.id} is about no instance.")
    known = facts.instance.value if facts is not None else None
    instance = known or await cloud.compute.instance(run.instance_id)
    return WizardScreen(instance, facts, begin=beginning_of(run))
