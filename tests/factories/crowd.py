"""As many rows of each kind as lists are tested with: a row is made with care once, then copied."""

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import insert, select

from sad.actions.campaigns import open_campaign
from sad.actions.conclusions import conclusion_of
from sad.actions.publications import publish_mini_tender
from sad.actions.questions import answer_question, ask_question
from sad.actions.stage_comments import comment_stage, open_comments
from sad.actions.system_documents import publish_document
from sad.db import session
from sad.domain.replies import Owed
from sad.models.admissions import AdmissionEvent
from sad.models.applications import ApplicationState
from sad.models.awards import Award
from sad.models.campaigns import CampaignDocument, CampaignRequest
from sad.models.invitations import Invitation, Question
from sad.models.letters import Letter
from sad.models.mini_tenders import MiniTender, MiniTenderLine, MiniTenderState
from sad.models.orders import Order
from sad.models.organisations import Service
from sad.models.people import Person, PersonRole, Role
from sad.models.replies import ReasonRequest
from sad.models.suppliers import Supplier, SupplierMember, UsualOffer
from sad.models.systems import PurchasingSystem
from tests.factories.admissions import make_admission, make_application
from tests.factories.committees import make_cancelled, make_committee
from tests.factories.documents import make_certificate, stored_file
from tests.factories.evaluations import Tender
from tests.factories.mini_tenders import HOME, SEAL_KEY, SENT, make_mini_tender
from tests.factories.orders import make_notified, make_order
from tests.factories.organisations import make_organisation, make_service
from tests.factories.people import make_person
from tests.factories.stage_drafts import make_stage_draft
from tests.factories.suppliers import make_supplier, member_of
from tests.factories.systems import make_system

NOW = SENT + timedelta(hours=1)
STATES = [*MiniTenderState]
numbers = itertools.count(1)


@dataclass(frozen=True)
class Pattern:
    """The columns of a row, to be copied after its session has gone."""

    model: Any
    values: Mapping[str, Any]

    def copies(self, count: int, **changes: object) -> list[int]:
        """The ids of so many copies; a change is a value, a list with one for each, or what gives one from a fresh number."""
        rows = [{**self.values, **{name: _value(change, place) for name, change in changes.items()}} for place in range(count)]
        return list(session.scalars(insert(self.model).returning(self.model.id, sort_by_parameter_order=True), rows))


def pattern(row: Any) -> Pattern:
    return Pattern(type(row), {column.key: getattr(row, column.key) for column in row.__table__.columns if column.key != "id"})


def first(model: Any, *conditions: Any) -> Pattern:
    """Of the first row that meets these conditions."""
    return pattern(session.scalars(select(model).where(*conditions).order_by(model.id).limit(1)).one())


def named(words: str) -> Callable[[int], str]:
    return lambda number: f"{words} {number:04d}"


def later(moment: datetime) -> Callable[[int], datetime]:
    return lambda number: moment + timedelta(minutes=number)


