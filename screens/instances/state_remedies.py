"""What the cloud can do about the chosen instance, from the screen: asked, carried out with progress, told."""

from __future__ import annotations

from typing import Any

from textual.app import App

from imaging.guest.interface import Telling
from imaging.remedies.table import TABLE, Agreement, Remedy, RemedyKind, agreement_to, command
from models.cloud.instance import Instance
from models.cloud.volume import Volume
from models.guidelines.facts import InstanceFacts
from screens.context import Console
from screens.dialogs.choose import Choice, ChooseScreen
from screens.dialogs.confirm import ConfirmScreen, Question
from screens.widgets.columns import shortened

_NAME_CELLS = 24


async def offer_remedy(
    app: App[Any],
    console: Console,
    kind: RemedyKind,
    instance: Instance,
    facts: InstanceFacts | None,
    *,
    is_anothers: bool,
    tell: Telling,
) -> str | None:
    """Ask, carry it out, and give what holds now; None if the user wants nothing done.

    Raises:
        ImagingError: it is not possible now, or it failed.
    """
    from imaging.remedies.carrying_out import carry_out  # noqa: PLC0415  # it brings the runs: not for the first paint

    remedy, volume_id = TABLE[kind], ""
    if kind is RemedyKind.DETACH:
        volume_id = await _which_volume(app, instance, facts) or ""
        if not volume_id:
            return None
    agreement = agreement_to(remedy, instance, is_anothers=is_anothers)
    if not await app.push_screen_wait(ConfirmScreen(question(remedy, instance, agreement, volume_id))):
        return None
    cloud = await console.cloud()
    return await carry_out(cloud, console.clock, instance.id, kind, tell=tell, volume_id=volume_id)


def why_no_inspection(instance: Instance, *, cut: str) -> str:
    """Why an instance that does not run is not inspected by SSH, and what helps; a long name is cut, not the reason."""
    name = shortened(instance.name, _NAME_CELLS, cut=cut)
    return f"{name} is {instance.status}: start it to inspect it (u), or press d."


def question(remedy: Remedy, instance: Instance, agreement: Agreement, volume_id: str) -> Question:
    """What is asked, with the command that does the same; texts of the cloud are taken literally."""
    lock = f"It was locked with the reason: {instance.locked_reason}" if instance.locked_reason else ""
    is_lock = remedy.kind is RemedyKind.UNLOCK
    details = (remedy.ends, lock if is_lock else "", f"The same as: {command(remedy.kind, instance.id, volume_id)}")
    named = f"the volume {volume_id} from {instance.name}" if volume_id else instance.name
    return Question(
        remedy.label,
        f"{'Detach' if volume_id else remedy.label} {named}?",
        "\n\n".join(part for part in details if part),
        typed=instance.name if agreement is Agreement.TYPED_NAME else "",
        enter_refuses=agreement is Agreement.YES_AFTER_READING,
    )


async def _which_volume(app: App[Any], instance: Instance, facts: InstanceFacts | None) -> str | None:
    """One of its data volumes: the only one, or one that the user chooses."""
    known = {volume.id: volume for volume in (facts.volumes.value or ())} if facts is not None else {}
    roots = {volume.id for volume in known.values() if instance.volume_backed and volume.bootable}
    ids = [each for each in instance.attached_volume_ids if each not in roots]
    if len(ids) == 1:
        return ids[0]
    return await app.push_screen_wait(ChooseScreen("Which volume?", [_choice(each, known.get(each)) for each in ids]))


def _choice(volume_id: str, volume: Volume | None) -> Choice:
    if volume is None:
        return Choice(volume_id, volume_id)
    return Choice(volume_id, volume.name or volume_id, f"{volume.size_gib} GiB")
