"""Texts that are no host, no user and no port: as hostile clouds, careless people and odd configs write them."""

from __future__ import annotations

CANARY = "canary"
"""A file in the user's home; a text that runs as a command makes it."""
COMMANDS = ("$(>~/canary)", "`>~/canary`", ";>~/canary", "|>~/canary", "&>~/canary", "\n>~/canary\n", "'$(>~/canary)'")
HOSTS = (
    *COMMANDS,
    *(f"2001:db8::1%{command}" for command in COMMANDS),
    *("2001:db8::1%,*", "2001:db8::1%eth0", "fe80::1%25eth0", "2001:db8::1%", "::1%1", "%h", "${HOME}", "$HOME"),
    *("*", "?", "!db-07", "*,db-07", "db-07,*", "db-07,", ",", "|1|a|b", "[db-07]", "[db-07]:22", "#db-07", "@revoked"),
    *("-oProxyCommand=x", "-", "--", "db-07 -x", "db-07.-x", " db-07", "db-07 ", "db-07\n", "db-07\r", "db-07\t"),
    *("\x00", "db-07\x00.example.org", "db..07", ".db-07", "db-07.", "..", ".", "", "../../etc", "a/b", "~", "a\\b"),
    *("127.1", "2130706433", "0177.0.0.1", "0x7f000001", "127.0.0.01", "1.2.3", "1.2.3.4.5", "256.1.1.1", "0x"),
    *("\u0661\u0662.0.0.1", "db\u0660", "d\u0431ase", "db\u202e07", "db\u200b07", "db\ud80007", "\uff45xample"),
    *(
        "a" * 64,
        ".".join(["a" * 63] * 5),
        "1:2:3:4:5:6:7:8:9",
        "::ffff:1.2.3.4.5",
        "10.0.0.5/8",
        "ada@db-07",
        "a\x1b[2J",
    ),
)
USERS = (
    *COMMANDS,
    *("ada;x", "ada$", "$ada", "-l", "-oX=y", ".", "..", ".ada", "ada x", " ada", "ada\n", "ada\x00", "%r", "${USER}"),
    *("a/b", "~ada", "ada\\b", "CORP\\ada", "ada@", "@db-07", "ada@b@c", "ada@*", "ada@x;y", "ada,bob", "ada!", ""),
    *("a" * 33, "\u0430da", "\u0661", "ada\u202e", "ada\ud800", "ada'", 'ada"', "ada|x", "ada&", "ada>x", "ada:x"),
)
PORTS = ("", "0", "65536", "-1", "+22", " 22", "22 ", "2_2", "\u0662", "\xb2", "1e3", "22;x", "$(x)", "22.0", "0x16")
