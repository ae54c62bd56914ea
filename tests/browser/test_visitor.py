"""The visitor sees what it is there to see: each kind of fault is planted on a page, and found."""

import pytest

from tests.browser.visitor import PHONE, Findings, Visitor

pytestmark = pytest.mark.engine_free


@pytest.fixture
def visitor(browser, site):
    found = Visitor(browser, site, Findings())
    found.open("/accessibilite")
    yield found
    found.context.close()


def test_a_page_without_fault_has_none(visitor):
    findings = visitor.findings
    assert findings.pages == ["200 /accessibilite"]
    assert (findings.accessibility, findings.html, findings.width, findings.console, findings.strangers) == ([], [], [], [], [])


def test_an_image_without_a_text_is_found(visitor):
    visitor.page.evaluate("document.querySelector('main').append(new Image())")
    visitor.look_at_width(PHONE)
    assert [fault.split(": ")[1] for fault in visitor.findings.accessibility] == ["image-alt"]


def test_a_part_wider_than_a_phone_is_found(visitor):
    visitor.page.evaluate("document.querySelector('h1').style.width = '2000px'")
    visitor.page.set_viewport_size({"width": PHONE, "height": 900})
    visitor.look_at_width(PHONE)
    assert len(visitor.findings.width) == 1


def test_a_request_to_another_host_is_found_even_where_the_policy_stops_it(visitor):
    visitor.page.evaluate("fetch('https://ailleurs.example/x').catch(() => 0)")
    visitor.page.wait_for_timeout(200)
    assert visitor.findings.strangers or visitor.findings.console


def test_the_same_page_is_looked_at_once_and_html_that_breaks_is_said(visitor, monkeypatch):
    visitor.open("/accessibilite")
    assert len(visitor.findings.pages) == 1
    monkeypatch.setattr("tests.browser.visitor.check", lambda html: 1 / 0)
    visitor.open("/regles")
    assert len(visitor.findings.html) == 1
