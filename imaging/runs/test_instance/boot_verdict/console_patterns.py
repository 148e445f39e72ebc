"""What a console log may say, and what it means: the texts by which a boot is judged.

Each is what systemd, dracut, initramfs-tools, GRUB, the kernel or cloud-init prints, as seen in real console logs.
`Reached target … Login Prompts` is no login prompt: a boot that ends in emergency mode prints it too.

A daemon logs to the console as well, and a stranger who contacts it chooses a part of the line (`sshd[311]: Invalid
user …`). So what decides stands where its program prints it: at the start of a line, or behind what a program leaves
there without a line end.

A text with a gap in it is searched for once, from the start of the line to its first beginning (`^(?>.*?…)`): a guest
can print the beginning a thousand times in a line.
"""

from __future__ import annotations

import re

from models.verdict import Stage

CUT = "[cut]: "
"""Stands before a text that may begin in the middle of a line: nothing behind it counts as the start of one."""

PROGRESS = re.compile(r"^\s*+\[[ *]{3,6}\] [^[]*+")
"""systemd's progress line, which it overwrites, and nothing that was logged behind it."""

_PROMPT = r"(?:[^\s:]{1,255} (?:console )?)?login:(?=\s|$)"
# Not `(?:…)?+`: Python before 3.11.5 (Debian 12 has 3.11.2) continues at a wrong place after such a group did not fit.
UNLOGGED = rf"^(?>(?:{_PROMPT})?)(?>[^:]*?"
"""The start of a line in which nothing was logged: a daemon's name or the time of day brings a colon."""
AT_START = rf"^(?>(?:{_PROMPT})?)(?>(?:\s{{0,8}}\[[ *]{{3,6}}\] [^()\[]{{1,300}}\([^()]{{1,60}}\))?)[^A-Za-z]{{0,16}}"
"""The start of a line, behind a prompt, systemd's progress, or what a lossy line leaves: blanks, brackets, a time."""
BY_CLOUD_INIT = (
    rf"^(?>(?:{_PROMPT} ?|\[[ *]{{3,6}}\] [^:\[]*+)?)"
    r"(?>(?:\[ {0,8}[0-9]{1,9}\.[0-9]{1,9}\] )?)"
    r"(?>(?:<[0-9]{1,3}>)?)(?>(?:[A-Z][a-z]{2} [ 0-9][0-9] [0-9:]{8} (?>(?:[^\s:]{1,255} )?))?)"
    r"(?>(?:cloud-init\[[0-9]{1,10}\]: )?)"
)
"""The start of a line that cloud-init prints: by itself, or by way of the journal or syslog."""


BY_KERNEL_LOG = r"^(?>(?:\[ {0,8}[0-9]{1,9}\.[0-9]{1,9}\](?>(?:\[ {0,8}[TC][0-9]{1,9}\])?) )?)"
"""The start of a line, behind the time, and on some kernels the caller, that a kernel writes before its own."""
BY_SYSTEMD = rf"{BY_KERNEL_LOG}(?>(?:\[!{{3,6}}\] )?)(?>(?:systemd\[1\]: )?)"
"""The start of a line of the first process: by itself, or by way of the kernel's log."""

WELCOME = re.compile(r"^Welcome to (?!emergency|rescue|GRUB)")
"""The greeting of a system, and of an initramfs that has systemd."""
GOES_ON = re.compile(r"^\s*(?:Booting [`'\"]|Loading \S(?>.*?\.\.\.)|Loading kernel |booting hd)")
"""A boot loader continues by itself, from a menu or a prompt that it has shown."""
FIRMWARE_START = re.compile(
    r"^\s*(?:SeaBIOS \(version|Booting from (?:Hard Disk|DVD/CD|ROM|Floppy)|BdsDxe: (?:loading|starting) Boot"
    r"|GRUB loading|Welcome to GRUB)"
)
"""The machine starts; behind a kernel it starts again."""

STAGES: tuple[tuple[Stage, re.Pattern[str]], ...] = (
    (Stage.CLOUD_INIT, re.compile(rf"{BY_CLOUD_INIT}Cloud-init v\. \S{{1,80}} finished at ")),
    # agetty's prompt stands at the start of a line; "Last login: …" is what a login prints.
    (Stage.LOGIN, re.compile(rf"^(?!(?:Last|Failed|Invalid|Successful|User|Auth) login:){_PROMPT}")),
    # V33: `Reached target … Login Prompts` comes in emergency mode too, so it is a sign of the system and no prompt.
    (
        Stage.SYSTEM,
        re.compile(r"Reached target |^Welcome to (?!GRUB)|^\s*Starting version |^(?>.*?OpenRC ).* is starting up"),
    ),
    (Stage.KERNEL, re.compile(rf"{UNLOGGED}Linux version \d)")),
)
"""A stage and the line that shows it, the latest stage first. Any other text shows that the firmware runs."""

HINTS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"Timed out waiting for device"), "a device did not appear"),
    (re.compile(r"^(?>.*?Dependency failed for ).*(?:\.mount|Local File Systems)"), "a mount failed"),
    (re.compile(r"^(?:\[ *\d+\.\d+\] )?dracut-initqueue\[\d{1,7}\]: .*timeout"), "a device of the boot did not appear"),
    (re.compile(r"^error: .*you need to load the kernel first"), "the boot loader did not find its kernel"),
    (re.compile(r"Reached target (?:emergency\.target|.{0,12}Emergency Mode)"), "it went into emergency mode"),
    (re.compile(r"^Ignition has failed\. "), "Ignition failed: its config is not valid, or could not be fetched"),
    (
        re.compile(r"^(?:Computer is booting, SAC started|SAC> ?$|EVENT: +The CMD command is now available)"),
        "Windows answers with its emergency console (SAC), which shows no login prompt",
    ),
    (re.compile(r"UNEXPECTED INCONSISTENCY"), "a file system needs a check"),
    (re.compile(r"Gave up waiting for root"), "the root file system did not appear"),
    (re.compile(r"Used fallback datasource|DataSourceNone"), "cloud-init did not reach the cloud's metadata"),
    (re.compile(r"^(?>.*?Calling 'http://169\.254\.169\.254).*' failed"), "the metadata service did not answer"),
    # V32: the sign of a missing machine-id; the boot continues to a prompt all the same.
    (re.compile(r"Failed to configure DHCPv?[46]? ?client"), "DHCP could not be set up (is there a machine-id?)"),
    (re.compile(r"not a bootable disk|BdsDxe: failed to load"), "the firmware tried something that does not boot"),
)
"""Trouble that a good boot can print too (a `nofail` disk that is not there): it is shown, but does not decide."""

DATASOURCE = re.compile(r"^(?>.*?finished at ).*\bDatasource (DataSource\w+)")
"""Where cloud-init says that its data came from; `DataSourceNone` is no real source."""
