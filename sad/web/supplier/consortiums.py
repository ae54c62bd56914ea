"""« Mes groupements »: answering together, from the first invitation to the application."""

from flask import Response, abort, flash, redirect, render_template, url_for
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, selectinload

from sad import clock
from sad.actions import consortiums as acts
from sad.actions.applications import start_application
from sad.actions.replacements import present_replacement
from sad.db import session, transaction
from sad.domain.calendar import paris_day
from sad.models.admissions import Admission, admitted_on
from sad.models.consortiums import Consortium, ConsortiumMember
from sad.models.suppliers import Supplier
from sad.models.systems import Category, PurchasingSystem
from sad.reference import product_families
from sad.web.access import act_for, allow_supplier, current_company, current_person, own_or_404
from sad.web.acts import attempt, form_page
from sad.web.running import site_address
from sad.web.supplier.applications import open_categories
from sad.web.supplier.consortium_forms import FoundForm, PartnerForm, ReasonForm
from sad.web.supplier.consortium_pages import shown
from sad.web.supplier.forms import ConfirmForm

MOST = 50


@allow_supplier
def consortiums() -> str:
    """The groups that the company leads or is asked to join, and the categories in which to form one."""
    company, at = current_company(), clock.now()
    found = session.scalars(_own().order_by(Consortium.id.desc()).limit(MOST)).all()
    led = {each.category_id for each in found if each.lead_id == company.id and each.ended_at is None}
    categories = session.scalars(open_categories(at)).unique().all()
    return render_template(
        "supplier/consortiums.html",
        company=company,
        consortiums=[(each, member_of(each, company)) for each in found],
        categories=[each for each in categories if each.id not in led],
    )


@allow_supplier
def found(category_id: int) -> Response:
    """Found a group in a category; any category of an open system may be chosen."""
    company = current_company()
    category = own_or_404(
        select(Category).join(Category.system).where(Category.id == category_id, PurchasingSystem.opened_at.is_not(None))
    )
    form = FoundForm()
    form.offered.choices = [(key, product_families().get(key, key)) for key in category.families]
    if form.validate_on_submit():
        with attempt(form) as done:
            made = acts.found_consortium(company, category, form.name.data, form.offered.data, by=current_person(), at=clock.now())
        if done:
            flash("Le groupement est créé. Invitez maintenant vos partenaires.", "success")
            return redirect(url_for("supplier.consortium", consortium_id=made.id))
    return form_page("supplier/consortium_found.html", form, category=category, company=company)


@allow_supplier
def consortium(consortium_id: int) -> str:
    """Where a group stands, who is in it, and what each has left to do."""
    return render_template("supplier/consortium.html", shown=shown(own_consortium(consortium_id), current_company(), clock.now()))


@allow_supplier
def invite(consortium_id: int) -> Response:
    """Invite a partner by its SIRET, or among the admitted suppliers who agreed to be named."""
    group, form = led_consortium(consortium_id), PartnerForm()
    form.named.choices = [(each.siret, f"{each.name}, {each.commune}") for each in _named(group)]
    if form.validate_on_submit():
        siret = form.siret.data or form.named.data or ""
        with attempt(form) as done:
            member = acts.invite_partner(group, siret, link=page_link(group), by=current_person(), at=clock.now())
        if done:
            flash(f"L’invitation part à {member.supplier.name}.", "success")
            return redirect(url_for("supplier.consortium", consortium_id=group.id))
    return form_page("supplier/consortium_invite.html", form, consortium=group)


@allow_supplier
def join(consortium_id: int) -> Response:
    """Accept an invitation, after reading what it means."""
    group, company, form = own_consortium(consortium_id), current_company(), ConfirmForm()
    if form.validate_on_submit():
        with attempt(form) as done:
            acts.join_consortium(member_of(group, company), link=page_link(group), by=current_person(), at=clock.now())
        if done:
            flash("Vous êtes dans le groupement. Vous signerez la convention quand elle sera écrite.", "success")
            return redirect(url_for("supplier.consortium", consortium_id=group.id))
    return form_page("supplier/consortium_join.html", form, consortium=group, company=company)


