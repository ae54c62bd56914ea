"""Pages of what follows a contract: the judge's time on the award, the public page of contracts, the award notices of a quarter."""

import html
import re
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from sad import clock
from sad.db import session, transaction
from sad.models.awards import Award
from sad.models.conclusions import AwardNotice
from sad.models.people import Person, Role
from tests.factories.evaluations import Tender, make_offer_row
from tests.factories.orders import make_awarded, make_notified
from tests.factories.people import PASSWORD, make_person
from tests.factories.proofs import prove
from tests.factories.suppliers import make_supplier
from tests.web.rows import again

NOW = datetime(2027, 1, 12, 9, 0, tzinfo=UTC)
QUARTER = "/achats/consultations/avis-d-attribution/2026/4"


@pytest.fixture
def award(client) -> Award:
    with transaction():
        return make_notified(Tender(("3.51", "3.83")), Tender(("2.97", "4.29"), marks={"quality": "6"}))


@pytest.fixture(autouse=True)
def that_day():
    with clock.frozen(NOW):
        yield


def sign_in(client, person: Person) -> None:
    session.remove()
    client.post("/deconnexion")
    assert client.post("/connexion", data={"email": again(person).email, "password": PASSWORD}).status_code == 302


def read(answer) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).replace("\u202f", " "))


def notices() -> list[AwardNotice]:
    session.rollback()
    return list(session.scalars(select(AwardNotice)))


def test_the_page_of_the_award_says_until_when_the_judge_may_be_seized_and_who_was_told(client, award):
    sign_in(client, award.proposer)
    page = read(client.get(f"/achats/consultations/{again(award).mini_tender_id}/attribution"))
    assert "trente et un jours au lieu de six mois" in page and "vendredi 8 janvier 2027" in page and "Marché conclu :" in page


def test_before_the_notification_the_buyer_reads_the_notice_as_it_will_go(client):
    with transaction():
        award = prove(make_awarded())
    sign_in(client, award.proposer)
    page = client.get(f"/achats/consultations/{again(award).mini_tender_id}/attribution/{again(award).id}/notifier")
    assert "Les autres invités" in read(page) and "Vous étiez invité à la consultation" in read(page) and "AWD-06" in page.text


def test_before_the_notification_the_buyer_reads_the_letter_of_a_tenderer_that_came_since_the_decision(client):
    with transaction():
        award = prove(make_awarded())
        late = make_supplier()
        make_offer_row(award.mini_tender, late, received_at=award.decided_at)
    sign_in(client, award.proposer)
    page = client.get(f"/achats/consultations/{again(award).mini_tender_id}/attribution/{again(award).id}/notifier")
    assert f"{again(late).name} : Votre offre n’est pas retenue" in read(page) and "elle n’a pas été ouverte (R2151-5)" in read(page)
    assert f", pour {again(late).name}" in read(page)


def test_everybody_reads_the_contracts_of_a_system_without_an_account_and_without_a_price(client, award):
    address = f"/systemes/{again(award).mini_tender.system_id}"
    assert f"{address}/marches" in client.get(address).text
    page = client.get(f"{address}/marches")
    holder = again(award).place.offer.supplier.name
    assert holder in read(page) and again(award).reason in read(page) and "vendredi 8 janvier 2027" in read(page)
    assert "€" not in page.text


def test_a_contract_that_is_not_notified_is_not_public(client):
    with transaction():
        award = make_awarded()
    page = read(client.get(f"/systemes/{again(award).mini_tender.system_id}/marches"))
    assert "Aucun marché conclu pour l’instant" in page and again(award).place.offer.supplier.name not in page


def test_the_notice_of_a_quarter_is_marked_from_the_home_of_the_buyer(client, award):
    sign_in(client, award.proposer)
    assert QUARTER in client.get("/achats/").text and QUARTER in client.get("/achats/consultations/avis-d-attribution").text
    assert "lundi 1er février 2027" in read(client.get(QUARTER))
    said = {"awards": [again(award).id], "published_on": "2027-01-11", "reference": "26-118204"}
    for wrong, words in (
        ({"reference": ""}, "Recopiez la référence"),
        ({"published_on": "2027-01-13"}, "pas encore venue"),
        ({"published_on": "2026-12-01"}, "précède la notification"),
        ({"awards": []}, "Aucun marché n’est choisi"),
        ({"awards": [999]}, ""),
    ):
        page = client.post(QUARTER, data=said | wrong)
        assert page.status_code == 422 and words in read(page), wrong
    assert notices() == []
    assert client.post(QUARTER, data=said).status_code == 302
    assert [(each.reference, each.published_on) for each in notices()] == [("26-118204", date(2027, 1, 11))]
    assert QUARTER not in client.get("/achats/").text and "Tout est publié" in read(client.get(QUARTER))
    assert "26-118204" in read(client.get("/achats/consultations/avis-d-attribution"))
    assert client.post(QUARTER, data=said).status_code == 422, "marked already, by another page"


def test_late_is_said_in_red_and_another_quarter_is_empty(client, award):
    sign_in(client, award.proposer)
    with clock.frozen(datetime(2027, 2, 2, 9, 0, tzinfo=UTC)):
        assert "En retard" in read(client.get("/achats/")) and "En retard" in read(client.get(QUARTER))
    assert "Aucun marché notifié ce trimestre" in read(client.get("/achats/consultations/avis-d-attribution/2027/1"))
    bent = [client.get(f"/achats/consultations/avis-d-attribution/{each}").status_code for each in ("2026/5", "1900/1", "2026/0")]
    assert bent == [404] * 3


def test_another_organisation_marks_nothing_of_ours_and_the_auditor_writes_nothing(client, award):
    number = award.id
    with transaction():
        auditor = make_person(again(award).mini_tender.organisation, Role.AUDITOR)
        stranger = make_awarded().proposer
    data = {"awards": [number], "published_on": "2027-01-11", "reference": "26-118204"}
    sign_in(client, auditor)
    assert client.get(QUARTER).status_code == 200 and client.post(QUARTER, data=data).status_code == 403
    sign_in(client, stranger)
    assert client.post(QUARTER, data=data).status_code == 422 and notices() == []
