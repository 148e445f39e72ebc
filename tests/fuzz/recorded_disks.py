"""Small disks as the tools that make them everywhere wrote them, without their holes: good inputs for the doors.

python -m tests.fuzz.recorded_disks    # makes them again, where mkfs, sfdisk, debugfs and qemu-img are
"""

from __future__ import annotations

import base64
import json
import lzma
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("disks.json.xz")
_STEP = 512


@dataclass(frozen=True)
class RecordedDisk:
    """A disk, or an image file, and where its bytes lie that are not zero."""

    size_bytes: int
    extents: Sequence[tuple[int, int]]
    """From which byte, and how many."""
    data: bytes
    """One extent behind the other."""

    def with_data(self, data: bytes) -> SparseBytes:
        """The disk with other bytes in their place; what they lack is zero."""
        return SparseBytes(self.size_bytes, self.extents, data)


class SparseBytes:
    """As `imaging.files.content.Content`."""

    def __init__(self, size_bytes: int, extents: Sequence[tuple[int, int]], data: bytes) -> None:
        """Lay the bytes out; zeros are not kept."""
        self.size_bytes = size_bytes
        self._steps: dict[int, bytes] = {}
        at = 0
        for offset, length in extents:
            for inside in range(0, length, _STEP):
                self._steps[(offset + inside) // _STEP] = data[at + inside : at + inside + _STEP].ljust(_STEP, b"\0")
            at += length

    def read(self, offset: int, size: int) -> bytes:
        """As `Content.read`."""
        size = min(size, self.size_bytes - offset)
        if size <= 0 or offset < 0:
            return b""
        first, end = offset // _STEP, -(-(offset + size) // _STEP)
        found = b"".join(self._steps.get(number, bytes(_STEP)) for number in range(first, end))
        return found[offset - first * _STEP :][:size]


@cache
def recorded() -> dict[str, RecordedDisk]:
    """All of them, by their names."""
    told = json.loads(lzma.decompress(_FILE.read_bytes()))
    return {
        name: RecordedDisk(each["size"], [tuple(pair) for pair in each["extents"]], base64.b64decode(each["data"]))
        for name, each in told.items()
    }


def _extents(raw: bytes) -> Iterator[tuple[int, int]]:
    begin = -1
    for at in range(0, len(raw) + _STEP, _STEP):
        is_zero = not any(raw[at : at + _STEP])
        if begin < 0 and not is_zero:
            begin = at
        elif begin >= 0 and is_zero:
            yield begin, at - begin
            begin = -1


def _record(path: Path) -> dict[str, object]:
    raw = path.read_bytes()
    extents = list(_extents(raw))
    data = b"".join(raw[offset : offset + length].ljust(length, b"\0") for offset, length in extents)
    return {"size": len(raw), "extents": extents, "data": base64.b64encode(data).decode()}


def _make(folder: Path) -> dict[str, Path]:
    from tests.files.disk.making import (  # what makes disks is not needed to read them
        ESP_GPT,
        MIB,
        ROOT_X86_64,
        converted,
        divided,
        ext,
        run,
        vfat,
        xfs,
    )
    from tests.guest.probe.running import plant  # the same

    files: dict[str, str | bytes] = {
        "etc/os-release": "ID=debian\n", "etc/fstab": "", "usr/bin/tool": "x" * 3000, "link": "->etc/os-release",
        **{f"many/entry-{number}": "" for number in range(60)},
    }  # fmt: skip
    tree = plant(folder / "tree", files)
    made = {
        "ext2": ext(folder / "ext2", tree, "-b", "1024", size=MIB, kind="ext2"),
        "ext4": ext(folder / "ext4", tree, "-b", "1024", "-J", "size=1", size=4 * MIB),
        "fat": vfat(
            folder / "fat", plant(folder / "flat", {"EFI/BOOT/BOOTX64.EFI": "x", "a long name": "y"}), size=MIB
        ),
        "xfs": xfs(folder / "xfs", tree),
    }
    block, other = (
        run("debugfs", "-R", f"blocks {path}", made["ext4"]).split()[0] for path in ("/etc/os-release", "/many")
    )
    later, script = folder / "later", folder / "commands"
    later.write_bytes(b"ID=later\n".ljust(1024, b"\0"))
    script.write_text(f"jo -c -v 3\njw -b {block} {later}\njw -b {block} -r {other} {later}\njc\n")
    made["a journal"] = folder / "journal"
    made["a journal"].write_bytes(made["ext4"].read_bytes())
    run("debugfs", "-w", "-f", script, made["a journal"])
    made["gpt"] = divided(folder / "gpt", "gpt", [(made["fat"], ESP_GPT), (made["ext2"], ROOT_X86_64)])
    made["mbr"] = divided(folder / "mbr", "dos", [(made["ext2"], "83"), (made["fat"], "ef")])
    for kind, options in (
        ("qcow2", ()),
        ("vmdk", ("-o", "subformat=streamOptimized")),
        ("vpc", ()),
        ("vhdx", ()),
        ("vdi", ()),
    ):
        made[kind] = converted(made["gpt"], folder / kind, kind, *options)
    return made


def main() -> None:
    """Make and keep them."""
    with tempfile.TemporaryDirectory() as folder:
        told = {name: _record(path) for name, path in _make(Path(folder)).items()}
    _FILE.write_bytes(lzma.compress(json.dumps(told).encode(), preset=9 | lzma.PRESET_EXTREME))


if __name__ == "__main__":
    main()
