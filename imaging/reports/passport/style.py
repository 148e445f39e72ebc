"""The style of a passport's page: readable narrow, wide, dark and printed. It names nothing outside of the page."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from typing import Final

LIGHT: Final = {
    "paper": "#ffffff",
    "ink": "#1b1f24",
    "quiet": "#57606a",
    "line": "#d0d7de",
    "shade": "#f3f5f7",
    "good": "#116329",
    "doubt": "#7a4e00",
    "bad": "#a40e26",
    "bar": "#0a5ea8",
    "off": "#f6dfb3",
}
DARK: Final = {
    "paper": "#14171c",
    "ink": "#e6e9ed",
    "quiet": "#a6b0bb",
    "line": "#3a424c",
    "shade": "#1e232a",
    "good": "#6fd08c",
    "doubt": "#e8b34a",
    "bad": "#ff8a91",
    "bar": "#63aef2",
    "off": "#5a431a",
}
"""Each colour of a text has a contrast of 4.5 and more to `paper` and `shade`."""


def _variables(colours: dict[str, str]) -> str:
    return "".join(f"--{name}:{value};" for name, value in colours.items())


STYLE: Final = f"""
:root{{{_variables(LIGHT)}color-scheme:light dark}}
@media (prefers-color-scheme:dark){{:root{{{_variables(DARK)}}}}}
*{{box-sizing:border-box}}
body{{margin:0 auto;padding:1.5rem 1rem 4rem;max-width:62rem;background:var(--paper);color:var(--ink);
font:1rem/1.5 system-ui,sans-serif;overflow-wrap:anywhere}}
h1{{font-size:1.7rem;line-height:1.2;margin:0 0 1rem}}
h2{{font-size:1.25rem;margin:2.5rem 0 .75rem;padding-bottom:.25rem;border-bottom:1px solid var(--line)}}
p{{margin:.5rem 0}}
.words{{display:flex;flex-wrap:wrap;gap:.75rem;margin:0;padding:0}}
.words div{{background:var(--shade);border:1px solid var(--line);border-radius:.4rem;padding:.5rem 1rem;min-width:8rem}}
.words dt{{color:var(--quiet);font-size:.9rem}}
.words dd{{margin:0;font-size:1.3rem;font-weight:600}}
.facts{{display:grid;grid-template-columns:minmax(8rem,14rem) 1fr;gap:.25rem 1rem;margin:0}}
.facts dt{{color:var(--quiet)}}
.facts dd{{margin:0;white-space:pre-line}}
.good{{color:var(--good)}}.doubt{{color:var(--doubt)}}.bad{{color:var(--bad)}}
.wide{{overflow-x:auto;margin:1rem 0}}
.wide:focus-visible{{outline:2px solid var(--bar);outline-offset:2px}}
table{{border-collapse:collapse;width:100%;min-width:34rem;font-size:.9rem}}
caption{{text-align:left;font-weight:600;padding:.25rem 0}}
th,td{{text-align:left;vertical-align:top;padding:.3rem .6rem;border-bottom:1px solid var(--line);min-width:5.5rem}}
th{{color:var(--quiet);font-weight:600;overflow-wrap:normal}}
pre{{background:var(--shade);border:1px solid var(--line);border-radius:.4rem;padding:.6rem;margin:0;
font:.8rem/1.45 ui-monospace,monospace;white-space:pre-wrap}}
summary{{cursor:pointer;font-weight:600;padding:.25rem 0}}
details{{margin:1rem 0}}
svg{{display:block;width:100%;min-width:36rem;height:auto;font:12px system-ui,sans-serif}}
svg text{{fill:var(--ink)}}svg .quiet{{fill:var(--quiet)}}svg .bar{{fill:var(--bar)}}svg .bar.bad{{fill:var(--bad)}}
svg .off{{fill:var(--off)}}svg .axis{{stroke:var(--line)}}
footer{{margin-top:3rem;padding-top:.75rem;border-top:1px solid var(--line);color:var(--quiet);font-size:.85rem}}
@media (max-width:34rem){{.facts{{grid-template-columns:1fr;gap:0}}.facts dd{{margin:0 0 .5rem}}}}
@media print{{:root{{{_variables(LIGHT)}color-scheme:light}}body{{max-width:none;padding:0;font-size:10pt}}
h2{{break-after:avoid}}tr,svg,.words div{{break-inside:avoid}}caption{{break-after:avoid}}
.wide{{overflow:visible}}svg,table{{min-width:0}}
thead{{display:table-header-group}}*{{print-color-adjust:exact}}}}
@page{{margin:15mm}}
""".replace("\n", "")
"""No character of it is one that HTML would escape, so that its hash holds."""

POLICY: Final = (
    "default-src 'none'; style-src 'sha256-"
    + b64encode(sha256(STYLE.encode()).digest()).decode()
    + "'; base-uri 'none'; form-action 'none'"
)
"""No script, no picture, no letter from elsewhere; this style and no other."""
