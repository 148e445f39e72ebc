"""The forms of a passport by their names."""

from __future__ import annotations

from enum import StrEnum

from imaging.reports.passport.cyclonedx_form import as_cyclonedx
from imaging.reports.passport.json_form import as_json, digest_of
from imaging.reports.passport.markdown_form import as_markdown
from imaging.reports.passport.page import as_page
from models.run.passport import Passport


class PassportForm(StrEnum):
    """In which forms a passport is written."""

    HTML = "html"
    MARKDOWN = "markdown"
    JSON = "json"
    CYCLONEDX = "cyclonedx"

    @property
    def file_name(self) -> str:
        """Under which name it lies in the folder of its run."""
        return {"html": "passport.html", "markdown": "passport.md", "json": "passport.json"}.get(
            self.value, "passport.cdx.json"
        )


def passport_text(passport: Passport, form: PassportForm) -> str:
    """The passport in one form."""
    match form:
        case PassportForm.HTML:
            return as_page(passport, digest_of(as_json(passport)))
        case PassportForm.MARKDOWN:
            return as_markdown(passport, digest_of(as_json(passport)))
        case PassportForm.JSON:
            return as_json(passport)
        case PassportForm.CYCLONEDX:
            return as_cyclonedx(passport)
