"""The opening of offers: asked by one person, confirmed by another; then its record, which says who, when and what."""

from collections.abc import Callable
from datetime import datetime

from flask import Response, flash, redirect, url_for
from wtforms import PasswordField
from wtforms.validators import Length

from sad import clock
from sad.actions.backup_copies import record_with_copies
from sad.actions.deadline_requests import request_used_by
from sad.actions.declarations import declaration_of, declare_interests
from sad.actions.evaluations import UNDER_EVALUATION
from sad.actions.openings import ASK_LASTS, ask_opening, confirm_opening, is_waiting, openers_of, opening_of
from sad.actions.publications import invitees_of
from sad.actions.spooled import hold_back_while_spooled
from sad.domain.late_offers import GROUNDS
from sad.domain.phases import phase
from sad.letters import openings as letters
from sad.letters.backup_copies import told_of
from sad.models.mini_tenders import MiniTender
from sad.models.openings import Opening
from sad.models.people import Person, Role
from sad.reports.opening import opening_file_name, opening_pdf
from sad.web.access import allow, current_person
from sad.web.acts import attempt, form_page
from sad.web.procurement.declarations import InterestsForm, published_mini_tender
from sad.web.procurement.interests import require_declaration
from sad.web.procurement.opened import READERS, opened_mini_tender
from sad.web.running import site_settings
from sad.web.uploads import as_download


class SharedOpeningForm(InterestsForm):
    passphrase = PasswordField(
        "Votre phrase secrète",
        [Length(max=300, message="300 caractères au plus.")],
        description="Celle que vous avez choisie comme ouvreur. Elle n’est pas gardée. Inutile si vous laissez la place.",
        render_kw={"autocomplete": "off"},
    )


@allow(*READERS)
def opening(mini_tender_id: int) -> Response:
    """Before: who may open, and what it does. After: the record."""
    mini_tender = published_mini_tender(mini_tender_id)
    return _page(mini_tender, _form(mini_tender, formdata=None))


@allow(Role.OPENER)
def ask(mini_tender_id: int) -> Response:
    """Ask, as the first of two people."""
    return _take_part(mini_tender_id, _ask, "Votre demande est envoyée. Une autre personne ouvre les offres.")


@allow(Role.OPENER)
def confirm(mini_tender_id: int) -> Response:
    """Open, as the second."""
    return _take_part(mini_tender_id, _open, "L’ouverture est faite.")


@allow(*READERS)
def record(mini_tender_id: int) -> Response:
    """The record of the opening, as PDF."""
    mini_tender = opened_mini_tender(mini_tender_id)
    found = opening_of(mini_tender)
    assert found is not None
    kept = record_with_copies(mini_tender, found)
    return as_download(opening_pdf(mini_tender, kept), media_type="application/pdf", name=opening_file_name(kept))


def _ask(mini_tender: MiniTender, *, passphrase: str, by: Person, at: datetime) -> Opening:
    return ask_opening(mini_tender, seal_key=site_settings().seal_key, passphrase=passphrase, by=by, at=at)


def _open(mini_tender: MiniTender, *, passphrase: str, by: Person, at: datetime) -> Opening:
    return confirm_opening(mini_tender, seal_key=site_settings().seal_key, passphrase=passphrase, by=by, at=at)


def _take_part(mini_tender_id: int, act: Callable[..., Opening], done_words: str) -> Response:
    """Declare one's interests, then act; whoever is concerned only declares."""
    mini_tender, by, at = published_mini_tender(mini_tender_id), current_person(), clock.now()
    form = _form(mini_tender)
    if form.validate_on_submit():
        with attempt(form) as done:
            hold_back_while_spooled(site_settings().data_dir)
            declare_interests(mini_tender, has_conflict=form.is_concerned, link=form.link.data or "", by=by, at=at)
            if not form.is_concerned:
                act(mini_tender, passphrase=form["passphrase"].data or "" if "passphrase" in form else "", by=by, at=at)
        if done:
            flash("Votre déclaration est enregistrée : un collègue prend le relais." if form.is_concerned else done_words, "success")
            return redirect(url_for("procurement.opening", mini_tender_id=mini_tender_id))
    return _page(published_mini_tender(mini_tender_id), form)


def _form(mini_tender: MiniTender, **sent: None) -> InterestsForm:
    """What a person declares, with its passphrase where the key is shared among openers."""
    return InterestsForm(**sent) if mini_tender.opener_keys is None else SharedOpeningForm(**sent)


def _page(mini_tender: MiniTender, form: InterestsForm) -> Response:
    asked, at = opening_of(mini_tender), clock.now()
    if asked is not None and asked.opened_at is not None:
        require_declaration(mini_tender)
        shown = {"record": record_with_copies(mini_tender, asked), "agreed": request_used_by(mini_tender), "copy_line": told_of}
        may_release = current_person().has_role(Role.BUYER, Role.OPENER)
        late = {"late_grounds": GROUNDS, "may_propose": current_person().has_role(Role.BUYER) and mini_tender.state in UNDER_EVALUATION}
        return form_page("procurement/opening_record.html", form, mini_tender=mini_tender, may_release=may_release, **late, **shown)
    person, openers = current_person(), openers_of(mini_tender)
    declared, told = declaration_of(mini_tender, person), [each for each in openers if each.id != person.id]
    waiting = asked if asked and is_waiting(mini_tender, asked, at) else None
    return form_page(
        "procurement/opening.html",
        form,
        mini_tender=mini_tender,
        phase=phase(mini_tender, at),
        asked=waiting,
        expires_at=waiting.asked_at + ASK_LASTS if waiting else None,
        openers=openers,
        told=told,
        letter=None if waiting or not told else letters.opening_asked(mini_tender, asked_by=person, expires_at=at + ASK_LASTS),
        invitees=invitees_of(mini_tender),
        person=person,
        is_opener=person.has_role(Role.OPENER),
        is_concerned=declared is not None and declared.has_conflict,
    )
