"""The kinds of runs, and what each of them means: one row for a kind, and its steps."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from models.base import Frozen
from models.steps import CREATE_STEPS, DEEP_CHECK_STEPS, UNDO_STEPS, VERIFY_STEPS, StepName


class RunKind(StrEnum):
    """What a run does."""

    CREATE = "create"
    VERIFY = "verify"
    DEEP_CHECK = "deep check"
    """Inspect an instance through a temporary instance of a temporary snapshot; the source is only read."""
    UNDO = "undo"
    """Restore from a claim found in metadata, where the journal is not at hand."""

    @property
    def spec(self) -> RunSpec:
        """What follows from the kind."""
        return _SPECS[self]


class RunSpec(Frozen):
    """What follows from the kind of a run: asked instead of the kind itself."""

    steps: tuple[StepName, ...]
    changes_source: bool = False
    """Whether it claims, stops or detaches, so that something may have to be restored."""
    image_is_temporary: bool = False
    """Whether the image that it makes is removed again with the test instance."""
    inspects: bool = False
    """Whether it is there to read facts: then the boot of its test instance is one of them, and decides nothing."""
    tests_image: bool = False
    """Whether a test launch decides how it ends, if one was wanted."""


_SPECS: Mapping[RunKind, RunSpec] = MappingProxyType(
    {
        RunKind.CREATE: RunSpec(steps=CREATE_STEPS, changes_source=True, tests_image=True),
        RunKind.VERIFY: RunSpec(steps=VERIFY_STEPS, tests_image=True),
        RunKind.DEEP_CHECK: RunSpec(steps=DEEP_CHECK_STEPS, image_is_temporary=True, inspects=True),
        RunKind.UNDO: RunSpec(steps=UNDO_STEPS, changes_source=True),
    }
)
