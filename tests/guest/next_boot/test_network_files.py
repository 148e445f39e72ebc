"""What ties the network to this machine is found in every place and style; an unknown form passes nothing."""

from __future__ import annotations

import pytest

from models.findings import Outcome
from tests.guest.next_boot.guests import LINE, Files, findings, grub_cfg, grub_entry, inspect
from tests.support.known import known
from tests.support.shells import EACH_SHELL

STATIC = "{addresses: [10.20.0.15/24], routes: [{to: default, via: 10.20.0.1}]}"
PINNED = '{dhcp4: true, match: {macaddress: "fa:16:3e:aa:bb:01"}, set-name: ens3}'
OFF: Files = {"/usr/bin/cloud-init": None, "/usr/lib/python3/dist-packages/cloudinit/version.py": None}
RULES = ("NET-STATIC", "NET-MAC", "CI-NETDISABLED")


def judged(tmp_path, files: Files, *, shell: str = "dash", words: str = "") -> dict[str, Outcome]:
    line = {"/boot/grub/grub.cfg": grub_cfg(grub_entry("Ubuntu", line=f"{LINE} {words}"))}
    found = findings(tmp_path, {**line, **files}, shell=shell, parts=("system", "boot", "cloud_init", "network"))
    return {rule: found[rule].outcome for rule in RULES}


FAILS, PASSES, UNKNOWN = Outcome.FAIL, Outcome.PASS, Outcome.UNKNOWN
STYLES = {
    "one line": f"network: {{version: 2, ethernets: {{ens3: {STATIC}}}}}\n",
    "a device in one line": f"network:\n  ethernets:\n    ens3: {STATIC}\n",
    "block": "network:\n  ethernets:\n    ens3:\n      addresses:\n      - 10.20.0.15/24\n",
    "json": '{"network": {"version": 2, "ethernets": {"ens3": {"addresses": ["10.20.0.15/24"]}}}}\n',
    "several lines": "network: {\n  ethernets: {\n    ens3: {\n      addresses:\n        [10.20.0.15/24]\n  }}}\n",
    "quoted keys": '"network":\n  "ethernets":\n    \'ens3\': {"addresses": ["10.20.0.15/24"]}\n',
    "anchors": "network:\n  ethernets:\n    a: &a {addresses: [10.20.0.15/24]}\n    b: *a\n",
    "address with options": "network: {ethernets: {ens3: {addresses: [10.20.0.15/24: {label: x}]}}}\n",
    "a gateway": "network: {ethernets: {ens3: {dhcp4: false, gateway4: 10.20.0.1}}}\n",
    "a bridge": "network: {bridges: {br0: {interfaces: [ens3], addresses: [10.20.0.15/24]}}}\n",
    "a vlan": "network: {vlans: {v1: {id: 1, link: ens3, addresses: [10.20.0.15/24]}}}\n",
    "through NetworkManager": (
        'network: {nm-devices: {x: {networkmanager: {passthrough: {"ipv4.address1": "10.20.0.15/24,10.20.0.1"}}}}}\n'
    ),
}


@pytest.mark.parametrize("style", STYLES)
def test_a_fixed_address_is_found_in_every_style_of_netplan(tmp_path, style):
    assert judged(tmp_path, {"/etc/netplan/99-static.yaml": STYLES[style]})["NET-STATIC"] is FAILS


@pytest.mark.parametrize("shell", EACH_SHELL)
def test_a_card_by_its_address_is_found_in_every_shell(tmp_path, shell):
    text = f"network:\n  ethernets:\n    ens3: {PINNED}\n"
    files = {**OFF, "/etc/netplan/50-cloud-init.yaml": None, "/etc/netplan/99.yaml": text}
    assert judged(tmp_path, files, shell=shell) == {"NET-STATIC": PASSES, "NET-MAC": FAILS, "CI-NETDISABLED": FAILS}


