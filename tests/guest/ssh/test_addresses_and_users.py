"""Which address of a guest is tried, and as which user."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from imaging.guest.interface import LoginRoute
from models.errors import GuestLoginError, GuestUnreachableError
from models.exit_code import ExitCode
from tests.guest.ssh.broken_servers import strict_server
from tests.guest.ssh.conftest import Answers, Told, at, make_image, make_instance, trust
from tests.guest.ssh.logging_in import configure, enter, leads_to, route_by_config, trust_strict
from tests.support.sshd import StartSshd, generate_key


async def test_the_next_address_is_tried_when_one_does_not_answer(sshd: StartSshd, ssh_folder: Path):
    guest = sshd()
    trust(ssh_folder, guest)
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        deaf = f"Host 198.51.100.9\n  HostName 127.0.0.1\n  Port {unused.getsockname()[1]}\n"
        configure(ssh_folder, deaf + leads_to(guest, "10.0.0.5"))
        instance = make_instance(addresses=(at("10.0.0.5"), at("198.51.100.9", "floating")))
        told = Told()
        route = route_by_config(instance=instance, told=told, user=guest.user, key_file=guest.key)
        assert await enter(route) == "in"
    assert told.text.index("Connecting to 198.51.100.9") < told.text.index("Connecting to 10.0.0.5")


async def test_when_none_answers_each_is_named(ssh_folder: Path):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        configure(ssh_folder, f"Host *\n  HostName 127.0.0.1\n  Port {unused.getsockname()[1]}\n")
        instance = make_instance(addresses=(at("10.0.0.5"), at("198.51.100.9", "floating")))
        with pytest.raises(GuestUnreachableError, match=r"198\.51\.100\.9 .*10\.0\.0\.5 "):
            await enter(route_by_config(instance=instance))


async def test_users_are_guessed_by_image_until_one_is_let_in(ssh_folder: Path, tmp_path: Path):
    key = generate_key(ssh_folder / "id_ed25519")
    async with strict_server(lambda user: user == "cloud-user", key) as strict:
        trust_strict(ssh_folder, strict)
        configure(ssh_folder, leads_to(strict))
        route = route_by_config()
        route = LoginRoute(route.instance, make_image("Rocky-9.4"), route.access, route.asking, route.tell)
        assert await enter(route) == "cloud-user"
        assert strict.users == ["rocky", "cloud-user"]


async def test_the_user_of_the_config_wins_over_a_guess(ssh_folder: Path):
    key = generate_key(ssh_folder / "id_ed25519")
    async with strict_server(lambda user: user == "ada", key) as strict:
        trust_strict(ssh_folder, strict)
        configure(ssh_folder, leads_to(strict, more="  User ada"))
        assert await enter(route_by_config()) == "ada"
        assert strict.users == ["ada"]


async def test_the_user_is_asked_when_no_guess_is_let_in(ssh_folder: Path):
    key = generate_key(ssh_folder / "id_ed25519")
    async with strict_server(lambda user: user == "ada", key) as strict:
        trust_strict(ssh_folder, strict)
        configure(ssh_folder, leads_to(strict))
        asking = Answers(users=("typo", "ada"))
        assert await enter(route_by_config(asking=asking)) == "ada"
        assert asking.asked[0] == ("user", ("ubuntu",), f"203.0.113.7 (127.0.0.1) port {strict.port}")


async def test_a_wrong_user_is_refused_with_who_and_what_was_tried(ssh_folder: Path):
    key = generate_key(ssh_folder / "id_ed25519")
    async with strict_server(lambda _user: False, key) as strict:
        trust_strict(ssh_folder, strict)
        configure(ssh_folder, leads_to(strict))
        asking = Answers(users=("ada",))
        with pytest.raises(GuestLoginError) as refused:
            await enter(route_by_config(asking=asking))
    assert refused.value.exit_code is ExitCode.NOT_ALLOWED
    assert f"tried ubuntu, ada with {ssh_folder}/id_ed25519" in refused.value.what
    assert "No SSH agent is running." in refused.value.meaning


async def test_a_user_that_was_named_is_the_only_one(ssh_folder: Path):
    key = generate_key(ssh_folder / "id_ed25519")
    async with strict_server(lambda _user: False, key) as strict:
        trust_strict(ssh_folder, strict)
        configure(ssh_folder, leads_to(strict, more="  User other"))
        asking = Answers(users=("ada",))
        with pytest.raises(GuestLoginError, match="tried root with"):
            await enter(route_by_config(asking=asking, user="root"))
        assert strict.users == ["root"]
        assert asking.asked == []
