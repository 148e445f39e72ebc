"""What a test instance tells about its network and of the keys that let somebody in, by real shells on a tree."""

from __future__ import annotations

import base64
import hashlib
import socket
import threading

import pytest

from imaging.guest.works import ask
from models.works.report import KeySeen, NameServerSeen
from tests.guest.works.instance import Instance, age, booted_now, public_key


def fingerprint(line: str) -> str:
    digest = hashlib.sha256(base64.b64decode(line.split(" ")[1])).digest()
    return f"SHA256:{base64.b64encode(digest).decode().rstrip('=')}"


def test_all_keys_that_let_somebody_in(instance: Instance):
    ours, other, third = instance.public_key, f"{public_key(b'a' * 9)} alice@laptop", public_key(b"b" * 9)
    instance.put("/etc/passwd", "root:x:0:0::/root:/bin/sh\ndebian:x:1000:1000::/home/debian:/bin/bash\n"
                 "daemon:x:1:1::/usr/sbin:/usr/sbin/nologin\n")  # fmt: skip
    stub = 'command="echo \'Please login as the user \\"debian\\" rather than \\"root\\".\';echo;sleep 10",no-pty'
    instance.put("/root/.ssh/authorized_keys", f"# x\n{stub} {ours}\n")
    instance.put("/home/debian/.ssh/authorized_keys", f"{ours}\n{other}\n\nnonsense\n")
    instance.put("/home/debian/.ssh/authorized_keys2", f'from="10.0.0.0/8",command="x y" {third}\n')
    instance.put("/usr/sbin/.ssh/authorized_keys", f"{third} of nobody\n")
    instance.put("/etc/cloud/cloud.cfg.d/50.cfg", f"ssh_authorized_keys:\n  - '{third} site'\n")
    mine = fingerprint(ours)
    comment = f"imaging-{instance.nonce}"
    assert set(instance.first_boot().keys or ()) == {
        KeySeen(account="root", fingerprint=mine, comment=comment, is_run_key=True, is_stub=True),
        KeySeen(account="debian", fingerprint=mine, comment=comment, is_run_key=True),
        KeySeen(account="debian", fingerprint=fingerprint(other), comment="alice@laptop"),
        KeySeen(account="debian", fingerprint=fingerprint(third)),
        KeySeen(account="cloud-init", fingerprint=fingerprint(third), comment="site"),
    }


def test_keys_are_searched_where_sshd_does(instance: Instance):
    instance.has("sshd", "echo 'authorizedkeysfile /etc/keys/%u %h/.keys'")
    instance.put("/etc/passwd", "alice:x:1000:1000::/home/alice:/bin/bash\n")
    instance.put("/etc/keys/alice", public_key(b"a"))
    instance.put("/home/alice/.keys", public_key(b"b"))
    instance.put("/home/alice/.ssh/authorized_keys", public_key(b"c"))
    found = {each.fingerprint for each in instance.first_boot().keys or ()}
    assert found == {fingerprint(public_key(b"a")), fingerprint(public_key(b"b"))}


def name_servers(instance: Instance) -> dict[str, NameServerSeen]:
    return {each.address: each for each in instance.first_boot().name_servers or ()}


def python(instance: Instance) -> None:
    """The Python of cloud-init says which name servers answer: those whose address ends in an even digit."""
    tools = instance.root.parent / "tools"
    (tools / "cloud-init").write_text(f"#!{tools}/python-of-cloud-init\n")
    instance.has("python-of-cloud-init", "case $1$3 in -c*) exit 0 ;; *[02468]) exit 0 ;; *) exit 1 ;; esac")


def test_name_servers_of_the_network_and_of_the_image(instance: Instance):
    python(instance)
    booted_now(instance)
    instance.put(
        "/etc/resolv.conf", "nameserver 10.0.0.2\nnameserver 10.0.0.3\nnameserver 10.0.0.5\nnameserver 10.0.0.7\n"
    )
    instance.put("/run/systemd/netif/leases/2", "ADDRESS=10.0.0.9\nDNS=10.0.0.2 10.0.0.5\n")
    instance.put("/etc/systemd/resolved.conf.d/site.conf", "[Resolve]\n# DNS=10.0.0.7\nDNS=10.0.0.3\n")
    assert name_servers(instance) == {
        "10.0.0.2": NameServerSeen(address="10.0.0.2", by_image=False, answers=True),
        "10.0.0.3": NameServerSeen(address="10.0.0.3", by_image=True, answers=False),
        "10.0.0.5": NameServerSeen(address="10.0.0.5", by_image=False, answers=False),
        "10.0.0.7": NameServerSeen(address="10.0.0.7", by_image=False, answers=False),
    }


