"""A consortium as the buyer reads it: members, shares, signatures, proofs; and replacing a member hit by an exclusion (ADM-10)."""

from typing import Any

from flask import Response, abort, flash, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from sad import clock
from sad.actions import replacements as acts
from sad.actions.letters import people_of
from sad.actions.limits import is_application_sealed
from sad.db import session
from sad.domain.consortiums import operator_group
from sad.domain.errors import Refused
from sad.letters import consortiums as letters
from sad.models.applications import PENDING_STATES, Application, ApplicationDocument
from sad.models.consortiums import Consortium, ConsortiumMember, MemberReplacement
from sad.models.people import Role
from sad.models.systems import Category, PurchasingSystem
from sad.reports.agreement import agreement_file_name, agreement_pdf
from sad.web.access import allow, current_organisation, current_person, own_or_404
from sad.web.acts import attempt, form_page
from sad.web.fields import Form
from sad.web.procurement.consortium_forms import AskForm, DecideForm
from sad.web.uploads import as_download


@allow(Role.BUYER, Role.AUDITOR)
def consortium(consortium_id: int) -> str:
    """Who makes the group, for what share, with which proofs; what was asked and decided of its members."""
    group = own_consortium(consortium_id)
    application = _last_application(group)
    proofs: dict[int | None, list[ApplicationDocument]] = {}
    for joined in application.documents:
        proofs.setdefault(joined.document.supplier_id, []).append(joined)
    return render_template(
        "procurement/consortium.html",
        consortium=group,
        application=application,
        proofs=proofs,
        document_url=lambda number: url_for("procurement.application_document", application_id=application.id, document_id=number),
        operator_group=operator_group(group.liability),
        past=acts.is_past(group.replacement, clock.now()) if group.replacement else False,
        may_act=current_person().has_role(Role.BUYER),
    )


@allow(Role.BUYER, Role.AUDITOR)
def agreement(consortium_id: int) -> Response:
    """The agreement in force, as it was signed."""
    group = own_consortium(consortium_id)
    return as_download(agreement_pdf(group, in_force=True), media_type="application/pdf", name=agreement_file_name(group))


@allow(Role.BUYER)
def ask(consortium_id: int) -> Response:
    """Ask the lead to replace a member: the form, the letter as it will go, the act."""
    group, form, at = own_consortium(consortium_id), AskForm(), clock.now()
    form.member.choices = [(str(each.id), each.supplier.name) for each in group.present if not each.is_lead]
    if not form.validate_on_submit():
        return _ask_page(group, form)
    member = next((each for each in group.present if str(each.id) == form.member.data), None) or abort(404)
    asked: dict[str, Any] = {"ground": form.ground.data, "facts": form.facts.data}
    faults = list(acts.asking_faults(member, **asked, at=at))
    form.take(Refused(*faults))
    if faults:
        return _ask_page(group, form)
    if "confirm" not in request.form:
        return _confirm(group, form, letters_shown=[(group.supplier.name, acts.asked_letter(member, **asked, at=at))])
    with attempt(form) as done:
        acts.ask_replacement(member, **asked, by=current_person(), at=clock.now())
    if not done:
        return _ask_page(group, form)
    flash("La demande est partie au mandataire.", "success")
    return redirect(url_for("procurement.consortium", consortium_id=group.id))


@allow(Role.BUYER)
def decide(consortium_id: int) -> Response:
    """Accept the replacement presented, or leave the group out: the form, the letter, the act."""
    group, form, at = own_consortium(consortium_id), DecideForm(), clock.now()
    replacement = group.replacement or abort(404)
    if not form.validate_on_submit():
        return _decide_page(group, form)
    decision: dict[str, Any] = {"is_accepted": form.is_accepted.data == "oui", "reason": form.reason.data}
    faults = list(acts.deciding_faults(replacement, **decision, by=current_person(), at=at))
    form.take(Refused(*faults))
    if faults:
        return _decide_page(group, form)
    if "confirm" not in request.form:
        text = letters.replacement_decided(replacement, **decision, at=at)
        return _confirm(group, form, letters_shown=[("Chaque membre", text)], is_decision=True)
    with attempt(form) as done:
        acts.decide_replacement(replacement, **decision, by=current_person(), at=clock.now())
    if not done:
        return _decide_page(group, form)
    flash("La décision est prise. Chaque membre est prévenu.", "success")
    return redirect(url_for("procurement.consortium", consortium_id=group.id))


def own_consortium(consortium_id: int) -> Consortium:
    """A group whose application the organisation received; before that, and while it is sealed, it does not exist: 404."""
    received = select(Application.id).where(Application.supplier_id == Consortium.supplier_id, Application.submitted_at.is_not(None))
    group = own_or_404(
        select(Consortium)
        .where(Consortium.id == consortium_id, Consortium.organisation_id == current_organisation().id, received.exists())
        .options(
            joinedload(Consortium.supplier),
            joinedload(Consortium.lead),
            joinedload(Consortium.category).joinedload(Category.system).joinedload(PurchasingSystem.organisation),
            selectinload(Consortium.members).joinedload(ConsortiumMember.supplier),
            selectinload(Consortium.replacements).joinedload(MemberReplacement.member),
        )
    )
    application = _last_application(group)
    if application.state in PENDING_STATES and is_application_sealed(application, clock.now()):
        abort(404)
    return group


def _last_application(group: Consortium) -> Application:
    submitted = (
        select(Application)
        .where(Application.supplier_id == group.supplier_id, Application.submitted_at.is_not(None))
        .options(joinedload(Application.system), selectinload(Application.documents).joinedload(ApplicationDocument.document))
        .order_by(Application.id.desc())
        .limit(1)
    )
    return session.scalars(submitted).one()


def _ask_page(group: Consortium, form: AskForm) -> Response:
    return form_page("procurement/consortium_ask.html", form, consortium=group, due_on=acts.replacement_due_on(clock.now()))


def _decide_page(group: Consortium, form: DecideForm) -> Response:
    return form_page("procurement/consortium_decide.html", form, consortium=group, replacement=group.replacement)


def _confirm(group: Consortium, form: Form, *, letters_shown: list[tuple[str, Any]], is_decision: bool = False) -> Response:
    """The consequences, who is told and the letter, before anything happens."""
    told = [member.supplier for member in group.present] if is_decision else [group.supplier]
    return Response(
        render_template(
            "procurement/consortium_confirm.html",
            consortium=group,
            form=form,
            is_decision=is_decision,
            kept=[(name, value) for name, value in request.form.items(multi=True) if name not in ("csrf_token", "confirm")],
            told=[f"{person.name}, pour {supplier.name}" for supplier in told for person in people_of(supplier)],
            letters=[(addressee, text.subject, text.body) for addressee, text in letters_shown],
        )
    )
