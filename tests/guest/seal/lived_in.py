"""Trees of real systems in which people have worked, and what each of their files must become."""

from __future__ import annotations

from pathlib import Path

from models.seal.plan import KeptThing, OperationId, SealPlan, SealTarget, TargetAction
from tests.guest.probe.trees import new_tree
from tests.guest.seal.sealing import plan, target
from tests.guest.trees.building import SYSTEMS, put

INSTANCE = "/var/lib/cloud/instances/0a11ce00-0007-4000-8000-000000000007"
GONE: dict[str, str] = {
    "/etc/passwd-": "root:x:0:0\nalice:x:1001\n",
    "/etc/shadow-": "alice:$6$old:1:::\n",
    "/etc/ssh/sshd_config~": "PermitRootLogin yes\n",
    "/etc/app/settings.ini.bak": "password = old\n",
    "/etc/ssh/ssh_host_rsa_key": "key\n",
    "/etc/ssh/ssh_host_rsa_key.pub": "ssh-rsa AAAA root@survey-07\n",
    "/etc/nvme/hostid": "5d9f\n",
    "/var/lib/snapd/device/private-keys-v1/K": "key\n",
    "/var/lib/snapd/assertions/asserts-v0/serial/generic/generic-classic/5a17/active": "type: serial\n",
    "/etc/udev/rules.d/70-persistent-net.rules": 'ATTR{address}=="fa:16:3e:00:00:01"\n',
    "/etc/NetworkManager/system-connections/cloud-init-eth0.nmconnection": "[ethernet]\nmac-address=FA:16\n",
    "/var/backups/shadow.bak": "alice:$6$old:1:::\n",
    "/var/crash/_usr_bin_python3.1001.crash": "core\n",
    "/var/lib/systemd/coredump/core.python3.zst": "core\n",
    "/var/lib/systemd/linger/alice": "",
    "/var/lib/systemd/random-seed": "seed\n",
    "/var/lib/dhcp/dhclient.eth0.leases": "lease { fixed-address 10.0.0.7; }\n",
    "/var/lib/NetworkManager/secret_key": "key\n",
    "/var/lib/NetworkManager/dhclient-1-eth0.lease": "lease\n",
    "/var/log/journal/0123456789abcdef0123456789abcdef/system.journal": "journal\n",
    "/var/log/syslog.1": "old\n",
    "/var/log/syslog.2.gz": "older\n",
    "/var/log/messages-20261101": "old\n",
    "/var/log/Xorg.0.log.old": "old\n",
    "/var/mail/alice": "From: bruno\n",
    "/var/spool/cron/crontabs/alice": "@daily survey\n",
    "/var/spool/cron/bruno": "@daily survey\n",
    "/var/spool/at/a00001": "HOME=/home/alice\n",
    "/var/spool/postfix/deferred/A/A1": "mail\n",
    "/opt/pipeline/token": "ghp_x\n",
    "/home/carol/.ssh/id_ed25519": "key\n",
    "/home/carol/.bash_history": "mysql -pswordfish\n",
    "/home/carol/.local/share/fish/fish_history": "- cmd: ls\n",
    "/home/carol/.aws/credentials": "[default]\n",
    "/home/alice/deep/er/ -rf odd\nname\n": "x\n",
}
"""What is put into each tree and is gone afterwards."""
EMPTY: dict[str, str] = {
    "/var/log/syslog": "alice logged in\n",
    "/var/log/Xorg.0.log": "x\n",
    "/var/log/audit/audit.log": "x\n",
    "/var/log/wtmp": "alice\n",
    "/var/lib/agent/state.json": "{}\n",
}
"""What is a file of no bytes afterwards."""
KEPT: dict[str, str] = {
    "/home/carol/thesis.tex": "text\n",
    "/home/carol/.bashrc": "alias ll=ls\n",
    "/home/alice/shared/data.csv": "1\n",
    "/etc/hosts.conf.d/README": "~\n",
    "/etc/ssh/sshd_config.d/10-own.conf": "X11Forwarding no\n",
    "/etc/sysconfig/iptables": "*filter\nCOMMIT\n",
    "/etc/NetworkManager/system-connections/site.nmconnection": "[ipv4]\nmethod=auto\n",
    "/var/spool/cron/crontabs/root": "@daily backup\n",
    "/var/spool/at/.SEQ": "00001\n",
    "/var/backups/dpkg.status.0": "x\n",
    "/var/lib/cloud/scripts/per-boot/own.sh": "#!/bin/sh\n",
    "/etc/netplan/70-dhcp.yaml": "network: {ethernets: {any: {match: {name: en*}, dhcp4: true}}}\n",
    "/etc/systemd/network/80-kept.netdev": "[NetDev]\nName=br0\nKind=bridge\n",
    "/var/lib/snapd/assertions/asserts-v0/model/16/generic/generic-classic/active": "type: model\n",
    "/usr/bin/cloud-init": "#!/usr/bin/python3\n",
    "/usr/sbin/NetworkManager": "elf\n",
    "/opt/pipeline/run": "#!/bin/sh\n",
}
"""What is put there and stays to the last byte."""
EDITED: dict[str, tuple[str, str]] = {
    "/etc/hosts": (
        """127.0.0.1 localhost
127.0.1.1 survey-07.internal survey-07
::1 localhost ip6-localhost
ff02::1 ip6-allnodes
# catalogue
10.0.0.12 catalogue.internal
127.0.0.1 mydb survey-07
""",
        "127.0.0.1 localhost\n::1 localhost ip6-localhost\nff02::1 ip6-allnodes\n# catalogue\n127.0.0.1 mydb\n",
    ),
    "/etc/ldap.conf": ("# site\nuri ldap://ldap.internal\n", "# site\n# uri ldap://ldap.internal\n"),
    "/etc/ldap/ldap.conf": ("URI ldaps://x\nTLS_CACERT /etc/ssl/ca\n", "# URI ldaps://x\nTLS_CACERT /etc/ssl/ca\n"),
    "/etc/hostname": ("survey-07\n", "localhost\n"),
    "/etc/sysconfig/network-scripts/ifcfg-eth1": ("DEVICE=eth1\nHWADDR=fa:16:3e:00:00:01\n", "DEVICE=eth1\n"),
    "/etc/netplan/60-own.yaml": (
        """network:
  ethernets:
    own:
      match:
        macaddress: "fa:16:3e:00:00:01"
      dhcp4: true
    two:
      match:
        # the second card
        name: ens*
        macaddress: fa:16:3e:00:00:02
      macaddress: fa:16:3e:00:00:03
    three: {match: {macaddress: 'fa:16:3e:00:00:04'}, dhcp4: true}
    four: {match: {name: en*, macaddress: 'fa:16:3e:00:00:04'}, macaddress: "fa:16:3e:00:00:05"}
""",
        """network:
  ethernets:
    own:
      match:
        name: "*"
      dhcp4: true
    two:
      match:
        # the second card
        name: ens*
    three: {match: {name: "*"}, dhcp4: true}
    four: {match: {name: en*}}
""",
    ),
    "/etc/NetworkManager/system-connections/own.nmconnection": (
        "[ethernet]\nmac-address=FA:16:3E:00:00:01\ncloned-mac-address=preserve\n[ipv4]\nmethod=auto\n",
        "[ethernet]\ncloned-mac-address=preserve\n[ipv4]\nmethod=auto\n",
    ),
    "/etc/systemd/network/50-own.network": (
        "[Match]\nMACAddress=fa:16:3e:00:00:01\n\n[Network]\nDHCP=yes\n",
        "[Match]\nName=*\n\n[Network]\nDHCP=yes\n",
    ),
    "/etc/systemd/network/50-own.link": (
        "[Match]\nPermanentMACAddress=fa:16:3e:00:00:01\n[Link]\nName=lan0\n",
        "[Match]\nOriginalName=*\n[Link]\nName=lan0\n",
    ),
    "/etc/systemd/network/60-two.network": (
        "[Match]\nName=en*\nMACAddress=fa:16:3e:00:00:01 fa:16:3e:00:00:02\n[Link]\nMACAddress=fa:16:3e:00:00:09\n",
        "[Match]\nName=en*\n[Link]\n",
    ),
    "/etc/network/interfaces.d/own": (
        "iface ens3 inet dhcp\n  hwaddress ether fa:16:3e:00:00:01\n",
        "iface ens3 inet dhcp\n",
    ),
    "/etc/postfix/main.cf": (
        """# myhostname = survey-07
myhostname = survey-07.internal
mydestination = $myhostname, survey-07, localhost.localdomain,
  survey-07.internal localhost
mynetworks = 127.0.0.0/8
""",
        """# myhostname = survey-07
mydestination = $myhostname, localhost.localdomain
 localhost
mynetworks = 127.0.0.0/8
""",
    ),
    "/etc/exim4/update-exim4.conf.conf": (
        "dc_eximconfig_configtype='local'\ndc_other_hostnames='survey-07.internal'\n",
        "dc_eximconfig_configtype='local'\n# dc_other_hostnames='survey-07.internal'\n",
    ),
    "/var/lib/snapd/state.json": (
        (
            '{"data":{"auth":{"last-id":1,"users":[{"id":1,"email":"alice@x","discharges":["D"]}],"device":{"brand":"generic",'
            '"model":"generic-classic","serial":"5a17","key-id":"K","session-macaroon":"M=="},"macaroon-key":"MK="},'
            '"config":{"core":{"device":{"serial":"mine"}}}},"changes":null}'
        ),
        (
            '{"data":{"auth":{"last-id":1,"users":null,"device":{"brand":"generic","model":"generic-classic"}},'
            '"config":{"core":{"device":{"serial":"mine"}}}},"changes":null}\n'
        ),
    ),
    "/etc/sudoers.d/team": (
        "# team\nalice ALL=(ALL) ALL\n%survey ALL=(ALL) ALL\nbruno ALL= \\\n NOPASSWD: ALL\ncarol ALL=(ALL) ALL\n",
        "# team\n%survey ALL=(ALL) ALL\ncarol ALL=(ALL) ALL\n",
    ),
    "/etc/subuid": ("alice:100000:65536\ncarol:165536:65536\n", "carol:165536:65536\n"),
    "/etc/gshadow": (
        "root:*::\nsudo:$6$hash:alice:@USER@,alice\nalice:!::\nbruno:!::\nsurvey:!:bruno:alice,bruno,carol\n",
        "root:*::\nsudo:!::@USER@\nsurvey:!::carol\n",
    ),
    "/srv/app/config.env": ("A=1\nTOKEN=x\nB=2\nKEY=y", "A=1\n\nB=2\n"),
    "/etc/fstab": (
        """# /etc/fstab
UUID=1 / ext4 defaults 0 1
UUID=2   /data xfs defaults 0 2
/dev/vdb /mnt auto defaults,nofail,comment=cloudconfig 0 2
""",
        "# /etc/fstab\nUUID=1 / ext4 defaults 0 1\n# UUID=2   /data xfs defaults 0 2\n\n",
    ),
}
"""What is edited: before and after."""


