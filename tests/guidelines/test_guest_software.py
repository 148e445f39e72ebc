"""Chapter *Software*, by what an inspection found."""

from __future__ import annotations

from typing import Any

import pytest

from imaging.guidelines.guest.questions import CLOUDS_OWN, ENVIRONMENT
from models.findings import Finding, Outcome, Severity
from models.guest.disks import Disks
from models.guest.facts import InspectionMethod
from models.guest.files import Sighting
from models.guest.mounts import Mount, Mounts
from models.guest.packages import Package, Packages, Repository
from models.guest.services import Listener, Process, Services, Unit
from models.run.request import Visibility
from tests.guidelines.building import profile, request
from tests.guidelines.guest_building import (
    HEALTHY,
    ROOT,
    VDA,
    VDA1,
    VDB,
    guest_finding,
    partly,
    path_use,
    sighting,
    untold,
)
from tests.support.known import command_of, remedy_of

NAMES = HEALTHY["packages"].names
DOWN = Services(runs=False)
MATLAB = (
    sighting("matlab.install", "/usr/local/MATLAB/R2023b", kind="directory"),
    sighting("matlab.companion", "/usr/local/MATLAB/R2023b/bin/matlab"),
)


def seen(rule: str, *sightings: Sighting, **other) -> Finding:
    return guest_finding(rule, sightings=sightings, **other)


def installed(rule: str, *names: str, **other) -> Finding:
    return guest_finding(rule, packages=Packages(manager="dpkg", names=(*NAMES, *names)), **other)


def running(rule: str, *names: str, **other) -> Finding:
    processes = tuple(Process(pid=100 + at, name=name) for at, name in enumerate(names))
    return guest_finding(rule, services=Services(processes=processes), **other)


def listening(rule: str, *listeners: Listener) -> Finding:
    return guest_finding(rule, services=Services(listeners=listeners))


# ---- Products


def test_two_independent_signs_make_a_product_found():
    found = seen("SW-LICENSED", *MATLAB)
    assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.WARN)
    assert found.evidence == "MATLAB (/usr/local/MATLAB/R2023b, /usr/local/MATLAB/R2023b/bin/matlab)."


def test_one_sign_makes_it_possible():
    found = seen("SW-LICENSED", MATLAB[0])
    assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.INFO)
    assert found.evidence == "Possibly, by one sign alone: MATLAB (/usr/local/MATLAB/R2023b)."


def test_one_file_is_not_two_signs():
    both = (sighting("comsol.install", "/opt/comsol62"), sighting("comsol.companion", "/opt/comsol62"))
    assert seen("SW-LICENSED", *both).severity is Severity.INFO


def test_a_package_and_a_running_program_agree():
    program = Services(processes=(Process(pid=7, name="teamviewerd"),))
    found = installed("SW-LICENSED", "teamviewer", services=program)
    assert found.severity is Severity.WARN
    assert found.evidence == "TeamViewer (package teamviewer, teamviewerd runs)."
    assert command_of(found) == "sudo apt-get purge teamviewer"


@pytest.mark.parametrize(
    "rule, row, path",
    [
        ("SW-LICENSED", "matlab", "/usr/local/MATLAB/MATLAB_Runtime/R2023b"),
        ("SW-LICENSED", "intel-parallel-studio", "/opt/intel/oneapi/licensing"),
        ("SW-LICENSED", "pgi", "/opt/nvidia/hpc_sdk/license.dat"),
        ("SW-LICENSED", "quartus", "/opt/intelFPGA_lite/18.1"),
        ("SW-ACADEMIC", "amber", "/opt/AmberTools23/bin/pmemd"),
        ("SW-ACADEMIC", "gatk3", "/opt/gatk-4.5.0/GenomeAnalysisTK.jar"),
    ],
)
def test_free_look_alikes_are_no_sign(rule, row, path):
    assert seen(rule, sighting(f"{row}.install", path), sighting(f"{row}.companion", f"{path}/x")).outcome is (
        Outcome.PASS
    )


def test_open_source_rstudio_is_free():
    assert installed("SW-LICENSED", "rstudio-server").outcome is Outcome.PASS


