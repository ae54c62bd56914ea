"""Naming who marks the judged criteria of a mini-tender when they are several, and releasing who does not answer (ANA-05)."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sad.actions.declarations import concerned_people
from sad.actions.evaluations import take_up
from sad.actions.journal import record
from sad.actions.letters import people_with, post_letter
from sad.actions.panels import Panel, judged_criteria, panel_of
from sad.actions.withdrawals import final_marks
from sad.db import session
from sad.domain.errors import Refusal, Refused
from sad.letters import evaluators as letters
from sad.models.evaluators import Evaluator
from sad.models.mini_tenders import MiniTender
from sad.models.people import Person, Role

MAY_EVALUATE = (Role.BUYER, Role.EVALUATOR)
REPLACED = "Une autre équipe est nommée avant la première note."


def name_evaluators(mini_tender: MiniTender, people: Sequence[Person], reason: str = "", *, by: Person, at: datetime) -> Panel:
    """Name who evaluates: each then marks alone, until all have handed their marks over. Who is no longer named leaves.

    Once a mark is given, a change says its `reason`, and the marks already agreed are to be given again. Raises `Refused`
    with every fault.
    """
    take_up(mini_tender, by=by, at=at)
    panel = panel_of(mini_tender)
    wanted = {person.id for person in people}
    if panel.evaluators and wanted == {each.person_id for each in panel.present}:
        return panel
    agreed = final_marks(mini_tender)
    has_marks = bool(agreed) or any(each.marks for each in panel.evaluators)
    faults = [*_naming_faults(mini_tender, people, by)]
    if has_marks and not reason.strip():
        faults.append(Refusal("Des notes sont déjà données.", "Dire pourquoi l’équipe change.", "ANA-05", "reason"))
    if faults:
        raise Refused(*faults)
    for evaluator in panel.present:
        if evaluator.person_id not in wanted:
            evaluator.ended_at, evaluator.ended_by, evaluator.end_reason = at, by.id, reason.strip() or REPLACED
    known = {each.person_id: each for each in panel.evaluators}
    for person in people:
        _take_in(mini_tender, person, known.get(person.id), by, at)
    for mark in agreed:
        mark.is_to_review = True
    record("name_evaluators", mini_tender, by=by, at=at, people=sorted(wanted), reason=reason.strip())
    return panel_of(mini_tender)


def release_evaluator(evaluator: Evaluator, reason: str, *, by: Person, at: datetime) -> Evaluator:
    """Stop waiting for somebody who does not answer: the others' marks make the consensus. Raises `Refused`."""
    mini_tender = take_up(evaluator.mini_tender, by=by, at=at)
    panel = panel_of(mini_tender)
    faults = [*_release_faults(panel, evaluator, reason), *_buyer_faults(by)]
    if faults:
        raise Refused(*faults)
    evaluator.ended_at, evaluator.ended_by, evaluator.end_reason = at, by.id, reason.strip()
    post_letter(
        letters.released(mini_tender, reason=reason.strip()), to=evaluator.person, at=at,
        organisation_id=mini_tender.organisation_id, mini_tender=mini_tender,
    )
    record("release_evaluator", evaluator, by=by, at=at, mini_tender=mini_tender.id, reason=reason.strip())
    return evaluator


def possible_evaluators(mini_tender: MiniTender) -> list[Person]:
    """The buyers and evaluators of the organisation who have declared no link, by name."""
    concerned = concerned_people(mini_tender)
    found = {person.id: person for role in MAY_EVALUATE for person in people_with(role, mini_tender.organisation_id)}
    return sorted((person for person in found.values() if person.id not in concerned), key=lambda person: (person.name, person.id))


def _take_in(mini_tender: MiniTender, person: Person, known: Evaluator | None, by: Person, at: datetime) -> None:
    if known is not None and known.ended_at is None:
        return
    if known is None:
        known = Evaluator(organisation_id=mini_tender.organisation_id, mini_tender_id=mini_tender.id, person_id=person.id)
        session.add(known)
    known.named_by, known.named_at = by.id, at
    known.ended_at = known.ended_by = known.end_reason = None
    if person.id != by.id:
        text = letters.named(mini_tender, judged_criteria(mini_tender))
        post_letter(text, to=person, at=at, organisation_id=mini_tender.organisation_id, mini_tender=mini_tender)


def _naming_faults(mini_tender: MiniTender, people: Sequence[Person], by: Person) -> Iterator[Refusal]:
    yield from _buyer_faults(by)
    if not judged_criteria(mini_tender):
        yield Refusal("Aucun critère de cette consultation ne se note à la main.", "Il n’y a personne à nommer.", "ANA-05")
    if not people:
        yield Refusal("Il faut au moins un évaluateur.", "Cocher qui note.", "ANA-05", "people")
    concerned = concerned_people(mini_tender)
    for person in people:
        if person.id in concerned:
            yield Refusal(f"{person.name} a déclaré un lien avec une entreprise.", "Nommer quelqu’un d’autre.", "ANA-05", "people")
        elif not person.has_role(*MAY_EVALUATE) or person.organisation_id != mini_tender.organisation_id or not person.is_active:
            yield Refusal(f"{person.name} ne peut pas noter.", "Nommer un acheteur ou un évaluateur.", "ANA-05", "people")


def _release_faults(panel: Panel, evaluator: Evaluator, reason: str) -> Iterator[Refusal]:
    if evaluator.ended_at is not None:
        yield Refusal("Cette personne n’évalue déjà plus.", "", "ANA-05")
    elif evaluator.id not in {each.id for each in panel.awaited}:
        yield Refusal("Ses notes sont remises : elles comptent.", "Pour changer l’équipe, la nommer à nouveau.", "ANA-05")
    elif len(panel.present) == 1:
        yield Refusal("C’est le seul évaluateur.", "Nommer d’abord quelqu’un d’autre.", "ANA-05")
    if not reason.strip():
        yield Refusal("Le motif n’est pas écrit.", "Dire pourquoi on n’attend plus ses notes.", "ANA-05", "reason")


def _buyer_faults(by: Person) -> Iterator[Refusal]:
    if not by.has_role(Role.BUYER):
        yield Refusal("Seul un acheteur nomme les évaluateurs.", "Le demander à un acheteur.", "ANA-05")
