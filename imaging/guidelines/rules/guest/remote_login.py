"""Chapters *Network and login* and *System files*: whether a new instance lets its users in by SSH."""

from __future__ import annotations

from fnmatch import fnmatchcase

from imaging.guidelines.declaration import rule
from imaging.guidelines.guest import parts
from imaging.guidelines.guest.cloud_init import is_yes
from imaging.guidelines.guest.commands import RootCommands, install, package_manager, root_commands
from imaging.guidelines.guest.facts import (
    guest_failed,
    guest_passed,
    guest_unknown,
    inside,
    inside_or_none,
    unless_incomplete,
)
from imaging.guidelines.instance.systems import version_numbers
from imaging.guidelines.rule import Answer, Chapter, not_applicable
from imaging.guidelines.rules.guest.sshd_doors import doors_of
from imaging.guidelines.wording import fitting
from models.findings import Severity
from models.formatting import counted
from models.guest.accounts import Accounts
from models.guest.network import Firewall, Sshd
from models.guidelines.facts import InstanceFacts
from models.guidelines.profile import Profile
from models.text import cut

_SHOWN = 40
_ANY_ADDRESS = ("0.0.0.0", "[::]", "::", "*", "any")  # noqa: S104  # compared, not bound to
_NO_SSHD = "No SSH server is installed."
_HOW = "sudo sshd -T | grep -Ei 'allow|deny|^port|listen|password|authorizedkeys|permitroot|trusted|principals'"
_INCLUDE_SINCE = {"ubuntu": 20, "debian": 11, "rocky": 9, "almalinux": 9, "rhel": 9, "centos": 9, "ol": 9}
"""The first version, by os-release's ID, whose sshd reads /etc/ssh/sshd_config.d."""


@rule(
    "SSH-SERVICE",
    Chapter.NETWORK,
    "Start of sshd at boot",
    Severity.BLOCK,
    by_hand="systemctl is-enabled ssh sshd ssh.socket",
)
def ssh_service(facts: InstanceFacts, _profile: Profile) -> Answer:
    sshd = inside(facts, parts.sshd)
    if not sshd.installed:
        remedy = install(facts, "openssh-server", "openssh-server")
        return guest_failed(
            _NO_SSHD,
            "Install it, or waive this for an image that nobody should log in to.",
            facts,
            parts.sshd,
            command=remedy.shown if remedy else None,
            actions=(remedy.action("Install the SSH server.", "sshd", "packages", "services"),) if remedy else (),
        )
    if sshd.enabled is None:
        return guest_unknown(
            "Whether it starts by itself could not be told.",
            "In the guest:",
            command="systemctl is-enabled ssh sshd ssh.socket",
        )
    if sshd.enabled:
        return guest_passed(f"{cut(sshd.enabled_unit, _SHOWN) or 'sshd'} is enabled.", facts, parts.sshd)
    remedy = root_commands(f"systemctl enable {_unit(facts)}")
    return guest_failed(
        f"{_unit(facts)} is not enabled: nobody can log in to a new instance.",
        "Let it start by itself.",
        facts,
        parts.sshd,
        command=remedy.shown,
        actions=(remedy.action(f"Let {_unit(facts)} start by itself.", "sshd", "services"),),
    )


def _unit(facts: InstanceFacts) -> str:
    """The service's name: ssh on Debian and Ubuntu, sshd elsewhere."""
    return "ssh" if package_manager(facts) == "apt" else "sshd"


@rule(
    "SSH-PWAUTH",
    Chapter.NETWORK,
    "SSH logins by password",
    Severity.WARN,
    by_hand="sudo sshd -T | grep -i passwordauthentication",
)
def ssh_pwauth(facts: InstanceFacts, _profile: Profile) -> Answer:
    sshd = inside(facts, parts.sshd)
    if not sshd.installed:
        return not_applicable(_NO_SSHD)
    asked = [
        key
        for key in ("passwordauthentication", "kbdinteractiveauthentication", "challengeresponseauthentication")
        if _first(sshd, key) == "yes"
    ]
    if not asked:
        return _no_password_seen(facts, sshd)
    on_purpose = _wanted_by_cloud_init(facts)
    remedy = _without_passwords(facts)
    return guest_failed(
        f"{asked[0]} yes{on_purpose}.",
        "Take passwords out, unless users of new instances need them: keys are enough.",
        facts,
        parts.sshd,
        command=remedy.shown,
        actions=(remedy.action("Make sshd refuse passwords.", "sshd"),),
    )


