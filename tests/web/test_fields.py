"""Fields read what people really type, and say what is wrong."""

from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO

import pytest
from flask import render_template_string
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, FieldList, FormField, PasswordField, RadioField, StringField

from sad.domain.errors import Refusal, Refused
from sad.storage import LIMITS_SENTENCE
from sad.web import fields
from sad.web.fields import Required


class Sample(fields.Form):
    name = StringField("Nom", description="Tel qu’on vous appelle.")
    secret = PasswordField("Mot de passe")
    price = fields.DecimalField("Prix")
    guests = fields.IntegerField("Convives", minimum=1, maximum=500)
    siret = fields.SiretField("SIRET")
    email = fields.EmailField("Adresse")
    day = fields.DateField("Jour")
    closes_at = fields.ParisDateTimeField("Date limite")
    packaging = RadioField("Emballage", choices={"reusable": "Repris", "compostable": "Compostable"}, validate_choice=False)
    diets = fields.CheckboxesField("Régimes", choices={"v": "Végétarien", "g": "Sans gluten"})
    files = fields.FilesField("Pièces", max_files=2)


@pytest.fixture
def sent(app):
    """The form as it is after these values were sent."""
    with app.test_request_context("/", method="POST"):
        yield lambda **values: _sent(Sample, values)


def _sent(form_class, values):
    pairs = [(name, one) for name, value in values.items() for one in (value if isinstance(value, list) else [value])]
    form = form_class(formdata=MultiDict(pairs))
    form.validate()
    return form


@pytest.mark.parametrize(
    "typed, value",
    [
        ("1 234,50", "1234.50"),
        ("1\u202f234,50\u00a0€", "1234.50"),
        ("1\u00a0234.5", "1234.5"),
        ("12", "12"),
        (" 0,10 ", "0.10"),
        ("-0", "0"),
    ],
)
def test_an_amount_is_read_whatever_its_spaces_and_its_mark(sent, typed, value):
    form = sent(price=typed)
    assert form.errors == {}
    assert form.price.data == Decimal(value)


@pytest.mark.parametrize("typed", ["1.234,50", "douze", "1,2,3", "1e3", "12,345", "NaN", "-1", "٣", "+", ",5", "9" * 40])
def test_an_amount_that_could_be_misread_is_refused_and_kept_as_typed(sent, typed):
    form = sent(price=typed)
    assert form.price.errors
    assert form.price.data is None
    assert form.price._value() == typed


def test_an_amount_shown_again_has_its_comma(app):
    with app.test_request_context("/"):
        assert Sample(price=Decimal("1234.50")).price._value() == "1234,50"


def test_a_whole_number_keeps_to_its_bounds(sent):
    assert sent(guests="1 2 0").guests.data == 120
    assert sent(guests="0").guests.errors == ["Au moins 1."]
    assert sent(guests="501").guests.errors == ["Au plus 500."]
    assert sent(guests="2,5").guests.errors == ["Écrivez un nombre entier."]


def test_a_siret_is_kept_as_its_digits(sent):
    form = sent(siret="732 829 320 00074")
    assert (form.siret.data, form.errors) == ("73282932000074", {})


@pytest.mark.parametrize("typed, word", [("73282932000075", "clé"), ("7328293200007", "14 chiffres"), ("73282932OOO74X", "14 chiffres")])
def test_a_mistyped_siret_is_told(sent, typed, word):
    assert word in sent(siret=typed).siret.errors[0]


def test_an_address_is_kept_in_lower_case(sent):
    assert sent(email=" Jeanne@Fournil.EXAMPLE ").email.data == "jeanne@fournil.example"
    assert "nom@exemple.fr" in sent(email="jeanne@").email.errors[0]


@pytest.mark.parametrize("typed", ["2026-12-03", "3/12/2026", "03.12.2026"])
def test_a_day_is_read_as_the_calendar_or_the_hand_writes_it(sent, typed):
    assert sent(day=typed).day.data == date(2026, 12, 3)


@pytest.mark.parametrize("typed", ["2026-02-30", "demain", "12/2026", "0000-01-01"])
def test_a_day_that_does_not_exist_is_told(sent, typed):
    assert "n’existe pas" in sent(day=typed).day.errors[0]


@pytest.mark.parametrize("hour", ["12:00", "12 h", "12h00", "12:00:00"])
def test_a_day_and_an_hour_of_paris_make_an_instant(sent, hour):
    form = sent(closes_at=["2026-12-03", hour])
    assert form.closes_at.data == datetime(2026, 12, 3, 11, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "typed, word",
    [
        (["2026-03-29", "02:30"], "n’existe pas"),
        (["2026-10-25", "02:30"], "deux fois"),
        (["2026-12-03", ""], "le jour et l’heure"),
        (["2026-12-03", "25:00"], "n’existe pas"),
        (["", "12:00"], "le jour et l’heure"),
    ],
)
def test_an_hour_that_nobody_could_tell_is_refused_and_kept_as_typed(sent, typed, word):
    form = sent(closes_at=typed)
    assert word in form.closes_at.errors[0]
    assert form.closes_at.texts == tuple(typed)


