"""What a guest is asked beyond what the probe always tells: every search of the tables, under one profile."""

from __future__ import annotations

from imaging.guidelines import tables
from models.guest.files import FileSearch, Questions
from models.guidelines.profile import Profile
from models.guidelines.tables import LicenceRow, SoftwareRow

INSTALL = "install"
COMPANION = "companion"
ENVIRONMENT = "SW-LICSERVER.environment"
"""The search for variables that point to a licence server."""

LICENCE_VARIABLES = (
    "LM_LICENSE_FILE", "MLM_LICENSE_FILE", "ANSYSLMD_LICENSE_FILE", "ABAQUSLM_LICENSE_FILE", "CDS_LIC_FILE",
    "CDLMD_LICENSE_FILE", "SNPSLMD_LICENSE_FILE", "XILINXD_LICENSE_FILE", "INTEL_LICENSE_FILE", "PGROUPD_LICENSE_FILE",
    "LSTC_LICENSE_SERVER", "TECPLOTLM_LICENSE_FILE", "SCHROD_LICENSE_FILE", "QCLM_LICENSE_FILE", "GRB_LICENSE_FILE",
    "MOSEKLM_LICENSE_FILE", "RLM_LICENSE", "LMCOMSOL_LICENSE_FILE", "ARCGIS_LICENSE_FILE", "SAS_LICENSE_FILE",
)  # fmt: skip
"""The variables by which licensed programs find their server; each is a mark of its own, so no value is read out."""

CLOUDS_OWN = "clouds-own"
"""The mark of a line that points to the cloud's own licence server."""


SEARCH_ROOTS = (
    "/home", "/root", "/opt", "/usr/local", "/srv", "/data", "/scratch", "/mnt", "/etc",
    "/tmp", "/var/tmp",  # noqa: S108  # names of folders in the guest
    "/var/www", "/var/log", "/var/spool", "/var/backups", "/var/lib/jenkins", "/var/lib/postgresql", "/workspace",
)  # fmt: skip
"""Where files are searched for by name, without leaving the root disk."""


def questions_for(profile: Profile) -> Questions:
    """All that the rules need to know of single files; pure, and the same for every guest."""
    rows = (*tables.secrets(profile), *tables.agents(profile))
    return Questions(
        searches=(
            *(search for row in tables.software(profile) for search in _of_product(row)),
            *(_of_licence(row, profile) for row in tables.licence_files(profile)),
            *(row.search("SW-LOCATION") for row in tables.places(profile)),
            *(row.search(row.rule) for row in rows),
            _licence_servers(profile),
        ),
        search_roots=SEARCH_ROOTS,
        system_files=tables.system_file_paths(),
    )


def _of_product(row: SoftwareRow) -> tuple[FileSearch, ...]:
    """A product's two searches: where it lies, and what lies beside it."""
    searches = []
    if row.install or row.install_names:
        searches.append(FileSearch(id=f"{row.id}.{INSTALL}", paths=row.install, names=row.install_names))
    if row.companion or row.companion_names:
        searches.append(FileSearch(id=f"{row.id}.{COMPANION}", paths=row.companion, names=row.companion_names))
    return tuple(searches)


def _of_licence(row: LicenceRow, profile: Profile) -> FileSearch:
    """A kind of licence file, with a mark for those that only point to the cloud's own server."""
    search = row.search("SW-LICFILES")
    if not row.pointer_marks or not profile.licence_servers:
        return search
    own = f"^(SERVER|HOST|TOKENSERVER|!)[ =]*[^ ]*({_hosts(profile)})"
    return search.model_copy(update={"contains": {**search.contains, CLOUDS_OWN: own}})


def _licence_servers(profile: Profile) -> FileSearch:
    """Where programs are told their licence server, for everybody who logs in."""
    marks = {name: f"(^|[^A-Z_]){name}=" for name in LICENCE_VARIABLES}
    if profile.licence_servers:
        marks[CLOUDS_OWN] = f"_LIC[A-Z_]*=.*({_hosts(profile)})"
    return FileSearch(
        id=ENVIRONMENT,
        paths=("/etc/environment", "/etc/profile", "/etc/profile.d/*", "/etc/bash.bashrc", "/etc/environment.d/*",
               "/etc/systemd/system/*.service", "/etc/systemd/system/*.d/*.conf", "/etc/default/*"),
        contains=marks,
    )  # fmt: skip


def _hosts(profile: Profile) -> str:
    """The ends of the names of the cloud's own licence servers, as one expression."""
    return "|".join(host.replace(".", "[.]") for host in profile.licence_servers)
