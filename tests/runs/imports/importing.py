"""Imports on the demonstration cloud: a real file, inspected and planned as a command does it, by the real steps."""

from __future__ import annotations

import hashlib
import io
import tarfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from imaging.cloud.interface import Cloud
from imaging.files.identity import identity_of
from imaging.guest.file_inspection import inspect_file
from imaging.guidelines.guest.questions import questions_for
from imaging.runs.journal.journal import Journal
from imaging.runs.plan.import_file.costs import Rate
from imaging.runs.plan.import_file.planning import FileToImport, plan_import
from imaging.runtime.clock import SystemClock
from models.image_file.image_format import ImageFormat
from models.image_file.wrapper import Wrapper
from models.run.file_plan import SendingWay
from models.run.plan import Plan
from models.run.record import RunRecord
from models.run.request import Attestation, RunRequest
from tests.files.image_files import MIB, image, raw_disk
from tests.files.test_unwrapping import OVF, PACKED
from tests.runs.test_crash_matrix import PROFILE, DemoClock, a_run_of

RAW_WANTED = PROFILE.model_copy(update={"upload_formats": ("raw",)})
"""A cloud that asks for RAW: a file of any other format is converted."""
REQUEST = RunRequest(
    name="lidar-tools",
    description="PostgreSQL 16 and the lidar tools, which the base image does not have.",
    profile="openstack",
    attestations=(Attestation(rule="SW-ATTEST"),),
    uninspected="the disk of these tests holds no system",
)
NOT_ASKED = Rate(30_000_000)


def _ova(disk: bytes) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, content in (("machine.ovf", OVF), ("disk1.vmdk", disk)):
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return packed.getvalue()


def _parts(folder: Path, content: bytes) -> Path:
    folder.mkdir()
    third = len(content) // 3
    for number, begin in enumerate((0, third, 2 * third)):
        end = len(content) if number == 2 else begin + third  # the last of three
        (folder / f"image.{number:03}").write_bytes(content[begin:end])
    return folder


def _formatted(kind: ImageFormat, *options: str) -> Callable[[Path], Path]:
    return lambda folder: image(folder / f"disk.{kind.value}", kind, *options)


def _packed(wrapper: Wrapper, inner: Callable[[Path], Path]) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        given = inner(folder)
        target = folder / f"{given.name}.{wrapper.value}"
        target.write_bytes(PACKED[wrapper](given.read_bytes()))
        given.unlink()
        return target

    return make


def raw(folder: Path) -> Path:
    """A RAW disk with a partition table, and something in it."""
    disk = raw_disk(folder / "disk.raw")
    with disk.open("r+b") as file:
        file.seek(3 * MIB)
        file.write(b"something that is no zeros" * 1000)
    return disk


def _in_ova(folder: Path) -> Path:
    inner = image(folder / "disk.vmdk", ImageFormat.VMDK, "subformat=streamOptimized")
    target = folder / "export.ova"
    target.write_bytes(_ova(inner.read_bytes()))
    inner.unlink()
    return target


def _in_parts(inner: Callable[[Path], Path]) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        given = inner(folder)
        content = given.read_bytes()
        given.unlink()
        return _parts(folder / "parts", content)

    return make


FORMATS: dict[str, Callable[[Path], Path]] = {
    "raw": raw,
    "qcow2": _formatted(ImageFormat.QCOW2),
    "vmdk": _formatted(ImageFormat.VMDK, "subformat=streamOptimized"),
    "vhd": _formatted(ImageFormat.VHD, "subformat=fixed", "force_size=on"),
    "vhdx": _formatted(ImageFormat.VHDX),
    "vdi": _formatted(ImageFormat.VDI),
    "ova": _in_ova,
    "raw.gz": _packed(Wrapper.GZIP, raw),
    "qcow2.xz": _packed(Wrapper.XZ, _formatted(ImageFormat.QCOW2)),
    "raw.zst": _packed(Wrapper.ZSTD, raw),
    "parts of raw": _in_parts(raw),
    "parts of qcow2": _in_parts(_formatted(ImageFormat.QCOW2)),
}
"""By what is said about it, how such a file is made in a folder; each holds a disk of 8 MiB."""


async def plan_of(
    cloud: Cloud,
    clock: DemoClock,
    path: Path,
    *,
    request: RunRequest = REQUEST,
    profile: Any = RAW_WANTED,
    way: SendingWay = SendingWay.UPLOAD,
    work_dir: Path | None = None,
) -> Plan:
    """A plan as the command makes it: the file inspected and hashed, the cloud asked."""
    folder = work_dir or path.parent
    found = await inspect_file(
        path, questions_for(profile), SystemClock(), lambda _line: None, declared=None, work_dir=folder
    )
    identity = await identity_of(path, lambda _done, _whole: None)
    file = FileToImport(path=path, name=path.name, work_dir=folder, identity=identity, found=found, way=way)
    request = request.model_copy(update={"network_id": await _network_id(cloud)})
    return await plan_import(cloud, clock, file, request, profile, rate=NOT_ASKED)


async def _network_id(cloud: Cloud) -> str:
    return next(each.id for each in await cloud.networking.networks() if each.name == "astro-net")


@asynccontextmanager
async def an_import(
    cloud: Cloud, clock: DemoClock, folder: Path, path: Path, **options: Any
) -> AsyncIterator[tuple[Journal, RunRecord]]:
    """A journal of its own with a new import of a file."""
    async with a_run_of(await plan_of(cloud, clock, path, **options), clock, folder) as made:
        yield made


async def standing(cloud: Cloud) -> dict[str, set[str]]:
    """What a user would check to see whether anything is left."""
    return {
        "images": {each.id async for page in cloud.images.images() for each in page},
        "instances": {each.id async for page in cloud.compute.instances() for each in page},
        "groups": {each.id for each in await cloud.networking.security_groups()},
    }


def left_in(folder: Path) -> set[str]:
    """The names of what an import has left in a directory."""
    return {each.name for each in folder.iterdir() if each.name.startswith("imaging-")}


def sha512(content: bytes) -> str:
    return hashlib.sha512(content).hexdigest()