def test_software_on_a_network_mount_is_not_in_the_image():
    mounts = Mounts(mounts=(Mount(point="/usr/local/MATLAB", source="nas:/matlab", fs_type="nfs4"),))
    assert seen("SW-LICENSED", *MATLAB, mounts=mounts).outcome is Outcome.PASS


def test_software_on_a_volume_is_not_in_the_image():
    mounts = Mounts(mounts=(Mount(point="/usr/local", source="/dev/vdb", fs_type="ext4"),))
    assert seen("SW-LICENSED", *MATLAB, mounts=mounts, disks=Disks(devices=(VDA, VDA1, VDB), root=ROOT)).outcome is (
        Outcome.PASS
    )


def test_a_search_that_was_cut_short_proves_nothing_but_what_it_found():
    cut = partly(tuple[Sighting, ...], ())
    assert guest_finding("SW-LICENSED", sightings=cut).outcome is Outcome.UNKNOWN
    assert "time was up" in guest_finding("SW-LICENSED", sightings=cut).evidence
    assert guest_finding("SW-LICENSED", sightings=partly(tuple[Sighting, ...], MATLAB)).outcome is Outcome.FAIL


def test_without_the_packages_nothing_found_is_unknown():
    assert guest_finding("SW-LICENSED", packages=untold(Packages)).outcome is Outcome.UNKNOWN
    assert guest_finding("SW-LICENSED", sightings=untold(tuple[Sighting, ...])).outcome is Outcome.UNKNOWN


def test_a_code_that_may_not_be_passed_on_says_why():
    vasp = (sighting("vasp.install", "/opt/vasp/bin/vasp_std"), sighting("vasp.companion", "/opt/potpaw_PBE.54"))
    assert seen("SW-LICENSED", *vasp).severity is Severity.WARN
    fsl = (sighting("fsl.install", "/usr/local/fsl"), sighting("fsl.companion", "/usr/local/fsl/etc/fslversion"))
    found = seen("SW-ACADEMIC", *fsl)
    assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.WARN)
    assert "free for non-commercial use" in remedy_of(found).text
    assert seen("SW-ACADEMIC", *MATLAB).outcome is Outcome.PASS


def test_a_script_named_like_a_code_is_only_possible():
    assert seen("SW-LICENSED", sighting("vasp.install", "/home/alice/bin/vasp_std")).severity is Severity.INFO


# ---- Licence files


def test_licence_keys_block_and_name_their_products_alone():
    found = seen(
        "SW-LICFILES",
        sighting("SW-LICFILES.flexnet", "/opt/x/license.dat", marks=("key", "server"), words=("MATLAB", "SIMULINK")),
    )
    assert found.blocks
    assert found.evidence == "Will be in the image, with its keys: /opt/x/license.dat (MATLAB, SIMULINK)."
    assert command_of(found) == "sudo rm -- /opt/x/license.dat"


def test_every_licence_key_is_named_by_the_command_or_said_to_be_left():
    def licence(path):
        return sighting("SW-LICFILES.flexnet", path, marks=("key",))

    many = seen("SW-LICFILES", *(licence(f"/opt/x/{number}.lic") for number in range(30)))
    assert command_of(many).count("/opt/x/") == 24
    assert "The command names 24 of 30" in remedy_of(many).text
    odd = seen("SW-LICFILES", licence("/opt/x/\N{REPLACEMENT CHARACTER}.lic"))
    assert command_of(odd) == "sudo ls -lAb -- /opt/x"
    assert command_of(seen("SW-LICFILES", licence("/license.dat"))) == "sudo rm -- /license.dat"


def test_a_pointer_to_a_server_is_warned_of():
    found = seen("SW-LICFILES", sighting("SW-LICFILES.flexnet", "/opt/x/network.lic", marks=("server",)))
    assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.WARN)


def test_a_pointer_to_the_clouds_own_server_is_fine():
    own = sighting("SW-LICFILES.flexnet", "/opt/x/network.lic", marks=("server", CLOUDS_OWN))
    assert seen("SW-LICFILES", own).outcome is Outcome.PASS


