"""All that the rules may read when they judge an instance."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from models.base import Frozen
from models.cloud.flavor import Flavor
from models.cloud.image import Image
from models.cloud.instance import Instance, InstanceHistory, VolumeAttachment
from models.cloud.login import Login
from models.cloud.quota import Quota
from models.cloud.volume import Volume
from models.fact import Fact, UnknownCode
from models.findings import Readiness, Source
from models.foreign import Moment
from models.guest.facts import GuestFacts
from models.image_file.file_facts import FileFacts
from models.run.request import RunRequest
from models.text import CleanText
from models.works.inventory import Inventory

__all__ = ["NOT_INSPECTED", "ExportFacts", "Fact", "InstanceFacts"]

NOT_INSPECTED = "no inspection was made yet"
"""What a guest's facts say before any inspection."""


class ExportFacts(Frozen):
    """Why an image should not be given away as a file: put together from the findings about it."""

    seal: CleanText | None = None
    """The word that is noted on it; None: nobody has tried to seal it."""
    readiness: Readiness
    blockers: tuple[CleanText, ...] = ()
    """The rules that block."""
    licences: tuple[CleanText, ...] = ()
    """The rules that found software, keys or registrations that may not be anybody's to give away."""


class InstanceFacts(Frozen):
    """All that the rules may read when they judge one instance."""

    instance: Fact[Instance]
    attachments: Fact[tuple[VolumeAttachment, ...]]
    """In no order, the root volume of a volume-backed instance included."""
    volumes: Fact[tuple[Volume, ...]]
    """The Cinder side of the attachments; unknown without Cinder."""
    base_image: Fact[Image]
    """The image that the instance was launched from; known to be None for a volume-backed one or a deleted image."""
    images: Fact[tuple[Image, ...]]
    """Every image that this project can see, featured ones of others included."""
    flavors: Fact[tuple[Flavor, ...]]
    quota: Fact[Quota]
    login: Fact[Login]
    history: Fact[InstanceHistory] = Field(default_factory=lambda: Fact[InstanceHistory](value=InstanceHistory()))
    """What was asked of the instance; nothing where the cloud hides it from members."""
    has_cinder: bool = True
    request: RunRequest | None = None
    """What the user wants to make, as far as it has been said; None when only inspecting."""
    image: Fact[Image] | None = None
    """The finished image, for the rules that judge it afterwards; None before there is one."""
    file: Fact[FileFacts] | None = None
    """The image file that is judged; None for an instance."""
    export: ExportFacts | None = None
    """Set where the image is to leave the cloud as a file."""
    verdicts: Mapping[CleanText, CleanText] = Field(default_factory=dict)
    """Verdict of the test launch by image id, as far as known on this machine or noted on the image itself."""
    guest: Fact[GuestFacts] = Field(
        default_factory=lambda: Fact[GuestFacts](
            unknown_because=NOT_INSPECTED, unknown_code=UnknownCode.NOT_INSPECTED, source=Source.GUEST
        )
    )
    """What the last inspection found; its source says how old it is."""
    base_inventory: Inventory | None = None
    """What is installed on the base image, as it is kept on this machine; None: it is not known here."""
    active_run: CleanText | None = None
    """The run of this machine that works on the instance now; None: none does, or its journal was not asked."""
    now: Moment
    """When the facts were put together, by our clock."""
