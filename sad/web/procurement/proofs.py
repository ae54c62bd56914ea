"""The proofs of the awardee as the buyers read them: each paper accepted or refused, the register, what could not be proved."""

from flask import Response, abort, flash, redirect, render_template, url_for
from sqlalchemy import select
from wtforms import RadioField, TextAreaField
from wtforms.validators import Length

from sad import clock
from sad.actions.evaluations import live_award
from sad.actions.proof_decisions import decide_proof, reject_unproved
from sad.actions.proof_deposits import read_register
from sad.actions.proofs import ask_proofs, request_of
from sad.domain.calendar import paris_day
from sad.domain.proofs import ACCEPTED, WHERE, ProofKind, Standing, failure_bars, is_asked
from sad.models.awards import Award, AwardState
from sad.models.mini_tenders import MiniTender
from sad.models.people import Role
from sad.models.proofs import AwaitedProof, GivenProof, ProofRequest
from sad.web.access import allow, current_person, own_or_404
from sad.web.acts import attempt, form_page
from sad.web.fields import DateField, Form, Required, SiretField
from sad.web.procurement.opened import READERS, opened_mini_tender
from sad.web.uploads import send_document

LONG = Length(max=4000, message="4 000 caractères au plus.")
SECRET = (ProofKind.FOREIGN_WORKERS,)
MAY_READ_SECRETS = (Role.BUYER, Role.AWARD_AUTHORITY)


class DecideForm(Form):
    decision = RadioField(
        "Ce document",
        [Required("Choisissez l’une des deux phrases.")],
        choices=[("accepted", "Il convient : bonne entreprise, bonnes dates."), ("refused", "Il ne convient pas.")],
    )
    reason = TextAreaField("Pourquoi", [LONG], description="S’il ne convient pas, l’entreprise lira cette phrase.")


class RegisterForm(Form):
    siret = SiretField("SIRET cherché dans le registre", [Required("Recopiez-le.")], render_kw={"inputmode": "numeric"})
    issued_on = DateField("Lu le", [Required("Donnez le jour.")])
    decision = RadioField(
        "Dans le registre, cette entreprise",
        [Required("Choisissez l’une des deux phrases.")],
        choices=[("accepted", "Est inscrite, en activité."), ("refused", "N’est pas inscrite, ou n’est plus en activité.")],
    )
    source = TextAreaField(
        "Ce que vous avez lu, et où",
        [Required("Dites où vous l’avez lu."), LONG],
        description="Par exemple : Annuaire des entreprises, inscrite au registre national, en activité. "
        "Si elle n’y est pas, elle lira cette phrase dans un courrier.",
    )


class FailureForm(Form):
    reason = TextAreaField("Ce qui manque", [Required("Écrivez-le."), LONG], description="L’attributaire le lira dans sa lettre.")


@allow(*READERS)
def award_proofs(mini_tender_id: int) -> str:
    """What is asked, what came, what is accepted."""
    mini_tender, today = opened_mini_tender(mini_tender_id), paris_day(clock.now())
    award, person = live_award(mini_tender), current_person()
    return render_template(
        "procurement/award_proofs.html",
        mini_tender=mini_tender,
        award=award,
        request=request_of(award) if award else None,
        today=today,
        is_asked=is_asked,
        may_act=person.has_role(Role.BUYER),
        may_open=lambda awaited: awaited.proof not in SECRET or person.has_role(*MAY_READ_SECRETS),
    )


@allow(Role.BUYER)
def ask(mini_tender_id: int) -> Response:
    """Ask for the proofs of an award that was decided before they were."""
    mini_tender, form = opened_mini_tender(mini_tender_id), Form()
    with attempt(form) as done:
        ask_proofs(_award(mini_tender), by=current_person(), at=clock.now())
    flash(*(("Les attestations sont demandées.", "success") if done else (str(form.refusals[0]), "danger")))
    return redirect(url_for("procurement.award_proofs", mini_tender_id=mini_tender.id))