@pytest.mark.parametrize("path", ["/opt/lib/GPL.lic", "/opt/app/third-party.lic"])
def test_the_text_of_a_licence_is_no_key(path):
    assert seen("SW-LICFILES", sighting("SW-LICFILES.flexnet", path)).outcome is Outcome.PASS


@pytest.mark.parametrize(
    "path", ["/opt/venv/lib/python3.11/site-packages/t/x.lic", "/usr/share/doc/flexnet/sample.lic"]
)
def test_fixtures_and_documentation_hold_no_keys(path):
    assert seen("SW-LICFILES", sighting("SW-LICFILES.flexnet", path, marks=("key",))).outcome is Outcome.PASS


def test_a_file_that_is_told_by_its_name_alone_is_a_key():
    assert seen("SW-LICFILES", sighting("SW-LICFILES.spss", "/opt/IBM/SPSS/bin/lservrc")).blocks
    assert seen("SW-LICFILES", sighting("SW-LICFILES.mathematica", "/root/.Mathematica/Licensing/mathpass")).blocks
    pointer = sighting("SW-LICFILES.mathematica", "/root/.Mathematica/Licensing/mathpass", marks=("server",))
    assert seen("SW-LICFILES", pointer).severity is Severity.WARN


def test_a_licence_file_that_could_not_be_read_is_unknown():
    found = seen("SW-LICFILES", sighting("SW-LICFILES.flexnet", "/opt/x/license.dat", unread=True))
    assert found.outcome is Outcome.UNKNOWN
    assert "/opt/x/license.dat" in found.evidence


# ---- Licence servers


def test_a_running_licence_server_blocks():
    found = running("SW-LICSERVER", "sshd", "lmgrd")
    assert found.blocks
    assert "lmgrd (process 101)" in found.evidence


def test_the_unit_of_a_licence_server_blocks_though_it_does_not_run_now():
    units = (Unit(name="flexlm.service", enabled="enabled"),)
    found = guest_finding("SW-LICSERVER", services=Services(units=units, runs=False))
    assert found.blocks
    assert command_of(found) == "sudo systemctl disable --now flexlm.service"


def test_a_variable_that_points_to_a_server_is_warned_of_without_its_value():
    found = seen("SW-LICSERVER", sighting(ENVIRONMENT, "/etc/profile.d/matlab.sh", marks=("MLM_LICENSE_FILE",)))
    assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.WARN)
    assert found.evidence == "MLM_LICENSE_FILE in /etc/profile.d/matlab.sh."


def test_a_variable_that_points_to_the_clouds_own_server_is_fine():
    own = sighting(ENVIRONMENT, "/etc/profile.d/matlab.sh", marks=("MLM_LICENSE_FILE", CLOUDS_OWN))
    assert seen("SW-LICSERVER", own).outcome is Outcome.PASS


def test_a_port_alone_makes_a_server_possible_and_a_known_stranger_does_not():
    somebody = Listener(protocol="tcp", address="0.0.0.0", port=27000)
    assert listening("SW-LICSERVER", somebody).severity is Severity.INFO
    game = Listener(protocol="tcp", address="0.0.0.0", port=27005, process="srcds")
    assert listening("SW-LICSERVER", game).outcome is Outcome.PASS


def test_where_nothing_runs_servers_are_unknown_but_variables_count():
    deep: dict[str, Any] = {"method": InspectionMethod.DEEP_CHECK, "services": DOWN}
    assert guest_finding("SW-LICSERVER", **deep).outcome is Outcome.UNKNOWN
    variable = (sighting(ENVIRONMENT, "/etc/environment", marks=("LM_LICENSE_FILE",)),)
    assert guest_finding("SW-LICSERVER", sightings=variable, **deep).severity is Severity.WARN


# ---- Packages, GPU, subscriptions


def nonfree(*packages: Package, repositories: tuple[str, ...] = ()) -> Finding:
    sources = tuple(Repository(name=name) for name in repositories)
    return guest_finding(
        "SW-PKG-NONFREE", packages=Packages(manager="dpkg", names=NAMES, nonfree=packages, repositories=sources)
    )


