"""The agreement of a consortium: written by the lead, read and signed by each, kept as PDF."""

from flask import Response, flash, redirect, url_for

from sad import clock
from sad.actions.agreements import sign_agreement, write_terms
from sad.actions.compositions import is_frozen
from sad.letters.consortiums import agreement, fingerprint
from sad.reports.agreement import agreement_file_name, agreement_pdf
from sad.web.access import allow_supplier, current_company, current_person
from sad.web.acts import attempt, form_page
from sad.web.supplier.consortium_forms import FORM_CHOICES, PAYMENT_CHOICES, SignForm, TermsForm
from sad.web.supplier.consortiums import led_consortium, member_of, own_consortium, page_link
from sad.web.uploads import as_download


@allow_supplier
def terms(consortium_id: int) -> Response:
    """Write shares, tasks, form, payment and what happens on a default."""
    group = led_consortium(consortium_id)
    form = TermsForm.of(group)
    if form.validate_on_submit():
        with attempt(form) as done:
            write_terms(
                group, form.terms(), revision=form.shown_revision, link=page_link(group), by=current_person(), at=clock.now()
            )
        if done:
            flash("La convention est écrite. Chaque membre la lit et la signe.", "success")
            return redirect(url_for("supplier.consortium", consortium_id=group.id))
        form.revision.data = str(group.revision)  # told of the other's change, the person may send again on top of it
    hints = {"form": FORM_CHOICES, "payment": PAYMENT_CHOICES}
    seconds = {name: {key.value: words[1] for key, words in choices.items()} for name, choices in hints.items()}
    return form_page("supplier/consortium_terms.html", form, consortium=group, hints=seconds)


@allow_supplier
def sign(consortium_id: int) -> Response:
    """Read the whole text, swear, sign."""
    group, company, form = own_consortium(consortium_id), current_company(), SignForm()
    if form.validate_on_submit():
        with attempt(form) as done:
            sign_agreement(
                member_of(group, company), shown=form.shown.data or "", is_sworn=form.is_sworn.data, by=current_person(), at=clock.now()
            )
        if done:
            flash(f"Vous avez signé pour {company.name}.", "success")
            return redirect(url_for("supplier.consortium", consortium_id=group.id))
    text = agreement(group)
    form.shown.data = fingerprint(text)
    return form_page("supplier/consortium_sign.html", form, consortium=group, company=company, text=text)


@allow_supplier
def document(consortium_id: int) -> Response:
    """The agreement as PDF, with the signatures given."""
    group = own_consortium(consortium_id)
    body = agreement_pdf(group, in_force=is_frozen(group) and group.replacement is None)
    return as_download(body, media_type="application/pdf", name=agreement_file_name(group))
