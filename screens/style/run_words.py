"""The steps of a run in the words of people: those of one kind are one row, and its words say where it is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from models.run.kind import RunKind
from models.steps import StepName


class Task(StrEnum):
    """What a person would call one thing; a run takes one step or several for it."""

    CHECK = "check"
    DOWNLOAD = "download"
    WRITE_FILE = "write file"
    INSPECT_FILE = "inspect file"
    UPLOAD = "upload"
    STOP = "stop"
    DETACH = "detach"
    SAVE = "save"
    RESTORE = "restore"
    SEAL = "seal"
    DESCRIBE = "describe"
    TEST = "test"
    CHECKS = "checks"
    PROVE = "prove"
    CONFIRM = "confirm"
    SEE_UP = "see up"
    BASE = "base"
    REPORT = "report"


@dataclass(frozen=True)
class TaskWords:
    """What a task is called; `{name}` stands for the instance."""

    ahead: str
    running: str
    done: str
    skipped: str
    failed: str


TASK_OF: dict[StepName, Task] = {
    StepName.CHECK: Task.CHECK,
    StepName.DOWNLOAD: Task.DOWNLOAD,
    StepName.COMPARE_DOWNLOAD: Task.DOWNLOAD,
    StepName.CONVERT_DOWNLOAD: Task.WRITE_FILE,
    StepName.INSPECT_DOWNLOAD: Task.WRITE_FILE,
    StepName.WRITE_SIDECARS: Task.WRITE_FILE,
    StepName.INSPECT_FILE: Task.INSPECT_FILE,
    StepName.CONVERT: Task.INSPECT_FILE,
    StepName.UPLOAD: Task.UPLOAD,
    StepName.WAIT_FOR_ACTIVE: Task.UPLOAD,
    StepName.COMPARE: Task.UPLOAD,
    StepName.UNLOCK: Task.STOP,
    StepName.CLAIM: Task.STOP,
    StepName.STOP: Task.STOP,
    StepName.DETACH: Task.DETACH,
    StepName.LOCK: Task.DETACH,
    StepName.CREATE_IMAGE: Task.SAVE,
    StepName.WAIT_FOR_IMAGE: Task.SAVE,
    StepName.RESTORE: Task.RESTORE,
    StepName.LAUNCH_CLONE: Task.SEAL,
    StepName.SEAL: Task.SEAL,
    StepName.STOP_CLONE: Task.SEAL,
    StepName.IMAGE_CLONE: Task.SEAL,
    StepName.WAIT_FOR_SEALED: Task.SEAL,
    StepName.REMOVE_CLONE: Task.SEAL,
    StepName.REMOVE_INTERIM: Task.SEAL,
    StepName.DESCRIBE: Task.DESCRIBE,
    StepName.TEST_LAUNCH: Task.TEST,
    StepName.VERIFY: Task.TEST,
    StepName.RUN_CHECKS: Task.CHECKS,
    StepName.READ_FACTS: Task.TEST,
    StepName.REMOVE_TEST: Task.TEST,
    StepName.REMOVE_SNAPSHOT: Task.TEST,
    StepName.INSPECT: Task.PROVE,
    StepName.PROVE_SEAL: Task.PROVE,
    StepName.PUBLISH: Task.CONFIRM,
    StepName.CONFIRM_IMAGE: Task.CONFIRM,
    StepName.SEE_UP: Task.SEE_UP,
    StepName.LIST_BASE: Task.BASE,
    StepName.REPORT: Task.REPORT,
}

_WORDS: dict[Task, TaskWords] = {
    Task.CHECK: TaskWords("Checks", "Checking", "Checked", "Not checked", "Checks failed"),
    Task.DOWNLOAD: TaskWords(
        "Download the image", "Downloading the image", "Downloaded, compared", "Not downloaded", "Image not downloaded"
    ),
    Task.WRITE_FILE: TaskWords("Write the file", "Writing the file", "File written", "Not written", "File not written"),
    Task.INSPECT_FILE: TaskWords(
        "Prepare the file", "Preparing the file", "File prepared", "Not prepared", "File not usable"
    ),
    Task.UPLOAD: TaskWords(
        "Upload, compare", "Uploading the image", "Uploaded, compared", "Not uploaded", "Image not uploaded"
    ),
    Task.STOP: TaskWords("Stop {name}", "Stopping {name}", "Stopped", "Was stopped", "Not stopped"),
    Task.DETACH: TaskWords(
        "Detach volumes, lock", "Detaching volumes", "Volumes detached, locked", "Not locked", "Volumes not detached"
    ),
    Task.SAVE: TaskWords("Image", "Saving the image", "Image saved", "No image", "Image not saved"),
    Task.RESTORE: TaskWords("Restore {name}", "Restoring {name}", "Restored", "Unchanged", "NOT restored"),
    Task.SEAL: TaskWords("Seal a clone", "Sealing a clone", "Clone sealed, imaged", "Not sealed", "Clone not sealed"),
    Task.DESCRIBE: TaskWords(
        "Describe the image", "Describing the image", "Image described", "Not described", "Image not described"
    ),
    Task.TEST: TaskWords("Boot test", "Testing the boot", "Boot test: boots", "Not boot-tested", "Boot test failed"),
    Task.CHECKS: TaskWords("Checks and tests", "Running checks", "Works: yes", "Works: not asked", "Works: NO"),
    Task.PROVE: TaskWords("Prove the seal", "Proving the seal", "Proved to be sealed", "Seal not tested", "NOT sealed"),
    Task.CONFIRM: TaskWords(
        "Confirm the image", "Confirming the image", "Image confirmed", "Not confirmed", "Image not confirmed"
    ),
    Task.SEE_UP: TaskWords(
        "See {name} come up", "Waiting for {name}", "Came up again", "Not watched", "Not seen to come up"
    ),
    Task.BASE: TaskWords("List the base", "Listing the base", "Base listed", "Base: unknown", "Base: left over"),
    Task.REPORT: TaskWords("Report", "Writing the report", "Report written", "No report", "Report not written"),
}
_INSPECTION: dict[Task, TaskWords] = {
    Task.SAVE: TaskWords(
        "Temporary image", "Saving a temporary image", "Temporary image saved", "No image", "Image not saved"
    ),
    Task.TEST: TaskWords(
        "Inspect a copy", "Inspecting a copy", "Inspected, copy removed", "Not inspected", "Inspection failed"
    ),
}
_SEALED: dict[Task, TaskWords] = {
    Task.SAVE: TaskWords(
        "Interim image", "Saving an interim image", "Interim image saved", "No image", "Image not saved"
    ),
}
WITHOUT_VOLUMES = "Locked"
"""What DETACH is called when it is done and no volume was attached."""
NOT_PROVEN = "Boot test: not proven"
"""What TEST is called when nothing went wrong for sure, and nothing was proven."""
WORKS_PARTLY = "Works: partly"
"""What CHECKS is called when nothing failed, and something is unknown or was not tried."""
SEAL_NOT_PROVEN = "Seal: not proven"
"""What PROVE is called when nothing was found, and a proof could not be made."""
NOT_REACHED = "not reached"
INTERRUPTED = "interrupted"


def task_words(task: Task, kind: RunKind) -> TaskWords:
    """The words of a task in a run of this kind."""
    others = _INSPECTION if kind.spec.inspects else _SEALED if kind.spec.makes_interim else {}
    return others.get(task, _WORDS[task])


_STEPS: dict[StepName, str] = {
    StepName.CHECK: "Checking",
    StepName.DOWNLOAD: "Downloading the image",
    StepName.COMPARE_DOWNLOAD: "Comparing the file with the image",
    StepName.CONVERT_DOWNLOAD: "Converting the file",
    StepName.INSPECT_DOWNLOAD: "Inspecting the file",
    StepName.WRITE_SIDECARS: "Writing the files beside it",
    StepName.INSPECT_FILE: "Inspecting {name}",
    StepName.CONVERT: "Converting {name}",
    StepName.UPLOAD: "Uploading the image",
    StepName.WAIT_FOR_ACTIVE: "Waiting until the image is active",
    StepName.COMPARE: "Comparing the image with the file",
    StepName.UNLOCK: "Unlocking {name}",
    StepName.CLAIM: "Marking {name} for this run",
    StepName.STOP: "Stopping {name}",
    StepName.DETACH: "Detaching volumes",
    StepName.LOCK: "Locking {name}",
    StepName.CREATE_IMAGE: "Asking for the image",
    StepName.WAIT_FOR_IMAGE: "Saving the image",
    StepName.RESTORE: "Restoring {name}",
    StepName.LAUNCH_CLONE: "Launching a temporary clone",
    StepName.SEAL: "Sealing the clone",
    StepName.STOP_CLONE: "Stopping the clone",
    StepName.IMAGE_CLONE: "Asking for the image of the clone",
    StepName.WAIT_FOR_SEALED: "Saving the sealed image",
    StepName.REMOVE_CLONE: "Removing the clone",
    StepName.REMOVE_INTERIM: "Removing the interim image",
    StepName.DESCRIBE: "Describing the image",
    StepName.TEST_LAUNCH: "Launching the test instance",
    StepName.VERIFY: "Reading the console of the test instance",
    StepName.READ_FACTS: "Reading what the temporary instance prints",
    StepName.RUN_CHECKS: "Running checks and tests",
    StepName.REMOVE_TEST: "Removing the test instance",
    StepName.REMOVE_SNAPSHOT: "Removing the temporary image",
    StepName.INSPECT: "Inspecting the sealed image",
    StepName.PROVE_SEAL: "Putting the proofs of the seal together",
    StepName.PUBLISH: "Publishing the image",
    StepName.CONFIRM_IMAGE: "Confirming the image",
    StepName.SEE_UP: "Waiting for {name} to come up",
    StepName.LIST_BASE: "Listing what is installed on the base",
    StepName.REPORT: "Writing the report",
}


def step_words(step: StepName, name: str) -> str:
    """What a single step under way is called; `name` is the instance's."""
    return _STEPS[step].replace("{name}", name)
