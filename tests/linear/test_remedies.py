"""What a guest says about its mounts and disks before something is unmounted takes time in proportion to its size."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from imaging.guest.interface import CommandResult
from imaging.guest.remedies import carry_out, volume_release
from imaging.guest.remedies.disk_use import read_devices
from models.errors import GuestError
from models.remedy_action import ActionKind, RemedyAction
from tests.guest.remedies.conftest import NOW
from tests.guest.ssh.conftest import Told
from tests.linear.timing import growth

MOUNT = b"36 35 98:0 / /data rw,noatime master:1 - ext4 /dev/vdb rw\n"
VOLUME = "6b1f2d0e-3c4a-4d5e-8f60-718293a4b5c6"
UNMOUNT = RemedyAction(kind=ActionKind.UNMOUNT, summary="Unmount /data", mount_points=("/data",))


class Liar:
    """A guest that answers every script with the same text, and counts how often it was asked."""

    user, address = "ada", "192.0.2.7"

    def __init__(self, output: bytes) -> None:
        self.output = output
        self.asked = 0

    async def run(self, command: str, **_said: object) -> CommandResult:
        self.asked += 1
        return CommandResult(0, self.output, "")

    async def close(self) -> None: ...


def _reasons(size: int) -> Callable[[], object]:
    disk = b"disk\tvdb\t%s\n" % VOLUME[:20].encode()
    parts = b"".join(b"device\tvdb%d\t98:%d\tvdb\t\n" % (number, number) for number in range(size))
    uses = b"".join(
        b"open\t%d\t/dev/sda%d\nswap\t/dev/sda%d\tfile\n" % (number, number, number) for number in range(size)
    )
    devices = read_devices(disk + parts + uses)
    return lambda: (devices.reasons("vdb"), volume_release._agreed(devices, "vdb", ()))


def test_four_times_as_many_uses_of_a_disk_take_no_much_more_than_four_times_as_long():
    assert growth(_reasons, 1000) <= 6


@pytest.mark.parametrize("many", [60, 40_000])
async def test_what_is_mounted_without_end_on_one_point_is_left_alone(many: int):
    guest = Liar(MOUNT * many)
    with pytest.raises(GuestError, match=f"Too much is mounted on /data: {many:,} file systems"):
        await carry_out(guest, UNMOUNT, now=NOW, tell=Told())
    assert guest.asked == 1


async def test_some_mounts_on_one_point_are_let_go_one_after_the_other():
    guest = Liar(MOUNT * 3)
    with pytest.raises(GuestError, match="/data is in use"):
        await carry_out(guest, UNMOUNT, now=NOW, tell=Told())
    assert guest.asked == 2
