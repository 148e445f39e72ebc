"""Chapter *Instance status*: in which state an instance can be imaged, and what would be lost."""

from __future__ import annotations

from imaging.guidelines.declaration import rule
from imaging.guidelines.guest import parts
from imaging.guidelines.guest.facts import guest_passed, inside_or_none, inspected_while_running
from imaging.guidelines.instance.source import YES
from imaging.guidelines.rule import Answer, Chapter, failed, need, not_applicable, passed, unknown
from imaging.guidelines.wording import command, shown
from models.cloud.instance import Instance
from models.findings import Severity
from models.guidelines.facts import InstanceFacts
from models.guidelines.profile import Profile
from models.run.claim import CLAIM_PREFIX
from models.run.lock_reason import is_reason_of, is_reason_of_a_run, user_named_in
from models.steps import StepName
from models.text import cut, sentence

_REASON_SHOWN = 255
"""Characters of a reason: all that Nova takes, for it may name whom to ask."""
_SET_ASIDE = {
    "SUSPENDED": "resume",
    "PAUSED": "unpause",
    "SHELVED": "unshelve",
    "SHELVED_OFFLOADED": "unshelve",
}
"""Statuses of an instance set aside, with the command that brings it back."""

_NOVA_ACCEPTS = frozenset({"SUSPENDED", "PAUSED"})
"""Nova's createImage takes these too, but its stop does not, and the page forbids them."""


@rule("STATE-OK", Chapter.STATUS, "Status of the instance", Severity.BLOCK, sentences=("S14",), waivable=False)
def state_ok(facts: InstanceFacts, profile: Profile) -> Answer:
    instance = need(facts.instance)
    if instance.status == "UNKNOWN":
        return unknown("The cloud sent no status.", command=command("openstack", "server", "show", instance.id))
    if instance.status in profile.allowed_statuses:
        return passed(f"Status is {instance.status}.", facts.instance)
    if (other := _judged_by(instance, profile)) is not None:
        return not_applicable(f"Status is {instance.status}: {other} says what to do.")
    allowed = " or ".join(profile.allowed_statuses)
    text, line = _way_back(instance)
    return failed(f"Status is {shown(instance.status)}, not {allowed}.", text, facts.instance, command=line)


def _judged_by(instance: Instance, profile: Profile) -> str | None:
    """The rule that a state of its own has, unless the profile leaves it out: one state is one finding."""
    rules = {**dict.fromkeys(_SET_ASIDE, "STATE-SUSPENDED"), "VERIFY_RESIZE": "STATE-RESIZE"}
    other = rules.get(instance.status)
    return None if other in profile.disabled_rules else other


def _way_back(instance: Instance) -> tuple[str, str | None]:
    """How to bring an instance to ACTIVE or SHUTOFF: in words, and the command if there is one."""
    if verb := _SET_ASIDE.get(instance.status):
        return "Bring it back first.", command("openstack", "server", verb, instance.id)
    if instance.status == "ERROR":
        return "Repair it, or image another one.", command("openstack", "server", "reboot", "--hard", instance.id)
    if instance.status == "VERIFY_RESIZE":
        return "Confirm or revert the resize.", command("openstack", "server", "resize", "confirm", instance.id)
    if instance.status == "RESCUE":
        return "Leave rescue mode.", command("openstack", "server", "unrescue", instance.id)
    if instance.status in {"DELETED", "SOFT_DELETED"}:
        return "It is gone: choose another instance.", None
    return "Wait until it is ACTIVE or SHUTOFF.", command("openstack", "server", "show", instance.id, "-c", "status")


@rule(
    "STATE-SUSPENDED",
    Chapter.STATUS,
    "Suspended or shelved instance",
    Severity.BLOCK,
    sentences=("S15",),
    waivable=False,
)
def state_suspended(facts: InstanceFacts, profile: Profile) -> Answer:
    instance = need(facts.instance)
    verb = _SET_ASIDE.get(instance.status)
    if verb is None or instance.status in profile.allowed_statuses:
        return passed(f"Neither suspended nor shelved: {shown(instance.status)}.", facts.instance)
    stricter = (
        " Nova itself would image it; the guidelines do not." if instance.status in _NOVA_ACCEPTS else " Nova refuses."
    )
    text = "Bring it back first."
    if instance.status.startswith("SHELVED"):
        text = f"Unshelve it, or use the image {shown(instance.name)}-shelved that shelving made."
    return failed(
        f"Status is {instance.status}.{stricter}",
        text,
        facts.instance,
        command=command("openstack", "server", verb, instance.id),
    )