def test_non_free_packages_are_named_with_their_origin():
    found = nonfree(Package(name="unace-nonfree", origin="non-free/utils"))
    assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.INFO)
    assert found.evidence == "1 package: unace-nonfree (non-free/utils)."


@pytest.mark.parametrize("name", ["firmware-linux-nonfree", "intel-microcode", "nvidia-driver-550", "linux-firmware"])
def test_firmware_microcode_and_drivers_may_be_passed_on(name):
    assert nonfree(Package(name=name, origin="restricted/misc")).outcome is Outcome.PASS


def test_sources_of_third_parties_are_named_and_the_distributions_own_are_not():
    assert nonfree(repositories=("http://ubuntu.com.mirror.example/ubuntu noble main",)).outcome is Outcome.PASS
    assert nonfree(repositories=("baseos", "appstream", "epel", "crb")).outcome is Outcome.PASS
    found = nonfree(repositories=("baseos", "docker-ce-stable"))
    assert found.evidence == "Packages may come from third parties: docker-ce-stable."


def test_the_clouds_gpu_token_matters_only_where_the_image_leaves_the_project():
    token = (sighting("SW-VGPU.token", "/etc/nvidia/ClientConfigToken/client.tok", size_bytes=2000),)
    assert seen("SW-VGPU", *token).severity is Severity.INFO
    shared = {"request": request(visibility=Visibility.COMMUNITY)}
    assert seen("SW-VGPU", *token, around=shared).severity is Severity.WARN
    assert guest_finding("SW-VGPU").outcome is Outcome.PASS


def test_a_registration_blocks_with_the_way_to_end_it():
    found = seen("SW-SUBSCRIPTION", sighting("SW-SUBSCRIPTION.rhel", "/etc/pki/consumer/cert.pem", size_bytes=2000))
    assert found.blocks
    assert command_of(found) == "sudo subscription-manager unregister && sudo subscription-manager clean"
    pro = sighting("SW-SUBSCRIPTION.ubuntu-pro", "/var/lib/ubuntu-advantage/private/machine-token.json", size_bytes=9)
    assert command_of(seen("SW-SUBSCRIPTION", pro)) == "sudo pro detach"


def test_the_empty_folders_of_rocky_and_alma_are_no_registration():
    assert guest_finding("SW-SUBSCRIPTION").outcome is Outcome.PASS


# ---- Unfit for a cloud


@pytest.mark.parametrize("name", ["dhcpd", "keepalived", "xmrig-6.21", "tcpdump", "qemu-system-x86_64", "rtorrent"])
def test_what_does_not_fit_a_cloud_is_warned_of(name):
    found = running("SW-CLOUD-UNSUITABLE", name)
    assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.WARN)
    assert name in found.evidence


def test_libvirts_and_lxds_own_dnsmasq_are_fine():
    own = (
        Listener(protocol="udp", address="0.0.0.0%virbr0", port=67, process="dnsmasq"),
        Listener(protocol="udp", address="192.168.122.1", port=67, process="dnsmasq"),
        Listener(protocol="udp", address="10.1.2.1%lxdbr0", port=67, process="dnsmasq"),
    )
    assert listening("SW-CLOUD-UNSUITABLE", *own).outcome is Outcome.PASS
    open_one = Listener(protocol="udp", address="0.0.0.0", port=67, process="dnsmasq")
    assert "dnsmasq on udp/67" in listening("SW-CLOUD-UNSUITABLE", open_one).evidence


def test_containers_and_the_tools_of_kvm_are_fine():
    assert installed("SW-CLOUD-UNSUITABLE", "docker.io", "qemu-kvm", "libvirt-daemon").outcome is Outcome.PASS
    assert running("SW-CLOUD-UNSUITABLE", "dockerd", "containerd", "libvirtd").outcome is Outcome.PASS


def test_what_is_only_installed_is_possible():
    assert installed("SW-CLOUD-UNSUITABLE", "isc-dhcp-server").severity is Severity.INFO


def test_where_nothing_runs_only_what_is_enabled_or_installed_can_be_told():
    assert guest_finding("SW-CLOUD-UNSUITABLE", services=DOWN).outcome is Outcome.UNKNOWN
    units = (Unit(name="keepalived.service", enabled="enabled"),)
    found = guest_finding("SW-CLOUD-UNSUITABLE", services=Services(units=units, runs=False))
    assert found.severity is Severity.WARN
    assert command_of(found) == "sudo systemctl disable --now keepalived"


