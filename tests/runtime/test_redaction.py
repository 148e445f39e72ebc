"""Secrets are blotted out by their value, their name and their form."""

from __future__ import annotations

import pytest

from imaging.runtime.redaction import BLOT, Redactor


@pytest.mark.parametrize(
    "text",
    [
        "X-Auth-Token: s3cr3tvalue",
        "-H 'X-Auth-Token: s3cr3tvalue'",
        "{'X-Subject-Token': 's3cr3tvalue'}",
        '{"server": {"id": "x", "adminPass": "s3cr3tvalue"}}',
        '"password": "s3cr3tvalue \\" still s3cr3tvalue"',
        "OS_PASSWORD=s3cr3tvalue",
        "password='s3cr3tvalue, with blanks'",
        "application_credential_secret: s3cr3tvalue",
        '"secret": "s3cr3tvalue"',
        "Authorization: Bearer s3cr3tvalue",
        "https://ada:s3cr3tvalue@cloud.example/v3",
        "token gAAAAABs3cr3tvalues3cr3tvalue-_x== was refused",
        "eyJhbGciOiJI.eyJzdWIiOiIxs3cr3tvalue.s3cr3tvalue",
        '"user_data": "s3cr3tvalue"',
    ],
)
def test_what_looks_like_a_secret_is_blotted_out(text):
    cleaned = Redactor().clean(text)
    assert "s3cr3tvalue" not in cleaned
    assert BLOT in cleaned


@pytest.mark.parametrize(
    "text",
    [
        "GET /servers/detail 200 in 0.041 s (req-1)",
        "the password is wrong",
        "2 tokens",
        "https://cloud.example:5000/v3",
        "",
    ],
)
def test_other_texts_stay_as_they_are(text):
    assert Redactor().clean(text) == text


def test_known_values_are_blotted_out_wherever_they_occur():
    redactor = Redactor()
    redactor.hide("hunter2", "hunter2-and-more", "", "ab")
    assert redactor.clean("argument 'hunter2-and-more' or hunter2, ab") == f"argument '{BLOT}' or {BLOT}, ab"
