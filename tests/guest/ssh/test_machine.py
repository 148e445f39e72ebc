"""Is it the instance that was asked for? Real logins to machines that go by some id, or by none."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from imaging.guest import service
from imaging.guest.interface import LoginRoute, MachineQuestion, Nobody
from imaging.guest.remedies import FixResult
from imaging.guest.service import GuestService
from imaging.runtime.paths import Paths
from models.errors import OtherMachineError
from models.exit_code import ExitCode
from models.guest.files import Questions
from models.remedy_action import ActionKind, RemedyAction
from tests.guest.ssh.conftest import Answers, Told, make_instance, route_to, trust
from tests.guest.ssh.machines import ASKED, EC2, OTHER, Machine, machine
from tests.support.clock import ManualClock
from tests.support.sshd import Sshd, StartSshd

__all__ = ["machine"]

ACTION = RemedyAction(kind=ActionKind.RUN, summary="Run it.", command="true")


@dataclass
class Visitor:
    """Somebody who wants something of db-07, and whom an address leads to some machine."""

    folder: Path
    guest: Sshd
    touched: list[str] = field(default_factory=list)
    """What was done in a machine beyond asking which one it is."""

    @property
    def guests(self) -> GuestService:
        """A program that was just started."""
        return GuestService(Paths.below(self.folder), ManualClock())

    def route(self, **more: Any) -> LoginRoute:
        return route_to(self.guest, instance=make_instance(id=ASKED), **more)

    async def change(self, route: LoginRoute) -> bool:
        """Carry out a remedy; whether it was done."""
        try:
            await self.guests.fix(route, action=ACTION)
        except OtherMachineError:
            return False
        return True

    async def everything(self, route: LoginRoute) -> list[type[Exception]]:
        """Try all that can be done in a guest; says how each ended that was not done."""
        ends: list[type[Exception]] = []
        for doing in (
            self.guests.probe(route, Questions()),
            self.guests.save(route, directories=("/home",), target=self.folder / "saved"),
            self.guests.fix(route, action=ACTION),
            self.guests.carry_out(route, Questions(), action=ACTION),
        ):
            try:
                await doing
            except (OtherMachineError, RuntimeError) as error:
                ends.append(type(error))
        return ends


@pytest.fixture
def visitor(
    sshd: StartSshd, ssh_folder: Path, machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Visitor:
    guest = sshd(set_env={"IMAGING_PROBE_ROOT": str(machine.root)})
    trust(ssh_folder, guest)
    made = Visitor(tmp_path / "own", guest)

    def does(word: str):
        async def done(*_words: object, **_more: object) -> FixResult:
            made.touched.append(word)
            if word != "changed":
                raise RuntimeError  # what comes after the login is not what these tests are about
            return FixResult("done", "undo")

        return done

    monkeypatch.setattr(service, "run_probe", does("read"))
    monkeypatch.setattr(service, "carry_out", does("changed"))
    monkeypatch.setattr("imaging.guest.download.copy.save_directories", does("saved"))
    return made


async def test_asked_for_one_instance_and_led_to_another_nothing_is_done_there(visitor: Visitor, machine: Machine):
    machine.cloud_init(OTHER)
    route = visitor.route(asking=Nobody())
    with pytest.raises(OtherMachineError) as refused:
        await visitor.guests.probe(route, Questions())
    assert refused.value.exit_code is ExitCode.USAGE
    assert f"is not db-07, which is {ASKED}" in refused.value.what
    assert f"It reports {OTHER} (cloud-init's instance id)." in refused.value.what
    assert "nothing was changed" in refused.value.meaning
    assert "`--other-machine db-07`" in refused.value.remedy
    assert await visitor.everything(route) == [OtherMachineError] * 4
    assert visitor.touched == []
    assert not visitor.folder.exists()


async def test_the_right_machine_is_asked_about_nothing(visitor: Visitor, machine: Machine):
    machine.cloud_init(EC2)
    machine.config_drive(ASKED)
    asking, told = Answers(machine=False), Told()
    assert await visitor.everything(visitor.route(asking=asking, told=told)) == [RuntimeError] * 3
    assert visitor.touched == ["read", "saved", "changed", "changed", "read"]
    assert asking.asked == []
    assert "Could not confirm" not in told.text


async def test_the_instances_name_overrides_the_refusal_and_another_word_does_not(visitor: Visitor, machine: Machine):
    machine.firmware(OTHER)
    for word in ("db-70", "", ASKED):
        assert not await visitor.change(visitor.route(asking=Answers(machine=True), other_machine=word))
    assert visitor.touched == []
    told = Told()
    assert await visitor.change(visitor.route(asking=Nobody(), told=told, other_machine="db-07"))
    assert visitor.touched == ["changed"]
    assert f"You say that 127.0.0.1 port {visitor.guest.port} is db-07. It reports {OTHER}" in told.text


async def test_a_user_at_the_terminal_is_asked_for_the_name_each_time(visitor: Visitor, machine: Machine):
    machine.cloud_init(OTHER)
    for answer in (True, False):
        asking = Answers(machine=answer)
        assert await visitor.change(visitor.route(asking=asking)) is answer
        (question,) = asking.asked
        assert isinstance(question, MachineQuestion)
        assert (question.is_other, question.typed, question.instance_id) == (True, "db-07", ASKED)
    assert visitor.touched == ["changed"]


async def test_a_machine_that_tells_nothing_is_asked_about_once(visitor: Visitor, machine: Machine):
    machine.cloud_init(OTHER, kept=True)
    first, second, told = Answers(machine=True), Answers(machine=False), Told()
    assert await visitor.change(visitor.route(asking=first))
    (question,) = first.asked
    assert isinstance(question, MachineQuestion)
    assert not question.is_other
    assert await visitor.change(visitor.route(asking=second, told=told))
    assert second.asked == []
    assert [progress.stays for progress in told.progress if "Could not confirm" in progress.text] == [True]
    another = replace(visitor.route(asking=second), instance=make_instance(id=OTHER.replace("0c", "0d")))
    assert not await visitor.change(another)
    assert len(second.asked) == 1


async def test_with_another_host_key_it_is_asked_about_again(
    visitor: Visitor, machine: Machine, sshd: StartSshd, ssh_folder: Path
):
    assert await visitor.change(visitor.route(asking=Answers(machine=True)))
    visitor.guest = sshd(set_env={"IMAGING_PROBE_ROOT": str(machine.root)})
    trust(ssh_folder, visitor.guest)
    asking = Answers(machine=False)
    assert not await visitor.change(visitor.route(asking=asking))
    assert len(asking.asked) == 1


async def test_a_no_is_not_remembered_as_a_yes(visitor: Visitor):
    for _ in range(2):
        asking = Answers(machine=False)
        assert not await visitor.change(visitor.route(asking=asking))
        assert len(asking.asked) == 1
    assert visitor.touched == []


async def test_without_anybody_to_ask_it_is_read_and_said_but_not_changed(visitor: Visitor, machine: Machine):
    machine.cloud_init(EC2)
    told = Told()
    ends = await visitor.everything(visitor.route(asking=Nobody(), told=told))
    assert ends == [RuntimeError, RuntimeError, OtherMachineError, OtherMachineError]
    assert visitor.touched == ["read", "saved"]
    assert f"It reports {EC2} (cloud-init's instance id, kept on the disk)." in told.text
    assert not (visitor.folder / "state" / "machines").exists()


@pytest.mark.parametrize("lie", ["echo @@imaging-machine x dmi " + ASKED, "exit 7", "cat >/dev/null; echo é >&2"])
async def test_a_guest_that_answers_something_else_has_told_nothing(
    visitor: Visitor, sshd: StartSshd, ssh_folder: Path, lie: str
):
    visitor.guest = sshd(force_command=lie)
    trust(ssh_folder, visitor.guest)
    asking = Answers(machine=False)
    assert not await visitor.change(visitor.route(asking=asking))
    assert len(asking.asked) == 1
    assert visitor.touched == []
