"""From what was typed to what is deposited: the draft is kept whatever is missing, then deposited as it was shown."""

from flask import g

from sad import clock
from sad.actions.attempts import attempt_deposit, refuse_attempt
from sad.actions.offer_drafts import draft_of, save_offer_draft, stamp_of
from sad.actions.offers import offer_of_key, submit_offer
from sad.actions.staged_uploads import discard_uploads
from sad.db import transaction
from sad.domain.errors import Refused, refuse
from sad.models.offers import DepositAttempt, Offer
from sad.trust.envelopes import EnvelopeFile
from sad.web.access import current_person
from sad.web.acts import attempt
from sad.web.offer_fields import read_typed
from sad.web.supplier.answering import Answering, consultation_link, readable, seal_key
from sad.web.supplier.joining import joined_files, ticked_uploads
from sad.web.supplier.offer_form import DepositForm, OfferForm
from sad.web.supplier.sent import sent_files

CHECK = "check"


def keep_draft(form: OfferForm, answering: Answering) -> bool:
    """Keep all that can be read, even beside what is to be corrected; whether the person may go on to what its button says."""
    is_sound = form.validate()
    need, supplier = answering.mini_tender, answering.supplier
    content, files = read_typed(form, answering.terms), joined_files(form, need, supplier, answering.draft)
    with attempt(form) as done:
        save_offer_draft(
            need,
            supplier,
            content,
            _drafted(answering) if files is None else files,
            stamp=form.stamp.data or "",
            seal_key=seal_key(),
            by=current_person(),
            at=clock.now(),
        )
        if files is not None:
            discard_uploads(ticked_uploads(form, need, supplier), by=current_person(), at=clock.now())
    if form.next.data == CHECK:
        form.show_faults(answering.terms.faults(content))
    may_go_on = bool(done) and is_sound and files is not None and not form.errors and not form.refusals
    if not may_go_on:
        _show_again(form, answering)
    return may_go_on


def deposit(form: DepositForm, answering: Answering) -> Offer | None:
    """Deposit the draft that the page showed, once; None when it is refused, which the form then says."""
    known = offer_of_key(answering.mini_tender, answering.supplier, form.key.data or "")
    if known is not None:
        return known
    link = consultation_link(answering.mini_tender)  # before the transaction, which forgets what was read
    trial = _attempt(answering)
    try:
        _check_shown(form, answering)
        with transaction():
            return _submit(form, answering, trial, link)
    except Refused as refused:
        with transaction():
            refuse_attempt(trial, refused.refusals, by=current_person(), at=clock.now())
        form.take(refused)
        form.stamp.data = answering.draft.stamp if answering.draft else ""
        return None


def _show_again(form: OfferForm, answering: Answering) -> None:
    """The page stands for what is kept from now on."""
    saved = draft_of(answering.mini_tender, answering.supplier)
    form.show_draft(readable(saved, answering.terms), stamp_of(saved) if saved else "")
    form.show_sent(sent_files(answering.mini_tender, answering.supplier))


def _drafted(answering: Answering) -> list[EnvelopeFile]:
    return list(answering.draft.files) if answering.draft else []


def _attempt(answering: Answering) -> DepositAttempt:
    """In a transaction of its own, before anything can fail."""
    size = sum(file.size for file in answering.draft.files) if answering.draft else 0
    with transaction():
        return attempt_deposit(
            answering.mini_tender,
            answering.supplier,
            started_at=g.started_at,
            received_at=g.received_at,
            size=size,
            by=current_person(),
            at=clock.now(),
        )


def _check_shown(form: DepositForm, answering: Answering) -> None:
    if answering.lost:
        raise refuse("Votre brouillon ne se relit plus : rien n’est déposé.", "Écrivez votre offre de nouveau, puis déposez.")
    if answering.draft is None or answering.draft.stamp != form.stamp.data:
        raise refuse(
            "Votre brouillon a changé depuis que cette page a été affichée : rien n’est déposé.",
            "Relisez ce qu’elle montre maintenant, puis déposez.",
        )


def _submit(form: DepositForm, answering: Answering, trial: DepositAttempt, link: str) -> Offer:
    assert answering.draft is not None
    return submit_offer(
        answering.mini_tender,
        answering.supplier,
        answering.draft.content,
        answering.draft.files,
        idempotency_key=form.key.data or "",
        started_at=g.started_at,
        received_at=g.received_at,
        seal_key=seal_key(),
        link=link,
        by=current_person(),
        at=clock.now(),
        attempt=trial,
        keep_draft=bool(form.keep.data),
    )
