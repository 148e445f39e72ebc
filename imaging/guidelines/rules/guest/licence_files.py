"""Chapter *Software*: commercial products, their licence keys, licence servers and what points to one."""

from __future__ import annotations

from dataclasses import dataclass

from imaging.guidelines import tables
from imaging.guidelines.declaration import rule
from imaging.guidelines.evidence import NOT_BY_KEY, fitted, left_out, on_names, on_paths, removal_or_listing
from imaging.guidelines.guest import parts
from imaging.guidelines.guest.facts import (
    guest_failed,
    guest_passed,
    inside_or_none,
    running,
    unless_incomplete,
)
from imaging.guidelines.guest.questions import CLOUDS_OWN, ENVIRONMENT
from imaging.guidelines.guest.sightings import meaningful, not_read, seen
from imaging.guidelines.rule import Answer, Chapter
from imaging.guidelines.rules.guest.products import judge_products
from models.findings import Severity
from models.guest.files import Sighting
from models.guest.services import Services
from models.guidelines.facts import InstanceFacts
from models.guidelines.profile import Profile
from models.guidelines.tables import LicenceRow, SoftwareLicence
from models.steps import StepName

_SERVERS = (
    "lmgrd", "lmadmin", "rlm", "mathlm", "MLM", "ansyslmd", "ABAQUSLM", "cdslmd", "snpslmd", "xilinxd", "alterad",
    "LMCOMSOL", "cdlmd", "lstc_server", "pgroupd", "mgcld", "saltd", "lmgrd.bin", "grb_ts", "lservnt", "sntlkeyssrvr",
)  # fmt: skip
"""Programs that hand out licences: FlexNet's, Reprise's, Wolfram's, and vendors' daemons."""
_PORTS = frozenset({*range(27000, 27010), 5053})
"""Where FlexNet and Reprise listen unless told otherwise."""
_UNITS = ("*lmgrd*.service", "*flexlm*.service", "*flexnet*.service", "rlm*.service", "*licen[cs]e-server*.service")


@dataclass(frozen=True)
class LicenceFile:
    """A file with a licence, or with the address of a server."""

    row: LicenceRow
    sighting: Sighting
    is_key: bool

    @property
    def shown(self) -> str:
        """Its path, and the products that it is for; never the key."""
        products = ", ".join(self.sighting.words[:3]) or self.row.product
        return f"{self.sighting.path}" + (f" ({products})" if products else "")


sw_licensed = rule(
    "SW-LICENSED",
    Chapter.SOFTWARE,
    "Commercial products",
    Severity.WARN,
    sentences=("S8", "S26"),
    by_hand="ls -d /opt/* /usr/local/*/ /usr/local/bin/*",
)(
    judge_products(
        SoftwareLicence.COMMERCIAL,
        "No sign of a commercial product that we know.",
        "Remove it by its maker's uninstaller, unless its licence allows clones.",
    )
)


@rule(
    "SW-LICFILES",
    Chapter.SOFTWARE,
    "Licence keys on the disk",
    Severity.BLOCK,
    sentences=("S8", "S26"),
    by_hand=r"sudo find / -xdev \( -iname '*.lic' -o -name license.dat -o -name mathpass -o -name lservrc \)",
)
def sw_licfiles(facts: InstanceFacts, profile: Profile) -> Answer:
    """Keys block; a mere pointer to a server is warned of, unless the server is the cloud's own."""
    found, undecided = licence_files_found(facts, profile)
    keys = [each for each in found if each.is_key]
    if keys or found:
        said = (
            "Will be in the image, with its keys: "
            if keys
            else "Points to a licence server that new instances may not reach: "
        )
        told = keys or found
        paths = [each.sighting.path for each in told]
        return guest_failed(
            fitted(said, [each.shown for each in told]),
            f"Remove it; give new instances theirs, or the server's address, by user data. {left_out(paths)}".rstrip(),
            facts,
            parts.sightings,
            command=removal_or_listing(paths),
            by_hand_because=NOT_BY_KEY,
            severity=None if keys else Severity.WARN,
        )
    if undecided:
        return not_read(facts, undecided)
    passed = guest_passed("No licence key was found; texts of licences do not count.", facts, parts.sightings)
    return unless_incomplete(passed, facts, parts.sightings)


