"""The steps of a run, in their order, and the states in which a step can be."""

from __future__ import annotations

from enum import StrEnum


class StepName(StrEnum):
    """The steps of a run in plain mode; `imaging.runs` walks through them in this order."""

    CHECK = "check"
    UNLOCK = "unlock"
    CLAIM = "claim"
    STOP = "stop"
    DETACH = "detach volumes"
    LOCK = "lock"
    CREATE_IMAGE = "create image"
    WAIT_FOR_IMAGE = "wait for image"
    PUT_BACK = "put back"
    DESCRIBE = "describe image"
    TEST_LAUNCH = "test launch"
    VERIFY = "verify"
    REMOVE_TEST = "remove test instance"
    PUBLISH = "publish"
    REPORT = "report"


VERIFY_STEPS = (StepName.CHECK, StepName.TEST_LAUNCH, StepName.VERIFY, StepName.REMOVE_TEST, StepName.REPORT)
"""The steps of `imaging verify IMAGE`: the test launch alone."""

CREATE_STEPS = tuple(StepName)
"""The steps of `imaging create` in plain mode."""


class StepState(StrEnum):
    """Where a step is. Every state is shown as a word, beside a glyph and a colour."""

    PENDING = "pending"
    RUNNING = "running"
    WAITING = "waiting for you"
    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"
