"""The last button of an offer pressed while the database does not answer: received on disk, signed, registered afterwards."""

import json
import logging

from flask import Response, g, make_response, render_template, request, session, url_for

from sad import spool
from sad.actions.receipt_keys import key_that_signs
from sad.trust.canonical import instant
from sad.trust.envelopes import SealBroken
from sad.trust.provisional import Received, Shown, fingerprint_of, key_named_by, read_received, read_shown, sign_received, sign_shown
from sad.trust.receipt_check import NotGenuine
from sad.trust.signing import WrappedKey
from sad.web.access import current_person
from sad.web.errors import is_away, no_database, nothing_kept
from sad.web.running import site_settings
from sad.web.supplier.answering import Answering
from sad.web.supplier.offer_form import DepositForm
from sad.web.uploads import as_download

log = logging.getLogger(__name__)


def statement(form: DepositForm, answering: Answering) -> str:
    """What the last page says of itself, signed; empty when no key signs. The key is laid by, to be at hand without the database."""
    key, settings = key_that_signs(seal_key=site_settings().seal_key), site_settings()
    if key is None:
        return ""
    try:
        spool.lay_by(settings.data_dir, key)
    except OSError:
        log.exception("the key that signs receipts cannot be laid by")
        return ""
    return sign_shown(_shown(form, answering), key, settings.seal_key)


def receive(error: Exception) -> Response:
    """The answer when the database is away: a provisional receipt for a deposit, the page that says to try again for all the rest."""
    if not is_away(error) or request.method != "POST" or request.endpoint != "supplier.check_offer":
        return no_database(error)
    log.error("the database does not answer to a deposit", exc_info=error)
    try:
        signed, received = _kept()
    except (NotGenuine, SealBroken) as fault:
        log.warning("a deposit that nothing vouches for is not received: %s", fault)
        return no_database(error)
    except OSError:
        log.exception("a deposit cannot be kept on disk either")
        return nothing_kept()
    if "as_file" in request.form:
        return as_download(signed, media_type="application/json", name=f"accuse-provisoire-{received.shown.key}.json")
    return _page(received)


def _shown(form: DepositForm, answering: Answering) -> Shown:
    need, supplier = answering.mini_tender, answering.supplier
    assert need.closes_at is not None
    return Shown(
        key=form.key.data or "",
        session=fingerprint_of(session.get("_user_id", "")),
        mini_tender_id=need.id,
        supplier_id=supplier.id,
        person_id=current_person().id,
        draft_stamp=answering.stamp,
        depositor=f"{supplier.name}, SIRET {supplier.siret}",
        buyer=f"{need.organisation.name}, SIREN {need.organisation.siren}",
        title=need.title,
        object=f"Consultation n° {need.id}",
        closes_at=instant(need.closes_at),
    )


def _kept() -> tuple[bytes, Received]:
    """The provisional receipt, once it is on disk: of this sending, or of the same one before it. Raises `NotGenuine`, `OSError`."""
    settings, told = site_settings(), request.form.get("shown", "")
    key = spool.key_at_hand(settings.data_dir, key_named_by(told))
    if key is None:
        raise NotGenuine("no statement, or none signed with a key at hand")
    shown = read_shown(told, {key.key_id: key.public})
    _check(shown)
    received = Received(shown, g.started_at, g.received_at, keeps_draft="keep" in request.form)
    signed = spool.keep(settings.data_dir, shown.key, sign_received(received, key, settings.seal_key))
    return signed, read_received(signed, _keys(signed, key))


def _check(shown: Shown) -> None:
    """Is it what this very page said, to this very session?"""
    here = (request.form.get("key"), request.form.get("stamp"), (request.view_args or {}).get("mini_tender_id"))
    if here != (shown.key, shown.draft_stamp, shown.mini_tender_id) or not shown.draft_stamp:
        raise NotGenuine("the statement is of another page")
    if "_user_id" not in session or fingerprint_of(session["_user_id"]) != shown.session:
        raise NotGenuine("the statement is of another session")


def _keys(signed: bytes, key: WrappedKey) -> dict[str, bytes]:
    """The key of this sending, and that of the one before when it was another."""
    before = spool.key_at_hand(site_settings().data_dir, str(json.loads(signed)["key_id"]))
    return {each.key_id: each.public for each in (key, before) if each is not None}


def _page(received: Received) -> Response:
    g.is_breakdown = True
    again = [(name, request.form.get(name, "")) for name in ("csrf_token", "key", "stamp", "shown")]
    verify_url = url_for("public.receipts")
    return make_response(render_template("supplier/provisional_receipt.html", received=received, again=again, verify_url=verify_url), 202)
