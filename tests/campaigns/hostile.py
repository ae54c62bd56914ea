"""Three hundred hostile texts through every column in which words are kept, read by a parser and by Chromium: `make campaigns`.

What decides: the pages, the letters, the files, the payloads. What is counted are pairs of a payload and a column. For the parser, which
also opens every file, a seed plants one payload in each column, so that each begins a cell of a sheet; for Chromium, fifty together.
After each planting every page and file is asked for, at its first place, by the first who may read it.
"""

import atexit
import functools
import shutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import NamedTuple

from playwright.sync_api import Error, Page, Route, sync_playwright

from sad import db
from tests.campaigns.ledger import KEPT, Campaign, fingerprint, play
from tests.campaigns.sites import bound, site
from tests.factories.hostile_texts import COUNT, MARK
from tests.web.hostile_pages import check_payloads, crawled, plant, planted_columns
from tests.web.world import World, make_world

HELD = (
    "sad/web/**/*.py", "sad/letters/*.py", "sad/exports/*.py", "sad/reports/*.py", "templates/**/*.html", "templates/**/*.txt",
    "templates/**/*.typ", "tests/factories/*.py", "tests/web/hostile_pages.py", "tests/web/ownership.py", "tests/web/world.py",
)  # fmt: skip
HERE = "http://localhost"
PROBE = "window.ran = () => { window.hasRun = true; }; window.alert = window.ran;"
FOUND = f"[window.hasRun === true, document.querySelectorAll('[{MARK}]').length]"
TOGETHER = 50
READ = ("text/html", "text/css", "text/javascript", "image/svg+xml")


@functools.cache
def world() -> World:
    return make_world(site("sqlite"))


def check_pages(seed: int) -> None:
    """As a parser reads them; every file opened, every mail made."""
    bound("sqlite")
    check_payloads(world(), seed)


def check_in_chromium(seed: int) -> None:
    """As a browser runs them."""
    bound("sqlite")
    check_run(world(), seed, crawled(world()), _page())


def check_run(here: World, seed: int, addresses: Iterable[tuple[str, str]], page: Page) -> None:
    """Nothing runs on these pages, without the policy that would stop what came out: escaping alone must hold."""
    faults: list[str] = []
    files: dict[str, Given] = {}
    with here.undone():
        plant(db.session.connection(), seed, TOGETHER)
        db.session.commit()
        for who, url in addresses:
            faults += [f"{who} {url}: {fault}" for fault in _seen(here, who, url, page, files)]
    assert not faults, "\n".join(faults[:40])


@functools.cache
def _page() -> Page:
    stack = ExitStack()
    atexit.register(stack.close)
    return stack.enter_context(chromium())


@contextmanager
def chromium() -> Iterator[Page]:
    """A page of a browser in which `ran()` is noted and no policy holds."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_context(bypass_csp=True, accept_downloads=False).new_page()
        page.add_init_script(PROBE)
        yield page
        browser.close()


class Given(NamedTuple):
    """What the application answered, as a browser needs it."""

    status: int
    content_type: str
    body: bytes


def _given(here: World, who: str, url: str) -> Given:
    with here.send(who, url) as answer:
        body = answer.get_data()
        return Given(answer.status_code, answer.content_type, body if answer.mimetype in READ else b"")


def _seen(here: World, who: str, url: str, page: Page, files: dict[str, Given]) -> Iterator[str]:
    """What ran on a page, what came out of a text, and what the page asked of others."""
    asked = []

    def answer(route: Route) -> None:
        address = route.request.url
        if address.startswith("chrome"):  # what the browser itself shows a PDF with
            route.continue_()
            return
        if not address.startswith(f"{HERE}/"):
            asked.append(f"asked {address}")
            route.abort()
            return
        wanted = address.removeprefix(HERE)
        given = files.get(wanted) or _given(here, who, wanted)
        if wanted.startswith("/static/"):
            files[wanted] = given
        if given.status >= 500:
            asked.append(f"{wanted}: {given.status}")
        route.fulfill(status=given.status, content_type=given.content_type, body=given.body)

    page.route("**/*", answer)
    try:
        page.goto(f"{HERE}{url}", wait_until="load")
    except Error as error:
        if "Download is starting" not in str(error):
            raise
    has_run, marked = page.evaluate(FOUND)
    if has_run:
        yield "something ran"
    if marked:
        yield f"{marked} elements came out of texts"
    if not page.url.startswith(f"{HERE}/"):
        yield f"led to {page.url}"
    yield from asked
    page.unroute("**/*")


CAMPAIGNS: dict[str, Campaign] = {
    "textes hostiles : pages, fichiers, mails": Campaign(check_pages, COUNT, planted_columns(), 1),
    "textes hostiles : dans Chromium": Campaign(check_in_chromium, COUNT // TOGETHER, TOGETHER * planted_columns(), 1),
}

if __name__ == "__main__":
    raise SystemExit(play(sys.argv[1:], CAMPAIGNS, KEPT / "hostile.json", fingerprint(HELD)))