@rule("STATE-TASK", Chapter.STATUS, "Task in progress", Severity.BLOCK, sentences=("S14",), waivable=False)
def state_task(facts: InstanceFacts, _profile: Profile) -> Answer:
    instance = need(facts.instance)
    if not instance.task_state:
        return passed("No task is under way.", facts.instance)
    making = " (an image is being made)" if instance.task_state.startswith("image_") else ""
    return failed(
        f"Task state is {shown(instance.task_state)}{making}; Nova answers 409 meanwhile.",
        "Wait until the task has ended.",
        facts.instance,
        command=command("openstack", "server", "show", instance.id, "-c", "OS-EXT-STS:task_state"),
    )


@rule("STATE-RESIZE", Chapter.STATUS, "Resize to be confirmed", Severity.BLOCK, sentences=("S14",), waivable=False)
def state_resize(facts: InstanceFacts, _profile: Profile) -> Answer:
    instance = need(facts.instance)
    if instance.status != "VERIFY_RESIZE":
        return passed("No resize waits to be confirmed.", facts.instance)
    return failed(
        "A resize waits to be confirmed or reverted.",
        "Confirm it, or revert it (openstack server resize revert).",
        facts.instance,
        command=command("openstack", "server", "resize", "confirm", instance.id),
    )


_WAIVED_LOCK = "If they agree, waive this with a reason: a run then unlocks it, and locks it again afterwards."


@rule("STATE-LOCKED", Chapter.STATUS, "Lock of the instance", Severity.BLOCK)
def state_locked(facts: InstanceFacts, _profile: Profile) -> Answer:
    instance = need(facts.instance)
    if instance.locked is None:
        return unknown("This cloud does not say whether it is locked.")
    if not instance.locked:
        return passed("Not locked.", facts.instance)
    return _locked_for_a_reason(instance, facts) if instance.locked_reason else _locked_without_reason(instance, facts)


def _locked_for_a_reason(instance: Instance, facts: InstanceFacts) -> Answer:
    reason = instance.locked_reason or ""
    if facts.active_run is not None and is_reason_of(reason, facts.active_run):
        return not_applicable(f"Locked by run {facts.active_run}, which is in progress: it unlocks it when it ends.")
    evidence = f"Locked: {sentence(cut(reason, _REASON_SHOWN))}"
    if is_reason_of_a_run(reason):
        line = command("imaging", "undo", instance.id)
        return failed(evidence, "Let that run end, resume it, or undo it.", facts.instance, command=line)
    if locker := user_named_in(reason):
        evidence = f"Locked by another user ({shown(locker)}), without a reason; an earlier run locked it again."
        return failed(evidence, f"Ask them. {_WAIVED_LOCK}", facts.instance)
    return failed(evidence, f"Ask who locked it. {_WAIVED_LOCK}", facts.instance)


def _locked_without_reason(instance: Instance, facts: InstanceFacts) -> Answer:
    locker = facts.history.value.locked_by if facts.history.value else None
    login = facts.login.value
    if locker is not None and login is not None and locker != login.identity.user_id:
        evidence = f"Locked by another user ({shown(locker)}), without a reason."
        return failed(evidence, f"Ask them. {_WAIVED_LOCK}", facts.history)
    return failed(
        "Locked, without a reason. The lock is set again afterwards.",
        "Let the run unlock it; if an administrator locked it, ask them.",
        facts.instance,
        command=command("openstack", "server", "unlock", instance.id),
        fixed_by=StepName.UNLOCK,
    )


