"""What a buyer decides on a need: publish it, give it back, choose its deadline, declare it without follow-up."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response, abort, flash, redirect, request, url_for

from sad import clock
from sad.actions.ceilings import ceiling_law
from sad.actions.deadline_agreements import may_ask
from sad.actions.launches import Prospect, admitted_to, first_possible_deadline, proposed_deadline, prospect_of
from sad.actions.mini_tenders import NeedChange, return_to_requester, save_need
from sad.actions.publications import invitees_of, publish_mini_tender
from sad.actions.shared_acts import ask_discontinuation
from sad.domain.lifecycle import moved
from sad.letters import mini_tenders as letters
from sad.letters.text import LetterText
from sad.letters.wording import plural
from sad.models.mini_tenders import MiniTender, MiniTenderState
from sad.models.people import Person, Role
from sad.web.access import allow, current_person
from sad.web.acts import attempt, form_page
from sad.web.deadline_agreements import is_short, keep_to_ask
from sad.web.drafts import ReasonsForm, keep
from sad.web.fields import Form
from sad.web.procurement.interests import require_declaration
from sad.web.procurement.mini_tender_forms import DeadlineForm, DiscontinueForm, ReturnForm
from sad.web.procurement.mini_tenders import faults_of, own_mini_tender
from sad.web.running import site_address, site_settings

OPENED = (MiniTenderState.OPENED, MiniTenderState.RANKED, MiniTenderState.AWARDED, MiniTenderState.NOTIFIED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """An act that takes a written reason: its words, its form, whom it tells, its letter, and doing it."""

    move: str
    title: str
    submit: str
    done: str
    rules: tuple[str, ...]
    consequences: tuple[str, ...]
    kind: str
    told_noun: str
    addressee: str
    form: type[Form]
    told: Callable[[MiniTender], list[str]]
    letter: Callable[[MiniTender, str], LetterText]
    act: Callable[[MiniTender, str, Person, datetime], Any]


@allow(Role.BUYER)
def publish(mini_tender_id: int) -> Response:
    """Check all again, then send to all the admitted."""
    draft, at = to_check(mini_tender_id), clock.now()
    prospect = prospect_of(draft, at)
    form = ReasonsForm.of(prospect.warnings, draft, act="publish")
    if form.validate_on_submit() and _publish(form, draft, at):
        flash(f"La consultation est partie à {plural(len(prospect.invitees), 'fournisseur')}.", "success")
        return redirect(url_for("procurement.mini_tender", mini_tender_id=draft.id))
    return form_page(
        "procurement/mini_tender_publish.html",
        form,
        mini_tender=draft,
        prospect=prospect,
        law=ceiling_law(at),
        letter=_invitation(draft, prospect),
        faults=faults_of(draft, prospect),
        may_ask=may_ask(draft, at),
    )


@allow(Role.BUYER)
def deadline(mini_tender_id: int) -> Response:
    """Choose another deadline before sending."""
    draft, at = to_check(mini_tender_id), clock.now()
    form, asks = DeadlineForm(obj=draft), "ask" in request.form
    if form.validate_on_submit() and (keep_to_ask if asks else keep)(form, draft, form.change(), "closes_at", at=at):
        follows = "procurement.ask_deadline_agreement" if asks else "procurement.publish_mini_tender"
        return redirect(url_for(follows, mini_tender_id=draft.id))
    return form_page(
        "procurement/mini_tender_deadline.html",
        form,
        mini_tender=draft,
        first=first_possible_deadline(at),
        proposed=proposed_deadline(at),
        admitted=len(admitted_to(draft, at)) if is_short(form.wanted_closes_at.data, at) else 0,
    )


@allow(Role.BUYER)
def give_back(mini_tender_id: int) -> Response:
    """Give a need back to its service, with what to mend."""
    return _page(mini_tender_id, RETURN)


@allow(Role.BUYER)
def discontinue(mini_tender_id: int) -> Response:
    """Declare a mini-tender without follow-up; once its offers are opened, by whoever has no interest in it (ANA-05)."""
    found = own_mini_tender(mini_tender_id)
    if found.state in OPENED:
        require_declaration(found)
    return _page(mini_tender_id, DISCONTINUE)


def to_check(mini_tender_id: int) -> MiniTender:
    """A need that waits for its check; whoever comes too late is led to what became of it."""
    found = own_mini_tender(mini_tender_id)
    if found.state != MiniTenderState.TO_CHECK:
        abort(redirect(url_for("procurement.mini_tender", mini_tender_id=found.id)))
    return found


def _publish(form: ReasonsForm, draft: MiniTender, at: datetime) -> bool:
    """Send what the page showed, with the reasons given."""
    by, settings = current_person(), site_settings()
    with attempt(form) as done:
        save_need(draft, NeedChange(), version=form.version.data, by=by, at=at)
        publish_mini_tender(draft, seal_key=settings.seal_key, justifications=form.reasons(), home=settings.base_url, by=by, at=at)
    if not done:
        form.note_crossing(draft)
    return bool(done)


def _invitation(draft: MiniTender, prospect: Prospect) -> LetterText:
    launch = prospect.launch
    return letters.invitation(draft, closes_at=launch.closes_at, grid=launch.grid, home=site_address(), is_agreed=launch.agreed_deadline)


def _page(mini_tender_id: int, act: Act) -> Response:
    """The reason first, then the consequences and the letter that carries it, then the act."""
    found, form = own_mini_tender(mini_tender_id), act.form()
    moved("mini_tender", found.state, act.move)
    if not form.validate_on_submit():
        return form_page("procurement/mini_tender_reason.html", form, mini_tender=found, act=act)
    if "confirm" not in request.form:
        letter = act.letter(found, form.reason.data)
        return form_page("procurement/mini_tender_confirm.html", form, mini_tender=found, act=act, told=act.told(found), letter=letter)
    with attempt(form) as done:
        act.act(found, form.reason.data, current_person(), clock.now())
    if not done:
        return form_page("procurement/mini_tender_reason.html", form, mini_tender=found, act=act)
    flash(act.done, "success")
    return redirect(url_for("procurement.mini_tender", mini_tender_id=found.id))


RETURN = Act(
    move="return",
    title="Rendre au service",
    submit="Rendre ce besoin",
    done="Le besoin est rendu à son service, qui est prévenu.",
    rules=(),
    consequences=("Le besoin redevient un brouillon que le service modifie, puis vous renvoie.", "Aucun fournisseur n’est prévenu."),
    kind="primary",
    told_noun="personne",
    addressee="Au service",
    form=ReturnForm,
    told=lambda found: [found.creator.name],
    letter=letters.returned,
    act=lambda found, reason, by, at: return_to_requester(found, reason, by=by, at=at),
)
DISCONTINUE = Act(
    move="discontinue",
    title="Déclarer sans suite",
    submit="Demander l’accord d’un collègue",
    done="La demande est faite. Une autre personne la lit et l’approuve dans les 24 heures.",
    rules=("AWD-10",),
    consequences=(
        "Rien ne part maintenant : un autre gestionnaire, ou l’autorité d’attribution, approuve d’abord ce que vous lisez ici.",
        "Une fois la demande approuvée, aucun marché n’est conclu. C’est définitif.",
        "Les offres encore scellées ne seront pas ouvertes ; celles qui le sont déjà restent au dossier avec leurs notes.",
        "Chaque fournisseur invité, qu’il ait répondu ou non, reçoit le motif et les recours ; le service demandeur est prévenu aussi.",
        "Une fois les plis ouverts, qui a répondu lit aussi ce que devient son offre ; si un choix était annoncé, qu’il ne tient plus.",
        "Pour relancer le besoin, le service le recopie en deux clics.",
    ),
    kind="danger",
    told_noun="fournisseur",
    addressee="À chaque invité",
    form=DiscontinueForm,
    told=lambda found: [each.name for each in invitees_of(found)],
    letter=lambda found, reason: letters.discontinued(found, reason, is_sealed=found.state == MiniTenderState.PUBLISHED),
    act=lambda found, reason, by, at: ask_discontinuation(found, reason, home=site_address(), by=by, at=at),
)
