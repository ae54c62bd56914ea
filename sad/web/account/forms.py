"""Forms of one's own account."""

from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import EqualTo, Length

from sad.web.fields import EmailField, Form, Required

TWICE = EqualTo("password", "Les deux saisies diffèrent.")
NEW = {"autocomplete": "new-password"}
KNOWN = {"autocomplete": "current-password"}
LONGEST_CODE = Length(max=40, message="Un code est plus court.")
ONE_TIME = {"autocomplete": "one-time-code", "spellcheck": "false"}
EITHER_CODE = "Les six chiffres du moment, ou un code de secours."


class LoginForm(Form):
    # Plain text: whoever mistypes an address is told that the pair is wrong, not which half.
    email = StringField("Adresse e-mail", [Required("Écrivez votre adresse.")], render_kw={"type": "email", "autocomplete": "username"})
    password = PasswordField("Mot de passe", [Required("Écrivez votre mot de passe.")], render_kw=KNOWN)
    code = StringField(
        "Code de votre application",
        description="Seulement si votre compte en demande un. Un code de secours convient aussi.",
        render_kw=ONE_TIME,
    )


class DeviceCodeForm(Form):
    code = StringField(
        "Code reçu par courriel, ou code de secours",
        [Required("Écrivez le code."), LONGEST_CODE],
        description="Six chiffres s’il vient du courriel, douze lettres et chiffres s’il vient de votre feuille.",
        render_kw=ONE_TIME,
    )


class AskResetForm(Form):
    email = EmailField("Adresse e-mail", [Required("Écrivez votre adresse.")], render_kw={"autocomplete": "username"})


class ResetForm(Form):
    password = PasswordField("Nouveau mot de passe", [Required("Choisissez un mot de passe.")], render_kw=NEW)
    again = PasswordField("Le même, une seconde fois", [Required("Écrivez-le une seconde fois."), TWICE], render_kw=NEW)


class KnownPasswordForm(Form):
    """What shows that the person is still there before what protects its account changes."""

    current = PasswordField("Mot de passe actuel", [Required("Écrivez votre mot de passe actuel.")], render_kw=KNOWN)


class ChangePasswordForm(KnownPasswordForm, ResetForm):
    pass


class ConfirmFactorForm(Form):
    code = StringField(
        "Code que l’application montre",
        [Required("Écrivez les six chiffres."), LONGEST_CODE],
        render_kw={**ONE_TIME, "inputmode": "numeric"},
    )


class RemoveFactorForm(KnownPasswordForm):
    code = StringField(
        "Code de votre application", [Required("Écrivez le code."), LONGEST_CODE], description=EITHER_CODE, render_kw=ONE_TIME
    )


class PasskeyForm(KnownPasswordForm):
    """A new key; `passkey_answer` is what the browser made of it, put there by our script."""

    name = StringField(
        "Nom de cette clé",
        [Required("Donnez-lui un nom."), Length(max=100, message="100 caractères au plus.")],
        description="Où elle est : « Téléphone », « Ordinateur du bureau ».",
    )
    passkey_answer = HiddenField()


class PasskeyLoginForm(Form):
    passkey_answer = HiddenField()


class RescueForm(ResetForm):
    """A new password by a rescue code, when no mail arrives."""

    email = StringField("Adresse e-mail", [Required("Écrivez votre adresse.")], render_kw={"type": "email", "autocomplete": "username"})
    code = StringField(
        "Code de secours",
        [Required("Écrivez un des codes imprimés."), LONGEST_CODE],
        description="Douze lettres et chiffres.",
        render_kw=ONE_TIME,
    )
