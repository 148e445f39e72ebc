"""The kinds of runs, and what each of them means: one row for a kind, and its steps."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from models.base import Frozen
from models.steps import (
    CREATE_STEPS,
    DEEP_CHECK_STEPS,
    EXPORT_STEPS,
    IMAGE_CHECK_STEPS,
    IMPORT_STEPS,
    SEAL_STEPS,
    SEALED_STEPS,
    UNDO_STEPS,
    VERIFY_STEPS,
    StepName,
)


class RunKind(StrEnum):
    """What a run does."""

    CREATE = "create"
    SEALED = "sealed"
    """Make an image of an instance by way of a temporary clone, which is sealed before it is imaged."""
    SEAL = "seal"
    """The same for an image that exists: a sealed one is made of it, and it stays as it is."""
    VERIFY = "verify"
    DEEP_CHECK = "deep check"
    """Inspect an instance through a temporary instance of a temporary snapshot; the source is only read."""
    IMAGE_CHECK = "image check"
    """Inspect an image through a temporary instance of it; the image is only launched."""
    IMPORT = "import"
    """Make an image of a file; there is no source."""
    EXPORT = "export"
    """Make a file of an image, which is only read."""
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
    must_test: bool = False
    """Whether it comes to nothing without its test launch."""
    makes_image: bool = False
    """Whether an image of its own stays, with the name that the user gave."""
    seals: bool = False
    """Whether that image is made of a temporary clone, which is sealed before."""
    makes_interim: bool = False
    """Whether the clone is launched from an image that the run makes of its source for that alone."""
    takes_file: bool = False
    """Whether its image is made of a file of this machine (`Plan.file`), which nothing of it changes."""
    writes_file: bool = False
    """Whether it makes a file on this machine of an image (`Plan.export`)."""

    @property
    def has_base(self) -> bool:
        """Whether its image may go back to another one of the cloud, with which it can be compared."""
        return self.tests_image and not self.takes_file

    @property
    def claims(self) -> bool:
        """Whether it claims its source before it changes it."""
        return StepName.CLAIM in self.steps

    @property
    def only_restores(self) -> bool:
        """Whether all it does is to restore its source."""
        return self.changes_source and not self.claims


_SPECS: Mapping[RunKind, RunSpec] = MappingProxyType(
    {
        RunKind.CREATE: RunSpec(steps=CREATE_STEPS, changes_source=True, tests_image=True, makes_image=True),
        RunKind.SEALED: RunSpec(
            steps=SEALED_STEPS,
            changes_source=True,
            tests_image=True,
            makes_image=True,
            seals=True,
            makes_interim=True,
        ),
        RunKind.SEAL: RunSpec(steps=SEAL_STEPS, tests_image=True, makes_image=True, seals=True),
        RunKind.VERIFY: RunSpec(steps=VERIFY_STEPS, tests_image=True, must_test=True),
        RunKind.DEEP_CHECK: RunSpec(steps=DEEP_CHECK_STEPS, image_is_temporary=True, inspects=True),
        RunKind.IMAGE_CHECK: RunSpec(steps=IMAGE_CHECK_STEPS, inspects=True, must_test=True),
        RunKind.IMPORT: RunSpec(steps=IMPORT_STEPS, tests_image=True, makes_image=True, takes_file=True),
        RunKind.EXPORT: RunSpec(steps=EXPORT_STEPS, writes_file=True),
        RunKind.UNDO: RunSpec(steps=UNDO_STEPS, changes_source=True),
    }
)
