"""The doors of the guests: who is let in where, what is known of host keys, and what no guest ever does."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any, Protocol

import asyncssh
import pytest

from tests.democloud.talking import Talk
from tests.support.demo import DemoCloud
from tests.support.known import present
from tests.support.needs import needs

DB, GIS, WEB = "192.0.2.107", "192.0.2.31", "192.0.2.80"


class Opening(Protocol):
    """A connection that is about to be: it is awaited, or entered."""

    def __await__(self) -> Generator[Any, None, asyncssh.SSHClientConnection]: ...

    async def __aenter__(self) -> asyncssh.SSHClientConnection: ...

    async def __aexit__(self, *error: object) -> object: ...


Enter = Callable[..., Opening]


@pytest.fixture
def enter(demo_cloud: DemoCloud) -> Enter:
    """Connect as a client that reads the ssh config."""

    def connect(address: str, **more):
        return asyncssh.connect(address, config=[str(demo_cloud.ssh_config)], connect_timeout=5, **more)

    return connect


def address_of(ada: Talk, name: str) -> str:
    (ports,) = ada.server(ada.demo.server_id(name))["addresses"].values()
    return str(ports[0]["addr"])


async def test_the_owner_gets_into_db_07_by_either_address(ada: Talk, enter: Enter):
    for address in (DB, address_of(ada, "db-07")):
        async with enter(address) as guest:
            assert guest.get_extra_info("username") == "ubuntu"


@needs("ssh")
def test_the_ssh_command_reaches_a_guest(demo_cloud: DemoCloud):
    command = ["ssh", "-o", "BatchMode=yes", "-F", str(demo_cloud.ssh_config), DB, "uptime"]
    run = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert run.returncode == 127
    assert "answers the console alone" in run.stderr


@pytest.mark.parametrize("command, given", [("touch {}", None), ("sh -s", "touch {}\n"), ("sh -c 'touch {}'", None)])
async def test_nothing_that_a_client_sends_is_executed(enter: Enter, tmp_path: Path, command: str, given: str | None):
    mark = tmp_path / "executed"
    async with enter(DB) as guest:
        run = await guest.run(command.format(mark), input=given and given.format(mark))
    assert run.exit_status == 127
    assert not mark.exists()


async def test_other_users_and_other_keys_are_refused(enter: Enter):
    with pytest.raises(asyncssh.PermissionDenied):
        await enter(DB, username="root")
    with pytest.raises(asyncssh.PermissionDenied):
        await enter(DB, client_keys=[asyncssh.generate_private_key("ssh-ed25519")])


async def test_the_instance_of_another_member_lets_the_owner_not_in(ada: Talk, enter: Enter):
    with pytest.raises(asyncssh.PermissionDenied):
        await enter(address_of(ada, "grace-sandbox"))


async def test_some_host_keys_are_known_some_are_not_and_one_has_changed(ada: Talk, held: DemoCloud, enter: Enter):
    known = {line.split()[0] for line in held.known_hosts.read_text().splitlines()}
    assert address_of(ada, "db-07") in known
    assert known.isdisjoint({address_of(ada, "gis-lab"), address_of(ada, "web-01")})
    assert address_of(ada, "quarantine-01") in known
    for address in (GIS, WEB, address_of(ada, "quarantine-01")):
        with pytest.raises(asyncssh.HostKeyNotVerifiable):
            await enter(address)


async def test_the_console_of_web_01_still_names_its_host_key_and_that_of_gis_lab_does_not(ada: Talk, enter: Enter):
    async with enter(WEB, known_hosts=None) as guest:
        fingerprint = present(guest.get_server_host_key()).get_fingerprint()
    console = ada.console(ada.demo.server_id("web-01"))
    assert f"256 {fingerprint} root@web-01 (ED25519)" in console
    assert console.index("-----BEGIN SSH HOST KEY FINGERPRINTS-----") < console.index(fingerprint)
    assert "SSH HOST KEY" not in ada.console(ada.demo.server_id("gis-lab"))


async def test_a_newcomer_prints_its_host_key_at_its_first_boot_alone(ada: Talk, held: DemoCloud, enter: Enter):
    launched = ada.launched_from(held.image_id("Featured-Ubuntu24"), key_name="ada-laptop")
    (ports,) = ada.server(launched)["addresses"].values()
    async with enter(ports[0]["addr"], known_hosts=None) as guest:
        assert present(guest.get_server_host_key()).get_fingerprint() in ada.console(launched)
    ada.act(launched, "reboot", {"type": "SOFT"})
    held.turn(30)
    assert "SSH HOST KEY" not in ada.console(launched)


async def test_an_instance_of_a_disk_lets_in_whom_the_disk_let_in(ada: Talk, held: DemoCloud, enter: Enter):
    for image, opens in ((ada.image_of(held.server_id("db-07")), True), (held.image_id("Featured-Ubuntu24"), False)):
        (ports,) = ada.server(ada.launched_from(image))["addresses"].values()
        if opens:
            async with enter(ports[0]["addr"], known_hosts=None) as guest:
                assert guest.get_extra_info("username") == "ubuntu"
        else:
            with pytest.raises(asyncssh.PermissionDenied):
                await enter(ports[0]["addr"], known_hosts=None)


async def test_what_is_switched_off_hangs_up_and_comes_back_with_the_same_key(ada: Talk, held: DemoCloud, enter: Enter):
    ada.act(held.server_id("db-07"), "os-stop")
    held.turn(5)
    with pytest.raises((OSError, asyncssh.ConnectionLost)):
        await enter(DB)
    ada.act(held.server_id("db-07"), "os-start")
    held.turn(10)
    async with enter(DB) as guest:
        assert guest.get_extra_info("username") == "ubuntu"


async def test_what_is_paused_says_nothing(ada: Talk, held: DemoCloud, enter: Enter):
    with pytest.raises(TimeoutError):
        await asyncssh.connect(
            address_of(ada, "sim-paused"), config=[str(held.ssh_config)], connect_timeout=0.3, login_timeout=0.3
        )


async def test_an_instance_in_emergency_mode_has_no_ssh_server(ada: Talk, held: DemoCloud, enter: Enter):
    gis = held.server_id("gis-lab")
    ada.act(gis, "os-stop")
    held.turn(5)
    ada.ask("DELETE", f"/compute/v2.1/servers/{gis}/os-volume_attachments/{held.volume_id('gis-data')}")
    held.turn(3)
    ada.act(gis, "os-start")
    held.turn(30)
    with pytest.raises((OSError, asyncssh.ConnectionLost)):
        await enter(GIS, known_hosts=None)


async def test_an_address_without_an_instance_is_refused_on_this_machine(enter: Enter):
    with pytest.raises(ConnectionRefusedError):
        await enter("10.20.200.200")


async def test_files_can_be_copied_out_and_not_changed(enter: Enter, tmp_path: Path):
    async with enter(DB) as guest, guest.start_sftp_client() as files:
        await files.get("/home/ada/analysis/light curves.csv", tmp_path / "curves.csv")
        with pytest.raises(asyncssh.SFTPPermissionDenied):
            await files.put(tmp_path / "curves.csv", "/home/ada/new.csv")
        for change in (files.remove, files.rmdir, files.mkdir):
            with pytest.raises(asyncssh.SFTPPermissionDenied):
                await change("/home/ada/analysis")
    assert (tmp_path / "curves.csv").read_text().startswith("time,magnitude,error\n")


async def test_nothing_of_this_machine_can_be_read(enter: Enter):
    async with enter(DB) as guest, guest.start_sftp_client() as files:
        for path in ("/etc/passwd", "../../../../../../etc/passwd", "/home/../../../etc/passwd"):
            with pytest.raises(asyncssh.SFTPNoSuchFile):
                await files.stat(path)


async def test_a_reset_forgets_the_host_keys_that_were_accepted(demo_cloud: DemoCloud, enter: Enter):
    before = demo_cloud.known_hosts.read_text()
    with demo_cloud.known_hosts.open("a") as file:
        file.write("10.20.100.99 ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOpKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIs\n")
    demo_cloud.reset()
    assert demo_cloud.known_hosts.read_text() == before
    async with enter(DB) as guest:
        assert guest.get_extra_info("username") == "ubuntu"
