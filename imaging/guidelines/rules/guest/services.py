"""Chapter *Boot*: the guest agent, failed services, logins without password."""

from __future__ import annotations

from shlex import quote

from imaging.guidelines.declaration import rule
from imaging.guidelines.evidence import on_paths
from imaging.guidelines.guest import parts
from imaging.guidelines.guest.commands import install, root_commands
from imaging.guidelines.guest.facts import (
    NEEDS_SSH,
    guest_failed,
    guest_passed,
    guest_unknown,
    inside,
    inspected_while_running,
    running,
    unless_cut_short,
    unless_incomplete,
)
from imaging.guidelines.instance.source import YES, image_property
from imaging.guidelines.rule import Answer, Chapter
from imaging.guidelines.wording import fitting
from models.findings import Severity
from models.guidelines.facts import InstanceFacts
from models.guidelines.profile import Profile
from models.text import cut

_SHOWN = 40


@rule("QGA-PRESENT", Chapter.BOOT, "QEMU guest agent", Severity.WARN, by_hand="systemctl is-active qemu-guest-agent")
def qga_present(facts: InstanceFacts, profile: Profile) -> Answer:
    state = inside(facts, parts.boot).guest_agent
    if state == "active":
        return guest_passed("qemu-guest-agent is active.", facts, parts.boot)
    promised = image_property(facts, "hw_qemu_guest_agent")
    wanted = (promised or "") in YES or profile.recommended_properties.get("hw_qemu_guest_agent", "").lower() in YES
    if not wanted and promised is None:
        return guest_unknown("Whether an image promises it is not shown without a base image.")
    if not wanted:
        return guest_passed("No image property promises it.", facts, parts.boot)
    if state == "enabled":
        return guest_passed("qemu-guest-agent starts by itself, but does not run now.", facts, parts.boot)
    if state == "installed" and not inspected_while_running(facts):
        return guest_unknown(f"Whether qemu-guest-agent runs {NEEDS_SSH}: its device may start it.")
    remedy = root_commands("systemctl enable --now qemu-guest-agent")
    if state != "installed":
        remedy = install(facts, "qemu-guest-agent", "qemu-guest-agent") or remedy
    promise = "the image promises it" if (promised or "") in YES else "this cloud asks for it"
    return guest_failed(
        f"qemu-guest-agent {'does not start by itself' if state == 'installed' else 'is not installed'}; {promise}.",
        "Install and start it, or image only the stopped instance.",
        facts,
        parts.boot,
        command=remedy.shown,
        actions=(remedy.action("Have qemu-guest-agent run.", "boot", "services", "packages"),),
    )


@rule("SVC-FAILED", Chapter.BOOT, "Failed services", Severity.WARN, by_hand="systemctl --failed")
def svc_failed(facts: InstanceFacts, _profile: Profile) -> Answer:
    failed = [each.name for each in running(facts).units if each.active == "failed"]
    if not failed:
        answer = guest_passed("systemctl --failed lists nothing.", facts, parts.services)
        return unless_incomplete(answer, facts, parts.services)
    return guest_failed(
        f"Failed: {fitting([cut(each, _SHOWN) for each in failed])}.",
        "Fix or disable it; if it does not matter: systemctl reset-failed.",
        facts,
        parts.services,
        command=f"systemctl status {' '.join(quote(cut(each, 80)) for each in failed[:4])}",
    )


@rule(
    "USERS-AUTOLOGIN",
    Chapter.BOOT,
    "Automatic logins",
    Severity.WARN,
    by_hand="grep -rs autologin /etc/systemd/system /etc/gdm* /etc/lightdm",
)
def users_autologin(facts: InstanceFacts, _profile: Profile) -> Answer:
    accounts = inside(facts, parts.accounts)
    files = accounts.autologins
    if not files:
        answer = guest_passed("No console and no display logs anybody in.", facts, parts.accounts)
        return unless_cut_short(answer, facts, parts.accounts)  # all may read such files, unlike homes and passwords
    exosphere = any(each.name == "exouser" for each in accounts.accounts)
    purpose = " Exosphere does that for its console on purpose." if exosphere else ""
    return guest_failed(
        f"Logged in without asking by {fitting([cut(each, 60) for each in files], 70)}.{purpose}",
        "Take it out, unless everybody who sees the console may do anything.",
        facts,
        parts.accounts,
        severity=Severity.INFO if exosphere else None,
        command=on_paths(["grep", "-n", "-i", "autologin"], files),
    )
