"""Award notices, grouped by quarter: which contracts call for one, until when, those said to be published (PUB-01, R2183-4)."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager, joinedload

from sad import parameters
from sad.actions.journal import record
from sad.actions.letters import people_with, post_letter
from sad.actions.systems import procedure_of
from sad.db import session
from sad.domain.calendar import PARIS, paris_day
from sad.domain.conclusions import Quarter, notices_due_on, publication_faults
from sad.domain.errors import Refusal, Refused
from sad.letters import conclusions as letters
from sad.models.awards import Award
from sad.models.conclusions import AwardNotice
from sad.models.evaluations import RankedOffer
from sad.models.mini_tenders import MiniTender
from sad.models.offers import Offer
from sad.models.organisations import Organisation
from sad.models.people import Person, Role
from sad.models.systems import PurchasingSystem


@dataclass(frozen=True, slots=True)
class Awaited:
    """A quarter, how many of its contracts have no notice yet, and its last day."""

    quarter: Quarter
    count: int
    due_on: date

    def is_over(self, today: date) -> bool:
        """Whether no contract can be added to it any more."""
        return self.quarter.last_day < today

    def is_late(self, today: date) -> bool:
        return self.due_on < today


def announced_awards(organisation: Organisation) -> Select[Award]:
    """The notified contracts that call for an award notice: those of its systems run under the formal rules (R2183-1)."""
    systems = session.scalars(select(PurchasingSystem).where(PurchasingSystem.organisation_id == organisation.id))
    formal = [each.id for each in systems if each.opened_at and procedure_of(each, each.opened_at) == "formal"]
    return (
        select(Award)
        .join(Award.mini_tender)
        .where(Award.organisation_id == organisation.id, Award.notified_at.is_not(None), MiniTender.system_id.in_(formal))
        .options(contains_eager(Award.mini_tender), joinedload(Award.place).joinedload(RankedOffer.offer).joinedload(Offer.supplier))
    )


def awards_of(organisation: Organisation, quarter: Quarter) -> Sequence[Award]:
    """Those notified in a quarter, Paris days, in order."""
    first, after = (datetime.combine(day, time.min, PARIS) for day in (quarter.first_day, quarter.next.first_day))
    within = announced_awards(organisation).where(Award.notified_at >= first, Award.notified_at < after)
    return session.scalars(within.order_by(Award.notified_at, Award.id)).all()


def notices_of(awards: Sequence[Award]) -> dict[int, AwardNotice]:
    """The notices said to be published, by award."""
    said = select(AwardNotice).where(AwardNotice.award_id.in_([each.id for each in awards]))
    return {each.award_id: each for each in session.scalars(said)}


def awaited_notices(organisation: Organisation, at: datetime) -> list[Awaited]:
    """The quarters that have contracts without a notice, the oldest first."""
    marked = select(AwardNotice.award_id)
    dates = announced_awards(organisation).where(Award.id.not_in(marked)).with_only_columns(Award.notified_at)
    counts = Counter(Quarter.of(paris_day(notified_at)) for notified_at in session.scalars(dates) if notified_at)
    return [Awaited(quarter, counts[quarter], due_on(quarter, at)) for quarter in sorted(counts)]


def due_on(quarter: Quarter, at: datetime) -> date:
    """The last day for the notices of a quarter, under the law of that day."""
    days: int = parameters.value("award_notice_days", on=paris_day(at))
    return notices_due_on(quarter, days)


def mark_published(
    awards: Sequence[Award], *, published_on: date | None, reference: str, by: Person, at: datetime
) -> list[AwardNotice]:
    """Say that the award notice of these contracts is published, on which day, under which reference. Raises `Refused`, every fault."""
    numbers = [each.id for each in awards]
    session.scalars(select(Award).where(Award.id.in_(numbers)).order_by(Award.id).with_for_update(of=Award)).all()
    faults = list(_marking_faults(awards, published_on, reference, at))
    if faults or published_on is None:
        raise Refused(*faults)
    made = [
        AwardNotice(
            organisation_id=each.organisation_id,
            award=each,
            published_on=published_on,
            reference=reference.strip(),
            recorded_at=at,
            recorder=by,
        )
        for each in awards
    ]
    session.add_all(made)
    for notice in made:
        day = published_on.isoformat()
        record("mark_published", notice, by=by, at=at, award=notice.award_id, published_on=day, reference=notice.reference)
    return made


def warn_of_late_notices(organisation: Organisation, awaited: Awaited, *, home: str, at: datetime) -> Organisation:
    """Tell the buyers that the notices of a quarter are late."""
    text = letters.award_notices_late(awaited.quarter.label, awaited.count, due_on=awaited.due_on, home=home)
    for person in people_with(Role.BUYER, organisation.id):
        key = f"{text.kind}:{awaited.quarter.year}-{awaited.quarter.number}:{person.id}"
        post_letter(text, to=person, at=at, organisation_id=organisation.id, dedupe_key=key)
    record(late_act(awaited.quarter), organisation, by=None, at=at, organisation_id=organisation.id, count=awaited.count)
    return organisation


def late_act(quarter: Quarter) -> str:
    """How the journal names the warning about a quarter."""
    return f"warn_of_late_notices_{quarter.year}_{quarter.number}"


def _marking_faults(awards: Sequence[Award], published_on: date | None, reference: str, at: datetime) -> Iterator[Refusal]:
    if not awards:
        yield Refusal("Aucun marché n’est choisi.", "Cocher ceux que l’avis annonce.", "PUB-01", "awards")
        return
    for notice in notices_of(awards).values():
        message = f"L’avis de « {notice.award.mini_tender.title} » est déjà marqué, sous la référence {notice.reference}."
        yield Refusal(message, "Ôter ce marché de la liste.", "PUB-01", "awards")
    notified = [paris_day(each.notified_at) for each in awards if each.notified_at is not None]
    yield from publication_faults(published_on, reference, notified_on=max(notified), today=paris_day(at))