PLACES = {
    "/usr/lib/netplan/10.yaml": STYLES["one line"],
    "/lib/netplan/10.yaml": STYLES["one line"],
    "/etc/systemd/network/10.network": "[Network]\nAddress=10.20.0.15/24\n",
    "/etc/systemd/network/10.network.d/x.conf": "[Network]\nAddress = 10.20.0.15/24\n",
    "/usr/lib/systemd/network/10.network": "[Address]\nAddress=10.20.0.15/24\n",
    "/usr/local/lib/systemd/network/10.network": "[Network]\nAddress=10.20.0.15/24\n",
    "/etc/NetworkManager/system-connections/a.nmconnection": "[ipv4]\naddresses=10.20.0.15/24;\nmethod=manual\n",
    "/usr/lib/NetworkManager/system-connections/a.nmconnection": "[ipv4]\naddress1=10.20.0.15/24\n",
    "/etc/sysconfig/network/ifcfg-eth0": "BOOTPROTO='static'\nIPADDR='10.20.0.15/24'\n",
    "/etc/sysconfig/network/routes": "default 10.20.0.1 - -\n",
    "/etc/dhcpcd.conf": "hostname\ninterface eth0\nstatic ip_address=10.20.0.15/24\n",
    "/etc/wicked/ifconfig/eth0.xml": "<interface><ipv4:static><address><local>10.20.0.15/24</local></address>\n",
    "/etc/network/interfaces.d/eth0": "iface eth0 inet static\n address 10.20.0.15/24\n",
}


@pytest.mark.parametrize("place", PLACES)
def test_a_fixed_address_is_found_in_every_place(tmp_path, place):
    assert judged(tmp_path, {place: PLACES[place]})["NET-STATIC"] is FAILS


@pytest.mark.parametrize(
    "line", ["source /etc/network/own/*.cfg", "source own/*.cfg", "source-directory /etc/network/own"]
)
def test_what_ifupdown_takes_in_from_elsewhere_counts(tmp_path, line):
    files = {
        "/etc/network/interfaces": f"auto lo\niface lo inet loopback\n{line}\n",
        "/etc/network/own/eth0.cfg": "iface eth0 inet static\n  address 10.20.0.15/24\n",
    }
    assert judged(tmp_path, files)["NET-STATIC"] is FAILS


@pytest.mark.parametrize(
    "words, rule",
    [
        ("ip=10.20.0.15::10.20.0.1:255.255.255.0::eth0:none", "NET-STATIC"),
        ("ip=[2001:db8::15]::[2001:db8::1]:64::eth0:none", "NET-STATIC"),
        ("ifname=eth0:fa:16:3e:aa:bb:01", "NET-MAC"),
        ("nameserver=10.20.0.2", "NET-STATIC"),
    ],
)
def test_the_line_of_the_next_kernel_may_fix_an_address(tmp_path, words, rule):
    assert judged(tmp_path, {}, words=words)[rule] is FAILS


@pytest.mark.parametrize("words", ["ip=dhcp", "ip=eth0:dhcp", "ip=::::vm:eth0:dhcp", "net.ifnames=0"])
def test_or_ask_for_one(tmp_path, words):
    assert set(judged(tmp_path, {}, words=words).values()) == {PASSES}


def test_credentials_on_that_line_may_be_a_network_and_are_masked(tmp_path):
    words = "systemd.set_credential=network.network.50-x:[Network]"
    assert judged(tmp_path, {}, words=words)["NET-STATIC"] is UNKNOWN


GIVEN = {
    "a list of its older form": (
        "network:\n  version: 1\n  config:\n  - {type: physical, name: eth0, mac_address: 'fa:16:3e:aa:bb:01',\n"
        "     subnets: [{type: static, address: 10.20.0.15/24, gateway: 10.20.0.1}]}\n"
    ),
    "one line": f"network: {{version: 2, ethernets: {{ens3: {STATIC}}}}}\n",
    "below config": f"network:\n  config:\n    version: 2\n    ethernets: {{ens3: {STATIC}}}\n",
}


@pytest.mark.parametrize("form", GIVEN)
def test_a_network_in_cloud_inits_own_files_goes_into_every_new_instance(tmp_path, form):
    found = judged(tmp_path, {"/etc/cloud/cloud.cfg.d/99-net.cfg": GIVEN[form]})
    assert (found["NET-STATIC"], found["CI-NETDISABLED"]) == (FAILS, FAILS)


def test_one_that_asks_for_an_address_does_not_matter(tmp_path):
    text = "network: {version: 2, ethernets: {all: {match: {name: 'e*'}, dhcp4: true}}}\n"
    assert set(judged(tmp_path, {"/etc/cloud/cloud.cfg.d/99-net.cfg": text}).values()) == {PASSES}


@pytest.mark.parametrize(
    "text", ["network: {config: disabled}\n", "network:\n  config: disabled\n", "network: disabled\n"]
)
def test_a_network_that_cloud_init_leaves_alone_stays_as_it_is(tmp_path, text):
    own = "# generated by cloud-init\nnetwork: {ethernets: {ens3: {match: {macaddress: 'fa:16:3e:aa:bb:01'}}}}\n"
    files = {"/etc/cloud/cloud.cfg.d/99-net.cfg": f"{text}\n", "/etc/netplan/50-cloud-init.yaml": own}
    found = judged(tmp_path, files)
    assert (found["NET-MAC"], found["CI-NETDISABLED"]) == (FAILS, FAILS)