def test_an_instant_shown_again_is_that_of_paris(app):
    with app.test_request_context("/"):
        assert Sample(closes_at=datetime(2026, 7, 1, 10, 0, tzinfo=UTC)).closes_at.texts == ("2026-07-01", "12:00")


def test_text_is_stripped_but_a_password_is_not(sent):
    form = sent(name="  La Ferme ", secret=" quatre mots ")
    assert (form.name.data, form.secret.data) == ("La Ferme", " quatre mots ")


def test_a_file_of_a_wrong_kind_is_refused_with_the_limits_that_the_page_shows(app):
    data = {"files": (BytesIO(b"MZ\x90"), "offre.exe")}
    with app.test_request_context("/", method="POST", data=data):
        form = Sample()
        assert not form.validate_on_submit()
        assert LIMITS_SENTENCE in form.files.errors[0]
        assert "offre.exe" in form.files.errors[0]
        assert LIMITS_SENTENCE in _field(form.files)


def test_a_sound_file_is_ready_to_be_kept(app):
    with app.test_request_context("/", method="POST", data={"files": (BytesIO(b"%PDF-1.7\n%%EOF"), "Mémoire.pdf")}):
        form = Sample()
        assert form.validate_on_submit(), form.errors
        assert [(file.name, file.media_type) for file in form.files.checked] == [("Mémoire.pdf", "application/pdf")]


def test_more_files_than_expected_are_refused(app):
    data = {"files": [(BytesIO(b"%PDF-1.7\n%%EOF"), f"{n}.pdf") for n in range(3)]}
    with app.test_request_context("/", method="POST", data=data):
        form = Sample()
        assert not form.validate_on_submit()
        assert "3 fichiers" in form.files.errors[0]


def test_the_form_says_whether_it_sends_files(app):
    with app.test_request_context("/"):
        assert Sample().has_files
        assert not Line().has_files


class Line(fields.Form):
    label = StringField("Article", [Required("Nommez l’article.")])
    unit_price = fields.DecimalField("Prix unitaire", [Required()])
    agreed = BooleanField("D’accord", [Required("Cochez pour continuer.")])


def test_a_required_field_takes_neither_spaces_nor_nothing_and_zero_is_something(app):
    with app.test_request_context("/", method="POST"):
        form = _sent(Line, {"label": "   ", "unit_price": "0"})
        assert form.label.errors == ["Nommez l’article."]
        assert form.unit_price.errors == []
        assert form.agreed.errors == ["Cochez pour continuer."]


def test_a_required_field_that_cannot_be_read_says_so_and_not_that_it_is_empty(app):
    with app.test_request_context("/", method="POST"):
        assert _sent(Line, {"unit_price": "dix"}).unit_price.errors == ["Écrivez un nombre, par exemple 1 234,50."]


class Table(fields.Form):
    lines = FieldList(FormField(Line))


def test_faults_of_nested_lines_are_listed_with_the_place_to_mend(app):
    with app.test_request_context("/", method="POST"):
        form = _sent(Table, {"lines-0-label": "Pain", "lines-0-agreed": "y", "lines-0-unit_price": "dix"})
        assert [(fault.anchor, fault.label) for fault in form.faults()] == [("lines-0-unit_price", "Prix unitaire")]


def test_the_refusals_of_an_act_stand_beside_their_field_and_the_others_at_the_top(sent):
    form = sent(name="Ferme")
    form.take(Refused(Refusal("Trop proche.", "Choisissez le 8.", "SAD-17", "closes_at"), Refusal("Le système est fermé.")))
    assert form.closes_at.errors == ["Trop proche. (SAD-17) Choisissez le 8."]
    assert [one.message for one in form.refusals] == ["Le système est fermé."]
    assert form.errors["closes_at"]


def _field(field) -> str:
    return render_template_string('{% from "macros/forms.html" import field %}{{ field(f) }}', f=field)


def test_a_fault_is_tied_to_its_field_for_those_who_do_not_see_it(sent):
    html = _field(sent(guests="0").guests)
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="guests-error"' in html
    assert '<p class="field-error" id="guests-error">' in html
    assert 'value="0"' in html


def test_a_hint_is_tied_to_its_field(sent):
    html = _field(sent().name)
    assert 'aria-describedby="name-hint"' in html.replace("name-hint ", "name-hint")
    assert '<label for="name">Nom <span class="field-optional">(facultatif)</span></label>' in html


@pytest.mark.parametrize("name, kind", [("packaging", "radio"), ("diets", "checkbox")])
def test_choices_stand_in_a_fieldset_with_a_legend(sent, name, kind):
    html = _field(sent()[name])
    assert html.count("<fieldset") == html.count("<legend>") == 1
    assert html.count(f'type="{kind}"') == 2


def test_a_day_and_hour_have_a_label_each(sent):
    html = _field(sent(closes_at=["2026-12-03", "12:00"]).closes_at)
    assert '<label for="closes_at-date">' in html
    assert '<label for="closes_at-hour">' in html
    assert html.count('name="closes_at"') == 2
