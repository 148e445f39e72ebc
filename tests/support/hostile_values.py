"""What a stranger can write where a number, a time, a text or a list is expected: the same for every reader."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

HUGE = 10**30
LONG_NUMBER = "9" * 5000
NUMBERS: tuple[Any, ...] = (0, -1, 1, 7, 2**31, 2**63 - 1, 2**64, HUGE, -HUGE, 10**400, 0.9, -0.0, 1e308, 1e999, -1e999)
NOT_A_NUMBER = float("nan")
MOMENTS = (
    *("0001-01-01T00:00:00Z", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "1969-12-31T23:59:59Z"),
    *(
        "2026-13-40",
        "2026-11-01T25:61:61Z",
        "20261101",
        "2026-W45-7",
        "2026-11-01T12:00:00+99:99",
        "1e999",
        LONG_NUMBER,
    ),
)
TEXTS = (
    *("", " ", "x", "NaN", "Infinity", "1e999", "1_000", "٣", "²", "0x10", "-0", "true", "null", "[]", "{}", '{"a":1}'),
    *("\x00", "\x1b[2J", "\ud800", "\u202e", "x" * 5000, "../..", "%s", "[/red]", "9" * 400),
)
DEEP: Any = 1
for _ in range(20):
    DEEP = {"a": [DEEP]}
VALUES: tuple[Any, ...] = (
    *(
        None,
        True,
        False,
        NOT_A_NUMBER,
        [],
        {},
        [[]],
        [None],
        [1],
        ["x"],
        [{}],
        {"id": {}},
        {"id": [1]},
        {"": None},
        DEEP,
    ),
    *NUMBERS,
    *MOMENTS,
    *TEXTS,
)
VALUE = st.sampled_from(VALUES)
"""One of them; cheap to draw."""
DEEP_TEXTS = ("[" * 100_000, '{"a":' * 50_000 + "1" + "}" * 50_000, "[" * 900 + "]" * 900)
RAW_NUMBERS = ("1e999", "-1e999", "NaN", "Infinity", "-Infinity", LONG_NUMBER, "0.9", "-0", "1E400")
"""As they stand in a JSON document."""