@rule("STATE-CLAIMED", Chapter.STATUS, "Claim of a run", Severity.BLOCK, waivable=False)
def state_claimed(facts: InstanceFacts, _profile: Profile) -> Answer:
    instance = need(facts.instance)
    keys = [key for key in instance.metadata if key.startswith(CLAIM_PREFIX)]
    if not keys:
        return passed("No other run has changed it.", facts.instance)
    runs = [key.removeprefix(CLAIM_PREFIX).split(".")[0] for key in keys]
    if facts.active_run is not None and set(runs) == {facts.active_run}:
        return failed(
            f"Run {facts.active_run} is in progress; it restores the instance when it ends.",
            "Wait until it has ended: there is nothing to fix, and then another run can begin.",
            facts.instance,
            command=command("imaging", "watch", facts.active_run),
        )
    run = next(each for each in runs if each != facts.active_run)
    return failed(
        f"Run {shown(run)} has claimed it (metadata {shown(keys[runs.index(run)])}) and has not restored it yet.",
        "Let that run end, resume it, or undo it.",
        facts.instance,
        command=command("imaging", "undo", instance.id),
    )


@rule("STATE-CONSISTENT", Chapter.STATUS, "Disk of a running instance", Severity.WARN)
def state_consistent(facts: InstanceFacts, _profile: Profile) -> Answer:
    instance = need(facts.instance)
    if instance.status == "SHUTOFF":
        return passed("Stopped: the disk is at rest.", facts.instance)
    if not instance.is_running:
        return not_applicable(f"Neither running nor stopped: {shown(instance.status)}.")
    agent = inside_or_none(facts, parts.boot) if inspected_while_running(facts) else None
    quiesced = " Its agent can quiesce it, but not on every storage." if agent and agent.guest_agent == "active" else ""
    return failed(
        f"Running: what is not yet on the disk would be missing from the image.{quiesced}",
        "Save what runs in it: a run stops it and starts it again; jobs, logins and tmpfs end with it.",
        facts.instance,
        command=command("openstack", "server", "stop", instance.id),
        fixed_by=StepName.STOP,
    )


@rule("STATE-QUIESCE", Chapter.STATUS, "Quiescing of a running instance", Severity.BLOCK)
def state_quiesce(facts: InstanceFacts, _profile: Profile) -> Answer:
    instance = need(facts.instance)
    if not instance.is_running:
        return not_applicable("Not running: nothing to quiesce.")
    if facts.base_image.known and facts.base_image.value is None:
        return unknown(
            "Whether it asks for quiescing is not shown for an instance without a base image.",
            "Stop it first.",
            command=command("openstack", "server", "stop", instance.id),
            fixed_by=StepName.STOP,
        )
    properties = need(facts.base_image).properties
    if properties.get("os_require_quiesce", "").lower() not in YES:
        return passed("The image does not ask for quiescing.", facts.base_image)
    capable = properties.get("hw_qemu_guest_agent", "").lower() in YES
    inside = inside_or_none(facts, parts.boot) if inspected_while_running(facts) else None
    if capable and inside is not None and inside.guest_agent == "active":
        return guest_passed("os_require_quiesce=yes, and the guest agent is active.", facts, parts.boot)
    dead = capable and inside is not None
    refused = instance.volume_backed or not capable
    return failed(
        f"os_require_quiesce=yes, hw_qemu_guest_agent={'yes' if capable else 'no'}"
        + (", its agent is not active" if dead else "")
        + ": running, Nova may "
        + ("refuse (409)." if refused else "skip it."),
        "Stop it, or run its agent: systemctl enable --now qemu-guest-agent.",
        facts.base_image,
        severity=None if refused else Severity.WARN,
        command=command("openstack", "server", "stop", instance.id),
        fixed_by=StepName.STOP,
    )


@rule("STATE-OWN", Chapter.STATUS, "User who launched the instance", Severity.BLOCK)
def state_own(facts: InstanceFacts, _profile: Profile) -> Answer:
    instance = need(facts.instance)
    you = need(facts.login).identity.user_id
    if instance.user_id is None:
        return unknown("The cloud does not say who made it.")
    if instance.user_id == you:
        return passed("You launched it.", facts.instance)
    return failed(
        f"Another member of the project launched it (user {shown(instance.user_id)}).",
        "Ask them first: a run stops it for some minutes. If they agree, waive this with a reason.",
        facts.instance,
    )
