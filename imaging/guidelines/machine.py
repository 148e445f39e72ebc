"""Judges a machine by what its inspection found alone: it is in no cloud's list, or no cloud was asked."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from imaging.guidelines.checklist import judge
from models.cloud.image import Image
from models.fact import Fact, UnknownCode
from models.findings import Checklist, Source
from models.guest.facts import GuestFacts
from models.guidelines.facts import InstanceFacts
from models.guidelines.profile import Profile
from models.image_file.file_facts import FileFacts


def judge_machine(guest: GuestFacts, profile: Profile, now: datetime) -> Checklist:
    """Ask every rule; those that only a cloud can answer do not apply.

    Args:
        guest: what was found.
        profile: the guidelines.
        now: the time by which ages count, never that of a report: its clock may be wrong.
    """
    found = Fact[GuestFacts](value=guest, source=Source.GUEST, read_at=guest.read_at)
    return judge(facts_of_machine(found, now), profile)


def judge_file(
    file: FileFacts,
    guest: GuestFacts | None,
    profile: Profile,
    now: datetime,
    *,
    unread_because: str = "",
    image: Image | None = None,
) -> Checklist:
    """Ask every rule of an image file; those that only a cloud can answer do not apply.

    Args:
        file: what it is.
        guest: what was found of the system in it; None where none could be read.
        profile: the guidelines.
        now: the time by which ages count.
        unread_because: why no system could be read, as a sentence.
        image: its record in Glance, where it lies there.
    """
    return judge(facts_of_file(file, guest, now, unread_because=unread_because, image=image), profile)


def facts_of_file(
    file: FileFacts,
    guest: GuestFacts | None,
    now: datetime,
    *,
    unread_because: str = "",
    image: Image | None = None,
) -> InstanceFacts:
    """What is known of an image file; see `judge_file`."""
    found = Fact[GuestFacts](
        value=guest,
        unknown_because=None if guest is not None else unread_because,
        unknown_code=None if guest is not None else UnknownCode.NOT_INSPECTED,
        source=Source.IMAGE_FILE,
        read_at=now,
    )
    known = Fact[FileFacts](value=file, source=Source.IMAGE_FILE, read_at=now)
    record = None if image is None else Fact[Image](value=image, source=Source.CLOUD, read_at=now)
    return facts_of_machine(found, now).model_copy(update={"file": known, "image": record})


def facts_of_machine(guest: Fact[GuestFacts], now: datetime) -> InstanceFacts:
    """What is known of a machine, or of an image, of which no cloud was asked.

    Args:
        guest: its inspection.
        now: the time by which ages count.
    """
    not_asked: dict[str, Fact[Any]] = {
        name: Fact(unknown_because="no cloud was asked", unknown_code=UnknownCode.NO_CLOUD)
        for name in ("instance", "attachments", "volumes", "base_image", "images", "flavors", "quota", "login")
    }
    return InstanceFacts(**not_asked, guest=guest, has_cinder=False, now=now)
