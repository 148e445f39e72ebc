"""Secrets as researchers leave them: of each class eight forms, each with the file in which it lies."""

from __future__ import annotations

import random
import string
import tomllib
from collections.abc import Mapping
from pathlib import Path

Planted = Mapping[str, str]
"""What a file holds, by its path in the guest."""

FORMS = 8


def planted(seed: int = 1) -> dict[str, Planted]:
    """Made-up secrets by class; each class has `FORMS` files, and no two of all files are the same."""
    make = _Maker(random.Random(seed))  # nothing is kept secret by it
    return {**_tokens(make), **_by_place(make)}


class _Maker:
    def __init__(self, chance: random.Random) -> None:
        self._chance = chance

    def of(self, letters: str, count: int) -> str:
        return "".join(self._chance.choice(letters) for _ in range(count))

    def word(self, count: int = 20) -> str:
        return self.of(string.ascii_letters + string.digits, count)


_LETTERS = string.ascii_letters
_ALNUM = _LETTERS + string.digits
_HEX = "0123456789abcdef"
_BASE32 = string.ascii_uppercase + "234567"


def _tokens(make: _Maker) -> dict[str, Planted]:
    """Each token with a prefix of its own, where people paste them."""
    kinds = {
        "github": [lambda: f"ghp_{make.word(36)}", lambda: f"gho_{make.word(36)}",
                   lambda: f"ghs_{make.word(36)}", lambda: f"github_pat_{make.word(22)}_{make.word(59)}"],
        "gitlab": [lambda: f"glpat-{make.word(20)}", lambda: f"gldt-{make.word(20)}", lambda: f"glrt-{make.word(20)}"],
        "hugging-face": [lambda: f"hf_{make.of(_LETTERS, 34)}"],
        "anthropic": [lambda: f"sk-ant-api03-{make.word(93)}AA", lambda: f"sk-ant-admin01-{make.word(93)}AA"],
        "openai": [lambda: f"sk-proj-{make.word(74)}", lambda: f"sk-svcacct-{make.word(74)}"],
        "pypi": [lambda: f"pypi-AgEIcHlwaS5vcmc{make.word(60)}"],
        "npm": [lambda: f"npm_{make.word(36)}"],
        "slack": [lambda: f"xoxb-{make.of('0123456789', 12)}-{make.word(24)}",
                  lambda: f"https://hooks.slack.com/services/T{make.word(8)}/B{make.word(8)}/{make.word(24)}"],
        "age": [lambda: f"AGE-SECRET-KEY-1{make.of('QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L', 58)}"],
        "digital-ocean": [lambda: f"dop_v1_{make.of(_HEX, 64)}"],
        "vault": [lambda: f"hvs.{make.word(90)}"],
        "databricks": [lambda: f"dapi{make.of(_HEX, 32)}"],
        "sendgrid": [lambda: f"SG.{make.word(22)}.{make.word(43)}"],
        "stripe": [lambda: f"sk_live_{make.word(24)}", lambda: f"rk_live_{make.word(24)}"],
        "grafana": [lambda: f"glsa_{make.word(32)}_{make.of(_HEX, 8)}"],
        "rubygems": [lambda: f"rubygems_{make.of(_HEX, 48)}"],
        "1password": [lambda: f"ops_eyJ{make.word(250)}"],
        "dynatrace": [lambda: f"dt0c01.{make.of(_BASE32, 24)}.{make.of(_BASE32, 64)}"],
        "openshift": [lambda: f"sha256~{make.word(43)}"],
        "aws": [lambda: f"AKIA{make.of(_BASE32, 16)}", lambda: f"ASIA{make.of(_BASE32, 16)}"],
        "private-key": [lambda: f"-----BEGIN OPENSSH PRIVATE KEY-----\n{make.word(60)}",
                        lambda: f"-----BEGIN RSA PRIVATE KEY-----\n{make.word(60)}",
                        lambda: f"-----BEGIN PRIVATE KEY-----\n{make.word(60)}"],
    }  # fmt: skip
    return {
        f"A5 {name}": {
            path.format(name): text.format(makers[number % len(makers)]())
            for number, (path, text) in enumerate(_PASTED)
        }
        for name, makers in kinds.items()
    }


_PASTED = (
    ("/home/alice/notes/{}.txt", "the key for the course:\n{}\n"),
    ("/home/alice/project-{}/config.yaml", "name: x\ntoken: >\n  \n{}\n"),
    ("/root/{}-setup.sh", "#!/bin/sh\n: <<END\n{}\nEND\n"),
    ("/opt/{}/etc/app.ini", "[main]\nkey =\n{}\n"),
    ("/srv/{}/settings", "# live\n{}\r\n"),
    ("/usr/local/etc/{}.conf", "a\nb\n{}"),
    ("/var/www/{}/index.php", "<?php /*\n{}\n*/ ?>\n"),
    ("/home/alice/work/{}.ipynb", '{{"cells": [\n"source: "\n]}}\n{}\n'),
)


def _by_place(make: _Maker) -> dict[str, Planted]:
    """What is told by its place: each file with a secret of its own."""
    classes = tomllib.loads(Path(__file__).with_name("planted.toml").read_text("utf-8"))
    return {
        name: {path: text.replace("{}", make.word()) for path, text in files.items()} for name, files in classes.items()
    }
