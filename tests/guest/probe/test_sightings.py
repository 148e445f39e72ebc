from __future__ import annotations

import os
from pathlib import Path

import pytest

from imaging.guest.probe import script
from models.guest.files import FileSearch, Questions, Sighting
from tests.guest.probe.running import NONCE, probe
from tests.guest.probe.trees import needs_root, new_tree, tree
from tests.guest.trees.building import put, put_tool
from tests.support.known import known, present
from tests.support.shells import EACH_SHELL

KEY = FileSearch(
    id="SEC-PRIVKEY.ssh",
    paths=("~/.ssh/id_*",),
    names=("*.pem", "id_rsa*"),
    first_line={"private-key": "^-----BEGIN ([A-Z]+ )*PRIVATE KEY-----"},
    contains={"encrypted": "ENCRYPTED"},
)
LICENCE = FileSearch(
    id="SW-LICFILES.flexnet",
    names=("*.lic",),
    contains={"key": "^(FEATURE|INCREMENT) ", "server": "^SERVER "},
    words_after=("FEATURE", "INCREMENT"),
)
MATLAB = FileSearch(id="matlab.install", paths=("/opt/[Mm]atlab/R20??*", "/usr/local/MATLAB/R20*"))
CONDA = FileSearch(id="conda", names=("conda-meta",))


def sightings(root, *searches: FileSearch, **how) -> tuple[Sighting, ...]:
    fact = probe("sightings", root=root, questions=Questions(searches=searches), **how).sightings
    assert fact.value is not None, fact.unknown_because
    assert fact.incomplete_because is None
    return fact.value


def by_path(found: tuple[Sighting, ...]) -> dict[str, Sighting]:
    return {each.path: each for each in found}


@pytest.mark.parametrize("shell", EACH_SHELL)
def test_things_are_found_by_path_and_by_name_with_what_they_are(shell):
    found = by_path(sightings(tree("debian-12"), KEY, LICENCE, MATLAB, CONDA, shell=shell))
    assert found["/opt/matlab/R2024a"].search == "matlab.install"
    assert found["/home/alice/conda/conda-meta"].kind == "directory"
    key = found["/home/alice/.ssh/id_ed25519"]
    assert (key.kind, key.mode, key.marks) == ("file", "0600", ("private-key",))
    assert found["/home/alice/transfer.pem"].marks == ("private-key", "encrypted")
    licence = found["/opt/matlab/R2024a/licenses/site.lic"]
    assert licence.marks == ("key", "server")
    assert licence.words == ("MATLAB", "Statistics_Toolbox")
    assert found["/opt/notes/about.lic"].marks == ()


@needs_root
def test_owners_are_named_by_the_guests_own_passwd():
    assert by_path(sightings(tree("rocky-9"), KEY))["/home/alice/.ssh/id_ed25519"].owner == "alice"


def test_no_content_is_in_the_report():
    text = probe("sightings", root=tree("debian-12"), questions=Questions(searches=(KEY, LICENCE))).model_dump_json()
    for secret in ("bWFkZSB1cA", "made up", "SIGN", "0050569b1234"):
        assert secret not in text


@pytest.mark.parametrize("shell", EACH_SHELL)
def test_names_are_compared_without_regard_to_capitals_and_as_a_whole(shell):
    root = new_tree("debian-12")
    for name in ("A.LIC", "b.lic.txt", "lic", "c.Lic"):
        put(root, f"srv/{name}", "nothing\n")
    search = FileSearch(id="lic", names=("*.lic",))
    found = {Path(each.path).name for each in sightings(root, search, shell=shell) if each.path.startswith("/srv")}
    assert found == {"A.LIC", "c.Lic"}


@pytest.mark.parametrize(
    "glob, fits, fits_not",
    [
        ("a.b+c", "a.b+c", "axb+c"),
        ("r(1)|x", "r(1)|x", "r1"),
        ("q{2}$^", "q{2}$^", "qq"),
        ("it's", "it's", "its"),
        ("back\\slash", "back\\slash", "backslash"),
        ("sp ace", "sp ace", "space"),
        ("v[0-9]?x", "v1ax", "vaax"),
        ("v[!0-9]", "va", "v1"),
        ("$(touch x)`id`", "$(touch x)`id`", "x"),
    ],
)
def test_a_name_means_the_same_whatever_signs_are_in_it(glob, fits, fits_not):
    root = new_tree("debian-12")
    put(root, f"srv/{fits}")
    put(root, f"srv/{fits_not}")
    put(root, f"home/alice/search/{fits}")
    found = {each.path for each in sightings(root, FileSearch(id="odd", names=(glob,), paths=(f"~/search/{glob}",)))}
    assert found == {f"/srv/{fits}", f"/home/alice/search/{fits}"}


HOSTILE = [
    b"line\nend.lic", b"\x1b[2Jred\x1b[m.lic", b"\xff\xfe.lic", b"-rf.lic", b" blank .lic", b"a\ttab.lic",
    b"q\"uo'te$(reboot)`x`\\.lic", b"*.lic", b"\x01one.lic",
]  # fmt: skip


@pytest.mark.parametrize("shell", EACH_SHELL)
def test_hostile_names_are_found_and_read(shell):
    root = new_tree("debian-12")
    for name in HOSTILE:
        path = os.fsdecode(os.fsencode(root / "home/bruno") + b"/" + name)
        Path(path).write_text("FEATURE found_it v 1\n")
    fact = probe("sightings", root=root, questions=Questions(searches=(LICENCE,)), shell=shell).sightings
    found = [each for each in known(fact) if each.path.startswith("/home/bruno/")]
    assert len(found) == len(HOSTILE)
    assert not any(ord(letter) < 32 or ord(letter) == 127 for each in found for letter in each.path)
    assert sum(each.words == ("found_it",) for each in found) == len(HOSTILE) - 1  # byte 1 stands for a line end


