"""A campaign in a system where suppliers are admitted, asked on Monday 30 November 2026 until Tuesday 8 December."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property

from sqlalchemy import select

from sad.actions.campaigns import open_campaign
from sad.db import session
from sad.models.admissions import Admission
from sad.models.applications import ApplicationDocument
from sad.models.campaigns import Campaign, CampaignRequest
from sad.models.letters import Letter
from sad.models.people import Person, Role
from sad.models.stages import Stage
from sad.models.suppliers import Supplier
from sad.models.systems import PurchasingSystem
from tests.factories.admissions import ADMITTED, make_admission
from tests.factories.documents import make_certificate
from tests.factories.people import make_person
from tests.factories.suppliers import make_supplier, member_of
from tests.factories.systems import make_system

HOME = "http://localhost"
INSURANCE = "liability_insurance"
ASKED = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
DUE = date(2026, 12, 8)
ANSWERED = datetime(2026, 12, 2, 9, 0, tzinfo=UTC)
AFTER = datetime(2026, 12, 9, 9, 0, tzinfo=UTC)
LASTING, ENDING = date(2027, 6, 30), date(2026, 12, 7)


@dataclass
class Field:
    """A system with its buyer and the suppliers admitted to its first category; requests by the name of their supplier."""

    system: PurchasingSystem
    buyer: Person
    suppliers: dict[str, Supplier]

    @cached_property
    def campaign(self) -> Campaign:
        """Opened on `ASKED` over the stage of 15 January 2027."""
        return open_campaign(self.system, due_on=DUE, stage=self.stage(2), home=HOME, by=self.buyer, at=ASKED)

    def stage(self, number: int) -> Stage:
        return session.scalars(select(Stage).where(Stage.system_id == self.system.id, Stage.number == number)).one()

    def request(self, name: str) -> CampaignRequest:
        return self.requests(name)[0]

    def requests(self, name: str) -> Sequence[CampaignRequest]:
        supplier = self.suppliers[name]
        own = select(CampaignRequest).join(Admission).where(Admission.supplier_id == supplier.id).order_by(CampaignRequest.id)
        return session.scalars(own.where(CampaignRequest.campaign_id == self.campaign.id)).all()

    def person(self, name: str) -> Person:
        return member_of(self.suppliers[name])


def make_field(*, expiries: dict[str, date | None] | None = None, system: PurchasingSystem | None = None) -> Field:
    """One supplier for each name, whose insurance, joined to its application, ends on the day given."""
    system = system or make_system(title="Alimentation durable")
    buyer = make_person(system.organisation, Role.BUYER, name="Claire")
    suppliers = {}
    for name, expires_on in (expiries or {"Noyers": LASTING, "Tilleuls": ENDING, "Vignes": LASTING}).items():
        suppliers[name] = make_supplier(name=f"Ferme des {name}")
        prove(make_admission(suppliers[name], system.categories[0], buyer), expires_on)
    return Field(system, buyer, suppliers)


def prove(admission: Admission, expires_on: date | None, *, requirement: str = INSURANCE) -> None:
    """Join an insurance to the application that was admitted, as if its vault had kept nothing of it."""
    proof = make_certificate(admission.supplier, requirement, expires_on=expires_on, withdrawn_at=ADMITTED)
    admission.application.documents.append(
        ApplicationDocument(document=proof.document, requirement=requirement, expires_on=expires_on, added_at=ADMITTED)
    )
    session.flush()


def letters_to(supplier: Supplier, kind: str) -> Sequence[Letter]:
    return session.scalars(select(Letter).where(Letter.supplier_id == supplier.id, Letter.kind == kind).order_by(Letter.id)).all()
