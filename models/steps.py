"""The steps of a run, in their order, and the states in which a step can be."""

from __future__ import annotations

from enum import StrEnum


class StepName(StrEnum):
    """The steps of runs; `imaging.runs` walks through those of a run's kind in the order given below."""

    CHECK = "check"
    UNLOCK = "unlock"
    CLAIM = "claim"
    STOP = "stop"
    DETACH = "detach volumes"
    LOCK = "lock"
    CREATE_IMAGE = "create image"
    WAIT_FOR_IMAGE = "wait for image"
    RESTORE = "restore"
    DESCRIBE = "describe image"
    TEST_LAUNCH = "test launch"
    VERIFY = "verify"
    READ_FACTS = "read the facts"
    REMOVE_TEST = "remove test instance"
    REMOVE_SNAPSHOT = "remove snapshot"
    PUBLISH = "publish"
    CONFIRM_IMAGE = "confirm image"
    SEE_UP = "see up"
    REPORT = "report"


VERIFY_STEPS = (
    StepName.CHECK,
    StepName.TEST_LAUNCH,
    StepName.VERIFY,
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

CREATE_STEPS = tuple(step for step in StepName if step not in {StepName.READ_FACTS, StepName.REMOVE_SNAPSHOT})
"""The steps of `imaging create` in plain mode."""

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