def licence_files_found(facts: InstanceFacts, profile: Profile) -> tuple[list[LicenceFile], list[str]]:
    """What is a licence, each file once, and what could not be read.

    Raises:
        UnreadError: the files were not searched for.
    """
    rows = {tables.licence_key(row): row for row in tables.licence_files(profile)}
    found: dict[str, LicenceFile] = {}
    undecided: dict[str, None] = {}
    for sighting in meaningful(seen(facts, *rows), profile):
        row = rows[sighting.search]
        if tables.matches(sighting.path, row.but_not) or sighting.kind == "directory" or sighting.size_bytes == 0:
            continue
        kind = _kind(row, sighting)
        if kind is not None:
            this = LicenceFile(row, sighting, kind)
            found[sighting.path] = max(found.get(sighting.path, this), this, key=lambda each: each.is_key)
        elif sighting.unread:
            undecided[sighting.path] = None
    return list(found.values()), [path for path in undecided if path not in found]


def _kind(row: LicenceRow, sighting: Sighting) -> bool | None:
    """True for a key, False for a pointer, None for neither (or the cloud's own server)."""
    marks = set(sighting.marks)
    if marks & set(row.key_marks):
        return True
    if marks & set(row.pointer_marks):
        return None if CLOUDS_OWN in marks else False
    by_name = not row.key_marks and not (row.pointer_marks and sighting.unread)
    return True if by_name else None


@rule(
    "SW-LICSERVER",
    Chapter.SOFTWARE,
    "Licence servers, and settings that point to one",
    Severity.BLOCK,
    sentences=("S8", "S26"),
    settled_by=StepName.STOP,
    by_hand="pgrep -al 'lmgrd|lmadmin|rlm|mathlm'; grep -rs LICENSE_FILE /etc/profile.d /etc/environment",
)
def sw_licserver(facts: InstanceFacts, profile: Profile) -> Answer:
    """A running server blocks; variables that point to one are warned of."""
    services = inside_or_none(facts, parts.services)
    units = _units(services) if services is not None else []
    here = [*units, *(_running(services) if services is not None and services.runs else [])]
    if here:
        return guest_failed(
            fitted("Runs here: ", here),
            "Switch it off: its licence is bound to this machine, and clones would break its terms.",
            facts,
            parts.services,
            command=on_names(["sudo", "systemctl", "disable", "--now"], units),
        )
    pointing = [each for each in meaningful(seen(facts, ENVIRONMENT), profile) if _points_away(each)]
    if pointing:
        said = [f"{', '.join(_variables(each))} in {each.path}" for each in pointing]
        return guest_failed(
            fitted("", said),
            "Take it out, and set it by user data, unless every new instance may use that server.",
            facts,
            parts.sightings,
            command=on_paths(["grep", "-n", "LIC"], [each.path for each in pointing]),
            severity=Severity.WARN,
        )
    silent = _by_port(running(facts))
    if silent:
        return guest_failed(
            fitted("Possibly a licence server, by its port alone: ", silent),
            "Check what listens there.",
            facts,
            parts.services,
            command="sudo ss -tlnp",
            severity=Severity.INFO,
        )
    passed = guest_passed("No licence server runs, and no variable points to one.", facts, parts.services)
    return unless_incomplete(passed, facts, parts.services, parts.sightings)


def _units(services: Services) -> list[str]:
    """Units of servers that run or start by themselves."""
    return [
        each.name
        for each in services.units
        if tables.matches(each.name, _UNITS) and (each.active == "active" or each.enabled == "enabled")
    ]


def _running(services: Services) -> list[str]:
    """Servers by their program."""
    programs = {each.name: f"{each.name} (process {each.pid})" for each in services.processes if each.name in _SERVERS}
    listening = {each.process: f"{each.process} on port {each.port}" for each in services.listeners}
    return list({**{name: what for name, what in listening.items() if name in _SERVERS}, **programs}.values())


def _by_port(services: Services) -> list[str]:
    """What listens where servers do, and does not tell its program."""
    return [f"port {each.port}" for each in services.listeners if each.port in _PORTS and not each.process]


def _points_away(sighting: Sighting) -> bool:
    return bool(_variables(sighting)) and CLOUDS_OWN not in sighting.marks


def _variables(sighting: Sighting) -> list[str]:
    return [mark for mark in sighting.marks if mark != CLOUDS_OWN]
