"""Forms of a consortium."""

from collections.abc import Iterable
from typing import Any

from wtforms import BooleanField, HiddenField, RadioField, StringField, TextAreaField
from wtforms.validators import Length

from sad.actions.agreements import Terms
from sad.domain.consortiums import Liability, Payment
from sad.models.consortiums import Consortium
from sad.web.fields import CheckboxesField, DecimalField, Form, Required, SiretField

FORM_CHOICES = {
    Liability.JOINT: ("Conjoint", "Chacun s’engage sur sa part, et seulement sur elle."),
    Liability.JOINT_LIABLE_LEAD: ("Conjoint, avec mandataire solidaire", "Chacun sur sa part ; le mandataire répond en plus de tous."),
    Liability.SOLIDARY: ("Solidaire", "Chacun s’engage sur la totalité du marché."),
}
PAYMENT_CHOICES = {
    Payment.EACH: ("Chacun est payé sur son compte", "L’acheteur paie chaque entreprise, selon sa part."),
    Payment.LEAD: ("Le mandataire est payé pour tous", "Il reverse à chacun sa part dans les dix jours."),
}
PROPOSED = "Les autres membres la remplacent pour la livraison en cours, à ses frais. Au second manquement, elle quitte le groupement."
SHORT = Length(max=200, message="200 caractères au plus.")
LONG = Length(max=4000, message="4 000 caractères au plus.")


class FoundForm(Form):
    name = StringField(
        "Nom du groupement",
        [Required("Écrivez un nom."), Length(max=150, message="150 caractères au plus.")],
        description="L’acheteur le lira après le mot « Groupement ». Par exemple : Buffet du Vercors.",
    )
    offered = CheckboxesField("Ce que vous proposez ensemble", [Required("Cochez au moins une famille de produits.")])


class PartnerForm(Form):
    """A partner, by its SIRET or chosen among those who agreed to be named."""

    siret = SiretField(
        "SIRET du partenaire",
        description="14 chiffres. Il est sur ses factures. L’entreprise a besoin d’un compte ici, gratuit.",
        render_kw={"inputmode": "numeric"},
    )
    named = RadioField("Ou un fournisseur déjà admis", choices=[], validate_choice=False)


class ReasonForm(Form):
    reason = TextAreaField(
        "Raison", [Required("Écrivez la raison en quelques mots."), LONG], description="Les autres membres la liront."
    )


class SignForm(Form):
    shown = HiddenField()
    is_sworn = BooleanField(
        "Je déclare sur l’honneur qu’aucun motif d’exclusion des marchés publics ne vise mon entreprise, et je signe ce texte",
        [Required("Cochez cette déclaration pour signer.")],
    )


class TermsForm(Form):
    """What the lead writes, with a task and a share for each member, named after the id of its supplier."""

    revision = HiddenField()
    form = RadioField("La forme du groupement", choices=[(key.value, words[0]) for key, words in FORM_CHOICES.items()])
    payment = RadioField("Le paiement", choices=[(key.value, words[0]) for key, words in PAYMENT_CHOICES.items()])
    on_default = TextAreaField(
        "Si une entreprise ne tient pas sa part", [LONG], description="Ce que font les autres. Vous pouvez garder ce qui est proposé."
    )
    suppliers: tuple[int, ...] = ()

    @classmethod
    def of(cls, consortium: Consortium) -> "TermsForm":
        """The form for its parties, filled with what is written."""
        fields: dict[str, Any] = {"suppliers": tuple(each.supplier_id for each in consortium.parties)}
        data: dict[str, Any] = {
            "revision": str(consortium.revision), "form": consortium.form, "payment": consortium.payment,
            "on_default": consortium.on_default or PROPOSED,
        }
        for each in consortium.parties:
            name = each.supplier.name
            fields[f"task_{each.supplier_id}"] = StringField(
                f"{name} : ce que fait l’entreprise", [SHORT], description="Par exemple : fromages."
            )
            fields[f"share_{each.supplier_id}"] = DecimalField(f"{name} : sa part du prix", maximum=100)
            data |= {f"task_{each.supplier_id}": each.task, f"share_{each.supplier_id}": each.share}
        form: TermsForm = type("TermsForm", (cls,), fields)(data=data)
        return form

    def terms(self) -> Terms:
        """What was typed."""
        parts = {number: (self[f"task_{number}"].data or "", self[f"share_{number}"].data) for number in self.suppliers}
        return Terms(Liability(self.form.data), Payment(self.payment.data), self.on_default.data or "", parts)

    @property
    def shown_revision(self) -> int:
        """The revision that the page showed; 0 when it is not a number, which is never the one in force."""
        return int(self.revision.data) if str(self.revision.data).isdigit() else 0

    def member_fields(self) -> Iterable[tuple[Any, Any]]:
        """Each member's task and share."""
        return [(self[f"task_{number}"], self[f"share_{number}"]) for number in self.suppliers]
