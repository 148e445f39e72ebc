"""The seeded instances: each in a state that the checklist has something to say about."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from imaging.democloud.console_output import switch_on
from imaging.democloud.ids import seed_id
from imaging.democloud.machines import attachments
from imaging.democloud.records.disk import Disk
from imaging.democloud.records.network import Network, Port
from imaging.democloud.records.server import Action, Attachment, Event, Server
from imaging.democloud.records.volume import Volume
from imaging.democloud.seed.names import (
    CLINIC_PROJECT,
    DAY,
    MEMBER,
    OTHER_PROJECT,
    OWNER,
    PHYSICIAN,
    PROJECT,
    STRANGER,
    flavor_id,
    group_id,
    image_id,
    network_id,
    project_id,
    server_id,
    user_id,
    volume_id,
)
from imaging.democloud.world import World

_NETWORKS = {PROJECT: "astro-net", OTHER_PROJECT: "ocean-net", CLINIC_PROJECT: "clinic-net"}
_FIRST_OCTET, _ADDRESSES = 100, 200
"""Seeded addresses lie apart from those that are given out later, which begin at .0."""
_POWER = {"active": 1, "paused": 3, "stopped": 4, "suspended": 7}
HOSTILE_NAME = "[/red]\x1b[2J"
"""Markup and a control sequence: Nova would refuse it today, old clouds hold such names."""
WIDE_NAME = "星" * 255


@dataclass(frozen=True)
class _Row:
    name: str
    flavor: str
    days_old: float
    image: str = "Featured-Ubuntu24"
    vm_state: str = "active"
    task_state: str | None = None
    key: str = ""
    """What its id is made from; empty: its name."""
    project: str = PROJECT
    user: str = OWNER
    groups: tuple[str, ...] = ("default", "ssh-from-anywhere")
    floating: str | None = None
    locked: tuple[str, str | None] | None = None
    fault: str | None = None
    metadata: dict[str, str] = field(default_factory=dict)
    description: str | None = None
    tags: tuple[str, ...] = ()
    volumes: tuple[tuple[str, int], ...] = ()
    """Names and GiB of its data volumes, in their order."""
    root_volume: tuple[str, int] | None = None
    needs_volumes: bool = False
    """Its fstab names its volumes without `nofail`."""
    used_gib: float = 3.4
    guest: str | None = None
    """Whose recording says what lies inside; None: what the image says."""
    seal_fails_at: str = ""
    """The operation at which a clone's seal fails."""
    seal_misses: str = ""
    """The class of files of which a seal leaves something on the raw disk."""
    spoilt: str = ""
    """In which one way an image of it does not work although it boots."""
    tests: tuple[tuple[str, str], ...] = ()
    """Executables in its /etc/imaging/tests.d."""
    fresh_console: bool = False
    """Its console log still goes back to its first boot."""


