"""Somebody at a browser: goes, reads, types; each page seen is looked at on a phone and on a desk."""

import re
import traceback
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response

from tests.browser.site import Site
from tests.factories.people import PASSWORD
from tests.web.test_shell import check

PHONE, DESK = 360, 1280
HEIGHT = 900
PARTS = "main article, main section, main .card, main li, main tr"
RULES = {"resultTypes": ["violations"]}


@dataclass
class Findings:
    """What was wrong on the pages of a story, and which pages were looked at."""

    pages: list[str] = field(default_factory=list)
    accessibility: list[str] = field(default_factory=list)
    html: list[str] = field(default_factory=list)
    width: list[str] = field(default_factory=list)
    console: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)
    seen: set[tuple[str, ...]] = field(default_factory=set)


class Visitor:
    """One person with a browser of its own."""

    def __init__(self, browser: Browser, site: Site, findings: Findings, *, width: int = DESK) -> None:
        self.site, self.findings, self.width = site, findings, width
        self.context = browser.new_context(viewport={"width": width, "height": HEIGHT}, locale="fr-FR", timezone_id="Europe/Paris")
        self.context.set_default_timeout(30_000)
        self.page: Page = self.context.new_page()
        self.answer: Response | None = None
        self.page.on("response", self._keep)
        self.page.on("request", self._note_stranger)
        self.page.on("console", self._note_console)
        self.page.on("pageerror", lambda error: findings.console.append(f"{self.path}: {error}"))

    @property
    def path(self) -> str:
        return urlsplit(self.page.url).path

    @property
    def text(self) -> str:
        """What the page says, without its header and footer."""
        return self.page.locator("main").inner_text()

    def sign_in(self, email: str, password: str = PASSWORD) -> None:
        self.open("/connexion")
        self.type("Adresse e-mail", email)
        self.type("Mot de passe", password)
        self.press("Se connecter")

    def open(self, path: str) -> None:
        """Go to an address of the site, or to a link received by mail."""
        self.page.goto(path if path.startswith("http") else self.site.url + path)
        self.look()

    def follow(self, words: str, *, within: str | None = None) -> None:
        """Click the first link that says these words, in the part of the page that says `within`."""
        self._click("link", words, within)

    def press(self, words: str, *, within: str | None = None) -> None:
        """Press the first button that says these words."""
        self._click("button", words, within)

    def type(self, label: str, text: str) -> None:
        self.page.get_by_label(label).first.fill(text)

    def choose(self, label: str, option: str) -> None:
        """Choose in a list."""
        self.page.get_by_label(label).first.select_option(label=option)

    def answer_to(self, question: str, choice: str) -> None:
        """Tick a choice in the group that bears the question."""
        self.page.get_by_role("group", name=question).get_by_label(choice).first.check()

    def tick(self, label: str) -> None:
        self.page.get_by_label(label).first.check()

    def join_file(self, label: str, name: str, content: bytes) -> None:
        self.page.get_by_label(label).first.set_input_files({"name": name, "mimeType": "application/pdf", "buffer": content})
        if self.page.locator("#envois").count():  # it goes at once, piece by piece, and the form waits for it
            self.page.locator("#envois input[name=staged]").last.wait_for(state="attached")

    def expect(self, words: str) -> None:
        """The page says these words, whatever the kind of its spaces."""
        said = _plain(self.text)
        assert _plain(words) in said, f"« {words} » is not on {self.path}:\n{self.text}"

    def _click(self, role: str, words: str, within: str | None) -> None:
        found = self._part(within).get_by_role(role, name=words)
        assert found.count(), f"no {role} « {words} » on {self.path}:\n{self.text}"
        found.first.click()
        self.look()

    def _part(self, within: str | None) -> Any:
        return self.page.locator(PARTS).filter(has_text=within).last if within else self.page

    def _keep(self, response: Response) -> None:
        if response.request.is_navigation_request() and response.frame == self.page.main_frame and not 300 <= response.status < 400:
            self.answer = response

    def _note_stranger(self, request: Request) -> None:
        if urlsplit(request.url).scheme != "data" and not request.url.startswith(self.site.url):
            self.findings.strangers.append(request.url)

    def _note_console(self, message: ConsoleMessage) -> None:
        # A refused form answers 422, which the browser notes as a failed request.
        if message.type in ("error", "warning") and "422" not in message.text:
            self.findings.console.append(f"{self.path}: {message.text}")

    def look(self) -> None:
        """Examine the page unless the same one, with the same headings, was seen before."""
        self.page.wait_for_load_state("load")
        assert self.answer is not None and self.answer.status < 500, f"{self.path} answers {self.answer and self.answer.status}"
        headings = self.page.locator("h1, h2, h3").all_inner_texts()
        sight = (re.sub(r"\d+", "n", self.path), str(self.answer.status), *(re.sub(r"\d+", "n", text) for text in headings))
        if sight in self.findings.seen:
            return
        self.findings.seen.add(sight)
        self.findings.pages.append(f"{self.answer.status} {self.path}")
        self._look_at_html()
        for width in (PHONE, DESK):
            self.page.set_viewport_size({"width": width, "height": HEIGHT})
            self.look_at_width(width)
        self.page.set_viewport_size({"width": self.width, "height": HEIGHT})

    def _look_at_html(self) -> None:
        assert self.answer is not None
        try:
            check(self.answer.text())
        except Exception as fault:  # whatever the parser raises, all pages are looked at before the test says which are wrong
            broken = traceback.extract_tb(fault.__traceback__)[-1]
            self.findings.html.append(f"{self.path}: {fault} at « {broken.line} »")

    def look_at_width(self, width: int) -> None:
        """At that width, is it too wide, and what does axe find?"""
        where = f"{self.path} ({width} px)"
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 0:
            self.findings.width.append(f"{where}: {wide} px too wide")
        for violation in Axe().run(self.page, options=RULES).response["violations"]:
            places = "; ".join(" ".join(map(str, node["target"])) for node in violation["nodes"][:3])
            self.findings.accessibility.append(f"{where}: {violation['id']}: {violation['help']}: {places}")


def _plain(text: str) -> str:
    """One kind of space only."""
    return " ".join(text.split())
