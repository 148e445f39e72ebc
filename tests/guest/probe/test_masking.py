"""Passwords in mount options and addresses never leave the guest, and the reader would mask them once more."""

from __future__ import annotations

import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imaging.guest.probe import script
from imaging.guest.report.masking import masked, shown_line
from models.guest.files import Questions
from tests.support.examples import examples
from tests.support.needs import require

CASES = {
    "//nas/data /data cifs username=ann,password=hunter2,uid=1000 0 0":
        "//nas/data /data cifs username=ann,password=***,uid=1000 0 0",
    "//nas/data /data cifs credentials=/etc/cred,PASS=a,,b,_netdev 0 0":
        "//nas/data /data cifs credentials=/etc/cred,PASS=***,_netdev 0 0",
    "https://ann:s3c@ret@dav.example/files /dav davfs rw":
        "https://ann:***@dav.example/files /dav davfs rw",
    "https://t0ken@dav.example/files":
        "https://***@dav.example/files",
    "10.0.0.1:6789:/ /ceph ceph name=admin,secret=AQBd==,_netdev":
        "10.0.0.1:6789:/ /ceph ceph name=admin,secret=***,_netdev",
    "s3fs#bucket /s3 fuse passwd_file=/root/.passwd-s3fs":
        "s3fs#bucket /s3 fuse passwd_file=/root/.passwd-s3fs",
    "ann@host:/data /data fuse.sshfs IdentityFile=/root/.ssh/id":
        "ann@host:/data /data fuse.sshfs IdentityFile=/root/.ssh/id",
    "//nas/s /m cifs user=dom/u%hunter2,uid=0 0 0":
        "//nas/s /m cifs user=dom/u%***,uid=0 0 0",
    "user:hunter2@ftp.example:/x /m curlftpfs user=me:hunter2 0 0":
        "user:***@ftp.example:/x /m curlftpfs user=me:*** 0 0",
    "blob /m fuse account-key=hunter2,sas=hunter2 0 0":
        "blob /m fuse account-key=***,sas=*** 0 0",
    "ro netroot=iscsi:ann:hunter2@10.0.0.1::3260::iqn inst.rootpw=hunter2 wifi.psk=a,,b quiet":
        "ro netroot=iscsi:***@10.0.0.1::3260::iqn inst.rootpw=*** wifi.psk=*** quiet",
    "systemd.set_credential=a:hunter2 mykey=hunter2 rd.luks.key=/keyfile:UUID=1":
        "systemd.set_credential=*** mykey=*** rd.luks.key=/keyfile:UUID=1",
    "10.0.0.1@tcp:10.0.0.2@tcp:/fs /l lustre rw":
        "10.0.0.1@tcp:10.0.0.2@tcp:/fs /l lustre rw",
    "admin@.fs=/ /c ceph mon_addr=10.0.0.1:6789/10.0.0.2:6789":
        "admin@.fs=/ /c ceph mon_addr=10.0.0.1:6789/10.0.0.2:6789",
    "/dev/vda1 / btrfs subvol=/@,x=a@b 0 0":
        "/dev/vda1 / btrfs subvol=/@,x=a@b 0 0",
}  # fmt: skip


def by_the_script(texts: list[str]) -> list[str]:
    text = script(Questions(), {"system"}, nonce="abc").removesuffix("imaging_probe </dev/null\n")
    text += "awk \"$mask_awk\"'{ print mask($0) }'\n"
    lines = "".join(f"{text}\n" for text in texts)
    require("dash")
    ran = subprocess.run(["dash", "-c", text], input=lines, capture_output=True, text=True, check=True)
    return ran.stdout.splitlines()


@pytest.mark.parametrize("line, shown", CASES.items())
def test_passwords_are_masked_and_names_of_files_are_not(line, shown):
    assert masked(line) == shown
    assert by_the_script([line]) == [shown]


def test_a_line_of_fstab_is_shown_with_one_blank_between_its_fields():
    assert shown_line("LABEL=a\t/data \text4  pass=x\t0 0\r") == "LABEL=a /data ext4 pass=*** 0 0"


PIECE = st.sampled_from(
    [
        "//",
        "http://",
        "HTTPS://",
        ":",
        "@",
        "/",
        ",",
        ",,",
        " ",
        "pass",
        "word",
        "=",
        "secret_key=",
        "x",
        "Pwd=",
        "User=",
        "%",
        "key=",
        ";",
        "'",
        '"',
        "a:b@",
        "(",
    ]
)


@settings(max_examples=examples(60), deadline=None)
@given(st.lists(st.lists(PIECE, max_size=14).map("".join), min_size=1, max_size=20))
def test_script_and_reader_mask_alike(lines):
    by_script = by_the_script([f"{line}|" for line in lines])
    assert by_script == [masked(f"{line}|") for line in lines]
    assert [masked(line) for line in by_script] == by_script
