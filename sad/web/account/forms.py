"""Forms of one's own account."""

from wtforms import PasswordField, StringField
from wtforms.validators import EqualTo

from sad.web.fields import EmailField, Form, Required

TWICE = EqualTo("password", "Les deux saisies diffèrent.")
NEW = {"autocomplete": "new-password"}
KNOWN = {"autocomplete": "current-password"}


class LoginForm(Form):
    # Plain text: whoever mistypes an address is told that the pair is wrong, not which half.
    email = StringField("Adresse e-mail", [Required("Écrivez votre adresse.")], render_kw={"type": "email", "autocomplete": "username"})
    password = PasswordField("Mot de passe", [Required("Écrivez votre mot de passe.")], render_kw=KNOWN)


class AskResetForm(Form):
    email = EmailField("Adresse e-mail", [Required("Écrivez votre adresse.")], render_kw={"autocomplete": "username"})


class ResetForm(Form):
    password = PasswordField("Nouveau mot de passe", [Required("Choisissez un mot de passe.")], render_kw=NEW)
    again = PasswordField("Le même, une seconde fois", [Required("Écrivez-le une seconde fois."), TWICE], render_kw=NEW)


class ChangePasswordForm(ResetForm):
    current = PasswordField("Mot de passe actuel", [Required("Écrivez votre mot de passe actuel.")], render_kw=KNOWN)
