"""The people of the demo who act in the story of a decision, and the day on which it begins."""

from datetime import datetime
from typing import TypeVar

from playwright.sync_api import Browser

from sad.demo.data import demo_password
from sad.domain.calendar import PARIS
from tests.browser.site import Site
from tests.browser.visitor import DESK, Findings, Visitor

MONDAY = datetime(2026, 11, 23, 9, 30, tzinfo=PARIS)
NEED = "Cocktail des vœux, 80 personnes"
BUYER, SECOND_BUYER = "claire.fontaine@agglo-demo.example", "marc.teyssier@agglo-demo.example"
AUTHORITY, REQUESTER = "jeanne.vernet@agglo-demo.example", "olivier.castel@agglo-demo.example"
WINNER, WINNER_NAME = "fatou.diallo@atelier-saveurs-solidaires.example", "Atelier Saveurs Solidaires"
LOSER, LOSER_NAME = "sophie.vial@la-table-du-vercors.example", "La Table du Vercors"


Who = TypeVar("Who", bound=Visitor)


class Thumb(Visitor):
    """A visitor whose taps are counted."""

    taps = 0

    def _click(self, role: str, words: str, within: str | None) -> None:
        self.taps += 1
        super()._click(role, words, within)


def enter(kind: type[Who], browser: Browser, site: Site, findings: Findings, email: str, *, width: int = DESK) -> Who:
    """Somebody of the demo, signed in."""
    visitor = kind(browser, site, findings, width=width)
    visitor.sign_in(email, demo_password())
    return visitor
