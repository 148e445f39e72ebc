"""What a console shows: boot messages, markers, host keys, pieces of a deep check, and error pages on the way to it."""

from __future__ import annotations

from datetime import UTC, datetime

from imaging.cloud.http.answers import Answer
from imaging.cloud.http.refusals import from_answer
from imaging.commands.documents.verdict import verdict_document
from imaging.commands.flow.brought_file import Brought
from imaging.commands.output.judged.verdict_text import verdict_lines
from imaging.guest.deep_check.chunks import hear, unpack
from imaging.guest.deep_check.console_report import read_console_report
from imaging.guest.host_keys.console_keys import read_console_keys
from imaging.guest.inventory import read_inventory
from imaging.guest.seal_proof import read_proof_report
from imaging.runs.test_instance.boot_verdict.boot_marker import find_marker
from imaging.runs.test_instance.boot_verdict.console_reader import ConsoleReader, read_console
from imaging.runs.test_instance.boot_verdict.console_text import GrowingConsole
from imaging.runs.test_instance.boot_verdict.saved_console import judge_saved_console
from models.text import many_lines, one_line
from tests.fuzz.door import Door
from tests.guest.deep_check.reports import BOOT, NONCE, console, part, pieces, report
from tests.guest.inventory import telling
from tests.guest.inventory.test_reading import WHOLE as INVENTORY
from tests.guest.inventory.test_reading import console as inventory_console
from tests.guest.inventory.test_reading import pieces as inventory_pieces
from tests.guest.seal_proof import proving
from tests.guest.seal_proof.test_proof_report import WHOLE
from tests.guest.seal_proof.test_proof_report import console as proof_console
from tests.guest.seal_proof.test_proof_report import pieces as proof_pieces

_TOKEN = "0" * 32
_MARKER = (
    f'imaging-marker {_TOKEN} {{"status":0,"address":"yes","route":"yes","machine":"0123456789abcdef","own":"yes"}}'
)
_KEYS = """ci-info: no authorized SSH keys fingerprints found for user debian.
-----BEGIN SSH HOST KEY FINGERPRINTS-----
256 SHA256:8yBqmhWvVzYQ2UnYwZkRLbSqfQvdoZcZzYLNv2Zm5vo root@db-07 (ED25519)
-----END SSH HOST KEY FINGERPRINTS-----
-----BEGIN SSH HOST KEY KEYS-----
ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ7zqJ0pQ0x3xv0cQ3qv1i7o8oHc5u6tC4j3L0n1bq2K root@db-07
-----END SSH HOST KEY KEYS-----
"""
_BOOT = "\r\n".join(
    (
        "SeaBIOS (version 1.16.2)", "Booting from Hard Disk...", "GNU GRUB version 2.06", *BOOT,
        "[    1.0] EXT4-fs (vda1): mounted filesystem with ordered data mode.",
        "[    9.9] cloud-init[400]: Cloud-init v. 22.4.2 finished at Sun, 01 Nov 2026 14:00:00 +0000."
        " Datasource DataSourceConfigDrive [net,ver=2][source=/dev/sr0].  Up 9.90 seconds",
        _MARKER, "Debian GNU/Linux 12 db-07 ttyS0", "db-07 login: ",
    )
)  # fmt: skip
_REPORT = report({"identity": part(["machine_id", "kept"]), "boot": part(["cmdline", "quiet"])})
_PROOF = proof_console()
_PIECES = console(*pieces(_REPORT), *pieces(_REPORT))


def _verdict(text: str) -> None:
    """At once, and as it grows."""
    console, reader = GrowingConsole(), ConsoleReader(_TOKEN)
    for share in (3, 2, 1):
        length = console.length
        console.take(text[: len(text) // share])
        reader.take(console.since(length))
    for reading in (read_console(text, _TOKEN), reader.reading):
        _shown(reading.verdict().model_dump_json())


def _marker(text: str) -> None:
    for line in text.splitlines():
        find_marker(line, _TOKEN)


def _pieces(text: str) -> None:
    read_console_report(text, nonce=NONCE, now=datetime(2026, 11, 1, tzinfo=UTC)).model_dump_json()


def _heard(text: str) -> None:
    unpack(hear(text, NONCE))


def _proof(text: str) -> None:
    read_proof_report(text, nonce=proving.NONCE).model_dump_json()


def _proof_inside(text: str) -> None:
    """What is in the pieces, which are whole."""
    _proof("\n".join(proof_pieces(text)))


def _inventory(text: str) -> None:
    read_inventory(text, nonce=telling.NONCE, now=telling.NOW).model_dump_json()


def _inventory_inside(text: str) -> None:
    """What is in the pieces, which are whole."""
    _inventory("\n".join(inventory_pieces(text)))


def _keys(text: str) -> None:
    _shown(read_console_keys(text).sentence("SHA256:x"))


def _text(text: str) -> None:
    assert one_line(text).isprintable()
    assert many_lines(text).replace("\n", "").isprintable()
    _shown(one_line(text) + many_lines(text))


def _error(text: str) -> None:
    for status in (400, 401, 403, 404, 409, 413, 429, 500, 503):
        headers = {"retry-after": text[:40], "date": text[:60], "x-openstack-request-id": text}
        raise_quietly = from_answer(Answer(status, headers, text), "look")
        assert len(str(raise_quietly)) < 2_000


def _shown(text: str) -> None:
    text.encode("utf-8")


def _saved(data: bytes) -> None:
    text = Brought("log", data).text
    _shown("\n".join(verdict_lines(judge_saved_console(text, _TOKEN, begins_cut=True))))
    verdict_document(judge_saved_console(text, None)).model_dump_json()


DOORS = (
    Door("console", "a saved log", _saved, data=[_BOOT.encode(), _BOOT.encode("utf-16"), _BOOT.encode("utf-32-be")]),
    Door("console", "a boot", _verdict, texts=[_BOOT]),
    Door("console", "a marker", _marker, texts=[_MARKER]),
    Door("console", "host keys", _keys, texts=[_KEYS]),
    Door("console", "pieces of a report", _heard, texts=[_PIECES]),
    Door("console", "a report in pieces", _pieces, texts=[_PIECES]),
    Door("console", "a proof in pieces", _proof, texts=[_PROOF]),
    Door("console", "what a proof says", _proof_inside, texts=[f"imaging-proof 1 {proving.NONCE}\n{WHOLE}end\n"]),
    Door("console", "a list of packages in pieces", _inventory, texts=[inventory_console()]),
    Door("console", "what a list of packages says", _inventory_inside,
         texts=[f"imaging-inventory 1 {telling.NONCE}\n{INVENTORY}end\n"]),
    Door("console", "any text", _text, texts=[_BOOT, _KEYS]),
    Door("cloud answers", "an error's body", _error,
         texts=['{"itemNotFound": {"code": 404, "message": "gone"}}', '{"error": {"message": "m", "title": "t"}}',
                "<html><head><title>502</title></head><body><h1>502 Bad Gateway</h1></body></html>",
                '{"NeutronError": {"type": "T", "message": "m", "detail": ""}}']),
)  # fmt: skip
