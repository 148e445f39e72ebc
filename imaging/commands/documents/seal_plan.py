"""The plan of a seal, as `--json` writes it."""

from __future__ import annotations

from pydantic import Field

from imaging.commands.documents.base import Document
from models.seal.plan import OperationId, SealOperation, SealPlan, TargetAction


class SealTargetDocument(Document):
    """One thing that a seal takes away or changes in the clone."""

    action: TargetAction
    name: str
    lines: tuple[int, ...]


class SealOperationDocument(Document):
    """One operation of a seal."""

    id: OperationId
    title: str
    reasons: tuple[str, ...] = Field(description="Numbers of the page's sentences, and ids of rules.")
    targets: tuple[SealTargetDocument, ...] = Field(description="Empty: the clone finds by itself what there is.")
    files: int | None
    size_kib: int | None


class SealKeptDocument(Document):
    """Something that stays although the page would have it go."""

    path: str
    owner: str
    why: str


class FreeSpaceDocument(Document):
    """The free space of the root disk: overwritten with zeros only where a token is still seen there after the seal."""

    size_kib: int
    seconds: int = Field(description="About how long that takes, with reading the disk once more.")


class SealPlanDocument(Document):
    """What a seal does; of a plain image, what it would take away and what therefore will be in the image."""

    digest: str = Field(description="Of operations and names, which is what is agreed to.")
    operations: tuple[SealOperationDocument, ...]
    kept: tuple[SealKeptDocument, ...]
    impossible: tuple[str, ...]
    refusals: tuple[str, ...] = Field(description="Why there can be no seal; empty if there can.")
    free_space: FreeSpaceDocument | None = Field(
        description="null where the inspection did not tell how much there is."
    )


def seal_document(plan: SealPlan) -> SealPlanDocument:
    """All that is agreed to, whole."""
    space = plan.free_space
    return SealPlanDocument(
        digest=plan.digest,
        operations=tuple(_operation(each) for each in plan.operations),
        kept=tuple(SealKeptDocument(path=each.path, owner=each.owner, why=each.why) for each in plan.kept),
        impossible=plan.impossible,
        refusals=plan.refusals,
        free_space=FreeSpaceDocument(size_kib=space.size_kib, seconds=space.seconds) if space is not None else None,
    )


def _operation(operation: SealOperation) -> SealOperationDocument:
    return SealOperationDocument(
        id=operation.id,
        title=operation.title,
        reasons=operation.reasons,
        targets=tuple(
            SealTargetDocument(action=each.action, name=each.name, lines=each.lines) for each in operation.targets
        ),
        files=operation.files,
        size_kib=operation.size_kib,
    )
