"""Chapter *Export*: whether the image can be taken out of the cloud."""

from __future__ import annotations

from imaging.guidelines.declaration import rule
from imaging.guidelines.instance.source import finished_image, root_disk_gib
from imaging.guidelines.rule import Answer, Chapter, failed, need, passed
from imaging.guidelines.wording import command
from models.findings import Severity
from models.formatting import size
from models.guidelines.facts import InstanceFacts
from models.guidelines.profile import Profile


@rule("EXPORT", Chapter.EXPORT, "Export of the image", Severity.INFO, sentences=("S58", "S59", "S60"))
def export(facts: InstanceFacts, profile: Profile) -> Answer:
    fact = finished_image(facts)
    image = need(fact) if fact else None
    if image.is_volume_backed if image else need(facts.instance).volume_backed:
        contact = f"; ask {profile.contacts.export}" if profile.contacts.export else ""
        return failed(
            "No: the image of a volume-backed instance has 0 bytes.",
            f"Make a volume of its snapshot and upload that as an image{contact}.",
            facts.instance,
            command="openstack image create --volume VOLUME_FROM_SNAPSHOT NAME",
        )
    if image is not None:
        stored = f"{size(image.size_bytes or 0)}, {image.disk_format or 'format not told'}"
        line = command("openstack", "image", "save", "--file", "FILE", image.id)
        return passed(f"Yes ({stored}): {line}", fact)
    disk_gib = root_disk_gib(facts)
    at_most = f" (at most {disk_gib} GiB)" if disk_gib else ""
    return passed(f"Yes{at_most}: openstack image save --file FILE IMAGE", facts.instance)
