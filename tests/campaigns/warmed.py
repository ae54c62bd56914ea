"""The application as it is served, which has already deposited once when its workers are born: each is quick from its first request.

To be loaded before the workers (`gunicorn --preload`), with the address of a deposit and the cookie of its supplier in `WARMED_BY`.
"""

import gc
import os

from app import app
from tests.campaigns.forms import hidden_of


def warm(address: str, cookie: str) -> None:
    """Read the page of the deposit and send it, so that its statements and pages are compiled; what belongs to one process is let go."""
    client, headers = app.test_client(use_cookies=False), {"Cookie": cookie}
    page = client.get(address, headers=headers)
    headers["Cookie"] = page.headers.get("Set-Cookie", cookie).partition(";")[0]
    answer = client.post(address, data={**hidden_of(page.text), "key": "warmed", "keep": "y"}, headers=headers)
    assert answer.status_code == 302, answer.text
    app.engine.dispose()
    gc.freeze()


warm(*os.environ["WARMED_BY"].split(" ", 1))
