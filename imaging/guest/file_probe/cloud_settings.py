"""What cloud-init's own files say about a new instance and of its last boot; nothing else, for they hold secrets."""

from __future__ import annotations

import re
from typing import Final

from imaging.files.disk.tree import Found
from imaging.guest.file_probe.guest_files import GuestFiles
from imaging.guest.file_probe.part_rows import PartRows
from imaging.guest.file_probe.yaml_lines import YamlLines
from imaging.guest.report.masking import masked

_VERSIONS: Final = "/usr/lib/python[23]*/*-packages/cloudinit/version.py"
_VERSION: Final = re.compile(r"\A(?:_PACKAGED_VERSION|__VERSION__) *=[^\"']*[\"']([^\"']*)")
_CONFIGURATION: Final = ("/etc/cloud/cloud.cfg", "/etc/cloud/cloud.cfg.d/*.cfg")
_CHOOSER: Final = "/etc/cloud/ds-identify.cfg"
_RESULTS: Final = {"status": "/var/lib/cloud/data/status.json", "result": "/var/lib/cloud/data/result.json"}
"""Those in /run are links to them."""
_DECIDING: Final = frozenset({
    "datasource_list", "network", "growpart", "disable_ec2_metadata", "disable_root", "manage_etc_hosts",
    "manage_resolv_conf", "manual_cache_clean", "preserve_hostname", "resize_rootfs", "ssh_deletekeys",
    "ssh_genkeytypes", "ssh_pwauth", "ssh_quiet_keygen",
})  # fmt: skip
"""The settings that decide about a new instance; others are not told."""
_EMPTY: Final = re.compile(r"\A[ \t\r]*(?:#|\Z)")
_HEAD: Final = re.compile(r"\A(?:---|%YAML)")
_OUTER_KEY: Final = re.compile(r"\A[\"']?([A-Za-z_][A-Za-z0-9_.-]*)[\"']?[ \t]*:")
_UNKNOWN_FORM: Final = "?"
_BEHIND_FIRST_LINE: Final = re.compile(r"\\n(?:[^\"\\]|\\.)*")
"""Of a text in JSON: what follows its first line."""
_SECRET_WORD: Final = re.compile(
    r"((?:passw(?:or)?d|passphrase|secret|token|api_?key)'?[ \t]*+:)[ \t]*+[^\] \t,{}\[]++", re.IGNORECASE
)
_LONGEST_RESULT: Final = 30_000


def tell_settings(files: GuestFiles, rows: PartRows) -> None:
    """The version, the settings, and how the last boot went."""
    for found in files.files(_VERSIONS):
        _tell_version(files.lines_of(found), rows)
    for found in files.files(*_CONFIGURATION):
        _tell_configuration(found, files.lines_of(found), rows)
    for line in files.lines(_CHOOSER):
        if not _EMPTY.match(line):
            rows.row("ds-identify", line.replace("\t", " "), _CHOOSER)
    for kind, path in _RESULTS.items():
        _tell_result(kind, files.lines(path), rows)


def _tell_version(lines: list[str], rows: PartRows) -> None:
    for line in lines:
        found = _VERSION.match(line)
        if found is not None and "@@" not in line:
            rows.row("version", found[1])


def _tell_configuration(found: Found, lines: list[str], rows: PartRows) -> None:
    """The keys of the first level that decide, with all below them. Another form of the whole is not known."""
    outer, yaml = "", YamlLines()
    for line in lines:
        if _EMPTY.match(line) or _HEAD.match(line):
            continue
        key = _OUTER_KEY.match(line)
        if key is not None:
            outer, yaml = key[1], YamlLines()
        elif not outer or (line[0] not in "- \t" and outer != _UNKNOWN_FORM):
            outer = _UNKNOWN_FORM
            rows.incomplete(f"the form of {found.path} is not known")
        if outer in _DECIDING:
            tell_yaml(yaml, line, found.path, rows)


def tell_yaml(yaml: YamlLines, line: str, path: str, rows: PartRows) -> None:
    """One row of kind `yaml`, or what keeps the rest of the file from being told."""
    was_over = yaml.is_over
    told = yaml.told(line)
    if told is not None:
        rows.row("yaml", told, path)
    elif yaml.is_over and not was_over:
        rows.incomplete(f"a secret in {path} is written in a form that is not known")


def _tell_result(kind: str, lines: list[str], rows: PartRows) -> None:
    text = ""
    for line in lines:
        if len(text) < _LONGEST_RESULT:
            text += f" {line}"
    if text:
        rows.row(kind, _without_secrets(text.replace("\t", " ")))


def _without_secrets(text: str) -> str:
    """Errors quote commands with their arguments, and what these printed: their first lines say enough.

    Masked text by text of the JSON, so that what is masked ends where the text does.
    """
    return '"'.join(_masked(piece) for piece in _BEHIND_FIRST_LINE.sub("", text).split('"'))


def _masked(piece: str) -> str:
    before_quote = "\\" if piece.endswith("\\") else ""
    return _SECRET_WORD.sub(r"\1***", masked(piece.removesuffix("\\"))) + before_quote
