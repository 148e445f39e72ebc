"""The seeded images: featured ones, the project's own, a community one, one that another project shares."""

from __future__ import annotations

from dataclasses import dataclass, field

from imaging.democloud.ids import seed_hex
from imaging.democloud.image_bytes.disks import DiskContent, disk_named
from imaging.democloud.records.disk import Disk
from imaging.democloud.records.image import Image, Member
from imaging.democloud.seed.names import (
    CLOUD_PROJECT,
    DAY,
    OTHER_PROJECT,
    OWNER,
    PROJECT,
    image_id,
    project_id,
    user_id,
)
from imaging.democloud.world import World

_GIB = 1024**3
_HARDWARE = {
    "hw_disk_bus": "scsi",
    "hw_scsi_model": "virtio-scsi",
    "hw_qemu_guest_agent": "yes",
    "os_require_quiesce": "yes",
    "architecture": "x86_64",
    "os_type": "linux",
}


_GUESTS = {("ubuntu", "24.04"): "ubuntu-24", ("rocky", "9.6"): "rocky-9"}
"""By system: the recording of an instance on which nothing was done yet."""


@dataclass(frozen=True)
class _Row:
    key: str
    name: str
    days_old: float
    owner: str = PROJECT
    visibility: str = "private"
    base: str | None = None
    """The key of the image that its instance was launched from: it is a snapshot then."""
    system: str = "Ubuntu 24.04.3 LTS"
    os: tuple[str, str] = ("ubuntu", "24.04")
    description: str = ""
    used_gib: float = 2.2
    min_disk: int = 0
    virtual_gib: int = 8
    hidden: bool = False
    protected: bool = False
    status: str = "active"
    silent: bool = False
    shared_with: tuple[tuple[str, str], ...] = ()
    tags: tuple[str, ...] = field(default_factory=tuple)


_IMAGES = (
    _Row("Featured-Ubuntu24", "Featured-Ubuntu24", 12, CLOUD_PROJECT, "public",
         description="Ubuntu 24.04 LTS, kept up to date every month", protected=True),
    _Row("Featured-Ubuntu22", "Featured-Ubuntu22", 12.1, CLOUD_PROJECT, "public", system="Ubuntu 22.04.5 LTS",
         os=("ubuntu", "22.04"), description="Ubuntu 22.04 LTS, kept up to date every month", protected=True),
    _Row("Featured-RockyLinux9", "Featured-RockyLinux9", 12.2, CLOUD_PROJECT, "public", system="Rocky Linux 9.6",
         os=("rocky", "9.6"), description="Rocky Linux 9, kept up to date every month", protected=True),
    _Row("Featured-AlmaLinux9", "Featured-AlmaLinux9", 12.3, CLOUD_PROJECT, "public", system="AlmaLinux 9.6",
         os=("almalinux", "9.6"), description="AlmaLinux 9, kept up to date every month", protected=True),
    _Row("Featured-Debian12", "Featured-Debian12", 12.4, CLOUD_PROJECT, "public", system="Debian GNU/Linux 12",
         os=("debian", "12"), description="Debian 12, kept up to date every month", protected=True),
    _Row("astro-base/2", "astro-base", 40, base="Featured-Ubuntu24", used_gib=5.1, min_disk=20, virtual_gib=20,
         description="Ubuntu 24.04 with astropy 7 and the survey's calibration files under /opt/survey"),
    _Row("astro-base/1", "astro-base", 121, base="Featured-Ubuntu22", used_gib=4.8, min_disk=20, virtual_gib=20,
         system="Ubuntu 22.04.5 LTS", os=("ubuntu", "22.04"),
         description="Ubuntu 22.04 with astropy 6; superseded"),
    _Row("spectra-tools", "spectra-tools", 75, base="Featured-RockyLinux9", used_gib=6.4, min_disk=60, virtual_gib=60,
         visibility="shared", system="Rocky Linux 9.6", os=("rocky", "9.6"), shared_with=((OTHER_PROJECT, "pending"),),
         description="Spectrum extraction with IRAF and its environment", tags=("course-2026",)),
    _Row("survey-appliance", "survey-appliance", 200, base="Featured-Ubuntu22", used_gib=1.3, min_disk=20,
         virtual_gib=20, silent=True, os=("ubuntu", "22.04"),
         description="Camera appliance of the vendor: its kernel writes nothing to the serial console"),
    _Row("astro-base/0", "astro-base-2024", 420, base="Featured-Ubuntu22", used_gib=4.1, min_disk=20, virtual_gib=20,
         hidden=True, system="Ubuntu 22.04.5 LTS", os=("ubuntu", "22.04"), description="Kept for old results only"),
    _Row("nightly-2026", "nightly-2026", 0.01, base="Featured-Ubuntu24", min_disk=20, status="saving",
         description=""),
    _Row("julia-workbench", "julia-workbench", 30, OTHER_PROJECT, "community", base="Featured-Ubuntu24",
         used_gib=7.9, min_disk=20, virtual_gib=20, description="Julia 1.12 with notebooks, by the ocean modellers"),
    _Row("ocean-grids", "ocean-grids", 22, OTHER_PROJECT, "shared", base="Featured-Ubuntu24", used_gib=9.0,
         min_disk=60, virtual_gib=60, shared_with=((PROJECT, "accepted"),),
         description="Model grids for the joint project"),
    _Row("ocean-private", "ocean-private", 20, OTHER_PROJECT, base="Featured-Ubuntu24", min_disk=20),
)  # fmt: skip


