"""Whether SSH gets through a packet filter, decided on rules as iptables, nft, ufw and firewalld really have them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imaging.guest.report.packet_filter.iptables import decide_iptables
from imaging.guest.report.packet_filter.nft import decide_nft
from tests.guest.probe.running import plant, probe
from tests.support.examples import examples
from tests.support.known import present
from tests.support.needs import needs

CENTOS7 = """-P INPUT ACCEPT
-P FORWARD ACCEPT
-A INPUT -m state --state RELATED,ESTABLISHED -j ACCEPT
-A INPUT -p icmp -j ACCEPT
-A INPUT -i lo -j ACCEPT
-A INPUT -p tcp -m state --state NEW -m tcp --dport 22 -j ACCEPT
-A INPUT -j REJECT --reject-with icmp-host-prohibited
"""
UFW = """-P INPUT DROP
-N ufw-before-input
-N ufw-user-input
-N ufw-not-local
-N ufw-reject-input
-A INPUT -j ufw-before-input
-A INPUT -j ufw-reject-input
-A ufw-before-input -i lo -j ACCEPT
-A ufw-before-input -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A ufw-before-input -m conntrack --ctstate INVALID -j DROP
-A ufw-before-input -p udp -m udp --sport 67 --dport 68 -j ACCEPT
-A ufw-before-input -j ufw-not-local
-A ufw-before-input -j ufw-user-input
-A ufw-not-local -m addrtype --dst-type LOCAL -j RETURN
-A ufw-not-local -m addrtype --dst-type BROADCAST -j RETURN
-A ufw-not-local -j DROP
-A ufw-user-input -p tcp -m tcp --dport 22 -j ACCEPT
"""
FAIL2BAN = """-P INPUT ACCEPT
-N f2b
-A INPUT -p tcp -m multiport --dports 22 -j f2b
-A f2b -s 192.0.2.1/32 -j REJECT
-A f2b -j RETURN
"""
RECENT = """-P INPUT ACCEPT
-A INPUT -p tcp --dport 22 -m recent --update --seconds 60 --hitcount 4 --name S --mask 255.0.0.0 --rsource -j DROP
"""
SAVED = """*nat
:INPUT ACCEPT [0:0]
*filter
:INPUT DROP [1:2]
-A INPUT -p tcp --dport ssh -j ACCEPT
COMMIT
"""
IPTABLES = [
    ("no rules", "-P INPUT ACCEPT\n", True, "policy ACCEPT of INPUT"),
    ("closed by policy", "-P INPUT DROP\n", False, "policy DROP of INPUT"),
    ("CentOS 7's own", CENTOS7, True, "--dport 22 -j ACCEPT"),
    ("CentOS 7 without ssh", CENTOS7.replace("--dport 22", "--dport 80"), False, "-j REJECT"),
    ("ufw", UFW, True, "--dport 22"),
    ("ufw without ssh", UFW.replace("--dport 22", "--dport 80"), False, "policy DROP"),
    ("a range", "-P INPUT DROP\n-A INPUT -p tcp -m tcp --dport 20:30 -j ACCEPT\n", True, "20:30"),
    ("several ports", "-P INPUT DROP\n-A INPUT -p tcp -m multiport --dports 80,22,443 -j ACCEPT\n", True, "80,22"),
    ("all but ssh", "-P INPUT ACCEPT\n-A INPUT -p tcp ! --dport 22 -j DROP\n", True, "policy"),
    ("for some only", "-P INPUT DROP\n-A INPUT -s 10.0.0.0/8 -p tcp --dport 22 -j ACCEPT\n", None, "for some only"),
    ("one is kept out", "-P INPUT ACCEPT\n-A INPUT -s 192.0.2.1/32 -j REJECT\n", True, "policy"),
    ("fail2ban", FAIL2BAN, True, "policy"),
    ("too many tries", RECENT, True, "policy"),
    ("on one interface", "-P INPUT DROP\n-A INPUT -i eth0 -p tcp --dport 22 -j ACCEPT\n", None, "it depends on"),
    ("agreeing doubt", "-P INPUT DROP\n-A INPUT -i eth0 -j ACCEPT\n-A INPUT -p tcp --dport 22 -j ACCEPT\n", True, "22"),
    ("not on loopback", "-P INPUT ACCEPT\n-A INPUT ! -i lo -p tcp --dport 22 -j DROP\n", False, "! -i lo"),
    ("scans", "-P INPUT ACCEPT\n-A INPUT -p tcp -m tcp --tcp-flags ALL NONE -j DROP\n", True, "policy"),
    ("no new ones", "-P INPUT ACCEPT\n-A INPUT -p tcp --tcp-flags SYN,RST,ACK,FIN SYN -j DROP\n", False, "tcp-flags"),
    ("chains in a circle", "-P INPUT DROP\n-N a\n-A INPUT -j a\n-A a -j a\n", False, "policy"),
    ("something unknown", "-P INPUT ACCEPT\n-A INPUT -m bpf --bytecode x -j DROP\n", None, "it depends on"),
    ("quotes that never end", '-P INPUT DROP\n-A INPUT -m comment --comment "x -j ACCEPT\n', False, "policy"),
    ("a saved file", SAVED, True, "ssh"),
]  # fmt: skip


@pytest.mark.parametrize("rules, open_, why", [case[1:] for case in IPTABLES], ids=[case[0] for case in IPTABLES])
def test_rules_of_iptables_decide(rules, open_, why):
    decision = present(decide_iptables(rules.splitlines()))
    assert decision.open is open_
    assert why in decision.why


DEBIAN = """#!/usr/sbin/nft -f
flush ruleset
define SSH = 22
table inet filter {
\tset banned {
\t\ttype ipv4_addr
\t\telements = { 192.0.2.1, 192.0.2.2 }
\t}
\tchain input {
\t\ttype filter hook input priority filter; policy drop;
\t\tct state vmap { established : accept, related : accept, invalid : drop }
\t\tiif "lo" accept
\t\tip saddr @banned drop
\t\ttcp dport { $SSH, 443 } ct state new counter packets 3 bytes 4 accept comment "let in"
\t}
\tchain forward { type filter hook forward priority filter; policy drop; }
}
"""
FIREWALLD = """table inet firewalld {
\tchain filter_PREROUTING {
\t\ttype filter hook prerouting priority filter + 10; policy accept;
\t\tmeta nfproto ipv6 fib saddr . mark . iif oif missing drop
\t}
\tchain filter_INPUT {
\t\ttype filter hook input priority filter + 10; policy accept;
\t\tct state { established, related } accept
\t\tct status dnat accept
\t\tiifname "lo" accept
\t\tjump filter_INPUT_ZONES
\t\tct state invalid drop
\t\treject with icmpx admin-prohibited
\t}
\tchain filter_INPUT_ZONES {
\t\tiifname "eth0" goto filter_IN_public
\t\tgoto filter_IN_public
\t}
\tchain filter_IN_public {
\t\tjump filter_IN_public_allow
\t\tmeta l4proto { icmp, ipv6-icmp } accept
\t\treject with icmpx admin-prohibited
\t}
\tchain filter_IN_public_allow {
\t\ttcp dport 22 accept
\t\tip6 daddr fe80::/64 udp dport 546 accept
\t}
}
"""
BASE = "table ip t { chain c { type filter hook input priority 0; policy drop; %s } }"
OTHER = "\ntable inet u { chain d { type filter hook input priority 5; policy drop; } }"
NFT = [
    ("Debian's example", DEBIAN, True, "tcp dport"),
    ("without ssh", DEBIAN.replace("$SSH, ", ""), False, "policy drop"),
    ("firewalld", FIREWALLD, True, "tcp dport 22 accept"),
    ("firewalld without ssh", FIREWALLD.replace("dport 22", "dport 80"), False, "reject"),
    ("a range", BASE % "tcp dport 20-30 accept", True, "20-30"),
    ("another port", BASE % "tcp dport != 22 accept", False, "policy"),
    ("for some only", BASE % "ip saddr 10.0.0.0/8 tcp dport 22 accept", None, "for some only"),
    ("at some rate", BASE % "tcp dport 22 limit rate over 3/minute drop; accept", True, "accept"),
    ("ports by map", BASE % "tcp dport vmap { 22 : accept, 80 : drop }", True, "vmap"),
    ("interfaces by map", BASE % 'iifname vmap { "lo" : accept, "eth0" : jump x }', None, "it depends on"),
    ("a named set of ports", BASE % "tcp dport @open accept", None, "@open"),
    ("what iptables wrote", BASE % 'xt match "recent" drop; accept', None, "xt match"),
    ("two tables", BASE % "accept" + OTHER, False, "u d"),
    ("IPv6 alone", "table ip6 t { chain c { type filter hook input priority 0; policy drop; } }", "none", ""),
    ("nothing", "", "none", ""),
    ("cut off", DEBIAN[:300], False, "policy drop"),
]  # fmt: skip


@pytest.mark.parametrize("rules, open_, why", [case[1:] for case in NFT], ids=[case[0] for case in NFT])
def test_rules_of_nft_decide(rules, open_, why):
    decision = decide_nft(rules.splitlines())
    if open_ == "none":
        assert decision is None
    else:
        assert present(decision).open is open_
        assert why in present(decision).why


def firewall(tmp_path, files, **how):
    return probe("firewall", root=plant(tmp_path, {"/proc/modules": "ext4 1 0\n", **files}), **how).firewall.value


def test_without_a_filter_in_the_kernel_everything_is_open_and_anybody_may_say_so(tmp_path):
    for folder in [tmp_path, *tmp_path.parents[:-2]]:
        folder.chmod(0o755)
    found = firewall(tmp_path, {}, as_user=True)
    assert (found.ssh_open, found.rules, found.why) == (True, 0, "no packet filter is loaded")


def test_an_ordinary_user_cannot_read_the_rules(tmp_path):
    for folder in [tmp_path, *tmp_path.parents[:-2]]:
        folder.chmod(0o755)
    found = firewall(tmp_path, {"/proc/modules": "nf_tables 1 0\n"}, as_user=True)
    assert (found.ssh_open, found.rules, found.why) == (None, None, "only root may read the rules")


@needs("root")
def test_loaded_rules_of_nft_are_read(tmp_path):
    nft = f"#!/bin/sh\ncat <<'END'\n{DEBIAN}END\n"
    found = firewall(tmp_path, {"/proc/modules": "nf_tables 1 0\n", "/.tools/nft": nft})
    assert (found.ssh_open, found.tools) == (True, ())
    assert found.rules == 4


def test_what_a_tool_loads_at_the_next_boot_counts_too(tmp_path):
    files = {
        "/etc/systemd/system/multi-user.target.wants/iptables.service": "-> /x",
        "/etc/sysconfig/iptables": "*filter\n:INPUT DROP [0:0]\nCOMMIT\n",
    }
    found = firewall(tmp_path, files)
    assert (found.tools, found.ssh_open) == (("iptables",), None)
    assert found.why == "open now (no packet filter is loaded), closed after the next start (policy DROP of INPUT)"


@pytest.mark.parametrize("rule, open_", [("-A ufw-user-input -p tcp --dport 22 -j ACCEPT\n", True), ("", False)])
def test_ufw_is_judged_by_its_files(tmp_path, rule, open_):
    files = {
        "/proc/modules": "nf_tables 1 0\n",
        "/etc/ufw/ufw.conf": "ENABLED=yes\n",
        "/etc/default/ufw": 'DEFAULT_INPUT_POLICY="DROP"\n',
        "/etc/ufw/user.rules": f"*filter\n:ufw-user-input - [0:0]\n{rule}COMMIT\n",
    }
    found = firewall(tmp_path, files)
    assert (found.tools, found.ssh_open) == (("ufw",), open_)


@pytest.mark.parametrize(
    "service, open_", [('<service name="ssh"/>', True), ('<service name="dhcpv6-client"/>', False)]
)
def test_firewalld_is_judged_by_its_default_zone(tmp_path, service, open_):
    files = {
        "/proc/modules": "nf_tables 1 0\n",
        "/etc/systemd/system/multi-user.target.wants/firewalld.service": "-> /x",
        "/etc/firewalld/firewalld.conf": "DefaultZone=public\n",
        "/usr/lib/firewalld/zones/public.xml": f"<zone>\n  {service}\n</zone>\n",
    }
    assert firewall(tmp_path, files).ssh_open is open_


WORDS = """-A -P INPUT -j -m -p tcp ! --dport 22 ACCEPT DROP --tcp-flags SYN :INPUT { } ; table chain inet t type filter
hook input policy drop vmap : ct state new, , dport jump goto define = $t " accept counter comment !="""
WORD = st.sampled_from([*WORDS.split(), "\n"])


@settings(max_examples=examples(300), deadline=None)
@given(st.lists(WORD, max_size=60).map(" ".join))
def test_any_words_are_read_without_an_error(text):
    decide_iptables(text.splitlines())
    decide_nft(text.splitlines())
    decide_nft(("table inet t { chain c { type filter hook input priority 0; " + text).splitlines())
