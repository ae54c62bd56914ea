"""The browser that asks: in words that a person recognises, and the long-lived cookie by which it is known."""

from datetime import datetime

from flask import Response, after_this_request, request
from sqlalchemy import select

from sad.actions.known_devices import KNOWN_FOR, is_known, remember_device
from sad.db import session
from sad.models.people import Person
from sad.models.sign_ins import KnownDevice
from sad.trust.passwords import new_token, token_hash
from sad.web.running import site_settings

# The first word found names it: Edge, Opera and Samsung's also say "Chrome", and Chrome also says "Safari".
BROWSERS = (
    ("Edg", "Edge"), ("OPR", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox", "Firefox"), ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Chromium", "Chromium"), ("Safari", "Safari"),
)  # fmt: skip
SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("CrOS", "Chromebook"),
    ("Mac OS X", "Mac"), ("Macintosh", "Mac"), ("Linux", "Linux"),
)  # fmt: skip
MOST_TOKENS = 5  # people who share a browser, each known by a token of its own
LONGEST_COOKIE = 500


def device_words(user_agent: str) -> str:
    """How a person recognises a browser: `Firefox, sur Android`. Nothing of what the browser sent is repeated."""
    browser = next((name for mark, name in BROWSERS if mark in user_agent), "Navigateur")
    system = next((name for mark, name in SYSTEMS if mark in user_agent), None)
    return f"{browser}, sur {system}" if system else browser if browser != "Navigateur" else "Navigateur inconnu"


def words_here() -> str:
    """The words of the browser that asks."""
    return device_words(request.headers.get("User-Agent", ""))


def known_device(person: Person, *, at: datetime) -> KnownDevice | None:
    """The device as which this browser is known for the person; None on a new one."""
    hashes = [token_hash(token) for token in _tokens()]
    mine = (KnownDevice.person_id == person.id, KnownDevice.token_hash.in_(hashes))
    found = session.scalars(select(KnownDevice).where(*mine).order_by(KnownDevice.id)).all() if hashes else []
    return next((device for device in found if is_known(device, at=at)), None)


def keep_device(person: Person, *, at: datetime) -> KnownDevice:
    """Know this browser from now on for the person, who has just shown who it is.

    By a token drawn now: one that was there before may have been copied by somebody else.
    """
    device, token = known_device(person, at=at), None
    if device is None:
        token, hashed = new_token()
        device = remember_device(person, token_hash=hashed, words=words_here(), at=at)
    device.seen_at, device.words = at, words_here()
    _send_cookie([*([token] if token else []), *_tokens()][:MOST_TOKENS])
    return device


def _tokens() -> list[str]:
    """What the cookie of this browser holds, as it came; only what was drawn here is found again."""
    return request.cookies.get(_cookie_name(), "")[:LONGEST_COOKIE].split(".")[:MOST_TOKENS]


def _send_cookie(tokens: list[str]) -> None:
    is_https = site_settings().is_https
    value = ".".join(token for token in tokens if token)

    @after_this_request
    def keep(response: Response) -> Response:
        response.set_cookie(
            _cookie_name(), value, max_age=KNOWN_FOR, path="/", secure=is_https, httponly=True, samesite="Lax"
        )
        return response


def _cookie_name() -> str:
    return "__Host-sad-device" if site_settings().is_https else "sad-device"
