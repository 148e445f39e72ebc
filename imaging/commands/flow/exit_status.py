"""With which exit status a command ends that followed a run."""

from __future__ import annotations

from imaging.runs.core.outcome import is_known_not_to_work
from models.exit_code import ExitCode
from models.run.record import RunRecord, RunState
from models.run.source_seen import SourceState


def exit_status(run: RunRecord, wanted: RunState = RunState.DONE) -> ExitCode:
    """0 for a run that did what was asked; a deep check is to have inspected, even where the instance did not come up.

    It did not if its verdict is failed or inconclusive, if its checks and tests came to *no*, if the test instance says
    that it has no network, if a wanted test could not be made, or if its source is not as it was or does not come up.
    """
    is_down = run.source_seen is not None and run.source_seen.state is SourceState.DOES_NOT_COME_UP
    if run.state is not wanted or run.instance_restored is False or is_down:
        return ExitCode.VIOLATIONS
    tested = run.state is RunState.DONE and run.plan.request.test and run.spec.tests_image
    if tested and (run.verdict is None or not run.verdict.has_proved_boot):
        return ExitCode.VIOLATIONS
    return ExitCode.DONE if not tested or not is_known_not_to_work(run) else ExitCode.VIOLATIONS
