"""The estimate that a supplier reads beside its draft: its own points, examples for the price, nothing of anybody else."""

from datetime import timedelta

import pytest

from sad import clock
from sad.actions.offer_drafts import save_offer_draft
from sad.actions.publications import invitees_of
from sad.db import session, transaction
from sad.models.mini_tenders import MiniTender
from tests.factories.mini_tenders import CLOSES, SEAL_KEY, make_published
from tests.factories.offers import make_deposit, offered
from tests.factories.suppliers import member_of
from tests.web.test_login import sign_in
from tests.web.test_shell import check

AT = CLOSES - timedelta(hours=4)
PAGES = ("/offre", "/offre/verifier")


@pytest.fixture
def need(database):
    with transaction():
        made = make_published(suppliers=2)
        mine, rival = invitees_of(made)
        content = offered(made, mine)
        save_offer_draft(made, mine, content, (), stamp="", seal_key=SEAL_KEY, by=member_of(mine), at=AT)
        person = member_of(mine)
    return made.id, person, rival.id


def pages(client, need, at=AT) -> list[str]:
    with clock.frozen(at):
        return [client.get(f"/fournisseur/consultations/{need[0]}{rest}").text for rest in PAGES]


def test_the_draft_shows_the_points_that_are_its_own_and_examples_for_the_price(client, need):
    sign_in(client, need[1])
    for html in pages(client, need):
        check(html)
        for said in ("C’est une estimation", "Vous seul la voyez", "le prix le plus bas est le vôtre", "Noté après l’ouverture"):
            assert said in html, said
        assert "146,30\u00a0€" in html, "five per cent under 44 × 3,10 + 4,4 × 4"


def test_the_offer_of_another_supplier_changes_nothing_on_the_page(client, need):
    sign_in(client, need[1])
    before = [html.split('id="estimation"')[1].split("</section>")[0] for html in pages(client, need)]
    with transaction():
        mini_tender = session.get_one(MiniTender, need[0])
        rival = next(each for each in invitees_of(mini_tender) if each.id == need[2])
        make_deposit(mini_tender, rival, prices=("0.50", "0.50"))
    after = [html.split('id="estimation"')[1].split("</section>")[0] for html in pages(client, need)]
    assert after == before


def test_nothing_is_estimated_once_the_deadline_is_over(client, need):
    sign_in(client, need[1])
    assert all("estimation" not in html for html in pages(client, need, at=CLOSES + timedelta(hours=1)))
