"""What is installed on an image as a bill of materials in CycloneDX, for the tools that look for known weaknesses."""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from imaging.reports.escaping import without_commands_in_json
from models.run.passport import Passport
from models.text import cut
from models.works.inventory import InstalledPackage, PackageManager

if TYPE_CHECKING:
    from cyclonedx.model import Property
    from cyclonedx.model.component import Component
    from packageurl import PackageURL

_TYPES = {
    PackageManager.DPKG: "deb",
    PackageManager.RPM: "rpm",
    PackageManager.CONDA: "conda",
    PackageManager.PYTHON: "pypi",
}
_OF_THE_SYSTEM = {PackageManager.DPKG, PackageManager.RPM}
_HASHES = {"md5": "MD5", "sha1": "SHA-1", "sha256": "SHA-256", "sha512": "SHA-512"}
_DIGITS = {"md5": 32, "sha1": 40, "sha256": 64, "sha512": 128}
"""How many hexadecimal digits a digest has: any other text in its place makes the whole bill invalid."""
_HEXADECIMAL = re.compile(r"[0-9A-Fa-f]+")
_NAMELESS = "a package without a name"
_PREFIX = "imaging:"
_LONGEST_VERSION = 1024
"""Characters, by the schema."""


def as_cyclonedx(passport: Passport) -> str:
    """The bill of materials, version 1.6 of the format, the same for the same passport."""
    # The library takes a fifth of a second to load, and few commands write a bill.
    from cyclonedx.model.bom import Bom, BomMetaData  # noqa: PLC0415  # see above
    from cyclonedx.output.json import JsonV1Dot6  # noqa: PLC0415  # see above

    made_at = passport.run.ended_at or passport.run.began_at
    image = _image(passport)
    components = {str(each.bom_ref.value): each for each in _components(passport)}
    bom = Bom(
        serial_number=uuid.uuid5(uuid.NAMESPACE_URL, f"imaging:{passport.image.id}:{passport.run.id}"),
        metadata=BomMetaData(component=image, timestamp=_whole_seconds(made_at), properties=_properties(passport)),
        components=components.values(),
    )
    bom.register_dependency(image, components.values())
    return without_commands_in_json(JsonV1Dot6(bom).output_as_string(indent=2)) + "\n"


def _whole_seconds(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)


def _image(passport: Passport) -> Component:
    from cyclonedx.model import HashAlgorithm, HashType  # noqa: PLC0415  # see above
    from cyclonedx.model.component import Component, ComponentType  # noqa: PLC0415  # see above

    algorithm, digest = passport.image.hash_algorithm.lower(), passport.image.content_hash
    hashes = []
    if len(digest) == _DIGITS.get(algorithm) and _HEXADECIMAL.fullmatch(digest):
        hashes.append(HashType(alg=HashAlgorithm(_HASHES[algorithm]), content=digest))
    return Component(
        type=ComponentType.OPERATING_SYSTEM,
        name=passport.image.name or passport.image.id,
        version=passport.image.id,
        bom_ref=f"image-{passport.image.id}",
        description=" ".join(passport.image.description.split()) or None,
        hashes=hashes,
    )


def _properties(passport: Passport) -> Iterator[Property]:
    """What a reader of the bill must know: above all what is missing in it."""
    from cyclonedx.model import Property  # noqa: PLC0415  # see above

    inventory = passport.installed
    if inventory is None or inventory.packages is None:
        yield Property(name=f"{_PREFIX}packages", value="unknown: this bill is not complete")
    elif inventory.incomplete:
        of = ", ".join(manager.value for manager in inventory.incomplete)
        yield Property(name=f"{_PREFIX}packages", value=f"not all are known of: {of}")
    else:
        yield Property(name=f"{_PREFIX}packages", value="complete")
    for number, why in enumerate(inventory.unread if inventory is not None else (), 1):
        yield Property(name=f"{_PREFIX}unread:{number}", value=why)
    if passport.origin.base_id:
        yield Property(name=f"{_PREFIX}base", value=passport.origin.base_id)


def _components(passport: Passport) -> Iterator[Component]:
    inventory = passport.installed
    for package in inventory.packages or () if inventory is not None else ():
        yield _component(package, passport.origin.system_id)


def _component(package: InstalledPackage, system_id: str) -> Component:
    from cyclonedx.model import Property  # noqa: PLC0415  # see above
    from cyclonedx.model.component import Component, ComponentType  # noqa: PLC0415  # see above

    purl = _purl(package, system_id)
    place = [Property(name=f"{_PREFIX}place", value=package.place)] if package.place else []
    known_by = purl.to_string() if purl is not None else f"{package.name}\n{package.version}"
    digest = hashlib.sha256(f"{known_by}\n{package.place}".encode()).hexdigest()[:16]
    return Component(
        type=ComponentType.LIBRARY,
        name=package.name or _NAMELESS,
        version=cut(package.version, _LONGEST_VERSION) or None,
        bom_ref=f"{package.manager.value}-{digest}",
        purl=purl,
        properties=place,
    )


def _purl(package: InstalledPackage, system_id: str) -> PackageURL | None:
    """The package's address among all packages; None where its name has no letter that one could hold."""
    from packageurl import PackageURL  # noqa: PLC0415  # see above

    # The guest names its packages: the library falls over a name of nothing but blanks and slashes.
    if not package.name.strip().strip("/").strip():
        return None
    qualifiers = {name: value for name, value in (("arch", package.architecture), ("build", package.build)) if value}
    namespace = system_id if package.manager in _OF_THE_SYSTEM else None
    return PackageURL(_TYPES[package.manager], namespace or None, package.name, package.version or None, qualifiers)
