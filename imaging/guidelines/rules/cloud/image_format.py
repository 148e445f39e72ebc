"""Chapter *Image format*: of an image Glance tells it once it is made, of a file its own content."""

from __future__ import annotations

from imaging.guidelines.declaration import rule
from imaging.guidelines.instance.source import finished_image
from imaging.guidelines.rule import Answer, Chapter, failed, need, not_applicable, passed, unknown
from imaging.guidelines.wording import command
from models.cloud.image import Image
from models.findings import Severity
from models.formatting import size
from models.guidelines.facts import InstanceFacts
from models.guidelines.profile import Profile
from models.image_file.file_facts import FileFacts
from models.image_file.refusal import RefusalCode


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
    """What Glance says about a finished image."""
    if image.disk_format is None:
        return unknown(f"Glance tells no format while the image is {image.status}.")
    if image.disk_format in profile.image_formats:
        return passed(f"Format is {image.disk_format}.")
    return failed(
        f"Format is {image.disk_format}, not {' or '.join(profile.image_formats)}.",
        "Download it, convert it with qemu-img, upload the result.",
        command=command("openstack", "image", "save", "--file", "image.img", image.id),
    )


@rule("FMT-RAW-UPLOAD", Chapter.IMAGE_FORMAT, "Format of a file to upload", Severity.BLOCK, sentences=("S7",))
def fmt_raw_upload(facts: InstanceFacts, profile: Profile) -> Answer:
    if facts.file is None:
        return _NO_FILE
    file = need(facts.file)
    if file.image_id:
        return not_applicable("It was uploaded already.")
    if not profile.upload_formats:
        return not_applicable("This profile asks for no format.")
    if file.header.format is None:
        return unknown("What format it has could not be told.")
    if file.header.format in profile.upload_formats and not file.wrappers:
        return passed(f"Format is {file.header.format.in_words}.", facts.file)
    wanted = " or ".join(profile.upload_formats)
    return failed(
        f"{_what_it_is(file)}, not {wanted}.",
        f"Convert it to {wanted} before the upload; it needs {size(file.header.disk_size_bytes)} at most.",
        facts.file,
        command=_conversion(file, profile.upload_formats[0]),
    )


@rule("FMT-SAFE", Chapter.IMAGE_FORMAT, "What makes a file unsafe to open", Severity.BLOCK)
def fmt_safe(facts: InstanceFacts, _profile: Profile) -> Answer:
    if facts.file is not None and (warnings := need(facts.file).header.warnings) and need(facts.file).header.accepted:
        told = " ".join(each.sentence for each in warnings)
        return failed(told, "Convert it before it is given to others.", facts.file, severity=Severity.WARN)
    return _refusals(facts, without=_OF_DECLARATION, passes="Nothing in its header makes it unsafe to open.")


@rule("FMT-MATCH", Chapter.IMAGE_FORMAT, "Declared and actual format of a file to upload", Severity.BLOCK)
def fmt_match(facts: InstanceFacts, _profile: Profile) -> Answer:
    if facts.file is not None and need(facts.file).declared is None:
        return not_applicable("Nobody has said what format it has: its content alone tells.")
    return _refusals(facts, only=_OF_DECLARATION, passes="Its content is of the format that it is said to have.")


_NO_FILE = not_applicable("No file is uploaded: the cloud itself makes the image.")
_OF_DECLARATION = frozenset({RefusalCode.FORMAT_DIFFERS, RefusalCode.HEADER_IN_RAW})


def _refusals(
    facts: InstanceFacts,
    *,
    passes: str,
    only: frozenset[RefusalCode] = frozenset(RefusalCode),
    without: frozenset[RefusalCode] = frozenset(),
) -> Answer:
    if facts.file is None:
        return _NO_FILE
    header = need(facts.file).header
    found = [each for each in header.refusals if each.code in only - without]
    if found:
        return failed(" ".join(each.sentence for each in found), found[0].remedy, facts.file)
    return passed(passes, facts.file)


def _what_it_is(file: FileFacts) -> str:
    kind = file.header.format.in_words if file.header.format is not None else "of an unknown format"
    packed = [each.value for each in reversed(file.wrappers)]
    return f"Format is {kind}" + (f", packed as {', in '.join(packed)}" if packed else "")


def _conversion(file: FileFacts, wanted: str) -> str | None:
    """By hand, where the file is not packed."""
    header = file.header
    if file.wrappers or header.format is None or not header.accepted:
        return None
    return command(
        "qemu-img", "convert", "-p", "-f", header.format.qemu_name, "-O", wanted, file.path, f"disk.{wanted}"
    )
