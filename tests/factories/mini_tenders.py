"""Needs of services, in draft or sent to all the admitted with real keys, at fixed dates under stage 1."""

from datetime import UTC, datetime
from decimal import Decimal

from sad.actions.publications import publish_mini_tender
from sad.db import session
from sad.domain.calendar import PARIS
from sad.models.invitations import Invitation
from sad.models.mini_tenders import MiniTender, MiniTenderLine
from sad.models.organisations import Service
from sad.models.people import Person, Role
from sad.models.suppliers import Supplier
from sad.models.systems import Category, PurchasingSystem
from tests.factories.admissions import make_admission
from tests.factories.organisations import make_service
from tests.factories.people import make_person
from tests.factories.suppliers import make_supplier
from tests.factories.systems import make_system

SEAL_KEY = b"a-seal-key-for-tests-only-0123456789"
HOME = "http://localhost"
WRITTEN = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SENT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
CLOSES = datetime(2026, 12, 7, 12, 0, tzinfo=PARIS)
SERVED = datetime(2026, 12, 17, 8, 0, tzinfo=PARIS)
LINES = (("Viennoiseries et pogne", "44", "pièce"), ("Jus de fruits", "4.4", "litre"))


def make_mini_tender(
    service: Service | None = None, *, system: PurchasingSystem | None = None, by: Person | None = None, **values
) -> MiniTender:
    """A draft ready to leave: a breakfast for 22, 300 EUR, to be answered by 7 December 2026 at noon."""
    system = system or make_system(service.organisation if service else None)
    service = service or make_service(system.organisation)
    by = by or make_person(system.organisation, Role.REQUESTER, service=service)
    mini_tender = MiniTender(
        **{
            "organisation_id": system.organisation_id,
            "system_id": system.id,
            "category_id": system.categories[0].id,
            "service_id": service.id,
            "created_by": by.id,
            "created_at": WRITTEN,
            "template": "petit_dejeuner",
            "title": "Petit-déjeuner des vice-présidents",
            "guests": 22,
            "happens_at": SERVED,
            "wanted_closes_at": CLOSES,
            "place": "Salle du conseil, Valence",
            "budget": Decimal("300.00"),
            **values,
        }
    )
    mini_tender.lines = [
        MiniTenderLine(position=position, label=label, quantity=Decimal(quantity), unit=unit)
        for position, (label, quantity, unit) in enumerate(LINES, start=1)
    ]
    session.add(mini_tender)
    session.flush()
    return mini_tender


def make_published(
    mini_tender: MiniTender | None = None, *, suppliers: int = 3, by: Person | None = None, at: datetime = SENT
) -> MiniTender:
    """A mini-tender sent by a buyer; so many suppliers are admitted to its category first."""
    mini_tender = mini_tender or make_mini_tender()
    buyer = by or make_person(mini_tender.organisation, Role.BUYER)
    assert mini_tender.category is not None
    make_admitted(mini_tender.category, suppliers, by=buyer)
    return publish_mini_tender(mini_tender, seal_key=SEAL_KEY, justifications={}, home=HOME, by=buyer, at=at)


def invited(mini_tender: MiniTender) -> list[Invitation]:
    """Its invitations, the first made first."""
    return session.query(Invitation).filter_by(mini_tender_id=mini_tender.id).order_by(Invitation.id).all()


def make_admitted(category: Category, number: int, *, by: Person, **values) -> list[Supplier]:
    """So many suppliers admitted to the category."""
    found = [make_supplier(**values) for _ in range(number)]
    for supplier in found:
        make_admission(supplier, category, by)
    return found