SERVERS = (
    _Row("db-07", "m3.small", 18, image="astro-base/2", floating="192.0.2.107", used_gib=5.6,
         groups=("default", "ssh-from-anywhere", "postgres-inside"), guest="db-07",
         metadata={"contact": "ada@survey.example", "purpose": "catalogue database"},
         description="PostgreSQL with the survey catalogue", volumes=(("pgdata", 100), ("scratch", 500))),
    _Row("gis-lab", "m3.quad", 25, image="Featured-Ubuntu22", floating="192.0.2.31", volumes=(("gis-data", 200),),
         guest="gis-lab", needs_volumes=True, description="QGIS and GRASS for the course", used_gib=7.2,
         seal_fails_at="logs"),
    _Row("web-01", "m3.tiny", 33, image="Featured-Debian12", floating="192.0.2.80", used_gib=2.1,
         guest="web-01", fresh_console=True, description="Public pages of the survey", tags=("production",),
         seal_misses="history"),
    _Row("quiet-box", "m3.small", 61, image="survey-appliance", vm_state="stopped",
         description="Copy of the camera appliance"),
    _Row("bfv-01", "m3.quad", 47, root_volume=("bfv-01-root", 40), volumes=(("bfv-01-data", 50),),
         description="Root disk on a volume"),
    _Row("nightly-build", "m3.small", 90, task_state="image_uploading", description="Makes its own image every night"),
    _Row("grace-sandbox", "m3.quad", 9, image="Featured-RockyLinux9", user=MEMBER, groups=("default",)),
    _Row("notebook-3", "m3.medium", 110, vm_state="suspended", used_gib=12.5),
    _Row("spectra-old", "m3.medium", 300, image="Featured-RockyLinux9", vm_state="shelved_offloaded"),
    _Row("sim-paused", "m3.large", 14, vm_state="paused"),
    _Row("gpu-trial", "g3.small", 5, vm_state="error",
         fault="No valid host was found. There are not enough hosts available."),
    _Row("archive-gw", "m3.small", 210, image="Featured-RockyLinux9",
         locked=("owner", "do not touch: tape transfer until December, ask Grace"), volumes=(("archive-cache", 1000),)),
    _Row("quarantine-01", "m3.tiny", 150, locked=("admin", "suspected misuse, ticket 48113")),
    _Row("teaching-2025", "m3.tiny", 390, image="Featured-Ubuntu22", vm_state="stopped",
         metadata={f"note-{place:03d}": "kept" for place in range(127)},
         description="Its metadata leaves room for one more key"),
    _Row(HOSTILE_NAME, "m3.tiny", 401, key="hostile", guest="hostile", volumes=((HOSTILE_NAME, 10),)),
    _Row(WIDE_NAME, "m3.tiny", 402, key="wide", vm_state="stopped"),
    _Row("tide-model", "m3.quad", 12, project=OTHER_PROJECT, user=STRANGER, groups=("default",)),
)  # fmt: skip
_OWN_TESTS = (
    ("10-pages", "#!/bin/sh\necho 1..2\necho 'ok 1 - nginx answers'\necho 'ok 2 - the index is there'\n"),
    ("20-gpu", "#!/bin/sh\n# needs: gpu\necho 'this is never reached without one'\n"),
)
_CLINIC = (
    ("first-boot-alone", "Its web server starts at the first boot of an image, and never again"),
    ("lost-unit", "A service that is enabled here is not enabled in instances of its image"),
    ("dead-name-server", "Its image names a name server of the institute, which nobody reaches from here"),
    ("second-boot", "The first boot of its image writes a line of fstab, so the second ends in emergency mode"),
    ("no-growth", "The root of its image stays small: ask for a test flavor with a larger disk, such as m3.medium"),
)
CLINIC = (
    *(_Row(name, "m3.tiny", 30 + place, image="Featured-Debian12", project=CLINIC_PROJECT, user=PHYSICIAN, used_gib=2.1,
           groups=("default",), guest="web-01", spoilt=name, description=description)
      for place, (name, description) in enumerate(_CLINIC)),
    _Row("healthy", "m3.tiny", 20, image="Featured-Debian12", project=CLINIC_PROJECT, user=PHYSICIAN, used_gib=2.1,
         groups=("default",), guest="web-01", tests=_OWN_TESTS,
         description="Nothing is wrong with it; two tests lie in /etc/imaging/tests.d"),
)  # fmt: skip
"""Behind all others, whose addresses follow their places."""
_UNATTACHED = (("calibration-frames", 300), ("pgdata-2025", 80))


def add_servers(world: World) -> None:
    """Put the instances and their volumes into the world."""
    for place, row in enumerate(reversed(SERVERS)):
        _add_server(world, row, place)
    for place, row in enumerate(CLINIC, start=len(SERVERS)):
        _add_server(world, row, place)
    for name, size in _UNATTACHED:
        _add_volume(world, name, size, PROJECT, age=500 * DAY)


