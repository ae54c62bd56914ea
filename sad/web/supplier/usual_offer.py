"""What the supplier usually offers: information that shows what is coming."""

from flask import Response, flash, redirect, request, url_for

from sad import clock
from sad.actions.usual_offers import declare_usual_offer, usual_questions
from sad.web.access import allow_supplier, current_person, current_supplier
from sad.web.acts import attempt, form_page
from sad.web.supplier.forms import UsualOfferForm, questions_form


@allow_supplier
def usual_offer() -> Response:
    """Say what is usually offered; each declaration is kept with its date."""
    supplier, at = current_supplier(), clock.now()
    form = questions_form(usual_questions(supplier, at), supplier.declared, UsualOfferForm)
    if form.validate_on_submit():
        with attempt(form) as done:
            declare_usual_offer(supplier, form.answers(), by=current_person(), at=at)
        if done:
            flash("C’est noté. Voici ce que cela change.", "success")
            return redirect(_way_back())
    last = supplier.usual_offers[-1] if supplier.usual_offers else None
    return form_page("supplier/usual_offer.html", form, last=last, way_back=_way_back())


def _way_back() -> str:
    """The page that sent the supplier here: its roadmap, else its home."""
    return url_for("supplier.roadmap" if request.args.get("retour") == "trajectoire" else "supplier.home")
