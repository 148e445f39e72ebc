"""Chapter *Volumes*: what hangs on the instance, and what of it will not be in the image."""

from __future__ import annotations

from imaging.guidelines.root_volume import data_attachments, root_attachment
from imaging.guidelines.rule import Answer, Chapter, Rule, failed, need, not_applicable, passed, unknown
from imaging.guidelines.wording import command, commands, counted, listed, shown
from models.facts import InstanceFacts
from models.findings import Severity
from models.flavor import Flavor
from models.instance import InstanceFlavor, VolumeAttachment
from models.profile import Profile
from models.request import Visibility
from models.steps import StepName


def _detached(facts: InstanceFacts, _profile: Profile) -> Answer:
    instance = need(facts.instance)
    attached = _data_volumes(facts)
    if not attached:
        kept = " but the root volume" if instance.volume_backed else ""
        return passed(f"No volume is attached{kept}.", facts.attachments)
    return failed(
        f"{counted(len(attached), 'volume')} attached: {listed([_described(each, facts) for each in attached])}.",
        "Unmount in the guest and stop it, then detach; a run detaches and attaches them again.",
        facts.attachments,
        command=commands(
            command("openstack", "server", "remove", "volume", instance.id, each.volume_id) for each in attached
        ),
        mended_by=StepName.DETACH,
    )


def _image_backed(facts: InstanceFacts, _profile: Profile) -> Answer:
    instance = need(facts.instance)
    if not instance.volume_backed:
        return passed("Its root disk is not a volume.", facts.instance)
    attachments = need(facts.attachments)
    root = root_attachment(instance, attachments, facts.volumes.value)
    root_text = _described(root, facts) if root else "its root volume"
    beyond = facts.request is not None and facts.request.visibility is not Visibility.PRIVATE
    elsewhere = " In another project its children fail: the snapshot is not visible there." if beyond else ""
    return failed(
        f"The image will be an empty record (0 bytes) that needs a snapshot of {root_text}.{elsewhere}",
        "Keep that snapshot as long as the image. For a real image: volume from the snapshot, then upload it.",
        facts.instance,
        command=command("openstack", "image", "create", "--volume", "VOLUME_FROM_SNAPSHOT", "NAME"),
        severity=None if beyond else Severity.WARN,
    )


def _not_copied(facts: InstanceFacts, _profile: Profile) -> Answer:
    attached = _data_volumes(facts)
    if not attached:
        return not_applicable("No data volume is attached.")
    return failed(
        f"Will not be in the image: {listed([_described(each, facts) for each in attached])}.",
        "Copy what the image needs to the root disk, below /opt or /usr/local.",
        facts.attachments,
    )


def _ephemeral(facts: InstanceFacts, _profile: Profile) -> Answer:
    sizes = _extra_disks(facts)
    if sizes is None:
        return unknown("The size of its ephemeral and swap disks is not told.", command="lsblk")
    ephemeral_gib, swap_mib = sizes
    parts = [f"{ephemeral_gib} GiB ephemeral disk"] if ephemeral_gib else []
    parts += [f"{swap_mib} MiB swap disk"] if swap_mib else []
    if not parts:
        return passed("Its flavor has neither an ephemeral nor a swap disk.", facts.instance)
    return failed(
        f"Will not be in the image: {' and '.join(parts)} of its flavor.",
        "Copy what matters to the root disk. What is mounted, in the guest:",
        facts.instance,
        command="lsblk -o NAME,SIZE,FSTYPE,MOUNTPOINTS",
        severity=None if ephemeral_gib else Severity.INFO,
    )


def _extra_disks(facts: InstanceFacts) -> tuple[int, int] | None:
    """Ephemeral GiB and swap MiB of the instance's flavor, embedded by Nova or looked up; None if not told."""
    own = need(facts.instance).flavor
    flavor: InstanceFlavor | Flavor | None = own
    if own.ephemeral_gib is None:
        flavor = next((each for each in facts.flavors.value or () if own.id and each.id == own.id), None)
    if flavor is None or flavor.ephemeral_gib is None:
        return None
    return flavor.ephemeral_gib, flavor.swap_mib or 0


def _data_volumes(facts: InstanceFacts) -> tuple[VolumeAttachment, ...]:
    instance, attachments = need(facts.instance), need(facts.attachments)
    return data_attachments(instance, attachments, facts.volumes.value)


def _described(attachment: VolumeAttachment, facts: InstanceFacts) -> str:
    """`pgdata (/dev/vdb, 10 GiB)`; without Cinder the id stands for the name."""
    volume = next((each for each in facts.volumes.value or () if each.id == attachment.volume_id), None)
    name = shown(volume.name) if volume and volume.name else attachment.volume_id
    details = [attachment.device] if attachment.device else []
    details += [f"{volume.size_gib} GiB"] if volume and volume.size_gib is not None else []
    details += ["deleted with the instance"] if attachment.delete_on_termination else []
    return f"{name} ({', '.join(details)})" if details else name


_C = Chapter.VOLUMES
RULES = (
    Rule("VOL-DETACHED", _C, "All volumes are detached", ("S17", "S18"), Severity.BLOCK, _detached),
    Rule("VOL-BFV", _C, "The root disk is not a volume", (), Severity.BLOCK, _image_backed),
    Rule("VOL-NOTCOPIED", _C, "No volume's data will be missing", ("S28",), Severity.INFO, _not_copied),
    Rule("EPH-NOTCOPIED", _C, "No ephemeral disk's data will be missing", (), Severity.WARN, _ephemeral),
)
