"""Questions of invitees before the deadline, answered to all of them at once."""

from datetime import date, datetime

from sqlalchemy import select

from sad import parameters
from sad.actions.journal import record
from sad.actions.letters import people_with, post_letter, post_to_suppliers
from sad.actions.publications import invitees_of
from sad.db import session
from sad.domain.calendar import paris_day
from sad.domain.deadline_changes import last_day_to_answer
from sad.domain.errors import Refusal, refuse
from sad.domain.phases import is_open
from sad.domain.sentences import french_date
from sad.letters import mini_tenders as letters
from sad.models.invitations import Invitation, Question
from sad.models.mini_tenders import MiniTender
from sad.models.people import Person, Role
from sad.models.suppliers import Supplier


def ask_question(mini_tender: MiniTender, supplier: Supplier, text: str, *, by: Person, at: datetime) -> Question:
    """Ask the buyer something before the deadline; only an invitee may."""
    if not text.strip():
        raise refuse("La question est vide.", "Écrire votre question, puis l’envoyer.", field="text")
    invited = select(Invitation.id).where(Invitation.mini_tender_id == mini_tender.id, Invitation.supplier_id == supplier.id)
    if session.scalar(invited) is None:
        raise refuse("Votre entreprise n’est pas invitée à cette consultation.", "Les admis de sa catégorie le sont tous.", rule="SAD-15")
    if not is_open(mini_tender, at):
        raise refuse("La date limite est passée : les questions ne sont plus reçues.", "Écrire au service achats.", rule="TIM-02")
    question = Question(
        organisation_id=mini_tender.organisation_id,
        mini_tender_id=mini_tender.id,
        supplier_id=supplier.id,
        text=text.strip(),
        asked_at=at,
    )
    session.add(question)
    told = letters.question_asked(mini_tender, question.text)
    for buyer in people_with(Role.BUYER, mini_tender.organisation_id):
        post_letter(told, to=buyer, at=at, organisation_id=mini_tender.organisation_id, mini_tender=mini_tender)
    record("ask_question", question, by=by, at=at, mini_tender=mini_tender.id)
    return question


def answer_question(question: Question, answer: str, *, by: Person, at: datetime) -> Question:
    """Answer once, to every invitee, without saying who asked (TIM-04)."""
    if not answer.strip():
        raise refuse("La réponse est vide.", "Elle sera lue par tous les fournisseurs invités.", rule="TIM-04", field="answer")
    session.refresh(question, with_for_update={"of": Question})
    if question.answer is not None:
        raise refuse("Cette question a déjà sa réponse.", "La compléter en répondant à une autre question.", rule="TIM-04")
    mini_tender = question.mini_tender
    if not is_open(mini_tender, at):
        remedy = "Si la question montre un défaut de la consultation, la déclarer sans suite et la relancer."
        raise refuse("La date limite est passée : une réponse n’aiderait plus personne.", remedy, rule="TIM-02")
    question.answer, question.answered_at, question.answered_by = answer.strip(), at, by.id
    text = letters.question_answered(mini_tender, question.text, question.answer)
    post_to_suppliers(invitees_of(mini_tender), text, at=at, organisation_id=mini_tender.organisation_id, mini_tender=mini_tender)
    is_late = late_answer_warning(question, at) is not None
    record("answer_question", question, by=by, at=at, mini_tender=mini_tender.id, after_the_period_for_information=is_late)
    return question


def last_day_of_answers(mini_tender: MiniTender, at: datetime) -> date | None:
    """The last day on which a question asked in time must have its answer (TIM-02, R2132-6); None before it is sent."""
    days = int(parameters.value("supplementary_info_days", on=paris_day(at)))
    return None if mini_tender.closes_at is None else last_day_to_answer(mini_tender.closes_at, days)


def late_answer_warning(question: Question, at: datetime) -> Refusal | None:
    """TIM-02: an answer later than the law wants asks for a later deadline when the question came in time (R2151-4 1°)."""
    last = last_day_of_answers(question.mini_tender, at)
    if last is None or paris_day(at) <= last:
        return None
    if paris_day(question.asked_at) <= last:
        message = f"La question est arrivée à temps et sa réponse était due le {french_date(last)} au plus tard."
        return Refusal(message, "Prolonger la date limite, puis répondre (R2151-4).", "TIM-02")
    message = f"La question est arrivée après le {french_date(last)} : le code n’oblige plus à prolonger."
    remedy = "Si la réponse change ce que les fournisseurs doivent proposer, prolonger la date limite avant de répondre."
    return Refusal(message, remedy, "TIM-02")