@allow_supplier
def leave(consortium_id: int, member_id: int) -> Response:
    """Decline, leave, or for the lead take a member out."""
    group, company, form = own_consortium(consortium_id), current_company(), ReasonForm()
    member = own_or_404(_removable(group, company).where(ConsortiumMember.id == member_id))
    if form.validate_on_submit():
        with attempt(form) as done:
            acts.leave_consortium(member, form.reason.data, by=current_person(), at=clock.now())
        if done:
            flash(f"{member.supplier.name} n’est plus dans le groupement.", "success")
            return redirect(url_for("supplier.consortiums"))
    return form_page("supplier/consortium_leave.html", form, consortium=group, member=member, is_own=member.supplier_id == company.id)


@allow_supplier
def end(consortium_id: int) -> Response:
    """Give the group up."""
    group, form = led_consortium(consortium_id), ReasonForm()
    if form.validate_on_submit():
        with attempt(form) as done:
            acts.end_consortium(group, form.reason.data, by=current_person(), at=clock.now())
        if done:
            flash("Le groupement est abandonné. Chaque membre est prévenu.", "success")
            return redirect(url_for("supplier.consortiums"))
    return form_page("supplier/consortium_end.html", form, consortium=group)


@allow_supplier
def apply(consortium_id: int) -> Response:
    """Begin the application of the group: from here the person acts for it."""
    group = led_consortium(consortium_id)
    with transaction():
        application = start_application(group.supplier, group.category, by=current_person(), at=clock.now())
    act_for(group.supplier)
    flash(f"Vous agissez maintenant pour « {group.supplier.name} ».", "success")
    return redirect(url_for("supplier.application_answers", application_id=application.id))


@allow_supplier
def act(consortium_id: int) -> Response:
    """Act for the group from here on: its applications, consultations and letters."""
    act_for(led_consortium(consortium_id).supplier)
    return redirect(url_for("supplier.home"))


@allow_supplier
def present(consortium_id: int) -> Response:
    """Present the company that takes the place of an excluded member."""
    group = led_consortium(consortium_id)
    with transaction():
        present_replacement(group.replacement or abort(404), by=current_person(), at=clock.now())
    flash("Le remplacement est présenté. L’acheteur vous écrira sa décision.", "success")
    return redirect(url_for("supplier.consortium", consortium_id=group.id))


def own_consortium(consortium_id: int) -> Consortium:
    """A group in which the company has a place, with all that its pages show; 404 for another's."""
    return own_or_404(_own().where(Consortium.id == consortium_id))


def led_consortium(consortium_id: int) -> Consortium:
    """A group that the company leads; to its other members and to strangers this page does not exist."""
    return own_or_404(_own().where(Consortium.id == consortium_id, Consortium.lead_id == current_company().id))


def member_of(group: Consortium, company: Supplier) -> ConsortiumMember:
    """The place of the company in the group."""
    return next(each for each in group.present if each.supplier_id == company.id)


def page_link(group: Consortium) -> str:
    """The address of the group's page, for letters."""
    return site_address() + url_for("supplier.consortium", consortium_id=group.id)


def _own() -> Select[tuple[Consortium]]:
    mine = select(ConsortiumMember.consortium_id).where(
        ConsortiumMember.supplier_id == current_company().id, ConsortiumMember.left_at.is_(None)
    )
    return (
        select(Consortium)
        .where(Consortium.id.in_(mine))
        .options(
            joinedload(Consortium.supplier),
            joinedload(Consortium.lead),
            joinedload(Consortium.category).joinedload(Category.system).joinedload(PurchasingSystem.organisation),
            selectinload(Consortium.members).joinedload(ConsortiumMember.supplier),
            selectinload(Consortium.members).joinedload(ConsortiumMember.signatory),
            selectinload(Consortium.replacements),
        )
    )


def _removable(group: Consortium, company: Supplier) -> Select[tuple[ConsortiumMember]]:
    """The members that this company may take out: each of them for the lead, itself for another."""
    present = select(ConsortiumMember).where(ConsortiumMember.consortium_id == group.id, ConsortiumMember.left_at.is_(None))
    return present if group.lead_id == company.id else present.where(ConsortiumMember.supplier_id == company.id)


def _named(group: Consortium) -> list[Supplier]:
    """The admitted suppliers of the system who agreed to be named, less those who are in the group."""
    of_system = select(Category.id).where(Category.system_id == group.category.system_id)
    admitted = select(Admission.supplier_id).where(Admission.category_id.in_(of_system), admitted_on(paris_day(clock.now())))
    present = [each.supplier_id for each in group.present]
    named = select(Supplier).where(Supplier.is_shown_publicly, Supplier.id.in_(admitted), Supplier.id.not_in(present))
    return list(session.scalars(named.order_by(Supplier.name, Supplier.id).limit(MOST)))