class Crowd:
    """One system with a row of each kind, as plain values; `grow` adds as many copies as it is told."""

    def __init__(self) -> None:
        organisation = make_organisation()
        service, system = make_service(organisation), make_system(organisation)
        agent, instance = make_person(organisation, *Role, service=service), make_person(None, Role.ADMINISTRATOR)
        supplier, other = make_supplier(is_shown_publicly=True), make_supplier(is_shown_publicly=True)
        person = member_of(supplier)
        admissions = [make_admission(each, system.categories[0], agent) for each in (supplier, other)]
        sent = _published(service, system, agent, supplier)
        applied = make_application(other, system.categories[1], submitted_at=NOW, started_at=NOW)
        certificate = make_certificate(supplier)
        document = publish_document(system, "Règlement", stored_file(), by=agent, at=NOW)
        draft = make_stage_draft(system)
        open_comments(draft, draft.effective_on - timedelta(days=1), home=HOME, by=agent, at=NOW)
        comment = comment_stage(draft, "Trop tôt.", service=service, by=agent, at=NOW)
        session.flush()
        self.emails = {"agent": agent.email, "instance": instance.email, "supplier": person.email}
        campaign = open_campaign(system, due_on=date(2026, 12, 30), home=HOME, by=agent, at=SENT)
        self.ids = {"organisation_id": organisation.id, "system_id": system.id, "mini_tender_id": sent.id, "campaign_id": campaign.id}
        self.service_id, self.supplier_id = service.id, supplier.id
        rows = {"organisation": organisation, "service": service, "system": system, "agent": agent, "instance": instance, "person": person}
        rows |= {"other": other, "applied": applied, "sent": sent, "certificate": certificate, "document": document}
        rows |= {"draft": draft, "comment": comment}
        committee = make_committee(organisation, by=agent, asked_from=Decimal(10**6))
        rows |= {"substitute": committee.substitutes[0], "sitting": make_cancelled(committee, by=agent)}
        rows |= {"admission": admissions[1], "admitted": admissions[1].application}
        rows |= {"paper": certificate.document, "notice": document.document}
        self.of = {name: pattern(row) for name, row in rows.items()}
        order = _ordered(service, system, supplier)
        rows = {"award": order.award, "order": order, "order_line": order.lines[0]}
        rows |= {"conclusion": conclusion_of(order.award), "asked": _asked(order.award, person)}
        self.of |= {name: pattern(row) for name, row in rows.items()}
        self.of |= {
            "requester": first(PersonRole, PersonRole.person_id == agent.id, PersonRole.role == Role.REQUESTER),
            "administrator": first(PersonRole, PersonRole.person_id == instance.id),
            "member": first(SupplierMember, SupplierMember.supplier_id == supplier.id),
            "usual": first(UsualOffer, UsualOffer.supplier_id == other.id),
            "event": first(AdmissionEvent, AdmissionEvent.admission_id == admissions[1].id),
            "campaign": pattern(campaign),
            "request": first(CampaignRequest, CampaignRequest.admission_id == admissions[1].id),
            "given": first(CampaignDocument, CampaignDocument.requirement == certificate.kind),
            "invitation": first(Invitation, Invitation.mini_tender_id == sent.id, Invitation.supplier_id == supplier.id),
            "question": first(Question, Question.mini_tender_id == sent.id),
            "line": first(MiniTenderLine, MiniTenderLine.mini_tender_id == sent.id),
            "letter": first(Letter, Letter.supplier_id == supplier.id),
        }

    def grow(self, count: int) -> None:
        """Add copies of everything."""
        services = self._grow_organisation(count)
        suppliers = self._grow_suppliers(count)
        self._grow_mini_tenders(count, services, suppliers)
        self._grow_papers(count)

    def _grow_organisation(self, count: int) -> list[int]:
        of = self.of
        of["organisation"].copies(count, name=named("Agglo"), siren=lambda number: f"{300000000 + number}")
        systems = of["system"].copies(count, reference=named("SAD"), opened_at=later(NOW))
        of["draft"].copies(count, system_id=systems)
        of["substitute"].copies(count, name=named("Suppléant"), email=lambda number: f"suppleant{number}@agglo.example")
        of["sitting"].copies(count, held_at=later(NOW + timedelta(days=9)))
        of["comment"].copies(count)
        services = of["service"].copies(count, name=named("Service"))
        agents = of["agent"].copies(count, name=named("Personne"), email=lambda number: f"copie{number}@agglo.example")
        of["requester"].copies(count, person_id=agents, service_id=services)
        others = of["instance"].copies(count, name=named("Admin"), email=lambda number: f"admin{number}@agglo.example")
        of["administrator"].copies(count, person_id=others)
        return services

    def _grow_suppliers(self, count: int) -> list[int]:
        of = self.of
        suppliers = of["other"].copies(count, name=named("Ferme"), siret=lambda number: f"{number:014d}")
        people = of["person"].copies(2 * count, name=named("Gérant"), email=lambda number: f"gerant{number}@producteur.example")
        of["member"].copies(count, supplier_id=suppliers, person_id=people[:count])
        of["member"].copies(count, person_id=people[count:])
        of["usual"].copies(count, supplier_id=suppliers)
        of["applied"].copies(count, supplier_id=suppliers)
        of["applied"].copies(count, supplier_id=self.supplier_id, state=ApplicationState.WITHDRAWN)
        admitted = of["admitted"].copies(count, supplier_id=suppliers)
        admissions = of["admission"].copies(count, supplier_id=suppliers, application_id=admitted)
        of["event"].copies(count, admission_id=admissions)
        of["campaign"].copies(count, closed_at=NOW, closed_by=of["campaign"].values["asked_by"], asked_at=later(NOW))
        requests = of["request"].copies(count, admission_id=admissions)
        of["given"].copies(count, request_id=requests)
        return suppliers

    def _grow_mini_tenders(self, count: int, services: list[int], suppliers: list[int]) -> None:
        of, needs = self.of, []
        for state in STATES:
            is_sent = state not in (MiniTenderState.DRAFT, MiniTenderState.TO_CHECK)
            changes = {"state": state, "created_at": later(SENT)} | ({} if is_sent else {"published_at": None})
            if state == MiniTenderState.DISCONTINUED:
                changes |= {"discontinued_at": NOW, "discontinued_reason": "Le besoin a disparu."}
            mine = of["sent"].copies(count, service_id=self.service_id, **changes)
            needs += mine + of["sent"].copies(count, service_id=services, **changes)
            if is_sent:
                of["invitation"].copies(count, mini_tender_id=mine)
            if state == MiniTenderState.NOTIFIED:
                awards = of["award"].copies(count, mini_tender_id=mine)
                of["conclusion"].copies(count, award_id=awards, told_at=later(NOW))
                of["asked"].copies(count, award_id=awards)
                of["order_line"].copies(count, order_id=of["order"].copies(count, award_id=awards, number=lambda number: number + 9))
        of["line"].copies(len(needs), mini_tender_id=needs)
        of["invitation"].copies(count, supplier_id=suppliers)
        of["question"].copies(count)

    def _grow_papers(self, count: int) -> None:
        of = self.of
        of["letter"].copies(count, message_id=named("copie"), sent_at=NOW)
        of["letter"].copies(count, message_id=named("copie"), last_error="adresse inconnue", attempts=3)
        of["certificate"].copies(count, document_id=of["paper"].copies(count, storage_key=named("coffre")))
        of["document"].copies(count, document_id=of["notice"].copies(count, storage_key=named("avis")))


