"""Chapter *Export*: whether the image can be taken out of the cloud."""

from __future__ import annotations

from imaging.guidelines.declaration import rule
from imaging.guidelines.evidence import fitted
from imaging.guidelines.instance.source import finished_image, root_disk_gib
from imaging.guidelines.rule import Answer, Chapter, failed, need, not_applicable, passed, unknown
from imaging.guidelines.wording import command
from models.findings import AskedFor, Readiness, Severity
from models.formatting import counted, size
from models.guidelines.facts import ExportFacts, InstanceFacts
from models.guidelines.profile import Profile
from models.seal.verdict import SealWord

_BLOCKERS = 100
"""Characters of the evidence that the names of rules may take."""


@rule("EXPORT", Chapter.EXPORT, "Export of the image", Severity.BLOCK, sentences=("S58", "S59", "S60"))
def export(facts: InstanceFacts, profile: Profile) -> Answer:
    """Whether it can be exported; of one that is about to be, whether it may: a file knows no project."""
    if facts.export is not None:
        return _may_leave(facts.export)
    fact = finished_image(facts)
    image = need(fact) if fact else None
    if image.is_volume_backed if image else need(facts.instance).volume_backed:
        contact = f"; ask {profile.contacts.export}" if profile.contacts.export else ""
        return failed(
            "No: the image of a volume-backed instance has 0 bytes.",
            f"Make a volume of its snapshot and upload that as an image{contact}.",
            facts.instance,
            command="openstack image create --volume VOLUME_FROM_SNAPSHOT NAME",
            severity=Severity.INFO,
        )
    if image is not None:
        stored = f"{size(image.size_bytes or 0)}, {image.disk_format or 'format not told'}"
        line = command("imaging", "export", image.id, "FILE")
        return passed(f"Yes ({stored}): {line}", fact)
    disk_gib = root_disk_gib(facts)
    at_most = f" (at most {disk_gib} GiB)" if disk_gib else ""
    return passed(f"Yes{at_most}: imaging export IMAGE FILE", facts.instance)


def _may_leave(export: ExportFacts) -> Answer:
    against = []
    if export.seal != SealWord.SEALED:
        against.append("it is not sealed" if export.seal is None else f"its seal: {export.seal}")
    if export.readiness is Readiness.NOT_INSPECTED:
        against.append("not inspected")
    if export.readiness is Readiness.INCOMPLETE:
        against.append("inspected in part")
    if export.blockers:
        against.append(fitted(f"{counted(len(export.blockers), 'blocker')}: ", export.blockers, "", room=_BLOCKERS))
    if not against:
        return passed("Sealed, inspected, and nothing blocks.")
    told = "; ".join(against)
    return failed(
        f"{told[:1].upper()}{told[1:]}.",
        "Seal the image (imaging seal IMAGE), and export the sealed one: a file knows no project, and gives away all "
        "that is in it.",
    )


@rule(
    "EXPORT-LICENCES",
    Chapter.EXPORT,
    "The licences of what is in the image allow to give it away",
    Severity.ASK,
    asked_for=AskedFor.BEFORE_RUN,
)
def export_licences(facts: InstanceFacts, _profile: Profile) -> Answer:
    """Asked once more where licensed software was found: a licence for one cloud rarely reaches beyond it."""
    if facts.export is None:
        return not_applicable("The image stays in the cloud.")
    if not facts.export.licences:
        return not_applicable("No licensed software was found.")
    return unknown(fitted("Found by ", facts.export.licences, ": is it yours to give away?"))
