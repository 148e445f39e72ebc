"""What a console log may say, and what it means: the texts by which a boot is judged.

Each is what systemd, dracut, initramfs-tools, GRUB, the kernel or cloud-init prints, as seen in real console logs.
`Reached target … Login Prompts` is no login prompt: a boot that ends in emergency mode prints it too.
"""

from __future__ import annotations

import re

from models.verdict import Stage

STAGES: tuple[tuple[Stage, re.Pattern[str]], ...] = (
    (Stage.CLOUD_INIT, re.compile(r"Cloud-init v\. .* finished at .*")),
    # agetty's prompt stands at the start of a line; "Last login: …" is what a login prints.
    (Stage.LOGIN, re.compile(r"^(?!Last login:)\S+ login:")),
    (Stage.SYSTEM, re.compile(r"Reached target |^Welcome to |^\s*Starting version |OpenRC .* is starting up")),
    (Stage.KERNEL, re.compile(r"Linux version \d")),
)
"""A stage and the line that shows it, the latest stage first. Any other text shows that the firmware runs."""

TERMINAL: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"You are in emergency mode"), "it ended in emergency mode"),
    (re.compile(r"You are in rescue mode"), "it ended in rescue mode"),
    (re.compile(r"root account is locked"), "it ended in emergency mode, and the root account is locked"),
    (re.compile(r"Give root password for maintenance"), "it ended in a maintenance shell"),
    (re.compile(r"Entering emergency mode\. Exit the shell"), "it ended in the emergency shell of its initramfs"),
    (re.compile(r"Kernel panic - not syncing"), "its kernel panicked"),
    (re.compile(r"^\s*\(initramfs\)"), "it ended in the shell of its initramfs"),
    (re.compile(r"^\s*dracut:/#"), "it ended in the shell of its initramfs"),
    (re.compile(r"^\s*grub rescue>"), "its boot loader found nothing to boot"),
    (re.compile(r"No bootable device"), "the firmware found nothing to boot"),
)
"""Texts after which nothing more comes by itself: failed, when no later stage follows."""

HINTS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"Timed out waiting for device"), "a device did not appear"),
    (re.compile(r"Dependency failed for .*(\.mount|Local File Systems)"), "a mount failed"),
    (re.compile(r"UNEXPECTED INCONSISTENCY"), "a file system needs a check"),
    (re.compile(r"Gave up waiting for root"), "the root file system did not appear"),
    (re.compile(r"Used fallback datasource|DataSourceNone"), "cloud-init did not reach the cloud's metadata"),
    (re.compile(r"Calling 'http://169\.254\.169\.254.*' failed"), "the metadata service did not answer"),
    (re.compile(r"Failed to configure DHCPv?[46]? ?client"), "DHCP could not be set up (is there a machine-id?)"),
    (re.compile(r"not a bootable disk|BdsDxe: failed to load"), "the firmware tried something that does not boot"),
)
"""Trouble that a good boot can print too (a `nofail` disk that is not there): it is shown, but does not decide."""

DATASOURCE = re.compile(r"finished at .*\bDatasource (DataSource\w+)")
"""Where cloud-init says that its data came from; `DataSourceNone` is no real source."""
