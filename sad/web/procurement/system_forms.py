"""Forms of a system: what its buyer says of it, screen by screen."""

from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from typing import Any

from wtforms import BooleanField, RadioField, StringField, TextAreaField
from wtforms.validators import Length

from sad.domain.reserved import ReservedFor, reserved_to
from sad.domain.social_clauses import EXCEPTIONS
from sad.reference import product_families
from sad.stages_model import model_length
from sad.web.fields import (
    CheckboxesField,
    DateField,
    DecimalField,
    FilesField,
    Form,
    IntegerField,
    ParisDateTimeField,
    Required,
)

SHORT = Length(max=200, message="200 caractères au plus.")
LONG = Length(max=4000, message="4 000 caractères au plus.")
WHOLE = "Hors taxes, sur toute la durée du système."


def _first_when_none(value: str | None) -> str:
    """What is kept as nothing is the first choice, which is empty."""
    return value or ""


class FactsForm(Form):
    """A screen of facts: each field is named as the fact it says."""

    def facts(self) -> dict[str, Any]:
        """What was typed, by name of fact."""
        return {field.name: field.data for field in self if field.name != "csrf_token"}


class EssentialsForm(FactsForm):
    title = StringField(
        "Intitulé", [Required("Écrivez ce que le système sert à acheter."), SHORT], description="Les fournisseurs le lisent en premier."
    )
    reference = StringField(
        "Référence", [Required("Écrivez la référence de vos dossiers."), Length(max=40, message="40 caractères au plus.")]
    )
    valid_from = DateField(
        "Premier jour", [Required("Choisissez le premier jour.")], description="Les candidatures commencent ce jour-là à 0 h."
    )
    valid_until = DateField("Dernier jour", [Required("Choisissez le dernier jour.")], description="Inclus. L’avis doit le dire.")
    estimated_value = DecimalField("Valeur estimée", [Required("Écrivez un montant.")], description=WHOLE)
    max_value = DecimalField(
        "Valeur maximale", [Required("Écrivez un montant.")], description=f"Le plus que tous les marchés pourront valoir ensemble. {WHOLE}"
    )


class PurchasesForm(FactsForm):
    purpose = TextAreaField("Ce qui sera acheté", [LONG], description="La nature des achats, en mots simples.")
    estimated_quantity = TextAreaField(
        "Quantité estimée", [LONG], description="Un ordre de grandeur : commandes, convives ou euros par an."
    )
    place_of_performance = StringField(
        "Où les prestations ont lieu", [SHORT], description="Le lieu des livraisons. Ce n’est pas une condition d’origine."
    )


class OperationForm(FactsForm):
    operation = TextAreaField(
        "Comment le système fonctionne", [LONG], description="Comment l’on candidate, comment l’on est consulté."
    )
    equipment = TextAreaField("Équipement électronique nécessaire", [LONG], description="Ce qu’il faut pour participer.")
    initial_evaluation_days = IntegerField(
        "Prolonger le premier examen, en jours",
        [Required("Écrivez 0 s’il n’y en a pas.")],
        maximum=365,
        description="0 si les documents n’en parlent pas. Tant qu’il court, aucune consultation ne part.",
    )
    forbids_double_bidding = BooleanField(
        "Interdire de répondre à la fois seul et en groupement",
        description="Ni dans plusieurs groupements (R2142-21, R2151-7). Sans cette case, la loi le permet. Les documents doivent le dire.",
    )


class ClausesForm(FactsForm):
    environmental_clause = TextAreaField("Clause pour l’environnement", [LONG], description="Vérifiée à chaque livraison.")
    social_clause = TextAreaField(
        "Clause sociale", [LONG], description="Par exemple des heures confiées à des personnes éloignées de l’emploi."
    )
    social_exception = RadioField(
        "Sans clause sociale : l’exception de la loi",
        choices=[("", "Aucune, la clause est écrite"), *EXCEPTIONS.items()],
        filters=[_first_when_none],
    )
    social_exception_reason = TextAreaField(
        "Pourquoi cette exception vaut pour vos achats", [LONG], description="Gardée au dossier, et lue par tous sur la page du système."
    )

    def facts(self) -> dict[str, Any]:
        """What was typed, by name of fact; no exception is no answer at all."""
        return {**super().facts(), "social_exception": self.social_exception.data or None}


class NoticeForm(FactsForm):
    notice_reference = StringField("Référence de l’avis", [SHORT], description="Par exemple le numéro au BOAMP et au JOUE.")
    notice_dispatched_at = ParisDateTimeField("Envoyé le", description="Les trente jours avant la première consultation partent de là.")


class CategoriesForm(Form):
    """The usual categories that the system does not have yet."""

    keys = CheckboxesField("Catégories proposées", [Required("Cochez au moins une catégorie.")])


class CategoryForm(Form):
    label = StringField("Nom de la catégorie", [Required("Écrivez un nom."), SHORT])
    families = CheckboxesField("Ce qu’elle achète", [Required("Cochez au moins une famille de produits.")])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.families.choices = list(product_families().items())


class ReserveForm(Form):
    reserved_for = RadioField(
        "Qui peut y être admis",
        choices=[("", "Toute entreprise"), *((kind.value, reserved_to(kind)) for kind in ReservedFor)],
        filters=[_first_when_none],
    )


class DatesForm(Form):
    """The dates of the stages after the first, which begins with the system."""

    @classmethod
    def of(cls, dates: Sequence[date | None]) -> "DatesForm":
        """The form for every stage of the model, filled with these dates, the first one left out."""
        names = [f"effective_on_{number}" for number in range(2, model_length() + 1)]
        fields = {
            name: DateField(f"Le palier {number} prend effet le", description="Vide : ce palier n’est pas annoncé.")
            for number, name in enumerate(names, start=2)
        }
        made: Any = type("DatesForm", (cls,), fields)
        return made(data=dict(zip(names, dates, strict=False)))  # type: ignore[no-any-return]

    def dates(self) -> list[date]:
        """The dates given, in the order of the stages."""
        return [field.data for field in self if isinstance(field, DateField) and field.data]

    def validate(self, extra_validators: Any = None) -> bool:
        """Each stage follows the one before it in the model: none is skipped."""
        is_sound = super().validate(extra_validators)
        fields = [field for field in self if isinstance(field, DateField)]
        for before, field in pairwise(fields):
            if field.data and not before.data and not before.errors:
                before.errors = ["Donnez cette date avant celle du palier suivant."]
                is_sound = False
        return is_sound


class DocumentForm(Form):
    title = StringField(
        "Titre", [Required("Dites ce qu’est ce document."), SHORT], description="Par exemple : règlement, cahier des charges commun."
    )
    files = FilesField("Fichier", [Required("Choisissez un fichier.")], max_files=1, description="Un seul à la fois.")


class PublishedChangeForm(Form):
    """A change of the validity: its official notice, and why."""

    notice_reference = StringField(
        "Référence de l’avis publié", [SHORT], description="Sans avis officiel, la durée ne change pas (R2162-40)."
    )
    reason = TextAreaField("Raison", [LONG], description="Elle part dans la lettre aux fournisseurs, et reste lisible par tous.")


class ExtendForm(PublishedChangeForm):
    valid_until = DateField("Nouveau dernier jour", [Required("Choisissez le nouveau dernier jour.")])

