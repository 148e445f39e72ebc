"""The part `path_uses`, from a disk."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.guest.file_probe.comparing import by_file, by_shell, facts_of, rows_of
from tests.guest.file_probe.sleeping import EACH_TREE, awake
from tests.guest.probe.running import plant

OWN, LIB = "/etc/systemd/system", "/usr/lib/systemd/system"
FILES: dict[str, str | bytes] = {
    "/etc/passwd": "root:x:0:0::/root:/bin/sh\nann:x:1:1::/home/ann:\nsvc:x:2:2::/var/lib/svc:\nshort:x\n\n"
    "no:x:3:3::/nonexistent:\nslash:x:4:4::/:\nann:x:5:5::/data/ann:\n",
    f"{OWN}/a.service": "[Service]\n  # ExecStart=/home/no\n;ExecStart=/home/no\nUser=ann \r\nWorkingDirectory = -~/x\n"
    "ExecStart=-/usr/bin/env PATH=/data/bin --out=/mnt/o,/mnt/p \"/srv/q\" '/srv/r' @/opt/s /opt/s) token=/no pw=/yes\n"
    "ExecStartPre=/bin/sh -c '/data/x;/data/y|/data/z>>/data/log' //double / /. \\\n  /cont/inued \\\n\\\n# /in\n"
    "ExecStopPost=/not/asked\nStandardOutput=append:/var/log/a.log\nStandardError=truncate:/data/err\n"
    "LoadCredential=x:/data/cred\nPIDFile=/var/run/a.pid\nBindPaths=/data/in:/data/out\nReadWritePaths=+/data/rw\n",
    f"{OWN}/a.service.d/x.conf": "[Service]\nUser=slash\nExecStart=\nExecReload=/usr/local/bin/r /usr/local /usr/x\n",
    f"{OWN}/b.service": "User=svc\nExecStart=/var/lib/svc/x\n",
    f"{OWN}/c.service": "User=root\nWorkingDirectory=~\nUser=no\n",
    f"{OWN}/linked.service": "-> a.service",
    f"{OWN}/folder.service/x": "",
    f"{OWN}/odd\tname.service": b"ExecStart=/\xe9/\xff\nUser=nobody here\n",
    f"{OWN}/multi-user.target.wants/b.service": "-> nowhere",
    f"{OWN}/x.requires/a.path": "-> nowhere",
    f"{LIB}/c.service": "[Service]\nExecStart=/usr/sbin/v /var/x /tmp/y /data/v\nUser=ann\nWorkingDirectory=~\n",
    f"{LIB}/x.wants/c.socket": "-> nowhere",
    "/usr/local/lib/systemd/system/d.service": "ExecStart=/var/d\n",
    "/lib/systemd/system/e.service": "ExecStart=/root/e /data/e\n",
    "/etc/crontab": "SHELL=/data/sh\n MAILTO = /data/mail\n# /data/no\n1 * * * * root cd /data/hour && X=/data/x run\n",
    "/etc/cron.d/tab\there": "* * * * * root /data/t password=/no\n",
    "/etc/cron.d/link": "-> ../crontab",
    "/var/spool/cron/ann": "@daily /home/ann/daily\n",
    "/var/spool/cron/crontabs/root": "@reboot /data/reboot",
    "/etc/rc.local": "#!/bin/sh\n/data/rc &\n`/data/sub`\n",
    "/etc/docker/daemon.json": '{"data-root": "/data/docker", "data-root" : "/data/docker2"}\n',
    "/etc/containerd/config.toml": ' root = "/data/containerd" # x\nroot="/usr/x"\n',
    "/etc/containers/storage.conf": 'graphroot = "/data/graph"\n',
    "/etc/mysql/mysql.conf.d/a.cnf": "datadir = /data/mysql x\ndatadir = relative\n",
    "/etc/postgresql/16/main/postgresql.conf": "data_directory = '/data/pg'\n#data_directory = '/no'\n",
    "/etc/mongod.conf": 'storage:\n  dbPath: "/data/mongo"\n',
    "/etc/redis/redis.conf": "dir  /data/redis\ndir ./\n",
    f"{OWN}/multi-user.target.wants/mariadb.service": "-> nowhere",
    f"{OWN}/multi-user.target.wants/redis.service": "-> nowhere",
    "/etc/ld.so.conf.d/a.conf": "/opt/lib\n  /opt/lib2 x\n/usr/local/lib/x\n# /no\ninclude /data/x\n",
    "/var/lib/docker": "-> /data/docker",
    "/srv": "-> data/srv",
    "/home/ann": "-> /data/home/ann",
    "/home/.hidden": "-> x",
    "/opt/link": "-> tool",
    "/opt/tool/deep/deeper": "-> /data/deeper",
    "/opt/tool/deep/relative": "-> ../x",
    "/opt/tool/.hidden/link": "-> /data/hidden",
    "/opt/tool/a/b/too-deep": "-> /data/no",
    "/opt/tool/link\nend": "-> /data/line\nend",
    "/etc/alternatives/editor": "-> /usr/bin/vim",
    "/etc/alternatives/mine": "-> /opt/vim",
    "/etc/cron.daily/job": "-> /home/ann/job",
}
TURNED = {**FILES, "/lib": "-> usr/lib"}
del TURNED["/lib/systemd/system/e.service"]


@pytest.mark.parametrize("name", EACH_TREE)
def test_a_disk_tells_the_same_paths_as_the_script_in_a_guest(name: str) -> None:
    told, expected = by_file("path_uses", awake(name)), by_shell("path_uses", awake(name))
    assert set(rows_of(told)) == set(rows_of(expected))
    assert set(facts_of("path_uses", told)) == set(facts_of("path_uses", expected))


@pytest.mark.parametrize("files", [FILES, TURNED])
def test_files_of_every_form_tell_the_same_as_the_script(tmp_path: Path, files: dict[str, str | bytes]) -> None:
    told, expected = by_file("path_uses", plant(tmp_path, files)), by_shell("path_uses", tmp_path)
    assert set(rows_of(told)) == set(rows_of(expected))
    assert told.incomplete == expected.incomplete
    assert set(facts_of("path_uses", told)) == set(facts_of("path_uses", expected))
    assert "/no" not in str(told.rows)


def test_a_service_is_read_to_a_bound_and_a_line_that_never_ends_is_cut(tmp_path: Path) -> None:
    lines = "#\n" * 4990 + "ExecStart=/data/a \\\n" + f"{'x' * 500} \\\n" * 50 + "ExecStart=/data/b\n"
    told = by_file("path_uses", plant(tmp_path, {f"{OWN}/a.service": lines}))
    assert rows_of(told) == rows_of(by_shell("path_uses", tmp_path))
    plant(tmp_path / "more", {f"{OWN}/a.service": f"ExecStart=/data/a {'x' * 30_000}\\\nExecStart=/data/b\n"})
    told = by_file("path_uses", tmp_path / "more")
    assert rows_of(told) == rows_of(by_shell("path_uses", tmp_path / "more"))
    assert [row[3] for row in told.rows] == ["/data/a", "/data/b"]


@pytest.mark.parametrize(
    "files, said",
    [
        ({"/etc/cron.d/a": "".join(f"/data/{number}\n" for number in range(1501))}, "more than 1,500 paths are named"),
        ({f"/home/{number}": "-> /x" for number in range(1501)}, "more than 1,500 links"),
    ],
)
def test_more_than_is_told_is_said(tmp_path: Path, files: dict[str, str | bytes], said: str) -> None:
    told = by_file("path_uses", plant(tmp_path, files))
    assert (len(told.rows), told.incomplete) == (1500, said)


def test_what_is_no_file_is_never_opened(tmp_path: Path) -> None:
    plant(tmp_path, {"/etc/cron.d/x/y": "", f"{OWN}/x": "", "/etc/ld.so.conf.d/x.conf/y": ""})
    for path in ("etc/cron.d/fifo", "etc/crontab", f"{OWN[1:]}/fifo.service", "etc/ld.so.conf.d/fifo.conf"):
        os.mkfifo(tmp_path / path)
    assert rows_of(by_file("path_uses", tmp_path)) == []
