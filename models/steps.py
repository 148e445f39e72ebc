"""The steps of a run, in their order, and the states in which a step can be."""

from __future__ import annotations

from enum import StrEnum


class StepName(StrEnum):
    """The steps of runs; `imaging.runs` walks through those of a run's kind, in the order of that kind."""

    CHECK = "check"
    DOWNLOAD = "download"
    COMPARE_DOWNLOAD = "compare download"
    CONVERT_DOWNLOAD = "convert download"
    INSPECT_DOWNLOAD = "inspect download"
    WRITE_SIDECARS = "write sidecars"
    INSPECT_FILE = "inspect file"
    CONVERT = "convert"
    UPLOAD = "upload"
    WAIT_FOR_ACTIVE = "wait for active"
    COMPARE = "compare"
    UNLOCK = "unlock"
    CLAIM = "claim"
    STOP = "stop"
    DETACH = "detach volumes"
    LOCK = "lock"
    CREATE_IMAGE = "create image"
    WAIT_FOR_IMAGE = "wait for image"
    RESTORE = "restore"
    LAUNCH_CLONE = "launch clone"
    SEAL = "seal"
    STOP_CLONE = "stop clone"
    IMAGE_CLONE = "image clone"
    WAIT_FOR_SEALED = "wait for sealed image"
    REMOVE_CLONE = "remove clone"
    REMOVE_INTERIM = "remove interim image"
    DESCRIBE = "describe image"
    TEST_LAUNCH = "test launch"
    VERIFY = "verify"
    RUN_CHECKS = "run checks"
    READ_FACTS = "read the facts"
    REMOVE_TEST = "remove test instance"
    REMOVE_SNAPSHOT = "remove snapshot"
    INSPECT = "inspect sealed image"
    PROVE_SEAL = "prove seal"
    PUBLISH = "publish"
    CONFIRM_IMAGE = "confirm image"
    SEE_UP = "see up"
    LIST_BASE = "list base"
    REPORT = "report"


VERIFY_STEPS = (
    StepName.CHECK,
    StepName.TEST_LAUNCH,
    StepName.VERIFY,
    StepName.RUN_CHECKS,
    StepName.REMOVE_TEST,
    StepName.CONFIRM_IMAGE,
    StepName.REPORT,
)
"""The steps of `imaging verify IMAGE`: the test launch alone."""

DEEP_CHECK_STEPS = (
    StepName.CHECK,
    StepName.CREATE_IMAGE,
    StepName.WAIT_FOR_IMAGE,
    StepName.TEST_LAUNCH,
    StepName.READ_FACTS,
    StepName.REMOVE_TEST,
    StepName.REMOVE_SNAPSHOT,
    StepName.REPORT,
)
"""The steps of a deep check: an inspection through a temporary instance; here the image is a temporary one."""

IMAGE_CHECK_STEPS = (
    StepName.CHECK,
    StepName.TEST_LAUNCH,
    StepName.READ_FACTS,
    StepName.REMOVE_TEST,
    StepName.REPORT,
)
"""The steps of an inspection of an image: a temporary instance of it prints what lies on its disk."""

_OF_AN_EXPORT = (
    StepName.DOWNLOAD,
    StepName.COMPARE_DOWNLOAD,
    StepName.CONVERT_DOWNLOAD,
    StepName.INSPECT_DOWNLOAD,
    StepName.WRITE_SIDECARS,
)
_OF_AN_IMPORT = (
    StepName.INSPECT_FILE,
    StepName.CONVERT,
    StepName.UPLOAD,
    StepName.WAIT_FOR_ACTIVE,
    StepName.COMPARE,
)
_OF_AN_INSPECTION = (StepName.READ_FACTS, StepName.REMOVE_SNAPSHOT)

_IF_ASKED = (StepName.LIST_BASE,)
"""What a run has only where the user has asked for it: `imaging.runs.plan.new_run.steps_of` puts it in."""

_OF_OTHERS = frozenset({*_OF_AN_EXPORT, *_OF_AN_IMPORT, *_OF_AN_INSPECTION, *_IF_ASKED})
_OF_AN_INSTANCE = tuple(step for step in StepName if step not in _OF_OTHERS)
_AFTER_TEST = _OF_AN_INSTANCE.index(StepName.REMOVE_TEST) + 1
SEALED_STEPS = (
    *(step for step in _OF_AN_INSTANCE[:_AFTER_TEST] if step is not StepName.RUN_CHECKS),
    StepName.RUN_CHECKS,
    *_OF_AN_INSTANCE[_AFTER_TEST:],
)
"""The steps of `imaging create` in sealed mode: the image is made of a temporary clone, after it was sealed.

The user data that prove the seal leave no room for checks, so these have an instance of their own."""

_OF_A_CLONE = SEALED_STEPS[SEALED_STEPS.index(StepName.LAUNCH_CLONE) : SEALED_STEPS.index(StepName.REMOVE_INTERIM) + 1]
_OF_A_SEAL = frozenset({*_OF_A_CLONE, StepName.INSPECT, StepName.PROVE_SEAL})

CREATE_STEPS = tuple(step for step in _OF_AN_INSTANCE if step not in _OF_A_SEAL)
"""The steps of `imaging create` in plain mode."""

SEAL_STEPS = (
    StepName.CHECK,
    *(
        step
        for step in SEALED_STEPS[SEALED_STEPS.index(StepName.LAUNCH_CLONE) :]
        if step not in {StepName.REMOVE_INTERIM, StepName.SEE_UP}
    ),
)
"""The steps of `imaging seal IMAGE`: the clone is launched from an image of the user's own, which stays as it is."""

IMPORT_STEPS = (
    StepName.CHECK,
    *_OF_AN_IMPORT,
    StepName.DESCRIBE,
    StepName.TEST_LAUNCH,
    StepName.VERIFY,
    StepName.RUN_CHECKS,
    StepName.REMOVE_TEST,
    StepName.PUBLISH,
    StepName.CONFIRM_IMAGE,
    StepName.REPORT,
)
"""The steps of `imaging import FILE`: an image is made of a file."""

EXPORT_STEPS = (StepName.CHECK, *_OF_AN_EXPORT, StepName.REPORT)
"""The steps of `imaging export IMAGE FILE`: a file is made of an image, which is only read."""

UNDO_STEPS = (StepName.RESTORE, StepName.SEE_UP, StepName.REPORT)
"""The steps of an undo without a journal."""


class StepState(StrEnum):
    """Where a step is. Every state is shown as a word, beside a glyph and a colour."""

    PENDING = "pending"
    RUNNING = "running"
    WAITING = "waiting for you"
    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"