_OLDER, _NEWER = "astro-base/0", "astro-base/1"
"""A pair as a run with --succeeds leaves it: each says which image it is about, for descendants inherit the notes."""


def add_images(world: World) -> None:
    """Put the images into the world."""
    for row in reversed(_IMAGES):
        image = _image(world, row)
        world.images[image.id] = image


def _image(world: World, row: _Row) -> Image:
    made = world.now() - row.days_old * DAY
    disk = _disk(row)
    content = _content(row, disk) if row.status == "active" else None
    return Image(
        id=image_id(row.key),
        name=row.name,
        owner=project_id(row.owner),
        created_at=made,
        updated_at=made + 95,
        status=row.status,
        visibility=row.visibility,
        disk_format="qcow2" if row.base else "raw",
        container_format="bare",
        size=content.size if content else None,
        virtual_size=content.virtual_bytes if content else None,
        min_disk=row.min_disk,
        protected=row.protected,
        hidden=row.hidden,
        checksum=content.sums.md5 if content else None,
        os_hash_value=content.sums.sha512 if content else None,
        tags=list(row.tags),
        properties=_properties(row),
        members={project_id(one): Member(status, made, made) for one, status in row.shared_with},
        disk=disk,
        serial=world.number(),
        content=content,
    )


def _disk(row: _Row) -> Disk:
    return Disk(
        system=row.system,
        silent=row.silent,
        used_bytes=int(row.used_gib * _GIB),
        guest=_GUESTS.get(row.os, "") if not row.silent else "",
        machine_id=seed_hex("machine", row.key) if row.base else "",
    )


def _content(row: _Row, disk: Disk) -> DiskContent:
    name = disk_named(disk.guest, disk.system)
    return DiskContent(name, "qcow2", row.virtual_gib * _GIB) if row.base else DiskContent(name, "raw")


def _properties(row: _Row) -> dict[str, str]:
    distro, version = row.os
    properties = {**_HARDWARE, "os_distro": distro, "os_version": version}
    if row.description:
        properties["description"] = row.description
    if row.base:
        properties |= {
            "base_image_ref": image_id(row.base),
            "image_type": "snapshot",
            "image_location": "snapshot",
            "image_state": "available",
            "instance_uuid": image_id(f"{row.key}/source"),
            "owner_id": project_id(row.owner),
            "user_id": user_id(OWNER),
            "boot_roles": "member,reader",
        }
    return properties | _succession(row.key)


def _succession(key: str) -> dict[str, str]:
    """What the two images that follow each other say about that, and the newer one about its tests."""
    older, newer = image_id(_OLDER), image_id(_NEWER)
    if key == _OLDER:
        return {"imaging.succeeded_by": newer, "imaging.succeeded_by.image": older}
    if key == _NEWER:
        links = {"imaging.succeeds": older, "imaging.succeeds.image": newer}
        verdict = {"imaging.verdict": "booted", "imaging.verdict.image": newer}
        return links | verdict | {"imaging.works": "yes", "imaging.works.image": newer}
    return {}
