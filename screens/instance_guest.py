"""The keys of the instances' screen that lead inside a guest: look, carry out a remedy, save what would be lost."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.worker import Worker

from imaging.cloud.threads import in_thread
from imaging.guest.interface import Progress
from models.errors import GuestLoginError, GuestUnreachableError, HostKeyError, ImagingError
from models.fact import Fact
from models.facts import InstanceFacts
from models.guest.directories import Directories
from models.guest.facts import GuestFacts
from models.instance import Instance
from models.remedy_action import ActionKind, RemedyAction
from models.request import RunRequest
from models.text import one_line
from screens.ask_text import AskTextScreen
from screens.choose import Choice, ChooseScreen
from screens.confirm import ConfirmScreen, Question
from screens.error import ErrorScreen
from screens.finding import which_action
from screens.guest_asking import AskingByDialogs
from screens.listing import ListScreen
from screens.notice import NoticeScreen
from screens.run import RunScreen
from screens.widgets.columns import shortened
from screens.wording import counted, size

if TYPE_CHECKING:  # it brings the probe and the tables of the guidelines, which are loaded when they are wanted
    from screens.looking_inside import Inside

_NAME_CELLS = 24
"""What the instance's name takes of a dialog's frame at most, in cells."""
_ANOTHER = "?"
"""The key of the choice to write a directory's name; no path begins so."""
_OTHER_WAYS = (
    "It goes the way of ~/.ssh/config: a Host block for the address can name User, IdentityFile, Port, ProxyJump. "
    "Or leave this and press d: a deep check looks at its disk without SSH."
)

Doing = Callable[["Inside"], Awaitable[None]]


