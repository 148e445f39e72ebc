"""Reads what ends with a stop, and what the next start reads."""

from __future__ import annotations

from imaging.guest.report.rows import Rows, moment, whole
from models.guest.running import BootFile, Container, MemoryFile, PersonsProgram, Running


def read_running(rows: Rows) -> Running:
    """Programs of users, containers, files in memory, and when the files of the next start were changed."""
    return Running(
        programs=rows.read("person", _program, fields=4),
        containers=rows.read("container", _container, fields=2),
        memory_files=rows.read("memory", _memory_file, fields=3),
        boot_files=rows.read("changed", _boot_file, fields=2),
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
