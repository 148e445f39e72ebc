"""Watching the console of a base's test instance: its list is kept, or it is said why it does not come."""

from __future__ import annotations

from datetime import datetime

import pytest

from imaging.guest.deep_check.chunks import Heard, said_again
from imaging.guest.inventory import SECONDS, WORD, read_inventory
from imaging.runs.lineage import heard_inventory
from imaging.runs.test_instance.base_watch import CONSOLE_LOG, BaseWatch
from models.works.inventory import Inventory
from tests.guest.inventory.telling import NONCE
from tests.guest.inventory.test_reading import WHOLE, pieces
from tests.runs.steps.held_world import BASE, DB, HeldWorld
from tests.runs.steps.memory_context import MemoryContext
from tests.runs.test_instance.speaking_guest import SpeakingGuest
from tests.support.known import present

UP = "Cloud-init v. 24.1 finished at Mon. Datasource DataSourceOpenStack [net].  Up 9 s\n"
"""What decides the verdict on the boot."""
LIST = "\n".join(pieces(f"imaging-inventory 1 {NONCE}\n{WHOLE}end\n")) + "\n"
CUT_LIST = "\n".join(pieces(f"imaging-inventory 1 {NONCE}\n{''.join(map(chr, range(200, 900)))}\nend\n")[:1]) + "\n"
BEGAN, PROGRESS = f"{WORD} {NONCE} began\n", f"{WORD} {NONCE} progress reading dpkg\n"
NOT_RUN = "its test instance did not run what it was given: no cloud-init, or it did not come up"
SILENT = "its test instance fell silent before the list was whole"


class Guest(SpeakingGuest):
    """A test instance of the base, whose console says what a test wants: `db-07` stands for it."""

    watch: BaseWatch

    async def begin(self) -> Guest:
        self.watch = BaseWatch(self.ctx, await self.marked(NONCE), BASE)
        assert self.watch.trouble == ""
        return self

    async def says(self, text: str, after: float = 0) -> bool | None:
        """It prints something more, and is looked at after so many seconds."""
        self.print(text, after)
        return await self.watch.observe()

    @property
    def kept(self) -> Inventory | None:
        return self.ctx.guests.inventories.read(BASE)


async def read_here(heard: Heard, *, nonce: str, now: datetime) -> Inventory:
    return read_inventory(said_again(heard, nonce, WORD), nonce=nonce, now=now)


@pytest.fixture
def guest(ctx: MemoryContext, world: HeldWorld, monkeypatch: pytest.MonkeyPatch) -> Guest:
    """Its list is read in this process; a confined one reads it in the tests of `HeardInventory`."""
    monkeypatch.setattr(heard_inventory, "read_inventory_confined", read_here)
    ctx.change(image_id="the image that is compared with it")
    return Guest(ctx, world)


class TestHeard:
    async def test_a_whole_list_is_kept_as_the_bases_at_once(self, guest: Guest) -> None:
        await guest.begin()
        assert await guest.says(LIST) is True
        assert guest.watch.trouble == ""
        assert present(guest.kept).about_image_id == BASE

    async def test_one_that_comes_in_parts_is_put_together(self, guest: Guest) -> None:
        await guest.begin()
        for text in (LIST[:7], LIST[7:90], "", LIST[90:-1]):
            assert await guest.says(text) in {None, True}
        assert guest.kept is not None

    async def test_what_is_no_list_ends_it_and_is_said(self, guest: Guest) -> None:
        await guest.begin()
        assert await guest.says("\n".join(pieces("hello\n")) + "\n") is True
        assert "list of packages" in guest.watch.trouble
        assert guest.kept is None

    async def test_how_far_it_is_is_told_where_that_has_changed(self, guest: Guest) -> None:
        await guest.begin()
        for text in ("noise\n", PROGRESS, "noise\n", PROGRESS, PROGRESS.replace("dpkg", "conda")):
            assert await guest.says(text) is None
        assert guest.told == ["reading dpkg", "reading conda"]

    async def test_the_console_is_kept_in_a_file_of_its_own(self, guest: Guest) -> None:
        await guest.begin()
        await guest.says("noise\n")
        guest.watch.save()
        assert (guest.ctx.folder / CONSOLE_LOG).read_text() == "noise\n"
        assert CONSOLE_LOG == "base-console.log"


class TestGivenUp:
    async def test_what_says_that_it_cannot_is_believed(self, guest: Guest) -> None:
        await guest.begin()
        assert await guest.says(f"{WORD} {NONCE} failed no room\n") is True
        assert guest.watch.trouble == "its test instance could not tell it: no room"

    async def test_one_that_is_off_tells_no_more(self, guest: Guest, world: HeldWorld) -> None:
        await guest.begin()
        assert await guest.says("noise\n") is None
        del world.records.servers[DB]
        assert await guest.watch.observe() is True
        assert guest.watch.trouble == "The test instance was deleted by someone else."

    async def test_so_does_one_that_came_up_and_why_it_is_off_is_said(self, guest: Guest, world: HeldWorld) -> None:
        await guest.begin()
        assert await guest.says(UP) is None
        del world.records.servers[DB]
        assert await guest.watch.observe() is True
        assert guest.watch.trouble == "The test instance was deleted by someone else."

    async def test_one_that_came_up_and_has_not_begun_is_given_half_a_minute(self, guest: Guest) -> None:
        await guest.begin()
        assert await guest.says("noise\n", after=10) is None
        assert await guest.says("noise\n", after=40) is None
        assert await guest.says(UP) is None
        assert await guest.says("noise\n", after=29) is None
        assert (guest.watch.trouble, await guest.says("noise\n", after=1)) == ("", True)
        assert guest.watch.trouble == NOT_RUN

    @pytest.mark.parametrize("said", [BEGAN, PROGRESS, CUT_LIST])
    async def test_one_that_has_begun_is_given_two_minutes_of_silence(self, guest: Guest, said: str) -> None:
        await guest.begin()
        assert await guest.says(f"{UP}{said}") is None
        assert await guest.says("noise\n", after=119) is None
        assert await guest.says("", after=119) is None
        assert await guest.says("", after=1) is True
        assert guest.watch.trouble == SILENT
        assert guest.kept is None

    async def test_one_that_never_falls_silent_is_given_a_time_in_all(self, guest: Guest) -> None:
        await guest.begin()
        limit = guest.ctx.profile.patience.test_limit_seconds + SECONDS + 240
        assert guest.watch.limit_seconds == limit
        await guest.says(BEGAN)
        for seconds in (*[119] * 9, limit - 1 - 9 * 119):
            assert await guest.says("noise\n", after=seconds) is None
        assert await guest.says("noise\n", after=1) is True
        assert guest.watch.trouble == "its list was not whole when time was up"
