"""The disk in an OVA: a tar archive with a description of the machine (OVF) and its disks. It is read where it lies.

Source: DMTF DSP0243 (OVF), 5.3: the description comes first; members have plain names.
"""

from __future__ import annotations

import re
import tarfile
from typing import Final
from xml.etree import ElementTree as ET

from imaging.files.content import FileContent, FileWindow
from imaging.files.formats import RefusedFileError
from models.image_file.refusal import Refusal, RefusalCode

_MOST_MEMBERS: Final = 64
_LARGEST_DESCRIPTION: Final = 2**20
_SAFE_NAME: Final = re.compile(r"(?!\.)[^/\\\x00-\x1f]{1,255}")
_BLOCK: Final = 512
_NO_DISKS: Final = (".ovf", ".mf", ".cert", ".txt", ".xml", ".iso", ".nvram")


def disk_in_ova(content: FileContent, name: str) -> FileContent:
    """The one disk that an OVA holds.

    Args:
        content: the archive.
        name: of the file, for what is said about it.

    Raises:
        RefusedFileError: it is damaged, holds none or several disks, or members that no OVA has.
    """
    members = _members(content, name)
    described = _described(content, members, name)
    disks = [each for each in members if _is_disk(each, described)]
    if len(disks) != 1:
        raise _refused(name, RefusalCode.NOT_ONE_DISK, ", ".join(each.name for each in disks))
    (disk,) = disks
    if disk.offset_data + disk.size > content.size_bytes:
        raise _refused(name, RefusalCode.BROKEN_WRAPPER, "it ends before its disk does")
    return FileWindow(content, disk.offset_data, disk.size)


def _members(content: FileContent, name: str) -> list[tarfile.TarInfo]:
    """All members, by their headers alone. None may be a link, a device, or in a folder."""
    found: list[tarfile.TarInfo] = []
    offset = 0
    while offset + _BLOCK <= content.size_bytes:
        member = _member(content.read(offset, _BLOCK), offset, name)
        if member is None:
            break
        if not member.isreg() or not _SAFE_NAME.fullmatch(member.name.removeprefix("./")):
            raise _refused(name, RefusalCode.ODD_MEMBERS, member.name[:80])
        found.append(member)
        if len(found) > _MOST_MEMBERS:
            raise _refused(name, RefusalCode.ODD_MEMBERS, f"more than {_MOST_MEMBERS} files")
        offset = member.offset_data + -(-member.size // _BLOCK) * _BLOCK
    return found


def _member(block: bytes, offset: int, name: str) -> tarfile.TarInfo | None:
    """The member that a header describes; None at the end of the archive."""
    if not block.strip(b"\0"):
        return None
    try:
        member = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        raise _refused(name, RefusalCode.BROKEN_WRAPPER, "a header of its archive is damaged") from None
    if member.size < 0:
        raise _refused(name, RefusalCode.BROKEN_WRAPPER, "a header of its archive is damaged")
    member.offset_data = offset + _BLOCK
    return member


def _described(content: FileContent, members: list[tarfile.TarInfo], name: str) -> set[str]:
    """The files that the description names as disks; empty where it names none."""
    descriptions = [each for each in members if each.name.lower().endswith(".ovf")]
    if len(descriptions) != 1 or descriptions[0].size > _LARGEST_DESCRIPTION:
        raise _refused(name, RefusalCode.NOT_ONE_DISK, "it is no OVA: it holds no description of one machine")
    try:
        text = content.read(descriptions[0].offset_data, descriptions[0].size).decode("utf-8-sig")
        if "<!DOCTYPE" in text or "<!ENTITY" in text:  # what makes XML read other files, or grow without end
            raise _refused(name, RefusalCode.ODD_MEMBERS, "its description declares entities")
        tree = ET.fromstring(text)  # noqa: S314  # without a document type there is nothing to expand
    except (ET.ParseError, UnicodeDecodeError):
        raise _refused(name, RefusalCode.BROKEN_WRAPPER, "its description is no XML") from None
    return _disk_files(tree)


def _disk_files(tree: ET.Element) -> set[str]:
    """References and disks meet by the id of the file."""
    wanted = {_attribute(each, "fileRef") for each in tree.iter() if _tag(each) == "Disk"}
    files = [each for each in tree.iter() if _tag(each) == "File"]
    return {_attribute(each, "href") for each in files if _attribute(each, "id") in wanted} - {""}


def _is_disk(member: tarfile.TarInfo, described: set[str]) -> bool:
    name = member.name.removeprefix("./")
    return name in described if described else not name.lower().endswith(_NO_DISKS)


def _tag(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def _attribute(element: ET.Element, name: str) -> str:
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), "")


def _refused(name: str, code: RefusalCode, detail: str) -> RefusedFileError:
    return RefusedFileError(name, Refusal(code=code, detail=detail))
