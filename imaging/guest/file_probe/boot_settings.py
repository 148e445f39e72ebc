"""What of the boot loaders' and the initramfs's own files chooses and loads a kernel: no other line of them is told."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from imaging.guest.file_probe.guest_files import GuestFiles
from imaging.guest.file_probe.part_rows import PartRows
from imaging.guest.report.masking import masked

_GRUB: Final = ("/boot/grub/grub.cfg", "/boot/grub2/grub.cfg", "/boot/efi/EFI/*/grub.cfg")
_EXTLINUX: Final = ("/boot/extlinux/extlinux.conf", "/boot/syslinux/syslinux.cfg", "/boot/extlinux.conf")
_ENTRIES: Final = ("/boot/loader/entries/*.conf", "/boot/efi/loader/entries/*.conf", "/efi/loader/entries/*.conf")
_LOADER: Final = ("/boot/loader/loader.conf", "/boot/efi/loader/loader.conf", "/efi/loader/loader.conf")
_GRUB_ENVIRONMENT: Final = ("/boot/grub2/grubenv", "/boot/grub/grubenv")
_GRUB_DEFAULTS: Final = ("/etc/default/grub", "/etc/default/grub.d/*.cfg")
_INITRAMFS_TOOLS: Final = ("/etc/initramfs-tools/initramfs.conf", "/etc/initramfs-tools/conf.d/*")
_DRACUT: Final = ("/usr/lib/dracut/dracut.conf.d/*.conf", "/etc/dracut.conf", "/etc/dracut.conf.d/*.conf")
_SELINUX: Final = "/etc/selinux/config"

_OF_GRUB: Final = re.compile(
    r"\A(?:menuentry|submenu|function|linux(?:16|efi)?|initrd(?:16|efi)?|blscfg|configfile|load_env|chainloader|source"
    r"|multiboot2?|if|elif|else|fi|\}|(?:set +)?(?:default|timeout|kernelopts|tuned_params|tuned_initrd)=)"
)
_KEY_AND_VALUE: Final = re.compile(r"\A([a-z-]+) +(.*)")
_KEPT: Final = re.compile(
    r"\A(saved_entry|next_entry|kernelopts|prev_saved_entry|tuned_[a-z]+|recordfail|initrdfail|boot_counter"
    r"|menu_show_once)=(.*)"
)
_DEFAULT: Final = re.compile(r"\A[ \t]*(GRUB_CMDLINE_LINUX(?:_DEFAULT)?)=(.*)")
_RESUME: Final = re.compile(r"\A[ \t]*RESUME=(.*)")
_MODULES: Final = re.compile(r"\A[ \t]*MODULES=(.*)")
_BUILT_IN: Final = re.compile(r"\A[ \t]*kernel_cmdline\+?=(.*)")
_HOST_ONLY: Final = re.compile(r"\A[ \t]*hostonly=(.*)")
_MODE: Final = re.compile(r"\ASELINUX=(.*)")
_POLICY: Final = re.compile(r"\A[ \t]*selinuxtype=[ \t]*(.*)", re.IGNORECASE)
_WORD: Final = re.compile(r"\A[ \t\"']*([^\"' \t]*)")


def tell_boot_settings(files: GuestFiles, rows: PartRows) -> None:
    """The rows that say what comes next, and from what an initramfs is made."""
    _tell_lines("grub", _GRUB, _OF_GRUB.match, files, rows)
    _tell_lines("extlinux", _EXTLINUX, lambda line: bool(line) and not line.startswith("#"), files, rows)
    _tell_keys("bls", _ENTRIES, files, rows)
    for found in files.files(*_LOADER):
        rows.row("loader", "", "", found.path)
    _tell_keys("loader", _LOADER, files, rows)
    for line in _lines(files, *_GRUB_ENVIRONMENT):
        if kept := _KEPT.match(line):
            rows.row("env", kept[1], masked(kept[2]))
    for line in _lines(files, *_GRUB_DEFAULTS):
        if default := _DEFAULT.match(line):
            rows.row("default", default[1], masked(default[2]))
    _tell_initramfs(files, rows)
    _tell_selinux(files, rows)


def _tell_lines(
    kind: str, patterns: tuple[str, ...], counts: Callable[[str], object], files: GuestFiles, rows: PartRows
) -> None:
    for found in files.files(*patterns):
        rows.row(kind, "", found.path)
        for line in files.lines_of(found):
            if counts(plain := _plain(line)):
                rows.row(kind, masked(plain), found.path)


def _tell_keys(kind: str, patterns: tuple[str, ...], files: GuestFiles, rows: PartRows) -> None:
    for found in files.files(*patterns):
        for line in files.lines_of(found):
            if said := _KEY_AND_VALUE.match(_plain(line)):
                rows.row(kind, said[1], masked(said[2]), found.path)


def _tell_initramfs(files: GuestFiles, rows: PartRows) -> None:
    """Which tool makes it, and for which machines; the last setting counts. Itself it is not unpacked."""
    made = ""
    for found in files.files(*_INITRAMFS_TOOLS):
        rows.row("initramfs", "initramfs-tools")
        for line in files.lines_of(found):
            if resume := _RESUME.match(line):
                rows.row("resume", _word(resume[1]))
            if modules := _MODULES.match(line):
                made = f"modules-{_word(modules[1])}"
    for found in files.files(*_DRACUT):
        rows.row("initramfs", "dracut")
        made = made or "hostonly-no"
        for line in files.lines_of(found):
            if words := _BUILT_IN.match(line):
                rows.row("built", masked(words[1]))
            if host_only := _HOST_ONLY.match(line):
                made = f"hostonly-{_word(host_only[1])}"
    if made:
        rows.row("initramfs", made)


def _tell_selinux(files: GuestFiles, rows: PartRows) -> None:
    for line in files.lines(_SELINUX):
        if mode := _MODE.match(line):
            rows.row("mode", mode[1])
        if policy := _POLICY.match(line):
            rows.row("type", policy[1].rstrip(" \t\r"))


def _lines(files: GuestFiles, *patterns: str) -> Iterator[str]:
    for found in files.files(*patterns):
        yield from files.lines_of(found)


def _plain(line: str) -> str:
    return line.replace("\t", " ").strip(" ").replace("\r", "")


def _word(text: str) -> str:
    """The first word, without quotes."""
    found = _WORD.match(text)
    return found[1] if found is not None else ""
