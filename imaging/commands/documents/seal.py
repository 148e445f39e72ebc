"""The plan of a seal as a document."""

from __future__ import annotations

from imaging.commands.documents.models import (
    FreeSpaceDocument,
    SealKeptDocument,
    SealOperationDocument,
    SealPlanDocument,
    SealTargetDocument,
)
from models.seal.plan import SealOperation, SealPlan


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
