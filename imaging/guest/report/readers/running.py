"""Reads what ends with a stop, and what the next start reads."""

from __future__ import annotations

from imaging.guest.report.rows import Rows, moment, whole
from models.guest.running import BootFile, Container, KernelSetting, MemoryFile, PersonsProgram, Running


def read_running(rows: Rows) -> Running:
    """Programs of users, containers, files in memory, and when the files of the next start were changed."""
    return Running(
        programs=rows.read("person", _program, fields=4),
        containers=rows.read("container", _container, fields=2),
        memory_files=rows.read("memory", _memory_file, fields=3),
        boot_files=rows.read("changed", _boot_file, fields=2),
        kernel_settings=_kernel_settings(rows),
        addresses=rows.texts("address"),
        routes=rows.texts("route"),
    )


def _program(pid: str, user: str, seconds: str, name: str) -> PersonsProgram:
    return PersonsProgram(pid=whole(pid) or 0, user=user, name=name, seconds=max(0, whole(seconds) or 0))


def _container(policy: str, name: str) -> Container:
    return Container(name=name, restart_policy=policy)


def _memory_file(size: str, user: str, path: str) -> MemoryFile:
    return MemoryFile(path=path, user=user, size_kib=whole(size) or 0)


def _boot_file(time: str, path: str) -> BootFile:
    changed_at = moment(time)
    if changed_at is None:
        raise ValueError("no time")
    return BootFile(path=path, changed_at=changed_at)


def _kernel_settings(rows: Rows) -> tuple[KernelSetting, ...]:
    """With what files set them to: of a key they have the last word alone, for it follows a path or another word."""
    in_files: dict[str, list[str]] = {}
    for text in rows.texts("set"):
        name, _, value = text.partition("=")
        in_files.setdefault(name.strip(" ./\t"), []).append(value.strip())

    def made(value: str, key: str) -> KernelSetting:
        return KernelSetting(
            key=key.replace("/", "."), value=value.strip(), in_files=tuple(in_files.get(key.rpartition("/")[2], ()))
        )

    return rows.read("setting", made, fields=2)
