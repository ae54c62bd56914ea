"""A small system in which every invariant holds: everything in it was done through the actions, or has the line that says it."""

from datetime import timedelta
from pathlib import Path

from sqlalchemy import Select, select

from sad import clock
from sad.actions.awards import approve_award, propose_award
from sad.actions.classifications import classify_offer
from sad.actions.journal import record
from sad.actions.letters import post_to_supplier
from sad.actions.marks import give_mark, judged_criteria
from sad.actions.openings import ask_opening, confirm_opening
from sad.actions.publications import publish_mini_tender
from sad.actions.rankings import compute_ranking
from sad.db import session, transaction
from sad.doctor.findings import Site
from sad.letters.text import LetterText
from sad.models.applications import Application
from sad.models.documents import Document
from sad.models.invitations import Invitation
from sad.models.mini_tenders import MiniTender
from sad.models.offers import Offer
from sad.models.people import Person, Role
from sad.storage import UploadedFile, check_files, put
from tests.factories.evaluations import EXAMINED, OPENED
from tests.factories.mini_tenders import CLOSES, HOME, SEAL_KEY, SENT, make_admitted, make_mini_tender
from tests.factories.offers import PDF, make_deposit, make_opener
from tests.factories.people import make_person
from tests.factories.suppliers import make_supplier

STILL_SEALED = CLOSES + timedelta(days=20)


def make_sound(data_dir: Path) -> Site:
    """An awarded consultation and one whose offers are still sealed; a document on disk."""
    with transaction():
        awarded = _sent(make_mini_tender())
        sealed = _sent(make_mini_tender(system=awarded.system, wanted_closes_at=STILL_SEALED, happens_at=STILL_SEALED + timedelta(days=9)))
        for mini_tender in (awarded, sealed):
            for price, invitation in zip(("3.10", "3.00"), session.scalars(invited(mini_tender)), strict=True):
                make_deposit(mini_tender, invitation.supplier, prices=(price, "4.00"), files=(PDF,))
    with transaction():
        _award(awarded)
        file = put(data_dir, check_files([UploadedFile(PDF.name, PDF.body)])[0])
        kept = {"name": file.name, "media_type": file.media_type, "size": file.size, "sha256": file.sha256, "storage_key": file.key}
        session.add(Document(supplier_id=make_supplier().id, uploaded_by=make_person().id, uploaded_at=SENT, **kept))
    return Site(data_dir, SEAL_KEY, clock.now())


def invited(mini_tender: MiniTender) -> Select[Invitation]:
    """Its invitees, in order."""
    return select(Invitation).where(Invitation.mini_tender_id == mini_tender.id).order_by(Invitation.id)


def _sent(mini_tender: MiniTender) -> MiniTender:
    buyer = make_person(mini_tender.organisation, Role.BUYER)
    if not session.scalar(select(Invitation.id).limit(1)):
        make_admitted(mini_tender.category, 2, by=buyer)
        for application in session.scalars(select(Application)):
            _account_for(application)
    return publish_mini_tender(mini_tender, seal_key=SEAL_KEY, justifications={}, home=HOME, by=buyer, at=SENT)


def account_for_all(mini_tender: MiniTender, number: int, *, by: Person) -> list[int]:
    """The ids of so many suppliers admitted to its category, each with the lines and the letter of its admission."""
    made = make_admitted(mini_tender.category, number, by=by)
    for application in session.scalars(select(Application)):
        _account_for(application)
    return [each.id for each in made]


def _account_for(application: Application) -> None:
    """The lines and the letter of a decision that a factory wrote alone."""
    for action in ("submit_application", "admit"):
        record(action, application, by=None, at=application.decided_at)
    text, at = LetterText("admitted", "Votre candidature est admise", "Elle l’est."), application.decided_at
    post_to_supplier(application.supplier, text, at=at, organisation_id=application.organisation_id, application=application)


def _award(mini_tender: MiniTender) -> None:
    first, second = (make_opener(mini_tender, has_conflict=False) for _ in range(2))
    ask_opening(mini_tender, by=first, at=OPENED - timedelta(minutes=5))
    confirm_opening(mini_tender, seal_key=SEAL_KEY, by=second, at=OPENED)
    for offer in session.scalars(select(Offer).where(Offer.mini_tender_id == mini_tender.id)):
        classify_offer(offer, "regular", "Complète et conforme.", by=first, at=EXAMINED)
        for criterion in judged_criteria(mini_tender):
            give_mark(offer, criterion.key, "8", "Variété, pain au levain.", by=first, at=EXAMINED)
    ranking = compute_ranking(mini_tender, by=first, at=EXAMINED)
    approve_award(propose_award(ranking.places[0], "La première.", by=first, at=EXAMINED), by=second, at=EXAMINED)
