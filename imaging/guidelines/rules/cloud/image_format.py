"""Chapter *Image format*: told by Glance once the image is made; rules about files have nothing to say here."""

from __future__ import annotations

from imaging.guidelines.declaration import rule
from imaging.guidelines.instance.source import finished_image
from imaging.guidelines.rule import Answer, Chapter, failed, need, not_applicable, passed, unknown
from imaging.guidelines.wording import command
from models.cloud.image import Image
from models.findings import Severity
from models.guidelines.facts import InstanceFacts
from models.guidelines.profile import Profile


@rule("FMT-CONTAINER", Chapter.IMAGE_FORMAT, "Format of the image", Severity.BLOCK, sentences=("S7",))
def fmt_container(facts: InstanceFacts, profile: Profile) -> Answer:
    if not profile.image_formats:
        return not_applicable("This profile asks for no format.")
    fact = finished_image(facts)
    if need(fact).is_volume_backed if fact else need(facts.instance).volume_backed:
        return not_applicable("The image of a volume-backed instance holds no data.")
    if fact is None:
        return unknown("The cloud's storage decides the format; Glance tells it once the image is made.")
    return _judged(need(fact), profile)


def _judged(image: Image, profile: Profile) -> Answer:
    """What Glance says of a finished image."""
    if image.disk_format is None:
        return unknown(f"Glance tells no format while the image is {image.status}.")
    if image.disk_format in profile.image_formats:
        return passed(f"Format is {image.disk_format}.")
    return failed(
        f"Format is {image.disk_format}, not {' or '.join(profile.image_formats)}.",
        "Download it, convert it with qemu-img, upload the result.",
        command=command("openstack", "image", "save", "--file", "image.img", image.id),
    )


def _no_file(_facts: InstanceFacts, _profile: Profile) -> Answer:
    return not_applicable("No file is uploaded: the cloud itself makes the image.")


fmt_raw_upload = rule(
    "FMT-RAW-UPLOAD", Chapter.IMAGE_FORMAT, "Format of a file to upload", Severity.BLOCK, sentences=("S7",)
)(_no_file)
fmt_safe = rule("FMT-SAFE", Chapter.IMAGE_FORMAT, "References to other files in a file to upload", Severity.BLOCK)(
    _no_file
)
fmt_match = rule("FMT-MATCH", Chapter.IMAGE_FORMAT, "Declared and actual format of a file to upload", Severity.BLOCK)(
    _no_file
)