@allow(Role.BUYER)
def judge(mini_tender_id: int, given_proof_id: int) -> Response:
    """Accept a paper or refuse it, with its reason."""
    mini_tender, form = opened_mini_tender(mini_tender_id), DecideForm()
    given = own_given(mini_tender, given_proof_id)
    if form.validate_on_submit():
        with attempt(form) as done:
            decide_proof(given, form.decision.data, form.reason.data or "", by=current_person(), at=clock.now())
        if done:
            flash("Votre réponse est enregistrée.", "success")
            return redirect(url_for("procurement.award_proofs", mini_tender_id=mini_tender.id))
    return form_page("procurement/judge_proof.html", form, mini_tender=mini_tender, given=given, awaited=given.awaited)


@allow(Role.BUYER)
def register(mini_tender_id: int, awaited_proof_id: int) -> Response:
    """Record what the buyer read by itself in a register."""
    mini_tender = opened_mini_tender(mini_tender_id)
    awaited = _own_awaited(mini_tender, awaited_proof_id)
    form = RegisterForm(data={"issued_on": paris_day(clock.now())})
    if form.validate_on_submit():
        said = {"is_registered": form.decision.data == ACCEPTED, "issued_on": form.issued_on.data, "siret": form.siret.data}
        with attempt(form) as done:
            read_register(awaited, form.source.data, **said, by=current_person(), at=clock.now())
        if done:
            flash("Ce que dit le registre est enregistré.", "success")
            return redirect(url_for("procurement.award_proofs", mini_tender_id=mini_tender.id))
    return form_page("procurement/read_register.html", form, mini_tender=mini_tender, awaited=awaited, where=WHERE[awaited.proof])


@allow(Role.BUYER)
def fail(mini_tender_id: int) -> Response:
    """Record that the awardee could not prove: its offer is rejected, the next in rank may be proposed."""
    mini_tender, form, today = opened_mini_tender(mini_tender_id), FailureForm(), paris_day(clock.now())
    asked = _request(mini_tender)
    if form.validate_on_submit():
        with attempt(form) as done:
            reject_unproved(asked, form.reason.data, by=current_person(), at=clock.now())
        if done:
            flash("L’offre est rejetée. L’offre suivante peut être proposée.", "success")
            return redirect(url_for("procurement.award", mini_tender_id=mini_tender.id))
    lacking = [each for each in asked.awaited if each.standing(today) is not Standing.ACCEPTED]
    blocked = [*failure_bars(asked.due_on, asked.kinds_and_standings(today), today)]
    return form_page("procurement/fail_proofs.html", form, mini_tender=mini_tender, asked=asked, lacking=lacking, blocked=blocked)


@allow(*READERS)
def document(mini_tender_id: int, given_proof_id: int) -> Response:
    """A paper; a list of people is for who must read it alone, and does not exist for others."""
    given = own_given(opened_mini_tender(mini_tender_id), given_proof_id)
    if given.awaited.proof in SECRET and not current_person().has_role(*MAY_READ_SECRETS):
        abort(404)
    return send_document(given.document or abort(404))


def own_given(mini_tender: MiniTender, given_proof_id: int) -> GivenProof:
    """A paper given for an award of this mini-tender; 404 otherwise."""
    given = select(GivenProof).join(GivenProof.awaited).join(AwaitedProof.request).join(ProofRequest.award)
    return own_or_404(given.where(GivenProof.id == given_proof_id, Award.mini_tender_id == mini_tender.id))


def _own_awaited(mini_tender: MiniTender, awaited_proof_id: int) -> AwaitedProof:
    awaited = select(AwaitedProof).join(AwaitedProof.request).join(ProofRequest.award)
    return own_or_404(awaited.where(AwaitedProof.id == awaited_proof_id, Award.mini_tender_id == mini_tender.id))


def _award(mini_tender: MiniTender) -> Award:
    found = live_award(mini_tender)
    return found if found is not None and found.state == AwardState.APPROVED else abort(404)


def _request(mini_tender: MiniTender) -> ProofRequest:
    return request_of(_award(mini_tender)) or abort(404)
