"""An offer that could not be read to its end, too large or cut on its way: its attempt is noted all the same, and what is kept is said."""

from flask import Response, g, make_response, render_template, request
from werkzeug.exceptions import ClientDisconnected, NotFound, RequestEntityTooLarge

from sad import clock
from sad.actions.attempts import attempt_deposit, refuse_attempt
from sad.actions.offer_drafts import draft_of
from sad.actions.offers import live_offer
from sad.db import transaction
from sad.domain.errors import Refusal
from sad.models.invitations import Invitation
from sad.storage import LIMITS_SENTENCE
from sad.web.access import current_person
from sad.web.errors import too_large as too_large_anywhere
from sad.web.supplier.own import own_invitation

OF_OFFERS = frozenset({"supplier.offer", "supplier.check_offer"})
TOO_HEAVY = Refusal("L’envoi dépasse ce que le service reçoit en une fois : rien n’en a été gardé.", LIMITS_SENTENCE)
CUT = Refusal("L’envoi a été coupé avant sa fin : rien n’en a été gardé.", "Vérifiez votre connexion, puis envoyez de nouveau.")


def too_large(error: RequestEntityTooLarge) -> Response:
    """The page of a request that is too large; one that carried an offer leaves its attempt, with the size that it announced."""
    if _invitation() is None:
        return too_large_anywhere(error)
    _note_attempt(TOO_HEAVY)
    if request.accept_mimetypes.best == "application/json":
        return too_large_anywhere(error)
    invitation = own_invitation(_number())
    need, supplier = invitation.mini_tender, invitation.supplier
    kept = {"draft": draft_of(need, supplier), "live": live_offer(need, supplier), "received_at": g.received_at, "limits": LIMITS_SENTENCE}
    return make_response(render_template("supplier/oversized.html", need=need, **kept), 413)


def cut_short(error: ClientDisconnected) -> Response:
    """What the line cut on its way; nobody reads the answer, the attempt stays, with the size that it announced."""
    if _invitation() is not None:
        _note_attempt(CUT)
    return make_response("", 400)


def _invitation() -> Invitation | None:
    """To the consultation that the offer was for; None for any other page, and for who is not invited."""
    if request.endpoint not in OF_OFFERS:
        return None
    try:
        return own_invitation(_number())
    except NotFound:
        return None


def _note_attempt(reason: Refusal) -> None:
    """Every attempt to deposit is noted, even one that could not be read."""
    with transaction():
        invitation, by, size = own_invitation(_number()), current_person(), request.content_length or 0
        instants = {"started_at": g.started_at, "received_at": g.received_at}
        trial = attempt_deposit(invitation.mini_tender, invitation.supplier, **instants, size=size, by=by, at=clock.now())
        refuse_attempt(trial, [reason], by=by, at=clock.now())


def _number() -> int:
    return int((request.view_args or {})["mini_tender_id"])
