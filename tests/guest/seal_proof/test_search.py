"""The search for names of the source in a tree, by real shells."""

from __future__ import annotations

import bz2
import gzip
import lzma
import subprocess
import zipfile
from pathlib import Path

import pytest

from imaging.guest.seal_proof.needles import Needle, NeedleKind, Needles
from tests.guest.seal_proof.proving import INSTANCE_ID, NAMES, Guest, sightings
from tests.support.needs import needs, require


def test_a_clean_disk_has_none_of_the_names(guest: Guest):
    guest.put("/etc/passwd", "root:x:0:0::/root:/bin/sh\n")
    report = guest.proved()
    assert report.needles == ()
    assert report.needles_searched == len(NAMES.searched)
    assert report.not_searched == ()


@pytest.mark.parametrize(
    "path, content, kind",
    [
        ("/etc/sudoers.d/90", "alice.smith ALL=(ALL) ALL\n", "account"),
        ("/home/x/.ssh/known_hosts", "genome-db,10.0.0.1 ssh-rsa AAAA\n", "host name"),
        ("/root/notes", "the address:10.1.2.3;", "address"),
        ("/var/lib/agent/state", b"\0\0\1\2genome-db\0\xff\xfe", "host name"),
        ("/var/lib/agent/binary", b"\x7fELF\0\0\0alice.smith\0more", "account"),
        ("/var/lib/x/id", "id=11111111-2222-3333-4444-555555555555", "instance id"),
        ("/etc/ssh/keys", "ssh-rsa AAAAB3 alice@laptop of mine\n", "key comment"),
        ("/var/log/old.gz", gzip.compress(b"Nov 1 genome-db sshd: hello\n", mtime=0), "host name"),
        pytest.param("/var/log/old.txz", lzma.compress(b"Nov 1 genome-db sshd\n"), "host name", marks=needs("xz")),
        pytest.param("/var/log/old.tar.bz2", bz2.compress(b"\0\0Nov 1 alice.smith\0"), "account", marks=needs("bzip2")),
        ("/etc/no-line-end", "genome-db", "host name"),
    ],
    # What is packed differs from one zlib to the next, and with it the name of the test.
    ids=lambda value: value if isinstance(value, str) else "bytes",
)
def test_a_name_that_is_left_is_told_with_its_file(guest: Guest, path, content, kind):
    guest.put(path, content)
    assert sightings(guest.proved()) == {(kind, path)}


@pytest.mark.parametrize("packer, suffix", [("zstd", "zst"), ("lz4", "lz4"), ("xz", "xz"), ("bzip2", "bz2")])
def test_packed_files_are_searched_by_what_the_image_has(guest: Guest, packer: str, suffix: str):
    require(packer)
    # Made of two parts that came before, so that no packer has the name as it stands.
    log = b"run of genome-x at 4, then of db\nsshd: done; and genome-db\nsshd: done; " + b"nothing else " * 40
    packed = subprocess.run([packer, "-c"], input=log, capture_output=True, check=True).stdout
    assert b"genome-db" not in packed
    guest.put(f"/var/log/it is.{suffix}", packed)
    report = guest.proved()
    assert sightings(report) == {("host name", f"/var/log/it is.{suffix}")}
    assert report.packed_left == ()


def test_an_old_form_is_unpacked_or_named(guest: Guest):
    guest.put("/var/log/old.lzma", lzma.compress(b"Nov 1 genome-db\n", lzma.FORMAT_ALONE))
    report = guest.proved()
    assert sightings(report) == {("host name", "/var/log/old.lzma")} or "/var/log/old.lzma" in report.packed_left[0]


def test_what_the_image_cannot_unpack_is_named_and_what_is_kept_is_not(guest: Guest):
    lacking(guest, "zstd", "lz4")
    for path in ("/var/log/a.zst", "/home/x/b.zst", "/home/kept user/c.zst", "/var/d.lz4"):
        guest.put(path, b"packed")
    report = guest.proved()
    assert [each.rpartition(" (")[0] for each in report.packed_left] == [
        "1 files that only lz4 unpacks, which the image lacks", "2 files that only zstd unpacks, which the image lacks",
    ]  # fmt: skip
    assert report.packed_left[0].endswith("(/var/d.lz4)")
    assert report.needles_searched == len(NAMES.searched)


def test_archives_that_nobody_unpacks_and_broken_ones_are_named(guest: Guest):
    with zipfile.ZipFile(guest.put("/home/x/thesis.docx"), "w", zipfile.ZIP_DEFLATED) as document:
        document.writestr("word/document.xml", "genome-db " * 40)
    guest.put("/var/log/cut.gz", gzip.compress(bytes(range(256)) * 400, mtime=0)[:200])
    report = guest.proved()
    assert report.needles == ()
    assert report.packed_left == (
        "1 archives, which are not unpacked (/home/x/thesis.docx)",
        "1 packed files, which could not be unpacked (/var/log/cut.gz)",
    )


def test_what_is_packed_twice_is_searched_one_layer_deep(guest: Guest):
    guest.put("/var/log/twice.gz", gzip.compress(gzip.compress(b"genome-db\n" * 9, mtime=0), mtime=0))
    assert guest.proved().needles == ()