def _no_password_seen(facts: InstanceFacts, sshd: Sshd) -> Answer:
    """No setting lets passwords in; where only files were read, what stands in none of them is sshd's own yes."""
    if sshd.effective_known or _first(sshd, "passwordauthentication") == "no":
        answer = guest_passed("passwordauthentication no.", facts, parts.sshd)
        return unless_incomplete(answer, facts, parts.sshd)
    return guest_unknown("Only root can ask sshd -T.", "In the guest:", command=_HOW)


def _wanted_by_cloud_init(facts: InstanceFacts) -> str:
    """Exosphere switches passwords on, for its web shell and desktop."""
    cloud_init = inside_or_none(facts, parts.cloud_init)
    if cloud_init is not None and is_yes(cloud_init, "ssh_pwauth"):
        return "; cloud-init sets it (ssh_pwauth: true), as Exosphere does on purpose"
    accounts = inside_or_none(facts, parts.accounts)
    if accounts is not None and any(each.name == "exouser" for each in accounts.accounts):
        return "; Exosphere sets this on purpose"
    return ""


def _without_passwords(facts: InstanceFacts) -> RootCommands:
    """How passwords are refused; a drop-in where this sshd reads any."""
    reload = f"systemctl reload {_unit(facts)}"
    system = inside_or_none(facts, parts.system)
    since = _INCLUDE_SINCE.get(system.id, 0) if system is not None else 0
    version = (version_numbers(system.version) if system is not None else None) or (0,)
    if since and version[0] >= since:
        file = "/etc/ssh/sshd_config.d/00-no-passwords.conf"
        return root_commands(f"sh -c 'echo PasswordAuthentication no > {file}'", reload)
    change = r"s/^[#[:space:]]*PasswordAuthentication.*/PasswordAuthentication no/"
    return root_commands(f"sed -i.bak -E '{change}' /etc/ssh/sshd_config", reload)


@rule(
    "SYS-SSHD",
    Chapter.SYSTEM_FILES,
    "Login settings of sshd (the page: /etc/sshd/)",
    Severity.BLOCK,
    sentences=("S35", "S46"),
    by_hand="sudo sshd -T | grep -Ei 'allow|deny|port |listen|password|authorizedkeys|permitroot|trusted|principals'",
)
def sys_sshd(facts: InstanceFacts, _profile: Profile) -> Answer:
    sshd = inside(facts, parts.sshd)
    if not sshd.installed:
        return not_applicable(_NO_SSHD)
    accounts = inside_or_none(facts, parts.accounts)
    shut = _shuts_out(sshd, accounts)
    open_doors = doors_of(sshd, accounts, inside_or_none(facts, parts.system))
    odd = open_doors + _odd(sshd)
    if shut or odd:
        return guest_failed(
            f"{fitting(shut + odd, 140)}.",
            "Take it out of /etc/ssh, or name the account that cloud-init makes."
            if shut or not open_doors
            else "Take it out of /etc/ssh, unless every new instance is to let these in.",
            facts,
            parts.sshd,
            command=_HOW,
            severity=None if shut else Severity.WARN,
        )
    if not sshd.effective_known:
        return guest_unknown("Nothing in its files, but only root can ask sshd -T.", "In the guest:", command=_HOW)
    answer = guest_passed("Neither accounts nor addresses are singled out; port 22.", facts, parts.sshd)
    return unless_incomplete(answer, facts, parts.sshd)


