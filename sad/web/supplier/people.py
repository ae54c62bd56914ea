"""Who the supplier is, and who acts for it."""

from flask import Response, flash, redirect, url_for
from sqlalchemy import select

from sad import clock
from sad.actions import members, suppliers
from sad.actions.letters import people_of
from sad.db import transaction
from sad.models.suppliers import SupplierInvitation
from sad.web.access import act_for, allow_supplier, current_company, current_person, own_or_404, signed_in
from sad.web.acts import attempt, form_page
from sad.web.profiles import profile_form
from sad.web.running import site_address
from sad.web.supplier.forms import AddSupplierForm, ConfirmForm, InviteForm


@allow_supplier
def profile() -> Response:
    """What the supplier says of itself."""
    supplier = current_company()
    form = profile_form(supplier)
    if form.validate_on_submit():
        with attempt(form) as done:
            suppliers.update_profile(supplier, form.profile(), by=current_person(), at=clock.now())
        if done:
            flash("Votre fiche est à jour.", "success")
            return redirect(url_for("supplier.profile"))
    return form_page("supplier/profile.html", form, supplier=supplier)


@signed_in
def add_supplier() -> Response:
    """Open the account of another SIRET, for somebody who has an account."""
    form = AddSupplierForm()
    if form.validate_on_submit():
        with attempt(form) as done:
            supplier = suppliers.register_supplier(form.siret.data, form.profile(), by=current_person(), at=clock.now())
        if done:
            act_for(supplier)
            flash(f"Le compte de {supplier.name} est ouvert. Vous agissez maintenant pour lui.", "success")
            return redirect(url_for("supplier.applications"))
    return form_page("supplier/add_supplier.html", form)


@allow_supplier
def people() -> Response:
    """The people who act for the supplier, and the invitations that wait; inviting another."""
    supplier, form = current_company(), InviteForm()
    if form.validate_on_submit():
        with attempt(form) as done:
            members.invite_member(supplier, form.email.data, link=_join_link, by=current_person(), at=clock.now())
        if done:
            flash(f"L’invitation part à {form.email.data}. Elle vaut quinze jours.", "success")
            return redirect(url_for("supplier.people"))
    waiting = members.waiting_invitations(supplier, at=clock.now())
    return form_page("supplier/people.html", form, supplier=supplier, people=people_of(supplier), waiting=waiting, me=current_person())


@allow_supplier
def cancel_invitation(invitation_id: int) -> Response:
    mine = select(SupplierInvitation).where(
        SupplierInvitation.id == invitation_id, SupplierInvitation.supplier_id == current_company().id
    )
    invitation = own_or_404(mine)
    with transaction():
        members.cancel_invitation(invitation, by=current_person(), at=clock.now())
    flash("Cette invitation ne sert plus.", "success")
    return redirect(url_for("supplier.people"))


@allow_supplier
def leave() -> Response:
    """Stop acting for the supplier, after reading what it entails."""
    supplier, person, form = current_company(), current_person(), ConfirmForm()
    if form.validate_on_submit():
        with attempt(form) as done:
            members.leave_supplier(supplier, by=person, at=clock.now())
        if done:
            flash(f"Vous n’agissez plus pour {supplier.name}.", "success")
            return redirect(url_for("account.home"))
    is_last = members.is_last(supplier)
    faults = members.leaving_faults(supplier) if is_last else []
    return form_page("supplier/leave.html", form, supplier=supplier, is_last=is_last, faults=faults)


def _join_link(token: str) -> str:
    return site_address() + url_for("public.join", token=token)
