"""The product on a temporary SQLite file, asked as a server would ask it: one WSGI call for each request, nothing around it."""

import io
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

from flask import Flask
from sqlalchemy import Engine, event
from werkzeug.test import EnvironBuilder

from sad import db, migrations
from sad.settings import Settings
from sad.web import SadApp, create_app
from tests.factories.mini_tenders import SEAL_KEY
from tests.factories.people import PASSWORD

TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
Ask = Callable[[], str]


class Broken(Exception):
    """An answer that was not the one expected: nothing is worth timing."""


@contextmanager
def served() -> Iterator[SadApp]:
    """The product with an empty, migrated database; the file goes at the end."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        secret = "a-key-for-benchmarks-0123456789-abcdef"
        url = f"sqlite:///{folder / 'sad.sqlite'}"
        app = create_app(Settings("development", url, folder, secret, SEAL_KEY, "http://localhost", None, "sad@agglo.example"))
        assert app.engine is not None
        migrations.upgrade(app.engine)
        yield app
        db.session.remove()
        app.engine.dispose()


def signed_in(app: Flask, email: str, path: str) -> tuple[str, str]:
    """The cookie of a session opened through the door, and the page at `path` as it shows it, token included."""
    client = app.test_client()
    client.post("/connexion", data={"email": email, "password": PASSWORD, "csrf_token": token_of(client.get("/connexion").text)})
    page, cookie = client.get(path), client.get_cookie("sad")
    if page.status_code != 200 or cookie is None:
        raise Broken(f"{path}: {page.status}")
    return f"sad={cookie.value}", page.text


def token_of(page: str) -> str:
    """The token that a form of the page sends back."""
    found = TOKEN.search(page)
    if found is None:
        raise Broken("no token")
    return found.group(1)


def asking(app: Flask, path: str, *, cookie: str = "") -> Ask:
    """What asks for a page; its environment is made once."""
    environ = EnvironBuilder(path=path, base_url="http://localhost", headers={"Cookie": cookie}).get_environ()
    return lambda: _ask(app, dict(environ, **{"wsgi.input": io.BytesIO()}), 200)


def posting(app: Flask, path: str, form: Callable[[], dict[str, str]], *, cookie: str = "", status: int = 302) -> Ask:
    """What posts the form, made anew each time."""
    kind = "application/x-www-form-urlencoded"
    headers = {"Cookie": cookie, "Content-Type": kind}
    environ = EnvironBuilder(method="POST", path=path, base_url="http://localhost", headers=headers).get_environ()

    def ask() -> str:
        body = urlencode(form()).encode()
        return _ask(app, dict(environ, **{"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}), status)

    return ask


def statements_of(engine: Engine, ask: Ask) -> int:
    """How many statements one request costs."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    ask()
    event.remove(engine, "before_cursor_execute", note)
    return len([statement for statement in seen if not statement.startswith("BEGIN")])


def _ask(app: Flask, environ: dict[str, object], expected: int) -> str:
    given: list[str] = []
    answer = app(environ, lambda status, _headers, *_rest: given.append(status))
    body = b"".join(answer)
    getattr(answer, "close", lambda: None)()
    if not given[0].startswith(str(expected)):
        raise Broken(f"{environ['PATH_INFO']}: {given[0]}")
    return body.decode()
