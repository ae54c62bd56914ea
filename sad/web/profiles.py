"""What a supplier says of itself, as a form: at its registration and in its space."""

from wtforms import BooleanField, SelectField, StringField
from wtforms.validators import Length

from sad.actions.suppliers import KINDS, Profile
from sad.models.suppliers import Supplier
from sad.reference import product_families
from sad.web.fields import CheckboxesField, Form, Required

SHOWN = "Votre nom et votre commune paraissent dans la liste publique des fournisseurs admis. Vous pouvez changer d’avis à tout moment."
EXEMPT = "Vos prix sont alors sans TVA (article 293 B du code général des impôts)."


class ProfileForm(Form):
    """Name, trade, place and products of a supplier."""

    name = StringField(
        "Nom de l’entreprise",
        [Required("Écrivez le nom de l’entreprise."), Length(max=200, message="200 caractères au plus.")],
        description="Celui que vos clients connaissent.",
        render_kw={"autocomplete": "organization"},
    )
    kind = SelectField("Métier", [Required("Choisissez votre métier.")], choices=[("", "Choisir…"), *KINDS.items()])
    commune = StringField("Commune", [Required("Écrivez la commune."), Length(max=200)], render_kw={"autocomplete": "address-level2"})
    postcode = StringField(
        "Code postal", [Required("Écrivez le code postal.")], render_kw={"autocomplete": "postal-code", "inputmode": "numeric"}
    )
    phone = StringField("Téléphone", [Length(max=40, message="40 caractères au plus.")], render_kw={"autocomplete": "tel", "type": "tel"})
    families = CheckboxesField("Ce que vous vendez", [Required("Cochez au moins une famille de produits.")])
    is_vat_exempt = BooleanField("Je ne facture pas la TVA (franchise en base)", description=EXEMPT)
    is_shown_publicly = BooleanField("J’accepte de paraître dans la liste publique des admis", description=SHOWN)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.families.choices = list(product_families().items())

    def profile(self) -> Profile:
        """What was typed, for the act."""
        return Profile(
            name=self.name.data or "",
            kind=self.kind.data or "",
            commune=self.commune.data or "",
            postcode=self.postcode.data or "",
            phone=self.phone.data or "",
            families=tuple(self.families.data or ()),
            is_vat_exempt=self.is_vat_exempt.data,
            is_shown_publicly=self.is_shown_publicly.data,
        )


def profile_form(supplier: Supplier) -> ProfileForm:
    """The form filled with what the supplier says of itself now."""
    return ProfileForm(obj=supplier)
