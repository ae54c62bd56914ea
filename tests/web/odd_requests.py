"""Requests as no browser sends them: fields missing, doubled, huge, badly coded; other methods, bodies, headers, addresses."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any
from urllib.parse import quote, quote_from_bytes

from werkzeug.routing import Rule

from sad.web.rights import SEATS, lines
from tests.factories.hostile_files import HTML, JPG, OLE, PDF, PNG
from tests.web.answers import forms_of
from tests.web.ownership import Place
from tests.web.world import World, methods

Pairs = list[tuple[str, str | bytes]]
ENCODED = "application/x-www-form-urlencoded"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "get", "FOO")
NUMBERS = (
    "0", "-1", "1", "2", "7", "2147483647", "2147483648", "9223372036854775807", "9223372036854775808", "1" + "0" * 30, "0x10", "1e3",
    "1e999999",
    "NaN", "Infinity", "-Infinity", "1_000", "+5", "0.1", "0.005", "1,5", "1.234,56", "１２３", "٣٤", "²", "½", "--1", "1-", " 12 ",
    "00012", "-0",
)  # fmt: skip
DAYS = (
    "0000-00-00", "0001-01-01", "9999-12-31", "10000-01-01", "2026-02-30", "2026-03-29", "2026-13-01", "31/12/9999", "1/1/1",
    "29/02/2027",
    "2026-12-21", "24:00", "02:30", "99:99", "12 h", "-1:00", "2026-12-21T10:00:00Z", "2026-W50-1", "demain",
)  # fmt: skip
TEXTS = (
    "", " ", "\0", "a\0b", "\x01\x02\x1b[31m", "\u202e\u202dfdp", "\ufeff", "\ud7ff", "\U0010ffff",
    "é" * 3, "e\u0301" * 50, "a" * 41, "a" * 201,
    "a" * 4001, "a" * 100_000, "\u200b" * 300, "<script>alert(1)</script>", "{{ 7*7 }}", "${7*7}", "' OR 1=1 --",
    "\"; DROP TABLE people; --",
    "=1+1", "../../etc/passwd", "..\\..\\boot.ini", "file:///etc/passwd", "//ailleurs.example", "http://ailleurs.example", "\r\nX: 1",
    "%00", "%0d%0a",
    "null", "true", "[]", "{}", "on", "y", "None", "undefined", "@", "a@b", "a@" + "b" * 300 + ".fr", "🥐" * 60, "\\", "%", "_", "%s%n",
    "\t", "\n" * 200,
    "price", "quality", "catering", "buyer", "administrator", "pain_viennoiserie",
)  # fmt: skip
BYTES = (b"\xff\xfe", b"\xc0\xaf", b"\xed\xa0\x80", b"\xe9t\xe9", b"%", b"%zz", b"%u0041", b"\xf8\x88\x80\x80\x80", b"\x00")
KEYS = (
    "espace", "qui", "mot", "apres", "avant", "q", "a", "objet", "acte", "personne", "du", "au", "next", "page", "v", "palier", "famille",
    "sort", "id", "revision",
)  # fmt: skip
FILES = (PDF, PNG, JPG, OLE, HTML, b"", b"\0" * 100, b"PK\x03\x04" + bytes(50), b"x" * 300_000)
FILE_NAMES = (
    "a.pdf", "a.docx", "", "..", "../../a.pdf", "a\0.pdf", "été \u202efdp.exe", "a" * 300 + ".pdf", 'a".pdf', "a.pdf\r\nX: 1",
    "C:\\a.pdf", ".pdf",
    "con.pdf", "a.PDF", "a.html", "a.svg", "a.zip", "a.tar.gz", "a;b.pdf", "🥐.pdf",
)  # fmt: skip
HEADERS: dict[str, tuple[str, ...]] = {
    "Accept": ("application/json", "*/*", "text/html;q=abc", ",,,;;", "image/png", "a" * 5000, "application/json;q=1e999", "\xe9"),
    "Accept-Language": ("en", "zz-ZZ;q=2", ";;;", "fr" * 500),
    "Accept-Encoding": ("gzip;q=nan", "*", ""),
    "Content-Type": ("application/json", "text/plain", "multipart/form-data", f"{ENCODED}; charset=utf-16",
    "a/b;c=\"", "\xff"),
    "Content-Length": ("-1", "abc", "99999999999999999999", "0"),
    "Transfer-Encoding": ("chunked", "gzip"),
    "Range": ("bytes=0-1", "bytes=-", "bytes=5-1,,", "lines=1-2", "bytes=999999999999-"),
    "If-None-Match": ("*", 'W/"', '"' + "a" * 3000),
    "If-Modified-Since": ("hier", "Thu, 01 Jan 1970 00:00:00 GMT", "Thu, 99 Jan 99999 00:00:00 GMT"),
    "If-Range": ("x", "Thu, 01 Jan 99999 00:00:00 GMT"),
    "Host": ("ailleurs.example", "localhost:99999", "a b", "[::1", "\xe9.fr", ""),
    "X-Forwarded-For": ("1.2.3.4, 5.6.7.8", "x" * 3000, "'"),
    "X-Forwarded-Host": ("ailleurs.example",),
    "X-HTTP-Method-Override": ("DELETE", "POST"),
    "Origin": ("null", "https://ailleurs.example"),
    "Referer": ("javascript:1", "//", "\xe9"),
    "User-Agent": ("", "x" * 8000, "' OR 1=1", "\xe9"),
    "X-Requested-With": ("XMLHttpRequest",),
    "Authorization": ("Basic !!!", "Bearer x", "\xe9"),
    "Forwarded": ("for=\"[", "proto=https"),
    "Date": ("x",),
}  # fmt: skip


@dataclass
class Asked:
    """A request, from a seat; printed when it fails."""

    who: str
    method: str
    url: str
    headers: dict[str, str] = field(default_factory=dict)
    sent: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.method} {self.url[:200]} as {self.who} {self.headers} {str(self.sent)[:600]}"


@dataclass
class Drawer:
    """Draws requests to the addresses of a world; what its forms send is read once."""

    world: World
    forms: dict[str, list[Pairs]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.rules = self.world.rules()
        self.admitted = {(line.endpoint, line.method): [seat.key for seat in line.admitted] for line in lines(self.world.app)}

    def draw(self, random: Random) -> Asked:
        rule = random.choice(self.rules)
        method = self._method(random, rule)
        likely = self.admitted.get((rule.endpoint, method)) or self.admitted.get((rule.endpoint, methods(rule)[0])) or [SEATS[0].key]
        who = random.choice(likely) if random.random() < 0.8 else random.choice(SEATS).key
        place = self._place(random, rule)
        asked = Asked(who, method, self._url(random, rule, place, method))
        if random.random() < 0.35:
            asked.url += "?" + _query(random)
        if random.random() < 0.2:
            for name in random.sample(sorted(HEADERS), random.randint(1, 3)):
                asked.headers[name] = random.choice(HEADERS[name])
        if method not in ("GET", "HEAD", "OPTIONS") or random.random() < 0.03:
            asked.sent = self._body(random, rule, place, who)
        return asked

    def _method(self, random: Random, rule: Rule) -> str:
        if random.random() < 0.06:
            return random.choice(METHODS)
        return "POST" if "POST" in (rule.methods or ()) and ("GET" not in (rule.methods or ()) or random.random() < 0.7) else "GET"

    def _place(self, random: Random, rule: Rule) -> Place | None:
        chance = random.random()
        kinds = (self.world.own, self.world.own, self.world.neighbour, self.world.stranger, self.world.crossed)
        found = kinds[0 if chance < 0.75 else random.randrange(5)][rule.endpoint]
        return random.choice(found) if found and chance < 0.93 else None

    def _url(self, random: Random, rule: Rule, place: Place | None, method: str) -> str:
        if place is not None or not rule.arguments:
            adapter = self.world.app.url_map.bind("localhost")
            return adapter.build(rule.endpoint, place or {}, method=methods(rule)[0])
        return re.sub("<[^>]+>", lambda _: _segment(random), rule.rule)

    def _body(self, random: Random, rule: Rule, place: Place | None, who: str) -> dict[str, Any]:
        pairs = self._pairs(random, rule, place, who)
        kinds: tuple[Callable[[Random, Pairs], dict[str, Any]], ...] = (_encoded, _encoded, _encoded, _multipart, _multipart, _json, _raw)
        return random.choice(kinds)(random, pairs)

    def _pairs(self, random: Random, rule: Rule, place: Place | None, who: str) -> Pairs:
        """The fields of one of the page's forms, some of them spoilt."""
        known = self._forms(rule, place, who)
        pairs = list(random.choice(known)) if known else [(key, "1") for key in random.sample(KEYS, 3)]
        pairs = [pair for pair in pairs if random.random() > 0.05]
        for _ in range(random.choice((0, 0, 1, 1, 1, 2, 3, 8))):
            if pairs:
                at = random.randrange(len(pairs))
                pairs[at] = (pairs[at][0], _value(random))
        if pairs and random.random() < 0.15:
            pairs += [random.choice(pairs)] * random.choice((1, 2, 50))
        if random.random() < 0.15:
            pairs.append((random.choice(("organisation_id", "id", "role", "state", "\0", "a" * 500, "x[]", "x.y", *KEYS)), _value(random)))
        if random.random() < 0.003:
            pairs.append(("x", "a" * 3_000_000))
        if random.random() < 0.003:
            pairs += [(f"x{number}", "1") for number in range(3000)]
        return pairs

    def _forms(self, rule: Rule, place: Place | None, who: str) -> list[Pairs]:
        if place is None or "GET" not in (rule.methods or ()):
            return []
        url = self.world.url(rule.endpoint, place)
        key = f"{who} {url}"
        if key not in self.forms:
            with self.world.undone():
                answer = self.world.send(who, url)
                text = answer.get_data(as_text=True) if answer.mimetype == "text/html" else ""
            self.forms[key] = [list(form.fields) for form in forms_of(text) if len(form.fields) > 1]
        return self.forms[key]


