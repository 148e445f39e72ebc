"""A plan, as `--plan --json` writes it: what would be done."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from imaging.commands.documents.base import Document, Named
from imaging.commands.documents.export import ExportPlanDocument, export_plan_document
from imaging.commands.documents.findings import FindingDocument, finding_document
from imaging.commands.documents.imported_file import PlanFileDocument, planned_file
from imaging.commands.documents.seal_plan import SealPlanDocument, seal_document
from models.findings import (
    Checklist,
    FindingClass,
    Readiness,
    class_of,
)
from models.run.plan import BasePlan, Plan, PlannedVolume, TestLaunchPlan
from models.run.request import Mode, OnFailure, Visibility
from models.steps import StepName


class PlannedStepDocument(Document):
    """One step of a plan."""

    step: StepName
    summary: str
    commands: tuple[str, ...] = Field(description="The equivalent `openstack` commands.")
    skipped: bool = Field(description="True if there is nothing to do.")


class PlannedVolumeDocument(Document):
    """A volume that will be detached and attached again."""

    id: str
    name: str | None
    device: str | None
    size_gib: int | None


class PlannedTestDocument(Document):
    """The test launch as planned."""

    flavors: tuple[str, ...] = Field(description="The flavors to try, in this order.")
    why: str
    network: Named | None
    networks: tuple[Named, ...] = Field(description="The choices for `--network`, if one must be named.")
    refused_because: str | None


class PlannedBaseDocument(Document):
    """The list of what is installed on the base, as planned (`--list-base`)."""

    image: Named | None = Field(description="The base; null: not known.")
    known: bool = Field(description="Whether its list is kept on this machine, so that nothing is launched.")
    flavor: str | None = Field(description="Of a test instance of it, where its disk cannot be read; null: none.")
    refused_because: str | None = Field(description="Why none can be launched; null: one can, or none is needed.")


class PlanFindingsDocument(Document):
    """What was found, in the order in which it matters to somebody who decides."""

    blockers: tuple[FindingDocument, ...]
    confirmations: tuple[FindingDocument, ...] = Field(description="What must still be confirmed (`--attest`).")
    waivers: tuple[FindingDocument, ...] = Field(description="What fails and was waived; the evidence says why.")
    warnings: tuple[FindingDocument, ...]
    unknowns: tuple[FindingDocument, ...]


class PlanDocument(Document):
    """`imaging create --plan` and `imaging verify --plan`: what would be done."""

    version: Literal["imaging.plan/1"] = Field(default="imaging.plan/1", alias="schema")
    instance: Named | None
    image: Named | None = Field(description="The image to verify; null if the run creates its own.")
    name: str
    description: str
    mode: Mode
    profile: str
    visibility: Visibility
    on_failure: OnFailure
    readiness: Readiness | None = Field(description="As in the checklist; null for `imaging verify`.")
    uninspected: str | None = Field(description="The reason given with `--uninspected`.")
    findings: PlanFindingsDocument | None = Field(description="null for `imaging verify`.")
    file: PlanFileDocument | None = Field(default=None, description="Of `imaging import`: the file; else null.")
    will_stop: bool
    seal: SealPlanDocument | None = Field(description="null where no inspection tells what lies on the disk.")
    volumes: tuple[PlannedVolumeDocument, ...]
    test: PlannedTestDocument | None = Field(description="null: no test launch requested.")
    base: PlannedBaseDocument | None = Field(default=None, description="null: `--list-base` was not given.")
    export: ExportPlanDocument | None = Field(default=None, description="null: the run exports nothing.")
    steps: tuple[PlannedStepDocument, ...]
    warnings: tuple[str, ...]
    estimated_seconds: int


def plan_document(plan: Plan) -> PlanDocument:
    """What would be done."""
    request = plan.request
    return PlanDocument(
        instance=Named(id=plan.source.id, name=plan.source.name) if plan.source else None,
        image=Named(id=plan.image.id, name=plan.image.name) if plan.image else None,
        name=request.name,
        description=request.description,
        mode=request.mode,
        profile=request.profile,
        visibility=request.visibility,
        on_failure=request.on_failure,
        readiness=plan.checklist.readiness if plan.checklist else None,
        uninspected=request.uninspected or None,
        findings=_plan_findings(plan.checklist) if plan.checklist else None,
        file=planned_file(plan.file),
        will_stop=plan.will_stop,
        seal=seal_document(plan.seal) if plan.seal else None,
        volumes=tuple(_planned_volume(volume) for volume in plan.volumes),
        test=_planned_test(plan.test),
        base=_planned_base(plan.base),
        export=export_plan_document(plan.export) if plan.export else None,
        steps=tuple(
            PlannedStepDocument(step=step.step, summary=step.summary, commands=step.commands, skipped=step.skipped)
            for step in plan.steps
        ),
        warnings=plan.warnings,
        estimated_seconds=plan.estimated_seconds,
    )


def _plan_findings(checklist: Checklist) -> PlanFindingsDocument:
    of_class: dict[FindingClass, list[FindingDocument]] = {each: [] for each in FindingClass}
    for finding in checklist.findings:
        of_class[class_of(finding)].append(finding_document(finding))
    return PlanFindingsDocument(
        blockers=tuple(of_class[FindingClass.BLOCKER]),
        confirmations=tuple(of_class[FindingClass.TO_CONFIRM]),
        waivers=tuple(of_class[FindingClass.WAIVED]),
        warnings=tuple(of_class[FindingClass.WARNING]),
        unknowns=tuple(of_class[FindingClass.UNKNOWN]),
    )


def _planned_volume(planned: PlannedVolume) -> PlannedVolumeDocument:
    return PlannedVolumeDocument(
        id=planned.attachment.volume_id,
        name=planned.volume.name if planned.volume else None,
        device=planned.attachment.device,
        size_gib=planned.volume.size_gib if planned.volume else None,
    )


def _planned_base(base: BasePlan | None) -> PlannedBaseDocument | None:
    if base is None:
        return None
    flavors = base.test.flavors if base.test is not None else ()
    return PlannedBaseDocument(
        image=Named(id=base.image_id, name=base.name) if base.image_id else None,
        known=base.is_known,
        flavor=flavors[0].name if flavors and not base.refused_because else None,
        refused_because=base.refused_because or None,
    )


def _planned_test(test: TestLaunchPlan | None) -> PlannedTestDocument | None:
    if test is None:
        return None
    return PlannedTestDocument(
        flavors=tuple(flavor.name for flavor in test.flavors),
        why=test.why,
        network=Named(id=test.network.id, name=test.network.name) if test.network else None,
        networks=tuple(Named(id=network.id, name=network.name) for network in test.networks),
        refused_because=test.refused_because,
    )
