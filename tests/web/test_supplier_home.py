"""The supplier's one page: what is asked, what is missing, what is coming, where applications and offers stand."""

from datetime import UTC, date, datetime, timedelta

import pytest

from sad import clock
from sad.db import session, transaction
from sad.models.applications import ApplicationState
from sad.models.invitations import Intention, Invitation
from sad.models.people import Role
from sad.models.suppliers import Supplier
from tests.factories.admissions import make_admission, make_application
from tests.factories.documents import make_certificate
from tests.factories.mini_tenders import CLOSES, make_mini_tender, make_published
from tests.factories.offers import IN_TIME, make_deposit
from tests.factories.people import make_person
from tests.factories.suppliers import make_supplier, member_of
from tests.factories.systems import make_system
from tests.web.counting import statements_of
from tests.web.rows import again
from tests.web.test_login import sign_in

AT = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
HOME = "/fournisseur/"


@pytest.fixture(autouse=True)
def stopped_clock():
    with clock.frozen(AT):
        yield


@pytest.fixture
def supplier(database) -> Supplier:
    with transaction():
        return make_supplier(name="Le Fournil", usual={"intermediaries": "0", "direct_supply_pct": "35", "organic_or_siqo_pct": "30"})


@pytest.fixture
def mine(client, supplier):
    sign_in(client, member_of(supplier))
    return client


def admitted(supplier: Supplier, **values):
    """The category in which the supplier is admitted."""
    with transaction():
        system = make_system(**values)
        make_admission(again(supplier), system.categories[0], make_person(system.organisation, Role.BUYER))
        return system.categories[0]


def consulted(supplier: Supplier, **values):
    """A mini-tender to which the supplier is invited, open until 7 December at noon."""
    category = again(admitted(supplier))
    with transaction():
        return make_published(make_mini_tender(system=again(category.system), **values), suppliers=0)


def test_a_newcomer_is_led_to_its_first_category(mine, supplier):
    page = mine.get(HOME).text
    assert "Vous n’êtes encore admis dans aucune catégorie" in page and "Choisissez une première catégorie" in page


def test_what_waits_comes_first_by_its_last_day(mine, supplier):
    with transaction():
        make_certificate(again(supplier), expires_on=date(2026, 12, 20))
    consulted(supplier)
    page = mine.get(HOME).text
    asked = page.index("À faire avant lundi 7 décembre 2026, 12\u00a0h")
    assert asked < page.index("Prend fin le dimanche 20 décembre 2026") < page.index("Ce qui vient") < page.index("Mes candidatures")
    assert "Petit-déjeuner des vice-présidents" in page and "Mes offres" not in page


@pytest.mark.parametrize(
    ("expires_on", "is_told"),
    [(date(2026, 10, 26), False), (date(2026, 10, 27), True), (date(2026, 12, 26), True), (date(2026, 12, 27), False), (None, False)],
)
def test_a_proof_is_recalled_a_month_around_its_end(mine, supplier, expires_on, is_told):
    with transaction():
        make_certificate(again(supplier), expires_on=expires_on)
    assert ("Mettre à jour" in mine.get(HOME).text) == is_told


def test_a_proof_that_was_replaced_is_not_recalled(mine, supplier):
    with transaction():
        make_certificate(again(supplier), expires_on=date(2026, 12, 1))
        make_certificate(again(supplier), expires_on=date(2027, 12, 1))
    assert "Mettre à jour" not in mine.get(HOME).text


def test_what_is_coming_says_each_gap_in_plain_words(mine, supplier):
    admitted(supplier)
    page = mine.get(HOME).text
    titles = ("Palier 1, aujourd’hui", "Palier 2, le vendredi 15 janvier 2027", "Palier 3, le")
    now, second, third = (page.index(title) for title in titles)
    assert "Vous répondez à tout." in page[now:second]
    assert "1\u00a0écart" in page[second:third] and "35\u00a0% d’approvisionnement direct, 40\u00a0% demandés" in page[second:third]
    assert "2\u00a0écarts" in page[third:] and "Combler cet écart" in page