def _value(random: Random) -> str | bytes:
    return random.choice(random.choice((NUMBERS, DAYS, TEXTS, TEXTS, BYTES)))


def _segment(random: Random) -> str:
    value = _value(random)[:2000]
    return quote(value, safe="") if isinstance(value, str) else quote_from_bytes(value, safe="")


def _query(random: Random) -> str:
    return "&".join(f"{_coded(random.choice(KEYS))}={_coded(_value(random)[:5000])}" for _ in range(random.randint(1, 4)))


def _coded(value: str | bytes) -> str:
    return quote_from_bytes(value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value, safe="%")


def _encoded(random: Random, pairs: Pairs) -> dict[str, Any]:
    body = random.choice(("&", "&", "&", ";", "&&")).join(f"{_coded(name)}={_coded(value)}" for name, value in pairs)
    return {"data": body.encode("ascii", "replace"), "content_type": ENCODED}


def _json(random: Random, pairs: Pairs) -> dict[str, Any]:
    said = json.dumps({name: value if isinstance(value, str) else 1 for name, value in pairs})
    body = random.choice((said, "[" * 5000, "{", "null", '{"a":' * 3000, "NaN", '"\\ud800"'))
    return {"data": body.encode("utf-8", "surrogatepass"), "content_type": random.choice(("application/json", ENCODED))}