def lived_in(kind: str) -> tuple[Path, SealPlan]:
    """A tree of one system, and the plan that was agreed to for it."""
    root, user = new_tree(kind), SYSTEMS[kind].user
    for path, content in {**GONE, **EMPTY, **KEPT, **{path: pair[0] for path, pair in EDITED.items()}}.items():
        put(root, path, content.replace("@USER@", user), mode=0o755 if path.startswith("/usr") else 0o640)
    if SYSTEMS[kind].family == "debian":
        for name in ("bashrc", "profile"):
            put(root, f"usr/share/base-files/dot.{name}", f"# {name} of root\n")
            put(root, f"root/.{name}", f"# {name} of root\n")
        put(root, "root/.bashrc", "# bashrc of root\nexport TOKEN=x\n")
    with (root / "etc/passwd").open("a") as accounts:
        accounts.write("carol:x:1003:1003:,,,:/home/carol:/bin/bash\n")
    with (root / "etc/shadow").open("a") as passwords:
        passwords.write("carol:$6$salt$hash:20368:0:99999:7:::\n")
    with (root / "etc/cloud/cloud.cfg").open("a") as config:
        config.write("cloud_init_modules:\n - migrator\n - ssh\n")
    (root / "var/lib/dbus").mkdir(parents=True)
    put(root, "var/lib/dbus/machine-id", "0123456789abcdef0123456789abcdef\n", mode=0o444)
    for link in ("var/spool/mail", "etc/resolv.conf"):
        (root / link).unlink(missing_ok=True)
    (root / "var/spool/mail").symlink_to("../mail")
    put(root, "etc/resolv.conf", "# by the network\nnameserver 10.0.0.2\noptions edns0\nsearch survey.internal\n")
    return root, plan_for(user)


