"""Who the instance is, under which name, and who can log in to it."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator

from imaging.guidelines.wording import listed
from imaging.guidelines.works.tested import Answer, Tested, each_told, failed, passed, skipped, unknown, untold, warned
from models.works.report import KeySeen, WorksBoot

_PREFIX = "SHA256:"
_DHCP_KINDS = {
    "duid": "DHCP id (DUID)",
    "client": "DHCP client id",
    "secret": "secret of NetworkManager, of which it makes such ids",
    "card": "address of a network card",
}


def identity(tested: Tested) -> Answer:
    """Whether machine-id and host keys are its own, and stay what they are at the second boot."""
    brought = list(dict.fromkeys(_brought_machine_id(tested)))
    accepted = brought if tested.keeps_machine_id else []
    found = list(dict.fromkeys([*([] if accepted else brought), *_not_own(tested), *_not_kept(tested)]))
    if found:
        return failed(f"{found[0]}.", [*found, *accepted])
    return (
        untold(tested, lambda boot: boot.machine_id_digest, "The machine-ids")
        or untold(tested, lambda boot: boot.host_key_digests, "The host keys")
        or untold(tested, lambda boot: boot.machine_id_own, "The ages of the machine-id")
        or _keys_untold(tested)
        or _warning(accepted)
        or passed("Its machine-id and host keys are its own, and stayed.")
    )


def _warning(accepted: list[str]) -> Answer | None:
    if not accepted:
        return None
    return warned(f"{accepted[0]}: instances launched from it may get each other's addresses.", accepted)


def _brought_machine_id(tested: Tested) -> Iterator[str]:
    source = tested.source
    source_id = source.identity.value.machine_id_digest if source is not None and source.identity.value else ""
    for _, boot in tested.boots():
        if boot is None:
            continue
        digest = boot.machine_id_digest
        if boot.machine_id_own is False:
            yield "Its machine-id came with the image"
        if digest and source_id and (digest.startswith(source_id) or source_id.startswith(digest)):
            yield "It has the machine-id of the source"


def _not_own(tested: Tested) -> Iterator[str]:
    source = tested.source
    sshd = source.sshd.value if source is not None else None
    source_keys = {_hexadecimal(each.fingerprint) for each in sshd.host_keys} - {""} if sshd is not None else set()
    for _, boot in tested.boots():
        if boot is None:
            continue
        if boot.machine_id_digest == "":
            yield "It has no machine-id"
        if boot.host_keys_own is False:
            yield "A host key came with the image"
        if source_keys & set(boot.host_key_digests or ()):
            yield "It has a host key of the source"


def _hexadecimal(fingerprint: str) -> str:
    """`SHA256:…` in the digits in which a test instance says it."""
    if not fingerprint.startswith(_PREFIX):
        return ""
    try:
        return base64.b64decode(fingerprint.removeprefix(_PREFIX) + "=", validate=True).hex()
    except (binascii.Error, ValueError):
        return ""


def _not_kept(tested: Tested) -> Iterator[str]:
    ids = [digest for _, digest in each_told(tested, lambda boot: boot.machine_id_digest)]
    if len(set(ids)) > 1:
        yield "It has another machine-id after the second boot"
    keys = [frozenset(digests) for _, digests in each_told(tested, lambda boot: boot.host_key_digests)]
    if len(set(keys)) > 1:
        yield "It has other host keys after the second boot"


def _keys_untold(tested: Tested) -> Answer | None:
    """Host keys are only asked for where there is an SSH server, as far as the source tells."""
    sshd = tested.source.sshd.value if tested.source is not None else None
    if sshd is not None and not sshd.installed:
        return None
    if not all(keys for _, keys in each_told(tested, lambda boot: boot.host_key_digests)):
        return unknown("It has no host keys; whether it has an SSH server is not known.")
    return untold(tested, lambda boot: boot.host_keys_own, "The ages of the host keys")


def login_key(tested: Tested) -> Answer:
    """Whether the key of who launched it arrived; the temporary key of its user data stands for it."""
    for number, keys in each_told(tested, lambda boot: boot.keys):
        if not any(each.is_run_key and not each.is_stub for each in keys):
            return failed(f"The key of who launched it is not there after boot {number}: nobody could log in.")
    return untold(tested, lambda boot: boot.keys, "The login keys") or passed("The key of who launched it arrived.")


def other_keys(tested: Tested) -> Answer:
    """Whether anybody else's key lets them in; those in homes that were kept on purpose are expected."""
    found = sorted(
        {
            f"{each.account}: {each.fingerprint}{f' ({each.comment})' if each.comment else ''}"
            for _, keys in each_told(tested, lambda boot: boot.keys)
            for each in keys
            if _is_strange(each, tested)
        }
    )
    if found:
        reason = "Holders of these keys can log in to every instance launched from the image."
        return failed(reason, found) if tested.sealed else warned(reason, found)
    return untold(tested, lambda boot: boot.keys, "The login keys") or passed("No other key lets anybody in.")


def _is_strange(key: KeySeen, tested: Tested) -> bool:
    return not key.is_run_key and not key.is_stub and key.account not in tested.kept_homes


def host_name(tested: Tested) -> Answer:
    """Whether it took the name that the cloud gave it."""
    boot = tested.last_boot()
    if boot is None or boot.host_name is None:
        return unknown("Its host name is not known.")
    if not boot.metadata_host_name:
        return skipped("The cloud's metadata names no host name.", [f"host name: {boot.host_name}"])
    told = [f"host name: {boot.host_name}", f"metadata: {boot.metadata_host_name}"]
    if _first_label(boot.host_name) != _first_label(boot.metadata_host_name):
        return warned("Its host name is not the one that the cloud gave it.", told)
    return passed("Its host name is the one that the cloud gave it.", told)


def _first_label(name: str) -> str:
    return name.partition(".")[0].casefold()


def twins(tested: Tested) -> Answer:
    """Whether two test instances at once differ in what tells instances apart."""
    if tested.twin is None and tested.no_twin_because:
        return skipped(f"There was no second test instance: {tested.no_twin_because}.")
    one, other = tested.last_boot(), _last_of_twin(tested)
    if one is None or other is None:
        which = "first" if one is None else "second"
        return unknown(f"The {which} test instance told nothing, so that two cannot be compared.")
    same = [*_same(one, other)]
    if same:
        return failed(f"Two test instances have the same {listed(same)}.", same)
    missing = [*_not_compared(one, other)]
    if missing:
        return unknown(f"Not both test instances told: {listed(missing)}.", missing)
    return passed("Two test instances differ in machine-id, host keys and DHCP ids.")


def _last_of_twin(tested: Tested) -> WorksBoot | None:
    if tested.twin is None:
        return None
    return tested.twin.boot(2) or tested.twin.boot(1)


def _same(one: WorksBoot, other: WorksBoot) -> Iterator[str]:
    if one.machine_id_digest and one.machine_id_digest == other.machine_id_digest:
        yield "machine-id"
    if set(one.host_key_digests or ()) & set(other.host_key_digests or ()):
        yield "host key"
    kinds = {each.partition(" ")[0] for each in set(one.dhcp_ids) & set(other.dhcp_ids)}
    yield from (_DHCP_KINDS.get(kind, "DHCP identity") for kind in sorted(kinds))


def _not_compared(one: WorksBoot, other: WorksBoot) -> Iterator[str]:
    if not one.machine_id_digest or not other.machine_id_digest:
        yield "machine-id"
    if one.host_key_digests is None or other.host_key_digests is None:
        yield "host keys"
    if not one.dhcp_ids or not other.dhcp_ids:
        yield "DHCP ids"
