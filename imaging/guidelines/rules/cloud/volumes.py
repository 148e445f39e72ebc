"""Chapter *Volumes*: what hangs on the instance, and what of it will not be in the image."""

from __future__ import annotations

from imaging.guidelines.declaration import rule
from imaging.guidelines.guest import parts
from imaging.guidelines.guest.facts import guest_failed, inside_or_none, is_complete
from imaging.guidelines.guest.volumes import detach_action, disk_of, use_of, used_beside_volumes
from imaging.guidelines.instance.root_volume import data_attachments, root_attachment
from imaging.guidelines.rule import Answer, Chapter, failed, need, not_applicable, passed, unknown
from imaging.guidelines.wording import command, commands, fitting, listed, shown
from models.cloud.flavor import Flavor
from models.cloud.instance import InstanceFlavor, VolumeAttachment
from models.findings import Severity
from models.formatting import counted, size_mib
from models.guidelines.facts import InstanceFacts
from models.guidelines.profile import Profile
from models.remedy_action import RemedyAction
from models.run.request import Visibility
from models.steps import StepName


@rule("VOL-DETACHED", Chapter.VOLUMES, "Attached volumes", Severity.BLOCK, sentences=("S17", "S18"))
def vol_detached(facts: InstanceFacts, _profile: Profile) -> Answer:
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
        actions=_detaching(facts, attached),
        fixed_by=StepName.DETACH,
    )


def _detaching(facts: InstanceFacts, attached: tuple[VolumeAttachment, ...]) -> tuple[RemedyAction, ...]:
    """What the console can detach from the running instance: only what an inspection by SSH has shown."""
    disks, mounts = inside_or_none(facts, parts.disks), inside_or_none(facts, parts.mounts)
    if disks is None or mounts is None or not need(facts.instance).is_running:
        return ()
    if not (is_complete(facts, parts.disks) and is_complete(facts, parts.mounts)):
        return ()
    pairs = [(each, disk) for each in attached if (disk := disk_of(each, disks)) is not None]
    uses = [(each, use_of(disk, disks, mounts)) for each, disk in pairs]
    free_first = sorted(uses, key=lambda pair: len(pair[1].points))
    return tuple(
        detach_action(use, each.volume_id, _described(each, facts)) for each, use in free_first if not use.assembled
    )


@rule("VOL-BFV", Chapter.VOLUMES, "Root disk on a volume", Severity.BLOCK)
def vol_bfv(facts: InstanceFacts, _profile: Profile) -> Answer:
    instance = need(facts.instance)
    if not instance.volume_backed:
        return passed("Its root disk is not a volume.", facts.instance)
    attachments = need(facts.attachments)
    root = root_attachment(instance, attachments, facts.volumes.value)
    root_text = _described(root, facts) if root else "its root volume"
    beyond = facts.request is not None and facts.request.visibility is not Visibility.PRIVATE
    elsewhere = " In another project its instances fail: the snapshot is not visible there." if beyond else ""
    return failed(
        f"The image will be an empty record (0 bytes) that needs a snapshot of {root_text}.{elsewhere}",
        "Keep that snapshot as long as the image. For a real image: volume from the snapshot, then upload it.",
        facts.instance,
        command=command("openstack", "image", "create", "--volume", "VOLUME_FROM_SNAPSHOT", "NAME"),
        severity=None if beyond else Severity.WARN,
    )


@rule("VOL-NOTCOPIED", Chapter.VOLUMES, "Volumes that are not part of the image", Severity.INFO, sentences=("S28",))
def vol_notcopied(facts: InstanceFacts, _profile: Profile) -> Answer:
    attached = _data_volumes(facts)
    if not attached:
        return not_applicable("No data volume is attached.")
    return failed(
        f"Will not be in the image: {listed([_described(each, facts) for each in attached])}.",
        "Copy what the image needs to the root disk, below /opt or /usr/local.",
        facts.attachments,
    )


@rule("EPH-NOTCOPIED", Chapter.VOLUMES, "Ephemeral disks that are not part of the image", Severity.WARN)
def eph_notcopied(facts: InstanceFacts, _profile: Profile) -> Answer:
    sizes = _extra_disks(facts)
    if sizes is None:
        return unknown("The size of its ephemeral and swap disks is not told.", command="lsblk")
    ephemeral_gib, swap_mib = sizes
    kinds = [f"{ephemeral_gib} GiB ephemeral disk"] if ephemeral_gib else []
    kinds += [f"{size_mib(swap_mib)} swap disk"] if swap_mib else []
    if not kinds:
        return passed("Its flavor has neither an ephemeral nor a swap disk.", facts.instance)
    said = f"Will not be in the image: {' and '.join(kinds)} of its flavor"
    used = used_beside_volumes(facts) if ephemeral_gib else None
    if used is not None:
        return _ephemeral_seen(facts, said, used)
    return failed(
        f"{said}.",
        "Copy what matters to the root disk. What is mounted, in the guest:",
        facts.instance,
        command="lsblk -o NAME,SIZE,FSTYPE,MOUNTPOINTS",
        severity=None if ephemeral_gib else Severity.INFO,
    )


def _ephemeral_seen(facts: InstanceFacts, said: str, used: tuple[str, ...]) -> Answer:
    """As the guest shows it: often the disk is empty, or was never mounted."""
    if not used:
        return guest_failed(
            f"{said}; nothing of it is mounted, or it is empty.",
            "Nothing to do if nothing is there.",
            facts,
            parts.mounts,
            parts.disks,
            severity=Severity.INFO,
        )
    return guest_failed(
        f"{said}; used at {fitting(used, 50)}.",
        "Copy what matters to the root disk.",
        facts,
        parts.mounts,
        parts.disks,
        command="lsblk -o NAME,SIZE,FSTYPE,MOUNTPOINTS",
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
