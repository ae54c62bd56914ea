"""Forms for everybody."""

from wtforms import PasswordField, StringField
from wtforms.validators import EqualTo, Length

from sad.web.fields import EmailField, Form, Required, SiretField
from sad.web.profiles import ProfileForm

TWICE = EqualTo("password", "Les deux saisies diffèrent.")
NEW = {"autocomplete": "new-password"}


class AskRegistrationForm(Form):
    email = EmailField(
        "Adresse e-mail",
        [Required("Écrivez votre adresse.")],
        description="Celle où vous voulez recevoir les consultations.",
        render_kw={"autocomplete": "email"},
    )


class JoinForm(Form):
    person_name = StringField(
        "Prénom et nom", [Required("Écrivez votre prénom et votre nom."), Length(max=200)], render_kw={"autocomplete": "name"}
    )
    password = PasswordField("Mot de passe", [Required("Choisissez un mot de passe.")], render_kw=NEW)
    again = PasswordField("Le même, une seconde fois", [Required("Écrivez-le une seconde fois."), TWICE], render_kw=NEW)


class AcceptForm(Form):
    """For whoever has an account: only the button."""


class RegistrationForm(JoinForm, ProfileForm):
    siret = SiretField(
        "SIRET",
        [Required("Écrivez le SIRET.")],
        description="14 chiffres. Il est sur vos factures, vos avis de situation et votre K-bis.",
        render_kw={"inputmode": "numeric", "autocomplete": "off"},
    )
