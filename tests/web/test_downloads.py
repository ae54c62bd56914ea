"""Whatever the application sends as a file is kept, never run: every address is asked, and those that send files are found, not listed."""

import ast
import inspect
from types import CodeType, FunctionType

import pytest
from werkzeug.http import parse_options_header

from sad.storage import clean_name
from sad.web import uploads
from tests.campaigns.ledger import ROOT
from tests.web.test_matrix import allowed
from tests.web.world import MOST_PLACES

pytestmark = pytest.mark.engine_free
PAGES = ("text/html", "application/json")
ONLY_WHEN_KEPT = "no-store", "no-cache"


def sends_files(view: FunctionType) -> bool:
    """Does the view come to `uploads`, by itself or through what it calls in our pages?"""
    seen: set[CodeType] = set()

    def leads(function: FunctionType) -> bool:
        function = inspect.unwrap(function)
        if function.__module__ == uploads.__name__:
            return function is not uploads.keep_file
        if function.__code__ in seen or not function.__module__.startswith("sad.web"):
            return False
        seen.add(function.__code__)
        called = (function.__globals__.get(name) for code in codes(function.__code__) for name in code.co_names)
        return any(leads(each) for each in called if isinstance(each, FunctionType))

    return leads(view)


def codes(code: CodeType) -> list[CodeType]:
    """That of a function and of those it holds."""
    return [code, *(inner for each in code.co_consts if isinstance(each, CodeType) for inner in codes(each))]


def asked(world, rule, most):
    """The answers of an address to somebody who may ask for it, at so many of its owner's places."""
    who = sorted(allowed(world, rule, "GET"))[-1]
    for place in world.own[rule.endpoint][:most]:
        yield world.send(who, world.url(rule.endpoint, place))


def is_file(answer) -> bool:
    return answer.status_code == 200 and ("Content-Disposition" in answer.headers or answer.mimetype not in PAGES)


def faults_of(answer) -> list[str]:
    """What is missing for a browser to keep the file and nothing else."""
    headers = answer.headers
    asked = {
        "attachment": headers.get("Content-Disposition", "").startswith("attachment"),
        "a name": "filename" in headers.get("Content-Disposition", ""),
        "nosniff": headers.get("X-Content-Type-Options") == "nosniff",
        "sandbox": headers.get("Content-Security-Policy") == "sandbox; default-src 'none'",
        "cache": any(word in headers.get("Cache-Control", "") for word in ONLY_WHEN_KEPT),
        "one line": not set("\r\n") & set("".join(headers.values())),
    }
    return [name for name, is_there in asked.items() if not is_there]


def test_every_file_is_sent_to_be_kept_and_every_address_of_files_sends_one(world):
    faults, found, expected = [], set(), set()
    for rule in world.rules():
        if "GET" not in rule.methods:
            continue
        is_expected = sends_files(world.app.view_functions[rule.endpoint])
        expected |= {rule.endpoint} if is_expected else set()
        for answer in asked(world, rule, MOST_PLACES if is_expected else 1):
            with answer:
                if is_file(answer):
                    found.add(rule.endpoint)
                    faults += [f"{rule.endpoint}: {fault}" for fault in faults_of(answer)]
    assert not faults, "\n".join(faults)
    assert len(found) >= 20
    assert (sorted(expected - found), sorted(found - expected)) == ([], [])


def test_only_one_module_sends_files():
    faults = []
    for path in sorted((ROOT / "sad" / "web").rglob("*.py")):
        if path.name == "uploads.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Name) and node.id in ("send_file", "send_from_directory"):
                faults.append(f"{path.name}:{node.lineno} {node.id}")
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.lower() == "content-disposition":
                faults.append(f"{path.name}:{node.lineno} {node.value}")
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("name", ["été.pdf", "a\r\nX-Header: 1", 'a"; filename="b.exe', "\u202efdp.exe", "a;b.pdf", "%0d%0a.pdf"])
def test_a_name_made_to_harm_stays_a_name_in_the_headers(app, name):
    with app.test_request_context("/"):
        answer = uploads.as_download(b"<script>", media_type="application/pdf", name=clean_name(name))
    assert faults_of(answer) == []
    assert "X-Header" not in answer.headers and answer.mimetype == "application/pdf"
    assert answer.headers["Content-Disposition"].isascii()
    assert parse_options_header(answer.headers["Content-Disposition"]) == ("attachment", {"filename": clean_name(name)})
