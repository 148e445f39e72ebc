"""What is read of a list of packages on a console, also where it lies or is cut."""

from __future__ import annotations

import base64
import gzip

import pytest

from imaging.guest.confined_reading.client import read_inventory_confined
from imaging.guest.deep_check.chunks import WIDTH, checksum
from imaging.guest.inventory import inventory_listener, read_inventory
from imaging.guest.inventory.script import LIMIT, WORD
from models.errors import BadProbeError
from models.works.inventory import Inventory, PackageManager
from tests.guest.inventory.telling import NONCE, NOW, of

WHOLE = """@dpkg
bash\t5.2.15-2+b7\tamd64
@whole dpkg
@whole rpm
@conda /opt/conda
numpy-1.26.4-py312hc5e2394_0
@python /opt/venv/lib/python3.12/site-packages
my_tool-0.3
@whole conda
@whole python
@placed
4096\t/opt/conda
-\t/opt/broken
@whole placed
"""


def pieces(content: bytes | str) -> list[str]:
    raw = content.encode("utf-8", "replace") if isinstance(content, str) else content
    packed = base64.b64encode(gzip.compress(raw, mtime=0)).decode()
    parts = [packed[at : at + WIDTH] for at in range(0, len(packed), WIDTH)]
    placed = [(f"{number}/{len(parts)}", piece) for number, piece in enumerate(parts, 1)]
    return [f"{WORD} {NONCE} {place} {checksum(f'{place} {piece}')} {piece}" for place, piece in placed]


def console(rows: str = WHOLE) -> str:
    return (
        "\r\n".join(["[    0.0] Linux", *pieces(f"imaging-inventory 1 {NONCE}\n{rows}end\n"), "guest login: "]) + "\n"
    )


def read(rows: str = WHOLE) -> Inventory:
    return read_inventory(console(rows), nonce=NONCE, now=NOW)


@pytest.mark.parametrize(
    "content", ["", "hello\n", "imaging-inventory 1 other\nend\n", f"imaging-inventory 1 {NONCE}\n"]
)
def test_what_is_no_whole_report_is_refused(content):
    with pytest.raises(BadProbeError, match="list of packages"):
        read_inventory("\n".join(pieces(content)), nonce=NONCE, now=NOW)


def test_a_console_without_it_says_so():
    with pytest.raises(BadProbeError, match="printed no report"):
        read_inventory("Linux\nlogin:", nonce=NONCE, now=NOW)


def test_a_report_that_unpacks_to_far_too_much_is_refused():
    with pytest.raises(BadProbeError):
        read_inventory("\n".join(pieces(b"0" * 8_000_000)), nonce=NONCE, now=NOW)


def test_a_manager_that_was_not_told_to_its_end_is_incomplete_and_says_so():
    inventory = read(WHOLE.replace("@whole rpm\n", "").replace("@whole conda\n", ""))
    assert inventory.incomplete == (PackageManager.RPM, PackageManager.CONDA)
    assert inventory.unread == ("rpm: it was not told to its end", "conda: it was not told to its end")


def test_a_manager_of_which_something_is_unread_is_incomplete_although_it_is_called_whole():
    inventory = read("@unread conda not all directories could be searched\n" + WHOLE)
    assert inventory.incomplete == (PackageManager.CONDA,)
    assert [each.name for each in of(inventory, PackageManager.CONDA)] == ["numpy"]


@pytest.mark.parametrize("name", ["", "numpy", "-1-2", "nu mpy-1-2", "\x1b[31m-1-0"])
def test_a_name_that_is_none_of_conda_makes_conda_incomplete_and_ends_nothing(name):
    inventory = read(WHOLE.replace("numpy-1.26.4-py312hc5e2394_0", name))
    assert inventory.incomplete == (PackageManager.CONDA,)
    assert [each.name for each in of(inventory, PackageManager.PYTHON)] == ["my-tool"]


def test_a_package_without_a_version_is_none_of_the_system():
    assert read(WHOLE.replace("bash\t5.2.15-2+b7\tamd64", "bash")).incomplete == (PackageManager.DPKG,)


def test_control_characters_of_a_name_are_not_shown():
    inventory = read(WHOLE.replace("bash", "ba\x1b[31msh"))
    assert "\x1b" not in of(inventory, PackageManager.DPKG)[0].name


def test_of_more_packages_than_anybody_has_the_first_are_kept_and_it_says_so():
    many = "".join(f"p{number}\t1\tall\n" for number in range(60_100))
    inventory = read(WHOLE.replace("bash\t5.2.15-2+b7\tamd64\n", many))
    assert PackageManager.DPKG in inventory.incomplete
    assert "dpkg: too many to read" in inventory.unread
    assert len(of(inventory, PackageManager.DPKG)) == 60_000


def test_a_size_that_no_disk_has_is_unknown():
    inventory = read(WHOLE.replace("4096\t", "99999999999999999999\t"))
    assert [each.size_bytes for each in inventory.directories or ()] == [None, None]


def test_sizes_are_bytes():
    assert [each.size_bytes for each in read().directories or ()] == [4096 * 1024, None]


def test_a_longer_report_than_the_script_ever_sends_is_not_heard():
    listener = inventory_listener(NONCE)
    most = -(-LIMIT // WIDTH)
    for total in (most, most + 1):
        place = f"1/{total}"
        listener.take(f"{WORD} {NONCE} {place} {checksum(f'{place} AAAA')} AAAA\n")
    assert listener.heard.total == most


async def test_a_process_of_its_own_reads_the_same_from_pieces_heard_over_time():
    listener = inventory_listener(NONCE)
    text = console()
    for at in range(0, len(text), 700):
        listener.take(text[at : at + 700])
    assert await read_inventory_confined(listener.heard, nonce=NONCE, now=NOW) == read()


async def test_a_process_of_its_own_refuses_what_is_not_whole():
    listener = inventory_listener(NONCE)
    listener.take(console()[:300])
    with pytest.raises(BadProbeError):
        await read_inventory_confined(listener.heard, nonce=NONCE, now=NOW)
