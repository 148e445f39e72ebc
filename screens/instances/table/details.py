"""Everything that the list knows of one instance, uncut."""

from __future__ import annotations

from collections.abc import Sequence

from models.formatting import counted, local_minute
from screens.instances.table.entry import InstanceEntry, LastImage
from screens.instances.table.readiness import readiness_of
from screens.instances.table.rows import activity_words
from screens.style.glyphs import Glyphs


def details(entry: InstanceEntry, glyphs: Glyphs) -> Sequence[tuple[str, str]]:
    """Titled paragraphs for a notice; empty ones are left out there."""
    one = entry.instance
    task = f", {one.task_state}" if one.task_state else ""
    return (
        ("Id", one.id),
        ("State", f"{one.status}{task}"),
        ("Readiness", str(readiness_of(entry, glyphs).sign)),
        ("Runs now", activity_words(entry)),
        ("Lock", _lock(entry)),
        ("Fault", one.fault or ""),
        ("Flavor", _flavor(entry)),
        ("Volumes", counted(len(one.attached_volume_ids), "volume") if one.attached_volume_ids else "none"),
        ("Last image", _image(entry.image)),
        ("Addresses", "\n".join(f"{each.address} ({each.network_name}, {each.kind})" for each in one.addresses)),
        ("Owner", f"another member of the project ({one.user_id})" if entry.is_anothers else "you"),
        ("Created", local_minute(one.created_at) if one.created_at else ""),
        ("Tags", ", ".join(one.tags)),
    )


def _lock(entry: InstanceEntry) -> str:
    if not entry.instance.locked:
        return ""
    return entry.instance.locked_reason or "locked, without a reason"


def _flavor(entry: InstanceEntry) -> str:
    flavor = entry.instance.flavor
    size = [
        counted(flavor.vcpus, "vCPU") if flavor.vcpus is not None else "",
        f"{flavor.ram_mib // 1024} GiB of memory" if flavor.ram_mib is not None else "",
        f"{flavor.disk_gib} GiB of disk" if flavor.disk_gib is not None else "",
    ]
    told = ", ".join(part for part in size if part)
    name = flavor.name or flavor.id or ""
    return f"{name}: {told}" if told else name


def _image(image: LastImage | None) -> str:
    if image is None:
        return "none known"
    made = f", made {local_minute(image.made_at)}" if image.made_at else ""
    seal = f"\nSeal: {image.seal}" if image.seal else ""
    works = f"\nWorks: {image.works}" if image.works else ""
    return f"{image.name} ({image.id}){made}\nBoot test: {image.verdict or 'none known'}{works}{seal}"
