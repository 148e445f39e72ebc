"""Runs qemu-img: convert with progress, and what a conversion would take."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from imaging.files.convert.source import ConversionSource
from imaging.runtime.confined.process import environment_of_a_module
from models.errors import ImageFileError
from models.image_file.image_format import ImageFormat
from models.text import one_line

_LIMITED: Final = "imaging.files.convert.limited"
_PERCENT: Final = re.compile(rb"\((\d{1,3}(?:\.\d{1,2})?)/100%\)")
_READ_BYTES: Final = 4096
_HANDED_ON: Final = ("PATH", "LD_LIBRARY_PATH", "PYTHONPATH", "PYTHONHOME")
_OPTIONS: Final = {
    ImageFormat.QCOW2: ("-o", "compat=1.1,lazy_refcounts=off"),
    ImageFormat.VMDK: ("-o", "subformat=streamOptimized"),
    ImageFormat.VHDX: ("-o", "subformat=dynamic"),
    ImageFormat.VHD: ("-o", "subformat=dynamic,force_size=on"),
}
"""What other programs and older clouds can read."""
_CHECKED: Final = {ImageFormat.QCOW2, ImageFormat.VHDX, ImageFormat.VMDK}
_WHOLE, _ONLY_WASTE = 0, 3
"""What `qemu-img check` ends with; 3 means that there are clusters that nothing uses."""


@dataclass(frozen=True)
class Conversion:
    """One disk to be written in another format."""

    source: ConversionSource
    target: Path
    """An absolute path; what stands there is written over."""
    format: ImageFormat
    compress: bool = False
    keeps_descriptor: int | None = None
    """Of the target, where that is an open file without a name (`/proc/self/fd/N`)."""


def qemu_img() -> str:
    """Where qemu-img is.

    Raises:
        ImageFileError: it is not installed.
    """
    found = shutil.which("qemu-img")
    if found is None:
        raise ImageFileError(
            "qemu-img is not installed, which converts images.",
            meaning="Nothing was converted or sent.",
            remedy="Install it: apt install qemu-utils, or dnf install qemu-img.",
        )
    return found


def command_of(conversion: Conversion, program: str = "qemu-img") -> list[str]:
    """The command that is run."""
    compress = ("-c",) if conversion.compress else ()
    return [
        *(program, "convert", "-p", "-t", "writeback", "-T", "writeback", "-S", "4k", "-W", *compress),
        *("--image-opts", conversion.source.image_options),
        *("-O", conversion.format.qemu_name, *_OPTIONS.get(conversion.format, ())),
        f"file:{conversion.target}",
    ]


async def check(source: ConversionSource, *, seconds: float) -> None:
    """Ask whether all that the disk consists of is there: a converter takes what is missing for zeros.

    Args:
        source: inspected and accepted; formats without tables of their own are taken as whole.
        seconds: after which it is ended; large files take longer.

    Raises:
        ImageFileError: something is missing or damaged, or it took too long.
    """
    if source.format not in _CHECKED:
        return
    command = [qemu_img(), "check", "-q", "--image-opts", source.image_options]
    process = await _start(command, (source.descriptor,))
    try:
        async with asyncio.timeout(seconds):
            _, errors = await process.communicate()
    except TimeoutError:
        raise _not_whole(f"checking it took more than {seconds:.0f} seconds") from None
    finally:
        await _end(process)
    if process.returncode not in {_WHOLE, _ONLY_WASTE}:
        raise _not_whole(_last_line(errors) or "its tables do not fit together")


async def convert(conversion: Conversion, *, idle_seconds: float, tell: Callable[[float], None]) -> None:
    """Convert a disk.

    Args:
        conversion: what and where to; the source must have been inspected and accepted.
        idle_seconds: after which it is ended if it has come no further.
        tell: told about progress, from 0 to 1, no more often than it changes.

    Raises:
        ImageFileError: qemu-img is missing, failed, or came no further; what it wrote is removed.
    """
    command = command_of(conversion, qemu_img())
    kept = (conversion.source.descriptor, conversion.keeps_descriptor)
    process = await _start(command, tuple(each for each in kept if each is not None))
    errors = asyncio.create_task(_last_words(process.stderr))
    try:
        async with asyncio.timeout(None) as time:
            await _progress(process.stdout, time, idle_seconds, tell)
            status = await process.wait()
        said = await errors
    except TimeoutError:
        raise _failed(conversion, f"it came no further for {idle_seconds:.0f} seconds") from None
    finally:
        errors.cancel()  # two who read the same pipe are a fault; where it is read to its end, this does nothing
        await asyncio.wait({errors})
        await _end(process)
    if status != 0:
        raise _failed(conversion, said or f"qemu-img ended with status {status}")


async def _start(command: Sequence[str], descriptors: Sequence[int]) -> asyncio.subprocess.Process:
    handed_on = {name: os.environ[name] for name in _HANDED_ON if name in os.environ} | {"LC_ALL": "C"}
    try:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", _LIMITED, *command),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            pass_fds=descriptors,
            env=environment_of_a_module(handed_on),
        )
    except OSError as error:
        raise ImageFileError(f"qemu-img cannot be started: {error.strerror}.") from error


async def _progress(
    stream: asyncio.StreamReader | None, time: asyncio.Timeout, idle_seconds: float, tell: Callable[[float], None]
) -> None:
    """Read its percentages; each that differs from the last one gives it new time."""
    assert stream is not None  # noqa: S101  # asked for; for the type checker
    loop, last = asyncio.get_running_loop(), b""
    time.reschedule(loop.time() + idle_seconds)
    while piece := await stream.read(_READ_BYTES):
        for percent in _PERCENT.findall(piece):
            if percent != last:
                last = percent
                time.reschedule(loop.time() + idle_seconds)
                tell(min(1.0, float(percent) / 100))


async def _last_words(stream: asyncio.StreamReader | None) -> str:
    assert stream is not None  # noqa: S101  # the same
    said = b""
    while piece := await stream.read(_READ_BYTES):
        said = (said + piece)[-_READ_BYTES:]
    return _last_line(said)


def _last_line(said: bytes) -> str:
    lines = said.decode("utf-8", "replace").strip().splitlines()
    return one_line(lines[-1].removeprefix("qemu-img: "), 300) if lines else ""


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        with suppress(ProcessLookupError):
            process.kill()
    await asyncio.shield(process.communicate())


def _not_whole(why: str) -> ImageFileError:
    return ImageFileError(
        f"The disk in the file is not whole: {why}.",
        meaning="Nothing was converted or sent.",
        remedy="Download or copy the file again, and compare its checksum.",
    )


def _failed(conversion: Conversion, why: str) -> ImageFileError:
    if conversion.keeps_descriptor is None:
        conversion.target.unlink(missing_ok=True)
    return ImageFileError(
        f"The disk could not be converted to {conversion.format.in_words}: {why}.",
        meaning="What was written of it is removed; the file itself is untouched.",
        remedy="Check that the file is whole: compare its checksum, or copy it again.",
    )
