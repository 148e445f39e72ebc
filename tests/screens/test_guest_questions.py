"""What is asked during the login to a guest, and what becomes of each answer."""

from __future__ import annotations

from collections.abc import Awaitable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.worker import Worker

from imaging.guest.interface import HostKeyQuestion, MachineQuestion
from models.errors import HostKeyError, OtherMachineError
from screens.dialogs.guest_questions import DialogQuestions
from tests.guidelines.guest_building import guest_fact
from tests.screens.driving import NOWHERE, Driver, FrozenGuests, console
from tests.screens.test_inspection import ready
from tests.support.known import present

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
        self.asking = DialogQuestions(driver.app, "gis-lab")
        self._worker: Worker[object] | None = None

    def begin(self, question: Awaitable[object]) -> None:
        self._worker = self._driver.app.run_worker(question)

    async def answer(self, *keys: str) -> object:
        await self._driver.press(*keys)
        return await present(self._worker).wait()


@asynccontextmanager
async def asked(folder: Path):
    async with console(folder, cloud=NOWHERE) as driver:
        yield driver, Asked(driver)


@pytest.mark.parametrize("keys, trusted", [(["y"], True), (["n"], False), (["escape"], False)])
async def test_only_yes_trusts_a_host_key(tmp_path, keys, trusted):
    async with asked(tmp_path) as (driver, question):
        question.begin(question.asking.host_key(QUESTION))
        await driver.sees(
            "Unknown host key for gis-lab", "192.0.2.31 port 22", QUESTION.fingerprint, "no host keys any more"
        )
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


async def test_the_users_that_were_tried_are_said_before_another_user_is_asked_for(tmp_path):
    async with asked(tmp_path) as (driver, question):
        question.begin(question.asking.user(("ubuntu", "rocky"), "192.0.2.31"))
        await driver.sees("Log in to gis-lab", "192.0.2.31 rejected every login: ubuntu, rocky")
        await driver.write("ada")
        assert await question.answer("enter") == "ada"


async def test_what_is_no_users_name_is_asked_for_again(tmp_path):
    async with asked(tmp_path) as (driver, question):
        question.begin(question.asking.user(("ubuntu",), "192.0.2.31"))
        await driver.sees("Which user")
        await driver.write("-oX")
        await driver.press("enter")
        await driver.sees("-oX: A user's name has at most 32 letters")
        await driver.write("ada")
        assert await question.answer("enter") == "ada"


@pytest.mark.parametrize("key", ["escape", "enter"])
async def test_no_user_is_an_answer_too(tmp_path, key):
    async with asked(tmp_path) as (driver, question):
        question.begin(question.asking.user((), "192.0.2.31"))
        await driver.sees("No user name is known.")
        assert await question.answer(key) is None


OTHER = MachineQuestion(
    instance="gis-lab",
    instance_id="6b1f2d0e-3c4a-4d5e-8f60-718293a4b5c6",
    address="192.0.2.31 port 22",
    said="It goes by 0c9d8e7f-6a5b-4c3d-9e2f-1a0b9c8d7e6f (cloud-init's instance id).",
    is_other=True,
)


async def test_another_machine_needs_the_instances_name(tmp_path):
    async with asked(tmp_path) as (driver, question):
        question.begin(question.asking.machine(OTHER))
        await driver.sees("192.0.2.31 port 22 is not gis-lab.", "0c9d8e7f-6a5b", "Type gis-lab")
        await driver.write("y")
        await driver.press("enter")
        await driver.sees("Type gis-lab")
        await driver.write("gis-lab")
        assert await question.answer("enter") is True
        question.begin(question.asking.machine(OTHER))
        assert await question.answer() is True  # it is the same route, and the same question


async def test_leaving_the_question_says_no(tmp_path):
    async with asked(tmp_path) as (driver, question):
        question.begin(question.asking.machine(OTHER))
        await driver.sees("Type gis-lab")
        assert await question.answer("escape") is False
        assert question.asking.refused


@pytest.mark.parametrize("keys, goes_on", [(["y"], True), (["n"], False), (["escape"], False)])
async def test_a_machine_that_tells_nothing_is_asked_about_with_yes_or_no(tmp_path, keys, goes_on):
    async with asked(tmp_path) as (driver, question):
        question.begin(question.asking.machine(OTHER.model_copy(update={"is_other": False})))
        await driver.sees("Cannot confirm that 192.0.2.31 port 22 is gis-lab", "not asked again")
        assert await question.answer(*keys) is goes_on


async def test_a_passphrase_is_not_shown(tmp_path):
    async with asked(tmp_path) as (driver, question):
        question.begin(question.asking.passphrase(Path("/home/ada/.ssh/id_ed25519")))
        await driver.sees("Passphrase of /home/ada/.ssh/id_ed25519", "for this inspection only")
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

    async def probe(self, route, questions, *, parts=None):
        if not await route.asking.host_key(QUESTION):
            raise HostKeyError("The host key is not known.", remedy="Name it with `--host-key`.")
        return guest_fact()


async def test_a_key_that_the_user_refused_is_no_error(demo, tmp_path):
    async with console(tmp_path, guests=DoubtfulGuests()) as driver:
        await ready(driver, "db-07")
        await driver.press("p")
        await driver.sees("Unknown host key for db-07")
        await driver.press("n")
        await driver.sees("Inspection stopped: you did not accept the host key", "Inspect")
        assert "--host-key" not in driver.text


class MisledGuests(FrozenGuests):
    """Guests whose address leads to another machine."""

    async def probe(self, route, questions, *, parts=None):
        if not await route.asking.machine(OTHER):
            raise OtherMachineError("It is another machine.", remedy="Type `--other-machine`.")
        return guest_fact()


async def test_another_machine_that_the_user_left_is_no_error_and_what_it_means_is_said(demo, tmp_path):
    async with console(tmp_path, guests=MisledGuests()) as driver:
        await ready(driver, "db-07")
        await driver.press("p")
        await driver.sees("Not the expected machine", "Type gis-lab")
        await driver.press("escape")
        await driver.sees("Inspection stopped: it may be another machine")
        assert "--other-machine" not in driver.text
