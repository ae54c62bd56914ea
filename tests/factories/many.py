"""Rankings over as many tenderers as one likes: two are made with care, the others are copies of the second."""

from sqlalchemy import select

from sad.actions.rankings import compute_ranking
from sad.db import session
from sad.models.evaluations import Mark, Ranking
from sad.models.offers import Offer
from sad.models.people import Person
from sad.models.suppliers import SupplierMember
from tests.factories.crowd import named, numbers, pattern
from tests.factories.evaluations import EXAMINED, Tender, make_ranked, offers_of

FIRST, SECOND = Tender(("2.50", "3.20"), marks={"quality": "9.5"}), Tender(("3.30", "4.40"), marks={"quality": "6"})


def make_crowded(tenderers: int) -> Ranking:
    """The ranking of so many offers, from two upwards, each of a company of its own for which one person acts."""
    ranking = make_ranked(FIRST, SECOND)
    second = offers_of(ranking.mini_tender)[1]
    added = _copies(second, tenderers - 2)
    for mark in session.scalars(select(Mark).where(Mark.offer_id == second.id)).all():
        pattern(mark).copies(len(added), offer_id=added)
    session.flush()
    session.expire_all()
    return compute_ranking(ranking.mini_tender, by=session.get_one(Person, ranking.ranked_by), at=EXAMINED)


def _copies(offer: Offer, count: int) -> list[int]:
    """The ids of so many offers like this one."""
    member = session.scalars(select(SupplierMember).where(SupplierMember.supplier_id == offer.supplier_id)).first()
    assert member is not None
    people = pattern(member.person).copies(count, name=named("Gérante"), email=lambda number: f"gerante{number}@ferme.example")
    suppliers = pattern(offer.supplier).copies(count, name=named("Ferme"), siret=lambda number: f"{number:014d}")
    pattern(member).copies(count, supplier_id=suppliers, person_id=people)
    fresh = [f"copie-{next(numbers)}" for _ in range(count)]
    return pattern(offer).copies(count, supplier_id=suppliers, deposit_id=fresh, idempotency_key=fresh)
