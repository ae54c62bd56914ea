"""The story of a stage in a browser: written, refused, mended, tried, published, felt by suppliers; then a campaign."""


import pytest

from tests.browser import renewal, roadmap
from tests.browser.visitor import PHONE, Findings, Visitor

pytestmark = pytest.mark.engine_free


@pytest.fixture(scope="module")
def findings(browser, site, scene):
    found = Findings()
    buyer, supplier = Visitor(browser, site, found), Visitor(browser, site, found, width=PHONE)
    roadmap.write(buyer, scene)
    roadmap.weigh(buyer)
    roadmap.play(buyer, site)
    roadmap.publish(buyer, site)
    roadmap.close_gap(supplier)
    renewal.play(browser, site, scene, found, buyer, supplier)
    return found


def test_no_page_of_the_story_has_a_fault_of_accessibility(findings):
    assert findings.accessibility == []


def test_every_page_is_valid_html(findings):
    assert findings.html == []


def test_no_page_is_wider_than_its_window_nor_speaks_to_a_stranger_nor_to_the_console(findings):
    assert (findings.width, findings.strangers, findings.console) == ([], [], [])


def test_the_pages_that_matter_were_seen(findings):
    seen = "\n".join(findings.pages)
    for part in ("/exigences/", "/essai", "/rectificatif", "/fournisseur/trajectoire", "/campagnes/", "/fournisseur/confirmations/"):
        assert part in seen, part
