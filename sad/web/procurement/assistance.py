"""The agreement of a supplier that an agent enters its offer: which supplier, how, by whom, when (REC-08)."""

from flask import Response, redirect, url_for
from wtforms import BooleanField, RadioField, SelectField, StringField
from wtforms.validators import Length

from sad import clock
from sad.actions import assisted_deposits as acts
from sad.actions.publications import invitees_of
from sad.domain.phases import is_open
from sad.letters.wording import MEANS
from sad.models.assisted_deposits import Means
from sad.models.people import Role
from sad.web.access import allow, current_person
from sad.web.acts import attempt, form_page
from sad.web.fields import Form, ParisDateTimeField, Required
from sad.web.procurement.assisted_offers import supplier_link
from sad.web.procurement.declarations import published_mini_tender

MEANS_CHOICES = [(each.value, words.capitalize()) for each, words in MEANS.items()]


class AgreementForm(Form):
    supplier = SelectField("Fournisseur", [Required("Choisissez le fournisseur.")])
    means = RadioField("Comment il a donné son accord", [Required("Choisissez comment.")], choices=MEANS_CHOICES)
    agreed_by = StringField(
        "Qui a donné l’accord",
        [Required("Écrivez son nom."), Length(max=200, message="200 caractères au plus.")],
        description="Le nom de la personne, et son rôle dans l’entreprise.",
    )
    agreed_at = ParisDateTimeField("Quand", [Required("Donnez le jour et l’heure.")])
    aside = BooleanField(
        "Je laisse la place pour cette consultation",
        [Required("Cochez pour continuer : qui saisit des prix ne peut plus ni ouvrir, ni examiner, ni décider.")],
    )


@allow(Role.BUYER)
def assist(mini_tender_id: int) -> Response:
    """The agreement: which supplier, how, by whom, when. Then on to the offer."""
    mini_tender, person = published_mini_tender(mini_tender_id), current_person()
    if acts.assistance_by(mini_tender, person) is not None:
        return redirect(url_for("procurement.assisted_offer", mini_tender_id=mini_tender_id))
    form, invitees = AgreementForm(), {str(each.id): each for each in invitees_of(mini_tender)}
    form.supplier.choices = [("", "Choisir"), *((number, each.name) for number, each in invitees.items())]
    if form.validate_on_submit():
        link, supplier = supplier_link(mini_tender), invitees[form.supplier.data]
        with attempt(form) as done:
            agreed = {"means": Means(form.means.data), "agreed_by": form.agreed_by.data, "agreed_at": form.agreed_at.data}
            acts.begin_assistance(mini_tender, supplier, **agreed, link=link, by=person, at=clock.now())
        if done:
            return redirect(url_for("procurement.assisted_offer", mini_tender_id=mini_tender_id))
    return form_page("procurement/assist.html", form, mini_tender=mini_tender, is_open=is_open(mini_tender, clock.now()))
