"""From the models of the program to the documents that `--json` writes."""

from __future__ import annotations

from imaging.commands.documents.base import Named
from imaging.commands.documents.export import export_plan_document, exported_document
from imaging.commands.documents.imported_file import planned_file, sent_file
from imaging.commands.documents.inspection import inspection_document
from imaging.commands.documents.models import (
    CheckDocument,
    FindingDocument,
    InspectDocument,
    InspectionDocument,
    InstanceDocument,
    InstanceState,
    LeftBehindDocument,
    PlanDocument,
    PlanFindingsDocument,
    PlannedStepDocument,
    PlannedTestDocument,
    PlannedVolumeDocument,
    RemedyDocument,
    RunDocument,
    SealDocument,
    StepDocument,
    TestDocument,
    TroubleDocument,
    VerdictDocument,
)
from imaging.commands.documents.seal import seal_document
from imaging.commands.documents.works import works_document
from models.cloud.instance import Instance
from models.cloud.login import Login
from models.findings import Checklist, Finding, FindingClass, Remedy, class_of
from models.guest.facts import GuestFacts
from models.run.plan import Plan, PlannedVolume, TestLaunchPlan
from models.run.record import RunRecord, StepRecord, Trouble
from models.verdict import Verdict


def instance_document(instance: Instance, login: Login) -> InstanceDocument:
    """One instance of the list."""
    return InstanceDocument(
        id=instance.id,
        name=instance.name,
        status=instance.status,
        task_state=instance.task_state,
        locked=instance.locked,
        locked_reason=instance.locked_reason,
        mine=None if instance.user_id is None else instance.user_id == login.identity.user_id,
        volume_backed=instance.volume_backed,
        flavor=instance.flavor.name or instance.flavor.id,
        volumes=instance.attached_volume_ids,
        addresses=tuple(address.address for address in instance.addresses),
        created_at=instance.created_at,
        updated_at=instance.updated_at,
    )


def check_document(
    instance: Instance, checklist: Checklist, inspection: InspectionDocument | None = None
) -> CheckDocument:
    """A checklist, and the inspection of the guest that it rests on."""
    return CheckDocument(
        instance=InstanceState(id=instance.id, name=instance.name, status=instance.status),
        profile=checklist.profile,
        readiness=checklist.readiness,
        not_inspected_because=checklist.not_inspected_because,
        inspection=inspection,
        findings=tuple(finding_document(finding) for finding in checklist.findings),
    )


def finding_document(finding: Finding) -> FindingDocument:
    """One finding."""
    remedy = finding.remedy
    return FindingDocument(
        rule=finding.rule,
        chapter=finding.chapter,
        title=finding.title,
        outcome=finding.outcome,
        severity=finding.severity,
        evidence=finding.evidence,
        remedy=_remedy(remedy) if remedy else None,
        fixed_by=finding.fixed_by,
        asked_for=finding.asked_for,
        source=finding.source,
        read_at=finding.read_at,
        inspection=finding.inspection,
    )


def _remedy(remedy: Remedy) -> RemedyDocument:
    return RemedyDocument(
        text=remedy.text, command=remedy.command, actions=tuple(action.kind for action in remedy.actions)
    )


def inspect_document(facts: GuestFacts, checklist: Checklist, notices: tuple[str, ...] = ()) -> InspectDocument:
    """The findings about a machine that no cloud was asked about."""
    return InspectDocument(
        machine=machine_name(facts),
        inspection=inspection_document(facts, notices),
        profile=checklist.profile,
        readiness=checklist.readiness,
        findings=tuple(finding_document(finding) for finding in checklist.findings),
    )


def machine_name(facts: GuestFacts) -> str | None:
    """What a machine calls itself."""
    return (facts.system.value.host_name or None) if facts.system.value is not None else None


def verdict_document(verdict: Verdict) -> VerdictDocument:
    """The verdict on a saved console log."""
    return VerdictDocument(
        verdict=verdict.word,
        strength=verdict.strength,
        stage=verdict.stage,
        reason=verdict.reason,
        evidence=verdict.evidence,
        hints=verdict.hints,
    )


def run_document(run: RunRecord) -> RunDocument:
    """One run."""
    return RunDocument(
        run=run.id,
        kind=run.kind,
        state=run.state,
        cloud=run.identity.cloud,
        host=run.host,
        created_at=run.created_at,
        ended_at=run.ended_at,
        steps=tuple(_step(step) for step in run.steps),
        instance=Named(id=run.plan.source.id, name=run.plan.source.name) if run.plan.source else None,
        image=_image_of(run),
        file=sent_file(run),
        test=_test(run),
        works=works_document(run.works),
        seal=_seal(run),
        export=exported_document(run),
        instance_seen=run.source_seen.state if run.source_seen else None,
        instance_restored=run.instance_restored,
        report=run.report_path,
        left_behind=tuple(
            LeftBehindDocument(kind=each.kind, id=each.id, name=each.name, reason=each.reason)
            for each in run.left_behind
        ),
        trouble=_trouble(run.trouble),
    )


def _image_of(run: RunRecord) -> Named | None:
    if run.image_id is not None:
        return Named(id=run.image_id, name=run.plan.request.name)
    return Named(id=run.plan.image.id, name=run.plan.image.name) if run.plan.image else None


def _seal(run: RunRecord) -> SealDocument | None:
    verdict = run.seal_verdict
    if verdict is None:
        return None
    return SealDocument(verdict=verdict.word, reasons=verdict.reasons, proofs=verdict.proofs, kept=verdict.kept)


def _step(step: StepRecord) -> StepDocument:
    return StepDocument(
        step=step.step,
        state=step.state,
        started_at=step.started_at,
        seconds=step.seconds,
        note=step.note,
        trouble=_trouble(step.trouble),
    )


def _trouble(trouble: Trouble | None) -> TroubleDocument | None:
    if trouble is None:
        return None
    return TroubleDocument(
        what=trouble.what, meaning=trouble.meaning, remedy=trouble.remedy, request_id=trouble.request_id
    )


def _flavor(run: RunRecord) -> str | None:
    """The flavor that was tried last; before that the first that is planned.

    A flavor for which the cloud finds no host is followed by the next larger one.
    """
    planned = run.plan.test.flavors if run.plan.test else ()
    return run.test_flavor or next((flavor.name for flavor in planned), None)


def _test(run: RunRecord) -> TestDocument:
    verdict = run.verdict
    return TestDocument(
        flavor=_flavor(run),
        verdict=verdict.word if verdict else None,
        strength=verdict.strength if verdict else None,
        stage=verdict.stage if verdict else None,
        reason=verdict.reason if verdict else "",
        evidence=verdict.evidence if verdict else (),
        hints=verdict.hints if verdict else (),
    )


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