def lacking(guest: Guest, *missing: str) -> None:
    """A PATH without these programs."""
    tools = guest.root.parent / "few"
    tools.mkdir()
    for folder in ("/usr/sbin", "/usr/bin", "/sbin", "/bin"):
        for each in Path(folder).iterdir():
            if each.name not in missing and not (tools / each.name).exists():
                (tools / each.name).symlink_to(each)
    guest.settings |= {"PATH": str(tools), "IMAGING_PROOF_PATH": f"{guest.root.parent}/tools:{tools}"}


@pytest.mark.parametrize(
    "text", ["malice.smith", "alice.smithson", "10.1.2.34", "210.1.2.3", "_genome-db", "genome-dbs", "GENOME-DB"]
)
def test_a_name_inside_a_longer_word_is_another_word(guest: Guest, text):
    guest.put("/etc/file", f"one {text} two\n")
    assert guest.proved().needles == ()


def test_names_of_files_and_where_links_lead_count_too(guest: Guest):
    guest.put("/var/mail/alice.smith")
    guest.put("/home/alice.smith/deep/file")
    (guest.root / "etc/link").symlink_to("/nowhere/genome-db")
    assert sightings(guest.proved()) == {
        ("account", "/var/mail/alice.smith"),
        ("account", "/home/alice.smith"),
        ("host name", "/etc/link"),
    }


def test_links_out_of_the_tree_are_not_followed(guest: Guest):
    outside = guest.root.parent / "outside"
    outside.mkdir()
    (outside / "file").write_text("genome-db\n")
    (guest.root / "home/away").symlink_to(outside)
    (guest.root / "etc/circle").symlink_to(".")
    assert guest.proved().needles == ()


def test_one_of_the_four_places_that_is_a_link_is_searched(guest: Guest):
    guest.put("/data/home/someone/file", "genome-db")
    (guest.root / "home").rmdir()
    (guest.root / "home").symlink_to("data/home")
    assert {kind for kind, _ in sightings(guest.proved())} == {"host name"}


def test_a_file_with_an_odd_name_is_not_lost(guest: Guest):
    guest.put("/home/-rf\nx $(touch bad) `id` '\" \x1b[31m/file", "genome-db")
    report = guest.proved()
    assert report.needles
    assert not list(guest.root.parent.rglob("bad"))


def test_what_is_kept_and_what_cloud_init_keeps_of_the_test_instance_are_left_out(guest: Guest):
    guest.put("/home/kept user/notes", "genome-db")
    guest.put(f"/var/lib/cloud/instances/{INSTANCE_ID}/obj.pkl", "10.1.2.3")
    assert guest.proved().needles == ()
    guest.put("/home/kept user 2/notes", "genome-db")


def test_only_what_is_kept_is_left_out(guest: Guest):
    guest.put("/home/kept user 2/notes", "genome-db")
    guest.put(f"/var/lib/cloud/instances/{INSTANCE_ID}0/obj.pkl", "10.1.2.3")
    assert len(guest.proved().needles) == 2


def test_a_word_that_packages_brought_proves_nothing_and_is_named(guest: Guest):
    guest.put("/usr/share/doc/tool/copyright", "Copyright genome-db authors\n")
    guest.put("/etc/tool.conf", "see genome-db\n")
    guest.put("/etc/other", "alice.smith\n")
    report = guest.proved()
    assert sightings(report) == {("account", "/etc/other")}
    assert report.not_searched == ("genome-db (a word of the base system)",)
    assert report.needles_searched == len(NAMES.searched) - 1


def test_an_address_is_never_a_word_of_the_system(guest: Guest):
    guest.put("/usr/share/doc/tool/README", "connect to 10.1.2.3\n")
    guest.put("/etc/tool.conf", "10.1.2.3\n")
    assert sightings(guest.proved()) == {("address", "/etc/tool.conf")}


def test_a_huge_file_of_zeros_is_searched_to_its_end(guest: Guest):
    file = guest.put("/var/lib/huge", "")
    with file.open("r+b") as handle:
        handle.truncate(80_000_000)
        handle.seek(79_000_000)
        handle.write(b"genome-db")
    assert sightings(guest.proved()) == {("host name", "/var/lib/huge")}


def test_a_search_that_was_ended_is_unknown(guest: Guest):
    guest.needles = Needles(searched=(Needle(kind=NeedleKind.HOST, text="genome-db"),))
    guest.put("/etc/file", "genome-db")
    guest.has("timeout", "#!/bin/sh\nexit 124\n")
    report = guest.proved()
    assert report.needles_searched is None
    assert "not done in time" in report.trouble


def test_what_cannot_be_read_makes_the_search_unknown(guest: Guest):
    guest.put("/etc/fine")
    guest.has("find", '#!/bin/sh\necho "find: /etc/x: Input/output error" >&2\nexit 1\n')
    report = guest.proved()
    assert report.needles_searched is None
    assert "Input/output error" in report.trouble


def test_no_name_stands_in_plain_text_on_the_disk_or_the_console(guest: Guest):
    guest.put("/home/x/file", "genome-db")
    guest.boot()
    on_disk = {
        path: path.read_bytes()
        for place in ("etc", "var/lib/cloud", "root")
        for path in (guest.root / place).rglob("*")
        if path.is_file()
    }
    for name in (each.text.encode() for each in NAMES.searched):
        assert not [path for path, content in on_disk.items() if name in content]
        assert name.decode() not in guest.console


def test_the_list_of_names_is_closed_to_others(guest: Guest):
    guest.boot()
    (folder,) = (guest.root / "run").glob("imaging-proof-*")
    assert folder.stat().st_mode & 0o077 == 0