def _raw(random: Random, _pairs: Pairs) -> dict[str, Any]:
    kinds = ("text/plain", "application/octet-stream", "multipart/form-data", ENCODED, "", "a", "multipart/mixed; boundary=x")
    return {"data": random.randbytes(random.choice((0, 1, 10, 1000))), "content_type": random.choice(kinds)}


def _multipart(random: Random, pairs: Pairs) -> dict[str, Any]:
    boundary = random.choice(("x", "x", "x", "----WebKitFormBoundaryabc", "a" * 70, "a" * 300, "a b", "é", "--", "'()+_,-./:=?"))
    parts = [_part(random, name, value) for name, value in pairs]
    if random.random() < 0.6:
        fields = [name for name, _ in pairs] + ["files", "file", "document", "paper"]
        drawn = [(random.choice(fields), random.choice(FILES), random.choice(FILE_NAMES)) for _ in range(random.choice((1, 1, 2, 12)))]
        parts += [_part(random, *one) for one in drawn]
    mark = boundary.encode()
    body = b"".join(b"--" + mark + b"\r\n" + part for part in parts) + (b"--" + mark + b"--\r\n" if random.random() < 0.9 else b"")
    declared = random.choice((boundary, boundary, boundary, boundary, f'"{boundary}"', "autre", ""))
    kind = f"multipart/form-data; boundary={declared}".encode().decode("latin-1")
    return {"data": body if random.random() < 0.95 else body[: random.randrange(len(body) + 1)], "content_type": kind}


def _part(random: Random, name: str, value: str | bytes, file_name: str | None = None) -> bytes:
    said = f'Content-Disposition: form-data; name="{name}"' + ("" if file_name is None else f'; filename="{file_name}"')
    more = "" if file_name is None else "\r\nContent-Type: application/pdf"
    if random.random() < 0.05:
        coded = "\r\nContent-Transfer-Encoding: base64"
        said, more = random.choice((("", ""), ("Content-Disposition: form-data", ""), (said, coded), (said * 40, more)))
    body = value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value
    return (said + more).encode("utf-8", "surrogatepass") + b"\r\n\r\n" + body + b"\r\n"


