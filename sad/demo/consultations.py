"""The stories of the needs: from a service's draft to the offers deposited before the deadline."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import count
from typing import Any

from sqlalchemy import select

from sad.actions.attempts import attempt_deposit
from sad.actions.invitations import decline_invitation, invitation_of, see_invitation
from sad.actions.launches import proposed_deadline
from sad.actions.letters import people_of
from sad.actions.mini_tenders import NeedChange, fill_lines, save_need, start_mini_tender, submit_for_check
from sad.actions.offers import submit_offer
from sad.actions.publications import discontinue_mini_tender, publish_mini_tender
from sad.actions.questions import answer_question, ask_question
from sad.db import session
from sad.demo.data import DemoSupplier, demo_suppliers
from sad.demo.decisions import decision_story
from sad.demo.papers import paper
from sad.demo.plans import Plan, PlannedOffer, plans
from sad.demo.setting import Setting
from sad.demo.stories import Story, on, worked
from sad.domain.calendar import paris_day
from sad.domain.offers import OfferContent, PricedLine
from sad.models.mini_tenders import MiniTender
from sad.models.organisations import Service
from sad.models.suppliers import Supplier
from sad.models.systems import PurchasingSystem
from sad.need_templates import need_templates
from sad.trust.envelopes import EnvelopeFile

CENT = Decimal("0.01")
REASONS = {
    "SAD-16": "Candidatures récentes, dans leur délai : elles recevront les prochaines consultations.",
    "CRI-03": "Palier 1 : l’environnement pèse davantage dès le palier 2.",
    "CRI-06": "Contenants réemployables demandés.",
    "CRI-08": "Mot employé pour le lieu de livraison.",
}
NOTE = "Produits de saison, origine indiquée sur les étiquettes. {delivery}."


def need_stories(setting: Setting) -> Iterator[Story]:
    """One story for each need of the plans."""
    return (_story(plan, setting) for plan in plans())


def _story(plan: Plan, setting: Setting) -> Story:
    sent_on = setting.calendar.ago(plan.sent)
    drafted_at, sent_at = on(sent_on, 8, 30), on(sent_on, 10, 0)
    yield drafted_at
    mini_tender = _draft(plan, setting, drafted_at, proposed_deadline(sent_at))
    if not plan.goes_to("to_check"):
        return
    yield on(sent_on, 9, 15)
    submit_for_check(mini_tender, by=mini_tender.creator, at=on(sent_on, 9, 15))
    if not plan.goes_to("discontinued"):
        return
    yield sent_at
    publish_mini_tender(
        mini_tender,
        seal_key=setting.seal_key,
        justifications=REASONS,
        home=setting.base_url,
        by=setting.agent("buyer"),
        at=sent_at,
    )
    yield from _answers(plan, mini_tender, setting, sent_at)
    if plan.reaches == "discontinued":
        ended_at = on(worked(sent_on + timedelta(days=6), 1), 11, 0)
        yield ended_at
        discontinue_mini_tender(mini_tender, plan.reason, by=setting.agent("buyer"), at=ended_at)
    elif plan.goes_to("asked"):
        yield from decision_story(plan, mini_tender, setting)


def _draft(plan: Plan, setting: Setting, at: datetime, closes_at: datetime) -> MiniTender:
    """The draft that the service wrote, up to its last screen unless it stops there."""
    need, template = plan.service, need_templates()[plan.service.template]
    requester = setting.person(need.email)
    service = session.scalars(select(Service).where(Service.name == need.service)).one()
    system = session.scalars(select(PurchasingSystem)).one()
    mini_tender = start_mini_tender(service, template, system=system, by=requester, at=at)
    session.flush()
    happens_on = worked(setting.calendar.ago(-plan.serves) if plan.serves is not None else paris_day(closes_at) + timedelta(days=15), 1)
    change = NeedChange(
        title=f"{plan.title}, {need.guests} personnes",
        guests=need.guests,
        happens_at=on(happens_on, template.hour.hour, template.hour.minute),
        place=f"{need.commune} ({need.postcode})",
        constraints=f"{need.constraints}\n" + "\n".join(template.constraints),
        vegetarian_meals=need.guests // 5,
        budget=template_budget(need.high, need.guests),
        wanted_closes_at=closes_at,
        lines=fill_lines(template, need.guests),
    )
    return save_need(mini_tender, change, version=mini_tender.version, by=requester, at=at)


def template_budget(price: Decimal, guests: int) -> Decimal:
    """EUR excl. VAT, to the cent."""
    return (price * guests).quantize(CENT, ROUND_HALF_UP)


def _answers(plan: Plan, mini_tender: MiniTender, setting: Setting, sent_at: datetime) -> Story:
    """What the suppliers do before the deadline, a day after the other; nothing after yesterday."""
    yield sent_at + timedelta(hours=3)
    asking = plan.offers[0].supplier if plan.offers else ""
    if plan.question:
        yield from _question(plan, mini_tender, setting, asking, sent_at + timedelta(hours=4))
    for number, (key, reason) in enumerate(plan.declines.items()):
        at = sent_at + timedelta(days=1, hours=2 + number)
        yield at
        supplier = _row(key)
        invitation = invitation_of(mini_tender, supplier)
        if invitation:
            see_invitation(invitation, by=people_of(supplier)[0], at=at)
            decline_invitation(invitation, reason, by=people_of(supplier)[0], at=at)
    for number, offer in zip(count(1), plan.offers, strict=False):
        at = min(sent_at + timedelta(days=number, hours=9, minutes=7 * number), on(setting.calendar.today, 0) - timedelta(hours=3))
        yield at
        _deposit(offer, mini_tender, setting, at)


def _question(plan: Plan, mini_tender: MiniTender, setting: Setting, supplier: str, at: datetime) -> Story:
    yield at
    row = _row(supplier)
    question = ask_question(mini_tender, row, plan.question, by=people_of(row)[0], at=at)
    if plan.answer:
        yield at + timedelta(hours=20)
        answer_question(question, plan.answer, by=setting.agent("buyer"), at=at + timedelta(hours=20))


def _deposit(planned: PlannedOffer, mini_tender: MiniTender, setting: Setting, at: datetime) -> None:
    spec, supplier = _spec(planned.supplier), _row(planned.supplier)
    person = people_of(supplier)[0]
    invitation = invitation_of(mini_tender, supplier)
    if invitation is None:
        return
    see_invitation(invitation, by=person, at=at)
    file = EnvelopeFile(f"Proposition {supplier.name}.pdf", "application/pdf", paper("Proposition détaillée", supplier.name, at.date()))
    instants = {"started_at": at - timedelta(seconds=2), "received_at": at}
    submit_offer(
        mini_tender,
        supplier,
        _content(planned, spec, mini_tender),
        [file],
        idempotency_key=f"demo-{mini_tender.id}-{supplier.id}",
        **instants,
        seal_key=setting.seal_key,
        link=f"{setting.base_url}/fournisseur/",
        by=person,
        at=at,
        attempt=attempt_deposit(mini_tender, supplier, **instants, size=file.size, by=person, at=at),
    )


def _content(planned: PlannedOffer, spec: DemoSupplier, mini_tender: MiniTender) -> OfferContent:
    """Prices that add up near the share of the typical price, spread evenly over the lines."""
    template = need_templates()[mini_tender.template]
    wanted = template.typical * planned.price * (mini_tender.guests or 1) / len(mini_tender.lines)
    rate = Decimal(0) if spec.vat_exempt else Decimal("10") if template.category in ("traiteur", "repas") else Decimal("5.5")
    lines = tuple(
        PricedLine(
            str(line.id), line.label, line.quantity, line.unit, max((wanted / line.quantity).quantize(CENT, ROUND_HALF_UP), CENT), rate
        )
        for line in mini_tender.lines
    )
    values: dict[str, Any] = dict(spec.usual)
    return OfferContent(lines, values, {}, NOTE.format(delivery=spec.delivery.capitalize()))


def _row(key: str) -> Supplier:
    return session.scalars(select(Supplier).where(Supplier.siret == _spec(key).siret, Supplier.lead_id.is_(None))).one()


def _spec(key: str) -> DemoSupplier:
    return next(supplier for supplier in demo_suppliers() if supplier.key == key)
