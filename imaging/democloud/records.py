"""What the cloud holds: mutable records, times in seconds since 1970, sizes as the API gives them."""

from __future__ import annotations

from dataclasses import dataclass, field

from imaging.democloud.image_bytes.content import Content, Writing


@dataclass(frozen=True)
class Fixed:
    """A line of a file in /etc that was changed in the guest."""

    file: str
    line: int
    """Its number, from 1."""
    how: str
    """`comment` or `nofail`."""


@dataclass(frozen=True)
class Disk:
    """What lies on a root disk, as far as a boot shows it. It travels with snapshots and what is launched from them."""

    system: str = "Ubuntu 24.04.3 LTS"
    cloud_init: bool = True
    silent: bool = False
    """Nothing is ever printed on the console."""
    fstab: tuple[str, ...] = ()
    """Ids of volumes that /etc/fstab names without `nofail`: without one of them the boot ends in emergency mode."""
    machine_id: str = ""
    """Empty on an image that was made for launching: the first boot writes one."""
    used_bytes: int = 2_400_000_000
    guest: str = ""
    """Whose recording (`guests/recordings`) says what lies on it; empty: nobody can inspect it."""
    owners_key: bool = False
    """Whether an instance with the owner's key pair was booted from it: its account lets them in ever after."""
    fixed: tuple[Fixed, ...] = ()
    """What was changed in its fstab since the recording."""
    updated: bool = False
    """Whether its pending updates were installed since."""
    sealed: bool = False
    """Whether a clone has sealed itself on it."""
    seal_fails_at: str = ""
    """The operation of a seal that fails on it; empty: none does."""
    seal_misses: str = ""
    """The class of files of which a seal leaves something on the raw disk; empty: it misses nothing."""
    spoilt: str = ""
    """In which one way an image of it does not work although it boots (`guests.works.SPOILT`); empty: in none."""
    tests: tuple[tuple[str, str], ...] = ()
    """Name and text of the executables in its /etc/imaging/tests.d."""

    @property
    def recording_of_seal(self) -> str:
        """What was recorded of it after a real seal; empty where nobody can inspect it."""
        return f"{self.guest}-sealed" if self.guest else ""

    @property
    def recording(self) -> str:
        """What was recorded of it as it is now."""
        return self.recording_of_seal if self.sealed else self.guest


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
class Image:
    """A Glance image; `properties` are all that Glance does not know by name."""

    id: str
    name: str
    owner: str
    created_at: float
    updated_at: float
    status: str = "queued"
    visibility: str = "private"
    disk_format: str | None = None
    container_format: str | None = None
    size: int | None = None
    virtual_size: int | None = None
    min_disk: int = 0
    min_ram: int = 0
    protected: bool = False
    hidden: bool = False
    checksum: str | None = None
    os_hash_value: str | None = None
    tags: list[str] = field(default_factory=list)
    properties: dict[str, str] = field(default_factory=dict)
    members: dict[str, Member] = field(default_factory=dict)
    disk: Disk = field(default_factory=Disk)
    serial: int = 0
    content: Content | None = None
    """What can be downloaded."""
    staged: Writing | None = None
    """What waits for its import."""
    tasks: list[Task] = field(default_factory=list)
    """Its imports, the newest first."""


@dataclass
class Task:
    """A task of Glance."""

    id: str
    created_at: float
    updated_at: float
    status: str = "pending"
    message: str = ""


@dataclass
class Member:
    """A project that an image is shared with."""

    status: str
    created_at: float
    updated_at: float


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
    """Whether the console log still has what cloud-init said of the host keys, as it does at the first boot alone."""
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


@dataclass
class VolumeUse:
    """That a volume is attached to a server, as Cinder says it."""

    attachment_id: str
    server_id: str
    device: str
    attached_at: float


@dataclass
class Volume:
    """A Cinder volume; size in GiB."""

    id: str
    name: str
    size: int
    project_id: str
    user_id: str
    created_at: float
    updated_at: float | None = None
    status: str = "creating"
    description: str | None = None
    bootable: bool = False
    multiattach: bool = False
    snapshot_id: str | None = None
    source_volid: str | None = None
    metadata: dict[str, str] = field(default_factory=dict)
    image_metadata: dict[str, str] = field(default_factory=dict)
    uses: list[VolumeUse] = field(default_factory=list)
    disk: Disk | None = None
    serial: int = 0


@dataclass
class Snapshot:
    """A snapshot of a volume."""

    id: str
    name: str
    volume_id: str
    size: int
    project_id: str
    user_id: str
    created_at: float
    updated_at: float | None = None
    status: str = "creating"
    description: str | None = None
    metadata: dict[str, str] = field(default_factory=dict)
    disk: Disk | None = None
    serial: int = 0


@dataclass
class Subnet:
    """A subnet with one pool."""

    id: str
    name: str
    network_id: str
    project_id: str
    cidr: str
    gateway: str


@dataclass
class Network:
    """A network."""

    id: str
    name: str
    project_id: str
    created_at: float
    subnets: list[Subnet] = field(default_factory=list)
    external: bool = False
    shared: bool = False
    port_security: bool = True
    description: str = ""


@dataclass
class Port:
    """Where a server meets a network."""

    id: str
    network_id: str
    subnet_id: str
    project_id: str
    server_id: str
    address: str
    mac: str
    created_at: float
    security_groups: list[str] = field(default_factory=list)
    floating_address: str | None = None


@dataclass
class Rule:
    """A rule of a security group."""

    id: str
    direction: str
    ethertype: str = "IPv4"
    protocol: str | None = None
    port_range_min: int | None = None
    port_range_max: int | None = None
    remote_ip_prefix: str | None = None
    remote_group_id: str | None = None
    description: str | None = None


@dataclass
class SecurityGroup:
    """A security group."""

    id: str
    name: str
    project_id: str
    created_at: float
    description: str = ""
    rules: list[Rule] = field(default_factory=list)


@dataclass
class User:
    """Somebody who can log in."""

    id: str
    name: str
    password: str
    project_ids: list[str]
    admin: bool = False


@dataclass
class Project:
    """A project."""

    id: str
    name: str
    description: str = ""


@dataclass
class Credential:
    """An application credential."""

    id: str
    name: str
    secret: str
    user_id: str
    project_id: str
    expires_at: float | None = None
    description: str | None = None


@dataclass
class Keypair:
    """A key pair of a user."""

    name: str
    user_id: str
    fingerprint: str
    public_key: str


@dataclass
class Quotas:
    """What a project may use; -1 is unlimited."""

    instances: int = 25
    cores: int = 120
    ram: int = 512_000
    metadata_items: int = 128
    volumes: int = 20
    gigabytes: int = 4000
    snapshots: int = 20
    security_groups: int = 20
