"""Doors that the settings of sshd leave open in every new instance: for root, and for whom another site vouches."""

from __future__ import annotations

from imaging.guidelines.instance.systems import version_numbers
from models.guest.accounts import Accounts, PasswordState
from models.guest.network import Sshd
from models.guest.system import GuestSystem
from models.text import cut

_SHOWN = 40
_YES_AS_DELIVERED = {"centos": 8, "rhel": 8, "rocky": 8, "almalinux": 8, "ol": 8, "amzn": 2}
"""Systems whose sshd_config says PermitRootLogin yes as it is delivered, by os-release's ID, up to this version."""
_OTHERS_VOUCH = {
    "trustedusercakeys": "TrustedUserCAKeys {}: its CA signs logins",
    "authorizedkeyscommand": "AuthorizedKeysCommand {}: it names keys that log in",
    "authorizedprincipalscommand": "AuthorizedPrincipalsCommand {}: it names who logs in",
    "authorizedprincipalsfile": "AuthorizedPrincipalsFile {}: it names who logs in",
}


def doors_of(sshd: Sshd, accounts: Accounts | None, system: GuestSystem | None) -> list[str]:
    """What lets others in than the new instance's user, each as the setting and what it does."""
    doors = [
        text.format(cut(value, _SHOWN))
        for key, text in _OTHERS_VOUCH.items()
        for value in dict.fromkeys((*sshd.effective.get(key, ())[:1], *sshd.matched.get(key, ())))
        if value.lower() not in {"", "none"}
    ]
    root = next(iter(sshd.effective.get("permitrootlogin", ())), "").lower() == "yes"
    for_some = "yes" in map(str.lower, sshd.matched.get("permitrootlogin", ()))
    if for_some or (root and not _harmless(accounts, system)):
        doors.append("PermitRootLogin yes: root logs in, by password too")
    return doors


def _harmless(accounts: Accounts | None, system: GuestSystem | None) -> bool:
    """Whether the yes is the distribution's own, and root has no password that it could let in."""
    root = next((each for each in accounts.accounts if each.uid == 0), None) if accounts is not None else None
    if system is None or root is None or root.password is not PasswordState.LOCKED:
        return False
    version = version_numbers(system.version)
    return version is not None and version[0] <= _YES_AS_DELIVERED.get(system.id, 0)
