"""A deep check from the screen: its price is said first, then it is started and shown."""

from __future__ import annotations

from typing import Any

from textual.app import App

from models.cloud.instance import Instance
from models.run.request import RunRequest
from screens.context import Console
from screens.dialogs.confirm import Question
from screens.dialogs.run_question import run_question
from screens.runs.run import RunScreen


async def offer_deep_check(app: App[Any], console: Console, instance: Instance) -> str | None:
    """Say what it costs, start it after agreement, and show the run; where it is not possible, say why.

    Returns:
        The id of the run; None if the user wants none.

    Raises:
        ImagingError: it cannot be planned or started.
    """
    request = RunRequest(profile=console.profile.name, attended=True)
    plan = await console.runs.plans.deep_check(await console.cloud(), instance.id, request, console.profile)
    costs = "\n\n".join(plan.warnings)
    sentence = f"Inspect the disk of {instance.name} through a temporary instance?"
    if not await app.push_screen_wait(run_question(plan, Question("Deep check", sentence, costs))):
        return None
    run = await console.runs.start(plan, await console.resolved(), console.profile)
    app.push_screen(RunScreen(run.id))
    return run.id
