"""The hashes of the journal for everybody, and what the page on protection says of keys and of the journal."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from sad.actions.published_heads import publish_head
from sad.actions.receipt_keys import current_key
from sad.db import session, transaction
from sad.models.journal import Occasion, PublishedHead
from tests.factories.mini_tenders import SENT, make_published
from tests.web.test_shell import check

PROTECTION = "/protection-des-offres"


@pytest.fixture
def heads(database) -> list[str]:
    """The hashes of twenty-five days, the first one first."""
    with transaction():
        make_published(suppliers=1)
        for day in range(25):
            publish_head(Occasion.DAY, str(day), at=SENT + timedelta(days=day))
    return list(session.scalars(select(PublishedHead.hash).order_by(PublishedHead.id)))


def test_the_hashes_are_listed_the_last_first_page_after_page(client, heads):
    first = client.get("/journal").text
    check(first)
    assert [each in first for each in heads] == [False] * 5 + [True] * 20
    older = client.get(first.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")).text
    assert [each in older for each in heads] == [True] * 5 + [False] * 20
    assert first.index(heads[-1]) < first.index(heads[-2])


def test_no_number_of_line_is_told_since_it_would_count_the_offers(client, heads):
    page = client.get("/journal").text
    numbers = session.scalars(select(PublishedHead.seq)).all()
    assert [seq for seq in numbers if f">{seq}<" in page or f"ligne {seq}" in page or f"n° {seq}" in page] == []


def test_before_any_head_the_page_says_so(client, database):
    assert "Aucune empreinte encore" in client.get("/journal").text


def test_the_page_on_protection_shows_the_key_that_signs_and_the_last_hash(client, heads):
    html = client.get(PROTECTION).text
    check(html)
    assert current_key().key_id in html and heads[-1] in html and heads[-2] not in html
    said = ("Ce qui n’est pas protégé", "Une personne qui détient", "Ce qu’il ne prouve pas", 'href="/journal"', 'href="/accuses-de')
    assert [words for words in said if words not in html] == []


def test_the_page_on_protection_stands_on_an_empty_site(client, database):
    html = client.get(PROTECTION).text
    check(html)
    assert "Empreinte de la clé" not in html and "Dernière empreinte" not in html


def test_every_page_leads_to_it(client, database):
    assert f'href="{PROTECTION}">Comment vos offres sont protégées</a>' in client.get("/").text
