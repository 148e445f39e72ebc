"""Chapter *Image format*: told by Glance once the image is made; rules about files have nothing to say here."""

from __future__ import annotations

from imaging.guidelines.rule import Answer, Chapter, Rule, failed, need, not_applicable, passed, unknown
from imaging.guidelines.source import finished_image
from imaging.guidelines.wording import command
from models.facts import InstanceFacts
from models.findings import Severity
from models.image import Image
from models.profile import Profile


def _container(facts: InstanceFacts, profile: Profile) -> Answer:
    if not profile.image_formats:
        return not_applicable("This profile asks for no format.")
    fact = finished_image(facts)
    if need(fact).is_volume_backed if fact else need(facts.instance).volume_backed:
        return not_applicable("The image of a volume-backed instance holds no data.")
    if fact is None:
        return unknown("The cloud's storage decides the format; Glance tells it once the image is made.")
    return _told(need(fact), profile)


def _told(image: Image, profile: Profile) -> Answer:
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


_C = Chapter.IMAGE_FORMAT
RULES = (
    Rule("FMT-CONTAINER", _C, "The image is in a format that the guidelines name", ("S7",), Severity.BLOCK, _container),
    Rule("FMT-RAW-UPLOAD", _C, "A file to be uploaded is raw", ("S7",), Severity.BLOCK, _no_file),
    Rule("FMT-SAFE", _C, "A file to be uploaded names no other file", (), Severity.BLOCK, _no_file),
    Rule("FMT-MATCH", _C, "A file to be uploaded is what it is declared to be", (), Severity.BLOCK, _no_file),
)
