"""A form and its act: done, or shown again with the reasons and what was typed."""

import pytest
from flask import render_template_string
from sqlalchemy import select
from wtforms import StringField

from sad import db
from sad.domain.errors import Refusal, Refused
from sad.models.organisations import Organisation
from sad.web import fields
from sad.web.acts import attempt, form_page
from tests.factories.organisations import make_organisation


class NameForm(fields.Form):
    name = StringField("Nom", [fields.Required()])


@pytest.fixture
def form(app):
    with app.test_request_context("/", method="POST", data={"name": "Agglo du Vercors"}):
        yield NameForm()


def names() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(Organisation.name)))


def test_an_act_that_is_accepted_is_kept(form):
    with attempt(form) as done:
        make_organisation(name=form.name.data)
    assert done
    assert names() == ["Agglo du Vercors"]


def test_an_act_that_is_refused_leaves_nothing_and_says_why(form):
    with attempt(form) as done:
        make_organisation(name=form.name.data)
        raise Refused(Refusal("Ce nom est pris.", "Choisissez-en un autre.", field="name"), Refusal("Trop tôt.", rule="SAD-17"))
    assert not done
    assert names() == []
    assert form.name.errors == ["Ce nom est pris. Choisissez-en un autre."]
    assert [one.rule for one in form.refusals] == ["SAD-17"]


def test_any_other_failure_goes_on_its_way_and_leaves_nothing(form):
    with pytest.raises(ZeroDivisionError), attempt(form):
        make_organisation()
        raise ZeroDivisionError
    assert names() == []


def test_the_page_of_a_refused_form_is_not_a_success(form):
    form.validate()
    assert form_page("account/ask_reset.html", form).status_code == 200
    form.take(Refused(Refusal("Trop tôt.")))
    assert form_page("account/ask_reset.html", form).status_code == 422


CONFIRM = """
{% from "macros/confirm.html" import confirm_page %}
{% call confirm_page("Attribuer", form, "Attribuer à La Table du Vercors", ("Annuler", "/"), consequences=["Le marché est attribué."],
  told=["La Table", "Les Halles"], rules=["AWD-03"],
  letters=[("Les Halles", "Votre offre", "Bonjour,\\nvotre offre n’est pas retenue.")]) %}
<p>Je décide.</p>
{% endcall %}
"""


def test_a_dangerous_act_shows_its_consequences_who_is_told_the_rule_and_the_letters_before_its_button(form):
    html = render_template_string(CONFIRM, form=form)
    places = [html.index(words) for words in (
        "Le marché est attribué.", "AWD-03", "2\u00a0personnes", "Les Halles", "n’est pas retenue", "Je décide.", "Attribuer à La Table",
    )]
    assert places == sorted(places)
    assert 'class="btn btn-danger"' in html
