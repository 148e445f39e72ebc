"""The audit of the locked versions: what could not be checked is never called safe."""

from __future__ import annotations

import json

import pytest

from tests.gate.loading import gate_program

SOUND = {"name": "rich", "version": "15.0.0", "vulns": []}
HOLE = {"id": "PYSEC-2026-1", "fix_versions": ["2.1"], "aliases": [], "description": "…"}
VULNERABLE = {"name": "jinja", "version": "2.0", "vulns": [HOLE]}
UNKNOWN = {"name": "click", "skip_reason": "Dependency not found on PyPI and could not be audited: click (8.1)"}


@pytest.fixture
def audited(tmp_path, monkeypatch, capsys):
    """Runs the audit with a pip-audit that says what it is told to; gives exit status and output."""
    audit = gate_program("audit")

    def run(*answers):
        locks = []
        for number, answer in enumerate(answers):
            lock = tmp_path / f"{number}.lock"
            lock.write_text(answer if isinstance(answer, str) else json.dumps({"dependencies": answer}))
            locks.append(str(lock))
        monkeypatch.setattr(audit, "_PIP_AUDIT", ("sh", "-c", 'for last; do :; done; cat "$last"', "sh"))
        return audit.main(locks), capsys.readouterr().out

    return run


def test_all_checked_and_none_vulnerable_is_success(audited):
    status, said = audited([SOUND], [SOUND, SOUND])
    assert status == 0
    assert "2 versions checked, no known vulnerability" in said


def test_a_vulnerable_version_is_told_with_its_remedy(audited):
    status, said = audited([SOUND, VULNERABLE], [SOUND])
    assert status == 1
    assert "VULNERABLE: jinja 2.0: PYSEC-2026-1, fixed in 2.1" in said


def test_a_version_that_could_not_be_checked_is_no_success(audited):
    status, said = audited([SOUND, UNKNOWN])
    assert status == 75
    assert "not checked: Dependency not found on PyPI" in said


@pytest.mark.parametrize("answer", [[UNKNOWN, UNKNOWN], [], "", "no JSON", "[]"])
def test_no_service_is_no_success(audited, answer):
    status, said = audited(answer)
    assert status == 75
    assert "not checked" in said
    assert "no known vulnerability" not in said


def test_a_vulnerability_is_not_forgotten_over_what_could_not_be_checked(audited):
    assert audited([VULNERABLE], [UNKNOWN, SOUND])[0] == 1
    assert audited([VULNERABLE], [UNKNOWN])[0] == 1
    assert audited([UNKNOWN, SOUND], [VULNERABLE])[0] == 1