def _published(service: Service, system: PurchasingSystem, agent: Person, supplier: Supplier) -> MiniTender:
    """Sent to both suppliers, with a question answered."""
    draft = make_mini_tender(service, system=system, by=agent)
    found = publish_mini_tender(draft, seal_key=SEAL_KEY, justifications={}, home=HOME, by=agent, at=SENT)
    answer_question(ask_question(found, supplier, "Où ?", by=member_of(supplier), at=NOW), "Ici.", by=agent, at=NOW)
    return found


def _ordered(service: Service, system: PurchasingSystem, supplier: Supplier) -> Order:
    """The order of a notified contract of that service, held by that supplier."""
    award = make_notified(Tender(), system=system, service=service)
    award.place.offer.supplier = supplier
    session.flush()
    return make_order(award.mini_tender)


def _asked(award: Award, person: Person) -> ReasonRequest:
    """A request for reasons, as lists show it."""
    said = {"owed": Owed.COMPARISON, "asked_at": NOW, "asked_by": person.id, "due_on": date(2026, 12, 9)}
    asked = ReasonRequest(organisation_id=award.organisation_id, award=award, offer=award.place.offer, **said)
    session.add(asked)
    session.flush()
    return asked


def _value(change: object, place: int) -> object:
    if callable(change):
        return change(next(numbers))
    return change[place] if isinstance(change, list) else change
