"""Chapters *Network and login*, *System files*, *Secrets*: whether a child lets its users in by SSH."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase

from imaging.guidelines import parts
from imaging.guidelines.guest_commands import Doing, doing, install, package_manager
from imaging.guidelines.guest_facts import (
    NEEDS_SSH,
    guest_failed,
    guest_passed,
    guest_unknown,
    inside,
    inside_or_none,
    looked_by_ssh,
    unless_incomplete,
)
from imaging.guidelines.rule import Answer, Judge, not_applicable
from imaging.guidelines.rules.inside.first_boot import is_yes, sets_up_children
from imaging.guidelines.wording import counted, fitting
from models.facts import InstanceFacts
from models.findings import Severity
from models.guest.accounts import Accounts
from models.guest.network import Firewall, Sshd
from models.profile import Profile
from models.request import Visibility
from models.text import one_line

_SHOWN = 40
_ANY_ADDRESS = ("0.0.0.0", "[::]", "::", "*", "any")  # noqa: S104  # looked for, not bound to
_NO_SSHD = "No SSH server is installed."
_HOW = "sudo sshd -T | grep -Ei 'allow|deny|^port|listen|password|authorizedkeysfile'"
_INCLUDE_SINCE = {"ubuntu": 20, "debian": 11, "rocky": 9, "almalinux": 9, "rhel": 9, "centos": 9, "ol": 9}
"""The first version, by os-release's ID, whose sshd reads /etc/ssh/sshd_config.d."""


def _service(facts: InstanceFacts, _profile: Profile) -> Answer:
    sshd = inside(facts, parts.sshd)
    if not sshd.installed:
        way = install(facts, "openssh-server", "openssh-server")
        return guest_failed(
            _NO_SSHD,
            "Install it, or waive this for an image that nobody should log in to.",
            facts,
            parts.sshd,
            command=way.shown if way else None,
            actions=(way.action("Install the SSH server.", "sshd", "packages", "services"),) if way else (),
        )
    if sshd.enabled is None:
        return guest_unknown(
            "Whether it starts by itself could not be told.",
            "In the guest:",
            command="systemctl is-enabled ssh sshd ssh.socket",
        )
    if sshd.enabled:
        return guest_passed(f"{one_line(sshd.enabled_unit, _SHOWN) or 'sshd'} is enabled.", facts, parts.sshd)
    way = doing(f"systemctl enable {_unit(facts)}")
    return guest_failed(
        f"{_unit(facts)} is not enabled: nobody can log in to a child.",
        "Let it start by itself.",
        facts,
        parts.sshd,
        command=way.shown,
        actions=(way.action(f"Let {_unit(facts)} start by itself.", "sshd", "services"),),
    )


def _unit(facts: InstanceFacts) -> str:
    """The service's name: ssh on Debian and Ubuntu, sshd elsewhere."""
    return "ssh" if package_manager(facts) == "apt" else "sshd"