# ---- Places


def test_software_in_a_home_is_warned_of_once_with_its_root():
    found = seen(
        "SW-LOCATION",
        sighting("SW-LOCATION.conda", "/home/alice/miniconda3/conda-meta", kind="directory"),
        sighting("SW-LOCATION.conda", "/home/alice/miniconda3/envs/geo/conda-meta", kind="directory"),
    )
    assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.WARN)
    assert found.evidence == "conda environment /home/alice/miniconda3."


def test_software_in_opt_and_usr_local_lies_where_it_should():
    assert seen("SW-LOCATION", sighting("SW-LOCATION.conda", "/opt/conda/conda-meta")).outcome is Outcome.PASS


def test_a_projects_own_python_environment_is_only_mentioned_until_the_system_needs_it():
    venv = sighting("SW-LOCATION.venv", "/home/alice/survey/.venv/pyvenv.cfg")
    assert seen("SW-LOCATION", venv).severity is Severity.INFO
    unit = path_use("/etc/systemd/system/survey.service", "ExecStart", "/home/alice/survey/.venv/bin/gunicorn")
    found = seen("SW-LOCATION", venv, path_uses=(unit,))
    assert found.severity is Severity.WARN
    assert "needed by /etc/systemd/system/survey.service" in found.evidence


def test_what_the_system_needs_from_a_home_is_warned_of():
    unit = path_use("/etc/systemd/system/survey.service", "ExecStart", "/home/alice/survey/run", enabled=True)
    found = guest_finding("SW-DEPENDS-ON-LOST", path_uses=(unit,))
    assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.WARN)
    assert found.evidence == "/etc/systemd/system/survey.service needs /home/alice/survey/run."
    off = unit.model_copy(update={"enabled": False})
    assert guest_finding("SW-DEPENDS-ON-LOST", path_uses=(off,)).severity is Severity.INFO


@pytest.mark.parametrize(
    "use",
    [
        path_use("/etc/systemd/system/a.service", "User's home", "/root"),
        path_use("/home/alice/.config/systemd/user/a.service", "ExecStart", "/home/alice/bin/a"),
        path_use("/usr/local/bin/tool", "link", "/opt/tool/bin/tool"),
        path_use("/etc/cron.d/homework", "cron", "/homework/run"),
    ],
)
def test_what_goes_with_its_people_or_leads_elsewhere_is_fine(use):
    assert guest_finding("SW-DEPENDS-ON-LOST", path_uses=(use,)).outcome is Outcome.PASS


def test_what_lies_on_a_volume_is_said_not_to_be_in_the_image():
    mounts = Mounts(mounts=(Mount(point="/data", source="/dev/vdb", fs_type="ext4"),))
    use = path_use("/etc/systemd/system/db.service", "ExecStart", "/data/bin/db", enabled=True)
    found = guest_finding(
        "SW-DEPENDS-ON-LOST", path_uses=(use,), mounts=mounts, disks=Disks(devices=(VDA, VDA1, VDB), root=ROOT)
    )
    assert found.evidence.startswith("Not in the image: ")


# ---- All of them


def test_a_profile_adds_products_replaces_some_and_takes_some_away():
    own = profile(disabled_rows=("matlab",))
    assert seen("SW-LICENSED", *MATLAB, of=own).outcome is Outcome.PASS


@pytest.mark.parametrize(
    "rule",
    ["SW-LICENSED", "SW-LICFILES", "SW-VGPU", "SW-SUBSCRIPTION", "SW-ACADEMIC", "SW-LOCATION"],
)
def test_a_clean_guest_passes_and_one_that_was_not_searched_is_unknown(rule):
    assert guest_finding(rule).outcome is Outcome.PASS
    assert guest_finding(rule, sightings=untold(tuple[Sighting, ...])).outcome is Outcome.UNKNOWN
    assert guest_finding(rule, sightings=partly(tuple[Sighting, ...], ())).outcome is Outcome.UNKNOWN
