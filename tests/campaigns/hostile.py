"""Three hundred hostile texts through every column in which words are kept, read by a parser and by Chromium: `make campaigns`.

What decides: the pages, the letters, the files, the payloads. A seed plants another payload in each column; three hundred seeds, all.
"""

import functools
import shutil
import sys
from collections.abc import Iterator

from playwright.sync_api import Error, Page, Route, sync_playwright

from sad import db
from tests.campaigns.ledger import KEPT, Campaign, fingerprint, play
from tests.campaigns.sites import bound, site
from tests.factories.hostile_texts import COUNT
from tests.web.hostile_pages import check_payloads, crawled, plant, planted_columns
from tests.web.world import World, make_world

HELD = (
    "sad/web/**/*.py", "sad/letters/*.py", "sad/exports/*.py", "sad/reports/*.py", "templates/**/*.html", "templates/**/*.txt",
    "templates/**/*.typ", "tests/factories/*.py", "tests/web/hostile_pages.py", "tests/web/ownership.py", "tests/web/world.py",
)  # fmt: skip
HERE = "http://localhost"
PROBE = "window.ran = () => { window.hasRun = true; }; window.alert = window.ran;"


@functools.cache
def world() -> World:
    return make_world(site("sqlite"))


def check_pages(seed: int) -> None:
    """As a parser reads them; every file opened, every mail made."""
    bound("sqlite")
    check_payloads(world(), seed)


def check_in_chromium(seed: int) -> None:
    """As a browser runs them, without the policy that would stop what came out: escaping alone must hold."""
    bound("sqlite")
    here, faults = world(), []
    with here.undone():
        plant(db.session.connection(), seed)
        db.session.commit()
        for who, url in crawled(here):
            faults += [f"{who} {url}: {fault}" for fault in _seen(here, who, url)]
    assert not faults, "\n".join(faults[:40])


@functools.cache
def _page() -> Page:
    browser = sync_playwright().start().chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"])
    page = browser.new_context(bypass_csp=True, accept_downloads=False).new_page()
    page.add_init_script(PROBE)
    return page


def _seen(here: World, who: str, url: str) -> Iterator[str]:
    """What ran on a page, and what it asked of others."""
    page, asked = _page(), []

    def answer(route: Route) -> None:
        address = route.request.url
        if address.startswith("chrome"):  # what the browser itself shows a PDF with
            route.continue_()
            return
        if not address.startswith(f"{HERE}/"):
            asked.append(address)
            route.abort()
            return
        given = here.send(who, address.removeprefix(HERE))
        is_page = given.mimetype in ("text/html", "text/css", "text/javascript", "image/svg+xml")
        route.fulfill(status=given.status_code, content_type=given.content_type, body=given.get_data() if is_page else b"")

    page.route("**/*", answer)
    try:
        page.goto(f"{HERE}{url}", wait_until="load")
    except Error as error:
        if "Download is starting" not in str(error):
            raise
    if page.evaluate("window.hasRun === true"):
        yield "something ran"
    if page.url != f"{HERE}{url}" and not page.url.startswith(HERE):
        yield f"led to {page.url}"
    yield from (f"asked {address}" for address in asked)
    page.unroute("**/*")


CAMPAIGNS: dict[str, Campaign] = {
    "textes hostiles : pages, fichiers, mails": Campaign(check_pages, COUNT, planted_columns(), 1),
    "textes hostiles : dans Chromium": Campaign(check_in_chromium, COUNT, planted_columns(), 1),
}

if __name__ == "__main__":
    raise SystemExit(play(sys.argv[1:], CAMPAIGNS, KEPT / "hostile.json", fingerprint(HELD)))
