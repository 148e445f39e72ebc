"""Servers as Nova keeps them: flavor, attachments, actions, and the server itself. Disks in GiB, ram in MiB."""

from __future__ import annotations

from dataclasses import dataclass, field

from imaging.democloud.records.disk import Disk, Fixed


@dataclass
class Flavor:
    """A flavor; ram in MiB, disks in GiB."""

    id: str
    name: str
    vcpus: int
    ram: int
    disk: int
    ephemeral: int = 0
    swap: int = 0
    description: str | None = None
    extra_specs: dict[str, str] = field(default_factory=dict)


@dataclass
class Attachment:
    """A block device of a server that is a volume."""

    volume_id: str
    device: str
    boot_index: int | None = None
    """0 is the root volume of a volume-backed server."""
    delete_on_termination: bool = False
    tag: str | None = None
    attachment_id: str = ""
    bdm_id: str = ""


@dataclass
class Event:
    """One event of an action, such as `compute_stop_instance`."""

    name: str
    started_at: float
    finished_at: float | None = None
    result: str | None = None


@dataclass
class Action:
    """What was asked of a server: a line of `os-instance-actions`."""

    name: str
    request_id: str
    user_id: str
    project_id: str
    started_at: float
    updated_at: float
    message: str | None = None
    events: list[Event] = field(default_factory=list)


@dataclass
class Server:
    """A Nova server."""

    id: str
    name: str
    project_id: str
    user_id: str
    flavor: Flavor
    created_at: float
    updated_at: float
    disk: Disk
    image_id: str | None = None
    """None: volume-backed."""
    image_properties: dict[str, str] = field(default_factory=dict)
    """The properties of the image that it came from, which go into its own snapshots."""
    image_min_ram: int = 0
    image_min_disk: int = 0
    vm_state: str = "building"
    task_state: str | None = None
    power_state: int = 0
    launched_at: float | None = None
    terminated_at: float | None = None
    booted_at: float | None = None
    """When the machine was last switched on; None while it is off."""
    saw_fstab_volumes: bool = True
    """Whether, when it was last switched on, every volume that its fstab names was there."""
    shows_host_keys: bool = False
    """Whether the console log still has what cloud-init said about the host keys, as after the first boot alone."""
    secret: bytes = b""
    """What its host keys are made of."""
    attached_at_boot: frozenset[str] = frozenset()
    """Ids of the attachments that were there when it was last switched on: only these volumes can be mounted."""
    fixed_at_boot: tuple[Fixed, ...] = ()
    """What its disk's `fixed` was then: what was changed later does not count before the next boot."""
    unmounted: frozenset[str] = frozenset()
    """Mount points that were unmounted since."""
    locked_by: str | None = None
    """`owner` or `admin`."""
    locked_reason: str | None = None
    metadata: dict[str, str] = field(default_factory=dict)
    tags: list[str] = field(default_factory=list)
    description: str | None = None
    key_name: str | None = None
    user_data: str | None = None
    config_drive: bool = False
    security_groups: list[str] = field(default_factory=list)
    port_ids: list[str] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)
    fault: tuple[int, str, float] | None = None
    """Code, message, time."""
    job: int = 0
    """Which row of transitions is under way: what belongs to an older one no longer counts."""
    serial: int = 0

    @property
    def root_attachment(self) -> Attachment | None:
        """The root volume of a volume-backed server."""
        return next((one for one in self.attachments if one.boot_index == 0), None)

    def attachment(self, volume_id: str) -> Attachment | None:
        """Its attachment of a volume."""
        return next((one for one in self.attachments if one.volume_id == volume_id), None)
