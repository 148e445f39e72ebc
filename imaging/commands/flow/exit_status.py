"""With which exit status a command ends that followed a run."""

from __future__ import annotations

from models.exit_code import ExitCode
from models.run.record import RunRecord, RunState
from models.run.source_seen import SourceState
from models.works.verdict import WorksWord


def exit_status(run: RunRecord, wanted: RunState = RunState.DONE) -> ExitCode:
    """0 for a run that did what was asked; a deep check is to have inspected, even where the instance did not come up.

    It did not if its verdict is failed or inconclusive, if its checks and tests came to *no*, or in a verification to
    less than *yes*, if the test instance says that it has no network, if a wanted test could not be made, or if its
    source is not as it was or does not come up.
    """
    is_down = run.source_seen is not None and run.source_seen.state is SourceState.DOES_NOT_COME_UP
    if run.state is not wanted or run.instance_restored is False or is_down:
        return ExitCode.VIOLATIONS
    tested = run.state is RunState.DONE and run.plan.request.test and run.spec.tests_image
    if tested and (run.verdict is None or not run.verdict.has_proved_boot):
        return ExitCode.VIOLATIONS
    return ExitCode.DONE if not tested or _works_as_wanted(run) else ExitCode.VIOLATIONS


def _works_as_wanted(run: RunRecord) -> bool:
    """Whether an image works well enough: one that is only verified must do so in all that was asked."""
    if not run.spec.must_test:
        return run.works is None or run.works.word is not WorksWord.NO
    good = {WorksWord.YES, WorksWord.PARTLY} if run.plan.request.allow_partly else {WorksWord.YES}
    return run.works is not None and run.works.word in good
