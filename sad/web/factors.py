"""The code of a second factor during a session: set up before anything else in production, asked again before the gravest acts."""

from datetime import datetime, timedelta

from flask import Response, current_app, redirect, request, session, url_for
from wtforms import StringField

from sad import clock
from sad.actions.passkeys import passkeys_of
from sad.actions.second_factors import are_codes_slowed, give_code_again
from sad.db import transaction
from sad.models.people import Person
from sad.web.access import STATIC, permission_of, person_or_none
from sad.web.acts import form_page
from sad.web.fields import Form, Required
from sad.web.keys import are_keys_possible, proven_key, question_of_known_key
from sad.web.running import site_settings

CODE_LASTS = timedelta(minutes=15)
GIVEN_AT = "code_given_at"
ANSWER = "passkey_answer"
# What an agent may reach in production before its account has an application, beside the pages open to everybody.
BEFORE_SETUP = frozenset({"account.factor", "account.start_factor", "account.confirm_factor", "account.logout"})
# Acts that two people share, that cannot be undone, or that make somebody one of the two.
GRAVE_ACTS = frozenset(
    {
        "procurement.assist",
        "procurement.ask_opening",
        "procurement.confirm_opening",
        "procurement.opener_passphrase",
        "procurement.release_key",
        "procurement.two_passphrases",
        "procurement.propose_award",
        "procurement.approve_award",
        "procurement.cancel_award",
        "procurement.notify_contract",
        "procurement.extend_mini_tender",
        "procurement.change_mini_tender",
        "procurement.ask_applications_destruction",
        "procurement.ask_destruction",
        "procurement.discontinue_mini_tender",
        "procurement.late_offer",
        "procurement.backup_copy",
        "procurement.corrigendum",
        "procurement.tie",
        "procurement.refuse_application",
        "procurement.fail_proofs",
        "account.approval",
        "admin.agent",
        "admin.create_agent",
        "admin.create_administrator",
        "admin.revoke_role",
        "admin.remove_factor",
        "admin.declare_hour",
    }
)
WRONG = "Ce code n’est pas le bon, ou il a déjà servi : attendez le suivant."
SLOWED = "Trop de codes faux en une heure : écrivez un code de secours, ou attendez une heure."


class CodeAgainForm(Form):
    # A name of its own: what the act's form sent travels beside it.
    second_code = StringField(
        "Code de votre application",
        [Required("Écrivez le code du moment.")],
        description="Les six chiffres du moment, ou un code de secours.",
        render_kw={"autocomplete": "one-time-code", "spellcheck": "false"},
    )


def remember_code(person: Person, at: datetime) -> None:
    """Note in this session that the person has just given a code, if its account asks for one."""
    if person.has_factor:
        session[GIVEN_AT] = at.isoformat()


def is_code_recent(at: datetime) -> bool:
    """Was a code given in this session within the last quarter of an hour?"""
    given = session.get(GIVEN_AT)
    return given is not None and timedelta() <= at - datetime.fromisoformat(given) <= CODE_LASTS


def lead_to_setup() -> Response | None:
    """Before each request, in production: an agent whose account asks for no code sets one up before anything else."""
    if not site_settings().is_production or request.endpoint is None or request.endpoint in STATIC | BEFORE_SETUP:
        return None
    permission = permission_of(current_app, request.endpoint)
    person = person_or_none() if permission is not None and permission.kind != "public" else None
    if person is None or not person.is_agent or person.has_factor:
        return None
    return redirect(url_for("account.factor"))


def ask_again() -> Response | None:
    """Before a grave act: ask for the code again when the last one is older; what the act's form sent travels with it."""
    if request.method != "POST" or request.endpoint not in GRAVE_ACTS:
        return None
    person, at = person_or_none(), clock.now()
    if person is None or not person.has_factor or is_code_recent(at):
        return None
    if ANSWER in request.form and _is_proven(person, at):
        return None
    is_sent = "second_code" in request.form
    form = CodeAgainForm() if is_sent else CodeAgainForm(formdata=None)
    if is_sent and form.validate() and _is_good(form, person, at):
        remember_code(person, at)
        return None
    carried = [(name, value) for name, value in request.form.items(multi=True) if name not in form and name != ANSWER]
    question = question_of_known_key(at=at) if are_keys_possible() and passkeys_of(person) else None
    answer = form_page("account/code_again.html", form, carried=carried, question=question, is_wrong=ANSWER in request.form)
    answer.headers["Cache-Control"] = "no-store"  # a passphrase may be among what travels
    return answer


def _is_proven(person: Person, at: datetime) -> bool:
    """Did a passkey of this very person answer, with its owner there? It stands for a code."""
    used = proven_key(request.form[ANSWER], at=at)
    if used is None or used.person_id != person.id:
        return False
    remember_code(person, at)
    return True


def _is_good(form: CodeAgainForm, person: Person, at: datetime) -> bool:
    """Was a good code sent? The form says so when it was not."""
    known = {"seal_key": site_settings().seal_key, "address": request.remote_addr or ""}
    with transaction():
        is_good = give_code_again(person, form.second_code.data, **known, at=at)
        is_slowed = not is_good and are_codes_slowed(person, at=at)
    if not is_good:
        form.second_code.errors = [SLOWED if is_slowed else WRONG]
    return is_good
