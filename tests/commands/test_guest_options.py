"""How the command line says how to log in to a guest, and how the facts of a guest are put into lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from imaging.commands.options.guest import NAMES, pop_guest_options
from imaging.commands.output.guest_text import guest_lines
from models.guest.mounts import Mount, Mounts, MountUser
from models.guest.services import Services
from tests.commands.building import instance
from tests.guidelines.guest_building import guest, sighting, untold
from tests.support.hostile_names import HOSTS, USERS


def options(**said):
    return pop_guest_options({name: said.get(name) for name in NAMES})


class Resolved:
    """As much of a resolved cloud as the login asks for."""

    ssh_config = Path("/cloud/ssh_config")


def test_what_is_not_said_is_left_to_be_found_out():
    access = options().access(Resolved)
    assert (access.user, access.address, access.host_key) == (None, None, None)


def test_the_clouds_own_ssh_config_is_used_unless_another_is_said():
    assert options().access(Resolved).ssh_config == Path("/cloud/ssh_config")
    assert options(ssh_config=Path("/mine")).access(Resolved).ssh_config == Path("/mine")


def test_nobody_is_asked_to_inspect_in_two_ways_or_nothing(imaging):
    assert imaging("probe").status == 2
    assert imaging("check", "db-07", "--probe", "--deep").status == 2


@pytest.mark.parametrize("option, texts", [("--address", HOSTS), ("--user", USERS)])
@pytest.mark.parametrize("command", [("probe", "db-07"), ("check", "db-07"), ("save", "db-07", "/home", "--to", "x")])
def test_a_host_or_user_that_is_none_is_refused_before_the_login_to_the_cloud(imaging, command, option, texts):
    for text in texts:
        refused = imaging(*command, f"{option}={text}")
        assert refused.status == 2
        assert option in refused.err
        assert "Nothing was sent anywhere" in refused.err


def test_the_script_can_be_read_before_it_is_allowed(imaging):
    shown = imaging("probe", "--show")
    assert shown.status == 0
    assert shown.out.startswith("#!/bin/sh\n# imaging-probe")


def test_lines_name_the_system_the_mounts_with_their_users_and_what_was_found():
    mounts = Mounts(
        mounts=(Mount(point="/data", source="/dev/vdb", fs_type="ext4"),),
        users=(MountUser(point="/data", pid=812, process="postgres"),),
    )
    found = (sighting("SEC-PRIVKEY.ssh", "/home/ada/.ssh/id_rsa", marks=("unencrypted",)),)
    lines = "\n".join(guest_lines(instance(), guest(mounts=mounts, sightings=found)))
    assert "Ubuntu 24.04.3 LTS" in lines
    assert "/data from /dev/vdb (ext4), used by postgres (812)" in lines
    assert "/home/ada/.ssh/id_rsa: SEC-PRIVKEY.ssh (unencrypted)" in lines


def test_what_could_not_be_told_is_said_at_the_end():
    lines = list(guest_lines(instance(), guest(services=untold(Services, "only root may ask"))))
    assert lines[-1] == "Unknown    services: only root may ask"