def test_a_resolv_conf_that_came_with_the_image_names_them_for_the_image(instance: Instance):
    python(instance)
    booted_now(instance)
    age(instance.put("/etc/resolv.conf", "nameserver 192.0.2.1\n"))
    instance.boot()
    instance.boot()
    for boot in instance.report().boots:
        assert boot.name_servers == (NameServerSeen(address="192.0.2.1", by_image=True, answers=False),)


def test_what_cloud_init_wrote_of_the_network_is_the_networks(instance: Instance):
    python(instance)
    instance.put("/etc/resolv.conf", "nameserver 10.0.0.4\n")
    instance.put("/etc/netplan/50-cloud-init.yaml", "nameservers:\n  addresses: [10.0.0.4]\n")
    instance.put("/etc/netplan/60-site.yaml", "nameservers:\n  addresses: [10.0.0.6]\n")
    assert not name_servers(instance)["10.0.0.4"].by_image


def test_those_behind_the_stub_of_systemd_are_asked(instance: Instance):
    python(instance)
    instance.put("/etc/resolv.conf", "nameserver 127.0.0.53\n")
    instance.put("/run/systemd/resolve/resolv.conf", "nameserver 10.0.0.8\n")
    assert set(name_servers(instance)) == {"10.0.0.8"}


def test_where_nothing_can_ask_it_is_not_known_whether_they_answer(instance: Instance):
    for name in ("python3", "dig"):
        instance.has(name, "exit 127")
    text = instance.boothook.read_text()
    instance.put("/etc/resolv.conf", "nameserver 10.0.0.8\n")
    instance.boot(unit=False)
    work = instance.root / f"run/imaging-works-{instance.nonce}/works"
    work.write_text(text.replace("command -v dig", "false"))
    instance.run(work, "unit")
    assert instance.report().boots[0].name_servers == (NameServerSeen(address="10.0.0.8", by_image=False),)


def with_route(instance: Instance) -> None:
    instance.put("/proc/net/route", "Iface\tDestination\nens3\t00000000\t0101A8C0\t3\t0\t0\t0\t00000000\n")


def test_what_lies_outside_is_asked_where_there_is_a_way_out(instance: Instance):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        instance.outside = (f"127.0.0.1:{port}", "no-such-host.invalid:443")
        assert instance.first_boot().outside is None
        with_route(instance)
        instance.boot()
    second = instance.report().boots[1]
    assert second.has_default_route
    assert second.outside_answered
    assert second.outside is not None
    assert second.outside[0] == f"127.0.0.1:{port} answered"
    assert second.outside[1].startswith("no-such-host.invalid:443 did not answer: ")


def test_a_way_out_by_ipv6_counts(instance: Instance):
    zero = "0" * 32
    instance.put(
        "/proc/net/ipv6_route", f"{zero} 00 {zero} 00 fe80{'0' * 27}1 00000400 00000001 00000000 00000003 ens3\n"
    )
    assert instance.first_boot().has_default_route is True


def test_a_route_that_goes_nowhere_is_none(instance: Instance):
    zero = "0" * 32
    instance.put("/proc/net/ipv6_route", f"{zero} 00 {zero} 00 {zero} ffffffff 00000001 00000000 00200200       lo\n")
    assert instance.first_boot().has_default_route is False


def test_the_python_that_asks_a_name_server_is_answered_or_not(monkeypatch: pytest.MonkeyPatch):
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 0))
    port = server.getsockname()[1]

    class Asking(socket.socket):
        def connect(self, address: tuple[str, int]) -> None:  # type: ignore[override]
            super().connect((address[0], port))

        def settimeout(self, value: float | None) -> None:
            super().settimeout(0.2 if value else value)

    monkeypatch.setattr(socket, "socket", Asking)
    assert not ask.dns("127.0.0.1")

    def answer() -> None:
        asked, who = server.recvfrom(512)
        while len(asked) < 17:
            asked, who = server.recvfrom(512)
        server.sendto(asked[:2] + b"\x81\x85", who)

    server.settimeout(5)
    while True:  # the questions of before
        server.setblocking(False)
        try:
            server.recvfrom(512)
        except BlockingIOError:
            break
    server.setblocking(True)
    threading.Thread(target=answer, daemon=True).start()
    assert ask.dns("127.0.0.1")
    server.close()
