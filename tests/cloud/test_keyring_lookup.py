"""Only keyrings that keep secrets are used."""

from __future__ import annotations

import keyring.backends.chainer
import keyring.backends.fail
import keyring.backends.null
import pytest

from imaging.cloud.login.keyring_lookup import is_refused, look_up, usable_backends


def backend(module: str, name: str = "Keyring", *bases: type) -> object:
    kind = type(name, bases or (object,), {"get_password": lambda *_: "found"})
    kind.__module__ = module
    return kind()


@pytest.mark.parametrize(
    "refused",
    [
        keyring.backends.fail.Keyring(),
        keyring.backends.null.Keyring(),
        backend("keyrings.alt.file", "PlaintextKeyring"),
        backend("keyrings.alt.file", "EncryptedKeyring"),
        backend("keyrings.cryptfile.cryptfile", "CryptFileKeyring"),
        backend("somebody.elses", "MyPlainTextStore"),
        backend("somebody.elses", "Mine", type(backend("keyrings.alt.Gnome", "Keyring"))),
    ],
    ids=lambda one: type(one).__module__ + "." + type(one).__name__,
)
def test_what_keeps_nothing_or_keeps_it_readable_is_refused(refused):
    assert is_refused(refused)
    assert list(usable_backends(refused)) == []


def test_a_real_one_is_used():
    real = backend("keyring.backends.SecretService")
    assert list(usable_backends(real)) == [real]


def test_of_a_chain_only_the_good_ones_are_used(monkeypatch):
    real = backend("keyring.backends.SecretService")
    chain = keyring.backends.chainer.ChainerBackend()
    inner = [keyring.backends.null.Keyring(), backend("keyrings.alt.file", "PlaintextKeyring"), real]
    monkeypatch.setattr(type(chain), "backends", inner)
    assert list(usable_backends(chain)) == [real]


async def test_on_a_machine_without_a_keyring_there_is_no_secret_and_no_error(monkeypatch):
    monkeypatch.setattr(keyring, "get_keyring", keyring.backends.fail.Keyring)
    assert await look_up("dev/ada", 1) is None