def test_a_stage_that_has_passed_is_no_longer_on_the_line(mine, supplier):
    admitted(supplier)
    with clock.frozen(datetime(2027, 2, 1, 9, 0, tzinfo=UTC)):
        sign_in(mine, member_of(again(supplier)))
        page = mine.get(HOME).text
    assert "Palier 1" not in page and "Palier 2, aujourd’hui" in page


def test_without_a_usual_offer_the_gaps_are_not_guessed(client, database):
    with transaction():
        silent = make_supplier(usual={})
    admitted(silent)
    sign_in(client, member_of(again(silent)))
    page = client.get(HOME).text
    assert "Dites ce que vous proposez d’habitude pour voir vos écarts" in page
    assert "1\u00a0écart" not in page and "Vous répondez à tout" not in page


def test_where_applications_stand_has_its_legal_day(mine, supplier):
    with transaction():
        make_application(again(supplier), make_system().categories[0], submitted_at=datetime(2026, 11, 23, 9, 0, tzinfo=UTC))
    page = mine.get(HOME).text
    assert "Envoyée, en examen" in page and "Réponse due au plus tard le lundi 7 décembre 2026" in page


STANDINGS = [
    ("nothing", CLOSES - timedelta(hours=1), "À faire avant lundi 7 décembre 2026"),
    ("nothing", CLOSES + timedelta(hours=1), "Sans réponse de votre part"),
    ("declined", CLOSES - timedelta(hours=1), "Vous avez dit non"),
    ("deposited", CLOSES - timedelta(hours=1), "Déposée, scellée"),
    ("deposited", CLOSES + timedelta(hours=1), "Déposée, en attente d’ouverture"),
    ("late", CLOSES + timedelta(hours=2), "Arrivée après l’heure"),
]


@pytest.mark.parametrize(("did", "at", "words"), STANDINGS)
def test_each_consultation_says_where_it_stands(mine, supplier, did, at, words):
    need = consulted(supplier)
    with transaction():
        need = again(need)
        if did in ("deposited", "late"):
            make_deposit(need, again(supplier), at=IN_TIME if did == "deposited" else CLOSES + timedelta(minutes=1))
        elif did == "declined":
            session.query(Invitation).one().intention = Intention.DECLINED
    with clock.frozen(at):
        sign_in(mine, member_of(again(supplier)))
        page = mine.get(HOME).text
    assert words in page
    assert ("Mes offres" in page) == ("À faire" not in words)


def test_a_price_is_never_on_the_page_of_a_sealed_offer(mine, supplier):
    need = consulted(supplier)
    with transaction():
        make_deposit(again(need), again(supplier), prices=("3.17", "4.19"))
    page = mine.get(HOME).text
    assert "3,17" not in page and "4,19" not in page


def test_the_consultations_of_another_supplier_are_not_on_the_page(mine, supplier):
    with transaction():
        other = make_supplier()
    consulted(other, title="Vernissage des autres")
    assert "Vernissage" not in mine.get(HOME).text


def test_an_open_consultation_is_shown_however_many_came_after(mine, supplier):
    consulted(supplier, title="Encore ouverte")
    with transaction():
        first = session.query(Invitation).one()
        for rank in range(30):
            need = make_published(make_mini_tender(title=f"Suivante {rank}"), suppliers=1)
            need.closes_at = AT - timedelta(hours=1)
            session.add(
                Invitation(
                    organisation_id=need.organisation_id,
                    mini_tender_id=need.id,
                    supplier_id=first.supplier_id,
                    sent_at=AT + timedelta(minutes=rank),
                )
            )
    assert "Encore ouverte" in mine.get(HOME).text


def test_the_page_asks_the_same_number_of_statements_however_much_there_is(app, mine, supplier):
    counts = []
    for number in (2, 40):
        with transaction():
            for _ in range(number):
                make_certificate(again(supplier), expires_on=date(2026, 12, 1))
                make_application(again(supplier), make_system().categories[0], ApplicationState.SUBMITTED)
        for _ in range(number // 2):
            consulted(supplier)
        with statements_of(app.engine) as found:
            assert mine.get(HOME).status_code == 200
        counts.append(len(found))
    assert counts[0] == counts[1] <= 24, counts