class GuestScreen(ListScreen[Instance]):
    """A list of instances into which one can look. One thing at a time is done inside a guest."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "a", "mend", "Put it right", id="instances.mend",
            tooltip="Let the console carry out the remedy of the finding under the cursor, after asking",
        ),
        Binding(
            "p", "probe", "Look inside", id="instances.probe",
            tooltip="Look into the running instance by SSH; nothing is changed there",
        ),
        Binding(
            "x", "stop_probe", "Break off", id="instances.stop-probe",
            tooltip="Break off what is being done inside the instance",
        ),
        Binding(
            "s", "save", "Save files", show=False, id="instances.save",
            tooltip="Copy directories of the instance to this machine, before they are lost",
        ),
        Binding(
            "d", "deep_check", "Deep check", id="instances.deep-check",
            tooltip="Look at its disk through a throw-away instance, where SSH leads nowhere",
        ),
    ]  # fmt: skip

    class GuestRead(Message):
        """A look inside an instance has ended well, or what an earlier one found was read."""

        def __init__(self, instance_id: str, guest: Fact[GuestFacts]) -> None:
            super().__init__()
            self.instance_id = instance_id
            self.guest = guest

    class GuestProgress(Message):
        """How far what is being done inside is; empty at its end."""

        def __init__(self, instance_id: str, text: str) -> None:
            super().__init__()
            self.instance_id = instance_id
            self.text = text

        def can_replace(self, message: Message) -> bool:
            """Only the newest is of interest."""
            return isinstance(message, GuestScreen.GuestProgress)

    _inside: Worker[None] | None = None
    """What is being done inside a guest."""
    _inside_id: str | None = None
    _stays = ""
    """What is still worth saying when it is over."""

    @property
    @abstractmethod
    def chosen_facts(self) -> InstanceFacts | None:
        """The facts of the chosen instance, as far as they are known."""

    @property
    @abstractmethod
    def chosen_actions(self) -> tuple[RemedyAction, ...]:
        """What the console can do about the chosen finding."""

    @abstractmethod
    def action_refresh(self) -> None:
        """Ask the cloud again now."""

    @work(group="stored", exit_on_error=False, description="read what the last look inside found")
    async def read_stored(self, instance_id: str) -> None:
        """Read what the last look inside an instance found."""
        guest = await in_thread(lambda: self.console.guests.stored(instance_id))
        if guest.known:
            self.post_message(self.GuestRead(instance_id, guest))

    def on_screen_resume(self) -> None:
        """A deep check may have ended meanwhile."""
        super().on_screen_resume()
        facts = self.chosen_facts
        if facts is not None and facts.instance.value is not None:
            self.read_stored(facts.instance.value.id)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only a running instance can be looked into, one at a time."""
        if action == "stop_probe":
            return self._inside is not None
        if action in {"probe", "save"}:
            facts = self.chosen_facts
            instance = facts.instance.value if facts else None
            return self._inside is None and instance is not None and instance.is_running
        if action == "mend":
            return self._inside is None and not self.console.read_only and bool(self.chosen_actions)
        if action == "deep_check":
            return self.chosen_facts is not None and not self.console.read_only
        return super().check_action(action, parameters)

    def action_probe(self) -> None:
        """Look inside."""
        if (facts := self.chosen_facts) is not None:
            self._begin(facts, self._look)

    def action_stop_probe(self) -> None:
        """Break off."""
        if self._inside is not None:
            self._inside.cancel()
            self.status.say("Broken off")

    def action_save(self) -> None:
        """Ask which directories and where to, then copy them."""
        if (facts := self.chosen_facts) is not None:
            self._begin(facts, self._save)

    def action_deep_check(self) -> None:
        """Say what it costs, and start it after agreement."""
        facts = self.chosen_facts
        if facts is not None and facts.instance.value is not None:
            self._check_deeply(facts.instance.value)

    @work(group="deep", exclusive=True, exit_on_error=False, description="prepare a deep check")
    async def _check_deeply(self, instance: Instance) -> None:
        console = self.console
        request = RunRequest(profile=console.profile.name, attended=True)
        plan = await console.runs.plan_deep_check(await console.cloud(), instance.id, request, console.profile)
        costs = "\n\n".join(one_line(warning) for warning in plan.warnings)
        sentence = f"Look at the disk of {one_line(instance.name)} through a throw-away instance?"
        if await self.app.push_screen_wait(ConfirmScreen(Question("Deep check", sentence, costs))):
            run = await console.runs.start(plan, await console.resolved(), console.profile)
            self.app.push_screen(RunScreen(run.id))
            self._await_facts(run.id, instance.id)

    @work(group="deep facts", exit_on_error=False, description="wait for what a deep check finds")
    async def _await_facts(self, run_id: str, instance_id: str) -> None:
        async for _run in self.console.runs.watch(run_id):
            pass
        self.read_stored(instance_id)

    def action_mend(self) -> None:
        """Choose what is to be done where there is a choice, and carry it out after asking."""
        facts, actions = self.chosen_facts, self.chosen_actions
        if facts is None:
            return
        if len(actions) == 1:
            self.carry_out(facts, actions[0])
            return
        self.app.push_screen(
            which_action(actions), lambda place: self.carry_out(facts, None if place is None else actions[int(place)])
        )

    def carry_out(self, facts: InstanceFacts, action: RemedyAction | None) -> None:
        """Ask, then carry out a remedy, if there is one; the user sees what was done and how it is undone."""
        if action is not None and self._inside is None and not self.console.read_only:
            self._begin(facts, partial(self._mend, action=action))

    def _begin(self, facts: InstanceFacts, doing: Doing) -> None:
        from screens.looking_inside import Inside  # noqa: PLC0415  # not for the first paint

        self._inside_id = facts.instance.value.id if facts.instance.value else None
        self._stays = ""
        asking = AskingByDialogs(self.app, _name(facts))
        self._inside = self._do(Inside(self.console, facts, asking, self._tell), asking, doing)
        self.refresh_bindings()

    @work(group="inside", exit_on_error=False, description="do something inside the instance")
    async def _do(self, inside: Inside, asking: AskingByDialogs, doing: Doing) -> None:
        try:
            await doing(inside)
        except HostKeyError as error:
            if asking.refused:
                self._stays = "Nothing was sent there: you did not accept its host key"
            else:
                self.app.push_screen(ErrorScreen(error))
        except ImagingError as error:
            self.app.push_screen(ErrorScreen(error, ("In the console", _other_ways(error))))
        finally:
            self._inside = None
            self._say_inside("")
            self.refresh_bindings()
            if self._stays:
                self.status.say(self._stays)

    async def _look(self, inside: Inside) -> None:
        self._tell(Progress("Looking for a way in"))
        self._read(inside, await inside.look())

    async def _mend(self, inside: Inside, action: RemedyAction) -> None:
        name = shortened(one_line(_name(inside.facts)), _NAME_CELLS, cut="…")
        question = Question(f"Carry this out inside {name}?", action.summary, action.command)
        if not await self.app.push_screen_wait(ConfirmScreen(question)):
            return
        mended, guest = await inside.carry_out(action)
        self._read(inside, guest)
        if action.kind is ActionKind.UNMOUNT_AND_DETACH:
            self.action_refresh()  # the cloud's side is another now
        self.app.push_screen(
            NoticeScreen("Done", mended.done, ("What it printed", mended.output), ("To undo it", mended.undo))
        )

    async def _save(self, inside: Inside) -> None:
        directory = await self._which(inside.facts)
        target = await self._where_to(inside.facts) if directory else None
        if directory and target:
            saved = await inside.save((directory,), target)
            left = "\n".join(f"{one_line(path)}: {one_line(why)}" for path, why in saved.left_out)
            self.app.push_screen(NoticeScreen("Saved", saved.summary, ("Not copied", left)))

    async def _which(self, facts: InstanceFacts) -> str | None:
        """A directory of the guest: one that the last look found, or whatever is written."""
        found = facts.guest.value.directories.value if facts.guest.value else None
        if found is not None and (found.homes or found.desktops):
            choices = [*_directories(found), Choice(_ANOTHER, "another directory")]
            chosen = await self.app.push_screen_wait(ChooseScreen("Which directory?", choices))
            if chosen != _ANOTHER:
                return chosen
        return await self.app.push_screen_wait(
            AskTextScreen("Save files", "Which directory of the instance?", value="/home")
        )

    async def _where_to(self, facts: InstanceFacts) -> Path | None:
        folder = "".join(letter if letter.isalnum() or letter in "-_" else "-" for letter in _name(facts))[:60]
        target = await self.app.push_screen_wait(
            AskTextScreen("Save files", "Into which folder of this machine?", value=f"~/saved-from-{folder}")
        )
        return await in_thread(lambda: Path(target).expanduser()) if target else None

    def _read(self, inside: Inside, guest: Fact[GuestFacts]) -> None:
        if inside.facts.instance.value is not None:
            self.post_message(self.GuestRead(inside.facts.instance.value.id, guest))

    def _tell(self, progress: Progress) -> None:
        if progress.stays:
            self._stays = progress.text
        text = progress.text
        if progress.done is not None and progress.total:
            text += f" {progress.done * 100 // progress.total} %"
        self._say_inside(text)

    def _say_inside(self, text: str) -> None:
        if self._inside_id is not None:
            self.post_message(self.GuestProgress(self._inside_id, text))


def _name(facts: InstanceFacts) -> str:
    return facts.instance.value.name if facts.instance.value else "instance"


def _other_ways(error: ImagingError) -> str:
    """What helps here where nobody is let in: the options that such an error names are those of the commands."""
    return _OTHER_WAYS if isinstance(error, GuestLoginError | GuestUnreachableError) else ""


def _directories(found: Directories) -> list[Choice]:
    """The homes and desktops that the last look found, and the home of root, with what is in them."""
    homes = [(each.path, f"{counted(each.files, 'file')}, {size(each.size_kib * 1024)}") for each in found.homes]
    desktops = [(each.path, f"{len(each.names)} on the desktop") for each in found.desktops]
    rest = [] if any(path == "/root" for path, _ in homes) else [("/root", "")]
    return [Choice(path, one_line(path), note) for path, note in (*homes, *desktops, *rest)]
