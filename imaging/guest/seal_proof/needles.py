"""The names of a source that a sealed image must not hold any more: what is searched for, and what is not, and why."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum

from models.base import Frozen
from models.cloud.instance import Instance
from models.guest.facts import GuestFacts
from models.seal.plan import OperationId, SealPlan
from models.text import CleanText

SHORTEST = 6
"""Characters: a shorter name stands by chance in many files."""
MOST = 400
"""Names that are searched for: the user data has to hold them."""
_LONGEST = 200
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NOT_IN_HOST_NAMES = re.compile(r"[^a-z0-9.-]+")
_BASE_WORDS = frozenset({
    "administrator", "almalinux", "ansible", "apache", "azureuser", "backup", "centos", "client", "cloud-init",
    "cloud-user", "compute", "daemon", "database", "debian", "default", "desktop", "docker", "ec2-user",
    "exouser", "fedora", "gateway", "generated-by-nova", "generic", "instance", "jenkins", "jupyter",
    "kubernetes", "localdomain", "localhost", "localhost.localdomain", "machine", "manager", "master",
    "mongodb", "mysqld", "network", "nobody", "opc-user", "openstack", "opensuse", "oracle", "podman",
    "postgres", "python", "rocky-linux", "rstudio", "server", "service", "student", "system", "systemd",
    "template", "testing", "ubuntu", "vagrant", "virtual", "webserver", "worker", "workstation", "www-data",
})  # fmt: skip
"""Words that stand in the files of every such system, and so prove nothing."""


class NeedleKind(StrEnum):
    """What a name is of."""

    INSTANCE = "instance id"
    HOST = "host name"
    ADDRESS = "address"
    HARDWARE = "hardware address"
    ACCOUNT = "account"
    KEY = "key name"
    COMMENT = "key comment"

    @property
    def is_word(self) -> bool:
        """Whether people chose it, so that the base system may hold the same word."""
        return self not in {NeedleKind.INSTANCE, NeedleKind.ADDRESS, NeedleKind.HARDWARE}


class Needle(Frozen):
    """One name."""

    kind: NeedleKind
    text: CleanText


class Needles(Frozen):
    """What a test instance of the sealed image searches for."""

    searched: tuple[Needle, ...] = ()
    kept: tuple[CleanText, ...] = ()
    """Paths that are kept on purpose: what stands below them is left out."""
    not_searched: tuple[CleanText, ...] = ()
    """Names that are left out, each with the reason."""


def needles(facts: GuestFacts | None, plan: SealPlan, instance: Instance | None, instance_id: str = "") -> Needles:
    """The names of a source, sorted into those that are searched for and those that are not.

    Args:
        facts: what was found in the source.
        plan: what its clone loses: an account that it does not name stays, and its name with it.
        instance: the source in the cloud; None where it is gone.
        instance_id: its id, where only that is known.
    """
    chosen: dict[str, Needle] = {}
    left_out: dict[str, str] = {}
    staying = _staying(facts, plan)
    for each in _names(facts, instance, instance_id):
        why = _why_not(each, staying)
        if why:
            left_out.setdefault(each.text, why)
        elif len(chosen) < MOST:
            chosen.setdefault(each.text, each)
        else:
            left_out.setdefault(each.text, f"the first {MOST} names are searched for")
    return Needles(
        searched=tuple(chosen.values()),
        kept=tuple(each.path for each in plan.kept),
        not_searched=tuple(f"{text} ({why})" for text, why in left_out.items() if text not in chosen),
    )


def _staying(facts: GuestFacts | None, plan: SealPlan) -> dict[str, str]:
    """The names of accounts that the sealed image still has, with the reason."""
    accounts = facts.accounts.value if facts is not None else None
    going = plan.operation(OperationId.ACCOUNTS)
    gone = {target.name for target in going.targets} if going is not None else set()
    found = {name: "its account stays" for name in plan.accounts if name not in gone}
    found.update({each.owner: "kept on purpose" for each in plan.kept if each.owner})
    if accounts is not None and accounts.default_user:
        found[accounts.default_user] = "the user that cloud-init makes"
    return found


def _why_not(needle: Needle, staying: dict[str, str]) -> str:
    if needle.text in staying:
        return staying[needle.text]
    if needle.kind.is_word and needle.text.casefold() in _BASE_WORDS:
        return "a word of the base system"
    if len(needle.text) < SHORTEST:
        return f"shorter than {SHORTEST} characters"
    return f"longer than {_LONGEST} characters" if len(needle.text) > _LONGEST else ""


def _names(facts: GuestFacts | None, instance: Instance | None, instance_id: str) -> Iterator[Needle]:
    for text in _ids(facts, instance, instance_id):
        yield Needle(kind=NeedleKind.INSTANCE, text=text)
    for text in _host_names(facts, instance):
        yield Needle(kind=NeedleKind.HOST, text=text)
    for each in instance.addresses if instance is not None else ():
        yield Needle(kind=NeedleKind.ADDRESS, text=each.address)
    if instance is not None and instance.key_name:
        yield Needle(kind=NeedleKind.KEY, text=instance.key_name)
    if facts is not None:
        yield from _names_inside(facts)


def _names_inside(facts: GuestFacts) -> Iterator[Needle]:
    for setting in facts.network.value.settings if facts.network.value is not None else ():
        if setting.kind == "mac":
            for text in {setting.value.lower(), setting.value.upper()}:
                yield Needle(kind=NeedleKind.HARDWARE, text=text)
    accounts = facts.accounts.value
    if accounts is not None:
        for account in accounts.people:
            yield Needle(kind=NeedleKind.ACCOUNT, text=account.name)
        for comment in accounts.key_comments:
            yield Needle(kind=NeedleKind.COMMENT, text=comment.strip())


def _ids(facts: GuestFacts | None, instance: Instance | None, instance_id: str) -> Iterator[str]:
    """Each id also without its dashes: so systemd writes it as the machine-id of a virtual machine."""
    system = facts.system.value if facts is not None else None
    found = [instance.id if instance is not None else "", instance_id]
    if system is not None:
        found += [each.text.lower() for each in system.own_ids]
    for text in dict.fromkeys(found):
        if _UUID.fullmatch(text):
            yield text
            yield text.replace("-", "")


def _host_names(facts: GuestFacts | None, instance: Instance | None) -> Iterator[str]:
    """As it was given, in small letters, without its domain, and as Nova makes one of an instance's name."""
    system = facts.system.value if facts is not None else None
    given = [name for name in (system.host_name if system else "", instance.name if instance else "") if name]
    for name in given:
        short = name.partition(".")[0] if " " not in name else name
        as_nova = _NOT_IN_HOST_NAMES.sub("-", name.lower()).strip(".-")
        yield from dict.fromkeys((name, name.lower(), short, short.lower(), as_nova))