def test_what_cloud_init_wrote_it_writes_again(tmp_path):
    own = "# generated by cloud-init\nnetwork: {ethernets: {ens3: {match: {macaddress: 'fa:16:3e:aa:bb:01'}}}}\n"
    assert set(judged(tmp_path, {"/etc/netplan/50-cloud-init.yaml": own}).values()) == {PASSES}


ODD = {
    "cut short": ("/etc/netplan/99.yaml", "network: {ethernets: {ens3: {dhcp4: true"),
    "no yaml": ("/etc/netplan/99.yaml", "network:\n\tethernets: x\n: :\n"),
    "no mapping": ("/etc/netplan/99.yaml", "- network\n"),
    "an unknown part": ("/etc/netplan/99.yaml", "network: {teleports: {t0: {to: 10.20.0.1}}}\n"),
    "no network": ("/etc/netplan/99.yaml", "ethernets: {ens3: {dhcp4: true}}\n"),
    "merged": ("/etc/netplan/99.yaml", "x: &x {dhcp4: true}\nnetwork: {ethernets: {a: {<<: *x}}}\n"),
    "a device without settings": ("/etc/netplan/99.yaml", "network: {ethernets: {ens3: yes}}\n"),
    "a swelling one": (
        "/etc/netplan/99.yaml",
        "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
            f"{new}: &{new} [{','.join([f'*{old}'] * 9)}]\n" for old, new in zip("abcdef", "bcdefg", strict=True)
        ),
    ),
    "a secret in an unknown form": (
        "/etc/netplan/99.yaml", "network:\n  wifis:\n    w:\n      password: |\n        hunter2\n      dhcp4: true\n",
    ),
    "a malformed keyfile": ("/etc/NetworkManager/system-connections/a", "[ipv4\nmethod\n"),
    "a malformed unit of the network": ("/etc/systemd/network/10.network", "[Network]\nAddr"),
    "a command of ifupdown": (
        "/etc/network/interfaces", "iface eth0 inet manual\n  up ip addr add 10.20.0.15/24 dev eth0\n"
    ),
    "netctl": ("/etc/netctl/eth0", "IP=static\nAddress=('10.20.0.15/24')\n"),
    "netifrc": ("/etc/conf.d/net", 'config_eth0="10.20.0.15/24"\n'),
}  # fmt: skip


@pytest.mark.parametrize("form", ODD)
def test_a_file_that_is_cut_short_or_of_an_unknown_form_passes_nothing(tmp_path, form):
    file, text = ODD[form]
    found = judged(tmp_path, {**OFF, file: text})
    assert PASSES not in found.values()


SECRETS = (
    'network:\n  wifis:\n    w0:\n      access-points:\n        "home":\n          password: "hunter2"\n'
    "        b: {password: hunter2, mode: x}\n        c: {auth: {key-management: psk, password: 'hun ter2'}}\n"
    "        d:\n          auth:\n            password: hunter2\n              hunter2\n            identity: me\n"
    "      addresses: [10.20.0.15/24]\n  tunnels:\n    t0:\n      key: hunter2\n"
    "      keys: {input: 1, output: hunter2}\n"
)  # fmt: skip


@pytest.mark.parametrize("shell", EACH_SHELL)
def test_keys_of_wireless_networks_and_tunnels_stay_in_the_guest(tmp_path, shell):
    network = inspect(tmp_path, {"/etc/netplan/99.yaml": SECRETS}, shell=shell).network
    assert "hunter2" not in network.model_dump_json()
    assert [each.value for each in known(network).settings] == ["10.20.0.15/24"]
    assert network.incomplete_because == "a secret in /etc/netplan/99.yaml is written in a form that is not known"


@pytest.mark.parametrize("name", ["70-persistent-ipoib.rules", "10-local.rules", "70-persistent-net.rules"])
def test_a_card_that_udev_names_by_its_address_is_found_in_any_file_of_rules(tmp_path, name):
    line = 'SUBSYSTEM=="net", ACTION=="add", ATTR{address}=="fa:16:3e:aa:bb:01", NAME="eth0"\n'
    assert judged(tmp_path, {f"/etc/udev/rules.d/{name}": line})["NET-MAC"] is FAILS
