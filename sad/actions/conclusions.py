"""Once a contract is notified: everybody invited learns it, with its holder and the reasons (AWD-06, CJA R551-7)."""

from datetime import date, datetime

from sqlalchemy import select

from sad import parameters
from sad.actions.journal import record
from sad.actions.letters import post_to_suppliers
from sad.actions.publications import invitees_of
from sad.db import session
from sad.domain.calendar import paris_day
from sad.domain.conclusions import ChallengeLaw, challenge_end
from sad.letters import conclusions as letters
from sad.letters.text import LetterText
from sad.models.awards import Award
from sad.models.conclusions import Conclusion
from sad.models.letters import Letter
from sad.models.people import Person
from sad.models.suppliers import Supplier


def tell_conclusion(award: Award, *, by: Person, at: datetime) -> Conclusion:
    """Tell everybody invited but the holder, which has the contract itself, that it is concluded, with whom and why (CJA R551-7)."""
    mini_tender, (others, text) = award.mini_tender, conclusion_letter(award, at=at)
    concluded = Conclusion(organisation_id=award.organisation_id, award=award, told_at=at)
    session.add(concluded)
    post_to_suppliers(others, text, at=at, organisation_id=award.organisation_id, mini_tender=mini_tender)
    record("tell_conclusion", concluded, by=by, at=at, mini_tender=mini_tender.id, told=[each.id for each in others])
    return concluded


def conclusion_letter(award: Award, *, at: datetime) -> tuple[list[Supplier], LetterText]:
    """Those invited but the holder, and the letter that they receive when the contract is notified at that instant."""
    others = [each for each in invitees_of(award.mini_tender) if each.id != award.place.offer.supplier_id]
    until = challenge_end(paris_day(at), paris_day(at), _challenge_law(at))
    return others, letters.conclusion(award, challenge_until=until, at=at)


def conclusion_of(award: Award) -> Conclusion | None:
    """The notice of its conclusion, if it left."""
    return session.scalar(select(Conclusion).where(Conclusion.award_id == award.id))


def challenge_until(award: Award, concluded: Conclusion | None) -> date:
    """The last day to seize the judge of a notified contract, as the notice makes it."""
    assert award.notified_at is not None
    told_on = paris_day(concluded.told_at) if concluded else None
    return challenge_end(paris_day(award.notified_at), told_on, _challenge_law(award.notified_at))


def untold_of(award: Award) -> list[Supplier]:
    """Those invited for which nobody acts any more: no letter could reach them, and their six months run."""
    kinds = ("conclusion", "contract_notification")
    reached = select(Letter.supplier_id).where(Letter.mini_tender_id == award.mini_tender_id, Letter.kind.in_(kinds))
    with_letter = set(session.scalars(reached))
    return [each for each in invitees_of(award.mini_tender) if each.id not in with_letter]


def _challenge_law(at: datetime) -> ChallengeLaw:
    return ChallengeLaw.on(paris_day(at), parameters.value)
