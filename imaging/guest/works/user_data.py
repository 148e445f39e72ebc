"""The user data of a test instance that is asked whether it works: two boots, built-in checks, the user's own tests.

Of three parts: the boothook, which cloud-init runs at every boot; the script that prints the marker of the boot; and a
cloud-config with a key, which must arrive and with which nobody can log in. All of it is compressed as a whole.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

from imaging.guest.console_script import filled, fragment
from imaging.guest.deep_check.boothook import FIRST_LINE, LARGEST, NONCE, compressed, console_functions, squeezed
from imaging.guest.inventory.script import inventory_functions
from imaging.guest.works.words import WORKS_WORD
from models.errors import UsageError
from models.works.test_file import TestFile, WorkTests, user_refusal

REPEATS = 90
"""How often the report of both boots is shown, every 20 seconds: for 30 minutes."""
LEAST_ROOM = 24 * 1024
"""Bytes that stay for tests, compressed."""
_BOOT_SECONDS = 60 + 240 + 60
"""What one boot may take beside the boot itself and the tests: to settle, to be looked at, and to be told."""
_FOLDER = "imaging.guest.works"
_PARTS = ("before", "facts", "network", "keys", "user_tests", "output", "boots")
_UNIT = {"NAME": "works", "TITLE": "Whether this instance works", "WORD": WORKS_WORD, "RESTART": "on-failure"}
_KEY = re.compile(r"ssh-ed25519 [A-Za-z0-9+/]{60,80}={0,2}(?: [A-Za-z0-9.@_-]{1,64})?")
_PLACE = re.compile(r"(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\]):[0-9]{1,5}")
_MOST_PLACES = 4
_SIZED_NONCE = "6e33aa6e7d55242d8a0da957faf8b01e"
_SIZED_KEY = f"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAkBmvoFMHlkgxUBQ8v4vE2SrJQkVCBuniTk8vdLYHe9 imaging-{_SIZED_NONCE}"
"""As random as those of a launch, which hardly get smaller when they are packed; zeros would."""
_SPARE = 64
"""Bytes by which those of a launch may pack worse, and the digest in its marker."""


def works_user_data(
    tests: WorkTests, *, nonce: str, marker: str, public_key: str, outside: Sequence[str] = ()
) -> bytes:
    """The user data of one test instance.

    Args:
        tests: what it runs beside the built-in checks.
        nonce: letters and digits, of this test instance alone; its report bears it.
        marker: the script that prints the marker of the boot.
        public_key: a key that must arrive (`unusable_public_key`).
        outside: addresses of which one should answer, `NAME:PORT` each; anything else is not asked.

    Raises:
        UsageError: the tests are larger than a cloud takes; or no account can have the name that is to run them.
        ValueError: a nonce or a key is not valid.
    """
    made = _made(tests, nonce=nonce, marker=marker, public_key=public_key, outside=outside)
    if len(made) > LARGEST:
        raise _too_large(len(made), tests)
    return made


def packed_size(tests: WorkTests, *, marker: str, outside: Sequence[str] = ()) -> int:
    """How many bytes the user data takes with these tests, to within a few dozen: nonce and key differ each time.

    Raises:
        UsageError: they are larger than a cloud takes, or would be with another nonce and key: a launch in the middle
            of a run must not be the first to find that out.
    """
    size = len(_made(tests, nonce=_SIZED_NONCE, marker=marker, public_key=_SIZED_KEY, outside=outside))
    if size + _SPARE > LARGEST:
        raise _too_large(size + _SPARE, tests)
    return size


def room_for_tests(marker: str = "") -> int:
    """How many bytes stay for tests, compressed."""
    alone = _made(WorkTests(), nonce=_SIZED_NONCE, marker=marker, public_key=_SIZED_KEY, outside=())
    return LARGEST - _SPARE - len(alone)


def seconds_for(tests: WorkTests) -> float:
    """How long both boots may take beyond the boots themselves, until all is told."""
    return 2.0 * (_BOOT_SECONDS + tests.all_seconds + 10)


def _too_large(size: int, tests: WorkTests) -> UsageError:
    largest = max(tests.files, key=lambda each: len(each.text), default=None)
    named = f" The largest is {largest.name}." if largest is not None else ""
    return UsageError(
        f"The tests take {size} bytes with the script that runs them; a cloud takes at most {LARGEST}.{named}",
        remedy="Give shorter tests; or put them into /etc/imaging/tests.d of the instance, where any size fits.",
    )


def _made(tests: WorkTests, *, nonce: str, marker: str, public_key: str, outside: Sequence[str]) -> bytes:
    if NONCE.fullmatch(nonce) is None:
        raise ValueError(f"not a nonce: {nonce!r}")
    if _KEY.fullmatch(public_key) is None:
        raise ValueError("not a public key of the kind that is made for a test instance")
    if refusal := user_refusal(tests.user):
        raise UsageError(refusal)
    parts = MIMEMultipart(boundary=f"imaging-{nonce}")
    parts.attach(MIMEText(_boothook(_values(tests, nonce, public_key, outside)), "cloud-boothook", "us-ascii"))
    if marker:
        parts.attach(MIMEText(marker, "x-shellscript", "us-ascii"))
    parts.attach(MIMEText(f"#cloud-config\nssh_authorized_keys:\n- {public_key}\n", "cloud-config", "us-ascii"))
    return compressed(parts.as_bytes(), most=LARGEST)


def _values(tests: WorkTests, nonce: str, public_key: str, outside: Sequence[str]) -> dict[str, object]:
    """What stands in the places of the script."""
    return {
        "NONCE": nonce,
        "REPEATS": REPEATS,
        "WORD": WORKS_WORD,
        "CONSOLE": console_functions(WORKS_WORD),
        "UNIT": fragment("unit", _UNIT),
        "IDENTITY": fragment("identity"),
        "UNITS": fragment("units"),
        "MASKING": filled("imaging.guest.probe", "masking.sh", {}),
        "INVENTORY": inventory_functions(),
        "OUTSIDE": " ".join([each for each in outside if _PLACE.fullmatch(each)][:_MOST_PLACES]),
        "PUBLIC_KEY": public_key.split(" ")[1],
        "TEST_USER": tests.user,
        "FILE_SECONDS": tests.file_seconds,
        "ALL_SECONDS": tests.all_seconds,
        "TESTS": _packed(tests.files, nonce),
        "ASK": "@ASK@",
    }


def _boothook(values: dict[str, object]) -> str:
    parts = {name.upper(): filled(_FOLDER, f"{name}.sh", values) for name in _PARTS}
    heading, _, work = filled(_FOLDER, "works.sh", values | parts).partition("\n\n")
    # The lines of Python keep their indentation.
    script = squeezed(work).replace("@ASK@\n", filled(_FOLDER, "ask.py", {}))
    return f"{FIRST_LINE}\n{heading}\n\n{script}"


def _packed(tests: Sequence[TestFile], nonce: str) -> str:
    """A script that puts each test in its place, compressed, as text."""
    end = f"imaging-{nonce}"
    script = "".join(f"put '{each.name}' <<'{end}'\n{_ended(each.text)}{end}\n" for each in tests)
    return base64.b64encode(compressed(script.encode("utf-8"))).decode("ascii")


def _ended(text: str) -> str:
    return text if text.endswith("\n") else f"{text}\n"