def _no_passwords(facts: InstanceFacts, _profile: Profile) -> Answer:
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
    way = _without_passwords(facts)
    return guest_failed(
        f"{asked[0]} yes{on_purpose}.",
        "Keys are enough: take passwords out, unless children's users need them.",
        facts,
        parts.sshd,
        command=way.shown,
        actions=(way.action("Make sshd refuse passwords.", "sshd"),),
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


def _without_passwords(facts: InstanceFacts) -> Doing:
    """How passwords are refused; a drop-in where this sshd reads any."""
    reload = f"systemctl reload {_unit(facts)}"
    system = inside_or_none(facts, parts.system)
    since = _INCLUDE_SINCE.get(system.id, 0) if system is not None else 0
    version = system.version.partition(".")[0] if system is not None else ""
    if since and version.isdecimal() and int(version) >= since:
        file = "/etc/ssh/sshd_config.d/00-no-passwords.conf"
        return doing(f"sh -c 'echo PasswordAuthentication no > {file}'", reload)
    change = r"s/^[#[:space:]]*PasswordAuthentication.*/PasswordAuthentication no/"
    return doing(f"sed -i.bak -E '{change}' /etc/ssh/sshd_config", reload)


def _lets_in(facts: InstanceFacts, _profile: Profile) -> Answer:
    sshd = inside(facts, parts.sshd)
    if not sshd.installed:
        return not_applicable(_NO_SSHD)
    accounts = inside_or_none(facts, parts.accounts)
    shut = _shuts_out(sshd, accounts)
    odd = _odd(sshd)
    if shut or odd:
        return guest_failed(
            f"{fitting(shut + odd, 140)}.",
            "Take it out of /etc/ssh, or name the account that cloud-init makes.",
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
    """What keeps the user out whom cloud-init makes in each child."""
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
        found.append(f"ListenAddress {fitting([one_line(each, _SHOWN) for each in fixed], 40)}")
    if _first(sshd, "pubkeyauthentication") == "no":
        found.append("PubkeyAuthentication no")
    return found


def _without(user: str) -> str:
    return f", without {one_line(user, 20)}" if user else ""


def _odd(sshd: Sshd) -> list[str]:
    """What makes a login harder to find, but not impossible."""
    found = []
    ports = sshd.effective.get("port", ())
    if ports and "22" not in ports:
        found.append(f"Port {fitting([one_line(each, 8) for each in ports], 20)}: security groups open 22")
    files = " ".join(sshd.effective.get("authorizedkeysfile", ()))
    if files and "authorized_keys" not in files and not any(mark in files for mark in ("%u", "%h")):
        found.append(f"AuthorizedKeysFile {one_line(files, _SHOWN)}")
    return found


def _patterns(sshd: Sshd, key: str) -> list[str]:
    """The words of a list, whether sshd gave it as one line or as several."""
    return [one_line(word, _SHOWN) for value in sshd.effective.get(key, ()) for word in value.split()]


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


def _own_host_keys(facts: InstanceFacts, _profile: Profile) -> Answer:
    keys, cloud_init = inside(facts, parts.sshd).host_keys, inside(facts, parts.cloud_init)
    kept = is_yes(cloud_init, "ssh_deletekeys") is False
    anew = sets_up_children(cloud_init) and not kept
    if keys and not anew:
        return _same_host_keys(facts, kept)
    if keys and facts.request is not None and facts.request.visibility is not Visibility.PRIVATE:
        return guest_failed(
            f"{counted(len(keys), 'host key')} of this instance lie in the image: its readers can pose as it.",
            "Children make their own. As the last thing before the stop, if wanted:",
            facts,
            parts.sshd,
            severity=Severity.WARN,
            command="sudo rm /etc/ssh/ssh_host_*_key /etc/ssh/ssh_host_*_key.pub",
        )
    if anew:
        there = f"{counted(len(keys), 'host key')}; " if keys else ""
        answer = guest_passed(f"{there}cloud-init makes new ones in a child.", facts, parts.sshd, parts.cloud_init)
        return unless_incomplete(answer, facts, parts.cloud_init)
    if not looked_by_ssh(facts):
        return guest_unknown(f"Which host keys the disk brings along {NEEDS_SSH}: a child makes its own.")
    return unless_incomplete(guest_passed("No host key lies in /etc/ssh.", facts, parts.sshd), facts, parts.sshd)


def _same_host_keys(facts: InstanceFacts, kept: bool) -> Answer:
    """Every child would have the keys of this instance."""
    why = "ssh_deletekeys is false" if kept else "cloud-init does not run"
    way = doing("sh -c 'echo \"ssh_deletekeys: true\" > /etc/cloud/cloud.cfg.d/99-imaging-keys.cfg'")
    return guest_failed(
        f"All children have the same host keys as this instance: {why}.",
        "Let cloud-init make new ones, so that nobody can pose as a child.",
        facts,
        parts.sshd,
        parts.cloud_init,
        command=way.shown if kept else "sudo rm /etc/ssh/ssh_host_*_key*",
        actions=(way.action("Let cloud-init make new host keys in each child.", "cloud_init"),) if kept else (),
    )


def _open(facts: InstanceFacts, _profile: Profile) -> Answer:
    firewall = inside(facts, parts.firewall)
    if firewall.ssh_open is None:
        why = one_line(firewall.why, 90).rstrip(".") or "its rules could not be read"
        return guest_unknown(
            f"Whether port 22 is open: {why}.", "In the guest:", command="sudo nft list ruleset || sudo iptables -S"
        )
    tools = f" ({fitting([one_line(each, 20) for each in firewall.tools], 40)})" if firewall.tools else ""
    if firewall.ssh_open:
        rules = counted(firewall.rules, "rule") if firewall.rules is not None else "its rules"
        answer = guest_passed(f"Port 22 is open{tools}: {rules}.", facts, parts.firewall)
        return unless_incomplete(answer, facts, parts.firewall)
    way = _opened(firewall)
    return guest_failed(
        f"Port 22 is closed{tools}: {one_line(firewall.why, 80).rstrip('.') or 'by its rules'}.",
        "Open it: no cloud-init opens a port in a child.",
        facts,
        parts.firewall,
        command=way.shown if way else "sudo nft list ruleset || sudo iptables -S",
        actions=(way.action("Open port 22.", "firewall"),) if way else (),
    )


def _opened(firewall: Firewall) -> Doing | None:
    """How the tool in charge opens the port for good."""
    if "ufw" in firewall.tools:
        return doing("ufw allow 22/tcp")
    if "firewalld" in firewall.tools:
        return doing("firewall-cmd --permanent --add-service=ssh", "firewall-cmd --reload")
    return None


JUDGES: Mapping[str, Judge] = {
    "SSH-SERVICE": _service,
    "SSH-PWAUTH": _no_passwords,
    "SYS-SSHD": _lets_in,
    "SYS-FIREWALL": _open,
    "SEC-HOSTKEYS": _own_host_keys,
}
