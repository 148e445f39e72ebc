"""What is asked on the way into a guest, and what becomes of each answer."""

from __future__ import annotations

from collections.abc import Awaitable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from imaging.guest.interface import HostKeyQuestion
from models.errors import HostKeyError
from screens.guest_asking import AskingByDialogs
from tests.guidelines.guest_building import guest_fact
from tests.screens.driving import NOWHERE, Driver, FrozenGuests, console
from tests.screens.test_looking_inside import ready

QUESTION = HostKeyQuestion(
    address="192.0.2.31 port 22",
    algorithm="ecdsa-sha2-nistp256",
    fingerprint="SHA256:1H+jor4V+2prnVY1ZPctgAQzJ63zVZ1Gr4n2bGGy+2I",
    console="The console log names no host keys any more.",
)


class Asked:
    """A question on the screen, and its answer once it is given."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver
        self.asking = AskingByDialogs(driver.app, "gis-lab")
        self._worker = None

    def begin(self, question: Awaitable[object]) -> None:
        self._worker = self._driver.app.run_worker(question)

    async def answer(self, *keys: str) -> object:
        await self._driver.press(*keys)
        return await self._worker.wait()


@asynccontextmanager
async def asked(folder: Path):
    async with console(folder, cloud=NOWHERE) as driver:
        yield driver, Asked(driver)


@pytest.mark.parametrize("keys, trusted", [(["y"], True), (["n"], False), (["escape"], False)])
async def test_only_yes_trusts_a_host_key(tmp_path, keys, trusted):
    async with asked(tmp_path) as (driver, question):
        question.begin(question.asking.host_key(QUESTION))
        await driver.sees("on the way to gis-lab", "192.0.2.31 port 22", QUESTION.fingerprint, "no host keys any more")
        assert await question.answer(*keys) is trusted
        assert question.asking.refused is not trusted


async def test_enter_alone_trusts_no_host_key(tmp_path):
    async with asked(tmp_path) as (driver, question):
        question.begin(question.asking.host_key(QUESTION))
        await driver.sees("Unknown host key")
        await driver.press("enter")
        await driver.sees("Unknown host key")
        assert await question.answer("n") is False


async def test_where_the_right_host_key_is_to_be_read_is_said(tmp_path):
    async with asked(tmp_path) as (driver, question):
        question.begin(question.asking.host_key(QUESTION))
        await driver.sees("ssh-keygen -lf /etc/ssh/ssh_host_ecdsa_key.pub", "added to known_hosts")
        await question.answer("n")


async def test_whoever_was_tried_is_said_before_another_user_is_asked_for(tmp_path):
    async with asked(tmp_path) as (driver, question):
        question.begin(question.asking.user(("ubuntu", "rocky"), "192.0.2.31"))
        await driver.sees("Log in to gis-lab", "192.0.2.31 let none of these in: ubuntu, rocky")
        await driver.write("ada")
        assert await question.answer("enter") == "ada"


@pytest.mark.parametrize("key", ["escape", "enter"])
async def test_no_user_is_an_answer_too(tmp_path, key):
    async with asked(tmp_path) as (driver, question):
        question.begin(question.asking.user((), "192.0.2.31"))
        await driver.sees("none of these in: nobody")
        assert await question.answer(key) is None


async def test_a_passphrase_is_not_shown(tmp_path):
    async with asked(tmp_path) as (driver, question):
        question.begin(question.asking.passphrase(Path("/home/ada/.ssh/id_ed25519")))
        await driver.sees("Passphrase of /home/ada/.ssh/id_ed25519", "until this look is over")
        await driver.write("hunter2")
        assert "hunter2" not in driver.text
        assert await question.answer("enter") == "hunter2"


async def test_without_a_passphrase_the_key_is_left_out(tmp_path):
    async with asked(tmp_path) as (driver, question):
        question.begin(question.asking.passphrase(Path("/home/ada/.ssh/id_ed25519")))
        await driver.sees("Passphrase of")
        assert await question.answer("escape") is None


class DoubtfulGuests(FrozenGuests):
    """Guests whose host key has to be asked for."""

    async def probe(self, way, questions, *, parts=None):
        if not await way.asking.host_key(QUESTION):
            raise HostKeyError("The host key is not known.", remedy="Name it with `--host-key`.")
        return guest_fact()


async def test_a_key_that_the_user_refused_is_no_error(demo, tmp_path):
    async with console(tmp_path, guests=DoubtfulGuests()) as driver:
        await ready(driver, "db-07")
        await driver.press("p")
        await driver.sees("Unknown host key on the way to db-07")
        await driver.press("n")
        await driver.sees("Nothing was sent there: you did not accept its host key", "Look inside")
        assert "--host-key" not in driver.text
