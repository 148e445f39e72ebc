"""The units of systemd of a guest: their files, the links that enabling makes, and what systemctl says about them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.guest.recordings.describing import Machine
from tests.guest.recordings.placing import DAY, link, put

_ON = ("enabled", "active")
_EVERYWHERE = {
    "systemd-journald.service": ("static", "active"),
    "systemd-logind.service": ("static", "active"),
    "systemd-udevd.service": ("static", "active"),
    "dbus.service": ("static", "active"),
    "cloud-init-local.service": _ON,
    "cloud-init.service": _ON,
    "cloud-config.service": _ON,
    "cloud-final.service": _ON,
    "getty@tty1.service": _ON,
    "serial-getty@ttyS0.service": ("enabled-runtime", "active"),
    "systemd-tmpfiles-clean.timer": ("static", "active"),
    "fstrim.timer": _ON,
}
_BY_FAMILY: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "debian-family": {
        "cron.service": _ON,
        "systemd-networkd.service": _ON,
        "systemd-resolved.service": _ON,
        "systemd-timesyncd.service": _ON,
        "unattended-upgrades.service": _ON,
        "apt-daily.timer": _ON,
        "apt-daily-upgrade.timer": _ON,
    },
    "rocky-9": {
        "crond.service": _ON,
        "NetworkManager.service": _ON,
        "chronyd.service": _ON,
        "rsyslog.service": _ON,
        "sshd.service": _ON,
        "auditd.service": _ON,
        "kdump.service": ("disabled", "inactive"),
    },
}
_SSH = {
    "ubuntu-24.04": {"ssh.socket": _ON, "ssh.service": ("disabled", "active")},
    "ubuntu-22.04": {"ssh.service": _ON},
    "debian-12": {"ssh.service": _ON},
}


def write(root: Path, machine: Machine) -> None:
    """Put the files and links into the tree, and systemctl into its tools."""
    units = {**_EVERYWHERE, **_BY_FAMILY[machine.family], **_SSH.get(machine.system, {}), **machine.units}
    at = machine.first_boot - 10 * DAY
    for name, (enabled, _) in units.items():
        place = root / "etc/systemd/system" / name
        if not place.exists():
            put(root, f"usr/lib/systemd/system/{name}", f"[Unit]\nDescription={name}\n", at=at)
        wanted = f"etc/systemd/system/{_target(name)}.wants/{name}"
        if enabled == "enabled" and not (root / wanted).is_symlink():
            link(root, wanted, f"/usr/lib/systemd/system/{name}", at=at)
    put(root, ".tools/systemctl", _systemctl(units), mode=0o755)


def _target(name: str) -> str:
    kinds = {"socket": "sockets", "timer": "timers"}
    return f"{kinds.get(name.rpartition('.')[2], 'multi-user')}.target"


def _systemctl(units: Mapping[str, tuple[str, str]]) -> str:
    running = {name: state for name, (_, state) in sorted(units.items()) if state != "inactive"}
    how = {"service": "running", "socket": "listening", "timer": "waiting"}
    listed = [
        f"{name} loaded {state} {how[name.rpartition('.')[2]] if state == 'active' else state} {name}"
        for name, state in running.items()
    ]
    files = [f"{name} {enabled} enabled" for name, (enabled, _) in sorted(units.items())]
    return "\n".join(
        [
            "#!/bin/sh",
            'case " $* " in',
            "*' list-units '*) cat <<'END'",
            *listed,
            "END",
            ";;",
            "*' list-unit-files '*) cat <<'END'",
            *files,
            "END",
            ";;",
            "*) exit 1 ;;",
            "esac",
            "",
        ]
    )