def _shuts_out(sshd: Sshd, accounts: Accounts | None) -> list[str]:
    """What keeps the user out whom cloud-init makes in each new instance."""
    user = accounts.default_user if accounts is not None else ""
    found = []
    allowed, denied = _patterns(sshd, "allowusers"), _patterns(sshd, "denyusers")
    if allowed and not (user and _matches(user, allowed)):
        found.append(f"AllowUsers {fitting(allowed, 40)}{_without(user)}")
    if denied and (not user or _matches(user, denied)):
        found.append(f"DenyUsers {fitting(denied, 40)}")
    groups = _patterns(sshd, "allowgroups")
    if groups and not _in_groups(user, groups, accounts):
        found.append(f"AllowGroups {fitting(groups, 40)}{_without(user)}")
    fixed = [each for each in sshd.effective.get("listenaddress", ()) if not each.startswith(_ANY_ADDRESS)]
    if fixed and len(fixed) == len(sshd.effective.get("listenaddress", ())):
        found.append(f"ListenAddress {fitting([cut(each, _SHOWN) for each in fixed], 40)}")
    if _first(sshd, "pubkeyauthentication") == "no":
        found.append("PubkeyAuthentication no")
    return found


def _without(user: str) -> str:
    return f", without {cut(user, 20)}" if user else ""


def _odd(sshd: Sshd) -> list[str]:
    """What makes a login harder to find, but not impossible."""
    found = []
    ports = sshd.effective.get("port", ())
    if ports and "22" not in ports:
        found.append(f"Port {fitting([cut(each, 8) for each in ports], 20)}: security groups open 22")
    files = " ".join(sshd.effective.get("authorizedkeysfile", ()))
    if files and "authorized_keys" not in files and not any(mark in files for mark in ("%u", "%h")):
        found.append(f"AuthorizedKeysFile {cut(files, _SHOWN)}")
    return found


def _patterns(sshd: Sshd, key: str) -> list[str]:
    """The words of a list, whether sshd gave it as one line or as several."""
    return [cut(word, _SHOWN) for value in sshd.effective.get(key, ()) for word in value.split()]


def _matches(user: str, patterns: list[str]) -> bool:
    """Whether a user name is among patterns such as `ubuntu@10.*`; the place that they come from is another matter."""
    return any(fnmatchcase(user, pattern.partition("@")[0]) for pattern in patterns)


def _in_groups(user: str, patterns: list[str], accounts: Accounts | None) -> bool:
    if accounts is None or not user:
        return False
    account = next((each for each in accounts.accounts if each.name == user), None)
    own = {group.name for group in accounts.groups if user in group.members or (account and group.gid == account.gid)}
    return any(fnmatchcase(name, pattern) for name in own | {user} for pattern in patterns)


def _first(sshd: Sshd, key: str) -> str:
    """The value that counts: sshd takes the first."""
    return next(iter(sshd.effective.get(key, ())), "").casefold()


@rule(
    "SYS-FIREWALL",
    Chapter.SYSTEM_FILES,
    "Port 22 in the firewall",
    Severity.BLOCK,
    sentences=("S35", "S47"),
    by_hand="sudo nft list ruleset || sudo iptables -S",
)
def sys_firewall(facts: InstanceFacts, _profile: Profile) -> Answer:
    firewall = inside(facts, parts.firewall)
    if firewall.ssh_open is None:
        why = cut(firewall.why, 90).rstrip(".") or "its rules could not be read"
        return guest_unknown(
            f"Whether port 22 is open: {why}.", "In the guest:", command="sudo nft list ruleset || sudo iptables -S"
        )
    tools = f" ({fitting([cut(each, 20) for each in firewall.tools], 40)})" if firewall.tools else ""
    if firewall.ssh_open:
        rules = counted(firewall.rules, "rule") if firewall.rules is not None else "no rule closes it"
        answer = guest_passed(f"Port 22 is open{tools}: {rules}.", facts, parts.firewall)
        return unless_incomplete(answer, facts, parts.firewall)
    remedy = _opened(firewall)
    return guest_failed(
        f"Port 22 is closed{tools}: {cut(firewall.why, 80).rstrip('.') or 'by its rules'}.",
        "Open it: cloud-init opens no port in a new instance.",
        facts,
        parts.firewall,
        command=remedy.shown if remedy else "sudo nft list ruleset || sudo iptables -S",
        actions=(remedy.action("Open port 22.", "firewall"),) if remedy else (),
    )


def _opened(firewall: Firewall) -> RootCommands | None:
    """How the tool in charge opens the port permanently."""
    if "ufw" in firewall.tools:
        return root_commands("ufw allow 22/tcp")
    if "firewalld" in firewall.tools:
        return root_commands("firewall-cmd --permanent --add-service=ssh", "firewall-cmd --reload")
    return None
