"""What of the system names paths that may be lost or lie on another disk: services, cron, settings, links."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from imaging.files.disk.tree import Found
from imaging.guest.file_probe.disk import Disk
from imaging.guest.file_probe.guest_files import GuestFiles, words_of
from imaging.guest.file_probe.named_paths import NamedPaths
from imaging.guest.file_probe.part_rows import PartRows
from imaging.guest.file_probe.service_paths import tell_services
from imaging.guest.file_probe.units import Units

_CRON: Final = ("/etc/crontab", "/etc/cron.d/*", "/var/spool/cron/crontabs/*", "/var/spool/cron/*")
_AT_BOOT: Final = ("/etc/rc.local", "/etc/rc.d/rc.local")
_NO_ENTRY: Final = re.compile(r"\A[ \t]*(?:#|\Z|(?:PATH|SHELL|MAILTO)[ \t]*=)")
_LIBRARIES: Final = "/etc/ld.so.conf.d/*.conf"
_LINKING: Final = (
    *("/", "/var", "/var/lib", "/srv", "/home", "/opt", "/usr/local", "/usr/local/bin", "/usr/local/sbin"),
    *("/usr/local/lib", "/etc/cron.hourly", "/etc/cron.daily", "/etc/cron.weekly", "/etc/alternatives"),
)
"""Places that everybody relies on."""
_DEEPEST_IN_OPT: Final = "/opt/a/b/c".count("/")
_USUAL_ALTERNATIVE: Final = re.compile(r"\A/(?:usr/(?:bin|sbin|lib|share|games|include)|bin|sbin|lib|etc|var)/")
_MOST_LINKS: Final = 1_500


@dataclass(frozen=True, slots=True)
class _Setting:
    """Where a service was told to keep its data."""

    services: tuple[str, ...]
    """Of which one must start by itself; none where it has no meaning."""
    form: re.Pattern[str]
    how: str
    files: tuple[str, ...]


_SETTINGS: Final = (
    _Setting(("docker",), re.compile(r"\"data-root\"[ \t]*:[ \t]*\"([^\"]*)\""), "data-root",
             ("/etc/docker/daemon.json",)),
    _Setting(("containerd",), re.compile(r"\A[ \t]*root[ \t]*=[ \t]*\"([^\"]*)\""), "root",
             ("/etc/containerd/config.toml",)),
    _Setting((), re.compile(r"\A[ \t]*graphroot[ \t]*=[ \t]*\"([^\"]*)\""), "graphroot",
             ("/etc/containers/storage.conf",)),
    _Setting(("mysql", "mariadb", "mysqld"), re.compile(r"\A[ \t]*datadir[ \t]*=[ \t]*(/[^ \t]*)"), "datadir",
             ("/etc/my.cnf", "/etc/my.cnf.d/*.cnf", "/etc/mysql/my.cnf", "/etc/mysql/*.conf.d/*.cnf")),
    _Setting(("postgresql",), re.compile(r"\A[ \t]*data_directory[ \t]*=[ \t]*'([^']*)'"), "data_directory",
             ("/etc/postgresql/*/*/postgresql.conf",)),
    _Setting(("mongod",), re.compile(r"\A[ \t]*dbPath:[ \t]*\"*([^ \t\"]*)"), "dbPath", ("/etc/mongod.conf",)),
    _Setting(("redis-server", "redis"), re.compile(r"\A[ \t]*dir[ \t]+(/[^ \t]*)"), "dir",
             ("/etc/redis/redis.conf", "/etc/redis.conf")),
)  # fmt: skip


def part_path_uses(disk: Disk, rows: PartRows) -> None:
    """The rows of the part `path_uses`."""
    files = GuestFiles(disk.tree, rows)
    tell_services(files, NamedPaths(rows))
    paths = NamedPaths(rows)
    for how, patterns in (("cron", _CRON), ("rc.local", _AT_BOOT)):
        for found in files.matching(*patterns):
            if found.is_file:
                _tell_commands(how, found, files, paths)
    _tell_settings(files, paths)
    _tell_libraries(files, paths)
    _tell_links(files, rows)


def _tell_commands(how: str, found: Found, files: GuestFiles, paths: NamedPaths) -> None:
    for line in files.lines_of(found):
        if not _NO_ENTRY.match(line):
            paths.put_all("-", how, line, found.path.replace("\t", " "))


def _tell_settings(files: GuestFiles, paths: NamedPaths) -> None:
    units = Units(files)
    for setting in _SETTINGS:
        is_on = any(units.is_pulled_in(f"{service}.service") for service in setting.services)
        enabled = ("yes" if is_on else "no") if setting.services else "-"
        for found in files.files(*setting.files):
            for line in files.lines_of(found):
                for value in setting.form.findall(line)[-1:]:
                    paths.put(enabled, setting.how, value, found.path)


def _tell_libraries(files: GuestFiles, paths: NamedPaths) -> None:
    """Where libraries are searched for, beside the usual place of one's own."""
    for found in files.files(_LIBRARIES):
        for line in files.lines_of(found):
            words = words_of(line)
            if words and words[0].startswith("/") and not words[0].startswith("/usr/local/lib"):
                paths.put("-", "ld.so.conf", words[0], found.path)


def _tell_links(files: GuestFiles, rows: PartRows) -> None:
    """Symbolic links; the reader follows them from one to the next."""
    told = 0
    for path, target in _links(files).items():
        if path.startswith("/etc/alternatives/") and _USUAL_ALTERNATIVE.match(target):
            continue
        told += 1
        if told > _MOST_LINKS:
            rows.incomplete("more than 1,500 links")
            return
        rows.row("link", target.replace("\t", " "), path)


def _links(files: GuestFiles) -> dict[str, str]:
    """Where each leads; deep in /opt only those that name a path from the root."""
    found: dict[str, str] = {}
    for folder in _LINKING:
        if files.is_link(folder):
            found[folder] = files.target(folder)
            continue
        for each in files.below(folder):
            if each.is_link:
                found[each.path] = files.target(each.path)
    for each in files.walk("/opt", enter=lambda each: each.path.count("/") < _DEEPEST_IN_OPT, other_mounts=True):
        if each.is_link and (target := files.target(each.path)).startswith("/"):
            found[each.path] = target
    return found
