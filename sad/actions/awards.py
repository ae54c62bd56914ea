"""The award: proposed by one person, decided by another, told to every tenderer, then notified to the awardee."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select

from sad import parameters
from sad.actions.conclusions import tell_conclusion
from sad.actions.declarations import check_interests
from sad.actions.evaluations import has_lapsed, take_up
from sad.actions.journal import record
from sad.actions.letters import people_of_each, people_with, post_letter, post_to_each, post_to_supplier
from sad.actions.litigation import hold_faults
from sad.actions.mini_tenders import hold
from sad.actions.opinions import opinion_faults
from sad.actions.proofs import ask_proofs, proof_faults
from sad.actions.published_heads import publish_head
from sad.actions.rankings import currency_faults
from sad.actions.results import letters_for, results_of
from sad.actions.ties import first_places, tie_decision_of
from sad.db import session
from sad.domain.calendar import paris_day
from sad.domain.errors import Refusal, Refused, refuse
from sad.domain.lifecycle import moved
from sad.domain.proofs import standstill_end, standstill_faults
from sad.letters import results as letters
from sad.letters.consortiums import contract_shared, shared_amounts
from sad.letters.results import Result
from sad.letters.text import LetterText
from sad.letters.wording import money
from sad.models.awards import Award, AwardState
from sad.models.consortiums import consortium_of
from sad.models.evaluations import RankedOffer
from sad.models.journal import Occasion
from sad.models.letters import Letter
from sad.models.mini_tenders import MiniTender
from sad.models.people import Person, Role


def propose_award(place: RankedOffer, reason: str, *, by: Person, at: datetime) -> Award:
    """Propose to retain the offer that is first, for reasons that every tenderer will read (R2152-6, AWD-03).

    Where several are first, only the one retained before a witness; where the house asks its committee, after a favourable opinion
    (AWD-09). Raises `Refused` with every fault.
    """
    ranking = place.ranking
    mini_tender = take_up(ranking.mini_tender, by=by, at=at)
    moved("mini_tender", mini_tender.state, "award")
    faults = [*currency_faults(ranking), *_choice_faults(place, reason), *opinion_faults(place)]
    if faults:
        raise Refused(*faults)
    award = Award(
        organisation_id=mini_tender.organisation_id,
        mini_tender=mini_tender,
        place=place,
        state=AwardState.PROPOSED,
        reason=reason.strip(),
        proposer=by,
        proposed_at=at,
    )
    session.add(award)
    for person in people_with(Role.AWARD_AUTHORITY, mini_tender.organisation_id):
        if person.id != by.id:
            _post(letters.to_decide(award), person, mini_tender, at)
    record("propose_award", award, by=by, at=at, mini_tender=mini_tender.id, offer=place.offer_id, reason=award.reason)
    return award


def approve_award(award: Award, *, waits: bool = False, by: Person, at: datetime) -> Award:
    """Decide the award: another person than the one who proposed it (ANA-05); every tenderer is told at once (AWD-03).

    The awardee is asked for its proofs (AWD-01); `waits`: nothing is signed for the days that protect the contract (AWD-05).
    """
    mini_tender = _hold(award, by)
    if award.proposed_by == by.id:
        message = "Vous avez proposé cette attribution : une autre personne la décide."
        raise refuse(message, "Demander à un collègue qui en a le rôle.", rule="ANA-05")
    if has_lapsed(award, at):
        raise refuse("La proposition a plus de 24 heures : elle ne tient plus.", "La proposer à nouveau.", rule="ANA-05")
    award.state = moved("award", award.state, "approve")
    mini_tender.state = moved("mini_tender", mini_tender.state, "award")
    award.decider, award.decided_at = by, at
    award.standstill_until = standstill_end(paris_day(at), standstill_days(at)) if waits else None
    results = results_of(award)
    texts = {result.supplier.id: text for result, text in letters_for(results, at=at)}
    post_to_each(texts, at=at, organisation_id=award.organisation_id, mini_tender=mini_tender)
    _post(letters.awarded(award, results[0].ranked), mini_tender.creator, mini_tender, at)
    waits_until = award.standstill_until.isoformat() if award.standstill_until else None
    told = [result.supplier.id for result in results]
    record("approve_award", award, by=by, at=at, mini_tender=mini_tender.id, told=told, waits_until=waits_until)
    ask_proofs(award, by=by, at=at)
    publish_head(Occasion.AWARD, f"{Award.__tablename__}:{award.id}", at=at)
    return award


def cancel_award(award: Award, reason: str, *, tells_awardee: bool = True, by: Person, at: datetime) -> Award:
    """Take a proposal back, or a decision not yet notified; who was told of the decision is told of its end.

    `tells_awardee`: false where the awardee has a letter of its own about it.
    """
    mini_tender = _hold(award, by)
    if not reason.strip():
        raise refuse("Le motif n’est pas écrit.", "Dire ce qui a changé ; les fournisseurs le liront.", field="reason")
    was_decided = award.state == AwardState.APPROVED
    if was_decided:
        mini_tender.state = moved("mini_tender", mini_tender.state, "cancel_award")
    told = [each for each in results_of(award) if tells_awardee or not each.is_winner] if was_decided else []
    award.state = moved("award", award.state, "cancel")
    award.cancelled_at, award.cancelled_reason = at, reason.strip()
    texts = {each.supplier.id: letters.award_cancelled(each, reason=award.cancelled_reason, at=at) for each in told}
    post_to_each(texts, at=at, organisation_id=award.organisation_id, mini_tender=mini_tender)
    record("cancel_award", award, by=by, at=at, mini_tender=mini_tender.id, was_decided=was_decided, reason=award.cancelled_reason)
    return award


def notify_contract(award: Award, *, contract_reference: str = "", by: Person, at: datetime) -> Award:
    """Notify the contract to the awardee (R2182-4): after the letters to the others (AWD-03), written from its threshold (AWD-08).

    A tenderer that could not be told of the decision, because its offer came since or because nobody acted for it then, has its letter in
    this very act. Everybody invited then learns that it is concluded (AWD-06). Refused while a court action is pending (AWD-07), while a
    chosen period without signature runs (AWD-05), and until every proof of the awardee is accepted (AWD-01).
    """
    mini_tender = _hold(award, by)
    state = moved("mini_tender", mini_tender.state, "notify")
    faults = [*notification_faults(award, at), *_writing_faults(award, contract_reference, at)]
    if faults:
        raise Refused(*faults)
    untold = {result.supplier.id: text for result, text in letters_of_untold(award)}
    post_to_each(untold, at=at, organisation_id=award.organisation_id, mini_tender=mini_tender)
    mini_tender.state, award.notified_at, award.contract_reference = state, at, contract_reference.strip()
    text = letters.contract_notification(award, at=at)
    post_to_supplier(award.place.offer.supplier, text, at=at, organisation_id=award.organisation_id, mini_tender=mini_tender)
    _tell_members(award, at)
    _post(letters.notified(award), mini_tender.creator, mini_tender, at)
    record("notify_contract", award, by=by, at=at, mini_tender=mini_tender.id, contract_reference=award.contract_reference)
    tell_conclusion(award, by=by, at=at)
    return award


def letters_of_untold(award: Award) -> list[tuple[Result, LetterText]]:
    """What leaves with the notification: to tenderers that are not retained, have no letter of this decision and somebody to read it."""
    if award.decided_at is None:
        return []
    told = select(Letter.supplier_id).where(
        Letter.mini_tender_id == award.mini_tender_id, Letter.kind == "rejected", Letter.created_at >= award.decided_at
    )
    with_letter = set(session.scalars(told))
    untold = [result for result in results_of(award) if not result.is_winner and result.supplier.id not in with_letter]
    present = {supplier.id for supplier, _ in people_of_each([result.supplier.id for result in untold])}
    return letters_for([result for result in untold if result.supplier.id in present], at=award.decided_at)


def notification_faults(award: Award, at: datetime) -> list[Refusal]:
    """What stops the notification now, whatever is typed: a court action, a period that runs, proofs that are not accepted."""
    waiting = standstill_faults(award.standstill_until, paris_day(at))
    return [*hold_faults(award.mini_tender), *waiting, *proof_faults(award, at)]


def standstill_days(at: datetime) -> int:
    """How many days the optional period without signature lasts (CJA L551-15)."""
    days: int = parameters.value("standstill_days", on=paris_day(at))
    return days


def must_be_written(award: Award, at: datetime) -> bool:
    """Whether the contract is a writing (R2112-1)."""
    total = award.place.offer.total
    return total is not None and total >= parameters.value("written_contract_threshold", on=paris_day(at))


def _hold(award: Award, by: Person) -> MiniTender:
    mini_tender = hold(award.mini_tender)
    session.refresh(award)
    check_interests(mini_tender, by)
    return mini_tender


def _post(text: LetterText, to: Person, mini_tender: MiniTender, at: datetime) -> None:
    post_letter(text, to=to, at=at, organisation_id=mini_tender.organisation_id, mini_tender=mini_tender)


def _tell_members(award: Award, at: datetime) -> None:
    """When a consortium holds the contract, each member but the lead is told its share of it."""
    consortium = consortium_of(award.place.offer.supplier)
    if consortium is None:
        return
    companies = {each.supplier_id: each.supplier for each in consortium.members}
    for part, amount in shared_amounts(consortium, award.place.offer.total or Decimal(0)):
        if not part.is_lead:
            text = contract_shared(consortium, part, amount, award, at=at)
            post_to_supplier(companies[part.supplier_id], text, at=at, organisation_id=award.organisation_id)


def _choice_faults(place: RankedOffer, reason: str) -> Iterator[Refusal]:
    first = first_places(place.ranking)
    decision = tie_decision_of(place.ranking)
    if place.id not in {each.id for each in first}:
        message = "Cette offre n’est pas la première du classement parmi celles qui peuvent encore être retenues."
        yield Refusal(message, "Proposer celle qui l’est (R2152-6).", "ANA-01")
    elif len(first) > 1 and decision is None:
        yield Refusal("Plusieurs offres sont premières à égalité.", "Les départager d’abord, devant un témoin.", "CRI-11")
    elif decision is not None and decision.ranked_offer_id != place.id:
        yield Refusal("Une autre offre a été retenue en départageant les premières.", "Proposer celle-là.", "CRI-11")
    if not reason.strip():
        yield Refusal("Les raisons du choix ne sont pas écrites.", "Chaque fournisseur les lira.", "AWD-03", "reason")


def _writing_faults(award: Award, contract_reference: str, at: datetime) -> Iterator[Refusal]:
    if must_be_written(award, at) and not contract_reference.strip():
        threshold = money(parameters.value("written_contract_threshold", on=paris_day(at)))
        message = f"À partir de {threshold} hors taxe, le marché est écrit."
        yield Refusal(message, "Donner la référence du contrat signé.", "AWD-08", "contract_reference")