def _add_server(world: World, row: _Row, place: int) -> None:
    image = world.images[image_id(row.image)]
    made = world.now() - row.days_old * DAY
    fstab = tuple(volume_id(name) for name, _ in row.volumes) if row.needs_volumes else ()
    system = f"Ubuntu {HOSTILE_NAME}" if row.key == "hostile" else image.disk.system
    server = Server(
        id=server_id(row.key or row.name),
        name=row.name,
        project_id=project_id(row.project),
        user_id=user_id(row.user),
        flavor=world.flavors[flavor_id(row.flavor)],
        created_at=made,
        updated_at=made + 300,
        disk=replace(
            image.disk,
            system=system,
            fstab=fstab,
            used_bytes=int(row.used_gib * 1024**3),
            guest=image.disk.guest if row.guest is None else row.guest,
            seal_fails_at=row.seal_fails_at,
            seal_misses=row.seal_misses,
            spoilt=row.spoilt,
            tests=row.tests,
        ),
        image_id=None if row.root_volume else image.id,
        image_properties=dict(image.properties),
        image_min_ram=image.min_ram,
        image_min_disk=image.min_disk,
        vm_state=row.vm_state,
        task_state=row.task_state,
        power_state=_POWER.get(row.vm_state, 0),
        launched_at=None if row.vm_state == "error" else made + 20,
        metadata=dict(row.metadata),
        tags=list(row.tags),
        description=row.description,
        key_name="ada-laptop" if row.user in {OWNER, PHYSICIAN} else None,
        security_groups=[group_id(row.project, one) for one in row.groups],
        serial=world.number(),
    )
    if row.locked:
        server.locked_by, server.locked_reason = row.locked
    if row.fault:
        server.fault = (500, row.fault, made + 12)
    server.secret = world.ids.secret(server.id)
    world.servers[server.id] = server
    _note_creation(world, server)
    _add_port(world, server, row, place)
    _add_volumes(world, server, row)
    if row.vm_state in {"active", "paused", "suspended"}:
        switch_on(server, made + 20)
        server.shows_host_keys = row.fresh_console


def _note_creation(world: World, server: Server) -> None:
    request = f"req-{seed_id('request', server.id)}"
    failed = server.vm_state == "error"
    made = server.created_at
    action = Action("create", request, server.user_id, server.project_id, made, made + 20, "Error" if failed else None)
    action.events.append(
        Event("compute__do_build_and_run_instance", made + 1, made + 20, "Error" if failed else "Success")
    )
    server.actions.append(action)
    if server.task_state == "image_uploading":
        began = world.now() - 700
        server.actions.insert(
            0,
            Action(
                "createImage", f"req-{seed_id('imaging', server.id)}", server.user_id, server.project_id, began, began
            ),
        )


def _add_port(world: World, server: Server, row: _Row, place: int) -> None:
    if row.vm_state == "error":
        return
    network = world.networks[network_id(_NETWORKS[row.project])]
    add_seeded_port(world, server, network, place + 10, row.floating)


def add_seeded_port(world: World, server: Server, network: Network, place: int, floating: str | None = None) -> None:
    """A port whose id and address depend on the server alone."""
    subnet = network.subnets[0]
    first, second = subnet.cidr.split(".")[:2]
    port = Port(
        id=seed_id("port", server.id),
        network_id=network.id,
        subnet_id=subnet.id,
        project_id=server.project_id,
        server_id=server.id,
        address=f"{first}.{second}.{_FIRST_OCTET + place // _ADDRESSES % 150}.{place % _ADDRESSES + 10}",
        mac=f"fa:16:3e:a0:{place >> 8 & 255:02x}:{place & 255:02x}",
        created_at=server.created_at,
        security_groups=list(server.security_groups),
        floating_address=floating,
    )
    world.ports[port.id] = port
    world.addresses_given += 1
    server.port_ids.append(port.id)


def _add_volumes(world: World, server: Server, row: _Row) -> None:
    wanted = [(row.root_volume, True)] if row.root_volume else []
    for (name, size), is_root in [*wanted, *((one, False) for one in row.volumes)]:
        age = row.days_old * DAY
        volume = _add_volume(world, name, size, row.project, age=age, disk=server.disk if is_root else None)
        attachment = Attachment(
            volume_id=volume.id,
            device="/dev/vda" if is_root else attachments.next_device(server),
            boot_index=0 if is_root else None,
            delete_on_termination=is_root,
            attachment_id=seed_id("attachment", name),
            bdm_id=seed_id("mapping", name),
        )
        server.attachments.append(attachment)
        attachments.use(world, server, volume, attachment)
        volume.uses[0].attached_at = volume.updated_at = server.created_at + 240
        volume.user_id = server.user_id


def _add_volume(world: World, name: str, size: int, project: str, *, age: float, disk: Disk | None = None) -> Volume:
    volume = Volume(
        id=volume_id(name),
        name=name,
        size=size,
        project_id=project_id(project),
        user_id=user_id(),
        created_at=world.now() - age + 120,
        status="available",
        bootable=disk is not None,
        disk=disk,
        serial=world.number(),
    )
    world.volumes[volume.id] = volume
    return volume
