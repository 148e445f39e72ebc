"""Volumes attached to and detached from servers."""

from __future__ import annotations

from imaging.democloud.machines.phases import finish_action, note_action
from imaging.democloud.records.server import Attachment, Server
from imaging.democloud.records.volume import Volume, VolumeUse
from imaging.democloud.world import World

_RESERVED_SECONDS = 0.4
_ATTACH_SECONDS = 1.2
_DETACH_SECONDS = 1.4
_FORGET_SECONDS = 0.3
"""For so long a detached volume is available already while Nova still lists the attachment."""
_UNANSWERED_SECONDS = 200.0
"""How long Nova asks a guest that does not answer, before the volume is in use again."""


def next_device(server: Server) -> str:
    """The first free letter: libvirt gives this one, and ignores the device that was asked for."""
    taken = {one.device for one in server.attachments} | {"/dev/vda"}
    return next(name for letter in "abcdefghijklmnopqrstuvwxyz" if (name := f"/dev/vd{letter}") not in taken)


def attach(
    world: World, server: Server, volume: Volume, *, tag: str | None, delete_on_termination: bool, request_id: str
) -> Attachment:
    """Begin an attachment. Nova lists it at once; Cinder goes from reserved over attaching to in-use."""
    attachment = Attachment(
        volume_id=volume.id,
        device=next_device(server),
        tag=tag,
        delete_on_termination=delete_on_termination,
        attachment_id=world.ids.fresh(),
        bdm_id=world.ids.fresh(),
    )
    # At once, long before Cinder says in-use: a client that asks Nova alone believes too early.
    server.attachments.append(attachment)
    action = note_action(world, server, "attach_volume", request_id, server.user_id, "compute_attach_volume")
    world.turn_volume(volume, "reserved")
    hook = world.hook("attach_volume", volume.name)

    def attaching() -> None:
        if attachment in server.attachments:
            world.turn_volume(volume, "attaching")

    def done() -> None:
        # The server was deleted meanwhile, and has released its volumes.
        if attachment not in server.attachments:
            return
        if hook.fail:
            server.attachments.remove(attachment)
            world.turn_volume(volume, "available")
        else:
            use(world, server, volume, attachment)
        finish_action(world, action, error=hook.fail)

    world.after(_RESERVED_SECONDS, attaching)
    world.after(_ATTACH_SECONDS + hook.delay, done)
    return attachment


def use(world: World, server: Server, volume: Volume, attachment: Attachment) -> None:
    """The volume is attached, as Cinder sees it."""
    volume.uses.append(VolumeUse(attachment.attachment_id, server.id, attachment.device, world.now()))
    world.turn_volume(volume, "in-use")


def release(world: World, server: Server, volume: Volume) -> None:
    """The volume is no longer attached to this server, as Cinder sees it."""
    volume.uses = [one for one in volume.uses if one.server_id != server.id]
    # A multiattach volume may have other users.
    world.turn_volume(volume, "in-use" if volume.uses else "available")


def detach(world: World, server: Server, volume: Volume, attachment: Attachment, request_id: str) -> None:
    """Begin a detach. A paused guest does not answer: after 200 s the volume is in use again, and nobody says why."""
    action = note_action(world, server, "detach_volume", request_id, server.user_id, "compute_detach_volume")
    world.turn_volume(volume, "detaching")
    hook = world.hook("detach_volume", volume.name)
    # V11: seen with a paused guest, which cannot answer.
    unanswered = bool(hook.fail) or server.vm_state == "paused"

    def forget() -> None:
        if attachment in server.attachments:
            server.attachments.remove(attachment)
        finish_action(world, action)

    def done() -> None:
        if attachment not in server.attachments:
            return
        if unanswered:
            world.turn_volume(volume, "in-use")
            finish_action(world, action, error="the guest did not answer")
            return
        release(world, server, volume)
        # V10: Cinder is done; Nova continues listing the volume for a moment.
        world.after(_FORGET_SECONDS, forget)

    world.after((_UNANSWERED_SECONDS if server.vm_state == "paused" else _DETACH_SECONDS) + hook.delay, done)
