"""Openings: after the deadline, by two people, the journal's head kept before; and whom each consultation was sent to."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import exists, func, or_, select

from sad.db import session
from sad.doctor.findings import Finding, Site, named, rows, still_there
from sad.domain.calendar import paris_day
from sad.models.admissions import Admission, AdmissionEvent, AdmissionState
from sad.models.invitations import Invitation
from sad.models.journal import JournalBody, JournalEntry
from sad.models.mini_tenders import MiniTender, MiniTenderState
from sad.models.openings import Opening

OPENED = (MiniTenderState.OPENED, MiniTenderState.RANKED, MiniTenderState.AWARDED, MiniTenderState.NOTIFIED)
STOP = "Suspendre toute décision sur cette consultation et prévenir le service achats : l’ouverture peut être contestée."
ANNOUNCE = "Prévenir le service achats : la liste des invités doit être celle de tous les admis au moment de l’envoi (SAD-15)."


def openings_by_two(_site: Site) -> Iterator[Finding]:
    """Mini-tenders opened without two people, before the deadline, or without a line of the journal kept first (REC-01)."""
    tender = MiniTender.id == Opening.mini_tender_id
    missing = select(MiniTender.id).outerjoin(Opening, tender).where(MiniTender.state.in_(OPENED), Opening.opened_at.is_(None))
    for row in rows(missing.where(still_there())):
        yield Finding(f"mini_tenders:{row.id}", "Cette consultation est ouverte sans que deux personnes l’aient ouverte.", STOP)
    line = exists().where(JournalEntry.hash == Opening.journal_head, JournalEntry.object == named("openings", Opening.id))
    second = exists().where(
        JournalEntry.object == named("openings", Opening.id),
        JournalEntry.action == "confirm_opening",
        JournalEntry.actor == named("person", Opening.second_person_id),
    )
    alone = or_(Opening.second_person_id.is_(None), Opening.second_person_id == Opening.first_person_id, ~second)
    wrong = or_(alone, Opening.opened_at <= MiniTender.closes_at, ~line)
    for row in rows(select(Opening.id).join(MiniTender, tender).where(Opening.opened_at.is_not(None), wrong)):
        message = "Cette ouverture n’est pas celle de deux personnes, après la date limite, que dit le journal."
        yield Finding(f"openings:{row.id}", message, STOP)


def invitees(_site: Site) -> Iterator[Finding]:
    """Lists of invitees that differ from what was journalled, or from who was admitted at that instant."""
    sent = select(MiniTender.id, MiniTender.category_id, MiniTender.published_at).where(MiniTender.published_at.is_not(None))
    for row in rows(sent.where(still_there()).order_by(MiniTender.id)):
        invited = set(session.scalars(select(Invitation.supplier_id).where(Invitation.mini_tender_id == row.id)))
        told = _journalled(row.id)
        admitted, left_out = _known_admissions(row.category_id, row.published_at)
        if told is not None and told != invited:
            yield Finding(f"mini_tenders:{row.id}", "La liste des invités n’est plus celle que dit le journal de l’envoi.", ANNOUNCE)
        elif admitted - invited or invited & left_out:
            message = "La liste des invités n’est pas celle des fournisseurs admis au moment de l’envoi."
            yield Finding(f"mini_tenders:{row.id}", message, ANNOUNCE)


def _journalled(mini_tender_id: int) -> set[int] | None:
    """Whom the journal says it was sent to; None when that was erased."""
    line = JournalEntry.object == f"mini_tenders:{mini_tender_id}", JournalEntry.action == "publish_mini_tender"
    body = session.scalar(select(JournalBody.body).join(JournalEntry, JournalEntry.seq == JournalBody.seq).where(*line))
    return set(body["invitees"]) if body is not None else None


def _known_admissions(category_id: int, at: datetime) -> tuple[set[int], set[int]]:
    """Who was surely admitted at an instant, and who surely was not: a suspension to come is known of the last one only."""
    last = (
        select(func.max(AdmissionEvent.id))
        .where(AdmissionEvent.admission_id == Admission.id, AdmissionEvent.decided_at <= at)
        .correlate(Admission)
        .scalar_subquery()
    )
    decided = select(Admission.supplier_id, Admission.suspended_from, AdmissionEvent.state, AdmissionEvent.decided_at)
    decided = decided.join(AdmissionEvent, AdmissionEvent.id == last).where(Admission.category_id == category_id)
    admitted, left_out = set(), set()
    for row in session.execute(decided):
        if row.decided_at == at:
            continue
        if row.state == AdmissionState.ADMITTED:
            admitted.add(row.supplier_id)
        elif row.state == AdmissionState.REMOVED or (row.suspended_from and row.suspended_from <= paris_day(at)):
            left_out.add(row.supplier_id)
    return admitted, left_out
