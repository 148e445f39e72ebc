"""Elements of a page: what is put into one is a text or another element, so that no text can become markup."""

from __future__ import annotations

from xml.etree import ElementTree as ET  # only written here, nothing of a stranger is parsed

from imaging.reports.escaping import without_commands_in_xml, xml_text

Part = ET.Element | str


def element(tag: str, *parts: Part, **attributes: str) -> ET.Element:
    """An element.

    Args:
        tag: its name.
        parts: texts and elements, in their order.
        attributes: by name; `class_` is *class*, and `_` within a name a hyphen.
    """
    made = ET.Element(tag, {name.rstrip("_").replace("_", "-"): xml_text(value) for name, value in attributes.items()})
    last: ET.Element | None = None
    for part in parts:
        if isinstance(part, ET.Element):
            made.append(part)
            last = part
        elif last is None:
            made.text = (made.text or "") + xml_text(part)
        else:
            last.tail = (last.tail or "") + xml_text(part)
    return made


def foreign(text: str) -> ET.Element:
    """A text of a stranger, whose writing direction ends where it ends."""
    return element("bdi", text)


def written(root: ET.Element) -> str:
    """The page as text."""
    return "<!DOCTYPE html>\n" + without_commands_in_xml(ET.tostring(root, encoding="unicode", method="html")) + "\n"
