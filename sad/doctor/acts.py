"""Acts: each one has its line in the journal, which holds, and the letters that it owes."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, and_, exists, func, or_, select, true

from sad.actions.journal_checks import verify_journal
from sad.db import Base
from sad.doctor.findings import Finding, Site, named, rows
from sad.models.applications import Application, ApplicationState
from sad.models.approvals import Approval, ApprovalOutcome
from sad.models.assisted_deposits import AssistedDeposit
from sad.models.awards import Award, AwardState
from sad.models.backup_copies import BackupCopy
from sad.models.destructions import Destruction, destroyed_categories
from sad.models.evaluations import Ranking
from sad.models.invitations import Invitation
from sad.models.journal import JournalEntry, PublishedHead
from sad.models.letters import Letter
from sad.models.mini_tenders import MiniTender, MiniTenderChange, MiniTenderState
from sad.models.offers import Offer, OfferState, Reception
from sad.models.openings import Opening
from sad.models.orders import Order
from sad.models.people import Person
from sad.models.receipt_keys import ReceiptKey
from sad.models.suppliers import Supplier, SupplierMember

# What is in the database only because somebody did it: the rows, which of them, and the line that says it.
LINES: tuple[tuple[type[Base], ColumnElement[bool], str], ...] = (
    (Application, Application.submitted_at.is_not(None), "submit_application"),
    (Application, Application.state == ApplicationState.ADMITTED, "admit"),
    (Application, Application.state == ApplicationState.REFUSED, "refuse_application"),
    (MiniTender, MiniTender.published_at.is_not(None), "publish_mini_tender"),
    (MiniTender, MiniTender.discontinued_at.is_not(None), "discontinue_mini_tender"),
    (MiniTenderChange, true(), "change_mini_tender"),
    (Offer, true(), "submit_offer"),
    (AssistedDeposit, true(), "begin_assistance"),
    (BackupCopy, true(), "register_backup_copy"),
    (BackupCopy, BackupCopy.struck_out_at.is_not(None), "strike_out_backup_copy"),
    (BackupCopy, BackupCopy.opened_at.is_not(None), "open_backup_copy"),
    (Offer, Offer.state == OfferState.WITHDRAWN, "withdraw_offer"),
    (Reception, true(), "take_in_reception"),
    (Opening, true(), "ask_opening"),
    (Opening, Opening.opened_at.is_not(None), "confirm_opening"),
    (Ranking, true(), "compute_ranking"),
    (Award, true(), "propose_award"),
    (Award, Award.decided_at.is_not(None), "approve_award"),
    (Award, Award.notified_at.is_not(None), "notify_contract"),
    (Order, true(), "place_order"),
    (ReceiptKey, true(), "rotate_receipt_key"),
    (Approval, Approval.outcome == ApprovalOutcome.APPROVED, "approve_act"),
    (Destruction, true(), "destroy_papers"),
    (PublishedHead, true(), "publish_head"),
)
FROM_A_COPY = "Garder une copie de la base, et chercher par qui et quand elle a été modifiée hors du programme."
WRITE_AGAIN = "Prévenir le service achats : un courrier est dû. Voir le journal de cet acte et les courriers de la consultation."


def journal(_site: Site) -> Iterator[Finding]:
    """Whether the chain holds, to its last line and through every head that was published."""
    report = verify_journal()
    if not report.is_sound:
        yield Finding(f"journal:{report.first_bad_seq}", str(report), FROM_A_COPY)


def acts_without_line(_site: Site) -> Iterator[Finding]:
    """Rows that no line of the journal accounts for."""
    for model, which, action in LINES:
        table, identifier = model.__tablename__, model.__table__.c.id
        told = exists().where(JournalEntry.object == named(table, identifier), JournalEntry.action == action)
        for row in rows(select(identifier).where(which, ~told)):
            yield Finding(f"{table}:{row.id}", f"Aucune ligne du journal ne dit cet acte ({action}).", FROM_A_COPY)


def acts_without_letter(_site: Site) -> Iterator[Finding]:
    """Invitations, deposits, awards and decisions on applications of which somebody who acts for the supplier was not told."""
    for table, statement, words in (
        ("invitations", _invitations(), "Cette invitation n’a pas de courrier."),
        ("applications", _applications(), "La décision sur cette candidature n’a pas de courrier."),
        ("offers", _results(), "Ce soumissionnaire n’a pas le courrier de la décision d’attribution."),
        ("suppliers", _deposits(), "Un dépôt de ce fournisseur n’a pas de courrier."),
    ):
        for row in rows(statement):
            yield Finding(f"{table}:{row.id}", words, WRITE_AGAIN)


def _reachable(at: SQLColumnExpression[Any]) -> ColumnElement[bool]:
    """Somebody acts for the supplier of the enclosing statement since before that instant."""
    present = (SupplierMember.supplier_id == Supplier.acting_id, SupplierMember.left_at.is_(None), SupplierMember.joined_at < at)
    return exists().where(*present, Person.id == SupplierMember.person_id, Person.is_active)


def _invitations() -> Select[int]:
    told = exists().where(
        Letter.mini_tender_id == Invitation.mini_tender_id, Letter.supplier_id == Invitation.supplier_id, Letter.kind == "invitation"
    )
    invited = select(Invitation.id).join(Supplier, Supplier.id == Invitation.supplier_id)
    return invited.where(~told, _reachable(Invitation.sent_at))


def _applications() -> Select[int]:
    told = exists().where(Letter.application_id == Application.id, Letter.created_at == Application.decided_at)
    decided = Application.state.in_((ApplicationState.ADMITTED, ApplicationState.REFUSED)), Application.decided_at.is_not(None)
    kept = Application.category_id.not_in(destroyed_categories())
    return select(Application.id).join(Application.supplier).where(*decided, kept, ~told, _reachable(Application.decided_at))


def _results() -> Select[int]:
    """Tenderers that have no letter of the decision that stands, whose offer was there when it was taken."""
    told = exists().where(
        Letter.mini_tender_id == Award.mini_tender_id,
        Letter.supplier_id == Offer.supplier_id,
        or_(Letter.kind == "award", Letter.kind == "rejected"),
        Letter.created_at >= Award.decided_at,
    )
    tendered = and_(Offer.mini_tender_id == Award.mini_tender_id, Offer.state == OfferState.DEPOSITED, Offer.received_at < Award.decided_at)
    decided = select(Offer.id).join(Award, tendered).join(Supplier, Supplier.id == Offer.supplier_id)
    stands = Award.state == AwardState.APPROVED, MiniTender.state != MiniTenderState.DISCONTINUED
    return decided.join(MiniTender, MiniTender.id == Award.mini_tender_id).where(*stands, ~told, _reachable(Award.decided_at))


def _deposits() -> Select[int]:
    """Suppliers with fewer letters of deposit than deposits: a letter does not say which, so that nothing is told before the opening."""
    letters = (
        select(func.count(Letter.id))
        .where(Letter.supplier_id == Supplier.id, Letter.kind.in_(("offer_deposited", "offer_late")))
        .correlate(Supplier)
        .scalar_subquery()
    )
    deposits = select(func.count(Offer.id)).where(Offer.supplier_id == Supplier.id).correlate(Supplier).scalar_subquery()
    first = select(func.min(Offer.received_at)).where(Offer.supplier_id == Supplier.id).correlate(Supplier).scalar_subquery()
    return select(Supplier.id).where(letters < deposits, _reachable(first))