def test_a_search_at_one_place_is_told_once_though_path_and_name_fit():
    root = new_tree("debian-12")
    put(root, "home/alice/.ssh/id_rsa", "-----BEGIN RSA PRIVATE KEY-----\n")
    assert [each.path for each in sightings(root, KEY)].count("/home/alice/.ssh/id_rsa") == 1


def test_one_place_can_be_for_several_searches():
    second = FileSearch(id="second", names=("site.*",))
    found = {each.search for each in sightings(tree("debian-12"), LICENCE, second) if each.path.endswith("site.lic")}
    assert found == {"SW-LICFILES.flexnet", "second"}


def test_only_the_first_64_kib_are_read():
    root = new_tree("debian-12")
    put(root, "srv/late.lic", "x" * 70_000 + "\nFEATURE late v 1\n")
    put(root, "srv/soon.lic", "FEATURE soon v 1\n" + "x" * 70_000)
    put(root, "srv/binary.lic", b"\x00\x01\xff" * 30_000 + b"\nFEATURE late v 1\n")
    found = by_path(sightings(root, LICENCE))
    assert found["/srv/late.lic"].marks == ()
    assert found["/srv/soon.lic"].marks == ("key",)
    assert found["/srv/binary.lic"].marks == ()


def test_a_mark_of_the_first_line_is_not_found_in_the_second():
    root = new_tree("debian-12")
    put(root, "srv/a.pem", "a certificate\n-----BEGIN PRIVATE KEY-----\n")
    assert by_path(sightings(root, KEY))["/srv/a.pem"].marks == ()


def test_at_most_eight_words_are_told_each_cut():
    root = new_tree("debian-12")
    lines = "".join(f"FEATURE {'w' * 100}{number} v 1\n" for number in range(20))
    put(root, "srv/many.lic", lines)
    words = by_path(sightings(root, LICENCE))["/srv/many.lic"].words
    assert len(words) <= 8
    assert max(map(len, words)) <= 60


def test_a_fifo_and_a_link_are_told_as_what_they_are():
    root = new_tree("debian-12")
    os.mkfifo(root / "srv/pipe.lic")
    (root / "srv/link.lic").symlink_to("/etc/shadow")
    found = by_path(sightings(root, LICENCE))
    assert found["/srv/pipe.lic"].kind == "other"
    assert found["/srv/link.lic"].kind == "link"
    assert found["/srv/link.lic"].marks == ()


@needs_root
def test_without_root_what_may_not_be_read_is_unread_and_the_search_incomplete():
    root = new_tree("debian-12")
    put(root, "srv/closed.lic", "FEATURE x v 1\n", mode=0o600)
    (root / "home/bruno").chmod(0o700)
    fact = probe("sightings", root=root, questions=Questions(searches=(LICENCE, KEY)), as_user=True).sightings
    assert by_path(known(fact))["/srv/closed.lic"].unread
    assert by_path(known(fact))["/opt/notes/about.lic"].unread is False
    assert "not every directory may be read" in present(fact.incomplete_because)


def test_a_volume_of_its_own_is_not_searched():
    root = new_tree("debian-12")
    put(root, "data/key.pem", "-----BEGIN PRIVATE KEY-----\n")
    put(root, "mnt/key.pem", "-----BEGIN PRIVATE KEY-----\n")
    with (root / "proc/self/mountinfo").open("a") as file:
        file.write("60 28 253:2 / /mnt rw shared:40 - ext4 /dev/vda2 rw\n")
    found = by_path(sightings(root, KEY))
    assert "/data/key.pem" not in found
    assert "/mnt/key.pem" in found


def test_too_many_sightings_are_cut_and_said_so():
    root = new_tree("debian-12")
    for number in range(3200):
        (root / f"srv/{number}.sif").touch()
    fact = probe(
        "sightings", root=root, questions=Questions(searches=(FileSearch(id="sif", names=("*.sif",)),))
    ).sightings
    assert len(known(fact)) == 3000
    assert "3,000" in present(fact.incomplete_because)


def test_a_search_that_takes_too_long_tells_what_it_found_so_far():
    root = new_tree("debian-12")
    put_tool(
        root, "timeout", 'shift 3; case $* in *-iregex*) /usr/bin/timeout 1 "$@"; exit 124 ;; *) exec "$@" ;; esac'
    )
    fact = probe("sightings", root=root, questions=Questions(searches=(LICENCE,))).sightings
    assert "/opt/notes/about.lic" in by_path(known(fact))
    assert fact.incomplete_because == "time was up in the search by name"


def test_without_questions_there_are_no_sightings():
    assert sightings(tree("debian-12")) == ()


@pytest.mark.parametrize(
    "search",
    [
        FileSearch(id="a", names=("tab\there",)),
        FileSearch(id="a", paths=("~/line\nend",)),
        FileSearch(id="a", paths=("relative/path",)),
        FileSearch(id="a", paths=("/opt/[$(reboot)]x",)),
        FileSearch(id="a", contains={"two words": "x"}),
        FileSearch(id="a", contains={"mark": "x\n"}),
    ],
)
def test_a_question_that_could_break_out_of_its_quotes_is_refused(search):
    with pytest.raises(ValueError, match=r"control|neither|brackets|plain word"):
        script(Questions(searches=(search,)), nonce=NONCE)