def plan_for(user: str) -> SealPlan:
    """What was agreed to: alice and bruno go, the default user is as new, carol's home is kept."""
    wanted: dict[OperationId, tuple[SealTarget, ...]] = dict.fromkeys(OperationId, ())
    wanted[OperationId.AGENTS] = (target(TargetAction.TRUNCATE, "/var/lib/agent/state.json"),)
    wanted[OperationId.FSTAB] = (target(TargetAction.COMMENT, "/etc/fstab", 3, reads="UUID=2 /data"),)
    wanted[OperationId.ACCOUNTS] = tuple(target(TargetAction.ACCOUNT, name) for name in ("alice", "bruno"))
    wanted[OperationId.PASSWORDS] = tuple(target(TargetAction.LOCK, name) for name in ("root", "carol", user))
    wanted[OperationId.HOMES] = (
        target(TargetAction.REMOVE, "/home/alice"),
        target(TargetAction.REMOVE, "/home/bruno"),
        target(TargetAction.RENEW, f"/home/{user}"),
    )
    wanted[OperationId.ROOT_HOME] = (target(TargetAction.RENEW, "/root"),)
    wanted[OperationId.KEPT_HOMES] = (
        target(TargetAction.STRIP, "/home/carol"),
        target(TargetAction.REMOVE, "/home/carol/.aws/credentials"),
    )
    wanted[OperationId.DIRECTORIES] = tuple(target(TargetAction.EMPTY, path) for path in ("/mnt", "/tmp", "/var/tmp"))
    wanted[OperationId.SECRETS] = (
        target(TargetAction.REMOVE, "/opt/pipeline/token"),
        target(TargetAction.LINES, "/srv/app/config.env", 2, 4),
    )
    return plan(
        wanted,
        kept=(KeptThing(path="/home/carol", owner="carol"), KeptThing(path="/home/alice/shared")),
        accounts=("root", "alice", "bruno", "carol", user),
        homes=("/home/alice", "/home/bruno", "/home/carol", f"/home/{user}"),
        units=("survey.service",),
    )
