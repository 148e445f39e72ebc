"""Chapter *Secrets*: whether each new instance makes host keys of its own."""

from __future__ import annotations

from imaging.guidelines.declaration import rule
from imaging.guidelines.guest import parts
from imaging.guidelines.guest.cloud_init import coming_cloud_init, is_yes, sets_up_new_instances
from imaging.guidelines.guest.commands import root_commands
from imaging.guidelines.guest.facts import (
    NEEDS_SSH,
    guest_failed,
    guest_passed,
    guest_unknown,
    inside,
    inspected_while_running,
    unless_incomplete,
)
from imaging.guidelines.rule import Answer, Chapter
from models.findings import Severity
from models.formatting import counted
from models.guidelines.facts import InstanceFacts
from models.guidelines.profile import Profile
from models.run.request import Visibility


@rule(
    "SEC-HOSTKEYS",
    Chapter.SECRETS,
    "SSH host keys",
    Severity.BLOCK,
    by_hand="ls /etc/ssh/ssh_host_*; grep -rs ssh_deletekeys /etc/cloud",
)
def sec_hostkeys(facts: InstanceFacts, _profile: Profile) -> Answer:
    keys, cloud_init = inside(facts, parts.sshd).host_keys, coming_cloud_init(facts)
    kept = is_yes(cloud_init, "ssh_deletekeys") is False
    renewed = sets_up_new_instances(cloud_init) and not kept
    if keys and not renewed:
        return _same_host_keys(facts, kept)
    if keys and facts.request is not None and facts.request.visibility is not Visibility.PRIVATE:
        return guest_failed(
            f"{counted(len(keys), 'host key')} of this instance lie in the image: its readers can pose as it.",
            "Nothing to do: new instances make their own. To remove these, as the last thing before the stop:",
            facts,
            parts.sshd,
            severity=Severity.WARN,
            command="sudo rm /etc/ssh/ssh_host_*_key /etc/ssh/ssh_host_*_key.pub",
        )
    if renewed:
        there = f"{counted(len(keys), 'host key')}; " if keys else ""
        answer = guest_passed(
            f"{there}cloud-init makes new ones in a new instance.", facts, parts.sshd, parts.cloud_init
        )
        return unless_incomplete(answer, facts, parts.cloud_init, parts.boot)
    if not inspected_while_running(facts):
        return guest_unknown(f"Which host keys the disk brings along {NEEDS_SSH}: a test instance makes its own.")
    return unless_incomplete(guest_passed("No host key lies in /etc/ssh.", facts, parts.sshd), facts, parts.sshd)


def _same_host_keys(facts: InstanceFacts, kept: bool) -> Answer:
    """Every new instance would have the keys of this instance."""
    why = "ssh_deletekeys is false" if kept else "cloud-init does not run"
    remedy = root_commands("sh -c 'echo \"ssh_deletekeys: true\" > /etc/cloud/cloud.cfg.d/99-imaging-keys.cfg'")
    return guest_failed(
        f"New instances have the same host keys as this one: {why}.",
        "Let cloud-init make new ones, so that nobody can pose as a new instance.",
        facts,
        parts.sshd,
        parts.cloud_init,
        command=remedy.shown if kept else "sudo rm /etc/ssh/ssh_host_*_key*",
        actions=(remedy.action("Let cloud-init make new host keys in each new instance.", "cloud_init"),)
        if kept
        else (),
    )
