"""No secret of a guest is in its report: one lies in each place where people and programs keep them, none comes out."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest

from imaging.guest.probe import script
from imaging.guest.report import read_report
from imaging.guidelines.checklist import judge
from imaging.guidelines.guest.questions import questions_for
from models.fact import Fact
from models.findings import Source
from models.guest.facts import GuestFacts, InspectionMethod
from tests.guest.probe.running import NONCE, NOW, output_of, plant
from tests.guest.trees.building import build_tree
from tests.guidelines.building import facts, profile
from tests.support.known import known

SECRET = re.compile(r"hunter\d+")
PLACES = {
    "/etc/fstab": """
        //nas/a /a cifs username=u,password=SECRET,uid=0 0 0
        //nas/b /b cifs user=dom/u%SECRET,pass=SECRET,password2=SECRET 0 0
        https://user:SECRET@dav.example/ /c davfs rw 0 0
        user:SECRET@ftp.example:/x /d curlftpfs user=me:SECRET 0 0
        curlftpfs#ftp://u:SECRET@host/ /e fuse rw 0 0
        mon:/ /f ceph name=a,secret=SECRET 0 0
        s3fs#b /g fuse passwd_file=/etc/p,sas=SECRET,access_key=SECRET,secret_access_key=SECRET 0 0
        blob /h fuse.blobfuse account-key=SECRET,sas-token=SECRET 0 0
        rclone: /i rclone args2env,env.AWS_SECRET_ACCESS_KEY=SECRET 0 0
        /j /j ecryptfs key=passphrase:passphrase_passwd=SECRET 0 0
        """,
    "/etc/crypttab": "c1 /dev/vdc SECRET luks\nc2 /dev/vdd SECRET\n",
    "/etc/systemd/system/a.mount": "[Mount]\nWhat=//u:SECRET@a/b\nWhere=/a\nType=cifs\nOptions=password=SECRET\n",
    "/etc/systemd/system/survey.service": """[Service]
        Environment=TOKEN=SECRET
        Environment="DB=postgres://u:SECRET@h/db"
        ExecStart=/home/alice/app --password SECRET --token=/SECRET/x -p/SECRET --url=https://u:SECRET@h/p
        """,
    "/etc/systemd/system/survey.service.d/x.conf": "[Service]\nEnvironment=A=SECRET\nExecStart=/opt/x --pw=/SECRET\n",
    "/etc/cron.d/x": "MYSQL_PWD=SECRET\n* * * * * root PGPASSWORD=SECRET /home/alice/x --token=/SECRET u:SECRET@h\n",
    "/var/spool/cron/crontabs/root": "* * * * * /opt/x token=SECRET\n",
    "/etc/rc.local": "#!/bin/sh\ncurl -u admin:SECRET https://x/ > /home/alice/y\nTOKEN=/SECRET/x /opt/y\n",
    "/etc/sudoers.d/x": "alice ALL=(ALL) NOPASSWD: /usr/bin/mysql -pSECRET\n",
    "/etc/sssd/sssd.conf": "ldap_uri = ldaps://u:SECRET@h\nldap_default_authtok = SECRET\nad_passwd=SECRET\n",
    "/etc/ldap.conf": "bindpw SECRET\nrootbindpw SECRET\nuri ldap://u:SECRET@x\n",
    "/etc/ldap/ldap.conf": "BINDPW SECRET\n",
    "/etc/nslcd.conf": "bindpw SECRET\n",
    "/etc/hosts": "127.0.0.1 localhost # pw SECRET\n10.0.0.4 db\t# password: SECRET\n",
    "/etc/resolv.conf": "nameserver 10.0.0.1 # SECRET\n; SECRET\n",
    "/etc/netplan/50.yaml": """network:
          wifis:
            wlan0:
              access-points: {"net": {password: "SECRET"}}
              addresses: [10.0.0.2/24]
          tunnels:
            wg0:
              key: SECRET
              peers:
                - keys: {public: x, shared: SECRET}
                  addresses:
                    - 10.1.1.1
        """,
    "/etc/network/interfaces": "iface w inet static\n address 10.0.0.9\n wpa-psk SECRET\n post-up curl u:SECRET@h\n",
    "/etc/NetworkManager/system-connections/w": "[wifi-security]\npsk=SECRET\n[wireguard]\nprivate-key=SECRET\n",
    "/etc/sysconfig/network-scripts/ifcfg-w": "IPADDR=10.0.0.5\nKEY=SECRET\nWPA_PSK=SECRET\n",
    "/etc/systemd/network/wg.netdev": "[WireGuard]\nPrivateKey=SECRET\n[WireGuardPeer]\nPresharedKey=SECRET\n",
    "/var/lib/cloud/instances/i-1/user-data.txt": "#cloud-config\npassword: SECRET\nchpasswd: {list: 'root:SECRET'}\n",
    "/var/lib/cloud/instances/i-1/scripts/part-001": "#!/bin/sh\nexport TOKEN=SECRET\n",
    "/var/lib/cloud/seed/nocloud/user-data": "password: SECRET\n",
    "/etc/cloud/cloud.cfg.d/99.cfg": """password: SECRET
        ssh_pwauth: true
        users:
        - {name: x, passwd: SECRET}
        system_info:
          default_user:
            name: ubuntu
            passwd: SECRET
        """,
    "/run/cloud-init/result.json": r"""{"v1": {"datasource": "x", "errors": ["no https://u:SECRET@h/x token=SECRET",
        "Unexpected error.\nCommand: ['useradd', '-p', 'SECRET']\nStdout: SECRET", "password: SECRET"]}}""",
    "/run/cloud-init/status.json": r"""{"v1": {"init": {"errors": ["x\nCommand: [\"curl\", \"X-Token: SECRET\"]"],
        "recoverable_errors": {"WARNING": ["password=SECRET", "secret: SECRET"]}}}}""",
    "/etc/apt/sources.list.d/x.list": "deb https://user:SECRET@r.example/u x main\ndeb https://SECRET@r.example/u "
        "x main\ndeb https://r.example/u?key=SECRET x main\ndeb [trusted=yes] https://user:SECRET@r.example/u x\n",
    "/etc/apt/sources.list.d/y.sources": "Types: deb\nURIs: https://u:SECRET@r.example/x\nSuites: a\n",
    "/etc/apt/auth.conf": "machine x login y password SECRET\n",
    "/etc/apt/apt.conf.d/99proxy": 'Acquire::http::Proxy "http://u:SECRET@p:3128";\n',
    "/etc/yum.repos.d/x.repo": "[x]\nname=x\nbaseurl=https://u:SECRET@r/x\npassword=SECRET\nproxy_password=SECRET\n",
    "/var/log/apt/history.log": "Start-Date: 2026-11-01  10:00:00\nCommandline: apt -o X=http://u:SECRET@h\n",
    "/proc/cmdline": "root=/dev/vda1 ro ds=nocloud;s=http://u:SECRET@h/ password=SECRET systemd.setenv=TOKEN=SECRET "
        "netroot=iscsi:user:SECRET@1.2.3.4::3260::x inst.rootpw=SECRET rd.iscsi.password=SECRET wifi.psk=SECRET "
        "systemd.set_credential=passwd.hashed-password.root:SECRET a_secret=SECRET mykey=SECRET apikey=SECRET\n",
    "/etc/default/grub": 'GRUB_CMDLINE_LINUX="password=SECRET x.secret=SECRET"\n',
    "/boot/grub/grub.cfg": "password_pbkdf2 a SECRET\n  linux /vmlinuz root=/dev/vda1 token=SECRET\n",
    "/etc/ssh/sshd_config": "ForceCommand /x --token SECRET\nAuthorizedKeysCommand /x --key SECRET https://u:SECRET@h\n",
    "/etc/ssh/ssh_host_ed25519_key": "-----BEGIN OPENSSH PRIVATE KEY-----\nSECRET\n",
    "/etc/shadow": "root:$6$SECRET:1::::::\nalice:$6$SECRET:1::::::\nubuntu:!SECRET:1::::::\n",
    "/etc/environment": "MLM_LICENSE_FILE=27000@lic\nTOKEN=SECRET\nhttp_proxy=http://u:SECRET@p\n",
    "/etc/profile.d/x.sh": "export AWS_SECRET_ACCESS_KEY=SECRET\n",
    "/etc/docker/daemon.json": '{"data-root": "/data/docker", "auth": "SECRET"}',
    "/etc/mysql/my.cnf": "[mysqld]\ndatadir=/data/mysql\npassword=SECRET\n",
    "/etc/redis/redis.conf": "requirepass SECRET\ndir /data/r\n",
    "/etc/postfix/main.cf": "myhostname = web-01\nsmtp_password=SECRET\n",
    "/etc/ssl/private/x.key": "-----BEGIN PRIVATE KEY-----\nSECRET\n",
    "/opt/lic/matlab.lic": "INCREMENT MATLAB MLM 45 01-jan-2027 0 SECRET SIGN=SECRET\n",
    "/home/alice/.aws/credentials": "[default]\naws_secret_access_key=SECRET\n",
    "/home/alice/openrc.sh": "export OS_PASSWORD=SECRET\n",
    "/home/alice/clouds.yaml": "clouds: {x: {auth: {password: SECRET}}}\n",
    "/home/alice/.netrc": "machine x login y password SECRET\n",
    "/home/alice/.git-credentials": "https://u:SECRET@github.com\n",
    "/home/alice/.bash_history": "mysql -pSECRET\n",
    "/home/alice/.docker/config.json": '{"auths":{"x":{"auth":"SECRET"}}}',
    "/home/alice/.ssh/id_rsa": "-----BEGIN OPENSSH PRIVATE KEY-----\nSECRET\n",
    "/home/alice/.ssh/authorized_keys": 'command="x SECRET" ssh-rsa AAAA x\n',
    "/home/alice/.kube/config": "token: SECRET\n",
    "/root/.my.cnf": "[client]\npassword=SECRET\n",
    "/proc/4242/cmdline": "python3\0--password=SECRET\0",
    "/proc/4242/environ": "TOKEN=SECRET\0",
    "/proc/4242/status": "Name:\tpython3\nPPid:\t1\nUid:\t1001 1001 1001 1001\nVmSize:\t1 kB\n",
    "/proc/self/mountinfo": """
        1 0 253:1 / / rw - ext4 /dev/vda1 rw
        900 1 0:77 / /a rw - cifs //u:SECRET@nas/share rw,username=x,password=SECRET,domain=d
        901 1 0:78 / /b rw - fuse https://u:SECRET@h/ rw,user_id=0
        902 1 0:79 / /c rw - fuse.sshfs u:SECRET@h:/ rw
        903 1 0:80 / /d rw - ceph m:/ rw,secret=SECRET
        """,
}  # fmt: skip
"""By file; each `SECRET` that stands alone becomes another word."""


@pytest.fixture(scope="module", params=["ubuntu-24.04", "rocky-9"])
def tree(request, tmp_path_factory) -> Path:
    root = build_tree(request.param, tmp_path_factory.mktemp("tree") / "root")
    number = itertools.count(1000)
    for name in PLACES:
        (root / name.lstrip("/")).unlink(missing_ok=True)
    texts = {
        name: re.sub("(?<!_)SECRET(?!_)", lambda _: f"hunter{next(number)}", text) for name, text in PLACES.items()
    }
    return plant(root, {name: re.sub(r"(?m)^ {8}", "", text) for name, text in texts.items()})


@pytest.fixture(scope="module")
def output(tree) -> bytes:
    return output_of(script(questions_for(profile("jetstream2")), nonce=NONCE), root=tree)


def test_no_secret_is_in_the_report_the_facts_or_the_findings(output):
    assert sorted({line[:150] for line in output.decode("ascii").splitlines() if SECRET.search(line)}) == []

    guest = read_report(output, nonce=NONCE, method=InspectionMethod.SSH, now=NOW)
    assert SECRET.search(guest.model_dump_json()) is None
    inspected = Fact[GuestFacts](value=guest, source=Source.GUEST, read_at=NOW)
    assert SECRET.search(judge(facts(guest=inspected), profile("jetstream2")).model_dump_json()) is None


def test_what_was_masked_is_otherwise_told(output):
    guest = read_report(output, nonce=NONCE, method=InspectionMethod.SSH, now=NOW)
    assert len(known(guest.boot_mounts).fstab) == 10
    assert known(guest.cloud_init).status == "error"
    assert "Unexpected error." in known(guest.cloud_init).errors
    assert known(guest.sshd).effective["forcecommand"] == ("/x",)
    assert "/home/alice/app" in {use.path for use in known(guest.path_uses)}
