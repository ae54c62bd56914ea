"""Forms of the administrator's pages."""

from collections.abc import Sequence

from stdnum.exceptions import ValidationError as NumberError
from stdnum.fr import siren as siren_number
from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import Length

from sad.actions.organisations import OrganisationProfile, ServiceProfile
from sad.actions.people import Grant
from sad.letters.wording import ROLES
from sad.models.organisations import Service
from sad.models.people import Role
from sad.web.fields import CheckboxesField, DecimalField, EmailField, Form, Required
from sad.web.typed import without_spaces

SHORT = Length(max=200, message="200 caractères au plus.")
LONG = Length(max=4000, message="4\u00a0000 caractères au plus.")
HINTS = {
    Role.REQUESTER: "Décrit les besoins de son service et suit ses consultations.",
    Role.BUYER: "Traite les candidatures, vérifie et publie les consultations, analyse les offres.",
    Role.OPENER: "Ouvre les offres scellées, toujours à deux.",
    Role.EVALUATOR: "Note les offres ouvertes, avec une raison écrite.",
    Role.AWARD_AUTHORITY: "Décide de l’attribution que le service achats propose.",
    Role.AUDITOR: "Lit tout ce qui est ouvert, ne change rien.",
    Role.ADMINISTRATOR: "Ouvre les comptes et donne les rôles, sans voir les achats.",
}
ROLE_CHOICES = [(role.value, ROLES[role]) for role in Role]
LIMIT_HINT = "Jusqu’à ce budget hors taxes, un service publie sans vérification du service achats. 0\u00a0: tout est vérifié."
REVIEW_HINT = "Le tribunal et les délais, tels que chaque lettre de rejet les cite (AWD-03)."


class ConfirmForm(Form):
    """Only the button."""


class SirenField(StringField):
    """A SIREN, kept as its 9 digits."""

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata(valuelist)
        digits = without_spaces(self.data or "")
        if not digits:
            return
        try:
            self.data = siren_number.validate(digits)
        except NumberError:
            raise ValueError("Ce SIREN n’est pas juste\u00a0: il a 9 chiffres, dont une clé de contrôle.") from None


class OrganisationForm(Form):
    name = StringField("Nom de la collectivité", [Required("Écrivez le nom de la collectivité."), SHORT])
    siren = SirenField("SIREN", [Required("Écrivez le SIREN.")], description="9 chiffres.", render_kw={"inputmode": "numeric"})
    address = TextAreaField("Adresse postale", [LONG], render_kw={"rows": 3})
    contact_email = EmailField(
        "Adresse du service achats", [Required("Écrivez une adresse e-mail."), SHORT], description="Les fournisseurs y écrivent."
    )
    review_body = TextAreaField(
        "Voies de recours", [Required("Écrivez les voies de recours."), LONG], description=REVIEW_HINT, render_kw={"rows": 4}
    )
    direct_publication_limit = DecimalField(
        "Publication directe jusqu’à", [Required("Écrivez un montant, ou 0.")], description=LIMIT_HINT, default=0, maximum=10**9
    )

    def profile(self) -> OrganisationProfile:
        """What was typed, for the act."""
        return OrganisationProfile(**{name: value for name, value in self.data.items() if name in OrganisationProfile.__annotations__})


class ServiceForm(Form):
    name = StringField("Nom du service", [Required("Écrivez le nom du service."), SHORT])
    commune = StringField("Commune", [SHORT], description="Celle où l’on livre d’ordinaire.")
    postcode = StringField("Code postal", [Length(max=5, message="5 chiffres.")], render_kw={"inputmode": "numeric"})

    def profile(self) -> ServiceProfile:
        """What was typed, for the act."""
        return ServiceProfile(name=self.name.data or "", commune=self.commune.data or "", postcode=self.postcode.data or "")


class AdministratorForm(Form):
    name = StringField("Prénom et nom", [Required("Écrivez le prénom et le nom."), SHORT], render_kw={"autocomplete": "off"})
    email = EmailField("Adresse e-mail professionnelle", [Required("Écrivez son adresse."), SHORT], render_kw={"autocomplete": "off"})

    def grants(self) -> list[Grant]:
        """The roles to give, for the act."""
        return [Grant(Role.ADMINISTRATOR)]


class _Roles(Form):
    """Roles of an organisation, and the service of a requester."""

    service_id = SelectField("Service", description="Pour le rôle d’agent demandeur seulement.", default="")

    def __init__(self, services: Sequence[Service]) -> None:
        super().__init__()
        self.services = {str(service.id): service for service in services}
        self.service_id.choices = [("", "Choisir…"), *((key, service.name) for key, service in self.services.items())]

    def grant(self, role: str) -> Grant:
        """A chosen role; the service goes with the requester's only."""
        return Grant(Role(role), self.services.get(self.service_id.data or "") if role == Role.REQUESTER else None)


class AgentForm(_Roles, AdministratorForm):
    roles = CheckboxesField("Rôles", choices=ROLE_CHOICES)

    def grants(self) -> list[Grant]:
        return [self.grant(role) for role in self.roles.data or ()]


class GrantForm(_Roles):
    role = RadioField("Rôle", [Required("Choisissez un rôle.")], choices=ROLE_CHOICES)
