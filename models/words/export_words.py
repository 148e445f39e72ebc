"""What is said about a run that makes a file of an image: pure functions."""

from __future__ import annotations

from models.formatting import counted, size
from models.run.record import RunRecord
from models.steps import StepName, StepState
from models.text import cut

AFTER_CANCELLING = (
    "The download is stopped. What the run has written on this machine is removed; the image stays as it is."
)
BEING_REMOVED = "What it has written is being removed."
_NAME = 40


def file_name(run: RunRecord) -> str:
    """The name of its file, without the folder."""
    export = run.plan.export
    return cut(export.file_name, _NAME) if export is not None else ""


def is_written(run: RunRecord) -> bool:
    """Whether the file has its name, and is whole."""
    return any(one.step is StepName.WRITE_SIDECARS and one.state is StepState.DONE for one in run.steps)


def export_success(run: RunRecord) -> str:
    """The outcome of an export that came to its end."""
    exported, export = run.exported, run.plan.export
    if exported is None or export is None or not is_written(run):
        return "Nothing was written"
    hashed = (export.hash_algorithm or "").upper()
    compared = f"compared with the cloud's {hashed}" if exported.compared else "not verified"
    blockers = f", {counted(len(exported.blockers), 'blocker')} in it" if exported.blockers else ""
    return f"{file_name(run)} is written: {size(exported.size_bytes)}, {compared}{blockers}"
