"""The wizard for an instance of which a run has made an image before: nothing starts by itself."""

from __future__ import annotations

from imaging.cloud.interface import Cloud
from models.errors import NotFoundError
from models.run.record import RunRecord
from screens.wizard.beginning import beginning_of
from screens.wizard.wizard import WizardScreen


async def wizard_again(cloud: Cloud, run: RunRecord) -> WizardScreen:
    """The wizard for the instance of a run, as the instance is now.

    Raises:
        NotFoundError: it is gone.
        CloudError: the cloud cannot be asked.
    """
    if run.instance_id is None:
        raise NotFoundError(f"Run {run.id} is about no instance.")
    return WizardScreen(await cloud.compute.instance(run.instance_id), None, begin=beginning_of(run))
