"""What goes wrong, turned into a page or JSON in one place: what happened, why, what to do."""

import errno
import logging

from flask import Flask, Response, g, jsonify, make_response, render_template, request, session
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DatabaseError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, InternalServerError, RequestEntityTooLarge

from sad import db
from sad.domain.errors import Refusal, Refused
from sad.storage import LIMITS_SENTENCE
from sad.trust.envelopes import SealBroken

PAGES = (400, 403, 404, 409, 413, 422, 429, 500, 503)
# The server is away, the file cannot be read or written, no connection is free; the last is also the parent of mistakes of ours.
NO_DATABASE = (OperationalError, InterfaceError, NoConnection, DatabaseError)
DISK_FAULTS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS})
RETRY_AFTER = "30"  # seconds
OF_WRITING = frozenset({"supplier", "agent", "procurement"})
CODES = frozenset({"code", "second_code"})
REFUSALS = frozenset({400, 403, 404, 413, 429})
UNIQUE = frozenset({"23505", 2067, 1555})  # PostgreSQL's unique_violation; SQLite's for an index and for a key
ALREADY_DONE = Refusal(
    "Cet acte vient d’être fait, par vous ou par quelqu’un d’autre : il n’a pas été fait deux fois.",
    "Revenez à la page précédente et rechargez-la pour voir où l’on en est.",
)

log = logging.getLogger(__name__)


class NotServed(Exception):
    """The database is not one to serve, which `reason` says to who runs the service; nothing is until `command` is run."""

    def __init__(self, reason: str, command: str) -> None:
        super().__init__(f"{reason} {command}")
        self.reason, self.command = reason, command


def register(app: Flask) -> None:
    """Give every kind of failure its answer."""
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(IntegrityError, _broken_constraint)
    app.register_error_handler(StaleDataError, _stale)
    for kind in NO_DATABASE:
        app.register_error_handler(kind, no_database)
    app.register_error_handler(OSError, _no_disk)
    app.register_error_handler(NotServed, _not_served)
    app.register_error_handler(SealBroken, _seal_broken)
    app.register_error_handler(CSRFError, _no_token)
    app.register_error_handler(RequestEntityTooLarge, too_large)
    app.register_error_handler(HTTPException, _http_error)


def too_large(error: RequestEntityTooLarge) -> Response:
    """The page of a request that was not read because of its size, with the limits."""
    return _answer(413, limits=LIMITS_SENTENCE)


def _refused(error: Refused) -> Response:
    db.session.rollback()
    return _answer(422, refusals=error.refusals)


def _broken_constraint(error: IntegrityError) -> Response:
    """Two people did the same act at once and the database let one do it; any other broken constraint is our fault."""
    db.session.rollback()
    code = getattr(error.orig, "sqlstate", None) or getattr(error.orig, "sqlite_errorcode", None)
    if code in UNIQUE:
        return _answer(409, refusals=(ALREADY_DONE,))
    log.error("broken constraint at %s", request.path, exc_info=error)
    return breakdown(500)


def _stale(error: StaleDataError) -> Response:
    db.session.rollback()
    return _answer(409, refusals=(ALREADY_DONE,))


def is_away(error: Exception) -> bool:
    """Does this say that the database does not answer, rather than that it was asked something wrong?"""
    return isinstance(error, NO_DATABASE[:-1]) or type(error) is DatabaseError


def no_database(error: Exception) -> Response:
    """The page of a database that does not answer: what was typed goes with it, to be sent again, but files and what is secret."""
    if isinstance(error, IntegrityError):  # a space with a handler of its own sends every failure of the database here
        return _broken_constraint(error)
    if not is_away(error):
        raise error
    log.error("the database does not answer at %s", request.path, exc_info=error)
    return breakdown(503, carried=_carried(), has_files=any(file.filename for file in request.files.values()))


def _no_disk(error: OSError) -> Response:
    """A document that the disk did not take: nothing of the act is kept. What is wrong with a file otherwise is a fault of ours."""
    if error.errno not in DISK_FAULTS:
        raise error
    log.error("the disk does not take what comes at %s", request.path, exc_info=error)
    return breakdown(503, carried=_carried(), has_files=any(file.filename for file in request.files.values()), is_disk=True)


def nothing_kept() -> Response:
    """The page of an offer that neither the database nor the disk could take."""
    return breakdown(503, carried=_carried(), is_lost=True)


def _not_served(error: NotServed) -> Response:
    log.error("%s", error)
    return breakdown(503, reason=error.reason, command=error.command)


def _seal_broken(error: SealBroken) -> Response:
    """The seal key file was lost or changed, or what it protects was altered: nobody but who runs the service can help."""
    db.session.rollback()
    log.error("what was sealed does not open at %s", request.path, exc_info=error)
    return breakdown(500, reason=str(error))


def _no_token(error: CSRFError) -> Response:
    return _answer(400, is_token_missing=True)


def _http_error(error: HTTPException) -> Response:
    """Everything else that has a status; an unforeseen failure comes here as a 500."""
    if error.code is None or error.response is not None:
        return error.get_response()
    if isinstance(error, InternalServerError) or error.code >= 500:
        return breakdown(error.code if error.code in PAGES else 500)
    if error.code < 400:
        return error.get_response()
    described = error.description if error.description != type(error).description else None
    answer = _answer(error.code, message=described)
    answer.headers.extend((name, value) for name, value in error.get_headers() if name.lower() in ("allow", "retry-after"))
    return answer


def breakdown(status: int, **context: object) -> Response:
    """A page that asks nothing of the database."""
    g.is_breakdown = True
    answer = _answer(status, **context)
    if status == 503:
        answer.headers["Retry-After"] = RETRY_AFTER
    return answer


def _carried() -> list[tuple[str, str]]:
    """What the form that could not be taken had sent, in the spaces where people write at length; never a secret word nor a code."""
    if request.method != "POST" or request.blueprint not in OF_WRITING:
        return []
    return [(name, value) for name, value in request.form.items(multi=True) if "pass" not in name and name not in CODES]


def _answer(status: int, **context: object) -> Response:
    _note_refusal(status)
    if request.accept_mimetypes.best == "application/json":
        return make_response(jsonify(_as_json(status, context)), status)
    page = status if status in PAGES else 400
    return make_response(render_template(f"errors/{page}.html", **context), status)


def _note_refusal(status: int) -> None:
    """Log who was refused what, for whoever watches the service; an address that is simply unknown to a visitor is no news."""
    person = session.get("_user_id", "").partition(":")[0]
    if status in REFUSALS and (person or status != 404):
        about = {"status": status, "method": request.method, "page": request.endpoint, "person": person, "address": request.remote_addr}
        log.warning("refused", extra={"about": about})


def _as_json(status: int, context: dict[str, object]) -> dict[str, object]:
    refusals = context.get("refusals", ())
    said = [{"message": one.message, "remedy": one.remedy, "rule": one.rule, "field": one.field} for one in refusals]  # type: ignore[attr-defined]
    return {"status": status, "message": context.get("message"), "refusals": said}
