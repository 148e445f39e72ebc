"""Chapter *Secrets*: what use leaves behind: histories, launch scripts, logs, keys of sites, wallets, deleted files."""

from __future__ import annotations

from imaging.guidelines.declaration import rule
from imaging.guidelines.evidence import NOT_BY_KEY, fitted, left_out, removal_or_listing
from imaging.guidelines.guest import parts
from imaging.guidelines.guest.commands import root_commands
from imaging.guidelines.guest.facts import (
    guest_failed,
    guest_passed,
    guest_unknown,
    inside,
    inside_or_none,
    unless_incomplete,
)
from imaging.guidelines.rule import Answer, Chapter
from imaging.guidelines.rules.guest.found_files import file_rule
from models.findings import InspectionMethod, Severity
from models.formatting import size, size_kib
from models.guidelines.facts import InstanceFacts
from models.guidelines.profile import Profile

sec_history = file_rule(
    "SEC-HISTORY",
    Chapter.SECRETS,
    "Histories, transcripts and trash",
    Severity.WARN,
    by_hand="sudo ls -s /home/*/.*_history /root/.*_history",
    nothing="No history, transcript or trash was found.",
)


@rule(
    "SEC-USERDATA",
    Chapter.SECRETS,
    "Saved user data",
    Severity.BLOCK,
    by_hand="sudo grep -lEi 'password|secret|token' /var/lib/cloud/instances/*/user-data.txt",
)
def sec_userdata(facts: InstanceFacts, _profile: Profile) -> Answer:
    cloud_init = inside(facts, parts.cloud_init)
    kept = sorted((each for each in cloud_init.user_data if each.size_bytes), key=lambda each: not each.looks_secret)
    if not kept:
        passed = guest_passed("No user data of this or an earlier instance is kept.", facts, parts.cloud_init)
        return unless_incomplete(passed, facts, parts.cloud_init)
    secret = [each for each in kept if each.looks_secret]
    unread = all(each.looks_secret is None for each in kept)
    what = (
        "with what looks like a secret" if secret else "that could not be read" if unread else "without known secrets"
    )
    said = [f"{each.path} ({size(each.size_bytes)})" for each in secret or kept]
    paths = [each.path for each in kept]
    return guest_failed(
        fitted(f"Will be in the image: user data {what}: ", said),
        f"Remove it; cloud-init fetches a new instance's own. {left_out(paths)}".rstrip(),
        facts,
        parts.cloud_init,
        command=removal_or_listing(paths),
        by_hand_because=NOT_BY_KEY,
        severity=None if secret else Severity.WARN,
    )


sec_logs = file_rule(
    "SEC-LOGS",
    Chapter.SECRETS,
    "Logs with secrets, dumps and mail",
    Severity.WARN,
    by_hand="sudo grep -rlEis 'password=|token=' /var/log",
    nothing="No log with a secret that we know, no dump and no mail was found.",
)
sec_tls = file_rule(
    "SEC-TLS",
    Chapter.SECRETS,
    "TLS keys",
    Severity.WARN,
    by_hand="sudo ls /etc/letsencrypt/live /etc/ssl/private /etc/pki/tls/private",
    nothing="No TLS key of a site was found.",
)
sec_wallet = file_rule(
    "SEC-WALLET",
    Chapter.SECRETS,
    "Browser profiles, key rings and GnuPG keys",
    Severity.WARN,
    by_hand="sudo ls -d /home/*/{.mozilla,.config/google-chrome,.gnupg,.local/share/keyrings,.password-store}",
    nothing="No browser profile, key ring or GnuPG secret key was found.",
)


@rule("SEC-FREESPACE", Chapter.SECRETS, "Deleted files in free space", Severity.INFO, by_hand="lsblk --discard")
def sec_freespace(facts: InstanceFacts, _profile: Profile) -> Answer:
    root = inside(facts, parts.disks).root
    mounts = inside_or_none(facts, parts.mounts)
    if root is None or root.free_kib is None:
        return guest_unknown("How much of the root file system is free was not told.")
    options = next((each.options for each in mounts.mounts if each.point == "/"), ()) if mounts is not None else ()
    if "discard" in options:
        return guest_passed("Mounted with discard: what is deleted is given back at once.", facts, parts.mounts)
    is_file = facts.guest.value is not None and facts.guest.value.method is InspectionMethod.IMAGE_FILE
    lines = inside_or_none(facts, parts.boot_mounts) if is_file else None  # nobody has mounted it
    if lines is not None and any(each.point == "/" and "discard" in each.options for each in lines.fstab):
        said = "fstab mounts it with discard: what is deleted is given back at once."
        return guest_passed(said, facts, parts.boot_mounts)
    trim = root_commands("fstrim -v /")
    return guest_failed(
        f"{size_kib(root.free_kib)} of free space may still hold what was deleted.",
        "Give the free space back right before the instance is stopped.",
        facts,
        parts.disks,
        command=trim.shown,
        actions=(trim.action("Give the free space of / back to the cloud's storage (fstrim).", "disks"),),
    )
