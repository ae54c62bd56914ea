"""The examination of offers that agents entered: an agreement of before, a line, a receipt, and an agent that stands aside."""

import pytest
from sqlalchemy import delete, update

from sad.actions.publications import invitees_of
from sad.db import session, transaction
from sad.doctor.assisted import without_agreement
from sad.doctor.findings import Site
from sad.models.assisted_deposits import AssistedDeposit
from sad.models.evaluations import ConflictDeclaration
from sad.models.offers import Receipt
from tests.actions.test_assisted_deposits import AT, INSTANT, begin, case, enter, open_offers
from tests.factories.mini_tenders import SEAL_KEY

__all__ = ["case"]


def the_agreement_is_gone(offer) -> None:
    session.execute(delete(AssistedDeposit))


def the_agreement_came_after(offer) -> None:
    session.execute(update(AssistedDeposit).values(begun_at=AT + INSTANT))


def the_agreement_is_another_supplier_s(offer) -> None:
    other = next(each for each in invitees_of(offer.mini_tender) if each.id != offer.supplier_id)
    session.execute(update(AssistedDeposit).values(supplier_id=other.id))


def the_receipt_is_gone(offer) -> None:
    session.execute(delete(Receipt).where(Receipt.offer_id == offer.id))


def the_agent_declares_nothing(offer) -> None:
    session.execute(delete(ConflictDeclaration).where(ConflictDeclaration.person_id == offer.deposited_by))


@pytest.fixture
def site(settings) -> Site:
    return Site(settings.data_dir, SEAL_KEY, AT)


def test_an_offer_entered_with_its_agreement_is_sound_before_and_after_the_opening(case, site):
    enter(case, begin(case))
    assert list(without_agreement(site)) == []
    open_offers(case)
    assert list(without_agreement(site)) == []


@pytest.mark.parametrize(
    ("fault", "about"),
    [
        (the_agreement_is_gone, "offers"),
        (the_agreement_came_after, "offers"),
        (the_agreement_is_another_supplier_s, "offers"),
        (the_receipt_is_gone, "offers"),
        (the_agent_declares_nothing, "assisted_deposits"),
    ],
)
def test_what_lacks_is_found(case, site, fault, about):
    offer = enter(case, begin(case))
    with transaction():
        fault(offer)
    session.remove()
    assert [each.about.partition(":")[0] for each in without_agreement(site)] == [about]
